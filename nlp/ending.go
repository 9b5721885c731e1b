package nlp

import (
	"slices"
	"time"

	"carebell/schedule"
)

const endOfDay = schedule.Clock(86399)

// wallBounds fills in where the series ends.
func (rs *resolver) wallBounds(rec *schedule.Recurrence) string {
	r := &rs.p.r
	first, ok := firstOf(*rec)
	if !ok {
		return "impossible_date"
	}
	if r.forN > 0 {
		if r.forUnit < day {
			return "contradiction"
		}
		rec.Until = spanEnd(first.Date, r.forN, r.forUnit).At(endOfDay)
	}
	if r.until != nil || r.untilClock != nil {
		day := rs.today
		at := endOfDay
		if r.until != nil {
			var code string
			base := rec.From.Date
			if day, code = rs.dayOf(*r.until, base, endOfDay); code != "" {
				return code
			}
		}
		if r.untilClock != nil {
			at, _ = rs.clockOf(*r.untilClock)
			if r.until == nil && at <= rs.clock {
				day = day.AddDays(1)
			}
		}
		until := day.At(at)
		if before(until, first) {
			return "bound_before_start"
		}
		if rec.Until.Date.IsZero() || before(until, rec.Until) {
			rec.Until = until
		}
	}
	rec.Count = r.count
	if r.count > 10_000 {
		return "too_far"
	}
	return ""
}

func spanEnd(first schedule.Date, n, unit int) schedule.Date {
	switch unit {
	case day:
		return first.AddDays(min(n, 400_000) - 1)
	case week:
		return first.AddDays(min(n, 50_000)*7 - 1)
	case month:
		return first.AddMonths(min(n, 12_000)).AddDays(-1)
	}
	return first.AddMonths(min(n, 1000) * 12).AddDays(-1)
}

// firstOf is where a recurrence without its end would begin.
func firstOf(rec schedule.Recurrence) (schedule.Wall, bool) {
	rec.Zone = time.UTC
	rule, err := schedule.Recurring(rec)
	if err != nil {
		return schedule.Wall{}, false
	}
	return schedule.WallOf(rule.Start()), true
}

func (rs *resolver) exceptions(rec *schedule.Recurrence, times []schedule.Clock) string {
	r := &rs.p.r
	if !r.exceptDays.empty() {
		for i := range rec.Patterns {
			p := &rec.Patterns[i]
			if len(p.Ordinals) > 0 || len(p.SetPos) > 0 {
				return "contradiction"
			}
			left := allWeek
			if len(p.Weekdays) > 0 {
				left = 0
				for _, d := range p.Weekdays {
					left.add(ourWeekday(d))
				}
			}
			left = left.without(r.exceptDays)
			if left.empty() {
				return "nothing_left"
			}
			p.Weekdays = left.days()
		}
	}
	if len(r.exceptMonths) > 0 {
		for i := range rec.Patterns {
			var left []time.Month
			for m := 1; m <= 12; m++ {
				if !slices.Contains(r.exceptMonths, m) {
					left = append(left, time.Month(m))
				}
			}
			if len(left) == 0 {
				return "nothing_left"
			}
			rec.Patterns[i].Months = left
		}
	}
	for _, d := range r.exceptDates {
		if d.kind == dAmbiguous {
			d.kind = dCalendar
		}
		day, code := rs.dayOf(d, rec.From.Date, endOfDay)
		if code != "" {
			return code
		}
		for _, t := range times {
			rec.Except = append(rec.Except, day.At(t))
		}
	}
	return ""
}
