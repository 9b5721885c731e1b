package webchat

import (
	"errors"
	"sync"
)

// hub knows which streams are open and wakes them. It holds no message: a woken stream reads the
// transcript.
type hub struct {
	max, maxEach int

	mu      sync.Mutex
	streams map[string][]*stream // by person, oldest first
	count   int
	closed  bool
	// answered are the last taps that were answered, in a ring, for a tap is answered once.
	answered map[string]bool
	ring     [1024]string
	next     int
}

type toastEvent struct {
	Tap  string `json:"tap"`
	Text string `json:"text"`
}

// stream is one open page's end of the hub.
type stream struct {
	person string
	wakes  chan struct{}   // holds one: any number of changes is one reason to look
	toasts chan toastEvent // a page that does not read loses toasts, never messages
	// ended is closed when the stream must end; elsewhere then says why (a newer page took its
	// place), and is written before.
	ended     chan struct{}
	elsewhere bool
}

var (
	errFull   = errors.New("too many open streams")
	errClosed = errors.New("shutting down")
)

func newHub(most, mostEach int) *hub {
	return &hub{max: most, maxEach: mostEach, streams: make(map[string][]*stream), answered: make(map[string]bool)}
}

func (h *hub) join(person string) (*stream, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, errClosed
	}
	if mine := h.streams[person]; len(mine) >= h.maxEach {
		mine[0].elsewhere = true
		h.drop(mine[0])
	}
	if h.count >= h.max {
		return nil, errFull
	}
	s := &stream{
		person: person, wakes: make(chan struct{}, 1),
		toasts: make(chan toastEvent, 8), ended: make(chan struct{}),
	}
	h.streams[person] = append(h.streams[person], s)
	h.count++
	return s, nil
}

func (h *hub) leave(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(s)
}

// drop ends s if it is still open. The caller holds the lock.
func (h *hub) drop(s *stream) {
	mine := h.streams[s.person]
	for i, other := range mine {
		if other != s {
			continue
		}
		rest := append(mine[:i:i], mine[i+1:]...)
		if len(rest) == 0 {
			delete(h.streams, s.person)
		} else {
			h.streams[s.person] = rest
		}
		h.count--
		close(s.ended)
		return
	}
}

func (h *hub) wake(person string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.streams[person] {
		select {
		case s.wakes <- struct{}{}:
		default:
		}
	}
}

func (h *hub) toast(person string, t toastEvent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.answered[t.Tap] {
		return
	}
	delete(h.answered, h.ring[h.next])
	h.answered[t.Tap], h.ring[h.next] = true, t.Tap
	h.next = (h.next + 1) % len(h.ring)
	for _, s := range h.streams[person] {
		select {
		case s.toasts <- t:
		default:
		}
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, mine := range h.streams {
		for _, s := range mine {
			h.drop(s)
		}
	}
}
