package testpostgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is one running private server.
type cluster struct {
	dir     string
	bin     string              // the folder of the server's programs
	as      *syscall.Credential // whom it runs as; nil: as ourselves
	server  *exec.Cmd
	exited  chan error
	tether  io.Closer // the watchdog ends the server when this closes
	watcher *exec.Cmd
}

// watchdog waits for its input to end, stops the server and removes the folder. It lives in a group
// of its own, so that what kills the test's group leaves it to do its work.
const watchdog = `cat >/dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
	kill -QUIT "$pid" 2>/dev/null
	n=0
	while kill -0 "$pid" 2>/dev/null && [ $n -lt 50 ]; do sleep 0.1; n=$((n+1)); done
fi
rm -rf "$1"`

func start() (_ *cluster, err error) {
	bin, err := binaries()
	if err != nil {
		return nil, errAbsent{err}
	}
	as, err := account()
	if err != nil {
		return nil, errAbsent{err}
	}
	// Sockets have short names: not in a test's own long folder.
	dir, err := os.MkdirTemp("/tmp", "carebell-pg-")
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir, exited: make(chan error, 1)}
	if err := c.watch(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.stop())
		}
	}()
	if as != nil {
		if err := os.Chown(dir, int(as.Uid), int(as.Gid)); err != nil {
			return nil, err
		}
	}
	data := filepath.Join(dir, "data")
	initdb := c.command(as, filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	c.bin, c.as = bin, as
	return c, c.serve()
}

// serve starts the server. Without fsync it is fast, and only a crash of the machine can tell the
// difference: what it has committed survives its own death.
func (c *cluster) serve() error {
	path := filepath.Join(c.dir, "log")
	log, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) // #nosec G304 -- our own folder
	if err != nil {
		return err
	}
	defer log.Close()
	fsync := "off"
	if os.Getenv("CAREBELL_TEST_POSTGRES_FSYNC") == "on" {
		fsync = "on"
	}
	c.server = c.command(c.as, filepath.Join(c.bin, "postgres"), "-D", filepath.Join(c.dir, "data"), "-k", c.dir, "-c", "listen_addresses=",
		"-c", "fsync="+fsync, "-c", "full_page_writes="+fsync, "-c", "max_connections=200", "-c", "shared_buffers=64MB")
	c.server.Stdout, c.server.Stderr = log, log
	if err := c.server.Start(); err != nil {
		return err
	}
	server := c.server
	go func() { c.exited <- server.Wait() }()
	return c.ready(path)
}

// crash ends the server as a loss of power would, but for the machine's own caches.
func (c *cluster) crash() error {
	if err := c.server.Process.Signal(syscall.SIGQUIT); err != nil {
		return err
	}
	<-c.exited // its status says how it was ended
	return nil
}

func (c *cluster) command(as *syscall.Credential, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...) // #nosec G204 -- the server programs that Find chose
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as, Setpgid: true}
	return cmd
}

func (c *cluster) watch() error {
	c.watcher = exec.Command("/bin/sh", "-c", watchdog, "watchdog", c.dir) // #nosec G204 -- a constant script
	c.watcher.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := c.watcher.StdinPipe()
	if err != nil {
		return err
	}
	c.tether = in
	return c.watcher.Start()
}

// ready waits until the server answers.
func (c *cluster) ready(log string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		conn, err := pgx.Connect(ctx, c.url("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-again.C:
		case exit := <-c.exited:
			c.exited <- exit
			text, readErr := os.ReadFile(log) // #nosec G304 -- our own log
			return errors.Join(fmt.Errorf("the server ended: %v\n%s", exit, text), readErr)
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", err)
		}
	}
}

func (c *cluster) url(database string) string {
	return "postgres:///" + url.PathEscape(database) + "?" + url.Values{"host": {c.dir}, "user": {"postgres"}}.Encode()
}

// stop ends the server and removes its folder, by way of the watchdog.
func (c *cluster) stop() error {
	errs := []error{c.tether.Close(), c.watcher.Wait()}
	if c.server != nil && c.server.Process != nil {
		<-c.exited // killed by QUIT: its status says so
	}
	return errors.Join(errs...)
}

// errAbsent: there is no PostgreSQL on this machine.
type errAbsent struct{ error }
