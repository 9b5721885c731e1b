package nlp_test

import (
	"testing"
	"time"

	"carebell/nlp"
	"carebell/schedule"

	"pgregory.net/rapid"
)

// drawRule makes rules of the kinds that phrases lead to.
func drawRule(t *rapid.T, now time.Time, zone *time.Location) schedule.Rule {
	today := schedule.DateOf(now)
	clock := func(label string) schedule.Clock {
		return schedule.NewClock(rapid.IntRange(0, 23).Draw(t, label), rapid.SampledFrom([]int{0, 5, 15, 30, 45}).Draw(t, label+" minute"))
	}
	day := func(label string) schedule.Date { return today.AddDays(rapid.IntRange(1, 300).Draw(t, label)) }
	weekday := rapid.Map(rapid.IntRange(0, 6), func(i int) time.Weekday { return time.Weekday(i) })
	kind := rapid.IntRange(0, 7).Draw(t, "kind")
	switch kind {
	case 0:
		at, _ := day("once").At(clock("at")).In(zone)
		return schedule.Once(at, zone)
	case 1:
		first, _ := day("first").At(clock("at")).In(zone)
		iv := schedule.Interval{Zone: zone, First: first, Step: time.Duration(rapid.IntRange(1, 24).Draw(t, "hours")) * time.Hour}
		if rapid.Bool().Draw(t, "bounded") {
			iv.Until = first.AddDate(0, 0, rapid.IntRange(1, 20).Draw(t, "days")).Truncate(time.Minute)
		}
		r, err := schedule.Every(iv)
		if err != nil {
			t.Skip(err)
		}
		return r
	}
	n := rapid.IntRange(1, 3).Draw(t, "interval")
	p := schedule.Pattern{Interval: n, Times: []schedule.Clock{clock("time")}}
	if rapid.Bool().Draw(t, "twice") {
		p.Times = append(p.Times, clock("second time"))
	}
	switch kind {
	case 2, 3:
		p.Freq = schedule.Daily
	case 4:
		p.Freq = schedule.Weekly
		p.Weekdays = rapid.SliceOfNDistinct(weekday, 1, 6, rapid.ID).Draw(t, "weekdays")
	case 5:
		p.Freq = schedule.Monthly
		p.MonthDays = rapid.SampledFrom([][]int{{1}, {15}, {1, 15}, {28}, {-1}, {31}}).Draw(t, "month days")
	case 6:
		p.Freq = schedule.Monthly
		p.Ordinals = []schedule.Ordinal{{N: rapid.SampledFrom([]int{1, 2, 3, 4, -1}).Draw(t, "n"), Day: weekday.Draw(t, "weekday")}}
	case 7:
		p.Freq = schedule.Yearly
		p.Months = []time.Month{time.Month(rapid.IntRange(1, 12).Draw(t, "month"))}
		p.MonthDays = []int{rapid.IntRange(1, 28).Draw(t, "day")}
	}
	rec := schedule.Recurrence{Zone: zone, From: schedule.WallOf(now.Add(time.Second)), Patterns: []schedule.Pattern{p}}
	if rapid.Bool().Draw(t, "later") {
		rec.From = day("start").At(0)
	}
	if rapid.Bool().Draw(t, "ends") && p.Freq != schedule.Yearly {
		rec.Until = rec.From.Date.AddDays(rapid.IntRange(120, 400).Draw(t, "length")).At(schedule.Clock(86399))
	} else if rapid.Bool().Draw(t, "counted") && len(p.Times) == 1 {
		rec.Count = rapid.IntRange(2, 20).Draw(t, "count")
	}
	if p.Freq == schedule.Daily && n == 1 && rapid.Bool().Draw(t, "except") {
		rec.Except = []schedule.Wall{}
		d := rec.From.Date.AddDays(5)
		for _, c := range p.Times {
			rec.Except = append(rec.Except, d.At(c))
		}
	}
	r, err := schedule.Recurring(rec)
	if err != nil {
		t.Skip(err)
	}
	return r
}

// TestEchoRoundTrip: what Describe says in any language, Parse reads back to the same occurrences.
func TestEchoRoundTrip(t *testing.T) {
	parser := nlp.New()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range parser.Languages() {
		t.Run(lang, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				now := time.Date(2026, time.Month(rapid.IntRange(1, 12).Draw(t, "now month")), rapid.IntRange(1, 28).Draw(t, "now day"), 10, 0, 0, 0, zone)
				rule := drawRule(t, now, zone)
				echo := parser.Describe(rule, lang, now)
				res := parser.Parse(echo, now, nlp.Profile{Language: lang, Zone: zone})
				if res.Err != nil {
					t.Fatalf("%q of %q is refused: %v", echo, rule, res.Err)
				}
				want, got := rule.Upcoming(now, 8), res.Rule.Upcoming(now, 8)
				if len(want) != len(got) {
					t.Fatalf("%q of %q comes back as %q", echo, rule, res.Rule)
				}
				for i := range want {
					if !want[i].At.Equal(got[i].At) {
						t.Fatalf("%q of %q comes back as %q", echo, rule, res.Rule)
					}
				}
				a, ai := rule.Total(now)
				b, bi := res.Rule.Total(now)
				if a != b || ai != bi || res.Message != "" {
					t.Fatalf("%q of %q comes back as %q, %d of %d, message %q", echo, rule, res.Rule, b, a, res.Message)
				}
			})
		})
	}
}
