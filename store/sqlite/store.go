package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"time"

	"carebell/migrations"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the database/sql driver "sqlite"
)

// Store is an open database. Its methods are safe for concurrent use; each is one transaction.
type Store struct {
	path  string
	write *sql.DB // one connection: SQLite has one writer
	read  *sql.DB
	lock  *fileLock
	now   func() time.Time
	epoch string // begins every lease token of this process
}

// Open opens or creates the database file at path and takes its lock. now is the clock that decides
// what is due (time.Now in production). It does not migrate: see Migrate. ErrLocked means that
// another process holds the file.
func Open(ctx context.Context, path string, now func() time.Time) (*Store, error) {
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	epoch, err := newID()
	if err != nil {
		return nil, errors.Join(err, lock.release())
	}
	s := &Store{path: path, lock: lock, now: now, epoch: epoch}
	s.write, err = sql.Open("sqlite", dsn(path, true))
	if err == nil {
		s.write.SetMaxOpenConns(1)
		s.read, err = sql.Open("sqlite", dsn(path, false))
	}
	if err == nil {
		s.read.SetMaxOpenConns(4)
		err = s.write.PingContext(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", filepath.Base(path), err), s.Close())
	}
	return s, nil
}

func dsn(path string, writer bool) string {
	q := url.Values{}
	for _, p := range []string{"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"busy_timeout(10000)", "temp_store(MEMORY)", "cache_size(-8000)"} {
		q.Add("_pragma", p)
	}
	if writer {
		q.Set("_txlock", "immediate")
	} else {
		q.Add("_pragma", "query_only(1)")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// Close releases the connections and the lock.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(append(errs, s.lock.release())...)
}

// Ping reports whether the database can be read and written to.
func (s *Store) Ping(ctx context.Context) error {
	return s.tx(ctx, "ping", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE channels SET reason = reason WHERE channel = ''`)
		return err
	})
}

// Migrate brings the tables to the newest version. It is safe to call at every start.
func (s *Store) Migrate(ctx context.Context) error {
	p, err := s.provider()
	if err != nil {
		return err
	}
	return migrations.Up(ctx, p)
}

// Migrations lists every step, oldest first.
func (s *Store) Migrations(ctx context.Context) ([]migrations.Migration, error) {
	p, err := s.provider()
	if err != nil {
		return nil, err
	}
	return migrations.List(ctx, p)
}

func (s *Store) provider() (*goose.Provider, error) {
	files, err := fs.Sub(migrations.SQLite, "sqlite")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, s.write, files)
}

// tx runs fn in one write transaction. Whatever fn returns as an error is rolled back.
func (s *Store) tx(ctx context.Context, action string, fn func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: begin: %w", action, err)
	}
	if err := fn(tx); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", action, err), ignoreDone(tx.Rollback()))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("%s: commit: %w", action, err)
	}
	return nil
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// micros is how a time is stored: microseconds since 1970 in UTC.
func micros(t time.Time) int64 { return t.UnixMicro() }

func fromMicros(v int64) time.Time { return time.UnixMicro(v).UTC() }

func optionalTime(v sql.NullInt64) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return fromMicros(v.Int64)
}
