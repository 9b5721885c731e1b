package nlp

import (
	"time"

	"carebell/schedule"
)

// Kind says what a phrase came to.
type Kind string

// The kinds of a Result.
const (
	Once      Kind = "once"
	Recurring Kind = "recurring"
	Failure   Kind = "error"
)

// Role is what a Span of the text was taken as.
type Role string

// The roles of a Span.
const (
	RoleDate       Role = "date"
	RoleClock      Role = "clock"
	RoleRecurrence Role = "recurrence"
	RoleBound      Role = "bound"
	RoleZone       Role = "zone"
	RoleMessage    Role = "message"
	RoleCommand    Role = "command"

	roleNone Role = ""
)

// Span is a piece of the text, in bytes of the text as it was given, and what it was taken as.
type Span struct {
	Role       Role
	Start, End int
}

// Assumption is something that the phrase did not say. Codes are listed in docs/phrases.md.
type Assumption struct {
	Code  string
	Value string
}

// String is the form code:value.
func (a Assumption) String() string { return a.Code + ":" + a.Value }

// Reading is another way to understand a phrase, or, beside an error, what could be meant instead.
type Reading struct {
	Kind    Kind
	Rule    schedule.Rule
	Message string
	// Echo is the reading in words, in the language of the result.
	Echo string
	// Why is a code of what makes it differ: slash_date, this_week, afternoon, last_day, …
	Why string
}

// Error says why a phrase could not be scheduled.
type Error struct {
	// Code is stable; Sentence is English and ends with what to do.
	Code     string
	Sentence string
	// Span is the part of the text that is at fault; zero when it is all of it.
	Span Span
}

func (e *Error) Error() string { return e.Code + ": " + e.Sentence }

// The questions that Result.Ask may hold: what must be asked instead of assumed.
const (
	AskSlashDate    = "slash_date"
	AskNextWeekday  = "next_weekday"
	AskPassedHour   = "passed_hour"
	AskMedicineHour = "medicine_hour"
	AskDay31        = "day_31"
)

// Result is what Parse makes of a phrase.
type Result struct {
	Kind Kind
	// Rule is zero when Kind is Failure.
	Rule schedule.Rule
	// Message is the text without the time phrase, as typed; also filled when the time is missing.
	Message string
	// Language is the BCP 47 tag of the lexicon that understood the phrase.
	Language string
	// Spans cover what was used, in order; they lie inside the text and do not overlap.
	Spans       []Span
	Assumptions []Assumption
	// Alternatives are at most three.
	Alternatives []Reading
	// Ask is "" or a question of which Rule and Alternatives are the answers.
	Ask string
	// Medical: the message speaks of a medicine.
	Medical bool
	// Confidence is between 0 and 1.
	Confidence float64
	Err        *Error
}

// Clocks are the times of day that words stand for.
type Clocks struct {
	DateOnly, Morning, Noon, Afternoon, Evening, Night schedule.Clock
	Bedtime, Midnight, Breakfast, Lunch, Dinner        schedule.Clock
	// MealDistance is how long before or after a meal is meant.
	MealDistance time.Duration
	// Doses are the times of once, twice, three and four times a day.
	Doses [4][]schedule.Clock
}

// DefaultClocks are the times that hold where a profile says nothing else.
func DefaultClocks() Clocks {
	at := schedule.NewClock
	return Clocks{
		DateOnly: at(9, 0), Morning: at(8, 0), Noon: at(12, 0), Afternoon: at(15, 0), Evening: at(18, 0),
		Night: at(21, 0), Bedtime: at(22, 0), Midnight: at(0, 0), Breakfast: at(8, 0), Lunch: at(13, 0),
		Dinner: at(19, 0), MealDistance: 30 * time.Minute,
		Doses: [4][]schedule.Clock{
			{at(9, 0)}, {at(9, 0), at(21, 0)}, {at(9, 0), at(15, 0), at(21, 0)},
			{at(9, 0), at(13, 0), at(17, 0), at(21, 0)},
		},
	}
}

func (c Clocks) isZero() bool {
	return c.DateOnly == 0 && c.Morning == 0 && c.Noon == 0 && c.Afternoon == 0 && c.Evening == 0 &&
		c.Night == 0 && c.Bedtime == 0 && c.MealDistance == 0 && c.Doses[0] == nil
}

func (c *Clocks) of(part int) schedule.Clock {
	switch part {
	case dawn, morning:
		return c.Morning
	case noon:
		return c.Noon
	case afternoon:
		return c.Afternoon
	case evening:
		return c.Evening
	case night:
		return c.Night
	case bedtime:
		return c.Bedtime
	case midnight:
		return c.Midnight
	case breakfast:
		return c.Breakfast
	case lunch:
		return c.Lunch
	case dinner:
		return c.Dinner
	}
	return c.DateOnly
}

// Profile is what is known of the person who wrote the phrase.
type Profile struct {
	// Language is a BCP 47 tag; its region decides the order of slash dates. "" means English.
	Language string
	// Zone is where the person lives; nil means UTC. It should have an IANA name.
	Zone *time.Location
	// Clocks left at its zero value means DefaultClocks.
	Clocks Clocks
	// MinInterval is the least distance of a series without an end; 0 means 5 minutes.
	MinInterval time.Duration
}
