package schedule

import (
	"slices"
	"strconv"
	"time"
)

// reach is more than any shift that daylight saving, or a zone that skips a day, can cause.
const reach = 26 * 3600

// Next is the first occurrence strictly after an instant; ok is false when there is none.
func (r Rule) Next(after time.Time) (next Occurrence, ok bool) {
	if r.s == nil {
		return Occurrence{}, false
	}
	s := r.s
	a := after.Unix()
	switch {
	case s.once:
		if s.unix <= a {
			return Occurrence{}, false
		}
		return Occurrence{At: time.Unix(s.unix, 0).In(s.zone), Slot: s.slotOnDay(floatOf(s.unix, s.zone))}, true
	case s.step > 0:
		return s.nextElapsed(a)
	}
	if next, ok, sure := s.nextQuiet(after); sure {
		return next, ok
	}
	return s.nextNearChange(a)
}

// Upcoming is up to n occurrences strictly after an instant, in order.
func (r Rule) Upcoming(after time.Time, n int) []Occurrence {
	var list []Occurrence
	for len(list) < n {
		next, ok := r.Next(after)
		if !ok {
			break
		}
		list = append(list, next)
		after = next.At
	}
	return list
}

// nextQuiet answers without looking at daylight saving when no clock change is near; sure is
// false when one is.
func (s *series) nextQuiet(after time.Time) (next Occurrence, ok, sure bool) {
	local := after.In(s.zone)
	from, to := local.ZoneBounds()
	a := local.Unix()
	if !from.IsZero() && a-reach < from.Unix() {
		return Occurrence{}, false, false
	}
	_, off := local.Zone()
	f, ok := s.nextFloat(a + int64(off) + 1)
	if !ok {
		// A time moved by a later gap cannot exist either: nothing is left at all.
		return Occurrence{}, false, true
	}
	unix := f - int64(off)
	if !to.IsZero() && unix >= to.Unix() {
		return Occurrence{}, false, false
	}
	return Occurrence{At: time.Unix(unix, 0).In(s.zone), Slot: s.slotOnDay(f)}, true, true
}

// nextNearChange looks at every slot around a clock change, because there the order of the
// instants need not be the order of the slots.
func (s *series) nextNearChange(a int64) (Occurrence, bool) {
	var best int64
	var slot int64
	found, shifted := false, false
	f := floatOf(a, s.zone) - reach
	for {
		next, ok := s.nextFloat(f)
		if !ok || found && next > slot+reach {
			break
		}
		if unix, moved := s.resolve(next); unix > a && (!found || unix < best) {
			best, slot, shifted, found = unix, next, moved, true
		}
		f = next + 1
	}
	if !found {
		return Occurrence{}, false
	}
	return Occurrence{At: time.Unix(best, 0).In(s.zone), Slot: s.slotOnDay(slot), Shifted: shifted}, true
}

// resolve is the instant of a slot. A slot that a gap moves onto the instant of another one steps
// behind it by a second, so that neither is lost.
func (s *series) resolve(f int64) (unix int64, shifted bool) {
	unix, gap := localise(f, s.zone)
	if gap == 0 {
		return unix, false
	}
	for g := f + gap; ; g++ {
		if next, ok := s.nextFloat(g); !ok || next != g {
			return unix, true
		}
		unix++
	}
}

// nextFloat is the first floating time of the series at or after f that is not excepted.
func (s *series) nextFloat(f int64) (int64, bool) {
	for {
		next, ok := s.nextFloatRaw(f)
		if !ok {
			return 0, false
		}
		if _, gone := slices.BinarySearch(s.except, next); !gone {
			return next, true
		}
		f = next + 1
	}
}

func (s *series) nextFloatRaw(f int64) (int64, bool) {
	best, found := int64(0), false
	f = max(f, s.start)
	anchor := floorDiv64(s.start, secondsPerDay)
	for i := range s.patterns {
		if next, ok := s.patterns[i].nextFloat(anchor, f); ok && (!found || next < best) {
			best, found = next, true
		}
	}
	if !found || best > s.end || best >= lastFloat {
		return 0, false
	}
	return best, true
}

// lastFloat is the first second of the year 10000.
const lastFloat = 253402300800

func (p *Pattern) nextFloat(anchor, f int64) (int64, bool) {
	day := floorDiv64(f, secondsPerDay)
	d, ok := p.nextDay(anchor, day)
	if !ok {
		return 0, false
	}
	if d == day {
		clock := Clock(f - day*secondsPerDay)
		if i, _ := slices.BinarySearch(p.Times, clock); i < len(p.Times) {
			return d*secondsPerDay + int64(p.Times[i]), true
		}
		if d, ok = p.nextDay(anchor, day+1); !ok {
			return 0, false
		}
	}
	return d*secondsPerDay + int64(p.Times[0]), true
}

func (s *series) nextElapsed(a int64) (Occurrence, bool) {
	for {
		unix, ok := s.nextElapsedRaw(a)
		if !ok {
			return Occurrence{}, false
		}
		if _, gone := slices.BinarySearch(s.except, unix); !gone {
			n := (unix-s.unix)/s.step + 1
			return Occurrence{At: time.Unix(unix, 0).In(s.zone), Slot: "n" + strconv.FormatInt(n, 10)}, true
		}
		a = unix
	}
}

func (s *series) nextElapsedRaw(a int64) (int64, bool) {
	for range horizon {
		unix := s.unix
		if a >= s.unix {
			unix = s.unix + ((a-s.unix)/s.step+1)*s.step
		}
		if unix > s.end || unix >= lastFloat {
			return 0, false
		}
		if len(s.days) == 0 {
			return unix, true
		}
		day := floorDiv64(floatOf(unix, s.zone), secondsPerDay)
		if slices.Contains(s.days, weekdayOf(day)) {
			return unix, true
		}
		midnight, _ := localise((day+1)*secondsPerDay, s.zone)
		a = max(unix, midnight-1)
	}
	return 0, false
}

// Total counts the occurrences strictly after an instant; infinite is true when they have no end.
func (r Rule) Total(after time.Time) (n int, infinite bool) {
	if r.s == nil {
		return 0, false
	}
	s := r.s
	if !s.once && s.end >= never {
		_, some := r.Next(after)
		return 0, some
	}
	if s.step > 0 && len(s.days) == 0 {
		return s.totalElapsed(after.Unix()), false
	}
	if s.once || s.step > 0 {
		for next, ok := r.Next(after); ok; next, ok = r.Next(next.At) {
			n++
		}
		return n, false
	}
	return s.totalWall(after.Unix()), false
}

func (s *series) totalElapsed(a int64) int {
	first, ok := s.nextElapsedRaw(a)
	if !ok {
		return 0
	}
	n := int((min(s.end, lastFloat-1)-first)/s.step) + 1
	for _, e := range s.except {
		if e >= first && e <= s.end && (e-s.unix)%s.step == 0 {
			n--
		}
	}
	return n
}

func (s *series) totalWall(a int64) int {
	n := 0
	near := floatOf(a, s.zone)
	f := near - reach
	// Near the instant each slot is asked for its own instant; further on whole slots are counted.
	for {
		next, ok := s.nextFloat(f)
		if !ok {
			return n
		}
		if next > near+reach {
			break
		}
		if unix, _ := s.resolve(next); unix > a {
			n++
		}
		f = next + 1
	}
	for next, ok := s.nextFloat(f); ok; next, ok = s.nextFloat(next + 1) {
		n++
	}
	return n
}
