package nlp

import (
	"time"

	"carebell/schedule"
)

// once resolves a reading that happens one time; it gives an error code or "".
func (rs *resolver) once() string {
	r := &rs.p.r
	rs.res.Kind = Once
	if r.window && len(r.clocks) == 0 {
		r.clocks = append(r.clocks, r.winFrom) // "tomorrow from 9 to 11" begins at 9
	}
	if r.start != nil && len(r.dates) == 0 && len(r.clocks) == 0 && r.startClock == nil && r.start.kind == dWeekday {
		return "rule_unread" // "it hurts since monday": nothing is said to happen at a time
	}
	if r.start != nil && len(r.dates) == 0 {
		r.dates = append(r.dates, *r.start)
		if r.startClock != nil && len(r.clocks) == 0 {
			r.clocks = append(r.clocks, *r.startClock)
		}
	}
	if r.hasOffset {
		return rs.offset()
	}
	if len(r.dates) > 1 && !rs.sameDay() {
		return rs.several()
	}
	if code := rs.oneClock(); code != "" {
		return code
	}
	if len(r.clocks) > 1 {
		return rs.several()
	}
	if len(r.dates) == 0 && len(r.clocks) == 0 {
		return rs.nothing()
	}
	c := clockTime{only: true}
	if len(r.clocks) == 1 {
		c = r.clocks[0]
	}
	rs.noteClock(c)
	at, next := rs.clockOf(c)
	if len(r.dates) == 0 {
		return rs.clockAlone(c, at)
	}
	return rs.dated(r.dates[0], c, at, next)
}

func (rs *resolver) nothing() string {
	for i := range rs.p.taken {
		if rs.p.taken[i] == RoleCommand && rs.res.Message != "" {
			return "no_time"
		}
	}
	return "no_schedule"
}

func (rs *resolver) anyClock() schedule.Clock {
	if cs := rs.p.r.clocks; len(cs) > 0 {
		at, _ := rs.clockOf(cs[0])
		return at
	}
	return rs.prof.Clocks.DateOnly
}

// offset resolves "in 2 hours", "in 3 days at 8".
func (rs *resolver) offset() string {
	r := &rs.p.r
	a := r.offset
	if len(r.dates) == 1 && r.dates[0].kind == dRelative && r.dates[0].n == 0 {
		r.dates = nil // "heute in einer Woche"
	}
	if len(r.dates) > 0 && !(len(r.dates) == 1 && r.dates[0].kind == dWeekday && a.seconds == 0) {
		return "contradiction"
	}
	if a.months == 0 && a.days == 0 {
		if len(r.clocks) > 0 {
			return "contradiction"
		}
		if a.seconds <= 0 {
			return "past_time"
		}
		if a.seconds > 400_000*86400 {
			return "too_far"
		}
		rs.res.Rule = rs.throughEngine(rs.now.Add(time.Duration(a.seconds) * time.Second))
		return ""
	}
	if a.months > 12*8000 || a.days > 400_000 {
		return "too_far"
	}
	day := rs.today.AddMonths(a.months).AddDays(a.days)
	if len(r.dates) == 1 {
		day = day.Monday().AddDays(r.dates[0].n - 1)
		if r.dates[0].from < r.offsetAt && a.months == 0 {
			// "monday in two weeks" counts from monday, "in two weeks on monday" from today.
			if a.days%7 == 1 {
				a.days-- // "Montag in acht Tagen" counts the day itself
			}
			if a.days%7 != 0 {
				return "contradiction"
			}
			day = rs.weekdayOf(datum{kind: dWeekday, n: r.dates[0].n}, rs.today, false).AddDays(a.days)
		}
	}
	if !day.Valid() {
		return "too_far"
	}
	if a.seconds > 0 {
		at, _ := rs.at(day, rs.clock)
		rs.res.Rule = rs.throughEngine(at.Add(time.Duration(a.seconds) * time.Second))
		return ""
	}
	if len(r.clocks) > 1 {
		r.dates = []datum{{kind: dCalendar, n: day.Day, m: int(day.Month), y: day.Year}}
		return rs.several()
	}
	c := clockTime{only: true}
	if len(r.clocks) == 1 {
		c = r.clocks[0]
	}
	rs.noteClock(c)
	at, _ := rs.clockOf(c)
	rs.settle(day, at)
	rs.askMedicine(c, at, func(at schedule.Clock) schedule.Rule { return rs.onceAt(day, at) })
	return rs.pastCheck(day, at)
}

// settle makes the rule of a day and a time, and says so when daylight saving moves it.
func (rs *resolver) settle(day schedule.Date, at schedule.Clock) {
	when, shifted := rs.at(day, at)
	if shifted {
		rs.assume("clock_change", schedule.ClockOf(when).String())
	}
	rs.res.Rule = rs.throughEngine(when)
}

func (rs *resolver) pastCheck(day schedule.Date, at schedule.Clock) string {
	if !day.Valid() {
		return "too_far"
	}
	if when, _ := rs.at(day, at); when.After(rs.now) {
		return ""
	}
	return "past_time"
}

// clockAlone resolves a time of day without a day: today, or tomorrow once it has passed.
func (rs *resolver) clockAlone(c clockTime, at schedule.Clock) string {
	day := rs.today
	if !rs.isAhead(day, at) {
		for !rs.isAhead(day, at) {
			day = day.AddDays(1)
		}
		rs.assume("passed_today", day.String())
		later := at + 12*3600
		if c.hourOnly && c.meridiem == 0 && c.part == 0 && c.hour >= 1 && c.hour <= 11 {
			if later > rs.clock && later < 86400 {
				rs.alternative("later_today", rs.onceAt(rs.today, later))
				rs.res.Ask = AskPassedHour
			} else {
				rs.alternative("afternoon", rs.onceAt(day, later))
			}
		}
	}
	rs.settle(day, at)
	rs.askMedicine(c, at, func(at schedule.Clock) schedule.Rule {
		d := rs.today
		if when, _ := rs.at(d, at); !when.After(rs.now) {
			d = d.AddDays(1)
		}
		return rs.onceAt(d, at)
	})
	return ""
}

// dated resolves a day with its time.
func (rs *resolver) dated(d datum, c clockTime, at schedule.Clock, next int) string {
	day, code := rs.dayOf(d, rs.today, at)
	if code != "" {
		return code
	}
	if next > 0 && (c.hour == 24 || d.kind == dRelative && d.n == 0) {
		day = day.AddDays(next)
	} else if d.kind == dRelative && d.n == 0 && c.only && c.part == midnight {
		day = day.AddDays(1) // "today at midnight" is the one to come
	}
	if !day.Valid() {
		return "too_far"
	}
	if code := rs.pastCheck(day, at); code != "" {
		rs.pastAlternatives(d, c, day, at)
		return code
	}
	rs.settle(day, at)
	rs.dateAlternatives(d, day, at)
	rs.askMedicine(c, at, func(at schedule.Clock) schedule.Rule { return rs.onceAt(day, at) })
	return ""
}
