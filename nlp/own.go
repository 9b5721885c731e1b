package nlp

import (
	"time"

	"carebell/schedule"
)

// own puts a wall-clock rule that was said in another zone onto the clock of the user's own zone,
// by the distance that the two have at its first occurrence. Where that would move days of the
// month, the rule keeps its zone, if that has a name.
func (rs *resolver) own(rule schedule.Rule) schedule.Rule {
	if rs.zone == rs.prof.Zone || rule.Elapsed() || rule.IsOnce() {
		return rule
	}
	start := rule.Start()
	here, there := schedule.WallOf(start.In(rs.prof.Zone)), schedule.WallOf(start)
	shift := int64(here.Date.DaysUntil(there.Date))*-86400 + int64(here.Clock) - int64(there.Clock)
	rec := schedule.Recurrence{Zone: rs.prof.Zone, From: here}
	for _, p := range rule.Patterns() {
		byDay := map[int]schedule.Pattern{}
		for _, t := range p.Times {
			moved := int64(t) + shift
			carry := 0
			for moved < 0 {
				moved += 86400
				carry--
			}
			for moved >= 86400 {
				moved -= 86400
				carry++
			}
			q, ok := byDay[carry]
			if !ok {
				q = p
				q.Times = nil
				q.Weekdays = turned(p.Weekdays, carry)
			}
			q.Times = append(q.Times, schedule.Clock(moved))
			byDay[carry] = q
		}
		for carry, q := range byDay {
			if carry != 0 && (q.Freq >= schedule.Monthly || q.Interval > 1 && len(byDay) > 1) {
				return rs.kept(rule)
			}
			rec.Patterns = append(rec.Patterns, q)
		}
	}
	if end, ok := rule.End(); ok {
		rec.Until = schedule.WallOf(end.In(rs.prof.Zone))
	}
	for _, e := range rule.Exceptions() {
		at, _ := e.In(rs.zone)
		rec.Except = append(rec.Except, schedule.WallOf(at.In(rs.prof.Zone)))
	}
	moved, err := schedule.Recurring(rec)
	if err != nil {
		return rs.kept(rule)
	}
	return moved
}

func (rs *resolver) kept(rule schedule.Rule) schedule.Rule {
	if rule.Zone().String() == "" {
		return rule.In(rs.prof.Zone)
	}
	return rule
}

func turned(days []time.Weekday, by int) []time.Weekday {
	var out []time.Weekday
	for _, d := range days {
		out = append(out, time.Weekday(((int(d)+by)%7+7)%7))
	}
	return out
}
