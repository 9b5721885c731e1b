package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"carebell/chat"
)

// allowedUpdates are the kinds that carebell asks for; Telegram remembers them.
const allowedUpdates = `["message","edited_message","callback_query","my_chat_member"]`

const (
	firstWait = 500 * time.Millisecond
	longWait  = 30 * time.Second
	// emptyPoll is the least time between polls that bring nothing: a server that does not hold
	// polls open must not be asked in a circle.
	emptyPoll = 200 * time.Millisecond
)

// Run receives updates until ctx ends, and then returns nil. It returns early only when an operator
// must act: the error wraps ErrRefused and names the setting. Network faults, a second poller and an
// inbox that cannot store are waited out.
func (c *Channel) Run(ctx context.Context) error {
	c.taps.open()
	ctx, cancel := context.WithCancel(ctx)
	var menu sync.WaitGroup
	menu.Go(func() { c.publishMenu(ctx) })
	err := c.receive(ctx)
	cancel()
	menu.Wait()
	c.taps.close()
	c.http.CloseIdleConnections()
	return err
}

func (c *Channel) receive(ctx context.Context) error {
	var offset int64
	var trouble backoff
	for ctx.Err() == nil {
		began := c.cfg.Now()
		updates, err := c.updates(ctx, offset)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			if err := c.refused(err); err != nil {
				c.log.Error("telegram is switched off", "err", err)
				return err
			}
			c.waitOut(ctx, &trouble, err)
			continue
		}
		next, err := c.takeIn(ctx, updates, offset)
		moved := next > offset
		offset = next
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			c.log.Error("updates cannot be stored; they stay with telegram", "err", err)
			c.pause(ctx, trouble.next())
		case len(updates) > 0 && !moved: // nothing in it has an id: it would come again at once
			c.pause(ctx, trouble.next())
		default:
			trouble.over(c)
			if len(updates) == 0 && c.cfg.Now().Sub(began) < emptyPoll {
				c.pause(ctx, emptyPoll)
			}
		}
	}
	return nil
}

// updates asks for what comes from offset on. Asking confirms all below it.
func (c *Channel) updates(ctx context.Context, offset int64) ([]json.RawMessage, error) {
	var updates []json.RawMessage
	err := c.call(ctx, c.cfg.PollTimeout+c.cfg.HTTPTimeout, "getUpdates", tgbotapi.Params{
		"offset":          strconv.FormatInt(offset, 10),
		"timeout":         strconv.Itoa(int(c.cfg.PollTimeout / time.Second)),
		"allowed_updates": allowedUpdates,
	}, &updates)
	return updates, err
}

// refused is the error with which the channel stops, nil while it makes sense to go on.
func (c *Channel) refused(err error) error {
	var ce *callError
	if !errors.As(err, &ce) {
		return nil
	}
	switch {
	case ce.status == http.StatusUnauthorized && ce.api:
		return fmt.Errorf("CAREBELL_TELEGRAM_TOKEN: %w (401): it is wrong or was revoked; get a valid one from @BotFather", ErrRefused)
	case ce.status == http.StatusNotFound && ce.api:
		return fmt.Errorf("CAREBELL_TELEGRAM_TOKEN: %w (404): it is malformed, or CAREBELL_TELEGRAM_ENDPOINT does not lead to a Bot API server", ErrRefused)
	}
	return nil
}

// waitOut answers a failed poll: it takes a forgotten webhook away, and waits.
func (c *Channel) waitOut(ctx context.Context, trouble *backoff, err error) {
	var ce *callError
	if !errors.As(err, &ce) {
		ce = &callError{method: "getUpdates", description: "unknown fault"}
	}
	wait := trouble.next()
	switch {
	case ce.status == http.StatusConflict && strings.Contains(ce.description, "webhook is active"):
		c.log.Warn("a webhook is set for this bot; it is taken away, because carebell polls", "attempt", trouble.failures)
		if err := c.call(ctx, c.cfg.HTTPTimeout, "deleteWebhook", nil, nil); err != nil && ctx.Err() == nil {
			c.log.Warn("the webhook could not be taken away", "err", err)
		} else if trouble.failures == 1 {
			return // at once, but only once: two deployments must not chase each other
		}
	case ce.status == http.StatusConflict:
		c.log.Warn("another program polls with this bot's token; standing by", "attempt", trouble.failures, "wait", wait, "err", ce)
	case ce.retryAfter > 0:
		wait = max(wait, ce.retryAfter)
		c.log.Warn("telegram asks to wait", "wait", wait)
	default:
		c.log.Warn("telegram cannot be polled", "attempt", trouble.failures, "wait", wait, "err", ce)
	}
	c.pause(ctx, wait)
}

// takeIn makes each update durable, in order, and gives the offset that confirms those that are.
func (c *Channel) takeIn(ctx context.Context, updates []json.RawMessage, offset int64) (int64, error) {
	for _, raw := range updates {
		d := decode(raw, c.cfg.Now())
		if d.tapID != "" {
			c.taps.arrived(d.tapID)
		}
		if err := c.store(ctx, raw, d); err != nil {
			return offset, err
		}
		if d.hasID {
			offset = max(offset, d.id+1)
		}
	}
	return offset, nil
}

func (c *Channel) store(ctx context.Context, raw json.RawMessage, d decoded) error {
	switch {
	case d.ignored != "":
		c.log.Debug("update ignored", "update_id", d.id, "reason", d.ignored)
		if d.tapID != "" {
			c.taps.settle(d.tapID, "")
		}
		return nil
	case d.unreadable != "":
		c.log.Warn("update goes to quarantine", "update_id", d.id, "reason", d.unreadable)
		if d.tapID != "" {
			c.taps.settle(d.tapID, "")
		}
		return c.inbox.Quarantine(ctx, chat.Telegram, d.key(raw), raw, d.unreadable)
	}
	return c.inbox.Receive(ctx, d.update)
}

// backoff counts failures in a row; its waits double up to half a minute, a quarter more or less.
type backoff struct{ failures int }

func (b *backoff) next() time.Duration {
	b.failures++
	wait := longWait
	if b.failures <= 6 {
		wait = min(firstWait<<(b.failures-1), longWait)
	}
	return time.Duration(float64(wait) * (0.75 + rand.Float64()/2)) // #nosec G404 -- spreading retries needs no secret
}

// over ends the trouble, and says so if there was any.
func (b *backoff) over(c *Channel) {
	if b.failures > 0 {
		c.log.Info("telegram is polled again", "attempt", b.failures)
	}
	b.failures = 0
}
