package postgres_test

import (
	"io"
	"net"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"carebell/chat"
)

// frozen forwards connections to a server on a unix socket until freeze; then nothing passes any more,
// and nobody is told: a machine that has vanished.
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
	ice, thaw := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(thaw) })
	t.Cleanup(func() { _ = l.Close() })
	forward := func(to, from net.Conn) {
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
			go forward(server, client)
			go forward(client, server)
		}
	}()
	q := u.Query()
	q.Del("host")
	q.Set("sslmode", "disable")
	u.RawQuery, u.Host = q.Encode(), l.Addr().String()
	return u.String(), func() { close(ice) }
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
