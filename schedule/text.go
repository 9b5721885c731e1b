package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	floatingForm = "20060102T150405"
	utcForm      = "20060102T150405Z"
)

var dayNames = [7]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

var frequencyNames = [...]string{Daily: "DAILY", Weekly: "WEEKLY", Monthly: "MONTHLY", Yearly: "YEARLY"}

// String is the rule in RFC 5545 lines joined by "\n": DTSTART with its TZID, one RRULE for each
// set of times that a single one cannot hold, EXDATE. A rule that happens once is DTSTART alone.
// Rules in elapsed time are HOURLY, MINUTELY or SECONDLY. ParseRule reads it back.
//
// A first instant in the second pass of a repeated hour carries the parameter X-SECOND-PASS=1,
// because RFC 5545 has no words for it.
func (r Rule) String() string {
	if r.s == nil {
		return ""
	}
	s := r.s
	var b strings.Builder
	b.WriteString("DTSTART;TZID=")
	b.WriteString(s.zone.String())
	start := s.start
	if s.once || s.step > 0 {
		start = floatOf(s.unix, s.zone)
		if first, _ := localise(start, s.zone); first != s.unix {
			b.WriteString(";X-SECOND-PASS=1")
		}
	}
	b.WriteByte(':')
	b.WriteString(floatText(start))
	if s.once {
		return b.String()
	}
	if s.step > 0 {
		s.writeElapsed(&b)
	}
	for i := range s.patterns {
		s.writePattern(&b, &s.patterns[i])
	}
	if len(s.except) > 0 {
		if s.step > 0 {
			b.WriteString("\nEXDATE:")
		} else {
			b.WriteString("\nEXDATE;TZID=" + s.zone.String() + ":")
		}
		for i, e := range s.except {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(floatText(e))
			if s.step > 0 {
				b.WriteByte('Z')
			}
		}
	}
	return b.String()
}

func floatText(f int64) string { return time.Unix(f, 0).UTC().Format(floatingForm) }

func (s *series) writeElapsed(b *strings.Builder) {
	freq, n := "SECONDLY", s.step
	if n%3600 == 0 {
		freq, n = "HOURLY", n/3600
	} else if n%60 == 0 {
		freq, n = "MINUTELY", n/60
	}
	b.WriteString("\nRRULE:FREQ=" + freq)
	if n > 1 {
		b.WriteString(";INTERVAL=" + strconv.FormatInt(n, 10))
	}
	writeList(b, "BYDAY", s.days, func(d time.Weekday) string { return dayNames[d] })
	s.writeEnd(b, s.end)
}

func (s *series) writeEnd(b *strings.Builder, unix int64) {
	switch {
	case s.count > 0:
		b.WriteString(";COUNT=" + strconv.Itoa(s.count))
	case s.end < never:
		b.WriteString(";UNTIL=" + time.Unix(unix, 0).UTC().Format(utcForm))
	}
}

func (s *series) writePattern(b *strings.Builder, p *Pattern) {
	for _, set := range products(p.Times, len(p.SetPos) > 0) {
		b.WriteString("\nRRULE:FREQ=" + frequencyNames[p.Freq])
		if p.Interval > 1 {
			b.WriteString(";INTERVAL=" + strconv.Itoa(p.Interval))
		}
		writeList(b, "BYMONTH", p.Months, func(m time.Month) string { return strconv.Itoa(int(m)) })
		writeList(b, "BYMONTHDAY", p.MonthDays, strconv.Itoa)
		days := make([]string, 0, len(p.Ordinals)+len(p.Weekdays))
		for _, o := range p.Ordinals {
			days = append(days, strconv.Itoa(o.N)+dayNames[o.Day])
		}
		for i := range p.Weekdays {
			days = append(days, dayNames[mondayFirst(p.Weekdays, i)])
		}
		writeList(b, "BYDAY", days, func(d string) string { return d })
		writeList(b, "BYHOUR", set.hours, strconv.Itoa)
		writeList(b, "BYMINUTE", set.minutes, strconv.Itoa)
		if set.second > 0 || Clock(floorMod64(s.start, secondsPerDay)).Second() > 0 {
			b.WriteString(";BYSECOND=" + strconv.Itoa(set.second))
		}
		writeList(b, "BYSETPOS", p.SetPos, strconv.Itoa)
		unix, _ := localise(s.end, s.zone)
		s.writeEnd(b, unix)
	}
}

// mondayFirst is the i-th of sorted weekdays when Sunday is put last.
func mondayFirst(days []time.Weekday, i int) time.Weekday {
	if days[0] == time.Sunday {
		i = (i + 1) % len(days)
	}
	return days[i]
}

func writeList[T any](b *strings.Builder, name string, list []T, text func(T) string) {
	for i, v := range list {
		if i == 0 {
			b.WriteString(";" + name + "=")
		} else {
			b.WriteByte(',')
		}
		b.WriteString(text(v))
	}
}

// product is a set of times that BYHOUR and BYMINUTE can hold: every hour with every minute.
type product struct {
	hours, minutes []int
	second         int
}

// products splits times into as few such sets as simple grouping finds.
func products(times []Clock, single bool) []product {
	var byMinute []product
	for _, t := range times {
		i := slices.IndexFunc(byMinute, func(p product) bool {
			return !single && p.minutes[0] == t.Minute() && p.second == t.Second()
		})
		if i < 0 {
			byMinute = append(byMinute, product{minutes: []int{t.Minute()}, second: t.Second()})
			i = len(byMinute) - 1
		}
		byMinute[i].hours = append(byMinute[i].hours, t.Hour())
	}
	var sets []product
	for _, p := range byMinute {
		i := slices.IndexFunc(sets, func(q product) bool {
			return !single && q.second == p.second && slices.Equal(q.hours, p.hours)
		})
		if i < 0 {
			sets = append(sets, p)
			continue
		}
		sets[i].minutes = append(sets[i].minutes, p.minutes...)
	}
	return sets
}

// ParseRule reads the form that String writes, and what other RFC 5545 writers produce within the
// same subset. The error says which part was not understood.
func ParseRule(text string) (Rule, error) {
	r, err := parseRule(text)
	if err != nil {
		return Rule{}, fmt.Errorf("parse rule: %w", err)
	}
	return r, nil
}

func parseRule(text string) (Rule, error) {
	var start, fold, zoneName string
	var rrules []string
	var exdates []property
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		p, err := parseProperty(line)
		if err != nil {
			return Rule{}, err
		}
		switch p.name {
		case "DTSTART":
			start, zoneName, fold = p.value, p.params["TZID"], p.params["X-SECOND-PASS"]
		case "RRULE":
			rrules = append(rrules, p.value)
		case "EXDATE":
			exdates = append(exdates, p)
		default:
			return Rule{}, fmt.Errorf("expected DTSTART, RRULE or EXDATE, found %q", p.name)
		}
	}
	zone, err := zoneOf(zoneName)
	if err != nil {
		return Rule{}, err
	}
	f, err := parseFloat(start, zone)
	if err != nil {
		return Rule{}, fmt.Errorf("DTSTART: %w", err)
	}
	unix, _ := localise(f, zone)
	if fold == "1" {
		late := f - min(offsetAt(f-secondsPerDay, zone), offsetAt(f+secondsPerDay, zone))
		if floatOf(late, zone) == f {
			unix = late
		}
	}
	if len(rrules) == 0 {
		return Once(time.Unix(unix, 0), zone), nil
	}
	return buildRule(f, unix, zone, rrules, exdates)
}

func buildRule(f, unix int64, zone *time.Location, rrules []string, exdates []property) (Rule, error) {
	s := &series{zone: zone, start: f, end: never}
	count := 0
	for i, text := range rrules {
		rr, err := parseRRule(text, f, zone)
		if err != nil {
			return Rule{}, fmt.Errorf("RRULE: %w", err)
		}
		if i > 0 && (rr.count != count || rr.until != s.end || (rr.step > 0) != (s.step > 0)) {
			return Rule{}, fmt.Errorf("RRULE: expected every rule to end alike")
		}
		count, s.end = rr.count, rr.until
		if rr.step > 0 {
			if i > 0 {
				return Rule{}, fmt.Errorf("RRULE: expected a single rule in elapsed time")
			}
			s.step, s.unix, s.days = rr.step, unix, rr.pattern.Weekdays
			continue
		}
		s.add(rr.pattern)
	}
	if count > 0 && len(rrules) > 1 {
		return Rule{}, fmt.Errorf("RRULE: expected UNTIL, not COUNT, where several rules make one series")
	}
	if s.step == 0 && s.end < never {
		s.end = floatOf(s.end, zone)
	}
	for _, p := range exdates {
		exZone := zone
		if name := p.params["TZID"]; name != "" {
			var err error
			if exZone, err = zoneOf(name); err != nil {
				return Rule{}, err
			}
		}
		for v := range strings.SplitSeq(p.value, ",") {
			e, err := parseFloat(v, exZone)
			if err != nil {
				return Rule{}, fmt.Errorf("EXDATE: %w", err)
			}
			if s.step > 0 {
				if strings.HasSuffix(v, "Z") {
					t, _ := time.Parse(utcForm, v)
					e = t.Unix()
				} else {
					e, _ = localise(e, exZone)
				}
			}
			s.except = append(s.except, e)
		}
	}
	s.except = sorted64(s.except)
	return s.finish(count)
}

type property struct {
	name   string
	params map[string]string
	value  string
}

func parseProperty(line string) (property, error) {
	head, value, ok := strings.Cut(line, ":")
	if !ok {
		return property{}, fmt.Errorf("expected NAME:value, found %q", line)
	}
	name, rest, _ := strings.Cut(head, ";")
	p := property{name: strings.ToUpper(name), value: value, params: map[string]string{}}
	for rest != "" {
		var one string
		one, rest, _ = strings.Cut(rest, ";")
		k, v, ok := strings.Cut(one, "=")
		if !ok {
			return property{}, fmt.Errorf("expected PARAM=value, found %q", one)
		}
		p.params[strings.ToUpper(k)] = v
	}
	return p, nil
}

func zoneOf(name string) (*time.Location, error) {
	if name == "" || name == "UTC" {
		return time.UTC, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("TZID: expected an IANA zone, found %q", name)
	}
	return zone, nil
}

// parseFloat reads a date-time as floating time; one in UTC becomes what the walls of zone show.
func parseFloat(text string, zone *time.Location) (int64, error) {
	if t, err := time.Parse(floatingForm, text); err == nil {
		return t.Unix(), nil
	}
	if t, err := time.Parse(utcForm, text); err == nil {
		return floatOf(t.Unix(), zone), nil
	}
	if t, err := time.Parse("20060102", text); err == nil {
		return t.Unix(), nil
	}
	return 0, fmt.Errorf("expected a date-time such as 20260311T090000, found %q", text)
}

// rrule is one RRULE line. until is an instant; step is set for rules in elapsed time.
type rrule struct {
	pattern Pattern
	step    int64
	count   int
	until   int64
}

func parseRRule(text string, start int64, zone *time.Location) (rrule, error) {
	r := rrule{until: never}
	parts := map[string]string{}
	for one := range strings.SplitSeq(text, ";") {
		k, v, ok := strings.Cut(one, "=")
		if !ok || v == "" {
			return r, fmt.Errorf("expected KEY=value, found %q", one)
		}
		parts[strings.ToUpper(k)] = strings.ToUpper(v)
	}
	interval := 1
	var err error
	number := func(key string, into *int, low, high int) {
		v, ok := parts[key]
		delete(parts, key)
		if !ok || err != nil {
			return
		}
		n, e := strconv.Atoi(v)
		if e != nil || n < low || n > high {
			err = fmt.Errorf("%s: expected a number from %d to %d, found %q", key, low, high, v)
			return
		}
		*into = n
	}
	list := func(key string, low, high int) (out []int) {
		v, ok := parts[key]
		delete(parts, key)
		if !ok || err != nil {
			return nil
		}
		for one := range strings.SplitSeq(v, ",") {
			n, e := strconv.Atoi(one)
			if e != nil || n < low || n > high {
				err = fmt.Errorf("%s: expected numbers from %d to %d, found %q", key, low, high, one)
				return nil
			}
			out = append(out, n)
		}
		return out
	}
	freq := parts["FREQ"]
	delete(parts, "FREQ")
	delete(parts, "WKST")
	number("INTERVAL", &interval, 1, 10_000_000)
	number("COUNT", &r.count, 1, maxCount)
	p := &r.pattern
	p.Interval = interval
	for _, m := range list("BYMONTH", 1, 12) {
		p.Months = append(p.Months, time.Month(m))
	}
	p.MonthDays = list("BYMONTHDAY", -31, 31)
	p.SetPos = list("BYSETPOS", -366, 366)
	clock := Clock(floorMod64(start, secondsPerDay))
	hours, minutes, seconds := list("BYHOUR", 0, 23), list("BYMINUTE", 0, 59), list("BYSECOND", 0, 59)
	if err != nil {
		return r, err
	}
	if v, ok := parts["BYDAY"]; ok {
		delete(parts, "BYDAY")
		if err := p.parseDays(v); err != nil {
			return r, err
		}
	}
	if v, ok := parts["UNTIL"]; ok {
		delete(parts, "UNTIL")
		if r.until, err = parseUntil(v, zone); err != nil {
			return r, err
		}
	}
	for key := range parts {
		return r, fmt.Errorf("%s: not supported", key)
	}
	switch freq {
	case "SECONDLY", "MINUTELY", "HOURLY":
		r.step = int64(interval) * map[string]int64{"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3600}[freq]
		if len(p.Months)+len(p.MonthDays)+len(p.Ordinals)+len(p.SetPos)+len(hours)+len(minutes)+len(seconds) > 0 {
			return r, fmt.Errorf("FREQ=%s: expected no limit but BYDAY", freq)
		}
		p.Weekdays = sorted(p.Weekdays)
		return r, nil
	}
	if i := slices.Index(frequencyNames[:], freq); i > 0 {
		p.Freq = Frequency(i)
	}
	if hours == nil {
		hours = []int{clock.Hour()}
	}
	if minutes == nil {
		minutes = []int{clock.Minute()}
	}
	if seconds == nil {
		seconds = []int{clock.Second()}
	}
	for _, h := range hours {
		for _, m := range minutes {
			for _, s := range seconds {
				p.Times = append(p.Times, NewClock(h, m)+Clock(s))
			}
		}
	}
	c := p.clone()
	c.fill(wallOfFloat(start).Date)
	r.pattern = c
	return r, c.check()
}

func (p *Pattern) parseDays(v string) error {
	for one := range strings.SplitSeq(v, ",") {
		if len(one) < 2 {
			return fmt.Errorf("BYDAY: expected days such as MO or -1FR, found %q", one)
		}
		day := slices.Index(dayNames[:], one[len(one)-2:])
		if day < 0 {
			return fmt.Errorf("BYDAY: expected days such as MO or -1FR, found %q", one)
		}
		if len(one) == 2 {
			p.Weekdays = append(p.Weekdays, time.Weekday(day))
			continue
		}
		n, err := strconv.Atoi(one[:len(one)-2])
		if err != nil {
			return fmt.Errorf("BYDAY: expected days such as MO or -1FR, found %q", one)
		}
		p.Ordinals = append(p.Ordinals, Ordinal{n, time.Weekday(day)})
	}
	return nil
}

// parseUntil gives the last instant: UTC as RFC 5545 asks, or local, or a whole day.
func parseUntil(v string, zone *time.Location) (int64, error) {
	if t, err := time.Parse(utcForm, v); err == nil {
		return t.Unix(), nil
	}
	f, err := parseFloat(v, zone)
	if err != nil {
		return 0, fmt.Errorf("UNTIL: %w", err)
	}
	if len(v) == len("20060102") {
		f += secondsPerDay - 1
	}
	unix, _ := localise(f, zone)
	return unix, nil
}
