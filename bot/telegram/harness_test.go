package telegram

import (
	"bytes"
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"carebell/bot/channeltest"
	"carebell/chat"
	"carebell/internal/faketelegram"
)

// rig is a running Channel against a fake Bot API, with one person who has pressed Start.
type rig struct {
	fake    *faketelegram.Server
	ana     *faketelegram.Person
	inbox   *channeltest.Inbox
	channel *Channel
	logs    *safeBuffer
	done    chan error
}

const anaID = 7315550123

// newRig runs a Channel; change may alter both configurations first.
func newRig(t *testing.T, change func(*Config, *faketelegram.Config)) *rig {
	t.Helper()
	var cfg Config
	var fakeCfg faketelegram.Config
	if change != nil {
		change(&cfg, &fakeCfg)
	}
	r := &rig{inbox: &channeltest.Inbox{}, logs: &safeBuffer{}, done: make(chan error, 1)}
	var err error
	if r.fake, err = faketelegram.Start(fakeCfg); err != nil {
		t.Fatal(err)
	}
	r.ana = r.fake.Person(anaID, "Ana", "es")
	if cfg.Token == "" {
		cfg.Token = r.fake.Token()
	}
	if cfg.Endpoint == "" {
		cfg.Endpoint = r.fake.Endpoint()
	}
	if cfg.PollTimeout == 0 {
		cfg.PollTimeout = 20 * time.Second
	}
	if r.channel, err = New(cfg, r.inbox, slog.New(slog.NewJSONHandler(r.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))); err != nil {
		t.Fatal(err)
	}
	r.channel.pause = func(ctx context.Context, _ time.Duration) { pause(ctx, time.Millisecond) }
	t.Cleanup(func() {
		r.fake.Close()
		r.channel.http.CloseIdleConnections()
	})
	return r
}

// run starts the channel's Run; it is ended with the test.
func (r *rig) run(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() { r.done <- r.channel.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-r.done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// meet lets Ana press Start and waits until the inbox has it.
func (r *rig) meet(t *testing.T) {
	t.Helper()
	r.ana.Start("")
	r.wait(t, "the Start", func(c channeltest.Contents) bool { return len(c.Updates) > 0 })
}

func (r *rig) wait(t *testing.T, want string, until func(channeltest.Contents) bool) channeltest.Contents {
	t.Helper()
	c, err := r.inbox.Wait(within(t), until)
	if err != nil {
		t.Fatalf("waiting for %s: %v; the inbox has %+v; log:\n%s", want, err, c, r.logs)
	}
	return c
}

func (r *rig) ledger(t *testing.T, want string, until func(faketelegram.Ledger) bool) faketelegram.Ledger {
	t.Helper()
	l, err := r.fake.WaitFor(within(t), until)
	if err != nil {
		t.Fatalf("waiting for %s: %v; log:\n%s", want, err, r.logs)
	}
	return l
}

func (r *rig) address() chat.Address {
	return chat.Address{Channel: chat.Telegram, ID: strconv.FormatInt(anaID, 10)}
}

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// harness is a rig in the words of the conformance suite.
type harness struct{ *rig }

func TestConformance(t *testing.T) {
	channeltest.Run(t, func(t *testing.T) channeltest.Harness {
		r := newRig(t, nil)
		r.run(t)
		r.meet(t)
		r.inbox.Forget()
		return harness{r}
	})
}

func (h harness) Channel() channeltest.Channel { return h.channel }
func (h harness) Inbox() *channeltest.Inbox    { return h.inbox }
func (h harness) Person() chat.Address         { return h.address() }
func (h harness) Stranger() chat.Address {
	return chat.Address{Channel: chat.Telegram, ID: "98765432101"}
}
func (h harness) Say(_ *testing.T, text string) { h.ana.Say(text) }
func (h harness) Redeliver(*testing.T)          { h.fake.Redeliver() }

func (h harness) Tap(t *testing.T, messageID, label string) {
	id, _ := strconv.Atoi(messageID)
	if _, err := h.ana.TapOn(id, label); err != nil {
		t.Fatal(err)
	}
}

func (h harness) Forge(t *testing.T, messageID, data string) {
	id, _ := strconv.Atoi(messageID)
	if _, err := h.ana.Forge(id, data); err != nil {
		t.Fatal(err)
	}
}

func (h harness) Acknowledge(t *testing.T, _ string) { t.Fatal("Telegram gives no receipts") }

func (h harness) Screen(ctx context.Context, until func([]channeltest.Shown) bool) ([]channeltest.Shown, error) {
	var shown []channeltest.Shown
	_, err := h.fake.WaitFor(ctx, func(faketelegram.Ledger) bool {
		shown = nil
		for _, s := range h.ana.Screen() {
			seen := channeltest.Shown{MessageID: strconv.Itoa(s.MessageID), Text: s.Text, Buttons: s.Buttons}
			if s.File != nil {
				seen.File = &chat.File{Name: s.File.Name, Type: s.File.Type, Data: s.File.Data}
			}
			shown = append(shown, seen)
		}
		return until(shown)
	})
	return shown, err
}

func (h harness) Toast(ctx context.Context, until func([]string) bool) ([]string, error) {
	var toasts []string
	_, err := h.fake.WaitFor(ctx, func(faketelegram.Ledger) bool {
		toasts = h.ana.Toasts()
		return until(toasts)
	})
	return toasts, err
}

func (h harness) Wire() channeltest.Wire { return wire(h) }

type wire struct{ *rig }

func (w wire) HangAfterDelivery(*testing.T) {
	w.fake.Faults(func(c faketelegram.Call) faketelegram.Fault {
		if c.Method == "sendMessage" || c.Method == "sendDocument" {
			return faketelegram.HangAfter()
		}
		return faketelegram.Fault{}
	})
}
func (w wire) HangBeforeDelivery(*testing.T) { w.fake.Once("sendMessage", faketelegram.HangBefore()) }
func (w wire) Unreachable(*testing.T)        { w.fake.Close() }

func canary(t *testing.T, what string, text string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if strings.Contains(text, s) {
			t.Errorf("%s holds a secret: %s", what, text)
		}
	}
}
