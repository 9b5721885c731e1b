// Package teststores runs a test on each of carebell's databases: SQLite, and PostgreSQL where there
// is a server (see internal/testpostgres).
package teststores

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"carebell/bot/webchat"
	"carebell/delivery"
	"carebell/internal/testpostgres"
	"carebell/store/postgres"
	"carebell/store/sqlite"
	"carebell/store/storetest"

	_ "github.com/jackc/pgx/v5/stdlib" // the database/sql driver "pgx"
)

// Store is a database as tests use it.
type Store interface {
	storetest.Store
	delivery.Counter
	Transcript() webchat.Transcript
	Close() error
}

// Database opens fresh, migrated stores of one kind.
type Database struct {
	Name string
	open func(t testing.TB, now func() time.Time) (s Store, driver, source string)
}

// Opened is a fresh store, closed with the test.
type Opened struct {
	Store
	driver, source string
}

// Open opens a fresh store whose clock is now.
func (d Database) Open(t testing.TB, now func() time.Time) Opened {
	t.Helper()
	s, driver, source := d.open(t, now)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return Opened{s, driver, source}
}

// Exec changes the database behind the store's back.
func (o Opened) Exec(t testing.TB, statement string) {
	t.Helper()
	db, err := sql.Open(o.driver, o.source)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// Dump is every row of every table as text, one a line, with its table's name.
func (o Opened) Dump(t testing.TB) string {
	t.Helper()
	return dump(t, o.driver, o.source)
}

// DumpURL is Dump for a database that somebody else has open, by the form that the settings name it in.
func DumpURL(t testing.TB, url string) string {
	t.Helper()
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		return dump(t, "sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	}
	return dump(t, "pgx", url)
}

func dump(t testing.TB, driver, source string) string {
	t.Helper()
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // it only reads
	tables, all := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`, `SELECT * FROM %s`
	if driver == "pgx" {
		tables, all = `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`, `SELECT row_to_json(t)::text FROM %s t`
	}
	var out strings.Builder
	for _, table := range rows(t, db, tables) {
		for _, row := range rows(t, db, fmt.Sprintf(all, table)) {
			out.WriteString(table + ": " + row + "\n")
		}
	}
	return out.String()
}

// rows are a query's rows as text.
func rows(t testing.TB, db *sql.DB, query string) (out []string) {
	t.Helper()
	result, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = result.Close() }() // its error is Err's
	columns, err := result.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for result.Next() {
		values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := result.Scan(into...); err != nil {
			t.Fatal(err)
		}
		var cells []string
		for _, v := range values {
			cells = append(cells, v.String)
		}
		out = append(out, strings.Join(cells, " | "))
	}
	if err := result.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// Each runs a test on each database.
func Each(t *testing.T, test func(t *testing.T, d Database)) {
	for _, d := range []Database{SQLite, PostgreSQL} {
		t.Run(d.Name, func(t *testing.T) { test(t, d) })
	}
}

// Main runs a test binary's tests and stops PostgreSQL after them; its result is for os.Exit.
func Main(m *testing.M) int { return server.Main(m) }

// Server is the private PostgreSQL, whose databases are clones of migrated tables.
func Server() *testpostgres.Server { return server }

// SQLite opens files in the test's own folder.
var SQLite = Database{"SQLite", func(t testing.TB, now func() time.Time) (Store, string, string) {
	path := filepath.Join(t.TempDir(), "carebell.db")
	s, err := sqlite.Open(t.Context(), path, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(errors.Join(err, s.Close()))
	}
	return s, "sqlite", "file:" + path + "?_pragma=busy_timeout(5000)"
}}

// PostgreSQL clones databases of a private server.
var PostgreSQL = Database{"PostgreSQL", func(t testing.TB, now func() time.Time) (Store, string, string) {
	url := server.Open(t)
	s, err := open(t.Context(), url, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Join(t.Context()); err != nil {
		t.Fatal(errors.Join(err, s.Close()))
	}
	return s, "pgx", url
}}

func open(ctx context.Context, url string, now func() time.Time) (*postgres.Store, error) {
	return postgres.Open(ctx, postgres.Config{URL: url, Now: now, Log: slog.New(slog.DiscardHandler)})
}

var server = testpostgres.New(func(ctx context.Context, url string) error {
	s, err := open(ctx, url, nil)
	if err != nil {
		return err
	}
	return errors.Join(s.Migrate(ctx), s.Close())
})
