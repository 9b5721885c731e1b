package delivery_test

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"carebell/bot/webchat"
	"carebell/chat"
	"carebell/delivery"
	"carebell/internal/teststores"
	"carebell/templates"
)

// virtual runs a test in virtual time, which starts at midnight UTC of 1 January 2000, with the
// engine over a real database and the real web chat: nothing in it touches a network.
func virtual(t *testing.T, test func(*testing.T, *world, webchat.Transcript)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t}
		w.store = teststores.SQLite.Open(t, time.Now)
		w.to = chat.Address{Channel: chat.WebChat, ID: strings.Repeat("ab", 16)}
		w.must(w.store.Transcript().Open(t.Context(), w.to, time.Now()))
		channel, err := webchat.New(webchat.Config{}, noInbox{}, w.store, w.store.Transcript(), slog.New(slog.DiscardHandler))
		w.must(err)
		w.engine = w.newEngine(channel, delivery.Config{
			// Without a heartbeat to help, only the timer for the next due row wakes the engine.
			Heartbeat: 400 * 24 * time.Hour, Lease: 24 * time.Hour})
		w.start()
		defer func() { w.stop() }()
		test(t, w, w.store.Transcript())
	})
}

// pass lets virtual time go by until t.
func pass(until time.Time) { <-time.After(time.Until(until)) }

// said is what the person got, each with its time of arrival.
func said(t *testing.T, w *world, tr webchat.Transcript) (texts []string, at []time.Time) {
	t.Helper()
	entries, _, err := tr.List(t.Context(), w.to, 0, 1000)
	w.must(err)
	for _, e := range entries {
		texts, at = append(texts, chat.PlainText(e.Message.Text)), append(at, e.At.UTC())
	}
	return texts, at
}

// London's clocks go forward on 26 March 2000: nine o'clock stays nine o'clock.
func TestDailyAcrossTheClockChange(t *testing.T) {
	virtual(t, func(t *testing.T, w *world, tr webchat.Transcript) {
		pass(time.Date(2000, 3, 24, 12, 0, 0, 0, time.UTC))
		w.remind("DTSTART;TZID=Europe/London:20000325T090000\nRRULE:FREQ=DAILY", templates.Reminder, "walk")
		pass(time.Date(2000, 3, 28, 12, 0, 0, 0, time.UTC))
		synctest.Wait()
		texts, at := said(t, w, tr)
		want := []time.Time{
			time.Date(2000, 3, 25, 9, 0, 0, 0, time.UTC),
			time.Date(2000, 3, 26, 8, 0, 0, 0, time.UTC),
			time.Date(2000, 3, 27, 8, 0, 0, 0, time.UTC),
			time.Date(2000, 3, 28, 8, 0, 0, 0, time.UTC),
		}
		if len(at) != len(want) {
			t.Fatalf("%d reminders at %v, want %v", len(at), at, want)
		}
		for i := range want {
			if late := at[i].Sub(want[i]); late < 0 || late > time.Second {
				t.Errorf("reminder %d came at %v, want %v", i, at[i], want[i])
			}
			if !strings.Contains(texts[i], "09:00") {
				t.Errorf("reminder %d does not name its slot: %q", i, texts[i])
			}
		}
	})
}

// 01:30 does not exist in London on 26 March 2000, and comes twice on 29 October: one reminder each.
func TestSlotsInTheGapAndTheRepeat(t *testing.T) {
	for name, c := range map[string]struct {
		rule       string
		from, till time.Time
		want       []time.Time
	}{
		"gap": {"DTSTART;TZID=Europe/London:20000325T013000\nRRULE:FREQ=DAILY",
			time.Date(2000, 3, 24, 12, 0, 0, 0, time.UTC), time.Date(2000, 3, 27, 12, 0, 0, 0, time.UTC),
			[]time.Time{time.Date(2000, 3, 25, 1, 30, 0, 0, time.UTC), time.Date(2000, 3, 26, 1, 30, 0, 0, time.UTC), time.Date(2000, 3, 27, 0, 30, 0, 0, time.UTC)}},
		"repeat": {"DTSTART;TZID=Europe/London:20001028T013000\nRRULE:FREQ=DAILY",
			time.Date(2000, 10, 27, 12, 0, 0, 0, time.UTC), time.Date(2000, 10, 30, 12, 0, 0, 0, time.UTC),
			[]time.Time{time.Date(2000, 10, 28, 0, 30, 0, 0, time.UTC), time.Date(2000, 10, 29, 0, 30, 0, 0, time.UTC), time.Date(2000, 10, 30, 1, 30, 0, 0, time.UTC)}},
		"elapsed": {"DTSTART;TZID=Europe/London:20000325T200000\nRRULE:FREQ=HOURLY;INTERVAL=6;COUNT=4",
			time.Date(2000, 3, 25, 12, 0, 0, 0, time.UTC), time.Date(2000, 3, 27, 0, 0, 0, 0, time.UTC),
			[]time.Time{time.Date(2000, 3, 25, 20, 0, 0, 0, time.UTC), time.Date(2000, 3, 26, 2, 0, 0, 0, time.UTC),
				time.Date(2000, 3, 26, 8, 0, 0, 0, time.UTC), time.Date(2000, 3, 26, 14, 0, 0, 0, time.UTC)}},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, w *world, tr webchat.Transcript) {
				pass(c.from)
				w.remind(c.rule, templates.Reminder, "walk")
				pass(c.till)
				synctest.Wait()
				_, at := said(t, w, tr)
				if len(at) != len(c.want) {
					t.Fatalf("%d reminders at %v, want %v", len(at), at, c.want)
				}
				for i := range c.want {
					if late := at[i].Sub(c.want[i]); late < 0 || late > time.Second {
						t.Errorf("reminder %d came at %v, want %v", i, at[i], c.want[i])
					}
				}
			})
		})
	}
}

// A year of days: each has exactly one reminder, and an idle engine does not spin.
func TestAYearOfDays(t *testing.T) {
	virtual(t, func(t *testing.T, w *world, tr webchat.Transcript) {
		w.remind("DTSTART;TZID=Europe/London:20000101T090000\nRRULE:FREQ=DAILY", templates.Reminder, "walk")
		pass(time.Date(2000, 12, 31, 23, 0, 0, 0, time.UTC))
		synctest.Wait()
		_, at := said(t, w, tr)
		if len(at) != 366 {
			t.Errorf("%d reminders in a leap year, want 366", len(at))
		}
	})
}
