package schedule_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"carebell/schedule"

	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"
)

var zones = []string{"UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kolkata", "America/Havana"}

func drawDate(t *rapid.T) schedule.Date {
	y, m := rapid.IntRange(2024, 2030).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month"))
	return schedule.Date{Year: y, Month: m, Day: rapid.IntRange(1, schedule.DaysIn(y, m)).Draw(t, "day")}
}

func drawClock(t *rapid.T) schedule.Clock {
	return schedule.NewClock(rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 3).Draw(t, "quarter")*15)
}

func drawPattern(t *rapid.T) schedule.Pattern {
	p := schedule.Pattern{
		Freq:     schedule.Frequency(rapid.IntRange(1, 4).Draw(t, "freq")),
		Interval: rapid.IntRange(1, 4).Draw(t, "interval"),
		Times:    rapid.SliceOfN(rapid.Custom(drawClock), 1, 3).Draw(t, "times"),
	}
	weekday := rapid.Map(rapid.IntRange(0, 6), func(i int) time.Weekday { return time.Weekday(i) })
	switch p.Freq {
	case schedule.Daily, schedule.Weekly:
		p.Weekdays = rapid.SliceOfN(weekday, 0, 4).Draw(t, "weekdays")
	case schedule.Yearly:
		p.Months = []time.Month{time.Month(rapid.IntRange(1, 12).Draw(t, "in"))}
		p.MonthDays = rapid.SliceOfN(rapid.IntRange(1, 28), 1, 2).Draw(t, "days")
	case schedule.Monthly:
		if rapid.Bool().Draw(t, "by weekday") {
			n := rapid.SampledFrom([]int{-1, 1, 2, 3, 4}).Draw(t, "n")
			p.Ordinals = []schedule.Ordinal{{N: n, Day: weekday.Draw(t, "nth")}}
		} else {
			p.MonthDays = rapid.SliceOfN(rapid.SampledFrom([]int{-1, 1, 15, 29, 30, 31}), 1, 2).Draw(t, "days")
		}
	}
	return p
}

func drawWall(t *rapid.T, zone *time.Location) (schedule.Rule, schedule.Date) {
	from := drawDate(t)
	rec := schedule.Recurrence{
		Zone: zone, From: from.At(drawClock(t)),
		Patterns: rapid.SliceOfN(rapid.Custom(drawPattern), 1, 2).Draw(t, "patterns"),
	}
	if rapid.Bool().Draw(t, "bounded") {
		rec.Until = from.AddDays(rapid.IntRange(1, 400).Draw(t, "length")).At(drawClock(t))
	}
	if rapid.Bool().Draw(t, "exceptions") {
		rec.Except = []schedule.Wall{from.AddDays(3).At(rec.Patterns[0].Times[0])}
	}
	r, err := schedule.Recurring(rec)
	if err != nil {
		t.Skip(err)
	}
	return r, from
}

// TestTextRoundTrip: what String writes, ParseRule reads back to the same rule.
func TestTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		var r schedule.Rule
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			r = schedule.Once(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "unix"), 0), z)
		case 1:
			r, err = schedule.Every(schedule.Interval{
				Zone: z, Step: time.Duration(rapid.IntRange(1, 100).Draw(t, "minutes")) * time.Minute,
				First: time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "unix"), 0), Count: rapid.IntRange(0, 20).Draw(t, "count"),
			})
			if err != nil {
				t.Fatal(err)
			}
		case 2:
			r, _ = drawWall(t, z)
		}
		back, err := schedule.ParseRule(r.String())
		if err != nil {
			t.Fatalf("%q: %v", r, err)
		}
		if back.String() != r.String() {
			t.Fatalf("%q came back as %q", r, back)
		}
		after := r.Start().Add(-time.Second)
		a, b := r.Upcoming(after, 20), back.Upcoming(after, 20)
		if len(a) == 0 || len(a) != len(b) {
			t.Fatalf("%d occurrences came back as %d", len(a), len(b))
		}
		for i := range a {
			if !a[i].At.Equal(b[i].At) || a[i].Slot != b[i].Slot {
				t.Fatalf("%v came back as %v", a[i], b[i])
			}
		}
	})
}

// TestNextAgreesWithOracle compares with rrule-go where it can be trusted: in UTC.
func TestNextAgreesWithOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, from := drawWall(t, time.UTC)
		oracle := newOracle(t, r.String())
		after, _ := from.AddDays(rapid.IntRange(-5, 800).Draw(t, "later")).At(drawClock(t)).In(time.UTC)
		for range 10 {
			want := oracle.after(after)
			got, ok := r.Next(after)
			if ok == want.IsZero() || ok && !got.At.Equal(want) {
				t.Fatalf("%q after %s: %s (%v), the oracle says %s", r, after, got.At, ok, want)
			}
			if !ok {
				return
			}
			after = got.At
		}
	})
}

// oracle is a union of rrule-go sets: one holds a single RRULE.
type oracle []*rrule.Set

func newOracle(t *rapid.T, text string) (o oracle) {
	lines := strings.Split(strings.ReplaceAll(text, ";TZID=UTC:", ":"), "\n")
	var common []string
	for _, line := range lines {
		if !strings.HasPrefix(line, "RRULE") {
			common = append(common, line)
		}
	}
	for _, line := range lines {
		if strings.HasPrefix(line, "RRULE") {
			set, err := rrule.StrToRRuleSet(strings.Join(slices.Insert(slices.Clone(common), 1, line), "\n"))
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			o = append(o, set)
		}
	}
	return o
}

func (o oracle) after(at time.Time) (next time.Time) {
	for _, set := range o {
		if n := set.After(at, false); !n.IsZero() && (next.IsZero() || n.Before(next)) {
			next = n
		}
	}
	return next
}

// TestEverySlotOnce walks through clock changes: every local slot happens exactly once, instants
// only grow, and starting anywhere gives the same walk.
func TestEverySlotOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		from := drawDate(t)
		times := rapid.SliceOfNDistinct(rapid.Custom(drawClock), 1, 24, rapid.ID).Draw(t, "times")
		r, err := schedule.Recurring(schedule.Recurrence{
			Zone: z, From: from.At(0), Patterns: []schedule.Pattern{{Freq: schedule.Daily, Times: times}},
		})
		if err != nil {
			t.Fatal(err)
		}
		const days = 380
		seen := map[string]bool{}
		at := r.Start().Add(-48 * time.Hour)
		middle := r.Start().Add(time.Duration(rapid.IntRange(0, days*24).Draw(t, "hours")) * time.Hour)
		for range days * len(times) {
			next, ok := r.Next(at)
			if !ok || !next.At.After(at) {
				t.Fatalf("after %s came %v %v", at, next, ok)
			}
			if seen[next.Slot] {
				t.Fatalf("slot %s twice", next.Slot)
			}
			seen[next.Slot] = true
			if !middle.Before(at) && middle.Before(next.At) {
				if jump, ok := r.Next(middle); !ok || jump != next {
					t.Fatalf("after %s: %v, walking there gave %v", middle, jump, next)
				}
			}
			at = next.At
		}
		for i := range days - 1 {
			for n := range times {
				slot := from.AddDays(i).String() + "#" + string(rune('1'+n))
				if n < 9 && !seen[slot] {
					t.Fatalf("slot %s is lost", slot)
				}
			}
		}
	})
}
