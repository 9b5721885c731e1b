package telegram

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"carebell/chat"
)

// Channel is one bot on Telegram. Send, Edit, Delete and AnswerTap may be called from any goroutine,
// also while Run does not run.
type Channel struct {
	cfg   Config
	inbox Inbox
	log   *slog.Logger
	http  *http.Client
	taps  *taps
	// pause waits for d or until ctx ends; the waiting between retries goes through it.
	pause func(ctx context.Context, d time.Duration)
}

// New makes a Channel. It opens no connection; the error names each setting that is wrong.
func New(cfg Config, inbox Inbox, log *slog.Logger) (*Channel, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Channel{cfg: cfg, inbox: inbox, log: log.With("channel", chat.Telegram), pause: pause}
	c.http = &http.Client{
		Transport: transport(),
		// The API never redirects, and a redirect would carry the token elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	c.taps = newTaps(cfg.Now, c.answerTap)
	return c, nil
}

// transport speaks HTTP/1.1 only: there a request that was never given a connection, or whose
// writing failed, cannot have been carried out. That is what an outcome's certainty rests on.
func transport() *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialer.DialContext,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConns:        64,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     90 * time.Second,
		Protocols:           protocols,
	}
}

// Name is chat.Telegram.
func (c *Channel) Name() chat.Channel { return chat.Telegram }

// Capabilities: buttons, edits, deletes and files; neither receipts nor an idempotency key.
func (c *Channel) Capabilities() chat.Capabilities {
	return chat.Capabilities{Buttons: true, Edits: true, Deletes: true, Files: true}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
