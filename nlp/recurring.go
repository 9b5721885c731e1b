package nlp

import (
	"fmt"
	"slices"
	"time"

	"carebell/schedule"
)

// recurring resolves a reading that repeats; it gives an error code or "".
func (rs *resolver) recurring() string {
	r := &rs.p.r
	rs.res.Kind = Recurring
	if r.hasOffset {
		// "every day at 9 starting in 3 days" comes as start; an offset beside a rule is its start.
		if r.start != nil || r.offset.seconds > 0 {
			return "contradiction"
		}
		day := rs.today.AddMonths(r.offset.months).AddDays(r.offset.days)
		r.start = &datum{kind: dCalendar, n: day.Day, m: int(day.Month), y: day.Year}
	}
	if r.rec.step > 0 && !r.window {
		return rs.elapsed()
	}
	return rs.wall()
}

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

func (rs *resolver) wall() string {
	r := &rs.p.r
	if r.rec.unit == 0 {
		r.rec.unit, r.rec.n = day, 1
		if !r.rec.weekdays.empty() {
			r.rec.unit = week
		}
	}
	if rs.pairs() {
		return "contradiction"
	}
	rs.gatherDates()
	if r.fault != "" {
		return r.fault
	}
	if n := r.rec.perPeriod; n > 1 && r.rec.weekdays.count()*max(1, len(r.rec.ordinals))+len(r.rec.monthDays) != n {
		return "times_a_week"
	}
	times, code := rs.times()
	if code != "" {
		return code
	}
	rec := schedule.Recurrence{Zone: rs.zone, From: schedule.WallOf(rs.now.Add(time.Second))}
	last := times[0]
	for _, t := range times {
		last = max(last, t)
	}
	if r.start != nil {
		day, code := rs.dayOf(*r.start, rs.today, last)
		if code != "" {
			return code
		}
		if r.start.kind == dPeriod {
			day = periodStart(day, r.start.unit)
		}
		if day.Before(rs.today) {
			rs.alternative("start_now", rs.ruleFrom(rec, times))
			return "past_time"
		}
		if rs.today.Before(day) {
			rec.From = day.At(0)
			if r.startClock != nil && len(r.clocks) > 0 {
				at, _ := rs.clockOf(*r.startClock)
				rec.From = day.At(at)
			}
		}
	} else if r.startClock != nil && len(r.clocks) > 0 {
		at, _ := rs.clockOf(*r.startClock)
		rec.From = rs.today.At(max(at, rs.clock+1))
	}
	if code := rs.patterns(&rec, times); code != "" {
		return code
	}
	if code := rs.wallBounds(&rec); code != "" {
		return code
	}
	if code := rs.exceptions(&rec, times); code != "" {
		return code
	}
	if code := rs.build(rec); code != "" {
		return code
	}
	rs.recurringAlternatives(rec, times)
	return ""
}

// periodStart is the first day of the week, month or year that a day lies in.
func periodStart(day schedule.Date, unit int) schedule.Date {
	switch unit {
	case week:
		return day.Monday()
	case month:
		return schedule.Date{Year: day.Year, Month: day.Month, Day: 1}
	case year:
		return schedule.Date{Year: day.Year, Month: 1, Day: 1}
	}
	return day
}

// pairs reports whether several days have a time each ("monday at 9 and tuesday at 10"): that is
// more than one reminder.
func (rs *resolver) pairs() bool {
	p := rs.p
	for n := 1; n < len(p.r.clocks); n++ {
		a, b := p.r.clocks[n-1], p.r.clocks[n]
		if a.from == b.from || a.only || b.only {
			continue
		}
		for i := a.to; i < b.from; i++ {
			if p.taken[i] != roleNone && (p.is(i, cWeekday) || p.is(i, cWeekdays) || p.is(i, cMonth)) {
				return true
			}
		}
	}
	return false
}

func (rs *resolver) ruleFrom(rec schedule.Recurrence, times []schedule.Clock) schedule.Rule {
	if rs.patterns(&rec, times) != "" {
		return schedule.Rule{}
	}
	rule, err := schedule.Recurring(rec)
	if err != nil {
		return schedule.Rule{}
	}
	return rs.own(rule)
}

// gatherDates moves days that were said beside the recurrence to where they belong.
func (rs *resolver) gatherDates() {
	r := &rs.p.r
	rec := &r.rec
	var rest []datum
	for _, d := range r.dates {
		switch {
		case d.kind == dWeekday && rec.unit == week && d.which != nextOne && d.which != nextWeeks:
			rec.weekdays.add(d.n)
		case d.kind == dWeekday && rec.unit == month && len(rec.monthDays) == 0:
			rec.weekdays.add(d.n)
			if len(rec.ordinals) == 0 {
				rec.ordinals = []int{1}
				rs.assume("ordinal", "1")
			}
		case d.kind == dDayOfMonth && rec.unit == month:
			rec.monthDays = append(rec.monthDays, d.n)
		case d.kind == dDayOfMonth && rec.unit == week && rec.n == 1 && rec.weekdays.count() == 1:
			// "every friday the 13th"
			rec.unit = month
			rec.monthDays = append(rec.monthDays, d.n)
		case d.kind == dOrdinal && rec.unit == month && d.m == 0:
			rec.ordinals = append(rec.ordinals, d.n)
			rec.weekdays.add(d.weekday)
		case (d.kind == dCalendar && d.y == 0 || d.kind == dAmbiguous || d.kind == dOrdinal && d.m > 0) && rec.unit == year:
			rec.yearDays = append(rec.yearDays, d)
		case d.kind == dWeekend && rec.unit == week:
			rec.weekdays |= weekEnd
		case d.kind == dEndOf && rec.unit == month && d.m == 0:
			rec.monthDays = append(rec.monthDays, -1)
		default:
			rest = append(rest, d)
		}
	}
	r.dates = nil
	switch {
	case len(rest) == 0:
	case len(rest) == 1 && r.start == nil:
		r.start = &rest[0]
	case r.start != nil && len(rest) == 1 && rest[0] == *r.start:
	default:
		rs.p.fail("contradiction", rest[0].from, rest[len(rest)-1].from+1)
	}
}

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

// build makes the rule and puts it into the user's zone.
func (rs *resolver) build(rec schedule.Recurrence) string {
	rule, err := schedule.Recurring(rec)
	if err != nil {
		if len(rec.Except) > 0 {
			return "nothing_left"
		}
		return "impossible_date"
	}
	rs.res.Rule = rs.own(rule)
	return ""
}

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
