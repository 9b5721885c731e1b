package nlp

import (
	"carebell/schedule"
)

// times are the clock times of a wall-clock rule.
func (rs *resolver) times() ([]schedule.Clock, string) {
	r := &rs.p.r
	if r.window && r.rec.step > 0 {
		return rs.windowTimes()
	}
	clocks := r.clocks
	if len(clocks) == 0 {
		switch {
		case r.startClock != nil:
			clocks = []clockTime{*r.startClock}
		case r.untilClock != nil && r.until != nil:
			clocks = []clockTime{*r.untilClock}
			r.untilClock = nil
		case r.window:
			clocks = []clockTime{r.winFrom}
		}
	}
	if n := r.rec.perDay; n > 0 && n != len(clocks) {
		if len(clocks) > 1 || len(clocks) == 1 && !clocks[0].only {
			return nil, "contradiction"
		}
		times, code := rs.doses(n)
		if code == "" {
			rs.assume("default_clock", clockList(times))
		}
		return times, code
	}
	if len(clocks) == 0 {
		rs.assume("default_clock", rs.prof.Clocks.DateOnly.String())
		return []schedule.Clock{rs.prof.Clocks.DateOnly}, ""
	}
	var times []schedule.Clock
	for _, c := range clocks {
		rs.noteClock(c)
		at, _ := rs.clockOf(c)
		times = append(times, at)
	}
	return times, ""
}

func clockList(times []schedule.Clock) string {
	s := ""
	for i, t := range times {
		if i > 0 {
			s += ","
		}
		s += t.String()
	}
	return s
}

func (rs *resolver) doses(n int) ([]schedule.Clock, string) {
	if n >= 1 && n <= 4 {
		return rs.prof.Clocks.Doses[n-1], ""
	}
	if n > 12 || n < 1 {
		return nil, "too_many"
	}
	// Beyond four, evenly between nine and nine, to the full quarter of an hour.
	var times []schedule.Clock
	for i := range n {
		t := 9*3600 + i*12*3600/(n-1)
		times = append(times, schedule.Clock(t/900*900))
	}
	return times, ""
}

func (rs *resolver) windowTimes() ([]schedule.Clock, string) {
	r := &rs.p.r
	from, _ := rs.clockOf(r.winFrom)
	to, _ := rs.clockOf(r.winTo)
	end := int64(to)
	if end <= int64(from) {
		end += 86400
	}
	if (end-int64(from))/r.rec.step > 288 {
		return nil, "interval_too_short"
	}
	var times []schedule.Clock
	for t := int64(from); t <= end && t < int64(from)+86400; t += r.rec.step {
		times = append(times, schedule.Clock(t%86400))
	}
	return times, ""
}
