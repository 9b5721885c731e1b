package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"

	"carebell/migrations"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Migrate brings the tables to the newest version as the owner (MigrateURL), one process at a time,
// and makes the login a member of the roles that it takes. On tables that are up to date it needs no
// owner. It is safe to call at every start.
func (s *Store) Migrate(ctx context.Context) error {
	known, err := latest()
	if err != nil {
		return err
	}
	var found int64
	if err := s.read(ctx, "read the version of the tables", app, func(row pgx.Row) error { return row.Scan(&found) },
		`SELECT COALESCE(max(version_id), 0) FROM goose_db_version WHERE is_applied`); err == nil && found == known {
		return nil
	}
	return s.await(ctx, func(ctx context.Context) error {
		return s.asOwner(ctx, func(db *sql.DB, p *goose.Provider) error {
			if err := migrations.Up(ctx, p); err != nil {
				return err
			}
			return s.admit(ctx, db)
		})
	})
}

// Migrations lists every step, oldest first.
func (s *Store) Migrations(ctx context.Context) (out []migrations.Migration, err error) {
	err = s.asOwner(ctx, func(_ *sql.DB, p *goose.Provider) error {
		out, err = migrations.List(ctx, p)
		return err
	})
	return out, err
}

func (s *Store) asOwner(ctx context.Context, do func(*sql.DB, *goose.Provider) error) (err error) {
	config, err := pgx.ParseConfig(s.config.MigrateURL)
	if err != nil {
		return errors.New("CAREBELL_DATABASE_MIGRATE_URL: found something that is no PostgreSQL URL, expected postgres://owner:password@host:5432/database")
	}
	db := stdlib.OpenDB(*config)
	defer func() { err = errors.Join(err, db.Close()) }()
	files, err := fs.Sub(migrations.Postgres, "postgres")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	if err := do(db, p); err != nil {
		return explainMigration(err)
	}
	return nil
}

// explainMigration is explain for the owner's connection.
func explainMigration(err error) error {
	if code(err) == "42501" {
		return fmt.Errorf("CAREBELL_DATABASE_MIGRATE_URL: found a login without the right to migrate, expected the owner of the schema with CREATEROLE (%s)", message(err))
	}
	return explain(err)
}

// latest is the newest step that this program knows.
func latest() (int64, error) {
	files, err := fs.Glob(migrations.Postgres, "postgres/*.sql")
	if err != nil {
		return 0, err
	}
	newest := int64(0)
	for _, f := range files {
		n, err := goose.NumericComponent(f)
		if err != nil {
			return 0, err
		}
		newest = max(newest, n)
	}
	return newest, nil
}

// admit makes the login that serves a member of the roles that each transaction takes. The server says
// who the login is: a pooler's URL may carry more than the name. To be a member was to be allowed SET
// ROLE until PostgreSQL 16, where that is a right of its own.
func (s *Store) admit(ctx context.Context, db *sql.DB) error {
	var login, right string
	if err := s.pool.QueryRow(ctx, `SELECT session_user::text, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END`).
		Scan(&login, &right); err != nil {
		return err
	}
	var missing bool
	if err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM unnest($2::text[]) AS wanted (role)
		WHERE NOT pg_has_role($1, wanted.role, $3))`, login, []string{app.role, worker.role, metrics.role}, right).Scan(&missing); err != nil || !missing {
		return err
	}
	_, err := db.ExecContext(ctx, `GRANT carebell_app, carebell_worker, carebell_metrics TO `+pgx.Identifier{login}.Sanitize())
	return err
}
