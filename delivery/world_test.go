package delivery_test

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"carebell/bot/telegram"
	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/internal/faketelegram"
	"carebell/internal/teststores"
	"carebell/locales"
	"carebell/schedule"
	"carebell/templates"

	"carebell/bot"

	"github.com/prometheus/client_golang/prometheus"
)

const token = "123456:test-token"

// world is an engine over a real database and the strict fake of Telegram's server.
type world struct {
	t      *testing.T
	store  teststores.Opened
	api    *faketelegram.Server
	person *faketelegram.Person
	to     chat.Address
	engine *delivery.Engine
	// channel is the adapter that the engine sends through.
	channel *telegram.Channel
	stop    func()
	count   int

	mu   sync.Mutex
	skew time.Duration // the test's clock runs ahead of the real one by this
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.skew)
}

// jump moves the clock that decides what is due.
func (w *world) jump(d time.Duration) {
	w.mu.Lock()
	w.skew += d
	w.mu.Unlock()
	w.engine.Wake()
}

type noInbox struct{}

func (noInbox) Receive(context.Context, chat.Update) error { return nil }
func (noInbox) Quarantine(context.Context, chat.Channel, string, []byte, string) error {
	return nil
}

func newWorld(t *testing.T, d teststores.Database) *world {
	t.Helper()
	w := &world{t: t}
	w.store = d.Open(t, w.now)
	var err error
	w.api, err = faketelegram.Start(faketelegram.Config{Token: token})
	w.must(err)
	t.Cleanup(w.api.Close)
	w.person = w.api.Person(1001, "Ana", "en")
	w.person.Start("")
	w.to = chat.Address{Channel: chat.Telegram, ID: "1001"}
	w.channel, err = telegram.New(telegram.Config{Token: token, Endpoint: w.api.Endpoint()}, noInbox{}, slog.New(slog.DiscardHandler))
	w.must(err)
	w.engine = w.newEngine(w.channel, delivery.Config{})
	w.start()
	return w
}

func (w *world) newEngine(sender delivery.Sender, config delivery.Config) *delivery.Engine {
	set, err := templates.Load()
	w.must(err)
	catalogue, err := locales.Load()
	w.must(err)
	config.SendTimeout = time.Second
	config.Policy = delivery.Policy{FirstRetry: 10 * time.Millisecond, RepeatAfter: 50 * time.Millisecond, BreakerRest: 100 * time.Millisecond}
	return delivery.New(config, w.store, delivery.NewRenderer(set, catalogue, nil), map[chat.Channel]delivery.Sender{w.to.Channel: sender},
		delivery.NewPacer(nil), delivery.NewMetrics(prometheus.NewRegistry()), slog.New(slog.DiscardHandler))
}

func (w *world) start() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { w.engine.Run(ctx); close(done) }()
	var once sync.Once
	w.stop = func() { once.Do(func() { cancel(); <-done }) }
	w.t.Cleanup(w.stop)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) id() string {
	w.count++
	return fmt.Sprintf("01960000-0000-7000-8000-%012d", w.count)
}

// turn commits a turn of the person, as the bot would.
func (w *world) turn(turn conversations.Turn) {
	w.t.Helper()
	w.count++
	w.must(w.store.Receive(w.t.Context(), chat.Update{ID: strconv.Itoa(w.count), Kind: chat.Text, From: w.to}))
	waiting, err := w.store.Waiting(w.t.Context(), 1)
	w.must(err)
	turn.Person = conversations.Person{Language: "en", Zone: "Europe/London", ZoneConfirmed: true, Consent: "1"}
	w.must(w.store.Commit(w.t.Context(), waiting[0], turn))
	w.engine.Wake()
}

// say queues a reply.
func (w *world) say(m chat.Message) string {
	id := w.id()
	w.turn(conversations.Turn{Replies: []conversations.Reply{{ID: id, Message: m}}})
	return id
}

// remind makes a series from a rule's text and returns its id.
func (w *world) remind(rule, template, message string) string {
	w.t.Helper()
	r, err := schedule.ParseRule(rule)
	w.must(err)
	upcoming := r.Upcoming(w.now(), 2)
	n := conversations.NewSeries{First: upcoming[0], Series: schedule.Series{ID: w.id(), Code: "K7Q2", Message: message,
		Template: template, Rule: r, Status: schedule.Active, Version: 1, MaxLateness: 2 * time.Hour}}
	if len(upcoming) > 1 {
		n.Second = upcoming[1].At
	}
	w.turn(conversations.Turn{Create: []conversations.NewSeries{n}})
	return n.Series.ID
}

// once makes a reminder that is due d from now; d may be small, never zero.
func (w *world) once(d time.Duration, message string) string {
	zone, err := time.LoadLocation("Europe/London")
	w.must(err)
	at := w.now().Add(d).Truncate(time.Second).Add(time.Second)
	id := w.remind(schedule.Once(at, zone).String(), templates.MedicationReminder, message)
	w.jump(at.Sub(w.now()))
	return id
}

// state reads what carebell knows of the person.
func (w *world) state() conversations.State {
	w.t.Helper()
	state, err := w.store.Load(w.t.Context(), bot.Arrival{Update: chat.Update{From: w.to}})
	w.must(err)
	return state
}

// sent waits until that many messages have arrived at the platform.
func (w *world) sent(n int) faketelegram.Ledger {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	ledger, err := w.api.WaitFor(ctx, func(l faketelegram.Ledger) bool { return len(l.Sent()) >= n })
	if err != nil {
		w.t.Fatalf("waiting for %d messages, have %d: %v", n, len(ledger.Sent()), err)
	}
	return ledger.Sent()
}

// becomes waits until the newest due message has that status.
func (w *world) becomes(status delivery.Status) {
	w.t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	got := ""
	for {
		if recent := w.state().Recent; len(recent) > 0 {
			if got = recent[0].Status; got == string(status) {
				return
			}
		}
		select {
		case <-look.C:
		case <-deadline.C:
			w.t.Fatalf("status %q, want %q", got, status)
		}
	}
}
