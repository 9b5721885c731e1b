package storetest

import (
	"testing"
	"time"

	"carebell/conversations"
	"carebell/schedule"
)

// from lets a series go on from a moment.
func (w *world) from(series string, at time.Time) {
	w.t.Helper()
	w.turn(mia, conversations.Turn{Change: []conversations.SeriesChange{{ID: series, Status: schedule.Active, From: at, Why: "skipped"}}})
}

// comes checks when the one series of mia comes next.
func (w *world) comes(want time.Time) {
	w.t.Helper()
	series := w.load(mia, "").Series
	if len(series) != 1 || !series[0].Next.Equal(want) {
		w.t.Fatalf("series: %+v, want one that comes next at %s", series, want)
	}
}

// A series that goes on later sends nothing before, each slot once, and its Undo brings back what was
// left out; nothing of that breaks the chain of occurrences.
func moveOn(t *testing.T, w *world) {
	series := w.series(mia)
	day := func(n int) time.Time { return time.Date(2026, 3, n, 9, 30, 0, 0, time.UTC) }
	w.comes(day(2))
	w.from(series, day(2).Add(time.Microsecond)) // not today
	w.comes(day(3))
	w.clock = day(2).Add(minute)
	w.none()
	w.from(series, day(9)) // a week off
	w.comes(day(9))
	w.from(series, w.clock) // and back
	w.comes(day(3))
	w.from(series, day(12)) // off again, past both that wait
	w.comes(day(12))
	w.from(series, w.clock)
	for n := 3; n <= 14; n++ {
		w.comes(day(n))
		w.clock = day(n)
		j := w.one()
		if !j.Due.Equal(day(n)) {
			t.Fatalf("claimed what was due %s, want %s", j.Due, day(n))
		}
		w.send(j, j.ID)
		w.none()
	}
}

// What has ended by being left out comes back with its Undo; what is being sent is not sent again.
func moveOnAtTheEnd(t *testing.T, w *world) {
	rule, err := schedule.ParseRule("DTSTART;TZID=Europe/London:20260302T093000\nRRULE:FREQ=DAILY;COUNT=1")
	w.must(err)
	n := conversations.NewSeries{First: rule.Upcoming(w.clock, 1)[0], Series: schedule.Series{ID: w.id(), Code: "K7Q2", Message: "Take it",
		Template: "reminder", Rule: rule, Status: schedule.Active, Version: 1, MaxLateness: 2 * time.Hour}}
	w.turn(mia, conversations.Turn{Person: conversations.Person{Consent: "1"}, Create: []conversations.NewSeries{n}})
	w.from(n.Series.ID, n.First.At.Add(time.Microsecond))
	if series := w.load(mia, "").Series; len(series) != 0 {
		t.Fatalf("series %+v, want none: nothing is left of it", series)
	}
	w.from(n.Series.ID, w.clock)
	w.comes(n.First.At)
	w.clock = n.First.At
	j := w.one()
	w.from(n.Series.ID, w.clock) // nothing of it may come twice
	w.send(j, "1")
	w.none()
}
