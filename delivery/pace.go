package delivery

import (
	"context"
	"sync"
	"time"

	"carebell/chat"

	"golang.org/x/time/rate"
)

// Pace is how fast one channel may be written to. The zero value means as fast as possible.
type Pace struct {
	PerSecond     float64 // over all chats of the channel
	PerChatSecond float64 // to one chat, sustained
	ChatBurst     int     // to one chat, at once
}

// Pacer keeps every channel and every chat within its pace. It is safe for concurrent use.
type Pacer struct {
	paces map[chat.Channel]Pace

	mu       sync.Mutex
	channels map[chat.Channel]*rate.Limiter
	chats    map[chat.Address]*chatPace
	pauses   map[chat.Channel]time.Time
	swept    time.Time
}

type chatPace struct {
	limiter *rate.Limiter
	used    time.Time // when it was last written to, and the time before that
	before  time.Time
	paused  time.Time
}

// NewPacer returns a pacer for those channels; a channel that is not named is not held back.
func NewPacer(paces map[chat.Channel]Pace) *Pacer {
	p := &Pacer{paces: paces, channels: map[chat.Channel]*rate.Limiter{}, chats: map[chat.Address]*chatPace{},
		pauses: map[chat.Channel]time.Time{}}
	for c, pace := range paces {
		if pace.PerSecond > 0 {
			p.channels[c] = rate.NewLimiter(rate.Limit(pace.PerSecond), max(1, int(pace.PerSecond/4)))
		}
	}
	return p
}

// PausedError means that nothing may leave there before Until: the platform asked to wait.
type PausedError struct{ Until time.Time }

func (e *PausedError) Error() string { return "the platform asked to wait" }

// Wait blocks until a message to that address may leave, or until ctx ends. It does not wait out a
// pause: that is a *PausedError, so that no worker is held by it.
func (p *Pacer) Wait(ctx context.Context, to chat.Address) error {
	if err := p.Paused(to); err != nil {
		return err
	}
	if limiter := p.chat(to); limiter != nil {
		if err := limiter.Wait(ctx); err != nil {
			return err
		}
	}
	if channel := p.channels[to.Channel]; channel != nil {
		if err := channel.Wait(ctx); err != nil {
			return err
		}
	}
	return p.Paused(to)
}

// leaves notes that a request to a chat is made now. What was only claimed and handed back does not
// count: it would look as if the chat had got too much.
func (p *Pacer) leaves(to chat.Address) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.chats[to]; c != nil {
		c.before, c.used = c.used, time.Now()
	}
}

// Paused is a *PausedError while the address or its whole channel is to be left alone, else nil.
func (p *Pacer) Paused(to chat.Address) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	until := p.pauses[to.Channel]
	if c := p.chats[to]; c != nil && c.paused.After(until) {
		until = c.paused
	}
	if time.Until(until) > 0 {
		return &PausedError{Until: until}
	}
	return nil
}

// Throttled takes a platform's request to wait for d. If this chat alone got more than one message
// within a second, only the chat pauses; otherwise the whole channel does. It reports which.
func (p *Pacer) Throttled(to chat.Address, d time.Duration) (wholeChannel bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	until := time.Now().Add(d)
	if c := p.chats[to]; c != nil && !c.before.IsZero() && c.used.Sub(c.before) < time.Second {
		if until.After(c.paused) {
			c.paused = until
		}
		return false
	}
	if until.After(p.pauses[to.Channel]) {
		p.pauses[to.Channel] = until
	}
	return true
}

// PauseChannel leaves a whole channel alone for d.
func (p *Pacer) PauseChannel(c chat.Channel, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d); until.After(p.pauses[c]) {
		p.pauses[c] = until
	}
}

func (p *Pacer) chat(to chat.Address) *rate.Limiter {
	if p.paces[to.Channel].PerChatSecond <= 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.entry(to).limiter
}

// entry finds or makes a chat's pace, and now and then forgets the chats that have been quiet for
// long enough to have their whole burst back.
func (p *Pacer) entry(to chat.Address) *chatPace {
	now := time.Now()
	if now.Sub(p.swept) > time.Minute {
		for a, c := range p.chats {
			if now.Sub(c.used) > time.Minute && now.After(c.paused) && c != p.chats[to] {
				delete(p.chats, a)
			}
		}
		p.swept = now
	}
	c := p.chats[to]
	if c == nil {
		pace := p.paces[to.Channel]
		c = &chatPace{used: now.Add(-time.Hour), limiter: rate.NewLimiter(rate.Limit(pace.PerChatSecond), max(1, pace.ChatBurst))}
		p.chats[to] = c
	}
	return c
}
