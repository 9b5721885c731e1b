package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"carebell/chat"
	"carebell/conversations"

	"github.com/prometheus/client_golang/prometheus"
)

// Stepper decides a turn; it is conversations.Flows.
type Stepper interface {
	Step(state conversations.State, update chat.Update, now time.Time) conversations.Turn
}

// Channel is what the bot itself needs of an adapter: the two answers that do not go through
// delivery, best effort and unrecorded. A tap's toast, and, while the database takes nothing and so
// no row can leave, the word that nothing was saved.
type Channel interface {
	AnswerTap(tapID, toast string)
	Send(ctx context.Context, to chat.Address, m chat.Message, key string) (string, error)
}

// Config is how the bot runs. The zero value of a field is its default.
type Config struct {
	// Workers is the most turns at one time (default 8).
	Workers int
	// Retry is how long a chat rests after a turn that could not be saved (default 1 s).
	Retry time.Duration
	// NotSaved is what a person is told, by language, when their tap could not be saved.
	NotSaved func(language string) string
	// NotSavedYet is what a person is told, by language, whose text waits until it can be saved.
	NotSavedYet func(language string) string
	// Committed is called after every committed turn.
	Committed func()
	// Now is the clock (default time.Now).
	Now func() time.Time
}

// Bot receives updates and commits turns.
type Bot struct {
	config   Config
	store    Store
	flows    Stepper
	log      *slog.Logger
	received *prometheus.CounterVec
	turns    prometheus.Histogram
	wake     chan struct{}

	mu       sync.Mutex
	channels map[chat.Channel]Channel
	busy     map[chat.Address]bool
	told     map[chat.Address]bool // that nothing can be saved, since it last could
	ended    map[chat.Address]bool // since the inbox was last read: what was read of them may be old
}

// New returns a bot over a store; its metrics go to r. Channels are told with Attach.
func New(config Config, store Store, flows Stepper, r prometheus.Registerer, log *slog.Logger) *Bot {
	if config.Workers == 0 {
		config.Workers = 8
	}
	if config.Retry == 0 {
		config.Retry = time.Second
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.NotSaved == nil {
		config.NotSaved = func(string) string { return "" }
	}
	if config.NotSavedYet == nil {
		config.NotSavedYet = func(string) string { return "" }
	}
	if config.Committed == nil {
		config.Committed = func() {}
	}
	b := &Bot{config: config, store: store, flows: flows, log: log, wake: make(chan struct{}, 1),
		channels: map[chat.Channel]Channel{}, busy: map[chat.Address]bool{}, ended: map[chat.Address]bool{}, told: map[chat.Address]bool{},
		received: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "carebell_inbound_updates_total",
			Help: "Updates received, by channel and kind."}, []string{"channel", "kind"}),
		turns: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "carebell_turn_seconds",
			Help:    "Duration of a turn from the inbox to its commit.",
			Buckets: prometheus.ExponentialBuckets(.001, 2, 12)})}
	r.MustRegister(b.received, b.turns)
	return b
}

// Attach tells the bot of a channel. It must be called before Run.
func (b *Bot) Attach(name chat.Channel, c Channel) { b.channels[name] = c }

// Receive keeps an update; when it returns nil the update is durable.
func (b *Bot) Receive(ctx context.Context, u chat.Update) error {
	if err := b.store.Receive(ctx, u); err != nil {
		b.notSaved(u)
		return err
	}
	b.mu.Lock()
	clear(b.told)
	b.mu.Unlock()
	b.received.WithLabelValues(string(u.From.Channel), string(u.Kind)).Inc()
	b.Wake()
	return nil
}

// Quarantine keeps what an adapter could not decode.
func (b *Bot) Quarantine(ctx context.Context, channel chat.Channel, id string, raw []byte, reason string) error {
	b.received.WithLabelValues(string(channel), "quarantined").Inc()
	b.log.Warn("an update could not be read and was set aside", "channel", channel, "update_id", id, "reason", reason)
	return b.store.Quarantine(ctx, channel, id, raw, reason)
}

// Wake says that the inbox may have something. It never blocks.
func (b *Bot) Wake() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Run handles the inbox until ctx ends; then it finishes the turns at hand and returns.
func (b *Bot) Run(ctx context.Context) {
	slots := make(chan struct{}, b.config.Workers)
	var running sync.WaitGroup
	defer running.Wait()
	again := time.NewTicker(2 * b.config.Retry) // for what waits for its retry, also from before a restart
	defer again.Stop()
	b.Wake()
	for {
		select {
		case <-b.wake:
		case <-again.C:
		case <-ctx.Done():
			return
		}
		b.dispatch(ctx, slots, &running)
	}
}

// dispatch starts a turn for the first update of each chat that is not busy.
func (b *Bot) dispatch(ctx context.Context, slots chan struct{}, running *sync.WaitGroup) {
	b.mu.Lock()
	b.ended = map[chat.Address]bool{}
	b.mu.Unlock()
	waiting, err := b.store.Waiting(ctx, 4*b.config.Workers)
	if err != nil {
		if ctx.Err() == nil {
			b.log.Error("the inbox cannot be read; it will be tried again", "err", err)
		}
		return
	}
	for _, a := range waiting {
		if !b.begin(a.Update.From) {
			continue
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			b.end(a.Update.From)
			return
		}
		running.Go(func() {
			if !b.handle(context.WithoutCancel(ctx), a) {
				b.rest(ctx) // the database takes nothing: no hurry, and no flood of log lines
			}
			b.end(a.Update.From)
			<-slots
			b.Wake()
		})
	}
}

func (b *Bot) begin(who chat.Address) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.busy[who] || b.ended[who] {
		return false
	}
	b.busy[who] = true
	return true
}

func (b *Bot) end(who chat.Address) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.busy, who)
	b.ended[who] = true
}

func (b *Bot) rest(ctx context.Context) {
	timer := time.NewTimer(b.config.Retry)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// handle takes one update to a committed turn. It reports whether the database took what became of it.
func (b *Bot) handle(ctx context.Context, a Arrival) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	start := b.config.Now()
	toast, err := b.turn(ctx, a)
	switch {
	case errors.Is(err, ErrHandled):
	case err != nil:
		b.log.Error("a turn failed; it will be tried again", "seq", a.Seq, "channel", a.Update.From.Channel,
			"attempt", a.Attempts+1, "err", err)
		b.answer(a.Update, b.config.NotSavedYet(a.Update.Language)) // it is in the inbox, and will be tried again
		return b.store.Postpone(ctx, a, "the turn failed") == nil
	default:
		b.turns.Observe(b.config.Now().Sub(start).Seconds())
		b.config.Committed()
	}
	b.answer(a.Update, toast)
	return true
}

// turn loads, steps and commits, again while another copy changes the same conversation.
func (b *Bot) turn(ctx context.Context, a Arrival) (toast string, err error) {
	for range 5 {
		state, err := b.store.Load(ctx, a)
		if err != nil {
			return "", err
		}
		turn, err := b.step(state, a.Update)
		if err == nil && turn.Wants != nil { // it is much, and seldom asked for
			var record conversations.Record
			if record, err = b.store.Record(ctx, a, *turn.Wants); err == nil {
				state.Record = &record
				turn, err = b.step(state, a.Update)
			}
		}
		if err != nil {
			return "", err
		}
		if err = b.store.Commit(ctx, a, turn); !errors.Is(err, ErrConflict) {
			return turn.Toast, err
		}
	}
	return "", ErrConflict
}

// step keeps a fault in one conversation from taking the others down with it.
func (b *Bot) step(state conversations.State, u chat.Update) (turn conversations.Turn, err error) {
	defer func() {
		if p := recover(); p != nil {
			b.log.Error("a conversation panicked", "stack", string(debug.Stack()))
			err = fmt.Errorf("the conversation panicked")
		}
	}()
	return b.flows.Step(state, u, b.config.Now()), nil
}

func (b *Bot) answer(u chat.Update, toast string) {
	if u.Kind != chat.Tap {
		return
	}
	if c, ok := b.channels[u.From.Channel]; ok {
		c.AnswerTap(u.TapID, toast)
	}
}

// mostTold is how many people are told of one outage: their next update says the rest.
const mostTold = 100

// notSaved tells a person that their update could not be kept: a tap by its toast, a text once for
// each outage. The platform brings the text again, so it is not lost.
func (b *Bot) notSaved(u chat.Update) {
	c, ok := b.channels[u.From.Channel]
	if !ok || u.Kind != chat.Text {
		b.answer(u, b.config.NotSaved(u.Language))
		return
	}
	b.mu.Lock()
	first := !b.told[u.From] && len(b.told) < mostTold
	if first {
		b.told[u.From] = true
	}
	b.mu.Unlock()
	if text := b.config.NotSavedYet(u.Language); first && text != "" {
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			if _, err := c.Send(ctx, u.From, chat.Message{Text: text}, "not saved "+u.ID); err != nil {
				b.log.Warn("a person could not be told that nothing can be saved", "channel", u.From.Channel, "err", err)
			}
		}()
	}
}
