package campaign

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"carebell/delivery"
	"carebell/internal/faketelegram"
)

// faults are what may befall one request, each in one of a hundred. Some of them befall it before it
// is carried out or after, as it happens: nobody who asks can tell.
var faults = []func(r *rand.Rand) faketelegram.Fault{
	func(r *rand.Rand) faketelegram.Fault {
		return perhapsAfter(r, faketelegram.Answer(500+r.IntN(5), "Internal Server Error"))
	},
	func(r *rand.Rand) faketelegram.Fault {
		return perhapsAfter(r, faketelegram.Body(200+300*r.IntN(2), "<html>Bad Gateway</html>"))
	},
	func(*rand.Rand) faketelegram.Fault { return faketelegram.ResetBefore() },
	func(*rand.Rand) faketelegram.Fault { return faketelegram.ResetAfter() },
	func(r *rand.Rand) faketelegram.Fault { return perhapsAfter(r, faketelegram.HangBefore()) },
	func(*rand.Rand) faketelegram.Fault { return faketelegram.Truncate() },
}

func perhapsAfter(r *rand.Rand, f faketelegram.Fault) faketelegram.Fault {
	if r.IntN(2) == 0 {
		return f.After()
	}
	return f
}

// refusals are certain: nothing was carried out, and it goes again as if it had never been asked.
var refusals = []faketelegram.Fault{
	faketelegram.Answer(http.StatusForbidden, "Forbidden: bot can't send messages to the user"),
}

// Of every hundred requests one befalls each fault: each outcome is of the right class, every repeat
// is marked, all but one in a thousand arrive, and what does not says why.
func TestPlatformFaults(t *testing.T) {
	for _, database := range []string{"PostgreSQL", "SQLite"} {
		t.Run(database, func(t *testing.T) { platformFaults(t, database) })
	}
}

func platformFaults(t *testing.T, database string) {
	people, each := 60, 10
	if Long() {
		people = 500
	}
	sum := Rounds(t, "faults of the platform on "+database, 1, map[string]int{"PostgreSQL": 6, "SQLite": 1}[database], func(t *testing.T, r *Round) {
		h := newHouse(t, database, delivery.Config{Workers: 32, SendTimeout: 500 * time.Millisecond, Policy: quick})
		h.stop()
		now := h.now().Truncate(time.Second)
		Doses(t, h.store, h.api, people, each, func(int, int) time.Time { return now })
		h.api.Faults(func(c faketelegram.Call) faketelegram.Fault { // one at a time
			if c.Method != "sendMessage" {
				return faketelegram.Fault{}
			}
			switch n := r.Random.IntN(100); {
			case n < len(faults):
				return faults[n](r.Random)
			case n < len(faults)+len(refusals):
				return refusals[n-len(faults)]
			}
			return faketelegram.Fault{}
		})
		h.start()
		f := h.rest()
		l := h.api.Ledger()
		Judge(Calls(l), f).Check(t, r, f)
		classes(t, r, l, f)
	})
	if arrived, all := sum.Counts["arrived"], sum.Counts["messages"]; Long() && arrived*1000 < all*999 {
		t.Errorf("%d of %d arrived, want 99.9 %%", arrived, all)
	}
}

// classes compares what each request met with what its attempt says. Requests of one message come
// one after the other, as their attempts do.
func classes(t *testing.T, r *Round, l faketelegram.Ledger, f Facts) {
	t.Helper()
	met := map[string][]faketelegram.Entry{}
	for _, e := range l.Of("sendMessage") {
		text := e.Text
		if !e.Done {
			text = e.Params.Get("text")
		}
		met[doseIn(text)] = append(met[doseIn(text)], e)
	}
	for _, row := range f.Rows {
		if row.Text == "" {
			continue
		}
		// What never reached the platform, as on a machine that is busy with other things, is certain.
		attempts := slices.DeleteFunc(slices.Clone(f.Attempts[row.ID]), func(a Attempt) bool { return a.Outcome == "retry" && a.Code == 0 })
		r.Add("never reached it", len(f.Attempts[row.ID])-len(attempts))
		entries := met[row.Text]
		if len(entries) != len(attempts) {
			t.Errorf("%s: %d requests and %d attempts", row.ID, len(entries), len(attempts))
			continue
		}
		for i, e := range entries {
			want := "unknown"
			switch {
			case e.Fault == "":
				want = "sent"
			case e.Code == http.StatusForbidden:
				want = "retry"
			}
			if got := attempts[i].Outcome; got != want {
				t.Errorf("%s: attempt %d met %q with code %d and counts as %s, want %s", row.ID, i+1, e.Fault, e.Code, got, want)
			}
			if e.Fault != "" {
				r.Add("faults", 1)
			}
		}
	}
}

// On a very bad day most requests fail in some way: still nobody gets a third copy, no repeat is
// unmarked, and each message says what became of it.
func TestBadDay(t *testing.T) {
	beside(t)
	for _, database := range []string{"PostgreSQL", "SQLite"} {
		t.Run(database, func(t *testing.T) {
			Rounds(t, "six of ten requests fail on "+database, 1, 10, func(t *testing.T, r *Round) {
				h := newHouse(t, database, delivery.Config{Workers: 32, SendTimeout: 200 * time.Millisecond, Policy: delivery.Policy{
					FirstRetry: 10 * time.Millisecond, RepeatAfter: 20 * time.Millisecond, BreakerRest: 20 * time.Millisecond}})
				h.stop()
				now := h.now().Truncate(time.Second)
				Doses(t, h.store, h.api, 40, 4, func(int, int) time.Time { return now })
				h.api.Faults(func(c faketelegram.Call) faketelegram.Fault {
					if n := r.Random.IntN(10); c.Method == "sendMessage" && n < len(faults) {
						return faults[n](r.Random)
					}
					return faketelegram.Fault{}
				})
				h.start()
				f := h.rest()
				Judge(Calls(h.api.Ledger()), f).Check(t, r, f)
			})
		})
	}
}

// The first copy may have arrived, and before its repeat the person blocks the bot: it is not known to
// have failed.
func TestBlockedBeforeTheRepeat(t *testing.T) {
	beside(t)
	for _, database := range []string{"PostgreSQL", "SQLite"} {
		t.Run(database, func(t *testing.T) {
			h := newHouse(t, database, delivery.Config{SendTimeout: time.Second, Policy: quick})
			h.api.Once("sendMessage", faketelegram.ResetAfter(), faketelegram.Answer(http.StatusForbidden, "Forbidden: bot was blocked by the user"))
			now := h.now().Truncate(time.Second)
			Doses(t, h.store, h.api, 1, 1, func(int, int) time.Time { return now })
			h.engine.Wake()
			f := h.rest()
			for _, fault := range Judge(Calls(h.api.Ledger()), f).Faults {
				t.Error(fault)
			}
			if f.Rows[0].Status != delivery.Unknown {
				t.Errorf("it is %s, want unknown: a copy is there", f.Rows[0].Status)
			}
		})
	}
}
