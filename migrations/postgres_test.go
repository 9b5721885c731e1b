package migrations_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"carebell/internal/testpostgres"
	"carebell/migrations"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the database/sql driver "pgx"
	"github.com/pressly/goose/v3"
)

var server = testpostgres.New(migrate)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

func migrate(ctx context.Context, url string) (err error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	files, err := fs.Sub(migrations.Postgres, "postgres")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, files)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

func connect(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server.Open(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return conn
}

func TestRowLevelSecurityIsForcedEverywhere(t *testing.T) {
	conn := connect(t)
	rows, err := conn.Query(t.Context(), `SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class
		WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'goose_db_version'`)
	if err != nil {
		t.Fatal(err)
	}
	tables := 0
	var name string
	var forced bool
	if _, err := pgx.ForEachRow(rows, []any{&name, &forced}, func() error {
		tables++
		if !forced {
			t.Errorf("%s: row-level security is not forced", name)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if tables < 16 {
		t.Errorf("only %d tables were looked at", tables)
	}
}

const (
	people = `INSERT INTO patients (id, user_id, name, created_at, updated_at) VALUES
		('01960000-0000-7000-8000-000000000001', '01960000-0000-7000-8000-00000000000a', 'Mia', now(), now()),
		('01960000-0000-7000-8000-000000000002', '01960000-0000-7000-8000-00000000000b', 'Luis', now(), now()),
		('01960000-0000-7000-8000-000000000003', NULL, 'Ana', now(), now())`
	theirs = `INSERT INTO addresses (id, patient_id, channel, platform_id, created_at, updated_at)
		SELECT gen_random_uuid(), id, 'telegram', name, now(), now() FROM patients`
)

// as runs one query under a role and a claim (nil: the setting is missing).
func as(t *testing.T, conn *pgx.Conn, role string, claims any, query string) (names []string, err error) {
	t.Helper()
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := tx.Rollback(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	if _, err := tx.Exec(t.Context(), "SET LOCAL ROLE "+role); err != nil {
		t.Fatal(err)
	}
	if claims != nil {
		if _, err := tx.Exec(t.Context(), `SELECT set_config('request.jwt.claims', $1, true)`, claims); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := tx.Query(t.Context(), query)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

func TestPeopleReadOnlyWhatIsTheirs(t *testing.T) {
	conn := connect(t)
	for _, q := range []string{people, theirs} {
		if _, err := conn.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name   string
		claims any
		want   string
	}{
		{"no setting", nil, ""},
		{"empty", "", ""},
		{"not JSON", "secret{", ""},
		{"no subject", `{"role":"authenticated"}`, ""},
		{"subject is no id", `{"sub":"' OR true --"}`, ""},
		{"subject of nobody", `{"sub":"01960000-0000-7000-8000-0000000000ff"}`, ""},
		{"a patient's own id is no login", `{"sub":"01960000-0000-7000-8000-000000000003"}`, ""},
		{"Mia", `{"sub":"01960000-0000-7000-8000-00000000000a"}`, "Mia"},
		{"Luis", `{"sub":"01960000-0000-7000-8000-00000000000b"}`, "Luis"},
	} {
		for _, query := range []string{`SELECT name FROM patients`, `SELECT platform_id FROM addresses`} {
			if got, err := as(t, conn, "authenticated", c.claims, query); err != nil || strings.Join(got, " ") != c.want {
				t.Errorf("%s: %s: %v (%v), want %q", c.name, query, got, err, c.want)
			}
		}
	}
}

func TestRolesAreRefused(t *testing.T) {
	conn := connect(t)
	for _, c := range []struct{ role, query string }{
		{"anon", `SELECT name FROM patients`},
		{"authenticated", `SELECT body::text FROM outbox`},
		{"authenticated", `UPDATE patients SET name = 'x' RETURNING name`},
		{"carebell_app", `SELECT action FROM audit_log`},
		{"carebell_app", `DELETE FROM staff RETURNING name`},
		{"carebell_app", `SELECT error FROM delivery_attempts`},
		{"carebell_worker", `SELECT zone FROM patients`},
		{"carebell_worker", `UPDATE patients SET name = 'x' RETURNING name`},
		{"carebell_worker", `UPDATE scheduled_messages SET message_content = 'x' RETURNING message_content`},
		{"carebell_worker", `UPDATE scheduled_messages SET scheduled_time = now() RETURNING status`},
		{"carebell_worker", `UPDATE outbox SET body = '{}' RETURNING status`},
		{"carebell_worker", `SELECT step FROM conversations`},
		{"carebell_metrics", `SELECT message_content FROM scheduled_messages`},
		{"carebell_metrics", `SELECT recipient_id::text FROM outbox`},
		{"carebell_metrics", `SELECT name FROM patients`},
	} {
		if _, err := as(t, conn, c.role, nil, c.query); err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s may %s: %v", c.role, c.query, err)
		}
	}
}

// Whoever acts for one person sees and deletes nobody else's rows, and who acts for nobody deletes none.
func TestActingForOnePerson(t *testing.T) {
	conn := connect(t)
	for _, q := range []string{people, theirs} {
		if _, err := conn.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ person, seen, deleted string }{
		{"", "Ana Luis Mia", ""},
		{"01960000-0000-7000-8000-000000000001", "Mia", "Mia"},
		{"01960000-0000-7000-8000-0000000000ff", "", ""},
	} {
		if _, err := conn.Exec(t.Context(), `SELECT set_config('carebell.person', $1, false)`, c.person); err != nil {
			t.Fatal(err)
		}
		if got, err := as(t, conn, "carebell_app", nil, `SELECT name FROM patients ORDER BY name`); err != nil || strings.Join(got, " ") != c.seen {
			t.Errorf("for %q: sees %v (%v), want %q", c.person, got, err, c.seen)
		}
		if got, err := as(t, conn, "carebell_app", nil, `DELETE FROM addresses RETURNING platform_id`); err != nil || strings.Join(got, " ") != c.deleted {
			t.Errorf("for %q: deletes %v (%v), want %q", c.person, got, err, c.deleted)
		}
	}
}

func TestAuditLogOnlyGrows(t *testing.T) {
	conn := connect(t)
	if _, err := conn.Exec(t.Context(), `INSERT INTO audit_log (at, actor, action) VALUES (now(), 'carebell', 'x')`); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{`UPDATE audit_log SET actor = 'y'`, `DELETE FROM audit_log`, `TRUNCATE audit_log`} {
		if _, err := conn.Exec(t.Context(), q); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", q, err)
		}
	}
}

// On a platform whose default privileges give every new table and sequence to its roles, as Supabase's
// do, a visitor gets nothing and a login reads only.
func TestDefaultPrivilegesOpenNothing(t *testing.T) {
	url := server.Empty(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := conn.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	server.Open(t) // makes the roles, which are the cluster's
	if _, err := conn.Exec(t.Context(), `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated;
		ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON SEQUENCES TO anon, authenticated`); err != nil {
		t.Fatal(err)
	}
	if err := migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	rows, err := conn.Query(t.Context(), `SELECT c.relname, r.role, p.privilege FROM pg_class c, unnest(ARRAY['anon', 'authenticated']) AS r (role),
			unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p (privilege)
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND has_table_privilege(r.role, c.oid, p.privilege)
			AND NOT (r.role = 'authenticated' AND p.privilege = 'SELECT')
		UNION ALL SELECT c.relname, r.role, p.privilege FROM pg_class c, unnest(ARRAY['anon', 'authenticated']) AS r (role), unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) AS p (privilege)
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S' AND has_sequence_privilege(r.role, c.oid, p.privilege)
		UNION ALL SELECT relname, 'anybody', 'no row-level security' FROM pg_class
		WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT relrowsecurity`)
	if err != nil {
		t.Fatal(err)
	}
	var name, role, privilege string
	if _, err := pgx.ForEachRow(rows, []any{&name, &role, &privilege}, func() error {
		t.Errorf("%s may %s %s", role, privilege, name)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestWorkerDeletesOnlyWhatHasEnded(t *testing.T) {
	conn := connect(t)
	seed := `INSERT INTO patients (id, created_at, updated_at) VALUES ('01960000-0000-7000-8000-000000000001', now(), now());
		INSERT INTO addresses (id, patient_id, channel, platform_id, created_at, updated_at) VALUES
			('01960000-0000-7000-8000-000000000002', '01960000-0000-7000-8000-000000000001', 'telegram', '9', now(), now());
		INSERT INTO outbox (id, recipient_id, platform, kind, operation, body, status, scheduled_time, created_at, updated_at, delivery_window_seconds, next_attempt_time) VALUES
			('01960000-0000-7000-8000-000000000003', '01960000-0000-7000-8000-000000000002', 'telegram', 'reply', 'send', '{}', 'pending', now(), now(), now(), 60, now()),
			('01960000-0000-7000-8000-000000000004', '01960000-0000-7000-8000-000000000002', 'telegram', 'reply', 'send', '{}', 'sent', now(), now(), now(), 60, NULL);
		INSERT INTO status_history (message_id, old_status, new_status, at) SELECT id, 'pending', 'sending', now() FROM outbox;
		INSERT INTO delivery_attempts (message_id, attempt, part, marked, lease_token, started_at) SELECT id, 1, 0, false, 'x', now() FROM outbox`
	if _, err := conn.Exec(t.Context(), seed); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `SET ROLE carebell_worker`); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"status_history", "delivery_attempts", "outbox"} { // the rows last, as a purge does
		tag, err := conn.Exec(t.Context(), `DELETE FROM `+table)
		if err != nil || tag.RowsAffected() != 1 {
			t.Errorf("of %s the worker deleted %d rows (%v), want the one that has ended", table, tag.RowsAffected(), err)
		}
	}
}
