package delivery

import (
	"math/rand/v2"
	"time"
)

// Policy is when to try again and when to stop. The zero value of a field is its default.
type Policy struct {
	// FirstRetry and MaxRetry bound the exponential backoff (defaults 1 s and 60 s).
	FirstRetry, MaxRetry time.Duration
	// RepeatAfter is how long an unknown outcome is given to settle by itself (default 10 s).
	RepeatAfter time.Duration
	// OnTime is the lateness up to which a message goes without a word about it (default 5 min).
	OnTime time.Duration
	// MaxCopies is the most copies of one part that may arrive (default 2).
	MaxCopies int
	// ConfigurationPause is how long a channel rests after an error that an operator must mend
	// (default 60 s), so that a new token or endpoint is noticed without a restart.
	ConfigurationPause time.Duration
	// BreakerRest is how long a channel whose platform fails is left alone before it is tried again
	// (default 5 s).
	BreakerRest time.Duration
}

func (p Policy) withDefaults() Policy {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&p.FirstRetry, time.Second)
	def(&p.MaxRetry, time.Minute)
	def(&p.RepeatAfter, 10*time.Second)
	def(&p.OnTime, 5*time.Minute)
	def(&p.ConfigurationPause, time.Minute)
	def(&p.BreakerRest, 5*time.Second)
	if p.MaxCopies == 0 {
		p.MaxCopies = 2
	}
	return p
}

// backoff is the wait before the next attempt: doubling, with up to a quarter of jitter upwards so
// that what failed together does not return together.
func (p Policy) backoff(attempts int) time.Duration {
	d := p.FirstRetry << min(max(attempts-1, 0), 16)
	if d > p.MaxRetry || d <= 0 {
		d = p.MaxRetry
	}
	return d + rand.N(d/4+1) // #nosec G404 -- spreading load needs no secret
}

// Window is the most that one occurrence may be late: the template's maximum, and never past half
// the way to the next occurrence (next zero: there is none).
func Window(maximum time.Duration, due, next time.Time) time.Duration {
	if next.IsZero() {
		return maximum
	}
	return min(maximum, next.Sub(due)/2)
}
