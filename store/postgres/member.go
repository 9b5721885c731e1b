package postgres

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// events is what a process hears of the others.
type events struct {
	wake func()              // something may have become due, or the claims of a dead process are free
	page func(person string) // their web chat transcript has changed
}

// member is this process among the replicas: a row of instances, the session advisory lock that the
// row names, and the connection that holds it. The connection belongs to whoever runs join, attend
// or leave; those never run at the same time.
type member struct {
	config  *pgx.ConnConfig
	log     *slog.Logger
	skipped atomic.Bool // the last claim met what another replica held

	conn *pgx.Conn
	key  int32
	over chan struct{} // closed when attend has ended

	mu    sync.Mutex
	id    string // begins each lease token of this process
	locks map[string]*namedLock
	poke  context.CancelFunc // ends attend's wait
}

func newMember(config *pgx.ConnConfig, log *slog.Logger) *member {
	return &member{config: config, log: log, locks: map[string]*namedLock{}, over: make(chan struct{})}
}

func (m *member) epoch() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.id
}

const (
	instanceClass = 1128352834 // of the advisory locks that rows of instances name
	nameClass     = 1128352835 // of those that Exclusive takes

	// A server that has just started has lost everybody's locks: each gets this long to come back
	// before the others take it for dead.
	fenceSQL = `WITH others AS MATERIALIZED (
			SELECT id, lock_key FROM instances WHERE fenced_at IS NULL AND id <> $1
				AND pg_postmaster_start_time() < clock_timestamp() - interval '3 seconds'
		), dead AS MATERIALIZED (SELECT id FROM others WHERE pg_try_advisory_xact_lock($2, lock_key))
		UPDATE instances i SET fenced_at = clock_timestamp() FROM dead d WHERE i.id = d.id AND i.fenced_at IS NULL`

	notifySQL = `SELECT pg_notify($1, $2)`
	dueTopic  = "carebell_due"
	pageTopic = "carebell_page"
)

// Join takes this process's place among the replicas; from then on it can claim. It must be called
// once, before Attend.
func (s *Store) Join(ctx context.Context) error { return s.await(ctx, s.member.join) }

// Attend listens to the others until ctx ends, takes over from those that died, and holds what
// Exclusive asks for. It comes back by itself when the connection is lost. wake: something may have
// become due. page: the web chat transcript of that person has changed. Neither may block.
func (s *Store) Attend(ctx context.Context, wake func(), page func(person string)) {
	s.member.attend(ctx, events{wake, page})
}

// join connects and takes the place. A process that had one keeps it if nobody has fenced it: what
// it is sending right now stays its own over a restart of the database.
func (m *member) join(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, statementTimeout)
	defer cancel()
	conn, err := connect(ctx, m.config)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, conn.Close(ctx))
		}
	}()
	// The session is this connection's own, so here the role may be the session's. A peer that
	// vanished without a word must be found dead in ten seconds.
	for _, sql := range []string{`SET ROLE carebell_worker`, `SET statement_timeout = 5000`, `SET tcp_keepalives_idle = 3`,
		`SET tcp_keepalives_interval = 2`, `SET tcp_keepalives_count = 3`, `LISTEN ` + dueTopic, `LISTEN ` + pageTopic} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	back := false
	if id := m.epoch(); id != "" {
		if back, err = m.resume(ctx, conn, id); err != nil {
			return err
		}
	}
	if !back {
		if err := m.enter(ctx, conn); err != nil {
			return err
		}
	}
	m.conn = conn
	return nil
}

// resume takes the old lock again, and reports whether the row was not fenced meanwhile.
func (m *member) resume(ctx context.Context, conn *pgx.Conn, id string) (back bool, err error) {
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1, $2)`, instanceClass, m.key); err != nil {
		return false, err
	}
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM instances WHERE id = $1 AND fenced_at IS NULL)`, id).Scan(&back)
	if err == nil && !back {
		_, err = conn.Exec(ctx, `SELECT pg_advisory_unlock($1, $2)`, instanceClass, m.key)
	}
	return back, err
}

// enter makes a new row: first the lock, then the row that names it, so that nobody finds the row
// without its lock.
func (m *member) enter(ctx context.Context, conn *pgx.Conn) error {
	id, err := newID()
	if err != nil {
		return err
	}
	if err := conn.QueryRow(ctx, `SELECT nextval('instances_lock_key')::integer`).Scan(&m.key); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1, $2)`, instanceClass, m.key); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `INSERT INTO instances (id, lock_key) VALUES ($1, $2)`, id, m.key); err != nil {
		return err
	}
	// Long gone ones are forgotten: what is not alive is dead, with a row or without.
	if _, err := conn.Exec(ctx, `DELETE FROM instances WHERE fenced_at < clock_timestamp() - interval '1 day'`); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.id = id
	return nil
}

// How often attend looks: for named locks that are wanted, and for others that died.
const (
	lockEvery  = 500 * time.Millisecond
	fenceEvery = time.Second
	rejoinWait = 100 * time.Millisecond
	mostRejoin = 2 * time.Second
)

func (m *member) attend(ctx context.Context, on events) {
	defer close(m.over)
	wait := rejoinWait
	for ctx.Err() == nil {
		if m.conn == nil {
			if err := m.join(ctx); err != nil {
				if ctx.Err() == nil && wait == mostRejoin {
					m.log.Warn("this process cannot take its place among the replicas; it tries again", "err", explain(err))
				}
				pause(ctx, wait)
				wait = min(2*wait, mostRejoin)
				continue
			}
			wait = rejoinWait
			on.wake() // nothing was heard meanwhile
		}
		if err := m.serve(ctx, on); err != nil && ctx.Err() == nil {
			m.log.Warn("the connection that holds this process's place was lost; it comes back by itself", "err", explain(err))
			m.drop()
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// serve listens and looks until the connection fails or ctx ends.
func (m *member) serve(ctx context.Context, on events) error {
	var fenced time.Time
	for ctx.Err() == nil {
		if err := m.hear(ctx, on); err != nil {
			return err
		}
		look := time.Since(fenced) >= fenceEvery
		if look {
			fenced = time.Now()
		}
		if err := m.look(ctx, on, look); err != nil {
			return err
		}
	}
	return nil
}

// look takes and gives back named locks and, when it is time, fences the dead. A server that has
// vanished sends no error, so it has its time on this side.
func (m *member) look(ctx context.Context, on events, fence bool) error {
	ctx, cancel := context.WithTimeout(ctx, statementTimeout)
	defer cancel()
	if err := m.settleLocks(ctx); err != nil || !fence {
		return err
	}
	tag, err := m.conn.Exec(ctx, fenceSQL, m.epoch(), instanceClass)
	if err != nil {
		return err
	}
	if n := tag.RowsAffected(); n > 0 {
		m.log.Warn("another process is gone; its claims are recovered", "processes", n)
		on.wake()
	}
	return m.stillIn(ctx)
}

// stillIn reports an error when the others have taken this process for dead: it must join anew.
func (m *member) stillIn(ctx context.Context) error {
	var in bool
	err := m.conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM instances WHERE id = $1 AND fenced_at IS NULL)`, m.epoch()).Scan(&in)
	if err == nil && !in {
		err = errFencedMember
	}
	return err
}

// hear waits for one word of the others, for lockEvery, or until it is poked.
func (m *member) hear(ctx context.Context, on events) error {
	wait, cancel := context.WithTimeout(ctx, lockEvery)
	defer cancel()
	m.mu.Lock()
	m.poke = cancel
	m.mu.Unlock()
	n, err := m.conn.WaitForNotification(wait)
	if err != nil {
		if m.conn.IsClosed() || wait.Err() == nil {
			return err
		}
		return nil
	}
	from, rest, _ := strings.Cut(n.Payload, " ")
	switch {
	case from == m.epoch(): // what we said ourselves
	case n.Channel == dueTopic:
		on.wake()
	case n.Channel == pageTopic:
		on.page(rest)
	}
	return nil
}

// drop gives up the connection and everything that it held.
func (m *member) drop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = m.conn.Close(ctx) // it is lost already
	m.conn = nil
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.locks {
		l.lose()
	}
}

// leave takes this process's row away and tells the others, so that they need not find it dead. If
// that fails they will find it.
func (m *member) leave() {
	if m.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM instances WHERE id = $1`, m.epoch())
	b.Queue(notifySQL, dueTopic, m.epoch())
	if err := errors.Join(m.conn.SendBatch(ctx, b).Close(), m.conn.Close(ctx)); err != nil {
		m.log.Warn("this process left without a word; the others will find it gone", "err", explain(err))
	}
	m.conn = nil
}

// wakeOthers tells the other replicas, once this transaction commits, that something may be due.
func (s *Store) wakeOthers(b *pgx.Batch) { b.Queue(notifySQL, dueTopic, s.member.epoch()) }
