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
	swept    time.Time
}

type chatPace struct {
	limiter *rate.Limiter
	used    time.Time
	paused  time.Time
}

// NewPacer returns a pacer for those channels; a channel that is not named is not held back.
func NewPacer(paces map[chat.Channel]Pace) *Pacer {
	p := &Pacer{paces: paces, channels: map[chat.Channel]*rate.Limiter{}, chats: map[chat.Address]*chatPace{}}
	for c, pace := range paces {
		if pace.PerSecond > 0 {
			p.channels[c] = rate.NewLimiter(rate.Limit(pace.PerSecond), max(1, int(pace.PerSecond/4)))
		}
	}
	return p
}

// Wait blocks until a message to that address may leave, or until ctx ends.
func (p *Pacer) Wait(ctx context.Context, to chat.Address) error {
	chatLimit, paused := p.chat(to)
	if wait := time.Until(paused); wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if chatLimit != nil {
		if err := chatLimit.Wait(ctx); err != nil {
			return err
		}
	}
	if channel := p.channels[to.Channel]; channel != nil {
		return channel.Wait(ctx)
	}
	return ctx.Err()
}

// PauseChat holds one chat back for d: the platform said that this chat alone is too fast.
func (p *Pacer) PauseChat(to chat.Address, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.entry(to)
	if until := time.Now().Add(d); until.After(c.paused) {
		c.paused = until
	}
}

func (p *Pacer) chat(to chat.Address) (*rate.Limiter, time.Time) {
	if p.paces[to.Channel].PerChatSecond <= 0 {
		return nil, time.Time{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.entry(to)
	return c.limiter, c.paused
}

// entry finds or makes a chat's pace, and now and then forgets the chats that have been quiet for
// long enough to have their whole burst back.
func (p *Pacer) entry(to chat.Address) *chatPace {
	now := time.Now()
	if now.Sub(p.swept) > time.Minute {
		for a, c := range p.chats {
			if now.Sub(c.used) > time.Minute && now.After(c.paused) {
				delete(p.chats, a)
			}
		}
		p.swept = now
	}
	c := p.chats[to]
	if c == nil {
		pace := p.paces[to.Channel]
		limit := rate.Limit(pace.PerChatSecond)
		if pace.PerChatSecond <= 0 {
			limit = rate.Inf
		}
		c = &chatPace{limiter: rate.NewLimiter(limit, max(1, pace.ChatBurst))}
		p.chats[to] = c
	}
	c.used = now
	return c
}
