package sqlite

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// One process has the file, so what several processes must agree on is decided here at once.

// Join does nothing: whoever holds the file's lock is the only one.
func (s *Store) Join(context.Context) error { return nil }

// Attend waits until ctx ends: there is nobody to listen to.
func (s *Store) Attend(ctx context.Context, _ func(), _ func(string)) { <-ctx.Done() }

// Exclusive runs run: nobody else can.
func (s *Store) Exclusive(ctx context.Context, _ string, run func(context.Context) error) error {
	return run(ctx)
}

// Skew is 0: the clock that decides is this machine's.
func (s *Store) Skew() time.Duration { return 0 }

// Describe says for an operator what and where the database is.
func (s *Store) Describe() string { return "SQLite in " + s.path }

// Register has nothing to add: an embedded database has no pool.
func (s *Store) Register(prometheus.Registerer) {}
