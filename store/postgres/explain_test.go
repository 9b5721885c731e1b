package postgres_test

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"carebell/chat"
	"carebell/store/postgres"

	"github.com/jackc/pgx/v5"
)

// change returns the URL with another database, login or parameter.
func change(t *testing.T, text string, edit func(*url.URL, url.Values)) string {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	edit(u, q)
	u.RawQuery = q.Encode()
	return u.String()
}

func tryOpen(ctx context.Context, c postgres.Config) (*postgres.Store, error) {
	c.Log = slog.New(slog.DiscardHandler)
	return postgres.Open(ctx, c)
}

// Each trouble of an operator has one line that says what was found and what to do, without the password.
func TestTroublesSayWhatToDo(t *testing.T) {
	good := server.Open(t)
	server.Protect(t, "picky", "right")
	short, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	for _, c := range []struct {
		name, url, want string
	}{
		{"no URL", "postgres://user:hidden word@:x/", "expected postgres://user:password@host:5432/database"},
		{"a password that is not escaped", "postgres://user:p@hidden/w#rd@127.0.0.1/carebell", "expected it written as %XX"},
		{"wrong password", change(t, good, func(_ *url.URL, q url.Values) { q.Set("user", "picky"); q.Set("password", "hidden") }),
			"the server refuses this user's password"},
		{"no such login", change(t, good, func(_ *url.URL, q url.Values) { q.Set("user", "nobody_here") }), "the server refuses this login"},
		{"no such database", change(t, good, func(u *url.URL, _ url.Values) { u.Path = "/nowhere" }), "there is no such database"},
		{"no server", "postgres://user:hidden@127.0.0.1:1/carebell", "no server answers at 127.0.0.1"},
		{"a pool too small", change(t, good, func(_ *url.URL, q url.Values) { q.Set("pool_max_conns", "1") }), "expected at least 2"},
	} {
		s, err := tryOpen(short, postgres.Config{URL: c.url})
		if err == nil {
			t.Errorf("%s: it opened; close: %v", c.name, s.Close())
			continue
		}
		if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %q, want one line with %q", c.name, err, c.want)
		}
	}
}

func TestOnlyTheOwnerMigrates(t *testing.T) {
	empty := server.Empty(t)
	admin(t, empty, `CREATE ROLE guest LOGIN NOINHERIT`)
	t.Cleanup(func() { adminAfter(t, empty, `DROP OWNED BY guest; DROP ROLE guest`) })
	asGuest := change(t, empty, func(_ *url.URL, q url.Values) { q.Set("user", "guest") })
	s, err := tryOpen(t.Context(), postgres.Config{URL: asGuest})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "CAREBELL_DATABASE_MIGRATE_URL: found a login without the right to migrate") {
		t.Errorf("a guest migrates: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	uninvited, err := tryOpen(t.Context(), postgres.Config{URL: change(t, server.Open(t), func(_ *url.URL, q url.Values) { q.Set("user", "guest") })})
	if err != nil {
		t.Fatal(err)
	}
	if err := uninvited.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "make it a member of carebell_app") {
		t.Errorf("a login without the roles: %v", err)
	}
	if err := uninvited.Close(); err != nil {
		t.Fatal(err)
	}
	// With the owner's URL beside it, the guest's is admitted and serves.
	s, err = tryOpen(t.Context(), postgres.Config{URL: asGuest, MigrateURL: empty})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Join(t.Context()); err != nil {
		t.Fatal(err)
	}
	seed(t, s, 1, 1)
	if b, err := s.Claim(t.Context(), 10, time.Minute, channels); err != nil || len(b.Jobs) != 1 {
		t.Fatalf("claimed %v: %v", b.Jobs, err)
	}
	if _, err := s.Counts(t.Context()); err != nil {
		t.Error(err)
	}
	// And it starts again without the owner: there is nothing to migrate.
	again, err := tryOpen(t.Context(), postgres.Config{URL: asGuest})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Migrate(t.Context()); err != nil {
		t.Errorf("a start on tables that are up to date: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestOtherVersionsOfTheTables(t *testing.T) {
	url := server.Open(t)
	s := replica(t, url, nil)
	admin(t, url, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)
	if err := s.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "at step 9999 and this version knows only") {
		t.Errorf("a newer database: %v", err)
	}
	bare := server.Empty(t)
	old, err := tryOpen(t.Context(), postgres.Config{URL: bare})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := old.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := old.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "carebell migrate up") {
		t.Errorf("a database without tables: %v", err)
	}
}

// What refuses to write is named, loses nothing, and is well again by itself.
func TestWhatCannotBeWritten(t *testing.T) {
	at := server.Open(t)
	s := replica(t, at, nil)
	u := chat.Update{ID: "1", Kind: chat.Text, From: chat.Address{Channel: chat.Telegram, ID: "1"}, Text: "x"}
	for _, c := range []struct{ name, begin, end, want string }{
		{"full disk", `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
			RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END$$;
			CREATE TRIGGER full_disk BEFORE INSERT ON inbox EXECUTE FUNCTION full_disk()`,
			`DROP FUNCTION full_disk CASCADE`, "the server's disk is full"},
		{"read-only", `DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END$$`,
			`SET default_transaction_read_only = off; DO $$BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END$$`,
			"the database is read-only"},
	} {
		admin(t, at, c.begin)
		killPool(t, at) // the setting is read when a session begins
		err := eventually(func() error { return s.Receive(t.Context(), u) }, func(err error) bool { return err == nil || strings.Contains(err.Error(), c.want) })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		adminWrites(t, at, c.end)
		killPool(t, at)
		if err := eventually(func() error { return s.Receive(t.Context(), u) }, func(err error) bool { return err == nil }); err != nil {
			t.Errorf("after %s: %v", c.name, err)
		}
	}
}

// A pool with every connection at work says so instead of waiting for ever.
func TestPoolIsBusy(t *testing.T) {
	s := replica(t, change(t, server.Open(t), func(_ *url.URL, q url.Values) { q.Set("pool_max_conns", "2") }), nil)
	release, err := s.Occupy(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "pool_max_conns") {
		t.Errorf("a pool without a free connection: %v", err)
	}
	release()
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// eventually tries until done, a few times: connections that were cut are noticed when they are used.
func eventually(try func() error, done func(error) bool) (err error) {
	for range 10 {
		if err = try(); done(err) {
			return err
		}
	}
	return err
}

// killPool cuts every other session of that database.
func killPool(t *testing.T, at string) {
	t.Helper()
	adminWrites(t, at, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
}

func adminWrites(t *testing.T, at, sql string) {
	t.Helper()
	admin(t, change(t, at, func(_ *url.URL, q url.Values) { q.Set("default_transaction_read_only", "off") }), sql)
}

func adminAfter(t *testing.T, at, sql string) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), at)
	if err != nil {
		t.Error(err)
		return
	}
	if _, err := conn.Exec(context.Background(), sql); err != nil {
		t.Error(err)
	}
	if err := conn.Close(context.Background()); err != nil {
		t.Error(err)
	}
}
