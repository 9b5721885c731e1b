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

// sameDay reconciles two days that name the same one ("friday 13 march"); false when they are a list.
func (rs *resolver) sameDay() bool {
	r := &rs.p.r
	if len(r.dates) != 2 || r.dates[0].kind == r.dates[1].kind {
		return false
	}
	a, b := r.dates[0], r.dates[1]
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

func (rs *resolver) anyClock() schedule.Clock {
	if cs := rs.p.r.clocks; len(cs) > 0 {
		at, _ := rs.clockOf(cs[0])
		return at
	}
	return rs.prof.Clocks.DateOnly
}

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

// offset resolves "in 2 hours", "in 3 days at 8".
func (rs *resolver) offset() string {
	r := &rs.p.r
	a := r.offset
	if len(r.dates) == 1 && r.dates[0].kind == dRelative && r.dates[0].n == 0 && a.seconds == 0 {
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

// askMedicine asks about hours 1 to 5 for a medicine.
func (rs *resolver) askMedicine(c clockTime, at schedule.Clock, rule func(schedule.Clock) schedule.Rule) {
	if !rs.res.Medical || c.only || c.meridiem != 0 || c.part != 0 || c.zero || at.Hour() < 1 || at.Hour() > 5 {
		return
	}
	if rs.res.Ask == "" {
		rs.res.Ask = AskMedicineHour
	}
	for _, a := range rs.res.Alternatives {
		if a.Rule.IsOnce() && schedule.ClockOf(a.Rule.Start().In(rs.zone)) == at+12*3600 {
			return
		}
	}
	rs.alternative("afternoon", rule(at+12*3600))
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

// dateAlternatives offers the other reading of a slash date and the nearer one of "next friday".
func (rs *resolver) dateAlternatives(d datum, day schedule.Date, at schedule.Clock) {
	switch {
	case d.kind == dAmbiguous && d.weekday == 0:
		other := d
		other.n, other.m = d.m, d.n
		rs.assume("date_order", map[bool]string{true: "month_first", false: "day_first"}[rs.p.monthFirst])
		if day, code := rs.dayOf(other, rs.today, at); code == "" {
			before := len(rs.res.Alternatives)
			rs.alternative("slash_date", rs.onceAt(day, at))
			if len(rs.res.Alternatives) > before {
				rs.res.Ask = AskSlashDate
			}
		}
	case d.kind == dWeekday && d.which == nextOne:
		near := d
		near.which = anyOf
		if other, code := rs.dayOf(near, rs.today, at); code == "" && other.Before(day) && other.Before(rs.today.Monday().AddDays(7)) {
			rs.assume("which_weekday", day.String())
			rs.alternative("this_week", rs.onceAt(other, at))
			rs.res.Ask = AskNextWeekday
		}
	case d.kind == dWeekday:
		rs.assume("which_weekday", day.String())
	case d.kind == dCalendar && d.y == 0 && day.Year != rs.today.Year:
		rs.assume("year", day.String()[:4])
	}
}

// pastAlternatives offers what could be meant by a time that has passed.
func (rs *resolver) pastAlternatives(d datum, c clockTime, day schedule.Date, at schedule.Clock) {
	if d.kind == dRelative && d.n == 0 && c.meridiem == 0 && c.part == 0 && !c.only && at.Hour() < 12 && at.Hour() > 0 {
		if at+12*3600 > rs.clock {
			rs.alternative("later_today", rs.onceAt(rs.today, at+12*3600))
		}
	}
	switch d.kind {
	case dAmbiguous:
		other := d
		other.n, other.m = d.m, d.n
		if day, code := rs.dayOf(other, rs.today, at); code == "" {
			rs.alternative("slash_date", rs.onceAt(day, at))
		}
		fallthrough
	case dCalendar:
		again := schedule.Date{Year: rs.today.Year, Month: day.Month, Day: day.Day}
		for range 9 {
			if again.Valid() {
				if when, _ := rs.at(again, at); when.After(rs.now) {
					rs.alternative("next_year", rs.onceAt(again, at))
					break
				}
			}
			again.Year++
		}
	default:
		next := rs.today
		if when, _ := rs.at(next, at); !when.After(rs.now) {
			next = next.AddDays(1)
		}
		rs.alternative("next_day", rs.onceAt(next, at))
	}
}

// faultAlternatives offers what is near an impossible date or time.
func (rs *resolver) faultAlternatives() {
	r := &rs.p.r
	if r.fault != "impossible_date" || len(r.dates) != 1 {
		return
	}
	d := r.dates[0]
	if d.kind != dCalendar || d.m < 1 || d.m > 12 || d.n < 29 || d.n > 31 {
		return
	}
	y := d.y
	if y == 0 {
		y = rs.today.Year
		if d.m < int(rs.today.Month) {
			y++
		}
	}
	day := schedule.Date{Year: y, Month: time.Month(d.m), Day: daysIn(y, d.m)}
	if day.Valid() {
		rs.alternative("last_day", rs.onceAt(day, rs.anyClock()))
	}
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
