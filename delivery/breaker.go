package delivery

import (
	"errors"
	"time"

	"carebell/chat"

	"github.com/sony/gobreaker/v2"
)

// A channel's breaker opens when its platform fails again and again, so that a platform that is down
// is asked now and then by few instead of all the time by everybody. What a platform refuses (429,
// 403, 400, a wrong token) is an answer of a platform that works: it counts neither way.
const (
	tripConsecutive = 5  // failures one after the other
	tripMinimum     = 20 // or half of at least so many requests within the window
	tripWindow      = 30 * time.Second
	probes          = 2 // requests that may try a half-open channel, and must succeed to close it
)

// breakers holds one breaker for each channel.
type breakers struct {
	all map[chat.Channel]*gobreaker.TwoStepCircuitBreaker[struct{}]
}

func newBreakers(channels map[chat.Channel]Sender, rest time.Duration, changed func(c chat.Channel, open float64)) *breakers {
	b := &breakers{all: map[chat.Channel]*gobreaker.TwoStepCircuitBreaker[struct{}]{}}
	for c := range channels {
		changed(c, float64(gobreaker.StateClosed))
		b.all[c] = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
			Name: string(c), MaxRequests: probes, Interval: tripWindow, BucketPeriod: tripWindow / 10, Timeout: rest,
			ReadyToTrip: func(n gobreaker.Counts) bool {
				asked := n.Requests - n.TotalExclusions
				return n.ConsecutiveFailures >= tripConsecutive || asked >= tripMinimum && 2*n.TotalFailures >= asked
			},
			IsExcluded:    excluded,
			OnStateChange: func(_ string, _, to gobreaker.State) { changed(c, float64(to)) },
		})
	}
	return b
}

// excluded: the answer says nothing about whether the platform works.
func excluded(err error) bool {
	refused := (*chat.SendError)(nil)
	return errors.As(err, &refused) && refused.Class != chat.Temporary
}

// allow asks for leave to make one request. done takes what became of it and reports whether that
// opened the breaker. ok is false while the channel rests.
func (b *breakers) allow(c chat.Channel) (done func(error) (opened bool), ok bool) {
	breaker := b.all[c]
	took, err := breaker.Allow()
	if err != nil {
		return nil, false
	}
	return func(outcome error) bool {
		before := breaker.State()
		took(outcome)
		return before != gobreaker.StateOpen && breaker.State() == gobreaker.StateOpen
	}, true
}

// open reports whether a channel rests.
func (b *breakers) open(c chat.Channel) bool {
	breaker, ok := b.all[c]
	return ok && breaker.State() == gobreaker.StateOpen
}

// Resting lists the channels whose platform fails and is given a rest, for an operator.
func (e *Engine) Resting() []chat.Channel {
	var out []chat.Channel
	for c := range e.senders {
		if e.breakers.open(c) {
			out = append(out, c)
		}
	}
	return out
}
