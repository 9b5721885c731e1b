package nlp

import (
	"fmt"
	"time"

	"carebell/schedule"
)

// patterns fills in which days the rule is about.
func (rs *resolver) patterns(rec *schedule.Recurrence, times []schedule.Clock) string {
	r := &rs.p.r.rec
	base := schedule.Pattern{Interval: r.n, Times: times}
	if rs.p.r.window {
		base.Interval = max(1, r.n)
	}
	switch r.unit {
	case day:
		base.Freq = schedule.Daily
		base.Weekdays = r.weekdays.days()
	case week:
		base.Freq = schedule.Weekly
		base.Weekdays = r.weekdays.days()
		if len(base.Weekdays) == 0 {
			first := rs.firstDay(rec, times)
			base.Weekdays = []time.Weekday{first.Weekday()}
			rs.assume("weekday", fmt.Sprint(ourWeekday(first.Weekday())))
		}
	case month:
		base.Freq = schedule.Monthly
		switch {
		case r.lastWork:
			base.Weekdays = workWeek.days()
			base.SetPos = []int{-1}
		case len(r.ordinals) > 0:
			for _, n := range r.ordinals {
				for _, d := range r.weekdays.days() {
					base.Ordinals = append(base.Ordinals, schedule.Ordinal{N: n, Day: d})
				}
			}
		case len(r.monthDays) > 0:
			base.MonthDays = r.monthDays
			base.Weekdays = r.weekdays.days()
		default:
			first := rs.firstDay(rec, times)
			base.MonthDays = []int{first.Day}
			rs.assume("month_day", fmt.Sprint(first.Day))
		}
		if len(r.ordinals) > 0 && len(r.monthDays) > 0 {
			rec.Patterns = append(rec.Patterns, schedule.Pattern{Freq: schedule.Monthly, Interval: r.n, MonthDays: r.monthDays, Times: times})
		}
	case year:
		return rs.yearly(rec, base)
	default:
		return "contradiction"
	}
	for _, m := range r.months {
		base.Months = append(base.Months, time.Month(m))
	}
	rec.Patterns = append(rec.Patterns, base)
	return ""
}

// firstDay is the first day from the beginning on which one of the times is still ahead.
func (rs *resolver) firstDay(rec *schedule.Recurrence, times []schedule.Clock) schedule.Date {
	for _, t := range times {
		if t >= rec.From.Clock {
			return rec.From.Date
		}
	}
	if rs.p.r.rec.unit == day || rec.From.Date != rs.today {
		return rec.From.Date.AddDays(1)
	}
	return rec.From.Date // "weekly" alone is today's weekday, even when its time has passed
}

func (rs *resolver) yearly(rec *schedule.Recurrence, base schedule.Pattern) string {
	r := &rs.p.r.rec
	base.Freq = schedule.Yearly
	for _, d := range r.yearDays {
		p := base
		p.Months = []time.Month{time.Month(d.m)}
		if d.kind == dOrdinal {
			p.Ordinals = []schedule.Ordinal{{N: d.n, Day: goWeekday(d.weekday)}}
			if d.weekday == 0 {
				p.Ordinals, p.MonthDays = nil, []int{d.n}
			}
		} else {
			p.MonthDays = []int{d.n}
		}
		rec.Patterns = append(rec.Patterns, p)
		if d.kind == dAmbiguous {
			rs.res.Ask = AskSlashDate
			rs.assume("date_order", map[bool]string{true: "month_first", false: "day_first"}[rs.p.monthFirst])
		}
	}
	if len(r.yearDays) > 0 {
		return ""
	}
	if len(r.months) > 0 {
		for _, m := range r.months {
			base.Months = append(base.Months, time.Month(m))
		}
		base.MonthDays = []int{1}
		if len(r.monthDays) > 0 {
			base.MonthDays = r.monthDays
		}
		rec.Patterns = append(rec.Patterns, base)
		return ""
	}
	first := rs.firstDay(rec, base.Times)
	base.Months, base.MonthDays = []time.Month{first.Month}, []int{first.Day}
	rs.assume("year_day", first.String()[5:])
	rec.Patterns = append(rec.Patterns, base)
	return ""
}
