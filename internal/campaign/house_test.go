package campaign

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"carebell/app"
	"carebell/bot/telegram"
	"carebell/chat"
	"carebell/delivery"
	"carebell/internal/faketelegram"
	"carebell/locales"
	"carebell/templates"

	"github.com/prometheus/client_golang/prometheus"
)

// house is an engine in this process, over a real database and real HTTP, with a clock that can be
// moved and a platform that can be gone.
type house struct {
	t      *testing.T
	store  app.Database
	source Source
	api    *faketelegram.Server
	engine *delivery.Engine
	config delivery.Config
	stop   func()

	addr string
	door *http.Server // nil while the platform is gone

	mu   sync.Mutex
	skew time.Duration
	most time.Duration // the farthest that the clock ever was ahead
}

func newHouse(t *testing.T, database string, config delivery.Config) *house {
	t.Helper()
	h := &house{t: t, config: config}
	setting := databases[database](t)
	h.source = SourceOf(setting)
	h.store = openStore(t, setting, h.now)
	t.Cleanup(func() {
		if err := h.store.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := h.store.Join(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.api = faketelegram.New(faketelegram.Config{Token: token, Now: h.now})
	t.Cleanup(h.api.Close)
	h.comeBack()
	t.Cleanup(func() {
		if h.door != nil {
			_ = h.door.Close() // it closes connections that the engine keeps
		}
	})
	h.start()
	return h
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Now().Add(h.skew)
}

// jump moves the clock that decides what is due.
func (h *house) jump(d time.Duration) {
	h.mu.Lock()
	h.skew += d
	h.most = max(h.most, h.skew)
	h.mu.Unlock()
	h.engine.Wake()
}

// latest is the latest time that the clock has shown.
func (h *house) latest() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Now().Add(h.most)
}

// goAway ends the platform: its port refuses everybody.
func (h *house) goAway() {
	_ = h.door.Close() // open connections are cut
	h.door = nil
}

// comeBack opens the platform at the address where it was.
func (h *house) comeBack() {
	h.t.Helper()
	at := h.addr
	if at == "" {
		at = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", at)
	if err != nil {
		h.t.Fatal(err)
	}
	h.addr = listener.Addr().String()
	h.door = &http.Server{Handler: h.api, ReadHeaderTimeout: 10 * time.Second}
	door := h.door
	go func() { _ = door.Serve(listener) }() // it ends with Close
}

type noInbox struct{}

func (noInbox) Receive(context.Context, chat.Update) error { return nil }
func (noInbox) Quarantine(context.Context, chat.Channel, string, []byte, string) error {
	return nil
}

// start makes an engine and runs it until stop.
func (h *house) start() {
	h.t.Helper()
	channel, err := telegram.New(telegram.Config{Token: token, Endpoint: "http://" + h.addr + "/bot%s/%s"}, noInbox{}, slog.New(slog.DiscardHandler))
	if err != nil {
		h.t.Fatal(err)
	}
	h.engine, h.stop = run(h.t, h.store, map[chat.Channel]delivery.Sender{chat.Telegram: channel}, h.config)
	h.t.Cleanup(h.stop)
}

// run runs an engine over a store. stop ends it as SIGTERM would.
func run(t *testing.T, store delivery.Store, senders map[chat.Channel]delivery.Sender, config delivery.Config) (e *delivery.Engine, stop func()) {
	t.Helper()
	set, err := templates.Load()
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	e = delivery.New(config, store, delivery.NewRenderer(set, catalogue, nil), senders, delivery.NewPacer(nil),
		delivery.NewMetrics(prometheus.NewRegistry()), slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { e.Run(ctx); close(done) }()
	var once sync.Once
	return e, func() { once.Do(func() { cancel(); <-done }) }
}

// facts is what the database says now.
func (h *house) facts() Facts {
	h.t.Helper()
	f, err := h.source.Read(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return f
}

// rest waits until nothing is under way any more.
func (h *house) rest() Facts {
	h.t.Helper()
	for deadline := time.Now().Add(patience); ; <-time.After(50 * time.Millisecond) {
		f := h.facts()
		open := 0
		for _, r := range f.Rows {
			if r.Open {
				open++
			}
		}
		if open == 0 {
			return f
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("%d messages never come to rest", open)
		}
	}
}

// quick is a policy in which a test need not wait.
var quick = delivery.Policy{FirstRetry: 10 * time.Millisecond, RepeatAfter: 50 * time.Millisecond, BreakerRest: 100 * time.Millisecond}
