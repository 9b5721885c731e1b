package nlp

import (
	"time"

	"carebell/schedule"
)

// recurring resolves a reading that repeats; it gives an error code or "".
func (rs *resolver) recurring() string {
	r := &rs.p.r
	rs.res.Kind = Recurring
	if r.hasOffset {
		// "every day at 9 starting in 3 days" comes as start; an offset beside a rule is its start.
		if r.start != nil || r.offset.seconds > 0 {
			return "contradiction"
		}
		day := rs.today.AddMonths(r.offset.months).AddDays(r.offset.days)
		r.start = &datum{kind: dCalendar, n: day.Day, m: int(day.Month), y: day.Year}
	}
	if r.rec.step > 0 && !r.window {
		return rs.elapsed()
	}
	return rs.wall()
}

func (rs *resolver) wall() string {
	r := &rs.p.r
	if r.rec.unit == 0 {
		r.rec.unit, r.rec.n = day, 1
		if !r.rec.weekdays.empty() {
			r.rec.unit = week
		}
	}
	if rs.pairs() {
		return "contradiction"
	}
	if code := rs.wholeWeeks(); code != "" {
		return code
	}
	rs.gatherDates()
	if r.fault != "" {
		return r.fault
	}
	if n := r.rec.perPeriod; n > 1 && r.rec.weekdays.count()*max(1, len(r.rec.ordinals))+len(r.rec.monthDays) != n {
		return "times_a_week"
	}
	if r.rec.rate && len(r.clocks) == 0 {
		return "no_time"
	}
	times, code := rs.times()
	if code != "" {
		return code
	}
	rec := schedule.Recurrence{Zone: rs.zone, From: schedule.WallOf(rs.now.Add(time.Second))}
	last := times[0]
	for _, t := range times {
		last = max(last, t)
	}
	if r.start != nil {
		day, code := rs.dayOf(*r.start, rs.today, last)
		if code != "" {
			return code
		}
		if r.start.kind == dPeriod {
			day = periodStart(day, r.start.unit)
		}
		if day.Before(rs.today) {
			rs.alternative("start_now", rs.ruleFrom(rec, times))
			return "past_time"
		}
		if rs.today.Before(day) {
			rec.From = day.At(0)
			if r.startClock != nil && len(r.clocks) > 0 {
				at, _ := rs.clockOf(*r.startClock)
				rec.From = day.At(at)
			}
		}
	} else if r.startClock != nil && len(r.clocks) > 0 {
		at, _ := rs.clockOf(*r.startClock)
		rec.From = rs.today.At(max(at, rs.clock+1))
	}
	if code := rs.patterns(&rec, times); code != "" {
		return code
	}
	if code := rs.wallBounds(&rec); code != "" {
		return code
	}
	if code := rs.exceptions(&rec, times); code != "" {
		return code
	}
	if code := rs.build(rec); code != "" {
		return code
	}
	rs.recurringAlternatives(rec, times)
	return ""
}

// wholeWeeks makes "every 14 days on tuesday" every other tuesday. Fifteen days are a fortnight, and
// eight a week, where they are counted with both ends; other numbers go with no weekday.
func (rs *resolver) wholeWeeks() string {
	r := &rs.p.r
	named := !r.rec.weekdays.empty()
	for _, d := range r.dates {
		named = named || d.kind == dWeekday && d.which == anyOf
	}
	if r.rec.unit != day || r.rec.n < 7 || !named {
		return ""
	}
	n := r.rec.n
	if n%7 == 1 {
		n--
	}
	if n%7 != 0 {
		return "contradiction"
	}
	r.rec.unit, r.rec.n = week, n/7
	return ""
}

// periodStart is the first day of the week, month or year that a day lies in.
func periodStart(day schedule.Date, unit int) schedule.Date {
	switch unit {
	case week:
		return day.Monday()
	case month:
		return schedule.Date{Year: day.Year, Month: day.Month, Day: 1}
	case year:
		return schedule.Date{Year: day.Year, Month: 1, Day: 1}
	}
	return day
}

// pairs reports whether several days have a time each ("monday at 9 and tuesday at 10"): that is
// more than one reminder.
func (rs *resolver) pairs() bool {
	p := rs.p
	for n := 1; n < len(p.r.clocks); n++ {
		a, b := p.r.clocks[n-1], p.r.clocks[n]
		if a.from == b.from || a.only || b.only {
			continue
		}
		for i := a.to; i < b.from; i++ {
			if p.taken[i] != roleNone && (p.is(i, cWeekday) || p.is(i, cWeekdays) || p.is(i, cMonth)) {
				return true
			}
		}
	}
	return false
}

func (rs *resolver) ruleFrom(rec schedule.Recurrence, times []schedule.Clock) schedule.Rule {
	if rs.patterns(&rec, times) != "" {
		return schedule.Rule{}
	}
	rule, err := schedule.Recurring(rec)
	if err != nil {
		return schedule.Rule{}
	}
	return rs.own(rule)
}

// gatherDates moves days that were said beside the recurrence to where they belong.
func (rs *resolver) gatherDates() {
	r := &rs.p.r
	rec := &r.rec
	var rest []datum
	for _, d := range r.dates {
		switch {
		case d.kind == dWeekday && rec.unit == week && d.which != nextOne && d.which != nextWeeks:
			rec.weekdays.add(d.n)
		case d.kind == dWeekday && rec.unit == month && len(rec.monthDays) == 0:
			rec.weekdays.add(d.n)
			if len(rec.ordinals) == 0 {
				rec.ordinals = []int{1}
				rs.assume("ordinal", "1")
			}
		case d.kind == dDayOfMonth && rec.unit == month:
			rec.monthDays = append(rec.monthDays, d.n)
		case d.kind == dDayOfMonth && rec.unit == week && rec.n == 1 && rec.weekdays.count() == 1:
			// "every friday the 13th"
			rec.unit = month
			rec.monthDays = append(rec.monthDays, d.n)
		case d.kind == dOrdinal && rec.unit == month && d.m == 0:
			rec.ordinals = append(rec.ordinals, d.n)
			rec.weekdays.add(d.weekday)
		case (d.kind == dCalendar && d.y == 0 || d.kind == dAmbiguous || d.kind == dOrdinal && d.m > 0) && rec.unit == year:
			rec.yearDays = append(rec.yearDays, d)
		case d.kind == dWeekday && rec.unit == day && rec.n == 1 && !rec.loose && d.which == anyOf && r.start == nil:
			rs.p.fail("contradiction", d.from, d.from+1) // "no meds on sunday every day at 9"
		case d.kind == dWeekend && rec.unit == week:
			rec.weekdays |= weekEnd
		case d.kind == dEndOf && rec.unit == month && d.m == 0:
			rec.monthDays = append(rec.monthDays, -1)
		case d.kind == dRelative && rec.loose && rec.unit == week:
			// "tomorrow, friday and sunday" is neither a list of days nor a rule.
			rs.p.fail("contradiction", d.from, d.from+1)
		default:
			rest = append(rest, d)
		}
	}
	r.dates = nil
	switch {
	case len(rest) == 0:
	case len(rest) == 1 && r.start == nil:
		r.start = &rest[0]
	case r.start != nil && len(rest) == 1 && rest[0] == *r.start:
	default:
		rs.p.fail("contradiction", rest[0].from, rest[len(rest)-1].from+1)
	}
}

// build makes the rule and puts it into the user's zone.
func (rs *resolver) build(rec schedule.Recurrence) string {
	rule, err := schedule.Recurring(rec)
	if err != nil {
		if len(rec.Except) > 0 {
			return "nothing_left"
		}
		return "impossible_date"
	}
	rs.res.Rule = rs.own(rule)
	return ""
}
