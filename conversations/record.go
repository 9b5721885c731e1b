package conversations

import (
	"time"

	"carebell/chat"
	"carebell/schedule"
)

// Wanted is what a Step must know that is not loaded for every update.
type Wanted struct {
	// Since bounds the messages and the answers by the time that they were due; zero: all that is kept.
	Since time.Time
}

// Record is what is kept of one person, each list the oldest first. Times are UTC.
type Record struct {
	Since     time.Time // when the person was first heard of
	Addresses []chat.Address
	Consents  []GivenConsent
	Series    []KeptSeries
	Messages  []KeptMessage
	Answers   []KeptAnswer
}

// GivenConsent is one consent and, when it was withdrawn, its end.
type GivenConsent struct {
	Version, Language string
	Channel           chat.Channel
	GivenAt           time.Time
	WithdrawnAt       time.Time // zero: it holds
}

// KeptSeries is one series, whatever became of it.
type KeptSeries struct {
	schedule.Series
	CreatedAt time.Time
}

// KeptMessage is one message of a series and what became of it.
type KeptMessage struct {
	ID, Series  string
	Kind        string // occurrence, snooze, nag
	Text        string
	Zone        string // IANA zone that its slot is named in
	Asks        string // what it asks: "" nothing, "dose"
	Status      string // delivery's word
	Due, SentAt time.Time
	Until       time.Time // the end of its window: later than this it is neither sent nor waited for
}

// KeptAnswer is one answer about a dose.
type KeptAnswer struct {
	Message        string // the occurrence's id
	Answer, Reason string
	Due, SaidAt    time.Time
	ReceivedAt     time.Time
	UndoneAt       time.Time // zero: it holds
}
