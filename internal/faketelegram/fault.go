package faketelegram

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Call is a request that arrived, before anything was done about it.
type Call struct {
	Method string
	Chat   int64
	Params url.Values
	// N counts the calls of this method, from 1.
	N int
}

// Fault is what happens to one request instead of the usual. The zero value is none.
type Fault struct {
	// Name is written into the ledger.
	Name string
	// Deliver carries the request out before the fault is played.
	Deliver bool

	kind       faultKind
	code       int
	body       string
	retryAfter time.Duration
	migrateTo  int64
}

type faultKind int

const (
	passThrough faultKind = iota
	apiError
	rawBody
	reset
	hang
	truncate
)

// Answer makes the API answer with that error; the request is not carried out.
func Answer(code int, description string) Fault {
	return Fault{Name: fmt.Sprintf("%d", code), kind: apiError, code: code, body: description}
}

// TooMany is a 429 that asks to wait. The API counts in whole seconds.
func TooMany(wait time.Duration) Fault {
	seconds := int((wait + time.Second - 1) / time.Second)
	f := Answer(http.StatusTooManyRequests, fmt.Sprintf("Too Many Requests: retry after %d", seconds))
	f.retryAfter = time.Duration(seconds) * time.Second
	return f
}

// Migrate says that the chat has another id now.
func Migrate(to int64) Fault {
	f := Answer(http.StatusBadRequest, "Bad Request: group chat was upgraded to a supergroup chat")
	f.migrateTo = to
	return f
}

// Body answers with a body of somebody in between: a proxy's HTML page, or nonsense.
func Body(code int, body string) Fault {
	return Fault{Name: "body", kind: rawBody, code: code, body: body}
}

// ResetBefore cuts the connection and carries nothing out; ResetAfter carries it out first.
func ResetBefore() Fault { return Fault{Name: "reset before", kind: reset} }

// ResetAfter carries the request out, then cuts the connection without an answer.
func ResetAfter() Fault { return Fault{Name: "reset after", kind: reset, Deliver: true} }

// HangBefore never answers and carries nothing out. It ends when the client leaves or the server closes.
func HangBefore() Fault { return Fault{Name: "hang before", kind: hang} }

// HangAfter carries the request out but never answers.
func HangAfter() Fault { return Fault{Name: "hang after", kind: hang, Deliver: true} }

// Truncate carries the request out and sends half of the answer.
func Truncate() Fault { return Fault{Name: "truncated", kind: truncate, Deliver: true} }

// After is the same fault, played once the request has been carried out.
func (f Fault) After() Fault {
	f.Deliver = true
	f.Name += " after delivery"
	return f
}

// Faults installs f to choose the fault of every request from now on; nil ends it. f is called once
// for each request, one at a time, and must not call the Server.
func (s *Server) Faults(f func(Call) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// Once plays the faults for the next calls of that method, one each, before Faults is asked.
func (s *Server) Once(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.once[method] = append(s.once[method], faults...)
}

func (s *Server) faultLocked(c Call) Fault {
	if queue := s.once[c.Method]; len(queue) > 0 {
		s.once[c.Method] = queue[1:]
		return queue[0]
	}
	if s.faults != nil {
		return s.faults(c)
	}
	return Fault{}
}
