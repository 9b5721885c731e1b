package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Config says which database and whose clock.
type Config struct {
	// URL is the login's: a member of carebell_app, carebell_worker and carebell_metrics.
	URL string
	// MigrateURL is the owner's, who may create tables and roles (default: URL).
	MigrateURL string
	// Now is the clock that decides what is due and whose lease has ended. nil: the database's.
	Now func() time.Time
	Log *slog.Logger
}

// Store is an open database. Its methods are safe for concurrent use; each is one transaction.
type Store struct {
	config Config
	pool   *pgxpool.Pool
	member *member
	doubts doubts
	local  func() time.Time
	skew   atomic.Int64 // nanoseconds by which this machine's clock was ahead, when last looked at
}

// The limits of one transaction: a stuck one must not hold up the others for longer.
const (
	statementTimeout = 5 * time.Second
	lockTimeout      = 3 * time.Second
	idleTimeout      = 10 * time.Second
	acquireTimeout   = 5 * time.Second
)

// startTimeout is how long Open waits for a server that is not there (yet).
const startTimeout = 30 * time.Second

// Open connects to the database. It waits for a server that is just starting, and reports every
// other trouble at once, with the setting and what to do. It does not migrate: see Migrate; nothing
// can be claimed before Join.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.MigrateURL == "" {
		c.MigrateURL = c.URL
	}
	if unescaped(c.URL) || unescaped(c.MigrateURL) {
		return nil, errUnescaped
	}
	config, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		return nil, errors.New("CAREBELL_DATABASE_URL: found something that is no PostgreSQL URL, expected postgres://user:password@host:5432/database")
	}
	if config.MaxConns < minConnections {
		return nil, fmt.Errorf("CAREBELL_DATABASE_URL: found pool_max_conns=%d, expected at least %d", config.MaxConns, minConnections)
	}
	if !explicitPool(c.URL) {
		config.MaxConns = defaultConnections
	}
	config.MaxConnIdleTime = 5 * time.Minute
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, explain(err)
	}
	s := &Store{config: c, pool: pool, local: time.Now}
	s.member = newMember(config.ConnConfig, c.Log)
	if err := s.await(ctx, s.reach); err != nil {
		pool.Close()
		return nil, err
	}
	return s, nil
}

// Connections of the pool: workers wait for platforms, not for the database, so a few are enough;
// with fewer than two a turn and a claim would wait for each other.
const (
	minConnections     = 2
	defaultConnections = 16
)

// await tries a step of the start again while the server, which may be starting itself, is not there.
// A step that is under way takes its time: a migration may be long.
func (s *Store) await(ctx context.Context, step func(context.Context) error) error {
	begun := time.Now()
	again := time.NewTicker(500 * time.Millisecond)
	defer again.Stop()
	for first := true; ; first = false {
		err := step(ctx)
		if err == nil || !comesBack(err) || time.Since(begun) > startTimeout {
			return explain(err)
		}
		if first {
			s.config.Log.Warn("the database does not answer yet; waiting for it", "at_most", startTimeout, "err", explain(err))
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return explain(err)
		}
	}
}

// reach asks the server what it is.
func (s *Store) reach(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, acquireTimeout)
	defer cancel()
	var version int
	var standby bool
	err := s.pool.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, pg_is_in_recovery()`).Scan(&version, &standby)
	switch {
	case err != nil:
		return err
	case version < 150000:
		return fmt.Errorf("CAREBELL_DATABASE_URL: found PostgreSQL %d, expected 15 or later", version/10000)
	case standby:
		return errStandby
	}
	return nil
}

// closeTimeout is how long Close waits for a server that may have vanished.
const closeTimeout = time.Second

// Close leaves the replicas, so that others take over at once, and closes the connections.
func (s *Store) Close() error {
	s.member.leave()
	closed := make(chan struct{})
	go func() {
		s.pool.Close()
		close(closed)
	}()
	patience := time.NewTimer(closeTimeout)
	defer patience.Stop()
	select {
	case <-closed:
	case <-patience.C: // the server does not take leave; the connections end with the process
	}
	return nil
}

// Ping reports whether the database can be read and written to.
func (s *Store) Ping(ctx context.Context) error {
	return s.tx(ctx, "ping", app, func(t *tx) error {
		_, err := t.exec(`UPDATE channels SET reason = reason WHERE channel = ''`)
		return err
	})
}

// Skew is how far this machine's clock is ahead of the database's, as of the last transaction.
func (s *Store) Skew() time.Duration { return time.Duration(s.skew.Load()) }

// Describe says for an operator what the database is, without any secret.
func (s *Store) Describe() string {
	c := s.pool.Config().ConnConfig
	return fmt.Sprintf("PostgreSQL, database %s on %s", c.Database, c.Host)
}

// connect opens a connection outside the pool.
func connect(ctx context.Context, config *pgx.ConnConfig) (*pgx.Conn, error) {
	return pgx.ConnectConfig(ctx, config.Copy())
}
