package nlp

import (
	"fmt"
	"slices"
	"time"

	"carebell/schedule"
)

func (rs *resolver) recurringAlternatives(rec schedule.Recurrence, times []schedule.Clock) {
	r := &rs.p.r
	if r.rec.unit == month && slices.Contains(r.rec.monthDays, 31) {
		rs.assume("short_months", "31")
		rs.res.Ask = AskDay31
		other := rec
		other.Patterns = slices.Clone(rec.Patterns)
		for i := range other.Patterns {
			days := slices.Clone(other.Patterns[i].MonthDays)
			for k := range days {
				if days[k] == 31 {
					days[k] = -1
				}
			}
			other.Patterns[i].MonthDays = days
		}
		if rule, err := schedule.Recurring(other); err == nil {
			rs.alternative("last_day", rs.own(rule))
		}
	} else if r.rec.unit == month && (slices.Contains(r.rec.monthDays, 30) || slices.Contains(r.rec.monthDays, 29)) {
		rs.assume("short_months", fmt.Sprint(slices.Max(r.rec.monthDays)))
	}
	if r.rec.n > 1 {
		rs.assume("phase", schedule.DateOf(rs.res.Rule.Start()).String())
		if first := rs.res.Rule.Start(); r.start == nil && schedule.DateOf(first) != rs.today {
			other := rec
			// The other phase: as if today had been the first.
			switch r.rec.unit {
			case 0, day:
				other.From = schedule.DateOf(first).AddDays(r.rec.n - 1).At(0)
			case week:
				other.From = schedule.DateOf(first).AddDays((r.rec.n - 1) * 7).At(0)
			default:
				other.Patterns = nil
			}
			if len(other.Patterns) > 0 {
				if rule, err := schedule.Recurring(other); err == nil {
					rs.alternative("phase", rs.own(rule))
				}
			}
		}
	}
	if rs.res.Ask == AskSlashDate && len(r.rec.yearDays) > 0 {
		other := rec
		other.Patterns = slices.Clone(rec.Patterns)
		for i := range other.Patterns {
			p := &other.Patterns[i]
			p.Months, p.MonthDays = []time.Month{time.Month(p.MonthDays[0])}, []int{int(p.Months[0])}
		}
		if rule, err := schedule.Recurring(other); err == nil {
			rs.alternative("slash_date", rs.own(rule))
		}
	}
	for _, c := range r.clocks {
		at, _ := rs.clockOf(c)
		rs.askMedicine(c, at, func(to schedule.Clock) schedule.Rule {
			other := rec
			other.Patterns = slices.Clone(rec.Patterns)
			for i := range other.Patterns {
				ts := slices.Clone(other.Patterns[i].Times)
				for k := range ts {
					if ts[k] == at {
						ts[k] = to
					}
				}
				other.Patterns[i].Times = ts
			}
			rule, err := schedule.Recurring(other)
			if err != nil {
				return schedule.Rule{}
			}
			return rs.own(rule)
		})
	}
	if r.rec.loose && len(r.dates) == 0 && r.rec.unit == week && r.until == nil && r.forN == 0 && r.count == 0 && r.rec.weekdays.count() > 1 {
		rs.assume("recurrence", "weekly")
	}
}
