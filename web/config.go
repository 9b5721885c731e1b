package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// Config tunes a Server. Zero values mean the defaults, except for Addr, which is needed.
type Config struct {
	// Addr is host:port to listen on. Pages are open only if the host is a loopback address or
	// "localhost".
	Addr string
	// OpenMetrics answers /metrics on every address, not only where the pages are open. They are
	// numbers, of no one person.
	OpenMetrics bool
	// Version is shown on the status page. Default "dev".
	Version string
	// StartedAt is when the process began. Default: when New was called.
	StartedAt time.Time
	// ReadHeaderTimeout, ReadTimeout, WriteTimeout and IdleTimeout are the limits of one
	// connection. Defaults 5 s, 15 s, 30 s and 2 min. A stream sets its own for each write.
	ReadHeaderTimeout, ReadTimeout, WriteTimeout, IdleTimeout time.Duration
	// DrainTimeout is how long answers under way may take once the server stops. Default 5 s.
	DrainTimeout time.Duration
	// CheckTimeout is how long one check may take. Default 2 s.
	CheckTimeout time.Duration
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// Check is one thing that must be so for the process to be ready.
type Check struct {
	// Name is a short stable word: database, engine, clock.
	Name string
	// Probe returns nil if all is well. The error's text is shown to whoever can reach the address:
	// no secrets, nothing of any person.
	Probe func(ctx context.Context) error
	// Advisory: what is wrong is told, and the process is ready all the same.
	Advisory bool
}

// Mount is a part that answers every path from Path on, which it gets unchanged.
type Mount struct {
	// Path begins with a slash and ends without one: "/chat".
	Path    string
	Handler http.Handler
	// Close ends at once what would not end by itself, such as streams. It may be nil.
	Close func()
}

// Part is something that is on or off: a channel, the database.
type Part struct {
	Name string
	On   bool
	// Detail is one line for an operator: a bot's name, or how to switch it on.
	Detail string
	// Link is a path of this server to open, or empty.
	Link string
}

// Overview is what the status page shows. Nothing in it is of any one person.
type Overview struct {
	Parts []Part
	// Engine is one word or two: "running", "standing by", "stopped".
	Engine string
	// TickedAt is when the engine last looked for due messages; zero if it did not yet.
	TickedAt time.Time
	// Due are the messages of the next 24 hours, Overdue those whose time has passed and that are
	// still to be sent. Sent, Failed and Unknown are the outcomes of the last 24 hours.
	Due, Overdue, Sent, Failed, Unknown int64
}

// Reporter knows how things are.
type Reporter interface {
	Overview(ctx context.Context) (Overview, error)
}

func (c Config) withDefaults() (Config, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Version == "" {
		c.Version = "dev"
	}
	if c.StartedAt.IsZero() {
		c.StartedAt = c.Now()
	}
	for _, f := range []struct {
		name  string
		value *time.Duration
		def   time.Duration
	}{
		{"ReadHeaderTimeout", &c.ReadHeaderTimeout, 5 * time.Second},
		{"ReadTimeout", &c.ReadTimeout, 15 * time.Second},
		{"WriteTimeout", &c.WriteTimeout, 30 * time.Second},
		{"IdleTimeout", &c.IdleTimeout, 2 * time.Minute},
		{"DrainTimeout", &c.DrainTimeout, 5 * time.Second},
		{"CheckTimeout", &c.CheckTimeout, 2 * time.Second},
	} {
		if *f.value == 0 {
			*f.value = f.def
		}
		if *f.value < 0 {
			return c, fmt.Errorf("web: %s is %s, expected more than 0", f.name, *f.value)
		}
	}
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return c, fmt.Errorf("web: the address is %q, expected host:port such as 127.0.0.1:8080", c.Addr)
	}
	return c, nil
}

func validMounts(mounts []Mount) error {
	for _, m := range mounts {
		if !strings.HasPrefix(m.Path, "/") || strings.HasSuffix(m.Path, "/") || m.Handler == nil {
			return fmt.Errorf("web: a mount at %q, expected a path such as /chat and a handler", m.Path)
		}
	}
	return nil
}

func validChecks(checks []Check) error {
	for _, c := range checks {
		if c.Name == "" || c.Probe == nil {
			return errors.New("web: a check without a name or a probe")
		}
	}
	return nil
}
