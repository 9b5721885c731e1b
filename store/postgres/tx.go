package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// identity is who a transaction is: a role, and whose login when the role is a person's.
type identity struct {
	role   string
	claims string // request.jwt.claims, as Supabase's policies read it
}

var (
	app     = identity{role: "carebell_app"}
	worker  = identity{role: "carebell_worker"}
	metrics = identity{role: "carebell_metrics"}
)

// tx is one transaction.
type tx struct {
	ctx       context.Context
	conn      querier
	now       time.Time // the deciding clock at its beginning, UTC
	committed bool      // by finish
}

type querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

func (t *tx) exec(sql string, args ...any) (int64, error) {
	tag, err := t.conn.Exec(t.ctx, sql, args...)
	return tag.RowsAffected(), err
}

func (t *tx) row(sql string, args ...any) pgx.Row { return t.conn.QueryRow(t.ctx, sql, args...) }

// list reads all rows of a query with scan.
func list[T any](t *tx, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := t.conn.Query(t.ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

// send runs a batch in one trip.
func (t *tx) send(b *pgx.Batch) error { return t.conn.SendBatch(t.ctx, b).Close() }

// finish runs a batch and commits in the same trip. Nothing may follow it.
func (t *tx) finish(b *pgx.Batch) error {
	queueCommit(b)
	t.committed = true
	return t.send(b)
}

func queueCommit(b *pgx.Batch) {
	b.Queue(commitSQL).Exec(func(tag pgconn.CommandTag) error {
		if tag.String() != commitSQL {
			return errRolledBack
		}
		return nil
	})
}

// errRolledBack: COMMIT of a transaction that failed before answers ROLLBACK, which is no error to PostgreSQL.
var errRolledBack = errors.New("the database rolled the transaction back")

const (
	beginSQL         = `BEGIN`
	commitSQL        = `COMMIT`
	beginSnapshotSQL = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`

	// Everything is local to the transaction, and set in one statement. What one says of the session
	// would stay on the pooled connection for whoever comes next.
	setupSQL = `SELECT set_config('role', $1, true), set_config('request.jwt.claims', $2, true),
		set_config('statement_timeout', $3, true), set_config('lock_timeout', $4, true),
		set_config('idle_in_transaction_session_timeout', $5, true)`
	clockSQL = `SELECT clock_timestamp()`
)

// tx runs fn in one transaction as who. Whatever fn returns as an error is rolled back. fn runs
// again when the transaction met a deadlock, so it must begin from nothing each time.
func (s *Store) tx(ctx context.Context, action string, who identity, fn func(*tx) error) error {
	return s.run(ctx, action, beginSQL, who, nil, fn)
}

// txAfter is tx whose first statements, which first queues, travel with its beginning.
func (s *Store) txAfter(ctx context.Context, action string, who identity, first func(*pgx.Batch), fn func(*tx) error) error {
	return s.run(ctx, action, beginSQL, who, first, fn)
}

// snapshot is tx for reading: all of fn's queries see one state.
func (s *Store) snapshot(ctx context.Context, action string, who identity, fn func(*tx) error) error {
	return s.run(ctx, action, beginSnapshotSQL, who, nil, fn)
}

// single is a transaction of one statement, in one trip. It returns how many rows were affected.
func (s *Store) single(ctx context.Context, action string, who identity, sql string, args ...any) (n int64, err error) {
	err = s.run(ctx, action, beginSQL, who, func(b *pgx.Batch) {
		b.Queue(sql, args...).Exec(func(tag pgconn.CommandTag) error {
			n = tag.RowsAffected()
			return nil
		})
		queueCommit(b)
	}, func(t *tx) error {
		t.committed = true
		return nil
	})
	return n, err
}

// read is a transaction that reads one row, in one trip.
func (s *Store) read(ctx context.Context, action string, who identity, scan func(pgx.Row) error, sql string, args ...any) error {
	return s.run(ctx, action, beginSQL, who, func(b *pgx.Batch) {
		b.Queue(sql, args...).QueryRow(scan)
		queueCommit(b)
	}, func(t *tx) error {
		t.committed = true
		return nil
	})
}

// at is what a statement of single takes for now: COALESCE(it, clock_timestamp()).
func (s *Store) at() *time.Time {
	if s.config.Now == nil {
		return nil
	}
	now := s.config.Now()
	return &now
}

// txTimeout bounds a transaction on this side: a server that has vanished sends no error.
const txTimeout = 10 * time.Second

// mostTries is how often a transaction is tried that others' locks end.
const mostTries = 4

func (s *Store) run(ctx context.Context, action, begin string, who identity, first func(*pgx.Batch), fn func(*tx) error) error {
	for try := 1; ; try++ {
		err := s.once(ctx, begin, who, first, fn)
		if err == nil {
			return nil
		}
		if !collision(err) || try == mostTries {
			return fmt.Errorf("%s: %w", action, explain(err))
		}
	}
}

func (s *Store) once(ctx context.Context, begin string, who identity, first func(*pgx.Batch), fn func(*tx) error) error {
	conn, err := s.acquire(ctx)
	if err != nil {
		return err
	}
	ctx, cancelTx := context.WithTimeout(ctx, txTimeout)
	defer cancelTx()
	defer conn.Release() // a connection that is still in a transaction is closed, not reused
	t := &tx{ctx: ctx, conn: conn}
	b := &pgx.Batch{}
	b.Queue(begin)
	b.Queue(setupSQL, who.role, who.claims, ms(statementTimeout), ms(lockTimeout), ms(idleTimeout))
	b.Queue(clockSQL).QueryRow(func(row pgx.Row) error { return row.Scan(&t.now) })
	if first != nil {
		first(b)
	}
	sent := s.local()
	if err = t.send(b); err == nil {
		s.clock(t, sent)
		err = fn(t)
	}
	if err == nil && !t.committed {
		err = t.finish(&pgx.Batch{})
	}
	if err != nil && !conn.Conn().IsClosed() && conn.Conn().PgConn().TxStatus() != 'I' {
		back, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if _, rollback := conn.Exec(back, `ROLLBACK`); rollback != nil {
			err = errors.Join(err, rollback)
		}
	}
	return err
}

// acquire takes a connection of the pool; one that does not come in time says that the pool is too small.
func (s *Store) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	wait, cancel := context.WithTimeout(ctx, acquireTimeout)
	defer cancel()
	conn, err := s.pool.Acquire(wait)
	if stat := s.pool.Stat(); err != nil && ctx.Err() == nil && wait.Err() != nil && stat.AcquiredConns() == stat.MaxConns() {
		err = errors.Join(errPool, err)
	}
	return conn, err
}

// clock decides what now is, and notes how far apart the two clocks are. What the trip took cannot
// be told from skew, so only what exceeds it counts.
func (s *Store) clock(t *tx, sent time.Time) {
	t.now = t.now.UTC()
	if s.config.Now != nil {
		t.now = s.config.Now().UTC()
		return
	}
	got := s.local()
	skew := time.Duration(0)
	if ahead := sent.Round(0).Sub(t.now); ahead > 0 {
		skew = ahead
	} else if behind := t.now.Sub(got.Round(0)); behind > 0 {
		skew = -behind
	}
	s.skew.Store(int64(skew))
}

func ms(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

func newID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("new id: %w", err)
	}
	return id.String(), nil
}

// optional is NULL for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// utc is the zero time for NULL.
func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }
