package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Rule says when something happens: once, on a wall-clock recurrence, or every so often in elapsed
// time. It is an immutable value, safe to copy and to share. The zero Rule never happens.
type Rule struct {
	s *series
}

// series is what a Rule points to. It is complete when a constructor returns and never changes.
type series struct {
	zone *time.Location

	once bool
	unix int64 // once and elapsed: the (first) instant

	step int64 // elapsed: seconds between occurrences; 0 otherwise
	days []time.Weekday

	start    int64 // wall: the first floating time
	patterns []Pattern

	count  int   // as written; end holds what it comes to
	end    int64 // last moment, inclusive: floating (wall) or unix (elapsed)
	except []int64
}

// never is the end of a series without an end: past the year 9999 and far from overflow.
const never = int64(1) << 40

// Occurrence is one time at which a rule happens.
type Occurrence struct {
	// At is the instant, shown in the rule's zone.
	At time.Time
	// Slot names the occurrence within its series and survives a change of zone or time of day:
	// the local date and the number of the time on that day ("2026-03-11#1") on the wall clock,
	// the sequence number ("n17") in elapsed time.
	Slot string
	// Shifted: daylight saving skips the time, so it moved forward by the gap.
	Shifted bool
}

// Once is the rule that happens at one instant, to the second, shown in zone (nil: UTC). The zone
// should have an IANA name: the text form is read by that name.
func Once(at time.Time, zone *time.Location) Rule {
	return Rule{&series{zone: orUTC(zone), once: true, unix: at.Unix(), end: never}}
}

// Recurrence describes a wall-clock rule.
type Recurrence struct {
	Zone *time.Location
	// From is the earliest moment. The rule begins at the first time at or after it that a pattern
	// names, and intervals count from there.
	From     Wall
	Patterns []Pattern // their union is the rule
	Until    Wall      // inclusive; zero: none
	Count    int       // of occurrences before Except; 0: no limit
	Except   []Wall    // times that do not happen
}

// Recurring makes a wall-clock rule. The error names the field that is wrong; a rule that never
// happens is an error too.
func Recurring(r Recurrence) (Rule, error) {
	s, err := newWall(r)
	if err != nil {
		return Rule{}, err
	}
	first, found := int64(0), false
	for i := range s.patterns {
		p := s.patterns[i]
		p.Interval = 1
		if f, ok := p.nextFloat(s.start/secondsPerDay, s.start); ok && (!found || f < first) {
			first, found = f, true
		}
	}
	if !found || first > s.end {
		return Rule{}, fmt.Errorf("recurrence: no day fits it")
	}
	s.start = first
	rule, err := s.finish(r.Count)
	if err != nil {
		return Rule{}, err
	}
	if s.lines() > 1 {
		s.count = 0 // several RRULE lines end by UNTIL alone
	}
	if _, ok := s.nextFloat(first); !ok {
		return Rule{}, fmt.Errorf("except: nothing is left of the rule")
	}
	return rule, nil
}

// lines is the number of RRULE lines in the text form of a wall-clock series.
func (s *series) lines() int {
	n := 0
	for i := range s.patterns {
		n += len(products(s.patterns[i].Times, len(s.patterns[i].SetPos) > 0))
	}
	return n
}

func newWall(r Recurrence) (*series, error) {
	if !r.From.Date.Valid() {
		return nil, fmt.Errorf("from: expected a day between the years 1 and 9999, found %s", r.From.Date)
	}
	if len(r.Patterns) == 0 {
		return nil, fmt.Errorf("patterns: expected at least one")
	}
	s := &series{zone: orUTC(r.Zone), start: r.From.float(), end: never}
	for i := range r.Patterns {
		p := r.Patterns[i].clone()
		p.fill(r.From.Date)
		if err := p.check(); err != nil {
			return nil, err
		}
		s.add(p)
	}
	if !r.Until.Date.IsZero() {
		s.end = s.settle(r.Until.float())
	}
	for _, w := range r.Except {
		s.except = append(s.except, w.float())
	}
	s.except = sorted64(s.except)
	return s, nil
}

// add joins a pattern with one that differs in its times alone: the text form splits such a pattern
// when hours and minutes do not multiply.
func (s *series) add(p Pattern) {
	for i := range s.patterns {
		q := &s.patterns[i]
		if q.Freq == p.Freq && q.Interval == p.Interval && slices.Equal(q.Months, p.Months) &&
			slices.Equal(q.MonthDays, p.MonthDays) && slices.Equal(q.Weekdays, p.Weekdays) &&
			slices.Equal(q.Ordinals, p.Ordinals) && slices.Equal(q.SetPos, p.SetPos) {
			q.Times = sorted(append(slices.Clone(q.Times), p.Times...))
			return
		}
	}
	s.patterns = append(s.patterns, p)
}

// settle makes an end survive the text form, which holds it in UTC.
func (s *series) settle(f int64) int64 {
	unix, _ := localise(f, s.zone)
	return floatOf(unix, s.zone)
}

// maxCount bounds the work that a count may cause when a rule is made.
const maxCount = 100_000

// finish turns a count into an end.
func (s *series) finish(count int) (Rule, error) {
	if count < 0 || count > maxCount {
		return Rule{}, fmt.Errorf("count: expected 1 to %d, found %d", maxCount, count)
	}
	if count == 0 {
		return Rule{s}, nil
	}
	s.count = count
	if s.step > 0 {
		k := s.unix - s.step
		for range count {
			next, ok := s.nextElapsedRaw(k)
			if !ok {
				break
			}
			k = next
		}
		s.end = min(s.end, k)
		return Rule{s}, nil
	}
	f := s.start - 1
	for range count {
		next, ok := s.nextFloatRaw(f + 1)
		if !ok {
			break
		}
		f = next
	}
	s.end = min(s.end, f)
	return Rule{s}, nil
}

// Interval describes a rule in elapsed time.
type Interval struct {
	Zone  *time.Location
	Step  time.Duration // whole seconds, at least one
	First time.Time     // the first occurrence
	Until time.Time     // inclusive; zero: none
	Count int           // 0: no limit
	// Weekdays limits the rule to these local days; empty: all.
	Weekdays []time.Weekday
	Except   []time.Time
}

// Every makes a rule in elapsed time. The error names the field that is wrong.
func Every(i Interval) (Rule, error) {
	if i.Step < time.Second || i.Step%time.Second != 0 {
		return Rule{}, fmt.Errorf("step: expected whole seconds, at least one, found %s", i.Step)
	}
	if !DateOf(i.First).Valid() {
		return Rule{}, fmt.Errorf("first: expected a day between the years 1 and 9999")
	}
	s := &series{zone: orUTC(i.Zone), step: int64(i.Step / time.Second), unix: i.First.Unix(), end: never}
	s.days = sorted(i.Weekdays)
	if len(s.days) == 7 {
		s.days = nil
	}
	if !i.Until.IsZero() {
		s.end = i.Until.Unix()
	}
	for _, t := range i.Except {
		s.except = append(s.except, t.Unix())
	}
	s.except = sorted64(s.except)
	if i.First.Unix() > s.end {
		return Rule{}, fmt.Errorf("until: expected a time at or after the first occurrence")
	}
	return s.finish(i.Count)
}

// IsZero reports whether there is no rule.
func (r Rule) IsZero() bool { return r.s == nil }

// IsOnce reports whether the rule happens one time only by its nature (not by a count).
func (r Rule) IsOnce() bool { return r.s != nil && r.s.once }

// Elapsed reports whether the rule counts elapsed time.
func (r Rule) Elapsed() bool { return r.s != nil && r.s.step > 0 }

// Step is the time between occurrences of an elapsed rule; 0 for the others.
func (r Rule) Step() time.Duration {
	if r.s == nil {
		return 0
	}
	return time.Duration(r.s.step) * time.Second
}

// Zone is the zone in which the rule is meant; UTC for the zero Rule.
func (r Rule) Zone() *time.Location {
	if r.s == nil {
		return time.UTC
	}
	return r.s.zone
}

// In is the rule with the same wall clock in another zone. A rule in elapsed time keeps its
// instants: the distance between two doses does not change by travelling.
func (r Rule) In(zone *time.Location) Rule {
	if r.s == nil {
		return r
	}
	c := *r.s
	c.zone = orUTC(zone)
	if c.once {
		c.unix, _ = localise(floatOf(r.s.unix, r.s.zone), c.zone)
	} else if c.step == 0 && c.end != never && c.count == 0 {
		c.end = c.settle(c.end)
	}
	return Rule{&c}
}

// Start is the first moment of the rule: its instant, or the DTSTART of the text form.
func (r Rule) Start() time.Time {
	if r.s == nil {
		return time.Time{}
	}
	if r.s.once || r.s.step > 0 {
		return time.Unix(r.s.unix, 0).In(r.s.zone)
	}
	unix, _ := localise(r.s.start, r.s.zone)
	return time.Unix(unix, 0).In(r.s.zone)
}

// End is the last moment at which the rule may happen, inclusive; ok is false when it has no end.
func (r Rule) End() (end time.Time, ok bool) {
	if r.s == nil || r.s.once || r.s.end >= never {
		return time.Time{}, false
	}
	if r.s.step > 0 {
		return time.Unix(r.s.end, 0).In(r.s.zone), true
	}
	unix, _ := localise(r.s.end, r.s.zone)
	return time.Unix(unix, 0).In(r.s.zone), true
}

// Count is the number of occurrences that the rule was limited to; 0 when it was not.
func (r Rule) Count() int {
	if r.s == nil {
		return 0
	}
	return r.s.count
}

// Patterns is a copy of the wall-clock patterns of a rule; none for the other kinds.
func (r Rule) Patterns() []Pattern {
	if r.s == nil {
		return nil
	}
	ps := make([]Pattern, len(r.s.patterns))
	for i := range ps {
		ps[i] = r.s.patterns[i].clone()
	}
	return ps
}

// Weekdays are the days that an elapsed rule is limited to; none when it is not.
func (r Rule) Weekdays() []time.Weekday {
	if r.s == nil {
		return nil
	}
	return slices.Clone(r.s.days)
}

// Exceptions are the floating times that are left out of the rule, in order.
func (r Rule) Exceptions() []Wall {
	if r.s == nil || len(r.s.except) == 0 {
		return nil
	}
	ws := make([]Wall, len(r.s.except))
	for i, e := range r.s.except {
		if r.s.step > 0 {
			e = floatOf(e, r.s.zone)
		}
		ws[i] = wallOfFloat(e)
	}
	return ws
}

func (s *series) slotOnDay(f int64) string {
	day := floorDiv64(f, secondsPerDay)
	clock := Clock(f - day*secondsPerDay)
	n := 1
	if !s.once {
		var times []Clock
		for i := range s.patterns {
			if p := &s.patterns[i]; p.on(floorDiv64(s.start, secondsPerDay), day) {
				if times == nil {
					times = p.Times
				} else {
					times = sorted(append(slices.Clone(times), p.Times...))
				}
			}
		}
		i, _ := slices.BinarySearch(times, clock)
		n = i + 1
	}
	b := make([]byte, 0, 14)
	d := dateOfDay(day)
	b = appendPadded(b, d.Year, 4)
	b = append(b, '-')
	b = appendPadded(b, int(d.Month), 2)
	b = append(b, '-')
	b = appendPadded(b, d.Day, 2)
	b = append(b, '#')
	b = strconv.AppendInt(b, int64(n), 10)
	return string(b)
}

func appendPadded(b []byte, n, width int) []byte {
	for limit := 1; width > 1; width-- {
		limit *= 10
		if n < pow10(width-1) {
			b = append(b, '0')
		}
	}
	return strconv.AppendInt(b, int64(n), 10)
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}

func orUTC(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

func sorted64(s []int64) []int64 {
	slices.Sort(s)
	return slices.Compact(s)
}
