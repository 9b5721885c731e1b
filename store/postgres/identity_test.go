package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// openHere opens a store for tests inside the package.
func openHere(t *testing.T, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{URL: url, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// login is whose claims a transaction carries, and the names of the patients that they may see.
type login struct {
	claims string
	sees   []string
}

const people = 8

// logins makes people with logins, a nurse of the first two, and every kind of claim that is nobody's.
func logins(t *testing.T, s *Store) []login {
	t.Helper()
	var all []login
	err := s.tx(t.Context(), "seed", app, func(x *tx) error {
		for i := range people {
			if _, err := x.exec(`INSERT INTO patients (id, user_id, name, created_at, updated_at) VALUES ($1, $2, $3, now(), now())`,
				fmt.Sprintf("01960000-0000-7000-8000-%012d", i), user(i), fmt.Sprint("p", i)); err != nil {
				return err
			}
			all = append(all, login{claimsOf(user(i)), []string{fmt.Sprint("p", i)}})
		}
		if _, err := x.exec(`INSERT INTO staff (id, user_id, role, created_at) VALUES ($1, $2, 'provider', now())`,
			"01960000-0000-7000-8000-000000000100", user(100)); err != nil {
			return err
		}
		_, err := x.exec(`INSERT INTO care_team (patient_id, staff_id, since, until) SELECT id, '01960000-0000-7000-8000-000000000100', now(),
			CASE WHEN name = 'p2' THEN now() END FROM patients WHERE name IN ('p0', 'p1', 'p2')`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return append(all, login{claimsOf(user(100)), []string{"p0", "p1"}}, // p2 has left their team
		login{"", nil}, login{"{", nil}, login{`{"sub": "p0"}`, nil}, login{`{"sub": null}`, nil}, login{`[]`, nil}, login{claimsOf(user(999)), nil})
}

func user(i int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", i) }

func claimsOf(user string) string { return `{"sub": "` + user + `", "role": "authenticated"}` }

func (l login) look(ctx context.Context, s *Store, fail bool) ([]string, error) {
	var names []string
	err := s.tx(ctx, "look", identity{role: "authenticated", claims: l.claims}, func(x *tx) (err error) {
		if names, err = list(x, pgx.RowTo[string], `SELECT name FROM patients ORDER BY name`); err == nil && fail {
			_, err = x.exec(`SELECT 1/0`)
		}
		return err
	})
	return names, err
}

// Many people read through one small pool, in transactions that succeed, fail, and are cancelled at
// any moment: nobody ever sees what is another's.
func TestNobodySeesAnothersThroughThePool(t *testing.T) {
	operations := 100_000
	if text := os.Getenv("CAREBELL_TEST_OPERATIONS"); text != "" {
		var err error
		if operations, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	s := openHere(t, testServer.Open(t))
	all := logins(t, s)
	for _, l := range all { // first each alone
		if got, err := l.look(t.Context(), s, false); err != nil || !slices.Equal(got, l.sees) {
			t.Fatalf("with claims %q: %q %v, want %q", l.claims, got, err, l.sees)
		}
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	var left, read, failed, cancelled atomic.Int64
	left.Store(int64(operations))
	var wg sync.WaitGroup
	for w := range 12 {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(w)))
			for left.Add(-1) >= 0 && !t.Failed() {
				l := all[random.IntN(len(all))]
				ctx, cancel := t.Context(), context.CancelFunc(func() {})
				if random.IntN(8) == 0 {
					ctx, cancel = context.WithTimeout(ctx, time.Duration(random.IntN(2000))*time.Microsecond)
				}
				got, err := l.look(ctx, s, random.IntN(10) == 0)
				switch {
				case err == nil && !slices.Equal(got, l.sees):
					t.Errorf("with claims %q: %q, want %q", l.claims, got, l.sees)
				case err == nil:
					read.Add(1)
				case code(err) == "22012":
					failed.Add(1)
				case errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil:
					cancelled.Add(1)
				default:
					t.Errorf("with claims %q: %v", l.claims, err)
				}
				// What a transaction was never told it may not see, whatever the last one was told.
				if random.IntN(50) == 0 {
					if role, err := bareRole(t.Context(), s); err != nil || role != "postgres ''" {
						t.Errorf("a connection came back as %s: %v", role, err)
					}
				}
				cancel()
			}
		})
	}
	wg.Wait()
	t.Logf("%d operations: %d read, %d failed on purpose, %d cancelled; 0 cross-reads", operations, read.Load(), failed.Load(), cancelled.Load())
	if read.Load() == 0 || failed.Load() == 0 || cancelled.Load() == 0 {
		t.Error("not every kind of end was met")
	}
}

// bareRole is who a pooled connection is outside a transaction.
func bareRole(ctx context.Context, s *Store) (is string, err error) {
	err = s.pool.QueryRow(ctx, `SELECT current_user || ' ' || quote_literal(COALESCE(current_setting('request.jwt.claims', true), ''))`).Scan(&is)
	return is, err
}
