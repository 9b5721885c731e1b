package schedule_test

import (
	"testing"
	"time"

	"carebell/schedule"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatalf("load zone: %v", err)
	}
	return z
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatalf("read time: %v", err)
	}
	return at
}

// TestNext follows rules across clock changes, leap days and month ends.
func TestNext(t *testing.T) {
	type occurrence struct {
		at, slot string
		shifted  bool
	}
	cases := []struct {
		name, rule, after string
		want              []occurrence
	}{
		{
			"daily keeps its wall clock when clocks go forward",
			"DTSTART;TZID=Europe/London:20260327T090000\nRRULE:FREQ=DAILY", "2026-03-27T12:00:00Z",
			[]occurrence{{"2026-03-28T09:00:00Z", "2026-03-28#1", false}, {"2026-03-29T09:00:00+01:00", "2026-03-29#1", false}},
		},
		{
			"a time in the gap moves forward by the gap, on that day only",
			"DTSTART;TZID=Europe/Berlin:20260328T023000\nRRULE:FREQ=DAILY", "2026-03-28T12:00:00Z",
			[]occurrence{{"2026-03-29T03:30:00+02:00", "2026-03-29#1", true}, {"2026-03-30T02:30:00+02:00", "2026-03-30#1", false}},
		},
		{
			"a gap of half an hour",
			"DTSTART;TZID=Australia/Lord_Howe:20261003T021500\nRRULE:FREQ=DAILY", "2026-10-03T00:00:00Z",
			[]occurrence{{"2026-10-04T02:45:00+11:00", "2026-10-04#1", true}},
		},
		{
			"a slot moved onto another one is not lost",
			"DTSTART;TZID=Europe/Berlin:20260328T000000\nRRULE:FREQ=DAILY;BYHOUR=1,2,3,4", "2026-03-29T00:30:00+01:00",
			[]occurrence{
				{"2026-03-29T01:00:00+01:00", "2026-03-29#1", false},
				{"2026-03-29T03:00:00+02:00", "2026-03-29#3", false},
				{"2026-03-29T03:00:01+02:00", "2026-03-29#2", true},
				{"2026-03-29T04:00:00+02:00", "2026-03-29#4", false},
			},
		},
		{
			"a repeated time is its first occurrence, once",
			"DTSTART;TZID=America/New_York:20261031T013000\nRRULE:FREQ=DAILY", "2026-10-31T12:00:00Z",
			[]occurrence{{"2026-11-01T01:30:00-04:00", "2026-11-01#1", false}, {"2026-11-02T01:30:00-05:00", "2026-11-02#1", false}},
		},
		{
			"a gap at midnight stays on its day",
			"DTSTART;TZID=Africa/Cairo:20260423T000000\nRRULE:FREQ=DAILY", "2026-04-23T12:00:00Z",
			[]occurrence{{"2026-04-24T01:00:00+03:00", "2026-04-24#1", true}},
		},
		{
			"a day that a zone skipped",
			"DTSTART;TZID=Pacific/Apia:20111229T090000\nRRULE:FREQ=DAILY", "2011-12-29T12:00:00-10:00",
			[]occurrence{
				{"2011-12-31T09:00:00+14:00", "2011-12-31#1", false},
				{"2011-12-31T09:00:01+14:00", "2011-12-30#1", true},
				{"2012-01-01T09:00:00+14:00", "2012-01-01#1", false},
			},
		},
		{
			"elapsed time does not care",
			"DTSTART;TZID=America/New_York:20260307T200000\nRRULE:FREQ=HOURLY;INTERVAL=6", "2026-03-08T00:00:00Z",
			[]occurrence{{"2026-03-07T20:00:00-05:00", "n1", false}, {"2026-03-08T03:00:00-04:00", "n2", false}, {"2026-03-08T09:00:00-04:00", "n3", false}},
		},
		{
			"the 31st skips short months",
			"DTSTART;TZID=UTC:20260131T090000\nRRULE:FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31T09:00:00Z",
			[]occurrence{{"2026-03-31T09:00:00Z", "2026-03-31#1", false}, {"2026-05-31T09:00:00Z", "2026-05-31#1", false}},
		},
		{
			"the last day does not",
			"DTSTART;TZID=UTC:20280131T090000\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1", "2028-01-31T09:00:00Z",
			[]occurrence{{"2028-02-29T09:00:00Z", "2028-02-29#1", false}, {"2028-03-31T09:00:00Z", "2028-03-31#1", false}},
		},
		{
			"29 February waits for a leap year, across 2100 too",
			"DTSTART;TZID=UTC:20920229T090000\nRRULE:FREQ=YEARLY", "2095-01-01T00:00:00Z",
			[]occurrence{{"2096-02-29T09:00:00Z", "2096-02-29#1", false}, {"2104-02-29T09:00:00Z", "2104-02-29#1", false}},
		},
		{
			"last friday",
			"DTSTART;TZID=UTC:20260327T160000\nRRULE:FREQ=MONTHLY;BYDAY=-1FR", "2026-03-27T00:00:00Z",
			[]occurrence{{"2026-03-27T16:00:00Z", "2026-03-27#1", false}, {"2026-04-24T16:00:00Z", "2026-04-24#1", false}},
		},
		{
			"last working day",
			"DTSTART;TZID=UTC:20260529T160000\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-05-01T00:00:00Z",
			[]occurrence{{"2026-05-29T16:00:00Z", "2026-05-29#1", false}, {"2026-06-30T16:00:00Z", "2026-06-30#1", false}},
		},
		{
			"two rules are one series with one numbering",
			"DTSTART;TZID=UTC:20260311T090000\nRRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0\nRRULE:FREQ=DAILY;BYHOUR=21;BYMINUTE=30\nEXDATE;TZID=UTC:20260312T090000", "2026-03-11T10:00:00Z",
			[]occurrence{{"2026-03-11T21:30:00Z", "2026-03-11#2", false}, {"2026-03-12T21:30:00Z", "2026-03-12#2", false}},
		},
		{
			"every other week, two days",
			"DTSTART;TZID=UTC:20260312T100000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "2026-03-11T00:00:00Z",
			[]occurrence{{"2026-03-12T10:00:00Z", "2026-03-12#1", false}, {"2026-03-23T10:00:00Z", "2026-03-23#1", false}, {"2026-03-26T10:00:00Z", "2026-03-26#1", false}},
		},
		{
			"elapsed, not on sundays",
			"DTSTART;TZID=UTC:20260314T220000\nRRULE:FREQ=HOURLY;INTERVAL=8;BYDAY=MO,TU,WE,TH,FR,SA", "2026-03-14T00:00:00Z",
			[]occurrence{{"2026-03-14T22:00:00Z", "n1", false}, {"2026-03-16T06:00:00Z", "n5", false}},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, err := schedule.ParseRule(c.rule)
			if err != nil {
				t.Fatal(err)
			}
			got := r.Upcoming(instant(t, c.after), len(c.want))
			if len(got) != len(c.want) {
				t.Fatalf("%d occurrences, want %d: %v", len(got), len(c.want), got)
			}
			for i, w := range c.want {
				g := got[i]
				if at := g.At.Format(time.RFC3339); at != w.at || g.Slot != w.slot || g.Shifted != w.shifted {
					t.Errorf("occurrence %d: %s %s shifted=%v, want %s %s shifted=%v", i, at, g.Slot, g.Shifted, w.at, w.slot, w.shifted)
				}
			}
		})
	}
}

func TestOnce(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	r := schedule.Once(instant(t, "2026-03-12T15:00:00+01:00"), madrid)
	if got, want := r.String(), "DTSTART;TZID=Europe/Madrid:20260312T150000"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	if !r.IsOnce() || r.Elapsed() || r.IsZero() {
		t.Error("a once rule must say that it is one")
	}
	next, ok := r.Next(instant(t, "2026-03-12T13:59:59Z"))
	if !ok || next.Slot != "2026-03-12#1" {
		t.Errorf("next %v %v", next, ok)
	}
	if _, ok := r.Next(next.At); ok {
		t.Error("next is strictly after, so nothing may follow")
	}
	moved := r.In(zone(t, "America/New_York"))
	if got := moved.Start().Format(time.RFC3339); got != "2026-03-12T15:00:00-04:00" {
		t.Errorf("the wall clock must stay: %s", got)
	}
}

// TestChangeOfZoneKeepsSlots: a traveller's doses keep their names, so none is doubled.
func TestChangeOfZoneKeepsSlots(t *testing.T) {
	r, err := schedule.ParseRule("DTSTART;TZID=Europe/Madrid:20260311T090000\nRRULE:FREQ=DAILY;BYHOUR=9,21;BYMINUTE=0")
	if err != nil {
		t.Fatal(err)
	}
	moved := r.In(zone(t, "Asia/Tokyo"))
	a := r.Upcoming(instant(t, "2026-03-20T00:00:00+01:00"), 6)
	b := moved.Upcoming(instant(t, "2026-03-20T00:00:00+09:00"), 6)
	for i := range a {
		if a[i].Slot != b[i].Slot || a[i].At.Format(time.DateTime) != b[i].At.Format(time.DateTime) {
			t.Errorf("%v became %v", a[i], b[i])
		}
	}
}

func TestTotal(t *testing.T) {
	cases := []struct {
		name, rule, after string
		n                 int
		infinite          bool
	}{
		{"no end", "DTSTART;TZID=UTC:20260311T090000\nRRULE:FREQ=DAILY", "2026-03-11T10:00:00Z", 0, true},
		{"count", "DTSTART;TZID=UTC:20260311T090000\nRRULE:FREQ=DAILY;COUNT=10", "2026-03-11T10:00:00Z", 9, false},
		{"until, inclusive", "DTSTART;TZID=UTC:20260311T090000\nRRULE:FREQ=DAILY;UNTIL=20260313T090000Z", "2026-03-10T00:00:00Z", 3, false},
		{"until across a clock change", "DTSTART;TZID=Europe/London:20260327T023000\nRRULE:FREQ=DAILY;UNTIL=20260330T225959Z", "2026-03-27T00:00:00Z", 4, false},
		{"elapsed", "DTSTART;TZID=Europe/London:20260311T160000\nRRULE:FREQ=HOURLY;INTERVAL=6;UNTIL=20260313T235959Z", "2026-03-11T10:00:00Z", 10, false},
		{"elapsed with an exception", "DTSTART;TZID=UTC:20260311T160000\nRRULE:FREQ=HOURLY;INTERVAL=6;COUNT=4\nEXDATE:20260311T220000Z", "2026-03-11T10:00:00Z", 3, false},
		{"elapsed on some days", "DTSTART;TZID=UTC:20260314T000000\nRRULE:FREQ=HOURLY;INTERVAL=12;BYDAY=SA;UNTIL=20260321T235959Z", "2026-03-13T00:00:00Z", 4, false},
		{"once", "DTSTART;TZID=UTC:20260311T090000", "2026-03-11T08:00:00Z", 1, false},
		{"once, gone", "DTSTART;TZID=UTC:20260311T090000", "2026-03-11T09:00:00Z", 0, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, err := schedule.ParseRule(c.rule)
			if err != nil {
				t.Fatal(err)
			}
			n, infinite := r.Total(instant(t, c.after))
			if n != c.n || infinite != c.infinite {
				t.Errorf("total %d infinite=%v, want %d infinite=%v", n, infinite, c.n, c.infinite)
			}
		})
	}
}

func TestRecurringBeginsAtTheFirstSlot(t *testing.T) {
	r, err := schedule.Recurring(schedule.Recurrence{
		Zone: zone(t, "Europe/London"),
		From: schedule.Date{Year: 2026, Month: 3, Day: 11}.At(schedule.NewClock(10, 0)),
		Patterns: []schedule.Pattern{{
			Freq: schedule.Weekly, Interval: 2, Weekdays: []time.Weekday{time.Tuesday},
			Times: []schedule.Clock{schedule.NewClock(10, 0), schedule.NewClock(20, 30)},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "DTSTART;TZID=Europe/London:20260317T100000\n" +
		"RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;BYHOUR=10;BYMINUTE=0\n" +
		"RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;BYHOUR=20;BYMINUTE=30"
	if got := r.String(); got != want {
		t.Errorf("text\n%s\nwant\n%s", got, want)
	}
}

func TestErrorsNameWhatIsWrong(t *testing.T) {
	for _, text := range []string{
		"", "DTSTART;TZID=Mars/Base:20260311T090000", "DTSTART;TZID=UTC:yesterday",
		"DTSTART;TZID=UTC:20260311T090000\nRRULE:FREQ=DAILY;BYHOUR=25",
		"DTSTART;TZID=UTC:20260311T090000\nRRULE:FREQ=DAILY;BYEASTER=1",
		"DTSTART;TZID=UTC:20260311T090000\nRRULE:FREQ=NEVER",
		"DTSTART;TZID=UTC:20260311T090000\nRRULE:FREQ=DAILY;COUNT=999999999",
		"DTSTART;TZID=UTC:20260311T090000\nRDATE:20260311T090000",
	} {
		if r, err := schedule.ParseRule(text); err == nil {
			t.Errorf("%q was read as %q", text, r)
		}
	}
	_, err := schedule.Recurring(schedule.Recurrence{
		From: schedule.Date{Year: 2026, Month: 1, Day: 1}.At(0),
		Patterns: []schedule.Pattern{{
			Freq: schedule.Yearly, Months: []time.Month{2}, MonthDays: []int{30}, Times: []schedule.Clock{0},
		}},
	})
	if err == nil {
		t.Error("30 February every year was accepted")
	}
}

func TestSecondPassSurvivesText(t *testing.T) {
	second := instant(t, "2026-11-01T01:30:00-05:00")
	r := schedule.Once(second, zone(t, "America/New_York"))
	back, err := schedule.ParseRule(r.String())
	if err != nil {
		t.Fatal(err)
	}
	if !back.Start().Equal(second) {
		t.Errorf("%s became %s", second, back.Start())
	}
}

// BenchmarkNext asks a daily rule that is five years old for its next occurrence.
func BenchmarkNext(b *testing.B) {
	r, err := schedule.ParseRule("DTSTART;TZID=Europe/Berlin:20210311T090000\nRRULE:FREQ=DAILY;BYHOUR=9,21;BYMINUTE=0")
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct{ name, after string }{{"Quiet", "2026-05-11T10:00:00Z"}, {"ClockChange", "2026-03-28T22:00:00Z"}} {
		after := instant(b, c.after)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := r.Next(after); !ok {
					b.Fatal("none")
				}
			}
		})
	}
}
