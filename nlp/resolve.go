package nlp

import (
	"fmt"
	"time"

	"carebell/schedule"
)

// resolver turns a reading into a rule: here now, the zone and the defaults come in.
type resolver struct {
	ps       *Parser
	p        *parse
	prof     Profile
	now      time.Time // in the zone of the text
	zone     *time.Location
	today    schedule.Date
	clock    schedule.Clock
	original string
	n        normal
	res      Result
}

func (rs *resolver) result() Result {
	p := rs.p
	rs.zone = rs.prof.Zone
	if p.r.zone != nil {
		rs.zone = p.r.zone
		rs.now = rs.now.In(rs.zone)
	}
	// Today is the person's own; a zone in the text is about the clock alone.
	rs.today, rs.clock = schedule.DateOf(rs.now.In(rs.prof.Zone)), schedule.ClockOf(rs.now)
	rs.res = Result{Language: p.lex.lang, Confidence: 1}
	rs.weakClocks()
	p.links()
	p.edges()
	rs.res.Message, rs.res.Spans = p.message(rs.original, &rs.n, make([]Span, 0, 8))
	rs.res.Medical = p.medical()
	if p.r.asNeeded {
		return rs.fail("as_needed")
	}
	if p.r.fault != "" {
		at := Span{Start: rs.n.original(int(p.at(p.r.faultFrom).start)), End: rs.n.original(int(p.at(p.r.faultTo - 1).end))}
		rs.faultAlternatives()
		return rs.failAt(p.r.fault, at)
	}
	rs.implied()
	var code string
	if p.r.rec.set {
		code = rs.recurring()
	} else {
		code = rs.once()
	}
	if code != "" {
		return rs.fail(code)
	}
	return rs.finish()
}

// fail keeps message, spans and alternatives, and drops what a result would have.
func (rs *resolver) fail(code string) Result { return rs.failAt(code, Span{}) }

func (rs *resolver) failAt(code string, span Span) Result {
	r := &rs.res
	r.Kind, r.Rule, r.Ask, r.Confidence, r.Assumptions = Failure, schedule.Rule{}, "", 0, nil
	r.Err = &Error{Code: code, Sentence: sentences[code], Span: span}
	rs.echoes()
	return *r
}

func (rs *resolver) finish() Result {
	r := &rs.res
	for i := range rs.p.toks {
		if t := &rs.p.toks[i]; t.typo && rs.p.taken[i] != roleNone {
			rs.assume("typo", rs.original[rs.n.original(int(t.start)):rs.n.original(int(t.end))])
			r.Confidence -= 0.1
		}
	}
	if _, ok := r.Rule.Next(rs.now); !ok {
		return rs.fail("past_time")
	}
	r.Confidence = max(0.1, r.Confidence-0.05*float64(len(r.Assumptions))-0.1*float64(len(r.Alternatives)))
	rs.echoes()
	return *r
}

func (rs *resolver) echoes() {
	r := &rs.res
	if len(r.Alternatives) > 3 {
		r.Alternatives = r.Alternatives[:3]
	}
	for i := range r.Alternatives {
		a := &r.Alternatives[i]
		a.Message = r.Message
		a.Kind = Recurring
		if a.Rule.IsOnce() {
			a.Kind = Once
		}
		a.Echo = rs.ps.describe(a.Rule, rs.p.lex, rs.now.In(rs.prof.Zone))
	}
}

func (rs *resolver) assume(code, value string) {
	rs.res.Assumptions = append(rs.res.Assumptions, Assumption{code, value})
}

func (rs *resolver) alternative(why string, rule schedule.Rule) {
	if rule.IsZero() {
		return
	}
	if _, ok := rule.Next(rs.now); !ok {
		return
	}
	rs.res.Alternatives = append(rs.res.Alternatives, Reading{Rule: rule, Why: why})
}

// weakClocks gives back to the message what only looks like a time when there is a surer one:
// "mix 1:10 tomorrow at 9:00".
func (rs *resolver) weakClocks() {
	p := rs.p
	strong, weak := 0, 0
	for _, c := range p.r.clocks {
		if c.weak {
			weak++
		} else {
			strong++
		}
	}
	if strong == 0 || weak == 0 {
		return
	}
	kept := p.r.clocks[:0]
	for _, c := range p.r.clocks {
		if !c.weak {
			kept = append(kept, c)
			continue
		}
		for i := c.from; i < c.to; i++ {
			p.taken[i] = roleNone
		}
	}
	p.r.clocks = kept
}

// implied adds the recurrence that a bound or a list speaks of without naming it.
func (rs *resolver) implied() {
	r := &rs.p.r
	if r.rec.set || r.hasOffset {
		return
	}
	bounded := r.forN > 0 && r.forUnit >= day || r.count > 0 || r.until != nil || r.start != nil || !r.exceptDays.empty()
	switch {
	case bounded && len(r.dates) == 0 && (len(r.clocks) > 0 || r.until != nil && r.start != nil || r.startClock != nil || r.untilClock != nil || !r.exceptDays.empty()):
		r.rec.set, r.rec.unit, r.rec.n = true, day, 1
		rs.assume("recurrence", "daily")
	case bounded && len(r.dates) > 0 && allWeekdays(r.dates):
		r.rec.set, r.rec.unit, r.rec.n = true, week, 1
		rs.assume("recurrence", "weekly")
	case bounded && len(r.dates) == 1 && r.start == nil && (len(r.clocks) > 0 || r.dates[0].kind == dRelative):
		d := r.dates[0]
		r.start, r.dates = &d, nil
		r.rec.set, r.rec.unit, r.rec.n = true, day, 1
		rs.assume("recurrence", "daily")
	}
}

func allWeekdays(ds []datum) bool {
	for _, d := range ds {
		if d.kind != dWeekday {
			return false
		}
	}
	return true
}

// clockOf is the time of day of a clock as it was said; next is 1 when it belongs to the night
// after the day it was said with.
func (rs *resolver) clockOf(c clockTime) (at schedule.Clock, next int) {
	if c.only {
		distance := schedule.Clock(rs.prof.Clocks.MealDistance / time.Second)
		if c.minutes > 0 {
			distance = schedule.Clock(c.minutes * 60)
		}
		at = rs.prof.Clocks.of(c.part) + schedule.Clock(c.shift)*distance
		return schedule.Clock((int(at) + 86400) % 86400), 0
	}
	h := c.hour
	switch {
	case c.meridiem == 1:
		if h == 12 {
			h = 0
		}
	case c.meridiem == 2:
		if h < 12 {
			h += 12
		}
	default:
		h, next = hourIn(c.part, h)
	}
	if h == 24 {
		h, next = 0, 1
	}
	return schedule.NewClock(h, c.minute) + schedule.Clock(c.second), next
}

// hourIn puts an hour of the 12-hour dial into its part of the day.
func hourIn(part, h int) (hour, next int) {
	if h > 12 {
		return h, 0
	}
	switch part {
	case dawn, morning, breakfast:
		if h == 12 {
			return 0, 0
		}
	case noon:
		if h < 11 {
			return h + 12, 0
		}
	case afternoon:
		if h < 12 {
			return h + 12, 0
		}
	case lunch:
		if h < 10 {
			return h + 12, 0
		}
	case evening, dinner:
		if h == 12 {
			return 0, 1
		}
		return h + 12, 0
	case night, bedtime, midnight:
		switch {
		case h == 12:
			return 0, 1
		case h >= 6:
			return h + 12, 0
		default:
			return h, 1
		}
	}
	return h, 0
}

func (rs *resolver) noteClock(c clockTime) {
	switch {
	case c.only:
		at, _ := rs.clockOf(c)
		rs.assume("default_clock", at.String())
	case c.hourOnly && c.meridiem == 0 && c.part == 0 && c.hour >= 1 && c.hour <= 11:
		rs.assume("24h", fmt.Sprintf("%02d:%02d", c.hour, c.minute))
	}
}

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

// mine puts a rule that was said in another zone into the user's own.
func (rs *resolver) at(date schedule.Date, clock schedule.Clock) (time.Time, bool) {
	at, shifted := date.At(clock).In(rs.zone)
	return at, shifted
}

func (rs *resolver) onceAt(date schedule.Date, clock schedule.Clock) schedule.Rule {
	at, _ := rs.at(date, clock)
	return schedule.Once(at, rs.prof.Zone)
}
