package postgres_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"carebell/chat"

	"github.com/jackc/pgx/v5"
)

// frozen forwards connections to a server on a unix socket. Over those that are open when freeze is
// called nothing passes any more, and nobody is told: their machine has vanished.
func frozen(t *testing.T, at string) (through string, freeze func()) {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	sockets, err := filepath.Glob(filepath.Join(u.Query().Get("host"), ".s.PGSQL.[0-9]*[0-9]"))
	if err != nil || len(sockets) != 1 {
		t.Fatalf("the server's socket: %v %v", sockets, err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	ice, thaw := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(thaw) })
	t.Cleanup(func() { _ = l.Close() })
	forward := func(to, from net.Conn, ice <-chan struct{}) {
		defer to.Close()
		b := make([]byte, 65536)
		for {
			n, err := from.Read(b)
			if err != nil {
				return
			}
			select {
			case <-ice:
				<-thaw
				return
			default:
			}
			if _, err := to.Write(b[:n]); err != nil && err != io.EOF {
				return
			}
		}
	}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", sockets[0])
			if err != nil {
				_ = client.Close()
				return
			}
			mu.Lock()
			go forward(server, client, ice)
			go forward(client, server, ice)
			mu.Unlock()
		}
	}()
	q := u.Query()
	q.Del("host")
	q.Set("sslmode", "disable")
	u.RawQuery, u.Host = q.Encode(), l.Addr().String()
	return u.String(), func() {
		mu.Lock()
		defer mu.Unlock()
		close(ice)
		ice = make(chan struct{})
	}
}

// A server whose machine has vanished sends neither an answer nor an error: a step ends all the same.
func TestVanishedServerHoldsNobody(t *testing.T) {
	through, freeze := frozen(t, server.Open(t))
	s := replica(t, through, nil)
	freeze()
	begun := time.Now()
	if _, err := s.Claim(t.Context(), 10, time.Minute, []chat.Channel{chat.Telegram}); err == nil {
		t.Error("a claim without a server")
	}
	if took := time.Since(begun); took > 15*time.Second {
		t.Errorf("a claim waited %s for a server that has vanished", took)
	}
}

// A claim whose commit was carried out, and whose answer never came, is not held by anybody for the
// length of its lease: its process takes it back.
func TestClaimInDoubtIsTakenBack(t *testing.T) {
	url := server.Open(t)
	through, freeze := frozen(t, url)
	s := replica(t, through, nil)
	seed(t, s, 3, 1)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{`CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM set_config('lock_timeout', '0', true), pg_advisory_xact_lock(4712); RETURN NULL; END$$`,
		`CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON outbox DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late()`,
		`SELECT pg_advisory_lock(4712)`} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	impatient, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	claimed := make(chan error, 1)
	go func() {
		_, err := s.Claim(impatient, 10, lease, channels)
		claimed <- err
	}()
	blocked(t, conn, 1) // it is committing
	freeze()
	giveUp()
	if err := <-claimed; err == nil {
		t.Fatal("the claim succeeded")
	}
	if _, err := conn.Exec(t.Context(), `SELECT pg_advisory_unlock(4712)`); err != nil {
		t.Fatal(err)
	}
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for deadline := time.Now().Add(10 * time.Second); ; <-again.C {
		batch, err := s.Orphans(t.Context(), 10, lease)
		if err != nil {
			t.Fatal(err)
		}
		if len(batch.Jobs) == 3 {
			for _, j := range batch.Jobs {
				if j.Ambiguous {
					t.Errorf("nothing was asked for, and it counts as in doubt: %+v", j)
				}
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d claims came back, want 3", len(batch.Jobs))
		}
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
