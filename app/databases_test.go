package app_test

import (
	"log/slog"
	"path/filepath"
	"testing"

	"carebell/app"
	"carebell/internal/teststores"
)

// server is the private PostgreSQL of this test binary.
var server = teststores.Server()

// onBoth runs a test on each database. setting names a fresh one, as the environment does.
func onBoth(t *testing.T, test func(t *testing.T, setting string)) {
	t.Run("SQLite", func(t *testing.T) { test(t, onSQLite(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, onPostgres(t)) })
}

func onSQLite(t testing.TB) string {
	return "CAREBELL_DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "carebell.db")
}

func onPostgres(t testing.TB) string { return "CAREBELL_DATABASE_URL=" + server.Open(t) }

// openStore opens the database of a setting, beside the program or before it.
func openStore(t testing.TB, setting string) app.Database {
	t.Helper()
	settings, err := app.Load(defaults(t), "", []string{setting}, languages)
	if err != nil {
		t.Fatal(err)
	}
	store, err := app.OpenStore(t.Context(), settings, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

// benchBoth measures the same on each database.
func benchBoth(b *testing.B, bench func(b *testing.B, open func(testing.TB) string)) {
	b.Run("SQLite", func(b *testing.B) { bench(b, onSQLite) })
	b.Run("PostgreSQL", func(b *testing.B) { bench(b, onPostgres) })
}
