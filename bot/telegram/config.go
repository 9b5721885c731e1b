package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"carebell/chat"
)

// DefaultEndpoint is Telegram's own server; the two %s are token and method.
const DefaultEndpoint = "https://api.telegram.org/bot%s/%s"

// Config is what a Channel needs to know. Durations of 0 stand for their default.
type Config struct {
	// Token of the bot, from @BotFather. It must be given.
	Token string
	// Endpoint with %s for the token and %s for the method. Default DefaultEndpoint.
	Endpoint string
	// HTTPTimeout is the longest that one request may take. Default 30 s.
	HTTPTimeout time.Duration
	// PollTimeout is how long the server may hold a poll open, in whole seconds, at most 50 s. Default 50 s.
	PollTimeout time.Duration
	// Commands is the bot's menu by language (BCP 47; "" for all other languages).
	Commands map[string][]Command
	// Now is the clock; default time.Now.
	Now func() time.Time
}

// Command is one line of the menu: the name without its slash, and what it does.
type Command struct {
	Name        string
	Description string
}

// Inbox is where updates go.
type Inbox interface {
	// Receive returns nil only when the update is durable. The same ID twice is one update.
	Receive(ctx context.Context, u chat.Update) error
	// Quarantine keeps an update that could not be read; nil means that it is durable. It may come
	// more than once with the same id.
	Quarantine(ctx context.Context, channel chat.Channel, id string, raw []byte, reason string) error
}

// ErrRefused is wrapped by the error of Run when Telegram does not accept the token. Trying again
// is of no use before the setting is changed.
var ErrRefused = errors.New("telegram refuses the token")

func (c Config) withDefaults() (Config, error) {
	if c.Endpoint == "" {
		c.Endpoint = DefaultEndpoint
	}
	if c.HTTPTimeout == 0 {
		c.HTTPTimeout = 30 * time.Second
	}
	if c.PollTimeout == 0 {
		c.PollTimeout = 50 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	var faults []error
	if c.Token == "" || strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("/?#%", r) }) {
		faults = append(faults, errors.New("CAREBELL_TELEGRAM_TOKEN: expected the token from @BotFather such as 123456:AbC-dEf (its value is not shown)"))
	}
	if strings.Count(c.Endpoint, "%s") != 2 || strings.Count(c.Endpoint, "%") != 2 {
		faults = append(faults, errors.New("CAREBELL_TELEGRAM_ENDPOINT: expected an address with %s for the token and %s for the method, such as "+DefaultEndpoint))
	} else if u, err := url.Parse(fmt.Sprintf(c.Endpoint, "t", "m")); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		faults = append(faults, errors.New("CAREBELL_TELEGRAM_ENDPOINT: expected http:// or https:// and a host"))
	}
	if c.HTTPTimeout < 0 {
		faults = append(faults, fmt.Errorf("telegram HTTP timeout: expected more than 0, found %v", c.HTTPTimeout))
	}
	if c.PollTimeout < time.Second || c.PollTimeout > 50*time.Second {
		faults = append(faults, fmt.Errorf("telegram poll timeout: expected 1s to 50s, found %v", c.PollTimeout))
	}
	return c, errors.Join(faults...)
}
