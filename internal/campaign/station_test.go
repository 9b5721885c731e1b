package campaign

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"
	"time"

	"carebell/chat"
)

// station is a platform without a network, for virtual time: what befalls a request is decided by the
// seed, the message and how often it was asked for, so that it does not depend on who comes first.
type station struct {
	seed uint64

	mu    sync.Mutex
	asked map[string]int
	calls map[string][]Call // by message
	to    map[string]string // whom a message went to
	block map[string]bool   // who has blocked the bot since hasBlocked was last asked
	gone  bool
	next  int
}

func newStation(seed uint64) *station {
	return &station{seed: seed, asked: map[string]int{}, calls: map[string][]Call{}, to: map[string]string{}, block: map[string]bool{}}
}

// goAway and comeBack end and begin the platform.
func (s *station) goAway(gone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = gone
}

// hasBlocked reports whether that person has blocked the bot, and unblocks it.
func (s *station) hasBlocked(person string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.block[person]
	delete(s.block, person)
	return was
}

// draw is a number below n that follows from the seed, the message, the try and a word.
func (s *station) draw(n uint64, key string, try int, word string) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, s.seed, key, try, word) // a hash takes everything
	return h.Sum64() % n
}

func (*station) Capabilities() chat.Capabilities                    { return chat.Capabilities{} }
func (*station) Split(m chat.Message) []chat.Message                { return []chat.Message{m} }
func (*station) Delete(context.Context, chat.Address, string) error { return nil }

func (*station) Edit(context.Context, chat.Address, string, chat.Message) error { return nil }

var (
	unreadable = &chat.SendError{Class: chat.Temporary, Uncertain: true, Code: 502, Detail: "the answer cannot be read"}
	refusedErr = &chat.SendError{Class: chat.Temporary, Detail: "connection refused"}
	blockedErr = &chat.SendError{Class: chat.RecipientPermanent, Reason: "blocked", Code: 403, Detail: "blocked"}
)

// Send carries one request out, or does something else to it.
func (s *station) Send(ctx context.Context, to chat.Address, part chat.Message, key string) (string, error) {
	id, _, _ := strings.Cut(key, ".")
	s.mu.Lock()
	try := s.asked[id]
	s.asked[id]++
	i := len(s.calls[id])
	s.calls[id] = append(s.calls[id], Call{At: time.Now(), Marked: strings.Contains(part.Text, repeatMark)})
	s.to[id] = to.ID
	s.next++
	name, gone := fmt.Sprint(s.next), s.gone
	s.mu.Unlock()
	arrive := func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.calls[id][i].Done = true
	}
	if gone {
		return "", refusedErr
	}
	// As long as a request takes. Databases know microseconds: between two of them virtual time would
	// stand still for an engine that waits for the next.
	select {
	case <-time.After(time.Duration(s.draw(2_000_000, id, try, "length")) * time.Microsecond):
	case <-ctx.Done():
		return "", unreadable
	}
	switch n := s.draw(1000, id, try, "fault"); {
	case n < 15:
		return "", unreadable
	case n < 40:
		arrive()
		return "", unreadable
	case n < 60:
		return "", refusedErr
	case n < 70:
		return "", &chat.SendError{Class: chat.Throttled, Code: 429, RetryAfter: time.Duration(1+s.draw(30, id, try, "wait")) * time.Second}
	case n < 85: // it hangs; whether it was carried out, nobody can tell
		if n < 78 {
			arrive()
		}
		<-ctx.Done()
		return "", unreadable
	case n < 87:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.block[to.ID] = true
		return "", blockedErr
	}
	arrive()
	return name, nil
}
