package telegram

import (
	"context"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const (
	// tapPatience is how long the answer to a tap waits for words. After it the button must stop spinning.
	tapPatience = 800 * time.Millisecond
	// tapMemory is how long a tap is remembered, so that it is answered once: Telegram itself forgets
	// it after 150 s.
	tapMemory = 10 * time.Minute
	// toastLength is the most characters of an answer that Telegram takes.
	toastLength = 200
)

// taps answers each tap exactly once: with words if they come in time, else without.
type taps struct {
	now    func() time.Time
	answer func(id, toast string)

	mu      sync.Mutex
	known   map[string]*tapState
	closed  bool
	flights sync.WaitGroup
}

type tapState struct {
	at    time.Time
	timer *time.Timer // nil once it is answered
}

func newTaps(now func() time.Time, answer func(id, toast string)) *taps {
	return &taps{now: now, answer: answer, known: make(map[string]*tapState)}
}

// arrived starts the patience for a tap. One that is known already changes nothing.
func (t *taps) arrived(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || t.known[id] != nil {
		return
	}
	t.forgetLocked()
	t.known[id] = &tapState{at: t.now(), timer: time.AfterFunc(tapPatience, func() { t.settle(id, "") })}
}

// settle answers a tap unless that was done. A tap that is not known came before a restart.
func (t *taps) settle(id, toast string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	state := t.known[id]
	if t.closed || state != nil && state.timer == nil {
		return
	}
	if state == nil {
		state = &tapState{at: t.now()}
		t.known[id] = state
	} else {
		state.timer.Stop()
		state.timer = nil
	}
	t.flyLocked(id, toast)
}

func (t *taps) flyLocked(id, toast string) {
	t.flights.Go(func() { t.answer(id, toast) })
}

func (t *taps) forgetLocked() {
	for id, state := range t.known {
		if state.timer == nil && t.now().Sub(state.at) > tapMemory {
			delete(t.known, id)
		}
	}
}

// open lets taps be answered again after close.
func (t *taps) open() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = false
}

// close answers what still waits, without words, and returns when all answers are through.
func (t *taps) close() {
	t.mu.Lock()
	t.closed = true
	for id, state := range t.known {
		if state.timer != nil {
			state.timer.Stop()
			state.timer = nil
			t.flyLocked(id, "")
		}
	}
	t.mu.Unlock()
	t.flights.Wait()
}

// AnswerTap answers a Tap with a toast (at most 200 characters are shown). The first answer counts;
// when none came within 800 ms of the tap's arrival it has been answered without words. It returns at
// once; whether the answer arrives is not known, so the card must repeat what it says.
func (c *Channel) AnswerTap(tapID, toast string) { c.taps.settle(tapID, toast) }

// answerTap is best effort: the tap's effect does not hang on it.
func (c *Channel) answerTap(id, toast string) {
	params := tgbotapi.Params{"callback_query_id": id}
	if toast != "" {
		if runes := []rune(toast); len(runes) > toastLength {
			toast = string(runes[:toastLength-1]) + "…"
		}
		params["text"] = toast
	}
	limit := min(c.cfg.HTTPTimeout, 3*time.Second) // shutdown waits for it
	if err := meaning(c.call(context.Background(), limit, "answerCallbackQuery", params, nil)); err != nil {
		c.log.Warn("a tap could not be answered", "err", err)
	}
}
