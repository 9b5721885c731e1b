package conversations

import (
	"time"

	"carebell/chat"
	"carebell/schedule"
)

// Person is who is spoken to, as far as it is known. The zero value is a stranger.
type Person struct {
	ID       string // patient id; empty for a stranger
	Name     string
	Language string // BCP 47; empty until known
	Zone     string // IANA; empty until known
	// ZoneConfirmed: the person said that this is the zone.
	ZoneConfirmed bool
	// Consent is the version of the text agreed to; empty: none.
	Consent string
	// Stopped: the person said STOP and has not come back.
	Stopped bool
	// Unreachable is why nothing could be sent to this address until now; empty: reachable.
	Unreachable string
}

// State is everything that a Step may look at.
type State struct {
	Person Person
	// Open are the person's open drafts that have not expired, oldest first.
	Open []Draft
	// Doses are the open cards below reminders that wait for an answer, oldest first.
	Doses []Draft
	// Tapped is the draft that the update's Data names, whoever owns it and whatever became of it.
	Tapped *Draft
	// TappedMessage is the row whose message carries the button that was tapped: the reply, the reminder
	// or one more copy of it. Empty when it is not known.
	TappedMessage string
	// Series are the person's active and paused series, oldest first, each with its next occurrence.
	Series []Upcoming
	// Named are the series that the tapped draft names, whatever became of them.
	Named []Upcoming
	// Record is what a Step asked for with Turn.Wants; nil: it did not.
	Record *Record
	// Recent are the person's last five messages, newest first.
	Recent []Message
	// Entropy is fresh randomness: ids are drawn from it.
	Entropy [32]byte
}

// Upcoming is a series and when it comes next; Next is zero when nothing more comes by itself.
type Upcoming struct {
	schedule.Series
	Next time.Time
}

// Message is one scheduled message and what became of it.
type Message struct {
	Text   string
	Due    time.Time
	Zone   string
	Status string // delivery's word: pending, sent, delivered, …
	SentAt time.Time
}

// Turn is what a Step decided. It is saved in one transaction, or not at all.
type Turn struct {
	// Wants, when set, is all of the turn: it is not saved. The Step must be taken again with that Record.
	Wants *Wanted
	// Erase takes away everything of the person with this turn, and says only Replies, which are the
	// last of them: they go once they have left. Nothing else of the turn is saved.
	Erase bool
	// Person is the profile as it is to be from now on; but for Unreachable, which is Reach's.
	Person Person
	// Reach, when set, is why the address cannot be written to from now on; pointing to "", it can. nil
	// leaves it as it is: the engine may have learnt otherwise since the state was loaded.
	Reach *string
	// Consent is given or withdrawn with this turn; nil: neither.
	Consent *Consent
	Drafts  []DraftChange
	// Create are new series, each with its first occurrence.
	Create []NewSeries
	// Change are series that are cancelled, paused or resumed.
	Change []SeriesChange
	// Answers are what was said about doses; Snoozes ask for one of them again.
	Answers []DoseAnswer
	Snoozes []Snooze
	Replies []Reply
	// Toast answers a tap at once; empty: silently.
	Toast string
	Audit []AuditEvent
}

// Consent is the answer to the consent question.
type Consent struct {
	Given     bool // otherwise withdrawn
	Version   string
	Language  string
	MessageID string // the platform's id of what was answered
}

// DraftChange saves a draft. From is the version that it must still have; 0 means a new draft.
type DraftChange struct {
	Draft Draft
	From  int
}

// NewSeries is a series with its first occurrence.
type NewSeries struct {
	Series schedule.Series
	First  schedule.Occurrence
	// Second is the one after it, zero when there is none: it bounds how late the first may be.
	Second time.Time
}

// SeriesChange moves a series to a status. Pending occurrences follow it: cancelled or paused. With
// Active, those still ahead are pending again, and the store finds the next one by its own clock.
type SeriesChange struct {
	ID     string
	Status schedule.SeriesStatus
	Why    string
	// From, with Active and a series that is not paused: it goes on with its first occurrence at or after
	// From. What waits before that is cancelled; what it would have been may be made again later.
	From time.Time
}

// Reply is one message that leaves. With Edits it replaces what that earlier reply shows.
type Reply struct {
	ID      string
	Edits   string
	Message chat.Message
}

// DoseAnswer is what a person says about one dose. It settles a delivery whose outcome is unknown: who
// answers a message has it.
type DoseAnswer struct {
	ID        string // of the answer
	MessageID string // the occurrence
	Draft     string // the card that was answered
	// Answer is AnswerTaken or AnswerSkipped, or AnswerUndone: what was said before is taken back.
	Answer string
	Reason string // of AnswerSkipped
	Due    time.Time
	SaidAt time.Time // when it was taken, as the person says
}

// The answers.
const (
	AnswerTaken   = "taken"
	AnswerSkipped = "skipped"
	AnswerUndone  = "undone"
)

// Snooze asks for an occurrence once more.
type Snooze struct {
	MessageID string // the occurrence
	At        time.Time
	Until     time.Time // later than this it is not sent any more
}

// AuditEvent is something that must be possible to look up later.
type AuditEvent struct {
	Action  string
	Subject string // an id, never text
}
