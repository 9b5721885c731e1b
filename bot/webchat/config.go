package webchat

import (
	"fmt"
	"time"

	"carebell/chat"
)

// Config tunes a Channel. The zero value of every field means its default.
type Config struct {
	// AllowHost says which Host headers are answered; any other gets 403. It gets the name without
	// the port. Default: loopback names only, which is what keeps a hostile page from reaching the
	// chat by DNS rebinding while there is no login.
	AllowHost func(host string) bool
	// MaxText is the most characters of one typed message. Default and upper bound: chat.MaxText.
	MaxText int
	// MaxPart is the most characters of one message to the page; Split cuts longer ones. Default 16000.
	MaxPart int
	// MaxStreams is the most open event streams of all people together. Default 512.
	MaxStreams int
	// MaxStreamsPerPerson is the most open event streams of one person; a further one ends the
	// oldest. Default 4: browsers hold at most six connections to one server.
	MaxStreamsPerPerson int
	// Rate is how many requests a second one person may go on making. Default 5.
	Rate float64
	// Burst is how many requests one person may make at once. Default 30.
	Burst int
	// Recent is how many of the last messages a newly opened page gets. Default 100.
	Recent int
	// Heartbeat is how often a quiet stream says that it is alive and looks for changes that
	// another process made. Default 15 s.
	Heartbeat time.Duration
	// WriteTimeout ends a stream whose reader does not read. Default 10 s.
	WriteTimeout time.Duration
	// SaveTimeout is the longest that one request waits for the database. Default 5 s.
	SaveTimeout time.Duration
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

func (c Config) withDefaults() (Config, error) {
	for _, f := range []struct {
		name  string
		value *int
		def   int
	}{
		{"MaxText", &c.MaxText, chat.MaxText},
		{"MaxPart", &c.MaxPart, 16000},
		{"MaxStreams", &c.MaxStreams, 512},
		{"MaxStreamsPerPerson", &c.MaxStreamsPerPerson, 4},
		{"Burst", &c.Burst, 30},
		{"Recent", &c.Recent, 100},
	} {
		if *f.value == 0 {
			*f.value = f.def
		}
		if *f.value < 0 {
			return c, fmt.Errorf("webchat: %s is %d, expected more than 0", f.name, *f.value)
		}
	}
	for _, f := range []struct {
		name  string
		value *time.Duration
		def   time.Duration
	}{
		{"Heartbeat", &c.Heartbeat, 15 * time.Second},
		{"WriteTimeout", &c.WriteTimeout, 10 * time.Second},
		{"SaveTimeout", &c.SaveTimeout, 5 * time.Second},
	} {
		if *f.value == 0 {
			*f.value = f.def
		}
		if *f.value < 0 {
			return c, fmt.Errorf("webchat: %s is %s, expected more than 0", f.name, *f.value)
		}
	}
	if c.MaxText > chat.MaxText {
		return c, fmt.Errorf("webchat: MaxText is %d, expected at most %d", c.MaxText, chat.MaxText)
	}
	if c.Rate == 0 {
		c.Rate = 5
	}
	if c.Rate < 0 {
		return c, fmt.Errorf("webchat: Rate is %g, expected more than 0", c.Rate)
	}
	if c.AllowHost == nil {
		c.AllowHost = loopback
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c, nil
}
