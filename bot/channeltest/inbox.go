package channeltest

import (
	"context"
	"errors"
	"sync"

	"carebell/chat"
)

// Inbox keeps in memory what a channel hands inwards. Like a real one it takes the same update once.
// Its methods may be called from any goroutine. The zero value is ready.
type Inbox struct {
	mu          sync.Mutex
	changed     chan struct{}
	updates     []chat.Update
	seen        map[string]bool
	repeats     int
	quarantined []Quarantined
	receipts    []chat.Receipt
	failures    int
}

// Quarantined is one update that a channel could not read.
type Quarantined struct {
	Channel chat.Channel
	ID      string
	Raw     []byte
	Reason  string
}

// ErrUnavailable is what an Inbox answers while Fail makes it fail.
var ErrUnavailable = errors.New("inbox is unavailable")

// Receive keeps u, unless an update with its ID is there already.
func (in *Inbox) Receive(ctx context.Context, u chat.Update) error {
	return in.take(ctx, func() {
		if in.seen[u.ID] {
			in.repeats++
			return
		}
		in.seen[u.ID] = true
		in.updates = append(in.updates, u)
	})
}

// Quarantine keeps what could not be decoded, with its reason.
func (in *Inbox) Quarantine(ctx context.Context, channel chat.Channel, id string, raw []byte, reason string) error {
	return in.take(ctx, func() {
		in.quarantined = append(in.quarantined, Quarantined{channel, id, append([]byte(nil), raw...), reason})
	})
}

// Receipt keeps what a platform told about a sent message.
func (in *Inbox) Receipt(ctx context.Context, r chat.Receipt) error {
	return in.take(ctx, func() { in.receipts = append(in.receipts, r) })
}

// Forget empties the inbox; what was there before is still known as seen.
func (in *Inbox) Forget() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.updates, in.quarantined, in.receipts, in.repeats = nil, nil, nil, 0
}

// Fail makes the next n calls fail with ErrUnavailable.
func (in *Inbox) Fail(n int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.failures = n
}

func (in *Inbox) take(ctx context.Context, keep func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.seen == nil {
		in.seen = make(map[string]bool)
	}
	if in.failures > 0 {
		in.failures--
		in.wake()
		return ErrUnavailable
	}
	keep()
	in.wake()
	return nil
}

func (in *Inbox) wake() {
	if in.changed != nil {
		close(in.changed)
		in.changed = nil
	}
}

// Contents is a copy of what an Inbox holds, in the order of arrival.
type Contents struct {
	Updates     []chat.Update
	Quarantined []Quarantined
	Receipts    []chat.Receipt
	// Repeats counts updates that came again and were taken once.
	Repeats int
	// FailuresLeft counts the failures that Fail asked for and that are still to come.
	FailuresLeft int
}

// Wait returns the contents as soon as until holds for them; when ctx ends first it returns what is
// there then, and the context's error.
func (in *Inbox) Wait(ctx context.Context, until func(Contents) bool) (Contents, error) {
	for {
		in.mu.Lock()
		c := Contents{
			Updates:      append([]chat.Update(nil), in.updates...),
			Quarantined:  append([]Quarantined(nil), in.quarantined...),
			Receipts:     append([]chat.Receipt(nil), in.receipts...),
			Repeats:      in.repeats,
			FailuresLeft: in.failures,
		}
		if in.changed == nil {
			in.changed = make(chan struct{})
		}
		changed := in.changed
		in.mu.Unlock()
		if until(c) {
			return c, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return c, ctx.Err()
		}
	}
}
