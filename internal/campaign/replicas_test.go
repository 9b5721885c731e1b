package campaign

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"carebell/internal/faketelegram"
)

// Four replicas, of which random ones are killed, or paused past their lease and woken: nothing is
// lost, no repeat is unmarked, and one that was taken for dead records nothing of what was taken.
func TestReplicasKilledAndPaused(t *testing.T) {
	beside(t)
	const (
		replicas = 4
		blows    = 12
		lease    = 2 * time.Second
	)
	Rounds(t, "four replicas killed or paused", 1, 12, func(t *testing.T, r *Round) {
		const people, each = 60, 8
		s := newSite(t, "PostgreSQL", 15, "CAREBELL_DELIVERY_LEASE="+lease.String())
		s.doses(people, each, nil)
		all := make([]*Process, replicas)
		for i := range all {
			all[i] = s.process()
			all[i].Start()
		}
		asleep := map[int]time.Time{} // since when
		fenced := 0
		for range blows {
			i := r.Random.IntN(replicas)
			if _, ok := asleep[i]; ok {
				continue
			}
			if r.Random.IntN(2) == 0 && len(asleep) < replicas-2 {
				all[i].Pause()
				asleep[i] = time.Now()
				r.Add("paused", 1)
			} else {
				fenced += refused(all[i])
				all[i].Kill()
				all[i].Start()
				r.Add("kills", 1)
			}
			before := len(s.api.Ledger().Sent())
			s.until(all[i], "messages of the others", func(l faketelegram.Ledger) bool { return len(l.Sent()) >= before+6 || len(Calls(l)) >= people*each })
			for j, since := range asleep {
				// Some wake before the others have noticed, most after.
				if time.Since(since) > lease+time.Duration(r.Random.Int64N(int64(2*time.Second)))-time.Second {
					all[j].Wake()
					delete(asleep, j)
				}
			}
		}
		for j, since := range asleep {
			<-time.After(time.Until(since.Add(lease + time.Second)))
			all[j].Wake()
		}
		f := s.rest(all[0])
		Judge(Calls(s.api.Ledger()), f).Check(t, r, f)
		for _, p := range all {
			fenced += refused(p)
			p.Terminate()
		}
		r.Add("outcomes refused to a woken one", fenced)
	})
}

// refused counts how often a process was told that it does not hold its message any more.
func refused(p *Process) int {
	return strings.Count(p.Output(), "the message is not held any more")
}

// A process is paused while its requests are on the wire, loses them to another one, and gets its
// answers when it wakes: it records none of them.
func TestWokenRecordsNothing(t *testing.T) {
	beside(t)
	Rounds(t, "woken with answers in its hands", 1, 10, func(t *testing.T, r *Round) {
		const people, lease = 8, 2 * time.Second
		s := newSite(t, "PostgreSQL", 1000, "CAREBELL_DELIVERY_LEASE="+lease.String())
		gate := newGate(t, s.api, people)
		s.env = append(s.env, "CAREBELL_TELEGRAM_ENDPOINT="+gate.endpoint)
		s.doses(people, 2, nil)
		a, b := s.process(), s.process()
		a.Start()
		gate.waitFull(t)
		a.Pause()
		b.Start()
		s.until(b, "all from the other one", func(l faketelegram.Ledger) bool { return len(Calls(l)) == 2*people })
		close(gate.open) // what the paused one had asked for is carried out now
		s.until(b, "what the paused one had sent", func(l faketelegram.Ledger) bool { return len(l.Sent()) >= 3*people })
		a.Wake()
		for deadline := time.Now().Add(patience); refused(a) < people; <-time.After(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%d outcomes were refused, want %d\n%s", refused(a), people, tail(a.Output()))
			}
		}
		f := s.rest(b)
		Judge(Calls(s.api.Ledger()), f).Check(t, r, f)
		r.Add("outcomes refused to a woken one", refused(a))
		a.Terminate()
		b.Terminate()
	})
}

// gate holds back the first so many messages on their way to the platform until it is opened.
type gate struct {
	endpoint string
	open     chan struct{}
	held     chan struct{}
	full     int
}

func newGate(t *testing.T, api *faketelegram.Server, first int) *gate {
	g := &gate{open: make(chan struct{}), held: make(chan struct{}, first), full: first}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.HasSuffix(strings.ToLower(req.URL.Path), "/sendmessage") {
			select {
			case g.held <- struct{}{}:
				<-g.open
			default:
			}
		}
		api.ServeHTTP(w, req)
	}))
	t.Cleanup(front.Close)
	g.endpoint = front.URL + "/bot%s/%s"
	return g
}

func (g *gate) waitFull(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(patience); len(g.held) < g.full; <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d messages are on their way, want %d", len(g.held), g.full)
		}
	}
}

// Two replicas, either of them killed while messages fall due one by one: the other one is as
// punctual as ever, and nobody waits for more than twenty seconds.
func TestEitherReplicaKilled(t *testing.T) {
	beside(t)
	sum := Rounds(t, "two replicas, either killed", 1, 3, func(t *testing.T, r *Round) {
		kills, every := 3, 20
		if Long() {
			kills, every = 12, 100
		}
		const apart = 50 * time.Millisecond
		people := kills * every
		s := newSite(t, "PostgreSQL", 1000, "CAREBELL_DELIVERY_REPEAT_AFTER=10s")
		begin := time.Now().Add(3 * time.Second)
		s.doses(people, 1, func(person, _ int) time.Time {
			return begin.Add(time.Duration(person) * apart).Truncate(time.Millisecond)
		})
		a, b := s.process(), s.process()
		a.Start()
		b.Start()
		for n := range kills {
			until := begin.Add(time.Duration(every*n+r.Random.IntN(every)) * apart).Add(time.Duration(r.Random.Int64N(int64(20 * time.Millisecond))))
			<-time.After(time.Until(until))
			b.Kill()
			b.Start()
			r.Add("kills", 1)
			a, b = b, a
		}
		f := s.rest(a)
		calls := Calls(s.api.Ledger())
		Judge(calls, f).Check(t, r, f)
		lostHands(t, r, f)
		for _, row := range f.Rows {
			if arrivals := calls[row.Text]; len(arrivals) > 0 {
				r.Took("lateness", arrivals[0].At.Sub(row.Due))
			}
		}
		a.Terminate()
		b.Terminate()
	})
	if worst := sum.Quantile("lateness", 1); worst > 20_000 {
		t.Errorf("somebody waited for %.0f ms, want at most 20 s", worst)
	}
	if p99 := sum.Quantile("lateness", .99); Long() && p99 > 100 {
		t.Errorf("the 99th percentile of lateness is %.0f ms, want at most 100", p99)
	}
}
