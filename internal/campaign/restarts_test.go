package campaign

import (
	"testing"
	"time"

	"carebell/internal/faketelegram"
	"carebell/internal/teststores"
)

// PostgreSQL ends at once, as in a crash, again and again while two replicas send: nothing is lost,
// no repeat is unmarked, and sending goes on by itself within five seconds.
func TestDatabaseRestarts(t *testing.T) {
	const restarts = 5
	sum := Rounds(t, "PostgreSQL restarts", 1, 10, func(t *testing.T, r *Round) {
		const people, each = 40, 4
		s := newSite(t, "PostgreSQL", 12) // so slowly that there is something to send until the last restart
		s.doses(people, each, nil)
		a, b := s.process(), s.process()
		a.Start()
		b.Start()
		s.logs(a, "status") // one that is only starting ends with its database
		s.logs(b, "status")
		for range restarts {
			before := len(s.api.Ledger().Sent())
			sends := 1 + r.Random.IntN(4)
			s.until(a, "messages before a restart", func(l faketelegram.Ledger) bool { return len(l.Sent()) >= before+sends })
			teststores.Server().Restart(t, func() {})
			up := time.Now()
			before = len(s.api.Ledger().Sent())
			if arrived := len(Calls(s.api.Ledger())); arrived >= people*each {
				t.Fatalf("all was sent before the last restart: it was not under load")
			}
			s.until(a, "a message after a restart", func(l faketelegram.Ledger) bool { return len(l.Sent()) > before })
			r.Took("back to first send", s.api.Ledger().Sent()[before].At.Sub(up))
			r.Add("restarts", 1)
		}
		s.judge(r, a)
		a.Terminate()
		b.Terminate()
	})
	if slowest := sum.Quantile("back to first send", 1); slowest > 5000 {
		t.Errorf("it took %.0f ms to send again, want at most 5 s", slowest)
	}
}
