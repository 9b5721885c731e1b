package faketelegram

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// update is one thing in the bot's queue.
type update struct {
	id   int
	kind string
	raw  json.RawMessage
	at   time.Time
	life time.Duration
	// again keeps it in the queue, whatever the offset, until it has been handed out once more.
	again bool
}

// poller is the one getUpdates that is being held open. done is closed when another took its place.
type poller struct{ done chan struct{} }

// pushLocked queues an update of that kind, unless the bot asked not to get such.
func (s *Server) pushLocked(kind string, body any) int {
	id := s.nextUpdate
	s.nextUpdate++
	if s.allowed != nil && !s.allowed[kind] {
		return id
	}
	inner, err := json.Marshal(body)
	if err != nil {
		panic(err) // only maps of plain values are given
	}
	raw, err := json.Marshal(map[string]any{"update_id": id, kind: json.RawMessage(inner)})
	if err != nil {
		panic(err)
	}
	s.queueLocked(id, kind, raw)
	return id
}

func (s *Server) queueLocked(id int, kind string, raw json.RawMessage) {
	life := UpdateLife
	if kind == "callback_query" {
		life = TapLife
	}
	u := update{id: id, kind: kind, raw: raw, at: s.cfg.Now(), life: life}
	s.queue = append(s.queue, u)
	s.newest = &u
	s.wakeLocked()
}

// Redeliver hands the newest update out once more, with the same update_id, as the real server may
// after a trouble of its own.
func (s *Server) Redeliver() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.newest == nil {
		return
	}
	u := *s.newest
	u.again = true
	s.queue = append([]update{u}, s.queue...)
	s.wakeLocked()
}

// Pending is how many updates wait, as getWebhookInfo tells it.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expireLocked()
	return len(s.queue)
}

// expireLocked forgets what is too old.
func (s *Server) expireLocked() {
	now := s.cfg.Now()
	kept := s.queue[:0:0]
	for _, u := range s.queue {
		if now.Sub(u.at) < u.life {
			kept = append(kept, u)
		}
	}
	s.queue = kept
}

// forgetLocked drops what the offset confirms. A negative one keeps only the newest.
func (s *Server) forgetLocked(offset int) {
	if offset == 0 {
		return
	}
	if offset < 0 {
		if len(s.queue) > -offset {
			s.queue = s.queue[len(s.queue)+offset:]
		}
		return
	}
	kept := s.queue[:0:0]
	for _, u := range s.queue {
		if u.id >= offset || u.again {
			kept = append(kept, u)
		}
	}
	s.queue = kept
}

// poll is getUpdates: it forgets what the offset confirms, then holds the request until there is
// something, the timeout is over or another poll comes.
func (s *Server) poll(w http.ResponseWriter, r *http.Request, params url.Values) {
	s.mu.Lock()
	entry, fault := s.arriveLocked("getUpdates", params)
	var failed *apiFault
	if fault.kind == passThrough || fault.Deliver {
		failed = s.beginPollLocked(params)
		entry.Done = failed == nil
	}
	failed = fault.overrule(failed)
	s.settleLocked(entry, fault, failed)
	if failed != nil || fault.kind != passThrough {
		s.mu.Unlock()
		s.play(w, r, fault, nil, failed)
		return
	}
	me := &poller{done: make(chan struct{})}
	if s.poller != nil {
		close(s.poller.done)
	}
	s.poller = me
	s.mu.Unlock()

	updates, failed := s.hold(r, me, params)
	answer(w, updates, failed)
}

func (s *Server) beginPollLocked(params url.Values) *apiFault {
	if s.webhook != "" {
		return &apiFault{code: http.StatusConflict,
			text: "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"}
	}
	if given := params.Get("allowed_updates"); given != "" {
		var kinds []string
		if json.Unmarshal([]byte(given), &kinds) != nil {
			return badRequest("can't parse allowed updates JSON object")
		}
		s.allowed = nil // an empty list is the default again
		if len(kinds) > 0 {
			s.allowed = make(map[string]bool)
			for _, k := range kinds {
				s.allowed[k] = true
			}
		}
	}
	offset, _ := strconv.Atoi(params.Get("offset"))
	s.forgetLocked(offset)
	return nil
}

// hold waits for something to hand out.
func (s *Server) hold(r *http.Request, me *poller, params url.Values) ([]json.RawMessage, *apiFault) {
	limit, err := strconv.Atoi(params.Get("limit"))
	if err != nil || limit < 1 || limit > maxPollSize {
		limit = maxPollSize
	}
	seconds, _ := strconv.Atoi(params.Get("timeout"))
	over := time.NewTimer(time.Duration(min(max(seconds, 0), 50)) * time.Second)
	defer over.Stop()
	for last := seconds <= 0; ; {
		s.mu.Lock()
		s.expireLocked()
		found := s.takeLocked(limit)
		changed := s.changed
		if len(found) > 0 || last {
			s.mu.Unlock()
			s.leave(me)
			return found, nil
		}
		s.mu.Unlock()
		select {
		case <-changed:
		case <-over.C:
			last = true
		case <-me.done:
			return nil, &apiFault{code: http.StatusConflict,
				text: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"}
		case <-r.Context().Done():
			s.leave(me)
			return nil, nil // nobody is there to read it
		case <-s.closed.Done():
			last = true
		}
	}
}

// leave ends a poll that nobody took the place of.
func (s *Server) leave(me *poller) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.poller == me {
		s.poller = nil
	}
}

// takeLocked is what a poll gets; it stays queued until an offset confirms it.
func (s *Server) takeLocked(limit int) []json.RawMessage {
	found := []json.RawMessage{}
	var kept []update
	for _, u := range s.queue {
		if len(found) < limit {
			found = append(found, u.raw)
			if u.again {
				continue
			}
		}
		kept = append(kept, u)
	}
	s.queue = kept
	return found
}
