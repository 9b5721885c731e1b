package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// spec is what a phrase means, read from a line such as
//
//	once d+1 09:30          tomorrow          once wd5 18:00     friday
//	once next5 09:00        friday of next week
//	once date05-12 10:00    the next 12 May   once date2027-04-15 14:00
//	once dom20 16:00        the 20th          once clock 08:00   today or tomorrow
//	once in90m              elapsed           once +3mo 09:00, +2w, +3d
//	daily 08:00,20:00       n=2 until=wd5 for=10d count=5 start=wd1 not=6,7 notdate=03-13
//	weekly1,3,5 18:00       monthly1,15,-1 12:00   ord1mon,-1fri 10:00   yearly05-12 10:00
//	elapsed6h               until=wd5 for=2d count=4 first=08:00 start=d+1
//	error
type spec struct {
	kind    string
	target  string
	clocks  []int // minutes
	options map[string]string
}

func parseSpec(text string) (spec, error) {
	s := spec{options: map[string]string{}}
	fields := strings.Fields(text)
	rest := fields[1:]
	switch {
	case fields[0] == "once":
		s.kind, s.target = "once", fields[1]
		rest = fields[2:]
	case fields[0] == "error":
		s.kind = "error"
	default:
		s.kind, s.target = "recurring", fields[0]
	}
	for _, f := range rest {
		if k, v, ok := strings.Cut(f, "="); ok {
			s.options[k] = v
			continue
		}
		for one := range strings.SplitSeq(f, ",") {
			m, err := minutes(one)
			if err != nil {
				return s, err
			}
			s.clocks = append(s.clocks, m)
		}
	}
	return s, nil
}

func minutes(s string) (int, error) {
	h, m, ok := strings.Cut(s, ":")
	hh, err := strconv.Atoi(h)
	mm, err2 := strconv.Atoi(m)
	if !ok || err != nil || err2 != nil {
		return 0, fmt.Errorf("expected a clock, found %q", s)
	}
	return hh*60 + mm, nil
}

// at is a wall time in a zone: a time in a gap moves forward by the gap, a repeated one is its first.
func at(day time.Time, minute int, zone *time.Location) time.Time {
	naive := time.Date(day.Year(), day.Month(), day.Day(), 0, minute, 0, 0, time.UTC)
	var best time.Time
	for _, probe := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, off := naive.Add(probe).In(zone).Zone()
		t := naive.Add(-time.Duration(off) * time.Second).In(zone)
		if t.Hour()*60+t.Minute() == minute%1440 && (best.IsZero() || t.Before(best)) {
			best = t
		}
	}
	if best.IsZero() {
		_, off := naive.Add(-24 * time.Hour).In(zone).Zone()
		best = naive.Add(-time.Duration(off) * time.Second).In(zone)
	}
	return best
}

func isoWeekday(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

// dayFor finds the day of a target, at or after the moment, on which the clock is still ahead.
func dayFor(target string, now time.Time, clock int, zone *time.Location) (time.Time, error) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 12, 0, 0, 0, time.UTC)
	ahead := func(d time.Time) bool { return at(d, clock, zone).After(now) }
	scan := func(fits func(time.Time) bool) (time.Time, error) {
		for i := range 366 * 9 {
			if d := today.AddDate(0, 0, i); fits(d) && ahead(d) {
				return d, nil
			}
		}
		return today, fmt.Errorf("no day for %q", target)
	}
	number := func(prefix string) int {
		n, _ := strconv.Atoi(strings.TrimPrefix(target, prefix))
		return n
	}
	switch {
	case target == "clock":
		return scan(func(time.Time) bool { return true })
	case strings.HasPrefix(target, "d+"):
		return today.AddDate(0, 0, number("d+")), nil
	case strings.HasPrefix(target, "date2"):
		return time.Parse("2006-01-02", strings.TrimPrefix(target, "date"))
	case strings.HasPrefix(target, "date"):
		return scan(func(d time.Time) bool { return d.Format("01-02") == strings.TrimPrefix(target, "date") })
	case strings.HasPrefix(target, "wd"):
		return scan(func(d time.Time) bool { return isoWeekday(d) == number("wd") })
	case strings.HasPrefix(target, "next"):
		return today.AddDate(0, 0, 7-isoWeekday(today)+number("next")), nil
	case strings.HasPrefix(target, "dom"):
		return scan(func(d time.Time) bool { return d.Day() == number("dom") })
	case strings.HasPrefix(target, "+") && strings.HasSuffix(target, "mo"):
		n, err := strconv.Atoi(strings.TrimSuffix(target[1:], "mo"))
		return addMonths(today, n), err
	case strings.HasPrefix(target, "+") && strings.HasSuffix(target, "w"):
		n, err := strconv.Atoi(strings.TrimSuffix(target[1:], "w"))
		return today.AddDate(0, 0, 7*n), err
	case strings.HasPrefix(target, "+") && strings.HasSuffix(target, "d"):
		n, err := strconv.Atoi(strings.TrimSuffix(target[1:], "d"))
		return today.AddDate(0, 0, n), err
	}
	return today, fmt.Errorf("unknown target %q", target)
}

func addMonths(d time.Time, n int) time.Time {
	first := time.Date(d.Year(), d.Month()+time.Month(n), 1, 12, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(d.Day(), last)-1)
}

// resolve gives the coming occurrences (at most three) and how many there are.
func (s spec) resolve(now time.Time, zone *time.Location) (first []time.Time, total string, err error) {
	switch {
	case s.kind == "error":
		return nil, "0", nil
	case s.kind == "once" && strings.HasPrefix(s.target, "in"):
		d, err := time.ParseDuration(s.target[2:])
		return []time.Time{now.Add(d)}, "1", err
	case s.kind == "once":
		d, err := dayFor(s.target, now, s.clocks[0], zone)
		return []time.Time{at(d, s.clocks[0], zone)}, "1", err
	case strings.HasPrefix(s.target, "elapsed"):
		return s.elapsed(now, zone)
	}
	return s.wall(now, zone)
}

func (s spec) end(now time.Time, zone *time.Location, start time.Time) (time.Time, error) {
	u, ok := s.options["until"]
	if !ok {
		return time.Time{}, nil
	}
	clock := 23*60 + 59
	if day, c, ok := strings.Cut(u, "@"); ok {
		m, err := minutes(c)
		if err != nil {
			return start, err
		}
		u, clock = day, m
	}
	d, err := dayFor(u, now, clock, zone)
	return at(d, clock, zone).Add(59 * time.Second), err
}

func (s spec) elapsed(now time.Time, zone *time.Location) ([]time.Time, string, error) {
	step, err := time.ParseDuration(strings.TrimPrefix(s.target, "elapsed"))
	if err != nil {
		return nil, "", err
	}
	t := now.Add(step)
	if c, ok := s.options["first"]; ok {
		m, err := minutes(c)
		if err != nil {
			return nil, "", err
		}
		day := "clock"
		if d, ok := s.options["start"]; ok {
			day = d
		}
		d, err := dayFor(day, now, m, zone)
		if err != nil {
			return nil, "", err
		}
		t = at(d, m, zone)
	}
	end, err := s.end(now, zone, t)
	if err != nil {
		return nil, "", err
	}
	most := -1
	if f, ok := s.options["for"]; ok {
		n, unit := length(f)
		most = int(time.Duration(n*map[string]int{"d": 24, "w": 168, "h": 1}[unit]) * time.Hour / step)
	}
	if c, ok := s.options["count"]; ok {
		most, _ = strconv.Atoi(c)
	}
	var list []time.Time
	n := 0
	for ; most < 0 || n < most; n++ {
		if !end.IsZero() && t.After(end) {
			break
		}
		if len(list) < 3 {
			list = append(list, t)
		}
		if end.IsZero() && most < 0 && len(list) == 3 {
			return list, "inf", nil
		}
		t = t.Add(step)
	}
	return list, strconv.Itoa(n), nil
}

func length(s string) (n int, unit string) {
	i := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	n, _ = strconv.Atoi(s[:i])
	return n, s[i:]
}

// wall looks at every day from the moment on, and at every clock time of the days that fit.
func (s spec) wall(now time.Time, zone *time.Location) ([]time.Time, string, error) {
	fits, period, err := s.days()
	if err != nil {
		return nil, "", err
	}
	today := time.Date(now.Year(), now.Month(), now.Day(), 12, 0, 0, 0, time.UTC)
	interval := 1
	if n, ok := s.options["n"]; ok {
		interval, _ = strconv.Atoi(n)
	}
	begin := today
	if st, ok := s.options["start"]; ok {
		if begin, err = dayFor(st, now, s.clocks[len(s.clocks)-1], zone); err != nil {
			return nil, "", err
		}
	}
	end, err := s.end(now, zone, begin)
	if err != nil {
		return nil, "", err
	}
	count := -1
	if c, ok := s.options["count"]; ok {
		count, _ = strconv.Atoi(c)
	}
	weekday := today
	var anchor time.Time
	var list []time.Time
	n := 0
	clocks := slices.Clone(s.clocks)
	slices.Sort(clocks)
	for d := begin; d.Year() < now.Year()+13; d = d.AddDate(0, 0, 1) {
		if !fits(d, weekday) {
			continue
		}
		if !anchor.IsZero() && !inPhase(anchor, d, period, interval) {
			continue
		}
		if not, ok := s.options["notdate"]; ok && slices.Contains(strings.Split(not, ","), d.Format("01-02")) {
			continue
		}
		if not, ok := s.options["not"]; ok && slices.Contains(strings.Split(not, ","), strconv.Itoa(isoWeekday(d))) {
			continue
		}
		for _, c := range clocks {
			t := at(d, c, zone)
			if !t.After(now) {
				continue
			}
			if anchor.IsZero() {
				anchor = d
				if f, ok := s.options["for"]; ok {
					k, unit := length(f)
					last := d.AddDate(0, 0, k-1)
					switch unit {
					case "w":
						last = d.AddDate(0, 0, 7*k-1)
					case "mo":
						last = addMonths(d, k).AddDate(0, 0, -1)
					}
					end = at(last, 23*60+59, zone)
				}
			}
			if !end.IsZero() && t.After(end) {
				return list, strconv.Itoa(n), nil
			}
			n++
			if len(list) < 3 {
				list = append(list, t)
			}
			if n == count {
				return list, strconv.Itoa(n), nil
			}
			if end.IsZero() && count < 0 && len(list) == 3 {
				return list, "inf", nil
			}
		}
	}
	return list, strconv.Itoa(n), nil
}

func inPhase(anchor, d time.Time, period string, n int) bool {
	switch period {
	case "day":
		return int(d.Sub(anchor).Hours()/24)%n == 0
	case "week":
		monday := func(t time.Time) time.Time { return t.AddDate(0, 0, 1-isoWeekday(t)) }
		return int(monday(d).Sub(monday(anchor)).Hours()/24/7)%n == 0
	case "month":
		return ((d.Year()-anchor.Year())*12+int(d.Month())-int(anchor.Month()))%n == 0
	}
	return (d.Year()-anchor.Year())%n == 0
}

var shortDays = []string{"", "mon", "tue", "wed", "thu", "fri", "sat", "sun"}

func (s spec) days() (fits func(d, today time.Time) bool, period string, err error) {
	numbers := func(list string) (ns []int) {
		for one := range strings.SplitSeq(list, ",") {
			n, e := strconv.Atoi(one)
			if e != nil {
				err = fmt.Errorf("expected numbers, found %q", list)
			}
			ns = append(ns, n)
		}
		return ns
	}
	last := func(d time.Time) int { return time.Date(d.Year(), d.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day() }
	switch t := s.target; {
	case t == "daily":
		return func(time.Time, time.Time) bool { return true }, "day", nil
	case t == "weekly":
		return func(d, today time.Time) bool { return d.Weekday() == today.Weekday() }, "week", nil
	case strings.HasPrefix(t, "weekly"):
		days := numbers(t[6:])
		return func(d, _ time.Time) bool { return slices.Contains(days, isoWeekday(d)) }, "week", err
	case t == "monthly":
		return func(d, today time.Time) bool { return d.Day() == today.Day() }, "month", nil
	case strings.HasPrefix(t, "monthly"):
		days := numbers(t[7:])
		return func(d, _ time.Time) bool {
			return slices.Contains(days, d.Day()) || slices.Contains(days, d.Day()-last(d)-1)
		}, "month", err
	case t == "lastwork":
		return func(d, _ time.Time) bool {
			end := last(d)
			w := (isoWeekday(d) + end - d.Day() - 1) % 7 // 0 Monday, of the last day
			off := 0
			if w >= 5 {
				off = w - 4
			}
			return d.Day() == end-off
		}, "month", nil
	case strings.HasPrefix(t, "ord"):
		list := strings.Split(t[3:], ",")
		return func(d, _ time.Time) bool {
			name := shortDays[isoWeekday(d)]
			return slices.Contains(list, strconv.Itoa((d.Day()-1)/7+1)+name) ||
				slices.Contains(list, "-"+strconv.Itoa((last(d)-d.Day())/7+1)+name)
		}, "month", nil
	case strings.HasPrefix(t, "yearly"):
		return func(d, _ time.Time) bool { return d.Format("01-02") == t[6:] }, "year", nil
	}
	return nil, "", fmt.Errorf("unknown rule %q", s.target)
}

const instantForm = "2006-01-02T15:04:05-07:00"

// row is one line of the corpus, or "" where the phrase makes no sense at that moment.
func (b *book) row(e entry, moment, input, message string) (string, error) {
	zone, err := time.LoadLocation(b.zone)
	if err != nil {
		return "", err
	}
	now, err := time.ParseInLocation("2006-01-02T15:04:05", moment, zone)
	if err != nil {
		return "", err
	}
	s, err := parseSpec(e.spec)
	if err != nil {
		return "", err
	}
	first, total, err := s.resolve(now, zone)
	if err != nil {
		return "", err
	}
	if s.kind != "error" && (len(first) == 0 || !first[0].After(now)) {
		return "", nil
	}
	if s.kind == "error" && message == "" {
		message = ""
	}
	var times []string
	for _, t := range first {
		times = append(times, t.Format(instantForm))
	}
	flags := ""
	if e.family == "trap" {
		flags = "trap"
	}
	return strings.Join([]string{
		b.tag, now.Format(instantForm), b.zone, input, s.kind, strings.Join(times, "|"), message, total, e.family, flags, "",
	}, "\t") + "\n", nil
}
