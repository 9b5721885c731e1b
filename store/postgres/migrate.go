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
// and makes the login a member of the roles that it takes. It is safe to call at every start.
func (s *Store) Migrate(ctx context.Context) error {
	return s.asOwner(ctx, func(db *sql.DB, p *goose.Provider) error {
		if err := migrations.Up(ctx, p); err != nil {
			return err
		}
		return s.admit(ctx, db)
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

// admit makes the login that serves a member of the roles that each transaction takes.
func (s *Store) admit(ctx context.Context, db *sql.DB) error {
	login := s.pool.Config().ConnConfig.User
	var missing bool
	if err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM unnest($2::text[]) AS wanted (role)
		WHERE NOT pg_has_role($1, wanted.role, 'MEMBER'))`, login, []string{app.role, worker.role, metrics.role}).Scan(&missing); err != nil || !missing {
		return err
	}
	_, err := db.ExecContext(ctx, `GRANT carebell_app, carebell_worker, carebell_metrics TO `+pgx.Identifier{login}.Sanitize())
	return err
}
