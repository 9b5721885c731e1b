package postgres

import (
	"sync"
	"time"
)

// doubts are the tokens of claims whose commit nobody heard of: the database may hold rows under them
// for this process, and no worker knows. Nothing was sent under such a token, and nothing will be.
type doubts struct {
	mu    sync.Mutex
	until map[string]time.Time // when its lease has ended, by this machine's clock
}

// add remembers the tokens of a claim that failed.
func (d *doubts) add(tokens []string, lease time.Duration) {
	if len(tokens) == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.until == nil {
		d.until = map[string]time.Time{}
	}
	for _, t := range tokens {
		d.until[t] = time.Now().Add(lease)
	}
}

// tokens lists those whose leases may still run. A commit can be carried out long after its client has
// given up, so they are asked about until then.
func (d *doubts) tokens() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := []string{}
	for t, until := range d.until {
		if time.Now().After(until) {
			delete(d.until, t)
			continue
		}
		out = append(out, t)
	}
	return out
}
