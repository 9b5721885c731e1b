package campaign

import (
	"testing"
	"time"

	"carebell/delivery"
	"carebell/internal/faketelegram"
)

// onTheWire is how long a request that had left before the platform asked to wait may take to arrive,
// and told how long it may take until another process has heard of it.
const (
	onTheWire = 100 * time.Millisecond
	told      = 300 * time.Millisecond
)

// The platform asks to wait, again and again: nothing comes before the wait is over but what was on
// the wire already, and a request to wait is neither an attempt nor a failure.
func TestAskedToWait(t *testing.T) {
	beside(t)
	for _, database := range []string{"PostgreSQL", "SQLite"} {
		t.Run(database, func(t *testing.T) {
			Rounds(t, "429 with retry_after on "+database, 1, 10, func(t *testing.T, r *Round) {
				people, waits := 60, 2
				if Long() {
					waits = 6
				}
				h := newHouse(t, database, delivery.Config{Policy: quick})
				h.stop()
				now := h.now().Truncate(time.Second)
				Doses(t, h.store, h.api, people, waits*2, func(int, int) time.Time { return now })
				var until time.Time
				after := 1 + r.Random.IntN(30)
				h.api.Faults(func(c faketelegram.Call) faketelegram.Fault {
					if after--; c.Method != "sendMessage" || after > 0 || waits == 0 || time.Now().Before(until) {
						return faketelegram.Fault{}
					}
					waits, after = waits-1, 1+r.Random.IntN(people)
					wait := time.Duration(1+r.Random.IntN(2)) * time.Second
					until = time.Now().Add(wait)
					r.Add("waits", 1)
					return faketelegram.TooMany(wait)
				})
				h.start()
				f := h.rest()
				l := h.api.Ledger()
				Judge(Calls(l), f).Check(t, r, f)
				early(t, r, l, onTheWire)
				for name, calls := range Calls(l) {
					for _, c := range calls {
						if c.Marked {
							t.Errorf("%s is marked as a repeat: a request to wait is no copy", name)
						}
					}
				}
				for _, row := range f.Rows {
					if row.Text != "" && (row.Status != delivery.Sent || row.Tries != 1) {
						t.Errorf("%s is %s after %d attempts: a request to wait is neither an attempt nor a failure", row.ID, row.Status, row.Tries)
					}
				}
			})
		})
	}
}

// early finds the calls that came before a wait was over, though they left longer than grace after it
// was asked for.
func early(t *testing.T, r *Round, l faketelegram.Ledger, grace time.Duration) {
	t.Helper()
	var asked time.Time
	for _, e := range l.Of("sendMessage") {
		if e.RetryAfter > 0 {
			asked = e.At
			continue
		}
		if !e.Early {
			continue
		}
		if since := e.At.Sub(asked); since > grace {
			t.Errorf("a call came %s after the platform asked to wait, before the wait was over", since)
		} else {
			r.Add("on the wire already", 1)
		}
	}
}

// What one replica was asked to wait for, the others wait for too.
func TestReplicasAskedToWait(t *testing.T) {
	beside(t)
	Rounds(t, "429 with retry_after, two replicas", 1, 10, func(t *testing.T, r *Round) {
		const people, each = 110, 1       // of somebody who got two within a second only the own chat would wait
		s := newSite(t, "PostgreSQL", 10) // what is claimed takes longer to leave than to be told of
		s.doses(people, each, nil)
		a, b := s.process(), s.process()
		a.Start()
		b.Start()
		waits, after := 4, 20+r.Random.IntN(5)
		s.api.Faults(func(c faketelegram.Call) faketelegram.Fault {
			if c.Method != "sendMessage" {
				return faketelegram.Fault{}
			}
			if after--; after > 0 || waits == 0 {
				return faketelegram.Fault{}
			}
			waits, after = waits-1, 15+r.Random.IntN(10)
			r.Add("waits", 1)
			return faketelegram.TooMany(2 * time.Second)
		})
		s.judge(r, a)
		early(t, r, s.api.Ledger(), told)
		a.Terminate()
		b.Terminate()
	})
}
