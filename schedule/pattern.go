package schedule

import (
	"fmt"
	"slices"
	"time"
)

// Frequency is the period that a Pattern repeats in.
type Frequency int

// The frequencies of a wall-clock pattern.
const (
	Daily Frequency = iota + 1
	Weekly
	Monthly
	Yearly
)

// Ordinal is the n-th such weekday of a month: {1, Monday} the first, {-1, Friday} the last.
type Ordinal struct {
	N   int
	Day time.Weekday
}

// Pattern is one set of days and the clock times on each of them. Fields left empty do not limit,
// except that a weekly pattern without Weekdays, a monthly one without days and a yearly one
// without Months take them from the first day of the rule.
type Pattern struct {
	Freq     Frequency
	Interval int // every Interval periods; 0 means 1

	Months    []time.Month
	MonthDays []int // 1 to 31, or -1 (last) to -31; months that lack the day are skipped
	Weekdays  []time.Weekday
	Ordinals  []Ordinal // monthly, or yearly with Months
	SetPos    []int     // of the days found in one month: 1 the first, -1 the last

	Times []Clock // at least one
}

// horizon is how many periods a pattern may come up empty before it is taken to have ended:
// enough for 29 February across a century that is not a leap year.
const horizon = 5000

func (p *Pattern) clone() Pattern {
	c := *p
	c.Months = sorted(p.Months)
	c.MonthDays = sorted(p.MonthDays)
	c.Weekdays = sorted(p.Weekdays)
	c.Ordinals = slices.Clone(p.Ordinals)
	slices.SortFunc(c.Ordinals, func(a, b Ordinal) int {
		if a.N != b.N {
			return a.N - b.N
		}
		return int(a.Day - b.Day)
	})
	c.Ordinals = slices.Compact(c.Ordinals)
	c.SetPos = sorted(p.SetPos)
	c.Times = sorted(p.Times)
	c.Interval = max(1, p.Interval)
	return c
}

func sorted[T interface{ ~int | ~int32 }](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	c := slices.Clone(s)
	slices.Sort(c)
	return slices.Compact(c)
}

func (p *Pattern) check() error {
	switch {
	case p.Freq < Daily || p.Freq > Yearly:
		return fmt.Errorf("frequency: expected daily, weekly, monthly or yearly")
	case p.Interval < 1 || p.Interval > 10000:
		return fmt.Errorf("interval: expected 1 to 10000, found %d", p.Interval)
	case len(p.Times) == 0:
		return fmt.Errorf("times: expected at least one time of day")
	case len(p.Ordinals) > 0 && (p.Freq < Monthly || p.Freq == Yearly && len(p.Months) == 0):
		return fmt.Errorf("numbered weekdays: expected a monthly rule, or a yearly one with months")
	case len(p.SetPos) > 0 && p.Freq < Monthly:
		return fmt.Errorf("set position: expected a monthly or yearly rule")
	}
	for _, t := range p.Times {
		if t < 0 || t >= secondsPerDay {
			return fmt.Errorf("times: expected a time of day, found %d seconds", int(t))
		}
	}
	for _, m := range p.Months {
		if m < 1 || m > 12 {
			return fmt.Errorf("months: expected 1 to 12, found %d", int(m))
		}
	}
	for _, d := range p.MonthDays {
		if d == 0 || d < -31 || d > 31 {
			return fmt.Errorf("month days: expected 1 to 31 or -1 to -31, found %d", d)
		}
	}
	for _, d := range p.Weekdays {
		if d < 0 || d > 6 {
			return fmt.Errorf("weekdays: expected Sunday to Saturday, found %d", int(d))
		}
	}
	for _, o := range p.Ordinals {
		if o.N == 0 || o.N < -5 || o.N > 5 || o.Day < 0 || o.Day > 6 {
			return fmt.Errorf("numbered weekdays: expected 1 to 5 or -1 to -5")
		}
	}
	return nil
}

// fill takes what a pattern leaves open from the first day.
func (p *Pattern) fill(first Date) {
	switch {
	case p.Freq == Weekly && len(p.Weekdays) == 0:
		p.Weekdays = []time.Weekday{first.Weekday()}
	case p.Freq == Monthly && len(p.MonthDays)+len(p.Weekdays)+len(p.Ordinals) == 0:
		p.MonthDays = []int{first.Day}
	case p.Freq == Yearly:
		if len(p.Months) == 0 && len(p.Ordinals) == 0 {
			p.Months = []time.Month{first.Month}
		}
		if len(p.MonthDays)+len(p.Weekdays)+len(p.Ordinals) == 0 {
			p.MonthDays = []int{first.Day}
		}
	}
}

// nextDay is the first day of the pattern at or after day, counting periods from anchor.
func (p *Pattern) nextDay(anchor, day int64) (int64, bool) {
	day = max(day, anchor)
	step := int64(p.Interval)
	switch p.Freq {
	case Daily:
		d := anchor + (day-anchor+step-1)/step*step
		for range horizon {
			if p.admits(d) {
				return d, true
			}
			d += step
		}
	case Weekly:
		week := mondayOf(anchor)
		n := (mondayOf(day) - week) / 7
		for k := (n + step - 1) / step * step; k < n+horizon*step; k += step {
			monday := week + k*7
			for i := range int64(7) {
				if d := monday + i; d >= day && slices.Contains(p.Weekdays, weekdayOf(d)) && p.inMonth(d) {
					return d, true
				}
			}
		}
	case Monthly, Yearly:
		return p.nextInMonths(anchor, day)
	}
	return 0, false
}

func (p *Pattern) nextInMonths(anchor, day int64) (int64, bool) {
	a, d := dateOfDay(anchor), dateOfDay(day)
	from := a.Year*12 + int(a.Month) - 1
	at := d.Year*12 + int(d.Month) - 1
	for range horizon {
		var off int
		if p.Freq == Monthly {
			off = floorMod(p.Interval-floorMod(at-from, p.Interval), p.Interval)
		} else if late := floorMod(at/12-a.Year, p.Interval); late != 0 {
			off = (at/12+p.Interval-late)*12 - at
		}
		at += off
		y, m := at/12, time.Month(at%12+1)
		if y > 9999 {
			return 0, false
		}
		if len(p.Months) == 0 || slices.Contains(p.Months, m) {
			if found, ok := p.dayInMonth(y, m, day); ok {
				return found, true
			}
		}
		at++
	}
	return 0, false
}

// dayInMonth is the first day of the pattern in a month that is not before from.
func (p *Pattern) dayInMonth(y int, m time.Month, from int64) (int64, bool) {
	first := Date{y, m, 1}.day()
	length := DaysIn(y, m)
	if len(p.SetPos) == 0 {
		for i := range length {
			if d := first + int64(i); d >= from && p.onMonthDay(i+1, length, weekdayOf(d)) {
				return d, true
			}
		}
		return 0, false
	}
	var days [31]int64
	n := 0
	for i := range length {
		if d := first + int64(i); p.onMonthDay(i+1, length, weekdayOf(d)) {
			days[n] = d
			n++
		}
	}
	best, ok := int64(0), false
	for _, pos := range p.SetPos {
		i := pos - 1
		if pos < 0 {
			i = n + pos
		}
		if i >= 0 && i < n && days[i] >= from && (!ok || days[i] < best) {
			best, ok = days[i], true
		}
	}
	return best, ok
}

func (p *Pattern) onMonthDay(day, length int, w time.Weekday) bool {
	if len(p.MonthDays) > 0 && !slices.Contains(p.MonthDays, day) &&
		!slices.Contains(p.MonthDays, day-length-1) {
		return false
	}
	if len(p.Weekdays) == 0 && len(p.Ordinals) == 0 {
		return true
	}
	if slices.Contains(p.Weekdays, w) {
		return true
	}
	for _, o := range p.Ordinals {
		if o.Day == w && ((day-1)/7+1 == o.N || -((length-day)/7+1) == o.N) {
			return true
		}
	}
	return false
}

// admits tests a day against the limits of a daily pattern.
func (p *Pattern) admits(day int64) bool {
	if len(p.Weekdays) > 0 && !slices.Contains(p.Weekdays, weekdayOf(day)) {
		return false
	}
	if !p.inMonth(day) {
		return false
	}
	if len(p.MonthDays) > 0 {
		d := dateOfDay(day)
		length := DaysIn(d.Year, d.Month)
		return slices.Contains(p.MonthDays, d.Day) || slices.Contains(p.MonthDays, d.Day-length-1)
	}
	return true
}

func (p *Pattern) inMonth(day int64) bool {
	return len(p.Months) == 0 || slices.Contains(p.Months, dateOfDay(day).Month)
}

// on reports whether the pattern takes place on a day.
func (p *Pattern) on(anchor, day int64) bool {
	d, ok := p.nextDay(anchor, day)
	return ok && d == day
}
