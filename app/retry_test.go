package app_test

import (
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"carebell/app"
	"carebell/internal/faketelegram"
)

// A reminder that the platform refused for good is listed, tried again, and arrives.
func TestRetryAFailedReminder(t *testing.T) { onBoth(t, retryAFailedReminder) }

func retryAFailedReminder(t *testing.T, setting string) {
	h := newHouse(t, setting)
	ana := h.agreed(1001, "Ana")
	ana.Say("in 2 minutes drink water")
	h.shows(1001, "drink water")
	h.tap(ana, "✅ Confirm")
	h.shows(1001, "Saved · #")
	var refused atomic.Bool
	h.api.Faults(func(c faketelegram.Call) faketelegram.Fault {
		if c.Method == "sendMessage" && strings.Contains(c.Params.Get("text"), "drink water") {
			refused.Store(true)
			return faketelegram.Answer(400, "Bad Request: message is too long")
		}
		return faketelegram.Fault{}
	})
	h.clock.jump(2*time.Minute + time.Second)
	ana.Say("/help") // any turn wakes the engine, which then sees the moved clock
	if _, err := h.api.WaitFor(t.Context(), func(faketelegram.Ledger) bool { return refused.Load() }); err != nil {
		t.Fatal(err)
	}
	h.stop() // what is under way is recorded
	h.api.Faults(nil)

	settings, err := app.Load(defaults(t), "", h.env, languages)
	if err != nil {
		t.Fatal(err)
	}
	run := func(c app.RetryCommand) string {
		t.Helper()
		store, err := app.OpenStore(t.Context(), settings, h.clock.now, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := errors.Join(c.Do(t.Context(), store, &out, h.clock.now()), store.Close()); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if said := run(app.RetryCommand{Since: time.Hour}); !strings.Contains(said, "1 can be tried again") || strings.Contains(said, "water") {
		t.Fatalf("the list should name one to try again, and no text:\n%s", said)
	}
	if said := run(app.RetryCommand{Since: time.Hour, All: true}); !strings.Contains(said, "1 of 1 are due again now") {
		t.Fatalf("tried again:\n%s", said)
	}
	if said := run(app.RetryCommand{Since: time.Hour}); !strings.Contains(said, "No reminder") {
		t.Fatalf("afterwards:\n%s", said)
	}
	h.open()
	h.shows(1001, "drink water")
}

func TestRetryOfNoID(t *testing.T) {
	c := app.RetryCommand{IDs: []string{"K7Q2"}}
	if err := c.Do(t.Context(), nil, os.Stdout, time.Now()); err == nil || !strings.Contains(err.Error(), "K7Q2") {
		t.Errorf("error %v, want one that names what is no id", err)
	}
}
