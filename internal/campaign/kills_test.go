package campaign

import (
	"testing"
	"time"

	"carebell/internal/faketelegram"
)

// Killed at random in the send path, again and again: nothing is lost, no repeat is unmarked, and
// sending goes on at once.
func TestKills(t *testing.T) {
	t.Run("PostgreSQL", func(t *testing.T) { kills(t, "PostgreSQL", 3, 40) })
	t.Run("SQLite", func(t *testing.T) { kills(t, "SQLite", 1, 8) })
}

// killsPerRound is how often one database's process is killed.
const killsPerRound = 25

func kills(t *testing.T, database string, short, long int) {
	sum := Rounds(t, "kill -9 on "+database, short, long, func(t *testing.T, r *Round) {
		const people, each = 80, 6
		s := newSite(t, database, 1000)
		s.doses(people, each, nil)
		if database == "PostgreSQL" { // a server that has just started gives everybody three seconds to come back before it takes them for dead
			statement(`SELECT pg_sleep(greatest(0, 3.1 - extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())))`)(t, s, nil)
		}
		p := s.process()
		for range killsPerRound {
			before := len(s.api.Ledger().Of("sendMessage"))
			p.Start()
			// With little left, what is due may be only what waits for its repeat.
			first, sends := len(Calls(s.api.Ledger())) < people*each*8/10, 1+r.Random.IntN(12)
			s.until(p, "messages after a kill", func(l faketelegram.Ledger) bool {
				calls := l.Of("sendMessage")
				if len(calls) > before && first {
					first = false
					r.Took("start to first send", calls[before].At.Sub(p.Started))
				}
				return len(calls) >= before+sends || len(Calls(l)) >= people*each*97/100
			})
			// A moment between nothing and the length of one send, so that every line of it is hit.
			<-time.After(time.Duration(r.Random.Int64N(int64(8 * time.Millisecond))))
			p.Kill()
			r.Add("kills", 1)
		}
		p.Start()
		s.judge(r, p)
		p.Terminate()
	})
	atOnce(t, sum)
}

// atOnce checks that a start sends within a second. On a machine that is busy with other things a
// few starts take longer, so it is the usual one that counts.
func atOnce(t *testing.T, sum *Round) {
	t.Helper()
	if typical := sum.Quantile("start to first send", .5); typical > 1000 {
		t.Errorf("half of all starts took more than %.0f ms to the first send, want less than a second", typical)
	}
	if n := sum.Counts["ended unknown"]; n > sum.Counts["messages"]/100 {
		t.Errorf("%d of %d ended unknown, want at most one in a hundred", n, sum.Counts["messages"])
	}
}
