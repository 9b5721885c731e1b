package nlp

import "time"

// clockTime is a time of day as it was said; resolve decides what it comes to.
type clockTime struct {
	hour, minute, second int
	meridiem             int8 // 0 none, 1 before noon, 2 after
	part                 int  // the part of the day it stands in, 0 none
	shift                int  // before a meal -1, after it 1
	minutes              int  // how long before or after; 0: the profile's distance
	early                int  // minutes before the figure: "30 min before my 3pm appointment"
	only                 bool // the part of the day alone, no figure: a default clock
	hourOnly             bool // a bare hour without minutes
	spoken               bool // "half past nine": on the 12-hour dial
	zero                 bool // written 03:00: meant on the 24-hour clock
	weak                 bool // nothing but its form says that it is a time
	from, to             int  // tokens
}

type dateKind uint8

const (
	dRelative   dateKind = iota // n days from today
	dWeekday                    // weekday n (1 Monday)
	dCalendar                   // day n of month m of year y (0: the next such)
	dAmbiguous                  // n/m: either may be the month; y as above
	dDayOfMonth                 // the n-th
	dOrdinal                    // n-th weekday w of month m (0: this or the next)
	dPeriod                     // n units u from now: "next week"
	dWeekend
	dEndOf // the last day of the current unit u
)

// which says which of several equal days is meant.
type which uint8

const (
	anyOf which = iota
	thisOne
	nextOne
	comingOne
	nextWeeks // "tuesday next week": next without doubt
	previous  // "last friday"
)

// datum is a day as it was said.
type datum struct {
	kind    dateKind
	n, m, y int
	weekday int
	unit    int
	which   which
	plus    int // days added: "a week from friday"
	from    int // token index, for error spans
}

// span of time: months and days are calendar time, seconds are elapsed.
type amount struct {
	months, days int
	seconds      int64
}

// recurrence is how something repeats, as it was said.
type recurrence struct {
	set       bool
	unit      int // day, week, month, year; hour, minute, second: elapsed
	n         int // every n units
	step      int64
	weekdays  weekdaySet
	ordinals  []int // with weekdays: first, third, -1 last
	monthDays []int
	months    []int
	yearDays  []datum // fixed dates of the year
	perDay    int     // times a day
	perPeriod int     // times a week or month: its days must be named
	rate      bool    // "2 tablets a day": how many at a time is not said
	lastWork  bool    // the last working day of the month
	loose     bool    // only implied by days named in the plural or in a list
}

type weekdaySet uint8

func (s weekdaySet) has(d int) bool                  { return s&(1<<d) != 0 }
func (s *weekdaySet) add(d int)                      { *s |= 1 << d }
func (s weekdaySet) empty() bool                     { return s == 0 }
func goWeekday(d int) time.Weekday                   { return time.Weekday(d % 7) }
func ourWeekday(d time.Weekday) int                  { return (int(d)+6)%7 + 1 }
func (s weekdaySet) without(t weekdaySet) weekdaySet { return s &^ t }

const (
	allWeek  weekdaySet = 0b11111110
	workWeek weekdaySet = 0b00111110
	weekEnd  weekdaySet = 0b11000000
)

func (s weekdaySet) days() []time.Weekday {
	var ds []time.Weekday
	for d := 1; d <= 7; d++ {
		if s.has(d) {
			ds = append(ds, goWeekday(d))
		}
	}
	return ds
}

func (s weekdaySet) count() int {
	n := 0
	for d := 1; d <= 7; d++ {
		if s.has(d) {
			n++
		}
	}
	return n
}

// reading is all that the grammar found, before any calendar is asked.
type reading struct {
	offset    amount
	hasOffset bool
	offsetAt  int // its token
	dates     []datum
	clocks    []clockTime
	rec       recurrence

	window         bool // from .. to, of an hourly rule
	winFrom, winTo clockTime

	start      *datum
	startClock *clockTime
	startNow   bool

	until      *datum
	untilClock *clockTime
	forN       int
	forUnit    int
	count      int

	exceptDays   weekdaySet
	exceptMonths []int
	exceptDates  []datum

	zone     *time.Location
	asNeeded bool
	forever  bool

	fault     string // an error code found while reading
	faultFrom int
	faultTo   int

	clockAt []int // token index of each clock, for contradictions
}
