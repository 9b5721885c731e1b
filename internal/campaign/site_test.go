package campaign

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"carebell/app"
	"carebell/internal/faketelegram"
	"carebell/internal/teststores"
	"carebell/locales"
)

const token = "123456:test-token"

// site is a database, the platform, and people with doses; processes work on it.
type site struct {
	t       *testing.T
	api     *faketelegram.Server
	setting string
	source  Source
	env     []string
}

// databases are the kinds that a line may run on; each opens a fresh one and returns its setting.
var databases = map[string]func(t *testing.T) string{
	"PostgreSQL": func(t *testing.T) string { return "CAREBELL_DATABASE_URL=" + teststores.Server().Open(t) },
	"SQLite": func(t *testing.T) string {
		return "CAREBELL_DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "carebell.db")
	},
}

// newSite makes a site whose processes send at most so many a second each.
func newSite(t *testing.T, database string, perSecond int, env ...string) *site {
	t.Helper()
	api, err := faketelegram.Start(faketelegram.Config{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.Close)
	s := &site{t: t, api: api, setting: databases[database](t)}
	s.source = SourceOf(s.setting)
	s.env = append([]string{s.setting, "CAREBELL_HTTP_ADDR=127.0.0.1:0", "CAREBELL_TELEGRAM_TOKEN=" + token,
		"CAREBELL_TELEGRAM_ENDPOINT=" + api.Endpoint(), "CAREBELL_DELIVERY_REPEAT_AFTER=1s",
		fmt.Sprintf("CAREBELL_TELEGRAM_PER_SECOND=%d", perSecond), "CAREBELL_TELEGRAM_PER_CHAT_SECOND=30", "CAREBELL_TELEGRAM_PER_CHAT_BURST=30"}, env...)
	return s
}

func (s *site) process() *Process { return &Process{T: s.t, Env: s.env} }

// doses makes people with doses; due nil: all of them now.
func (s *site) doses(people, each int, due func(person, n int) time.Time) {
	s.t.Helper()
	if due == nil {
		now := time.Now().Truncate(time.Second)
		due = func(int, int) time.Time { return now }
	}
	s.store(func(store app.Database) { Doses(s.t, store, s.api, people, each, due) })
}

// store opens the site's database for a moment.
func (s *site) store(use func(app.Database)) {
	s.t.Helper()
	store := openStore(s.t, s.setting, nil)
	use(store)
	if err := store.Close(); err != nil {
		s.t.Error(err)
	}
}

// openStore opens and migrates the database of a setting; now nil: its own clock.
func openStore(t *testing.T, setting string, now func() time.Time) app.Database {
	t.Helper()
	catalogue, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile("../../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	settings, err := app.Load(file, "", []string{setting}, catalogue.Languages())
	if err != nil {
		t.Fatal(err)
	}
	store, err := app.OpenStore(t.Context(), settings, now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(errors.Join(err, store.Close()))
	}
	return store
}

// patience is the longest that anything may take that is only waited for.
const patience = 60 * time.Second

// until waits for something to be seen in the ledger; p says what went on if it never is.
func (s *site) until(p *Process, what string, seen func(faketelegram.Ledger) bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	if _, err := s.api.WaitFor(ctx, seen); err != nil {
		s.t.Fatalf("waiting for %s: %v\n%s", what, err, tail(p.Output()))
	}
}

// rest waits until nothing is under way any more, and returns what the database then says.
func (s *site) rest(p *Process) Facts {
	s.t.Helper()
	for deadline := time.Now().Add(patience); ; <-time.After(50 * time.Millisecond) {
		f, err := s.source.Read(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		open := 0
		for _, r := range f.Rows {
			if r.Open && r.Due.Before(time.Now().Add(time.Hour)) { // the next day of a series is another matter
				open++
			}
		}
		if open == 0 {
			return f
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%d messages never come to rest\n%s", open, tail(p.Output()))
		}
	}
}

// judge waits for rest and judges; what the round counts as one copy a worker and kill is checked too.
func (s *site) judge(r *Round, p *Process) {
	s.t.Helper()
	f := s.rest(p)
	Judge(Calls(s.api.Ledger()), f).Check(s.t, r, f)
	lostHands(s.t, r, f)
}

// workers is the most requests that one process has on the wire.
const workers = 16

// lostHands checks that each process that ended left at most one request in doubt for each worker.
func lostHands(t *testing.T, r *Round, f Facts) {
	t.Helper()
	inDoubt := map[string]int{}
	for _, attempts := range f.Attempts {
		for _, a := range attempts {
			if a.Error == "the process ended during the request" {
				process, _, _ := strings.Cut(a.Token, ".")
				inDoubt[process]++
			}
		}
	}
	for process, n := range inDoubt {
		r.Add("requests in doubt", n)
		if n > workers {
			t.Errorf("process %s left %d requests in doubt, more than it has workers", process, n)
		}
	}
}

func tail(log string) string {
	const most = 4000
	if len(log) > most {
		return "…" + log[len(log)-most:]
	}
	return log
}
