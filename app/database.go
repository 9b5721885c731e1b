package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"carebell/bot"
	"carebell/bot/webchat"
	"carebell/delivery"
	"carebell/migrations"
	"carebell/store/postgres"
	"carebell/store/sqlite"

	"github.com/prometheus/client_golang/prometheus"
)

// Database is what the program asks of its store, whichever it is.
type Database interface {
	bot.Store
	delivery.Store
	delivery.Receipts
	delivery.Counter
	delivery.Archive
	delivery.Failures
	bot.Forgetful
	Transcript() webchat.Transcript

	Migrate(ctx context.Context) error
	Migrations(ctx context.Context) ([]migrations.Migration, error)
	// Ping reports whether it can be read and written to.
	Ping(ctx context.Context) error
	// Skew is how far this machine's clock is ahead of the one that decides what is due.
	Skew() time.Duration
	// Describe says for an operator what and where it is, without any secret.
	Describe() string
	// Register gives its own metrics to r.
	Register(r prometheus.Registerer)

	// Join takes this process's place among those that share the database; it can claim from then on.
	Join(ctx context.Context) error
	// Attend listens to the others until ctx ends. wake: something may be due. page: the transcript
	// of that person changed.
	Attend(ctx context.Context, wake func(), page func(person string))
	// Exclusive runs run in one process at a time, and returns what it returned; nil when ctx ends.
	Exclusive(ctx context.Context, name string, run func(context.Context) error) error
	Close() error
}

// OpenStore opens the database that the settings name. now is the clock that decides what is due;
// nil is the machine's own with SQLite, and the server's with PostgreSQL.
func OpenStore(ctx context.Context, s Settings, now func() time.Time, log *slog.Logger) (Database, error) {
	if s.Database.Postgres() {
		return postgres.Open(ctx, postgres.Config{URL: s.Database.URL, MigrateURL: s.Database.MigrateURL, Now: now, Log: log})
	}
	if now == nil {
		now = time.Now
	}
	if err := os.MkdirAll(filepath.Dir(s.Database.Path), 0o700); err != nil {
		return nil, fmt.Errorf("CAREBELL_DATA_DIR: the data folder cannot be made: %w", err)
	}
	return sqlite.Open(ctx, s.Database.Path, now)
}
