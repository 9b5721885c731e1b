package nlp

import (
	"slices"
	"time"

	"carebell/schedule"
)

// elapsed resolves "every 6 hours".
func (rs *resolver) elapsed() string {
	r := &rs.p.r
	step := time.Duration(r.rec.step) * time.Second
	if step > 366*24*time.Hour {
		return "interval_too_long"
	}
	if r.rec.step <= 0 {
		return "interval_zero"
	}
	rs.p.r.rec.loose = false
	for _, d := range r.dates {
		if d.kind == dWeekday && d.which == anyOf && r.start == nil && len(r.dates) == 1 {
			r.rec.weekdays.add(d.n)
			continue
		}
		if r.start != nil || len(r.dates) > 1 {
			return "contradiction"
		}
		r.start = &d
	}
	if len(r.clocks) > 1 && rs.evenly(step) {
		// "every 12 hours at 8am and 8pm" names the times of a day.
		r.rec.step, r.rec.unit, r.rec.n = 0, day, 1
		return rs.wall()
	}
	first, code := rs.elapsedStart(step)
	if code != "" {
		return code
	}
	iv := schedule.Interval{Zone: rs.prof.Zone, Step: step, First: first, Count: r.count}
	if code := rs.elapsedEnd(&iv); code != "" {
		return code
	}
	bounded := iv.Count > 0 || !iv.Until.IsZero()
	if step < rs.prof.MinInterval && (!bounded || step < time.Minute || r.forever) {
		if rule, err := schedule.Every(schedule.Interval{Zone: iv.Zone, Step: rs.prof.MinInterval, First: rs.now.Add(rs.prof.MinInterval)}); err == nil {
			rs.alternative("longest_allowed", rule)
		}
		return "interval_too_short"
	}
	days := r.rec.weekdays
	if !r.exceptDays.empty() {
		if days.empty() {
			days = allWeek
		}
		if days = days.without(r.exceptDays); days.empty() {
			return "nothing_left"
		}
	}
	iv.Weekdays = days.days()
	if !days.empty() && !slices.Contains(iv.Weekdays, iv.First.Weekday()) && r.start == nil {
		rs.assume("anchor", iv.First.Format("15:04"))
	}
	if code := rs.elapsedExceptions(&iv); code != "" {
		return code
	}
	rule, err := schedule.Every(iv)
	if err != nil {
		return "bound_before_start"
	}
	rs.res.Rule = rule
	return ""
}

// evenly reports whether the clocks divide the day into equal steps.
func (rs *resolver) evenly(step time.Duration) bool {
	var times []schedule.Clock
	for _, c := range rs.p.r.clocks {
		at, _ := rs.clockOf(c)
		times = append(times, at)
	}
	slices.Sort(times)
	for i, t := range times {
		next := times[(i+1)%len(times)]
		if i+1 == len(times) {
			next += 86400
		}
		if time.Duration(next-t)*time.Second != step {
			return false
		}
	}
	return true
}

func (rs *resolver) elapsedStart(step time.Duration) (time.Time, string) {
	r := &rs.p.r
	var c *clockTime
	switch {
	case r.startClock != nil:
		c = r.startClock
	case len(r.clocks) == 1:
		c = &r.clocks[0]
	case len(r.clocks) > 1:
		return time.Time{}, "contradiction"
	}
	if r.start == nil && c == nil {
		return rs.now.Truncate(time.Second).Add(step), ""
	}
	at := rs.prof.Clocks.DateOnly
	if c != nil {
		at, _ = rs.clockOf(*c)
	}
	if r.start == nil {
		day := rs.today
		when, _ := rs.at(day, at)
		if !when.After(rs.now) {
			when, _ = rs.at(day.AddDays(1), at)
		}
		return when, ""
	}
	day, code := rs.dayOf(*r.start, rs.today, at)
	if code != "" {
		return time.Time{}, code
	}
	if day == rs.today && c == nil {
		return rs.now.Truncate(time.Second).Add(step), ""
	}
	if c == nil {
		rs.assume("default_clock", at.String())
	}
	when, _ := rs.at(day, at)
	if !when.After(rs.now) {
		return time.Time{}, "past_time"
	}
	return when, ""
}

func (rs *resolver) elapsedEnd(iv *schedule.Interval) string {
	r := &rs.p.r
	if r.until != nil || r.untilClock != nil {
		day, at := rs.today, endOfDay
		base := schedule.DateOf(iv.First.In(rs.zone))
		if r.until != nil {
			var code string
			if r.start == nil {
				base = rs.today
			}
			if day, code = rs.dayOf(*r.until, base, endOfDay); code != "" {
				return code
			}
		}
		if r.untilClock != nil {
			at, _ = rs.clockOf(*r.untilClock)
			if when, _ := rs.at(day, at); r.until == nil && !when.After(rs.now) {
				day = day.AddDays(1)
			}
		}
		iv.Until, _ = rs.at(day, at)
		if iv.Until.Before(iv.First) {
			return "bound_before_start"
		}
	}
	if r.forN > 0 {
		var length time.Duration
		switch r.forUnit {
		case minute:
			length = time.Duration(r.forN) * time.Minute
		case hour:
			length = time.Duration(r.forN) * time.Hour
		case day:
			length = time.Duration(min(r.forN, 36500)) * 24 * time.Hour
		case week:
			length = time.Duration(min(r.forN, 5200)) * 7 * 24 * time.Hour
		default:
			months := r.forN
			if r.forUnit == year {
				months *= 12
			}
			from := schedule.DateOf(iv.First)
			length = time.Duration(from.DaysUntil(from.AddMonths(min(months, 1200)))) * 24 * time.Hour
		}
		n := max(1, int(length/iv.Step))
		if iv.Count == 0 || n < iv.Count {
			iv.Count = n
		}
	}
	if iv.Count > 100_000 {
		return "too_far"
	}
	if iv.Count > 0 && !iv.Until.IsZero() {
		last := iv.First.Add(time.Duration(iv.Count-1) * iv.Step)
		if last.Before(iv.Until) {
			iv.Until = last
		}
		iv.Count = 0
	}
	return ""
}

func (rs *resolver) elapsedExceptions(iv *schedule.Interval) string {
	for _, d := range rs.p.r.exceptDates {
		day, code := rs.dayOf(d, rs.today, endOfDay)
		if code != "" {
			return code
		}
		from, _ := rs.at(day, 0)
		to, _ := rs.at(day.AddDays(1), 0)
		n := max(0, int64((from.Sub(iv.First)+iv.Step-1)/iv.Step))
		for at := iv.First.Add(time.Duration(n) * iv.Step); at.Before(to) && len(iv.Except) < 2000; at = at.Add(iv.Step) {
			if !at.Before(from) {
				iv.Except = append(iv.Except, at)
			}
		}
	}
	return ""
}
