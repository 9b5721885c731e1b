package schedule

import (
	"fmt"
	"time"
)

// secondsPerDay is the length of a floating day: daylight saving does not exist before localising.
const secondsPerDay = 86400

// Date is a day of the Gregorian calendar without a zone. The zero value is no date.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day that t shows in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// IsZero reports whether no date is given.
func (d Date) IsZero() bool { return d == Date{} }

// Valid reports whether the day exists and its year is within 1 to 9999.
func (d Date) Valid() bool {
	return d.Year >= 1 && d.Year <= 9999 && d.Month >= 1 && d.Month <= 12 &&
		d.Day >= 1 && d.Day <= DaysIn(d.Year, d.Month)
}

// AddDays moves by n calendar days.
func (d Date) AddDays(n int) Date { return dateOfDay(d.day() + int64(n)) }

// AddMonths moves by n months; a day that the month does not have becomes its last day.
func (d Date) AddMonths(n int) Date {
	index := d.Year*12 + int(d.Month) - 1 + n
	y, m := floorDiv(index, 12), time.Month(floorMod(index, 12)+1)
	return Date{y, m, min(d.Day, DaysIn(y, m))}
}

// Weekday is the day's name.
func (d Date) Weekday() time.Weekday { return weekdayOf(d.day()) }

// Monday is the first day of the week (Monday first) that the day lies in.
func (d Date) Monday() Date { return dateOfDay(mondayOf(d.day())) }

// Before reports whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.day() < e.day() }

// DaysUntil is the number of days from d to e; negative when e is earlier.
func (d Date) DaysUntil(e Date) int { return int(e.day() - d.day()) }

// At is the floating time c on this day.
func (d Date) At(c Clock) Wall { return Wall{d, c} }

// String is the form 2026-03-11.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// day counts days from 1970-01-01; out-of-range days overflow into the neighbouring months.
func (d Date) day() int64 {
	y := int64(d.Year)
	m := int64(d.Month)
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + int64(d.Day) - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

func dateOfDay(n int64) Date {
	z := n + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day := int(doy - (153*mp+2)/5 + 1)
	month := mp + 3
	year := yoe + era*400
	if month > 12 {
		month -= 12
		year++
	}
	return Date{int(year), time.Month(month), day}
}

// DaysIn is the number of days of a month.
func DaysIn(year int, month time.Month) int {
	switch month {
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case time.April, time.June, time.September, time.November:
		return 30
	}
	return 31
}

func weekdayOf(day int64) time.Weekday { return time.Weekday(floorMod64(day+4, 7)) }

func mondayOf(day int64) int64 { return day - floorMod64(day+3, 7) }

// Clock is a time of day in seconds after midnight, 0 to 86399.
type Clock int32

// NewClock is the clock of an hour and a minute.
func NewClock(hour, minute int) Clock { return Clock(hour*3600 + minute*60) }

// ClockOf is the time of day that t shows in its own location.
func ClockOf(t time.Time) Clock {
	h, m, s := t.Clock()
	return Clock(h*3600 + m*60 + s)
}

// Hour, Minute and Second take a clock apart.
func (c Clock) Hour() int   { return int(c) / 3600 }
func (c Clock) Minute() int { return int(c) / 60 % 60 }
func (c Clock) Second() int { return int(c) % 60 }

// String is the form 09:00, or 09:00:30 when there are seconds.
func (c Clock) String() string {
	if c.Second() != 0 {
		return fmt.Sprintf("%02d:%02d:%02d", c.Hour(), c.Minute(), c.Second())
	}
	return fmt.Sprintf("%02d:%02d", c.Hour(), c.Minute())
}

// Wall is a floating local time: what a calendar and a clock on the wall show, in no zone yet.
type Wall struct {
	Date  Date
	Clock Clock
}

// WallOf is what the wall shows at t in t's own location; fractions of a second are dropped.
func WallOf(t time.Time) Wall { return Wall{DateOf(t), ClockOf(t)} }

// In is the instant at which the walls of zone show w. A time that daylight saving skips moves
// forward by the gap and is reported as shifted; of a repeated time it is the first.
func (w Wall) In(zone *time.Location) (at time.Time, shifted bool) {
	unix, gap := localise(w.float(), zone)
	return time.Unix(unix, 0).In(zone), gap != 0
}

// float counts seconds from 1970-01-01T00:00:00 on the wall.
func (w Wall) float() int64 { return w.Date.day()*secondsPerDay + int64(w.Clock) }

func wallOfFloat(f int64) Wall {
	day := floorDiv64(f, secondsPerDay)
	return Wall{dateOfDay(day), Clock(f - day*secondsPerDay)}
}

// floatOf is what the walls of zone show at an instant.
func floatOf(unix int64, zone *time.Location) int64 { return unix + offsetAt(unix, zone) }

func offsetAt(unix int64, zone *time.Location) int64 {
	_, off := time.Unix(unix, 0).In(zone).Zone()
	return int64(off)
}

// localise finds the instant of a floating time. gap is the length in seconds of the gap that
// swallowed it, 0 when the time exists.
func localise(f int64, zone *time.Location) (unix, gap int64) {
	// No offset exceeds 16 hours, so a day to either side lies beyond any transition near f.
	before, after := offsetAt(f-secondsPerDay, zone), offsetAt(f+secondsPerDay, zone)
	early := f - max(before, after)
	late := f - min(before, after)
	if offsetAt(early, zone) == f-early {
		return early, 0
	}
	if offsetAt(late, zone) == f-late {
		return late, 0
	}
	if after > before {
		return f - before, after - before
	}
	return late, 0
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func floorMod(a, b int) int { return a - floorDiv(a, b)*b }

func floorDiv64(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func floorMod64(a, b int64) int64 { return a - floorDiv64(a, b)*b }
