package faketelegram

import (
	"context"
	"net/url"
	"time"
)

// Entry is one request that arrived whole, and what was answered.
type Entry struct {
	// Seq counts from 1 in the order of arrival.
	Seq    int       `json:"seq"`
	At     time.Time `json:"at"`
	Method string    `json:"method"`
	// Chat is the chat_id as a number, 0 where there is none.
	Chat int64 `json:"chat,omitempty"`
	// MessageID is the message that was made, edited or deleted, 0 where there is none.
	MessageID int `json:"message_id,omitempty"`
	// Text is what the person sees: after the entities were parsed.
	Text string `json:"text,omitempty"`
	// Buttons are the inline keyboard's labels, row by row.
	Buttons [][]string `json:"buttons,omitempty"`
	// File is what was uploaded with it; nil: nothing.
	File *File `json:"file,omitempty"`
	// Params are the request's parameters as they came.
	Params url.Values `json:"params,omitempty"`
	// Done tells whether it was carried out; a send that is Done is on the person's screen.
	Done bool `json:"done"`
	// Code is the HTTP status that was decided, 0 when a fault gave no answer. It says nothing about
	// whether the client lived to read it.
	Code int `json:"code"`
	// Description is the error text that was answered.
	Description string `json:"description,omitempty"`
	// RetryAfter is the wait that was asked for with a 429.
	RetryAfter time.Duration `json:"retry_after,omitempty"`
	// Early is set when it came before a wait that was asked for earlier was over.
	Early bool `json:"early,omitempty"`
	// Fault names the fault that was played, "" for none.
	Fault string `json:"fault,omitempty"`
}

// Ledger is what arrived so far, in order. It is a view: do not change it.
type Ledger []Entry

// Of is the entries of one method.
func (l Ledger) Of(method string) Ledger {
	var out Ledger
	for _, e := range l {
		if e.Method == method {
			out = append(out, e)
		}
	}
	return out
}

// Sent is the messages that were carried out, files too: what the platform's people got.
func (l Ledger) Sent() Ledger {
	var out Ledger
	for _, e := range l {
		if isSend(e.Method) && e.Done {
			out = append(out, e)
		}
	}
	return out
}

// Ledger is all that arrived so far.
func (s *Server) Ledger() Ledger {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ledgerLocked()
}

func (s *Server) ledgerLocked() Ledger { return s.ledger[:len(s.ledger):len(s.ledger)] }

// WaitFor returns the ledger as soon as until holds for it. When ctx ends first it returns what had
// arrived, and the context's error. until is called again after each request and each change.
func (s *Server) WaitFor(ctx context.Context, until func(Ledger) bool) (Ledger, error) {
	for {
		s.mu.Lock()
		l, changed := s.ledgerLocked(), s.changed
		s.mu.Unlock()
		if until(l) {
			return l, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return l, ctx.Err()
		}
	}
}

// wakeLocked lets everything that waits look again.
func (s *Server) wakeLocked() {
	close(s.changed)
	s.changed = make(chan struct{})
}
