package webchat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"carebell/chat"
)

// wireMessage is an Entry as the page gets it.
type wireMessage struct {
	ID       string      `json:"id"`
	Position int64       `json:"position"`
	Seq      int64       `json:"seq"`
	From     Author      `json:"from"`
	At       time.Time   `json:"at"`
	Edited   bool        `json:"edited,omitempty"`
	Deleted  bool        `json:"deleted,omitempty"`
	Protect  bool        `json:"protect,omitempty"`
	Nodes    []node      `json:"nodes,omitempty"`
	Choices  [][]wireTap `json:"choices,omitempty"`
	File     *wireFile   `json:"file,omitempty"`
}

type wireTap struct {
	Label string `json:"label"`
	Data  string `json:"data"`
}

func onWire(e Entry) wireMessage {
	m := wireMessage{
		ID: e.MessageID, Position: e.Position, Seq: e.Seq, From: e.Author, At: e.At.UTC(),
		Edited: e.Edited(), Deleted: e.Deleted,
	}
	if e.Deleted {
		return m
	}
	m.Protect, m.Nodes, m.File = e.Message.Protect, render(e.Message), fileOnWire(e.MessageID, e.Message.File)
	for _, row := range e.Message.Choices {
		var taps []wireTap
		for _, choice := range row {
			taps = append(taps, wireTap{Label: visible(choice.Label), Data: choice.Data})
		}
		if taps != nil {
			m.Choices = append(m.Choices, taps)
		}
	}
	return m
}

// listBatch is how many entries one look at the transcript brings.
const listBatch = 100

// events is the stream of one open page, in the form of server-sent events:
//
//	message (id: the sequence number)   a message in its present state: new, edited or deleted
//	toast                               the answer to a tap
//	ready                               everything up to now was sent
//	reset                               what the page has is of another transcript: begin anew
//	elsewhere                           too many pages are open, and this one is the oldest
//	alive                               nothing to say
func (c *Channel) events(w http.ResponseWriter, r *http.Request) {
	who, ok := c.speaker(w, r)
	if !ok {
		return
	}
	after, ok := startAfter(r)
	if !ok {
		c.fail(w, r, http.StatusBadRequest, "bad_request", nil)
		return
	}
	s, err := c.hub.join(who.ID)
	if err != nil {
		w.Header().Set("Retry-After", "5")
		code := "busy"
		if errors.Is(err, errClosed) {
			code = "closing"
		}
		c.fail(w, r, http.StatusServiceUnavailable, code, nil)
		return
	}
	defer c.hub.leave(s)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	out := &eventWriter{w: w, control: http.NewResponseController(w), timeout: c.cfg.WriteTimeout}
	if err := c.follow(r.Context(), out, s, who, after); err != nil && r.Context().Err() == nil {
		c.log.Warn("a web chat stream ended early", "err", err)
	}
}

// follow writes until the page, the server or an error ends it.
func (c *Channel) follow(ctx context.Context, out *eventWriter, s *stream, who chat.Address, after int64) error {
	out.retry(2 * time.Second)
	after, err := c.catchUp(ctx, out, who, after)
	if err != nil {
		return err
	}
	out.event("ready", "", struct{}{})
	alive := time.NewTicker(c.cfg.Heartbeat)
	defer alive.Stop()
	for {
		if err := out.flush(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.ended:
			if s.elsewhere {
				out.event("elsewhere", "", struct{}{})
				return out.flush()
			}
			return nil
		case t := <-s.toasts:
			out.event("toast", "", t)
			continue
		case <-s.wakes:
		case <-alive.C:
			out.event("alive", "", struct{}{})
		}
		if after, err = c.catchUp(ctx, out, who, after); err != nil {
			return err
		}
	}
}

// catchUp writes what changed after a sequence number and returns the last one written.
func (c *Channel) catchUp(ctx context.Context, out *eventWriter, who chat.Address, after int64) (int64, error) {
	for {
		limit := listBatch
		if after == 0 {
			limit = c.cfg.Recent
		}
		entries, last, err := c.transcript.List(ctx, who, after, limit)
		if err != nil {
			return after, fmt.Errorf("list the transcript: %w", err)
		}
		if last < after {
			out.event("reset", "0", struct{}{})
			after = 0
			continue
		}
		for _, e := range entries {
			out.event("message", strconv.FormatInt(e.Seq, 10), onWire(e))
			after = e.Seq
		}
		if len(entries) == 0 || after >= last {
			return after, nil
		}
		if err := out.flush(); err != nil {
			return after, err
		}
	}
}

// startAfter is the last sequence number that the page has: the browser's own header when it
// reconnects by itself, else the page's parameter.
func startAfter(r *http.Request) (int64, bool) {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("after")
	}
	if text == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 0
}

// eventWriter writes server-sent events. The first error stays and is what flush returns.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
	err     error
}

func (o *eventWriter) retry(d time.Duration) { o.printf("retry: %d\n\n", d.Milliseconds()) }

func (o *eventWriter) event(name, id string, data any) {
	body, err := json.Marshal(data) // one line: JSON escapes line breaks
	if err != nil {
		o.err = errors.Join(o.err, err)
		return
	}
	if id != "" {
		o.printf("id: %s\n", id)
	}
	o.printf("event: %s\ndata: %s\n\n", name, body)
}

func (o *eventWriter) printf(format string, args ...any) {
	if o.err != nil {
		return
	}
	// The server's own limit is for answers that end; a stream has one for each write.
	if o.err = o.control.SetWriteDeadline(time.Now().Add(o.timeout)); o.err == nil {
		_, o.err = fmt.Fprintf(o.w, format, args...)
	}
}

func (o *eventWriter) flush() error {
	if o.err != nil {
		return o.err
	}
	return o.control.Flush()
}
