package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"sync"
	"testing"
	"time"

	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"
	"carebell/store/postgres"

	"github.com/jackc/pgx/v5"
)

const lease = time.Minute

// seed gives each of so many people series that are all due now, and one reply.
func seed(t testing.TB, s *postgres.Store, people, series int) {
	t.Helper()
	for i := range people {
		from := chat.Address{Channel: chat.Telegram, ID: strconv.Itoa(1000 + i)}
		turn := conversations.Turn{Person: conversations.Person{Language: "en", Zone: "UTC", Consent: "1"},
			Replies: []conversations.Reply{{ID: fmt.Sprintf("01960000-0000-7000-9000-%012d", i), Message: chat.Message{Text: "hello"}}}}
		for n := range series {
			at := time.Now().Add(-time.Second).Truncate(time.Second)
			turn.Create = append(turn.Create, conversations.NewSeries{First: schedule.Occurrence{At: at, Slot: "once"},
				Series: schedule.Series{ID: fmt.Sprintf("01960000-0000-7000-8000-%06d%06d", i, n), Code: "AAAA", Message: "Take it", Template: "reminder",
					Rule: schedule.Once(at, time.UTC), Status: schedule.Active, Version: 1, MaxLateness: 2 * time.Hour}})
		}
		if err := s.Receive(t.Context(), chat.Update{ID: fmt.Sprint("seed", i), Kind: chat.Text, From: from}); err != nil {
			t.Fatal(err)
		}
		waiting, err := s.Waiting(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Commit(t.Context(), waiting[0], turn); err != nil {
			t.Fatal(err)
		}
	}
}

// Two processes share the work: everything is claimed once, and nobody is written to by both.
func TestReplicasShareTheWork(t *testing.T) {
	const people, series, workers = 30, 4, 8
	url := server.Open(t)
	stores := []*postgres.Store{replica(t, url, nil), replica(t, url, nil)}
	seed(t, stores[0], people, series)

	var mu sync.Mutex
	claimed, busy, shares := map[string]int{}, map[chat.Address]bool{}, map[*postgres.Store]int{}
	begin := func(s *postgres.Store, j delivery.Job) {
		mu.Lock()
		defer mu.Unlock()
		if busy[j.To] {
			t.Errorf("%s is written to twice at the same time", j.To)
		}
		busy[j.To] = true
		claimed[j.ID]++
		shares[s]++
	}
	work := func(s *postgres.Store) error {
		batch, err := s.Claim(t.Context(), 3, lease, channels)
		if err != nil {
			return err
		}
		for _, j := range batch.Jobs {
			begin(s, j)
			if err := s.Intend(t.Context(), j, 0); err != nil {
				return fmt.Errorf("intend: %w", err)
			}
			mu.Lock()
			busy[j.To] = false // before the outcome, which frees the address for others
			mu.Unlock()
			if err := s.Settle(t.Context(), j, 0, delivery.Outcome{Status: delivery.Sent, PlatformID: j.ID, Requested: true}); err != nil {
				return fmt.Errorf("settle: %w", err)
			}
		}
		return nil
	}
	var wg sync.WaitGroup
	for i := range workers {
		s := stores[i%2]
		wg.Go(func() {
			for {
				mu.Lock()
				done := len(claimed) == people*(series+1)
				mu.Unlock()
				if done || t.Failed() {
					return
				}
				if err := work(s); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for id, n := range claimed {
		if n != 1 {
			t.Errorf("%s was claimed %d times", id, n)
		}
	}
	if len(shares) != 2 {
		t.Errorf("one process did all of it: %v", maps.Values(shares))
	}
}

// attend runs a store's attendance until the test ends or stop is called.
func attend(t *testing.T, s *postgres.Store, wake func()) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		s.Attend(ctx, wake, func(string) {})
		close(done)
	}()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(stop)
	return stop
}

// killSessions ends every connection that holds a place among the replicas, as a death of its process
// does.
func killSessions(t *testing.T, url string) {
	t.Helper()
	admin(t, url, `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
		WHERE l.locktype = 'advisory' AND l.classid = 1128352834 AND d.datname = current_database()`)
}

func admin(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// settledServer waits until the server is old enough for its sessions' absence to mean something.
func settledServer(t *testing.T, url string) {
	t.Helper()
	admin(t, url, `SELECT pg_sleep(greatest(0, 3.1 - extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())))`)
}

func signal() (wake func(), woken <-chan struct{}) {
	c := make(chan struct{}, 1)
	return func() {
		select {
		case c <- struct{}{}:
		default:
		}
	}, c
}

func TestTheDeadAreRecoveredAtOnce(t *testing.T) {
	url := server.Open(t)
	dead, alive := replica(t, url, nil), replica(t, url, nil)
	seed(t, alive, 3, 1)
	settledServer(t, url)
	batch, err := dead.Claim(t.Context(), 10, lease, channels)
	if err != nil || len(batch.Jobs) != 3 {
		t.Fatalf("claimed %d: %v", len(batch.Jobs), err)
	}
	if err := dead.Intend(t.Context(), batch.Jobs[0], 0); err != nil {
		t.Fatal(err)
	}
	if b, err := alive.Orphans(t.Context(), 10, lease); err != nil || len(b.Jobs) != 0 {
		t.Fatalf("the claims of a living process were taken: %v %v", b.Jobs, err)
	}
	start := time.Now()
	killSessions(t, url) // nobody attends for the dead one; the other comes back by itself
	wake, woken := signal()
	attend(t, alive, wake)
	var orphans delivery.Batch
	for len(orphans.Jobs) == 0 {
		select {
		case <-woken:
		case <-time.After(10 * time.Second):
			t.Fatal("nobody noticed the death")
		}
		if orphans, err = alive.Orphans(t.Context(), 10, lease); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("taken over after %s", time.Since(start).Round(time.Millisecond))
	ambiguous := 0
	for _, j := range orphans.Jobs {
		if j.Ambiguous {
			ambiguous++
		}
	}
	if len(orphans.Jobs) != 3 || ambiguous != 1 {
		t.Errorf("%d orphans, %d of them ambiguous; want 3 and the one with an intent", len(orphans.Jobs), ambiguous)
	}
	// It was only cut off, and wakes: it claims nothing, sends nothing and records nothing.
	if _, err := dead.Claim(t.Context(), 10, lease, channels); err == nil {
		t.Error("a fenced process claims")
	}
	for _, j := range batch.Jobs {
		if err := dead.Intend(t.Context(), j, 0); !errors.Is(err, delivery.ErrFenced) {
			t.Errorf("a fenced process's intent: %v", err)
		}
		if err := dead.Settle(t.Context(), j, 0, delivery.Outcome{Status: delivery.Sent, PlatformID: "1"}); !errors.Is(err, delivery.ErrFenced) {
			t.Errorf("a fenced process's outcome: %v", err)
		}
	}
	attend(t, dead, func() {})
	for again := time.NewTicker(20 * time.Millisecond); ; <-again.C {
		if _, err := dead.Claim(t.Context(), 10, lease, channels); err == nil {
			break // it has joined again, as somebody new
		}
	}
}

func TestAShortCutKeepsTheClaims(t *testing.T) {
	url := server.Open(t)
	s := replica(t, url, nil)
	seed(t, s, 1, 1)
	batch, err := s.Claim(t.Context(), 10, lease, channels)
	if err != nil || len(batch.Jobs) != 1 {
		t.Fatalf("claimed %d: %v", len(batch.Jobs), err)
	}
	wake, woken := signal()
	attend(t, s, wake)
	killSessions(t, url)
	<-woken // it is back
	if b, err := s.Orphans(t.Context(), 10, lease); err != nil || len(b.Jobs) != 0 {
		t.Fatalf("it lost its own claims: %v %v", b.Jobs, err)
	}
	if err := s.Intend(t.Context(), batch.Jobs[0], 0); err != nil {
		t.Error(err)
	}
}

func TestWhoLeavesHandsOverAtOnce(t *testing.T) {
	url := server.Open(t)
	leaving, staying := replica(t, url, nil), replica(t, url, nil)
	seed(t, staying, 1, 1)
	if b, err := leaving.Claim(t.Context(), 10, lease, channels); err != nil || len(b.Jobs) != 1 {
		t.Fatal(b, err)
	}
	wake, woken := signal()
	attend(t, staying, wake)
	if err := leaving.Close(); err != nil {
		t.Fatal(err)
	}
	<-woken
	if b, err := staying.Orphans(t.Context(), 10, lease); err != nil || len(b.Jobs) != 1 {
		t.Errorf("orphans of a process that left: %v %v", b.Jobs, err)
	}
}

func TestOnlyOneRunsWhatIsExclusive(t *testing.T) {
	url := server.Open(t)
	a, b := replica(t, url, nil), replica(t, url, nil)
	attend(t, a, func() {})
	attend(t, b, func() {})
	type turn struct {
		store *postgres.Store
		ctx   context.Context
		end   chan error
	}
	turns := make(chan turn)
	run := func(ctx context.Context, s *postgres.Store, ended chan<- error) {
		ended <- s.Exclusive(ctx, "telegram", func(held context.Context) error {
			my := turn{s, held, make(chan error)}
			turns <- my
			select {
			case err := <-my.end:
				return err
			case <-held.Done():
				return held.Err()
			}
		})
	}
	endedA, endedB := make(chan error, 1), make(chan error, 1)
	ctxA, stopA := context.WithCancel(t.Context())
	ctxB, stopB := context.WithCancel(t.Context())
	defer stopA()
	defer stopB()
	go run(ctxA, a, endedA)
	first := <-turns
	go run(ctxB, b, endedB)
	select {
	case <-turns:
		t.Fatal("both run at once")
	case <-time.After(1500 * time.Millisecond): // three looks of the one that waits
	}
	killSessions(t, url) // both lose their place, and the lock with it
	<-first.ctx.Done()
	second := <-turns
	other, ended := endedB, endedA
	if second.store == a {
		other, ended = endedA, endedB
	}
	start := time.Now()
	second.end <- nil // it is done: the other one's turn, at once
	if err := <-other; err != nil {
		t.Error(err)
	}
	third := <-turns
	if took := time.Since(start); took > 3*time.Second || third.store == second.store {
		t.Errorf("handed over after %s", took)
	}
	stopA()
	stopB()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestOthersHear(t *testing.T) {
	url := server.Open(t)
	a, b := replica(t, url, nil), replica(t, url, nil)
	wake, woken := signal()
	pages := make(chan string, 1)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		b.Attend(ctx, wake, func(person string) { pages <- person })
		close(done)
	}()
	seed(t, a, 1, 0)
	<-woken
	ana := chat.Address{Channel: chat.WebChat, ID: "0123456789abcdef0123456789abcdef"}
	if err := a.Transcript().Open(t.Context(), ana, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := a.Transcript().Append(t.Context(), ana, "k", webchatEntry()); err != nil {
		t.Fatal(err)
	}
	if who := <-pages; who != ana.ID {
		t.Errorf("the page of %q, want %q", who, ana.ID)
	}
	cancel()
	<-done
}

// A pause and the outcome of what is being sent never miss each other: after both, nothing waits.
func TestPauseMeetsOutcome(t *testing.T) {
	url := server.Open(t)
	a, b := replica(t, url, nil), replica(t, url, nil)
	mia := chat.Address{Channel: chat.Telegram, ID: "1000"}
	for round := range 40 {
		id := fmt.Sprintf("01960000-0000-7000-8000-%012d", round)
		at := time.Now().Add(-time.Second).Truncate(time.Second)
		rule, err := schedule.ParseRule("DTSTART;TZID=UTC:" + at.UTC().Format("20060102T150405") + "\nRRULE:FREQ=DAILY")
		if err != nil {
			t.Fatal(err)
		}
		commit(t, a, mia, conversations.Turn{Create: []conversations.NewSeries{{First: schedule.Occurrence{At: at, Slot: "first"},
			Series: schedule.Series{ID: id, Code: "AAAA", Message: "x", Template: "reminder", Rule: rule, Status: schedule.Active, Version: 1, MaxLateness: time.Hour}}}})
		batch, err := b.Claim(t.Context(), 1, lease, channels)
		if err != nil || len(batch.Jobs) != 1 {
			t.Fatalf("claimed %v: %v", batch.Jobs, err)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := b.Settle(t.Context(), batch.Jobs[0], 0, delivery.Outcome{Status: delivery.Pending, At: time.Now(), Reason: "later"}); err != nil {
				t.Error(err)
			}
		})
		commit(t, a, mia, conversations.Turn{Change: []conversations.SeriesChange{{ID: id, Status: schedule.PausedNow, Why: "stopped"}}})
		wg.Wait()
		if batch, err := b.Claim(t.Context(), 1, lease, channels); err != nil || len(batch.Jobs) != 0 {
			t.Fatalf("round %d: a paused series goes on: %v %v", round, batch.Jobs, err)
		}
	}
}

func commit(t *testing.T, s *postgres.Store, from chat.Address, turn conversations.Turn) {
	t.Helper()
	turn.Person.Consent = "1"
	if err := s.Receive(t.Context(), chat.Update{ID: fmt.Sprint(time.Now().UnixNano()), Kind: chat.Text, From: from}); err != nil {
		t.Fatal(err)
	}
	waiting, err := s.Waiting(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), waiting[0], turn); err != nil {
		t.Fatal(err)
	}
}
