package schedule

import (
	"slices"
	"time"
)

// Clocks are the times of day at which the rule happens, in order; none for a rule in elapsed time.
func (r Rule) Clocks() []Clock {
	if r.IsOnce() {
		return []Clock{ClockOf(r.Start())}
	}
	var all []Clock
	for _, p := range r.Patterns() {
		all = append(all, p.Times...)
	}
	return sorted(all)
}

// At is the rule on the same days at other times of day, with the end that it had: an end by date is
// that whole day, a limited number of times stays a number of days. ok is false when there is no such
// rule: in elapsed time, or several times of something that happens once.
func (r Rule) At(clocks ...Clock) (moved Rule, ok bool) {
	clocks = sorted(clocks)
	switch {
	case r.IsZero() || r.Elapsed() || len(clocks) == 0:
		return Rule{}, false
	case r.IsOnce():
		if len(clocks) > 1 {
			return Rule{}, false
		}
		at, _ := DateOf(r.Start()).At(clocks[0]).In(r.Zone())
		return Once(at, r.Zone()), true
	}
	patterns := r.Patterns()
	slots := 0
	for _, p := range patterns {
		slots = max(slots, len(p.Times))
	}
	for i := range patterns {
		patterns[i].Times = clocks
	}
	return r.rebuilt(patterns, r.Count()/max(slots, 1)*len(clocks), clocks)
}

// On is the rule on these days of the week as well. ok is false when its days are not days of the week.
func (r Rule) On(days ...time.Weekday) (wider Rule, ok bool) {
	patterns := r.Patterns()
	if len(patterns) == 0 || r.Count() > 0 {
		return Rule{}, false
	}
	for i, p := range patterns {
		switch {
		case p.Freq == Daily && p.Interval <= 1 && len(p.Weekdays) == 0:
			continue
		case p.Freq != Weekly && (p.Freq != Daily || len(p.Weekdays) == 0):
			return Rule{}, false
		}
		if len(p.Weekdays) == 0 {
			patterns[i].Weekdays = []time.Weekday{r.Start().Weekday()}
		}
		patterns[i].Weekdays = append(patterns[i].Weekdays, days...)
	}
	return r.rebuilt(patterns, 0, r.Clocks())
}

// Starting is the rule from one of its occurrences on: what was before is not part of it, days that are
// counted from the first one go on from there, and a limited number of times is what is left of it.
func (r Rule) Starting(at time.Time) (Rule, bool) {
	if len(r.Patterns()) == 0 {
		return r, true
	}
	n := Recurrence{Zone: r.Zone(), From: WallOf(at.In(r.Zone())), Patterns: r.Patterns(), Except: r.Exceptions()}
	if r.Count() > 0 {
		n.Count, _ = r.Total(at.Add(-time.Second))
	} else if end, has := r.End(); has {
		n.Until = WallOf(end)
	}
	rule, err := Recurring(n)
	return rule, err == nil
}

// Soonest is a rule of days, without an interval or a count, begun at a moment: with the first of its
// occurrences from then on. Other rules stay as they are.
func (r Rule) Soonest(from time.Time) Rule {
	patterns := r.Patterns()
	for _, p := range patterns {
		if p.Interval > 1 || r.Count() > 0 {
			return r
		}
	}
	if len(patterns) == 0 {
		return r
	}
	n := Recurrence{Zone: r.Zone(), From: WallOf(from.In(r.Zone())), Patterns: patterns, Except: r.Exceptions()}
	if end, has := r.End(); has {
		n.Until = WallOf(end)
	}
	rule, err := Recurring(n)
	if err != nil {
		return r
	}
	return rule
}

// rebuilt is the rule with other patterns, from the first day that it had.
func (r Rule) rebuilt(patterns []Pattern, count int, clocks []Clock) (Rule, bool) {
	n := Recurrence{Zone: r.Zone(), From: DateOf(r.Start()).At(0), Patterns: patterns, Count: count}
	if end, has := r.End(); has && count == 0 {
		n.Until = DateOf(end).At(NewClock(23, 59) + 59)
	}
	var days []Date
	for _, e := range r.Exceptions() {
		if !slices.Contains(days, e.Date) {
			days = append(days, e.Date)
		}
	}
	for _, d := range days {
		for _, c := range clocks {
			n.Except = append(n.Except, d.At(c))
		}
	}
	rule, err := Recurring(n)
	return rule, err == nil
}
