package testpostgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is the private server of one test binary.
type Server struct {
	migrate func(ctx context.Context, url string) error

	once    sync.Once
	cluster *cluster
	err     error

	mu    sync.Mutex
	count int
}

// New returns a server that starts with the first Open. migrate builds the template database.
func New(migrate func(ctx context.Context, url string) error) *Server {
	return &Server{migrate: migrate}
}

// Main runs a test binary's tests and stops the server after them; its result is for os.Exit.
func (s *Server) Main(m *testing.M) (code int) {
	defer func() {
		if s.cluster == nil {
			return
		}
		if err := s.cluster.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
			code = 1
		}
	}()
	return m.Run()
}

const template = "carebell_template"

// Open returns the URL of a fresh clone of the migrated template, dropped with the test. Its login
// is the cluster's superuser.
func (s *Server) Open(t testing.TB) string {
	t.Helper()
	return s.clone(t, template)
}

// Empty returns the URL of a fresh database that was never migrated, dropped with the test.
func (s *Server) Empty(t testing.TB) string {
	t.Helper()
	return s.clone(t, "template0")
}

func (s *Server) clone(t testing.TB, from string) string {
	t.Helper()
	s.once.Do(func() { s.err = s.begin() })
	if s.err != nil {
		var absent errAbsent
		if errors.As(s.err, &absent) && os.Getenv("CAREBELL_TEST_POSTGRES") != "required" {
			t.Skipf("not tested on PostgreSQL: %v", s.err)
		}
		t.Fatalf("start PostgreSQL: %v", s.err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	name := fmt.Sprintf("test_%d", s.count)
	if err := s.admin("CREATE DATABASE " + name + " TEMPLATE " + from); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.admin("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return s.cluster.url(name)
}

// Restart ends the server at once, as a crash does, tells down while it is away, and starts it again.
// It is for test binaries whose tests do not run side by side.
func (s *Server) Restart(t testing.TB, down func()) {
	t.Helper()
	if err := s.cluster.crash(); err != nil {
		t.Fatal(err)
	}
	down()
	if err := s.cluster.serve(); err != nil {
		t.Fatal(err)
	}
}

// Protect makes a login whose password is asked for, unlike everybody else's.
func (s *Server) Protect(t testing.TB, login, password string) {
	t.Helper()
	hba := filepath.Join(s.cluster.dir, "data", "pg_hba.conf")
	rules, err := os.ReadFile(hba) // #nosec G304 -- our own cluster's
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(hba, append([]byte("local all "+login+" scram-sha-256\n"), rules...), 0o600); err != nil { // #nosec G703 -- our own cluster's
		t.Fatal(err)
	}
	for _, statement := range []string{"CREATE ROLE " + login + " LOGIN PASSWORD '" + password + "'", "SELECT pg_reload_conf()"} {
		if err := s.admin(statement); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *Server) begin() error {
	c, err := start()
	if err != nil {
		return err
	}
	s.cluster = c
	if err := s.admin("CREATE DATABASE " + template); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return s.migrate(ctx, c.url(template))
}

func (s *Server) admin(statement string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.cluster.url("postgres"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	_, err = conn.Exec(ctx, statement)
	return err
}
