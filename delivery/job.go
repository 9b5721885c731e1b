package delivery

import (
	"time"

	"carebell/chat"
)

// Source names the table that a Job's row lives in.
type Source string

// The two tables that leave through the engine.
const (
	Occurrence Source = "occurrence" // scheduled_messages: one slot of one series
	Outbox     Source = "outbox"     // everything else: replies, edits, notices, alerts
)

// Operation is what the platform is asked to do.
type Operation string

// The operations.
const (
	Send   Operation = "send"
	Edit   Operation = "edit"
	Delete Operation = "delete"
)

// The kinds of a message of a series.
const (
	KindOccurrence = "occurrence"
	KindSnooze     = "snooze"
	KindNag        = "nag"
)

// Job is one claimed row: all that is needed to send it and to record what became of it.
type Job struct {
	Source Source
	ID     string
	Token  string // the fencing token of this claim
	To     chat.Address

	Operation Operation
	TargetID  string       // the platform's id of the message to edit or delete
	Message   chat.Message // what an outbox row says

	// What an occurrence is rendered from, at the time of sending.
	PatientName string
	Language    string // BCP 47
	Zone        string // IANA zone that the slot is named in
	Content     string // the text as typed
	Template    string
	Parameters  map[string]string
	// Asks is what the message asks (templates.AsksDose) and Card its buttons' conversation: the id and
	// the version that a button's data names. Empty: no buttons.
	Asks        string
	Card        string
	CardVersion int
	// Kind is occurrence, snooze (the person asked for it once more) or nag (nobody answered it).
	Kind string
	// Slot is the time that the message names: its own, or that of the dose it is about. UTC.
	Slot time.Time

	Due      time.Time     // scheduled_time, UTC
	Lateness time.Duration // the most that it may be late
	Attempts int           // requests so far, over all parts
	Copies   int           // requests of the part at hand that may have arrived
	Marked   bool          // the next copy says that it may be a repeat
	Parts    []string      // the platform's ids of the parts that have arrived
	// Ambiguous: an intent of this part was committed and no outcome is known (only from Orphans).
	Ambiguous bool
	// CancelRequested: whatever comes of the request at hand, none follows it.
	CancelRequested bool
}

// Batch is the result of one claim. At is the deciding clock's time of the claim.
type Batch struct {
	Jobs []Job
	At   time.Time
}

// Outcome is what became of one request, or the reason why none was made.
type Outcome struct {
	// Status the row goes to. Sending means: this part has arrived, the next one follows.
	Status Status
	// Reason is stored as the error message; empty for success. Never message text or an address.
	Reason string
	// Cause is the reason in one word of few, for counting: a chat.Class, or too_late, template, empty.
	Cause string
	// Code is the platform's code, 0 when there was none.
	Code int
	// At is when to look at the row again: the retry of Pending, the repeat of Unknown. Zero with
	// Unknown means that no repeat follows.
	At time.Time
	// PlatformID of the part that arrived.
	PlatformID string
	// Requested: a request was made under an intent, which this outcome closes.
	Requested bool
	// Certain: the request surely did not arrive, so it is no copy.
	Certain bool
	// Free: the request does not count as an attempt (429, migration).
	Free bool
	// IntentInDoubt: the database did not say whether the intent was committed, and no request was
	// made. If it was, it is taken back.
	IntentInDoubt bool
	// MarkNext: the next copy must be marked as a possible repeat.
	MarkNext bool

	// Unreachable marks the address with this reason and pauses its series, in the same transaction.
	Unreachable string
	// MigrateTo changes the address's platform id, in the same transaction.
	MigrateTo string
	// AsNew turns an edit whose message is gone into a message of its own.
	AsNew bool
}
