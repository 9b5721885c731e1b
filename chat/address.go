package chat

import (
	"fmt"
	"strings"
)

// Channel names a messaging platform. It is the first half of every Address.
type Channel string

// The channels that an Address can live on.
const (
	Telegram Channel = "telegram"
	WhatsApp Channel = "whatsapp"
	WebChat  Channel = "webchat"
)

// Address is one place where one person can be written to: a channel and that platform's own id
// for the private chat (Telegram's chat id in decimal, an E.164 number, a web chat's visitor id).
type Address struct {
	Channel Channel `json:"channel"`
	ID      string  `json:"id"`
}

// String is the form "telegram:123". It contains a personal identifier: never log it.
func (a Address) String() string { return string(a.Channel) + ":" + a.ID }

// IsZero reports whether no address is given.
func (a Address) IsZero() bool { return a == Address{} }

// ParseAddress reads the form that String writes. The error says what was expected.
func ParseAddress(s string) (Address, error) {
	channel, id, ok := strings.Cut(strings.TrimSpace(s), ":")
	if !ok || id == "" {
		return Address{}, fmt.Errorf("expected channel:id such as telegram:123")
	}
	switch c := Channel(channel); c {
	case Telegram, WhatsApp, WebChat:
		return Address{Channel: c, ID: id}, nil
	}
	return Address{}, fmt.Errorf("expected a channel of telegram, whatsapp, webchat, found %q", channel)
}
