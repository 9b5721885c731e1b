package nlp

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"carebell/schedule"
)

// Describe says a rule in words of a language (BCP 47; English when there is no lexicon), such as
// "every day at 09:00 and 21:00, 10 days, until Wed 11 Mar". What it says, Parse reads back to the
// same occurrences. now decides what need not be said: the current year, a beginning that is the
// natural one.
func (ps *Parser) Describe(rule schedule.Rule, lang string, now time.Time) string {
	return ps.describe(rule, ps.lexicons[ps.language(lang)], now.In(rule.Zone()))
}

func (ps *Parser) describe(rule schedule.Rule, lex *lexicon, now time.Time) string {
	if rule.IsZero() {
		return ""
	}
	now = now.In(rule.Zone())
	e := echo{lex: lex, rule: rule, now: now}
	switch {
	case rule.IsOnce():
		return e.moment(rule.Start())
	case rule.Elapsed():
		return e.elapsed()
	}
	return e.wall()
}

// echo builds one description.
type echo struct {
	lex  *lexicon
	rule schedule.Rule
	now  time.Time
	// years: every date is said with its year.
	years bool
}

// say fills a template of the lexicon; args are name, value, name, value.
func (e *echo) say(key string, args ...string) string {
	s := e.lex.echo[key]
	for i := 0; i+1 < len(args); i += 2 {
		s = strings.ReplaceAll(s, "{"+args[i]+"}", args[i+1])
	}
	return s
}

func (e *echo) space() string {
	if e.lex.unspaced {
		return ""
	}
	return " "
}

func (e *echo) list(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:len(items)-1], e.comma("、")) + e.lex.echo["and"] + items[len(items)-1]
}

func (e *echo) name(key string, i int) string {
	names := strings.Split(e.lex.echo[key], "|")
	if i < 0 || i >= len(names) {
		return ""
	}
	return strings.TrimSpace(names[i])
}

func (e *echo) date(d schedule.Date) string {
	key := "date"
	if e.years || d.Year != e.now.Year() || d.Before(schedule.DateOf(e.now)) {
		key = "date-year"
	}
	return e.say(key, "w", e.name("weekdays", ourWeekday(d.Weekday())-1), "d", strconv.Itoa(d.Day),
		"m", e.name("months", int(d.Month)-1), "y", strconv.Itoa(d.Year))
}

func (e *echo) at(clocks ...schedule.Clock) string {
	var ts []string
	for _, c := range clocks {
		ts = append(ts, c.String())
	}
	return e.say("at", "t", e.list(ts))
}

func (e *echo) moment(t time.Time) string {
	w := schedule.WallOf(t)
	return e.date(w.Date) + e.space() + e.at(w.Clock)
}

func (e *echo) weekdays(key string, days []time.Weekday) string {
	var names []string
	sorted := slices.Clone(days)
	slices.SortFunc(sorted, func(a, b time.Weekday) int { return ourWeekday(a) - ourWeekday(b) })
	for _, d := range sorted {
		name := e.name(key, ourWeekday(d)-1)
		if name == "" {
			name = e.name("weekdays", ourWeekday(d)-1)
		}
		names = append(names, name)
	}
	return e.list(names)
}

// weekdayArgs are the forms of a list of weekdays that a template may ask for.
func (e *echo) weekdayArgs(days []time.Weekday) []string {
	return []string{"w", e.weekdays("weekdays", days), "e", e.weekdays("weekdays-every", days), "p", e.weekdays("weekdays-plural", days)}
}

func (e *echo) join(head string, extras []string) string {
	return strings.Join(append([]string{head}, extras...), e.comma("，"))
}

// comma is what stands between the parts of a description: the language's own where it has one.
func (e *echo) comma(unspaced string) string {
	switch {
	case e.lex.unspaced:
		return unspaced
	case e.lex.echo["comma"] != "":
		return e.lex.echo["comma"]
	}
	return ", "
}

func (e *echo) elapsed() string {
	step := int(e.rule.Step() / time.Second)
	key, n := "minute", step/60
	if step%3600 == 0 {
		key, n = "hour", step/3600
	}
	head := e.say(key)
	if n != 1 {
		head = e.say(key+"s", "n", strconv.Itoa(n))
	}
	if days := e.rule.Weekdays(); len(days) > 0 {
		head += e.space() + e.say("on-days", e.weekdayArgs(days)...)
	}
	start := e.rule.Start()
	if next, ok := e.rule.Next(e.now); ok && start.Before(e.now) {
		start = next.At
	}
	extras := []string{e.say("start", "x", e.moment(start))}
	if end, ok := e.rule.End(); ok {
		extras = append(extras, e.until(schedule.WallOf(end)))
	}
	extras = append(extras, e.exceptDates()...)
	return e.join(head, extras)
}

func (e *echo) until(end schedule.Wall) string {
	x := e.date(end.Date)
	if end.Clock != endOfDay {
		x += e.space() + e.at(end.Clock)
	}
	return e.say("until", "x", x)
}

func (e *echo) exceptDates() []string {
	var dates []string
	var last schedule.Date
	for _, w := range e.rule.Exceptions() {
		if at, _ := w.In(e.rule.Zone()); at.After(e.now) && w.Date != last {
			last = w.Date
			dates = append(dates, e.date(w.Date))
		}
	}
	if len(dates) == 0 {
		return nil
	}
	return []string{e.say("except-dates", "x", e.list(dates))}
}

func (e *echo) wall() string {
	patterns := e.rule.Patterns()
	if s, ok := e.days(patterns); ok {
		return s
	}
	var heads []string
	for i := range patterns {
		p := &patterns[i]
		head := e.head(p)
		if i == len(patterns)-1 || !slices.Equal(p.Times, patterns[i+1].Times) {
			head += e.space() + e.at(p.Times...)
		}
		heads = append(heads, head)
	}
	extras := e.bounds(patterns)
	return e.join(e.list(heads), extras)
}

// days lists a short series that ends within a year as its days.
func (e *echo) days(patterns []schedule.Pattern) (string, bool) {
	end, ok := e.rule.End()
	if !ok || patterns[0].Freq != schedule.Yearly || end.Sub(e.rule.Start()) > 366*24*time.Hour {
		return "", false
	}
	all := e.rule.Upcoming(e.now, 12)
	if len(all) == 0 || len(all) == 12 {
		return "", false
	}
	e.years = all[0].At.Year() != all[len(all)-1].At.Year()
	var dates []string
	var clocks []schedule.Clock
	var last schedule.Date
	for _, o := range all {
		w := schedule.WallOf(o.At)
		if w.Date != last {
			dates = append(dates, e.date(w.Date))
			last = w.Date
		}
		if !slices.Contains(clocks, w.Clock) {
			clocks = append(clocks, w.Clock)
		}
	}
	slices.Sort(clocks)
	return e.list(dates) + e.space() + e.at(clocks...), true
}

func (e *echo) head(p *schedule.Pattern) string {
	n := strconv.Itoa(p.Interval)
	one := p.Interval == 1
	switch p.Freq {
	case schedule.Daily:
		if one && len(p.Weekdays) > 0 && len(p.Weekdays) < 6 {
			return e.say("week", e.weekdayArgs(p.Weekdays)...)
		}
		return e.limited(p, e.pick(one, "day", "days", "n", n))
	case schedule.Weekly:
		if one && len(p.Weekdays) == 6 {
			return e.limited(p, e.say("day"))
		}
		if one && len(p.Weekdays) == 7 {
			return e.say("day")
		}
		return e.pick(one, "week", "weeks", append(e.weekdayArgs(p.Weekdays), "n", n)...)
	case schedule.Monthly:
		switch {
		case len(p.SetPos) > 0:
			return e.say("last-workday")
		case len(p.Ordinals) > 0:
			return e.ordinals(p, one, n)
		case len(p.MonthDays) == 1 && p.MonthDays[0] == -1:
			return e.limited(p, e.pick(one, "last-day", "last-days", "n", n))
		}
		return e.limited(p, e.pick(one, "month", "months-n", append(e.monthDays(p.MonthDays), "n", n)...))
	}
	day := 1
	if len(p.MonthDays) > 0 {
		day = p.MonthDays[0]
	}
	return e.pick(one, "year", "years", "d", strconv.Itoa(day), "m", e.name("months", int(p.Months[0])-1), "n", n)
}

func (e *echo) pick(one bool, single, several string, args ...string) string {
	if one {
		return e.say(single, args...)
	}
	return e.say(several, args...)
}

// limited adds the weekdays that a rule leaves out.
func (e *echo) limited(p *schedule.Pattern, head string) string {
	if len(p.Weekdays) == 0 {
		return head
	}
	var kept weekdaySet
	for _, d := range p.Weekdays {
		kept.add(ourWeekday(d))
	}
	out := allWeek.without(kept).days()
	if len(out) == 0 {
		return head
	}
	return head + e.space() + e.say("except-days", "w", e.weekdays("weekdays", out))
}

// monthDays are the days of a month as numbers, as "15." and as "15号".
func (e *echo) monthDays(days []int) []string {
	var plain, dotted, marked []string
	for _, d := range days {
		if d > 0 {
			n := strconv.Itoa(d)
			plain, dotted, marked = append(plain, n), append(dotted, n+"."), append(marked, n+"号")
		}
	}
	return []string{"d", e.list(plain), "d.", e.list(dotted), "d号", e.list(marked)}
}

func (e *echo) ordinals(p *schedule.Pattern, one bool, n string) string {
	var items []string
	day := p.Ordinals[0].Day
	key := "ordinals-" + strconv.Itoa(ourWeekday(day))
	if e.lex.echo[key] == "" {
		key = "ordinals"
	}
	for _, o := range p.Ordinals {
		if o.Day == day {
			i := o.N - 1
			if o.N < 0 {
				i = 5
			}
			items = append(items, e.name(key, i))
		}
	}
	names := "weekdays"
	if e.lex.echo["weekdays-long"] != "" {
		names = "weekdays-long"
	}
	return e.pick(one, "ordinal", "ordinal-n", "o", e.list(items), "w", e.name(names, ourWeekday(day)-1), "n", n)
}

// bounds says beginning, length, end and exceptions.
func (e *echo) bounds(patterns []schedule.Pattern) []string {
	var extras []string
	first, ok := e.rule.Next(e.now)
	if ok {
		natural, err := schedule.Recurring(schedule.Recurrence{
			Zone: e.rule.Zone(), From: schedule.WallOf(e.now.Add(time.Second)), Patterns: patterns,
		})
		if err == nil && !natural.Start().Equal(first.At) && !e.excepted(natural.Start()) {
			w := schedule.WallOf(first.At)
			x := e.date(w.Date)
			_, gap := w.Date.At(patterns[0].Times[0]).In(e.rule.Zone())
			if w.Clock != patterns[0].Times[0] && !first.Shifted && !gap {
				x += e.space() + e.at(w.Clock)
			}
			extras = append(extras, e.say("start", "x", x))
		}
	}
	end, bounded := e.rule.End()
	switch {
	case e.rule.Count() > 0:
		n, _ := e.rule.Total(e.now)
		for _, w := range e.rule.Exceptions() {
			if at, _ := w.In(e.rule.Zone()); at.After(e.now) && !at.After(end) {
				n++ // a count counts what is excepted too
			}
		}
		extras = append(extras, e.say("times", "n", strconv.Itoa(n)))
	case bounded:
		w := schedule.WallOf(end)
		p := &patterns[0]
		if ok && w.Clock == endOfDay && len(patterns) == 1 && p.Freq == schedule.Daily && p.Interval == 1 && len(p.Weekdays) == 0 {
			if n := schedule.DateOf(first.At).DaysUntil(w.Date) + 1; n > 1 {
				extras = append(extras, e.say("length", "n", strconv.Itoa(n)))
			}
		}
		extras = append(extras, e.until(w))
	}
	return append(extras, e.exceptDates()...)
}

func (e *echo) excepted(t time.Time) bool {
	return slices.Contains(e.rule.Exceptions(), schedule.WallOf(t))
}
