package nlp

import (
	"time"

	"carebell/schedule"
)

// dayOf is the calendar day of a datum. base is the day it counts from, at the time it is wanted
// for: a day that is today counts while that time is still ahead.
func (rs *resolver) dayOf(d datum, base schedule.Date, at schedule.Clock) (schedule.Date, string) {
	day, code := rs.plainDay(d, base, at)
	if d.plus != 0 && code == "" {
		day = day.AddDays(d.plus)
	}
	return day, code
}

func (rs *resolver) plainDay(d datum, base schedule.Date, at schedule.Clock) (schedule.Date, string) {
	ahead := base != rs.today || rs.isAhead(base, at)
	switch d.kind {
	case dRelative:
		if d.n < -366 || d.n > 400_000 {
			return schedule.Date{}, "too_far"
		}
		return rs.today.AddDays(d.n), ""
	case dWeekday:
		return rs.weekdayOf(d, base, ahead), ""
	case dWeekend:
		sat := datum{kind: dWeekday, n: 6, which: d.which}
		if d.which != nextOne && base.Weekday() == time.Sunday && ahead {
			return base, ""
		}
		return rs.weekdayOf(sat, base, ahead), ""
	case dCalendar, dAmbiguous:
		return rs.namedDay(d, base, ahead)
	case dDayOfMonth:
		return rs.dayOfMonth(d, base, ahead)
	case dOrdinal:
		return rs.ordinalDay(d, base, ahead)
	case dPeriod:
		switch d.unit {
		case day:
			return rs.today.AddDays(d.n), ""
		case week:
			return rs.today.AddDays(7 * d.n), ""
		case month:
			return rs.today.AddMonths(d.n), ""
		}
		return rs.today.AddMonths(12 * d.n), ""
	case dEndOf:
		switch {
		case d.unit == week:
			return rs.today.Monday().AddDays(6), ""
		case d.unit == year:
			return schedule.Date{Year: base.Year, Month: 12, Day: 31}, ""
		case d.m > 0:
			y := base.Year
			if time.Month(d.m) < base.Month {
				y++
			}
			return schedule.Date{Year: y, Month: time.Month(d.m), Day: daysIn(y, d.m)}, ""
		}
		return schedule.Date{Year: base.Year, Month: base.Month, Day: daysIn(base.Year, int(base.Month))}, ""
	}
	return schedule.Date{}, "no_schedule"
}

// isAhead reports whether a time of a day is still to come.
func (rs *resolver) isAhead(day schedule.Date, at schedule.Clock) bool {
	when, _ := rs.at(day, at)
	return when.After(rs.now)
}

func (rs *resolver) weekdayOf(d datum, base schedule.Date, ahead bool) schedule.Date {
	monday := base.Monday()
	if d.which == previous {
		return monday.AddDays(d.n - 8)
	}
	if d.which == nextOne || d.which == nextWeeks {
		return monday.AddDays(6 + d.n)
	}
	day := monday.AddDays(d.n - 1)
	if day.Before(base) || day == base && !ahead {
		day = day.AddDays(7)
	}
	return day
}

// namedDay is a calendar day that may have been said with its weekday: the two must agree, and of a
// slash date that can be read both ways the weekday decides.
func (rs *resolver) namedDay(d datum, base schedule.Date, ahead bool) (schedule.Date, string) {
	day, code := rs.calendarDay(d, base, ahead)
	if d.weekday == 0 || code != "" || ourWeekday(day.Weekday()) == d.weekday {
		return day, code
	}
	if d.kind == dAmbiguous {
		d.n, d.m = d.m, d.n
		if other, code := rs.calendarDay(d, base, ahead); code == "" && ourWeekday(other.Weekday()) == d.weekday {
			return other, ""
		}
	}
	rs.alternative("date", rs.onceAt(day, rs.anyClock()))
	rs.alternative("weekday", rs.onceAt(rs.weekdayOf(datum{kind: dWeekday, n: d.weekday}, rs.today, true), rs.anyClock()))
	return day, "contradiction"
}

func (rs *resolver) calendarDay(d datum, base schedule.Date, ahead bool) (schedule.Date, string) {
	day := schedule.Date{Year: d.y, Month: time.Month(d.m), Day: d.n}
	if d.y > 0 {
		return day, ""
	}
	for y := base.Year; y <= base.Year+8; y++ {
		day.Year = y
		if !day.Valid() || day.Before(base) || day == base && !ahead {
			continue
		}
		return day, ""
	}
	return day, "impossible_date"
}

func (rs *resolver) dayOfMonth(d datum, base schedule.Date, ahead bool) (schedule.Date, string) {
	first := schedule.Date{Year: base.Year, Month: base.Month, Day: 1}
	if d.which == nextOne || d.which == comingOne {
		first = first.AddMonths(1)
		if d.n > daysIn(first.Year, int(first.Month)) {
			return first, "impossible_date"
		}
		first.Day = d.n
		return first, ""
	}
	for range 48 {
		day := schedule.Date{Year: first.Year, Month: first.Month, Day: d.n}
		if day.Valid() && !day.Before(base) && (day != base || ahead) &&
			(d.weekday == 0 || ourWeekday(day.Weekday()) == d.weekday) {
			return day, ""
		}
		first = first.AddMonths(1)
	}
	return first, "impossible_date"
}

func (rs *resolver) ordinalDay(d datum, base schedule.Date, ahead bool) (schedule.Date, string) {
	first := schedule.Date{Year: base.Year, Month: base.Month, Day: 1}
	step := 1
	if d.m > 0 {
		first.Month, step = time.Month(d.m), 12
	} else if d.which == nextOne || d.which == comingOne {
		first = first.AddMonths(1)
	}
	for range 24 {
		if day, ok := nthOfMonth(first, d.n, d.weekday); ok && !day.Before(base) && (day != base || ahead) {
			return day, ""
		}
		first = first.AddMonths(step)
	}
	return first, "impossible_date"
}

// nthOfMonth is the n-th (-1: last) weekday of the month that begins on first; weekday 0 is any day,
// 8 any working day.
func nthOfMonth(first schedule.Date, n, weekday int) (schedule.Date, bool) {
	length := daysIn(first.Year, int(first.Month))
	if n > 0 {
		for i := range length {
			day := first.AddDays(i)
			if fits(day, weekday) {
				if n--; n == 0 {
					return day, true
				}
			}
		}
		return first, false
	}
	for i := length - 1; i >= 0; i-- {
		day := first.AddDays(i)
		if fits(day, weekday) {
			if n++; n == 0 {
				return day, true
			}
		}
	}
	return first, false
}

func fits(day schedule.Date, weekday int) bool {
	w := ourWeekday(day.Weekday())
	return weekday == 0 || weekday == w || weekday == 8 && w <= 5
}
