package webchat

import (
	"context"
	"errors"
	"hash/maphash"
	"log/slog"
	"net/http"
	"sync"

	"carebell/chat"
)

// Channel is the web chat. All its methods may be called at the same time from anywhere.
type Channel struct {
	cfg        Config
	inbox      Inbox
	receipts   Receipts
	transcript Transcript
	log        *slog.Logger

	words  *catalogue
	hub    *hub
	limits *limits
	mux    http.Handler

	// order makes what a person wrote stand before the answer to it: a message is received and
	// appended under its person's lock, and nothing is sent to them in between.
	order [64]sync.Mutex
	seed  maphash.Seed
}

// New makes the channel. It opens nothing and starts nothing.
func New(cfg Config, inbox Inbox, receipts Receipts, transcript Transcript, log *slog.Logger) (*Channel, error) {
	if inbox == nil || receipts == nil || transcript == nil || log == nil {
		return nil, errors.New("webchat: an inbox, receipts, a transcript and a logger are needed")
	}
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	words, err := loadWords()
	if err != nil {
		return nil, err
	}
	c := &Channel{
		cfg: cfg, inbox: inbox, receipts: receipts, transcript: transcript, log: log,
		words: words, hub: newHub(cfg.MaxStreams, cfg.MaxStreamsPerPerson),
		limits: newLimits(cfg.Rate, cfg.Burst, cfg.Now), seed: maphash.MakeSeed(),
	}
	if c.mux, err = c.routes(); err != nil {
		return nil, err
	}
	return c, nil
}

// Name is chat.WebChat.
func (c *Channel) Name() chat.Channel { return chat.WebChat }

// Capabilities: everything, and a repeat with the same key arrives once.
func (c *Channel) Capabilities() chat.Capabilities {
	return chat.Capabilities{Buttons: true, Edits: true, Deletes: true, Receipts: true, Files: true, Idempotent: true}
}

// Run holds the channel open until ctx ends; then every stream ends at once and new ones are refused.
// Messages can be sent before, during and after: they wait in the transcript.
func (c *Channel) Run(ctx context.Context) error {
	<-ctx.Done()
	c.Close()
	return nil
}

// Close ends every stream at once and refuses new ones. A server calls it when its shutdown begins,
// because a stream never ends by itself. It may be called more than once.
func (c *Channel) Close() { c.hub.close() }

// Wake says that a person's transcript has changed elsewhere: their open pages look at it again.
func (c *Channel) Wake(person string) { c.hub.wake(person) }

// Handler serves everything under /chat. It expects the full path: mount it without stripping.
func (c *Channel) Handler() http.Handler { return c.mux }

func (c *Channel) lock(to chat.Address) *sync.Mutex {
	return &c.order[maphash.String(c.seed, to.ID)%uint64(len(c.order))]
}
