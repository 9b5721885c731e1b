package app_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"carebell/app"
	"carebell/internal/faketelegram"
)

const token = "123456:test-token"

// clock is the real one, moved.
type clock struct {
	mu   sync.Mutex
	skew time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.skew)
}

func (c *clock) jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skew += d
}

// house is the whole program in this process, against the strict fake of Telegram.
type house struct {
	t     testing.TB
	api   *faketelegram.Server
	clock *clock
	env   []string
	addr  string
	stop  func()
	logs  *syncBuffer
}

type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func newHouse(t testing.TB, env ...string) *house {
	t.Helper()
	h := &house{t: t, clock: &clock{}, logs: &syncBuffer{}}
	var err error
	h.api, err = faketelegram.Start(faketelegram.Config{Token: token, Now: h.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.api.Close)
	h.env = append([]string{"CAREBELL_DATA_DIR=" + t.TempDir(), "CAREBELL_HTTP_ADDR=127.0.0.1:0", "CAREBELL_PEOPLE_ZONE=Europe/London",
		"CAREBELL_TELEGRAM_PER_CHAT_BURST=30", "CAREBELL_TELEGRAM_PER_CHAT_SECOND=30",
		"CAREBELL_TELEGRAM_TOKEN=" + token, "CAREBELL_TELEGRAM_ENDPOINT=" + h.api.Endpoint()}, env...)
	h.open()
	return h
}

// open starts the program; the returned stop ends it as SIGTERM would.
func (h *house) open() {
	h.t.Helper()
	settings, err := app.Load(defaults(h.t), "", h.env, languages)
	if err != nil {
		h.t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.MultiWriter(h.logs), nil))
	a, err := app.New(h.t.Context(), settings, h.clock.now, log)
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	started, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- a.Run(ctx, func(addr string) { started <- addr }) }()
	select {
	case h.addr = <-started:
	case err := <-done:
		cancel()
		h.t.Fatalf("the program ended at once: %v", err)
	}
	var once sync.Once
	h.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				h.t.Errorf("the program ended with %v", err)
			}
		})
	}
	h.t.Cleanup(h.stop)
}

// shows waits until the newest message to that chat contains text, and returns it.
func (h *house) shows(chat int64, text string) faketelegram.Entry {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 20*time.Second)
	defer cancel()
	var found faketelegram.Entry
	ledger, err := h.api.WaitFor(ctx, func(l faketelegram.Ledger) bool {
		for i := len(l) - 1; i >= 0; i-- {
			e := l[i]
			if e.Chat == chat && e.Done && (e.Method == "sendMessage" || e.Method == "editMessageText") && strings.Contains(e.Text, text) {
				found = e
				return true
			}
		}
		return false
	})
	if err != nil {
		last := ""
		for _, e := range ledger {
			if e.Chat == chat {
				last += "\n" + e.Method + ": " + e.Text + " " + e.Description
			}
		}
		h.t.Fatalf("nothing shows %q: %v; the chat:%s\nlogs:\n%s", text, err, last, h.logs)
	}
	return found
}

// agreed is a person who has pressed Start and agreed, and is asked for their zone.
func (h *house) agreed(id int64, name string) *faketelegram.Person {
	h.t.Helper()
	p := h.api.Person(id, name, "en")
	p.Start("")
	h.shows(id, "Do you agree?")
	h.tap(p, "I agree")
	h.shows(id, "What time is it where you are?")
	return p
}

func (h *house) tap(p *faketelegram.Person, label string) string {
	h.t.Helper()
	id, err := p.Tap(label)
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}
