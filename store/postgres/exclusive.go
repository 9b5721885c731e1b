package postgres

import (
	"context"
	"hash/fnv"
	"time"
)

// Exclusive runs run in one process at a time: it waits until this one holds the lock of that name,
// and ends run's context when the lock is lost with its connection; then it waits again. It returns
// what run returned by itself, or nil when ctx ends. Attend must be running.
func (s *Store) Exclusive(ctx context.Context, name string, run func(context.Context) error) error {
	for {
		held, release, ok := s.member.acquire(ctx, name)
		if !ok {
			return nil
		}
		err := run(held)
		lost := held.Err() != nil
		release()
		if ctx.Err() != nil || !lost {
			return err
		}
	}
}

// namedLock is a lock that this process wants, has or gives back.
type namedLock struct {
	key     int32
	granted chan context.Context // its context ends when the lock is lost
	cancel  context.CancelFunc   // nil until it is granted
	done    bool                 // it is to be given back
	freed   chan struct{}        // closed once it was
}

// lose ends what runs under the lock. The caller holds the member's mutex.
func (l *namedLock) lose() {
	if l.cancel != nil {
		l.cancel()
	}
}

// acquire waits for the lock. The context ends with ctx, and when the lock is lost; release gives the
// lock back and returns once the others can take it. ok is false when ctx ended before.
func (m *member) acquire(ctx context.Context, name string) (held context.Context, release func(), ok bool) {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(name))                                                                               // never fails
	l := &namedLock{key: int32(hash.Sum32()), granted: make(chan context.Context, 1), freed: make(chan struct{})} // #nosec G115 -- any 32 bits will do
	m.mu.Lock()
	m.locks[name] = l
	m.wakeKeeper()
	m.mu.Unlock()
	select {
	case lock := <-l.granted:
		inner, stop := context.WithCancel(ctx)
		undo := context.AfterFunc(lock, stop)
		return inner, func() {
			undo()
			stop()
			m.release(l)
		}, true
	case <-ctx.Done():
		m.release(l)
		return nil, nil, false
	}
}

func (m *member) release(l *namedLock) {
	m.mu.Lock()
	l.done = true
	l.lose()
	m.wakeKeeper()
	m.mu.Unlock()
	patience := time.NewTimer(releaseTimeout)
	defer patience.Stop()
	select {
	case <-l.freed:
	case <-m.over: // the lock ends with the connection
	case <-patience.C: // there is no connection, so there is no lock either
	}
}

// releaseTimeout is how long a release waits for a database that may be gone: a stop must not.
const releaseTimeout = time.Second

// wakeKeeper ends attend's wait. The caller holds the mutex.
func (m *member) wakeKeeper() {
	if m.poke != nil {
		m.poke()
	}
}

// settleLocks takes what is wanted and free, and gives back what is done.
func (m *member) settleLocks(ctx context.Context) error {
	m.mu.Lock()
	var wanted, done []*namedLock
	for name, l := range m.locks {
		switch {
		case l.done:
			done = append(done, l)
			delete(m.locks, name)
		case l.cancel == nil:
			wanted = append(wanted, l)
		}
	}
	m.mu.Unlock()
	for _, l := range done {
		if err := m.giveBack(ctx, l); err != nil {
			return err
		}
	}
	for _, l := range wanted {
		var got bool
		if err := m.conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1, $2)`, nameClass, l.key).Scan(&got); err != nil {
			return err
		}
		if !got {
			continue
		}
		held, cancel := context.WithCancel(context.Background())
		m.mu.Lock()
		l.cancel = cancel
		m.mu.Unlock()
		l.granted <- held
	}
	return nil
}

// giveBack frees a lock, tells the others, and lets release return, whatever becomes of the words:
// a connection that fails frees it too.
func (m *member) giveBack(ctx context.Context, l *namedLock) error {
	defer close(l.freed)
	if l.cancel == nil {
		return nil
	}
	if _, err := m.conn.Exec(ctx, `SELECT pg_advisory_unlock($1, $2)`, nameClass, l.key); err != nil {
		return err
	}
	_, err := m.conn.Exec(ctx, notifySQL, dueTopic, m.epoch())
	return err
}
