package conversations

import (
	"slices"
	"time"
)

// DraftStep is where a draft stands.
type DraftStep string

// The steps, drawn in the package comment.
const (
	StepConsent DraftStep = "consent"
	StepZone    DraftStep = "zone"
	StepPlace   DraftStep = "place"
	StepWhen    DraftStep = "when"
	StepChoose  DraftStep = "choose"
	StepMessage DraftStep = "message"
	StepCard    DraftStep = "card"
	StepChange  DraftStep = "change"
	StepResume  DraftStep = "resume"
	StepAsk     DraftStep = "ask"   // a list or a choice of language: one question, one tap
	StepLate    DraftStep = "late"  // an answer after its time: then, or just now?
	StepNoted   DraftStep = "noted" // nothing was asked yet
	StepDone    DraftStep = "done"  // what follows is Undo or Show
)

// DraftKind is what the draft is for.
type DraftKind string

// The kinds.
const (
	KindSchedule DraftKind = "schedule" // a message is being scheduled
	KindWelcome  DraftKind = "welcome"  // somebody is new: consent, zone, ready
	KindZone     DraftKind = "zone"     // /timezone
	KindResume   DraftKind = "resume"   // somebody is back: which series go on
	KindStop     DraftKind = "stop"     // everything or one series was stopped, which can be undone for a minute
	KindList     DraftKind = "list"     // the buttons below /list
	KindLanguage DraftKind = "language" // /language
	KindHeard    DraftKind = "heard"    // a request came in another language
	KindDose     DraftKind = "dose"     // the buttons below a reminder that asks for an answer
	KindWhich    DraftKind = "which"    // "taken", and more than one dose is open
	KindPause    DraftKind = "pause"    // reminders are paused
)

// DraftStatus is whether a draft still waits for an answer.
type DraftStatus string

// The statuses. Expired is not saved: it is what an open draft is after its ExpiresAt.
const (
	DraftOpen    DraftStatus = "open"
	DraftDone    DraftStatus = "done"
	DraftDropped DraftStatus = "dropped"
)

// DraftLife is how long a draft waits for an answer.
const DraftLife = 30 * time.Minute

// ListLife is how long the numbers of a list mean what it showed.
const ListLife = 24 * time.Hour

// life is how long a draft of a kind waits.
func (k DraftKind) life() time.Duration {
	if k == KindList {
		return ListLife
	}
	return DraftLife
}

// UndoLife is how long Undo works.
const UndoLife = time.Minute

// Draft is one conversation, saved after every step.
type Draft struct {
	ID      string // ten random characters
	Owner   string // patient id
	Kind    DraftKind
	Step    DraftStep
	Status  DraftStatus
	Version int
	Data    Data
	// Card is the reply that shows its buttons; it is edited in place.
	Card      string
	ExpiresAt time.Time
	UpdatedAt time.Time
}

// Data is what a draft remembers. Its JSON form is saved: fields may be added, never renamed, and
// Schema grows when their meaning changes.
type Data struct {
	Schema int `json:"schema"`
	// Text is the request as typed, and SaidAt when, by the platform's clock.
	Text   string    `json:"text,omitempty"`
	SaidAt time.Time `json:"said_at"`
	// Rule is the schedule understood so far, as RFC 5545 text.
	Rule     string `json:"rule,omitempty"`
	Message  string `json:"message,omitempty"`
	Template string `json:"template,omitempty"`
	// Assumed are the assumptions that the card shows, as code:value.
	Assumed []string `json:"assumed,omitempty"`
	// Options are what the buttons of a question stand for, in their order.
	Options []Option `json:"options,omitempty"`
	// Zone is the guess that the zone question offers.
	Zone string `json:"zone,omitempty"`
	// Series made or cancelled by this draft, and the code that people see.
	Series []string `json:"series,omitempty"`
	Code   string   `json:"code,omitempty"`
	// Replaces is the series that this draft changes, and Scope how much of it.
	Replaces string `json:"replaces,omitempty"`
	Scope    string `json:"scope,omitempty"`
	// Next is the occurrence that "only the next one" meant when that was asked.
	Next time.Time `json:"next,omitzero"`
	// Until is the end of a pause; zero: until it is resumed.
	Until time.Time `json:"until,omitzero"`
	// Page is where a list stands.
	Page int `json:"page,omitempty"`
	// Often: a dose and a time of day were said, and nothing about days: how often is still to be asked.
	Often bool `json:"often,omitempty"`
	// MessageID is the platform's id of the person's own message, to know its later edits.
	MessageID string `json:"message_id,omitempty"`
	// Consent is the version that STOP withdrew, for its Undo; empty: there was none.
	Consent string `json:"consent,omitempty"`
	// Dose is what a KindDose asks about, or what KindWhich was asked to note.
	Dose *Dose `json:"dose,omitempty"`
	// Was is the time line before the last change, for the card.
	Was string `json:"was,omitempty"`
}

// Named are the series that a draft is about: made, ended, or replaced by it.
func (d *Data) Named() []string {
	if d.Replaces == "" {
		return d.Series
	}
	return append(slices.Clone(d.Series), d.Replaces)
}

// Option is one possible answer.
type Option struct {
	Rule  string `json:"rule,omitempty"`
	Zone  string `json:"zone,omitempty"`
	Label string `json:"label"`
}

// schema is the current meaning of Data.
const schema = 1

// expired reports whether the draft waits no more.
func (d *Draft) expired(now time.Time) bool { return d.Status == DraftOpen && now.After(d.ExpiresAt) }
