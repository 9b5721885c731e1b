package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/time/rate"
)

// Server serves the pages. Make one with New, Listen, then Serve.
type Server struct {
	cfg      Config
	log      *slog.Logger
	open     bool // pages are open: the address is loopback
	handler  http.Handler
	mounts   []Mount
	ready    *readiness
	reporter Reporter
	refusals rate.Sometimes
	template *template.Template
}

// New makes a server that listens on nothing yet.
func New(cfg Config, reporter Reporter, checks []Check, metrics prometheus.Gatherer, mounts []Mount, log *slog.Logger) (*Server, error) {
	if reporter == nil || metrics == nil || log == nil {
		return nil, errors.New("web: a reporter, metrics and a logger are needed")
	}
	cfg, err := cfg.withDefaults()
	if err := errors.Join(err, validChecks(checks), validMounts(mounts)); err != nil {
		return nil, err
	}
	s := &Server{
		cfg: cfg, log: log, open: loopback(hostname(cfg.Addr)), mounts: mounts, reporter: reporter,
		ready:    &readiness{checks: checks, timeout: cfg.CheckTimeout, now: cfg.Now},
		refusals: rate.Sometimes{First: 1, Interval: time.Minute},
	}
	if s.template, err = parseStatusPage(); err != nil {
		return nil, fmt.Errorf("web: status page: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", s.page(http.HandlerFunc(s.status)))
	mux.Handle("GET /status.css", s.page(http.HandlerFunc(serveStyle)))
	var numbers http.Handler = promhttp.HandlerFor(metrics, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelError), MaxRequestsInFlight: 4, Timeout: cfg.WriteTimeout / 2,
	})
	if !cfg.OpenMetrics {
		numbers = s.page(numbers)
	}
	mux.Handle("GET /metrics", numbers)
	for _, m := range mounts {
		mux.Handle(m.Path, s.page(m.Handler))
		mux.Handle(m.Path+"/", s.page(m.Handler))
	}
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("/", s.page(http.HandlerFunc(http.NotFound)))
	s.handler = secured(mux)
	return s, nil
}

// openPaths are what answers where the pages are closed.
func (s *Server) openPaths() string {
	if s.cfg.OpenMetrics {
		return "/healthz /readyz /metrics"
	}
	return "/healthz /readyz"
}

// Handler is everything that the server answers, for a server of somebody else's.
func (s *Server) Handler() http.Handler { return s.handler }

// Listen takes the address. It fails if somebody else has it, or if a name that should mean this
// machine does not.
func (s *Server) Listen(ctx context.Context) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", s.cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", s.cfg.Addr, err)
	}
	if tcp, ok := l.Addr().(*net.TCPAddr); s.open && (!ok || !tcp.IP.IsLoopback()) {
		return nil, errors.Join(fmt.Errorf("listen on %s: it is not a loopback address here", s.cfg.Addr), l.Close())
	}
	return l, nil
}

// Serve answers until ctx ends. Then it takes no more, ends the streams of the mounted parts at once,
// lets the answers under way finish within DrainTimeout, and returns nil. It closes the listener.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	if !s.open {
		s.log.Warn("the pages are closed: they have no login, and this address is not loopback",
			"addr", s.cfg.Addr, "open", s.openPaths(), "to_open", "listen on 127.0.0.1 and reach it through a tunnel")
	}
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: s.cfg.ReadHeaderTimeout, ReadTimeout: s.cfg.ReadTimeout,
		WriteTimeout: s.cfg.WriteTimeout, IdleTimeout: s.cfg.IdleTimeout, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve http: %w", err)
	case <-ctx.Done():
	}
	for _, m := range s.mounts {
		if m.Close != nil {
			m.Close()
		}
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.DrainTimeout)
	defer cancel()
	err := server.Shutdown(drain)
	if err != nil {
		s.log.Warn("some answers were cut off at the shutdown", "err", err)
		err = server.Close()
	}
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	if err != nil {
		return fmt.Errorf("stop http: %w", err)
	}
	return nil
}
