package postgres_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"testing"
	"time"

	"carebell/bot/webchat"
	"carebell/internal/testpostgres"
	"carebell/store/postgres"
	"carebell/store/storetest"
)

var server = testpostgres.New(func(ctx context.Context, url string) error {
	s, err := postgres.Open(ctx, postgres.Config{URL: url, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	return errors.Join(s.Migrate(ctx), s.Close())
})

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

// open opens a fresh database; now nil means its own clock.
func open(t testing.TB, now func() time.Time) *postgres.Store {
	t.Helper()
	return replica(t, server.Open(t), now)
}

// replica is one more process on a database.
func replica(t testing.TB, url string, now func() time.Time) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), postgres.Config{URL: url, Now: now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Join(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T, now func() time.Time) storetest.Store { return open(t, now) })
}

func TestTranscript(t *testing.T) {
	storetest.RunTranscript(t, func(t *testing.T) webchat.Transcript { return open(t, time.Now).Transcript() })
}
