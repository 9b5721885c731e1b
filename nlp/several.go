package nlp

import (
	"time"

	"carebell/schedule"
)

// sameDay reconciles two days that name the same one ("friday 13 march", "1 March next year"); false
// when they are a list.
func (rs *resolver) sameDay() bool {
	r := &rs.p.r
	rs.daysApart()
	if len(r.dates) != 2 || r.dates[0].kind == r.dates[1].kind {
		return false
	}
	a, b := r.dates[0], r.dates[1]
	if b.kind == dPeriod && b.unit == year {
		a, b = b, a
	}
	if a.kind == dPeriod && a.unit == year && (b.kind == dCalendar || b.kind == dAmbiguous) && b.y == 0 {
		b.y = rs.today.Year + a.n // "1 March next year"
		r.dates = append(r.dates[:0], b)
		return true
	}
	if a.kind == dWeekday {
		a, b = b, a
	}
	if b.kind != dWeekday {
		return false
	}
	if a.kind == dPeriod && a.unit == week {
		r.dates = append(r.dates[:0], datum{kind: dWeekday, n: b.n, which: nextWeeks})
		return true
	}
	day, code := rs.dayOf(a, rs.today, schedule.Clock(86399))
	if code == "" && a.kind == dAmbiguous && ourWeekday(day.Weekday()) != b.n {
		// The weekday decides between day and month.
		other := a
		other.n, other.m, other.kind = a.m, a.n, dCalendar
		if day2, code2 := rs.dayOf(other, rs.today, schedule.Clock(86399)); code2 == "" && ourWeekday(day2.Weekday()) == b.n {
			a = other
			day = day2
		}
	}
	if code != "" || ourWeekday(day.Weekday()) != b.n {
		rs.p.fail("contradiction", min(a.from, b.from), max(a.from, b.from)+1)
		if code == "" {
			rs.alternative("date", rs.onceAt(day, rs.anyClock()))
		}
		if day, code := rs.dayOf(b, rs.today, rs.anyClock()); code == "" {
			rs.alternative("weekday", rs.onceAt(day, rs.anyClock()))
		}
	}
	if a.kind == dAmbiguous {
		a.kind = dCalendar
	}
	r.dates = append(r.dates[:0], a)
	return true
}

// daysApart refuses two days of different kinds that no word joins: "buy 4th of July flags tomorrow".
func (rs *resolver) daysApart() {
	p := rs.p
	ds := p.r.dates
	for n := 1; n < len(ds); n++ {
		a, b := ds[n-1], ds[n]
		if a.kind == b.kind || a.kind == dWeekday || b.kind == dWeekday || a.kind == dPeriod || b.kind == dPeriod || a.from >= b.from {
			continue
		}
		if p.wordsBetween(a.from, b.from) || p.wordsBefore(a.from) && !p.joined(b.from) {
			p.fail("contradiction", a.from, b.from+1)
		}
	}
}

// joined reports whether "and" or a comma stands before i.
func (p *parse) joined(i int) bool {
	for k := i - 1; k >= 0 && k > i-4; k-- {
		if p.is(k, cAnd) || p.punct(k, ',') {
			return true
		}
		if p.taken[k] == roleNone && p.content(k) {
			return false
		}
	}
	return false
}

// wordsBefore reports whether a word of the message stands right before i.
func (p *parse) wordsBefore(i int) bool { return i > 0 && p.taken[i-1] == roleNone && p.content(i-1) }

// oneClock finds times of day that contradict each other: said apart, without "and".
func (rs *resolver) oneClock() string {
	r := &rs.p.r
	if rs.p.r.fault != "" {
		return rs.p.r.fault
	}
	if len(r.clocks) < 2 {
		return ""
	}
	first, _ := rs.clockOf(r.clocks[0])
	apart := false
	for _, c := range r.clocks[1:] {
		if at, _ := rs.clockOf(c); c.from != r.clocks[0].from && at != first && !(c.only && r.clocks[0].only) {
			apart = true
		}
	}
	if !apart {
		if same, _ := rs.clockOf(r.clocks[1]); same == first && r.clocks[1].from != r.clocks[0].from {
			r.clocks = r.clocks[:1]
		}
		return ""
	}
	for _, c := range r.clocks {
		at, _ := rs.clockOf(c)
		day := rs.today
		if len(r.dates) > 0 {
			day, _ = rs.dayOf(r.dates[0], rs.today, at)
		} else if at <= rs.clock {
			day = day.AddDays(1)
		}
		if day.Valid() {
			rs.alternative("clock", rs.onceAt(day, at))
		}
	}
	return "contradiction"
}

// several makes one series of several single times: "at 9 and 21", "on 12 and 15 May".
func (rs *resolver) several() string {
	r := &rs.p.r
	if rs.p.r.fault != "" {
		return rs.p.r.fault
	}
	clocks := r.clocks
	for _, c := range clocks {
		if len(r.dates) > 1 && c.from != clocks[0].from {
			return "contradiction" // "monday at 9 and tuesday at 10": two reminders, not one
		}
	}
	if len(clocks) == 0 {
		clocks = []clockTime{{only: true}}
	}
	var walls []schedule.Wall
	for _, c := range clocks {
		rs.noteClock(c)
		at, _ := rs.clockOf(c)
		if len(r.dates) == 0 {
			day := rs.today
			if when, _ := rs.at(day, at); !when.After(rs.now) {
				day = day.AddDays(1)
			}
			walls = append(walls, day.At(at))
			continue
		}
		for _, d := range r.dates {
			if d.kind == dAmbiguous {
				d.kind = dCalendar
			}
			day, code := rs.dayOf(d, rs.today, at)
			if code == "" {
				code = rs.pastCheck(day, at)
			}
			if code != "" {
				if len(clocks) > 1 && code == "past_time" {
					continue // "today at 8 and 20" said at noon: the second is still ahead
				}
				return code
			}
			walls = append(walls, day.At(at))
		}
	}
	return rs.list(walls)
}

// list is the series of exactly these times.
func (rs *resolver) list(walls []schedule.Wall) string {
	if len(walls) == 0 {
		return "past_time"
	}
	if len(walls) == 1 {
		rs.settle(walls[0].Date, walls[0].Clock)
		return ""
	}
	first, last := walls[0], walls[0]
	var patterns []schedule.Pattern
	for _, w := range walls {
		if w.Date.At(w.Clock) != w {
			continue
		}
		if before(w, first) {
			first = w
		}
		if before(last, w) {
			last = w
		}
		patterns = append(patterns, schedule.Pattern{
			Freq: schedule.Yearly, Months: []time.Month{w.Date.Month}, MonthDays: []int{w.Date.Day},
			Times: []schedule.Clock{w.Clock},
		})
	}
	rs.res.Kind = Recurring
	return rs.build(schedule.Recurrence{Zone: rs.zone, From: first, Patterns: patterns, Until: last})
}

func before(a, b schedule.Wall) bool {
	return a.Date.Before(b.Date) || a.Date == b.Date && a.Clock < b.Clock
}
