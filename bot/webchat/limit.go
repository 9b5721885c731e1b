package webchat

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxLimited is how many people's rates are remembered at once.
const maxLimited = 4096

// limits is one token bucket per person, bounded.
type limits struct {
	rate  rate.Limit
	burst int
	now   func() time.Time

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

func newLimits(perSecond float64, burst int, now func() time.Time) *limits {
	return &limits{rate: rate.Limit(perSecond), burst: burst, now: now, buckets: make(map[string]*rate.Limiter)}
}

// allow takes a token of the person's. Without one it says how long to wait.
func (l *limits) allow(person string) (time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	b := l.buckets[person]
	if b == nil {
		if len(l.buckets) >= maxLimited {
			l.forget(now)
		}
		if len(l.buckets) >= maxLimited {
			return time.Second, false
		}
		b = rate.NewLimiter(l.rate, l.burst)
		l.buckets[person] = b
	}
	r := b.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
		return wait, false
	}
	return 0, true
}

// forget drops the full buckets: a full bucket and none are the same.
func (l *limits) forget(now time.Time) {
	for person, b := range l.buckets {
		if b.TokensAt(now) >= float64(l.burst) {
			delete(l.buckets, person)
		}
	}
}
