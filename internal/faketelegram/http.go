package faketelegram

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// apiFault is an answer with ok false.
type apiFault struct {
	code       int
	text       string
	retryAfter time.Duration
	migrateTo  int64
	chat       int64 // whom a retryAfter is for; 0 is the whole bot
}

func (e *apiFault) Error() string { return e.text }

func badRequest(format string, args ...any) *apiFault {
	return &apiFault{code: http.StatusBadRequest, text: "Bad Request: " + fmt.Sprintf(format, args...)}
}

func forbidden(text string) *apiFault {
	return &apiFault{code: http.StatusForbidden, text: "Forbidden: " + text}
}

// ServeHTTP takes /bot<token>/<method> with parameters in the query, a form or JSON.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token, method, ok := path(r.URL.Path)
	if !ok {
		answer(w, nil, &apiFault{code: http.StatusNotFound, text: "Not Found"})
		return
	}
	params, file, err := parameters(r)
	if err != nil {
		return // the client left in the middle: nothing arrived
	}
	if token != s.cfg.Token {
		answer(w, nil, wrongToken(token))
		return
	}
	if method == "getupdates" {
		s.poll(w, r, params)
		return
	}
	s.serveCall(w, r, method, params, file)
}

func path(p string) (token, method string, ok bool) {
	rest, ok := strings.CutPrefix(p, "/bot")
	if !ok {
		return "", "", false
	}
	token, method, ok = strings.Cut(rest, "/")
	return token, strings.ToLower(method), ok && token != "" && !strings.Contains(method, "/")
}

// wrongToken is 401 for one that could be a token and 404 for one that could not.
func wrongToken(token string) *apiFault {
	id, secret, ok := strings.Cut(token, ":")
	if _, err := strconv.ParseInt(id, 10, 64); err != nil || !ok || secret == "" {
		return &apiFault{code: http.StatusNotFound, text: "Not Found"}
	}
	return &apiFault{code: http.StatusUnauthorized, text: "Unauthorized"}
}

func parameters(r *http.Request) (url.Values, *File, error) {
	params := url.Values{}
	var file *File
	for k, v := range r.URL.Query() {
		params[k] = v
	}
	kind := r.Header.Get("Content-Type")
	switch {
	case strings.HasPrefix(kind, "application/json"):
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, nil, err
		}
		var fields map[string]json.RawMessage
		if json.Unmarshal(body, &fields) != nil {
			return params, file, nil
		}
		for k, raw := range fields {
			var text string
			if json.Unmarshal(raw, &text) == nil {
				params.Set(k, text)
			} else {
				params.Set(k, string(raw))
			}
		}
	case strings.HasPrefix(kind, "multipart/form-data"):
		if err := r.ParseMultipartForm(1 << 20); err != nil { // #nosec G120 -- a stand-in for tests, on loopback
			return nil, nil, err
		}
		for k, v := range r.MultipartForm.Value {
			params[k] = v
		}
		var err error
		if file, err = uploaded(r); err != nil {
			return nil, nil, err
		}
	default:
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, nil, err
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return params, file, nil
		}
		for k, v := range form {
			params[k] = v
		}
	}
	return params, file, nil
}

// serveCall carries one call out, writes it into the ledger, and only then answers.
func (s *Server) serveCall(w http.ResponseWriter, r *http.Request, method string, params url.Values, file *File) {
	s.mu.Lock()
	entry, fault := s.arriveLocked(methodName(method), params)
	entry.File = file
	var result any
	var failed *apiFault
	if fault.kind == passThrough || fault.Deliver {
		if failed = s.limitLocked(entry); failed == nil {
			result, failed = s.carryOutLocked(method, params, file, entry)
			entry.Done = failed == nil
		}
	}
	failed = fault.overrule(failed)
	s.settleLocked(entry, fault, failed)
	s.mu.Unlock()
	s.play(w, r, fault, result, failed)
}

// arriveLocked begins the entry of a call and chooses its fault.
func (s *Server) arriveLocked(method string, params url.Values) (*Entry, Fault) {
	now := s.cfg.Now()
	chat, _ := strconv.ParseInt(params.Get("chat_id"), 10, 64)
	s.calls[method]++
	e := &Entry{Seq: len(s.ledger) + 1, At: now, Method: method, Chat: chat, Params: params}
	open := s.waits[:0]
	for _, w := range s.waits {
		if now.Before(w.until) {
			open = append(open, w)
			e.Early = e.Early || w.chat == 0 || w.chat == chat
		}
	}
	s.waits = open
	return e, s.faultLocked(Call{Method: method, Chat: chat, Params: params, N: s.calls[method]})
}

// overrule gives what is answered: the fault's own error, or what the API found.
func (f Fault) overrule(found *apiFault) *apiFault {
	if f.kind == apiError {
		return &apiFault{code: f.code, text: f.body, retryAfter: f.retryAfter, migrateTo: f.migrateTo}
	}
	return found
}

// settleLocked completes the entry and writes it: from here on the ledger has it, whatever becomes
// of the client.
func (s *Server) settleLocked(e *Entry, f Fault, failed *apiFault) {
	e.Fault, e.Code = f.Name, http.StatusOK
	switch {
	case failed != nil:
		e.Code, e.Description, e.RetryAfter = failed.code, failed.text, failed.retryAfter
	case f.kind == rawBody:
		e.Code = f.code
	case f.kind == reset || f.kind == hang:
		e.Code = 0
	}
	if e.RetryAfter > 0 {
		s.waits = append(s.waits, wait{chat: failed.chat, until: e.At.Add(e.RetryAfter)})
	}
	s.ledger = append(s.ledger, *e)
	s.wakeLocked()
}

// play answers, or does what the fault says.
func (s *Server) play(w http.ResponseWriter, r *http.Request, f Fault, result any, failed *apiFault) {
	switch f.kind {
	case passThrough, apiError:
		answer(w, result, failed)
	case rawBody:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.code)
		_, _ = io.WriteString(w, f.body)
	case truncate:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "4000")
		_, _ = io.WriteString(w, `{"ok":true,"result":{"message_id":1,`) // less than was promised: the server closes
	case reset:
		cut(w)
	case hang:
		select {
		case <-r.Context().Done():
		case <-s.closed.Done():
			cut(w)
		}
	}
}

// cut ends the connection with a reset instead of an answer.
func cut(w http.ResponseWriter) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the connection is gone or cannot be taken: abort it the other way
	}
	_ = buffered.Flush()
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func answer(w http.ResponseWriter, result any, failed *apiFault) {
	body := map[string]any{"ok": failed == nil}
	code := http.StatusOK
	if failed == nil {
		body["result"] = result
	} else {
		code = failed.code
		body["error_code"], body["description"] = failed.code, failed.text
		more := map[string]any{}
		if failed.retryAfter > 0 {
			more["retry_after"] = int(failed.retryAfter / time.Second)
			w.Header().Set("Retry-After", strconv.Itoa(int(failed.retryAfter/time.Second)))
		}
		if failed.migrateTo != 0 {
			more["migrate_to_chat_id"] = failed.migrateTo
		}
		if len(more) > 0 {
			body["parameters"] = more
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}
