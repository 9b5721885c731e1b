package testpostgres_test

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"testing"
	"time"

	"carebell/internal/testpostgres"

	"github.com/jackc/pgx/v5"
)

var server = testpostgres.New(func(ctx context.Context, url string) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	_, err = conn.Exec(ctx, `CREATE TABLE notes (word text)`)
	return err
})

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

func TestEachTestHasItsOwn(t *testing.T) {
	for range 2 {
		conn, err := pgx.Connect(t.Context(), server.Open(t))
		if err != nil {
			t.Fatal(err)
		}
		var count int
		if _, err := conn.Exec(t.Context(), `INSERT INTO notes VALUES ('x')`); err != nil {
			t.Fatal(err)
		}
		if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM notes`).Scan(&count); err != nil || count != 1 {
			t.Errorf("%d notes (%v), want the one of this database", count, err)
		}
		if err := conn.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// TestHoldsAServer is what the next test runs in a process of its own, to end it badly.
func TestHoldsAServer(t *testing.T) {
	how := os.Getenv("CAREBELL_TEST_END")
	if how == "" {
		return // it is run by TestNothingOutlivesTheBinary, in a process of its own
	}
	at, err := url.Parse(server.Open(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stdout.WriteString(at.Query().Get("host") + "\n"); err != nil {
		t.Fatal(err)
	}
	if how == "panic" {
		panic("as asked")
	}
	<-t.Context().Done() // until it is killed
}

func TestNothingOutlivesTheBinary(t *testing.T) {
	server.Open(t) // skips where there is no PostgreSQL
	for _, how := range []string{"panic", "kill"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestHoldsAServer$")
		cmd.Env = append(os.Environ(), "CAREBELL_TEST_END="+how)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		if !lines.Scan() {
			t.Fatalf("%s: no server: %v", how, lines.Err())
		}
		dir := lines.Text()
		if how == "kill" {
			if _, err := os.Stat(dir); err != nil {
				t.Fatalf("no server stands in %s: %v", dir, err)
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		if err := cmd.Wait(); err == nil {
			t.Errorf("%s: the process ended well", how)
		}
		gone(t, how, dir)
	}
}

// gone waits until a folder is no more.
func gone(t *testing.T, how, dir string) {
	t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	deadline := time.After(20 * time.Second)
	for {
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("%s: %s is still there", how, dir)
		}
	}
}
