package schedule

import "time"

// SeriesStatus is where a series stands.
type SeriesStatus string

// The statuses of a series.
const (
	Active    SeriesStatus = "active"
	PausedNow SeriesStatus = "paused"    // its Why says by what: unreachable, stopped, the person
	Finished  SeriesStatus = "finished"  // its last occurrence was claimed
	Cancelled SeriesStatus = "cancelled" // for good
)

// Series is one schedule as it is kept: who gets what, when. Each of its occurrences is a
// scheduled message of its own.
type Series struct {
	ID   string
	Code string // what people call it: K7Q2
	// Draft is the conversation that made it; at most one series comes of a draft.
	Draft      string
	Message    string // the text as typed
	Template   string
	Parameters map[string]string
	// Asks is what each of its messages asks: "" nothing, "dose" whether it was taken.
	Asks string
	// NagEvery and NagTimes are how often a message that nobody answers comes again within its window;
	// 0: it does not.
	NagEvery time.Duration
	NagTimes int
	// TimeCritical: it leaves before what can better wait.
	TimeCritical bool

	Rule    Rule
	Status  SeriesStatus
	Why     string // the reason of a pause
	Version int
	// MaxLateness is the template's; an occurrence's own is never past half the way to the next.
	MaxLateness time.Duration
}
