package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"carebell/app"
	"carebell/internal/faketelegram"
)

// The promise of the first page: a phrase, a card, a tap, and a minute later the reminder.
func TestScheduleConfirmDeliver(t *testing.T) { onBoth(t, scheduleConfirmDeliver) }

func scheduleConfirmDeliver(t *testing.T, setting string) {
	h := newHouse(t, setting)
	ana := h.agreed(1001, "Ana")
	ana.Say("Madrid")
	h.shows(1001, "Right?")
	h.tap(ana, "Yes")
	h.shows(1001, "Ready.")

	ana.Say("/schedule in 1 minute Take your medicine")
	card := h.shows(1001, "Take your medicine")
	if len(card.Buttons) != 1 || len(card.Buttons[0]) != 3 {
		t.Fatalf("the card's buttons: %v", card.Buttons)
	}
	tap := h.tap(ana, "✅ Confirm")
	saved := h.shows(1001, "Saved · #")
	if saved.Method != "editMessageText" || saved.MessageID != card.MessageID {
		t.Errorf("the card was not edited in place: %s of %d, card %d", saved.Method, saved.MessageID, card.MessageID)
	}
	if _, err := h.api.WaitFor(t.Context(), func(l faketelegram.Ledger) bool {
		for _, e := range l.Of("answerCallbackQuery") {
			if e.Params.Get("callback_query_id") == tap {
				return strings.Contains(e.Params.Get("text"), "Saved")
			}
		}
		return false
	}); err != nil {
		t.Error("the tap was not answered with its toast")
	}
	// Nothing has come early, and the next claim is a minute away.
	if n := len(h.api.Ledger().Sent()); n == 0 {
		t.Fatal("no message was sent at all")
	}
	h.clock.jump(61 * time.Second)
	ana.Say("/status") // any turn wakes the engine, which then sees the moved clock
	reminder := h.shows(1001, "Dose of")
	if !strings.Contains(reminder.Text, "Take your medicine") {
		t.Errorf("reminder: %q", reminder.Text)
	}
}

func TestRestartInTheMiddleOfAConversation(t *testing.T) {
	onBoth(t, restartInTheMiddleOfAConversation)
}

func restartInTheMiddleOfAConversation(t *testing.T, setting string) {
	h := newHouse(t, setting)
	ana := h.api.Person(1001, "Ana", "en")
	ana.Start("")
	h.shows(1001, "Do you agree?")
	h.stop()
	h.open()
	h.tap(ana, "I agree")
	h.shows(1001, "What time is it")
	ana.Say("London")
	h.shows(1001, "Right?")
	h.tap(ana, "Yes")
	h.shows(1001, "Ready.")
	ana.Say("tomorrow at 9:00 walk")
	h.shows(1001, "walk")
	h.stop()
	h.tap(ana, "✅ Confirm") // while nobody is there
	h.open()
	h.shows(1001, "Saved · #")
}

func TestHostileUpdates(t *testing.T) { onBoth(t, hostileUpdates) }

func hostileUpdates(t *testing.T, setting string) {
	h := newHouse(t, setting)
	ana := h.agreed(1001, "Ana")
	ana.Say(strings.Repeat("x", 10_000))
	ana.Say("tomorrow \u202e15 mg\u202c \x00 <b>&lt;")
	ana.Send(map[string]any{"dice": map[string]any{"emoji": "🎲", "value": 3}})
	message := h.api.Ledger().Sent()[0].MessageID
	for _, data := range []string{"v1:ok:AAAAAAAAAA:1", "<script>", "v9:zz", strings.Repeat("a", 64)} {
		if _, err := ana.Forge(message, data); err != nil {
			t.Fatal(err)
		}
	}
	h.api.Push("message", "not an object")
	h.api.PushRaw(fmt.Sprintf(`{"update_id": %d, "an_update_of_tomorrow": {"x": [1, 2]}}`, h.api.NextUpdateID()))
	ana.Say("/help")
	h.shows(1001, "STOP ends all messages")
}

// ready waits until the engine has looked for due messages once.
func (h *house) ready() {
	h.t.Helper()
	for range 2000 {
		res, err := http.Get("http://" + h.addr + "/readyz")
		if err != nil {
			h.t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return
		}
		<-time.After(5 * time.Millisecond)
	}
	h.t.Fatal("the program is never ready")
}

func TestPages(t *testing.T) { onBoth(t, pages) }

func pages(t *testing.T, setting string) {
	h := newHouse(t, setting)
	h.ready()
	for path, want := range map[string]int{"/": 200, "/chat": 200, "/healthz": 200, "/readyz": 200, "/metrics": 200, "/nothing": 404} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+h.addr+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if path == "/readyz" {
			var detail map[string]any
			if err := json.NewDecoder(res.Body).Decode(&detail); err != nil {
				t.Errorf("readyz: %v", err)
			}
		}
		if err := res.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != want {
			t.Errorf("GET %s: %d, want %d", path, res.StatusCode, want)
		}
	}
}

func TestOneBadChannelLeavesTheOthers(t *testing.T) {
	h := newHouse(t, "CAREBELL_TELEGRAM_TOKEN=999:wrong")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for told := ""; !strings.Contains(told, "telegram stopped"); {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+h.addr+"/readyz", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatalf("readyz never told of the refused token: %v\n%s", err, h.logs)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		told = string(body)
		_ = res.Body.Close()
	}
	if logs := h.logs.String(); !strings.Contains(logs, "CAREBELL_TELEGRAM_TOKEN") || strings.Contains(logs, "999:wrong") {
		t.Errorf("the log should name the setting and never the token:\n%s", logs)
	}
}

func TestUnusableDatabase(t *testing.T) {
	settings, err := app.Load(defaults(t), "", []string{"CAREBELL_DATABASE_URL=sqlite:/proc/nowhere/x.db"}, languages)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.New(t.Context(), settings, nil, nil); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v, want one clear line", err)
	}
}

// Asked to stop while it waits for its database, it ends as cleanly as ever.
func TestStopWhileItStarts(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := nobody.Addr().String()
	if err := nobody.Close(); err != nil {
		t.Fatal(err)
	}
	settings, err := app.Load(defaults(t), "", []string{"CAREBELL_DATABASE_URL=postgres://carebell@" + addr + "/carebell"}, languages)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	logs := &syncBuffer{}
	ended := make(chan error, 1)
	go func() {
		ended <- app.Serve(ctx, settings, slog.New(slog.NewTextHandler(&stopper{logs, "waiting for it", cancel}, nil)), io.Discard)
	}()
	if err := <-ended; err != nil {
		t.Errorf("asked to stop while it waited, it says: %v", err)
	}
	if said := logs.String(); !strings.Contains(said, "waiting for it") || !strings.Contains(said, "stopped before it had started") {
		t.Errorf("it did not say that it waited and then stopped:\n%s", said)
	}
}

// stopper is a log that stops the program when it says a certain thing.
type stopper struct {
	logs *syncBuffer
	at   string
	stop func()
}

func (s *stopper) Write(p []byte) (int, error) {
	if strings.Contains(string(p), s.at) {
		s.stop()
	}
	return s.logs.Write(p)
}

func TestMenuInEveryLanguage(t *testing.T) {
	h := newHouse(t)
	for lang, want := range map[string]string{"": "What is planned", "en": "What is planned", "es": "Lo que está previsto"} {
		if _, err := h.api.WaitFor(t.Context(), func(faketelegram.Ledger) bool { return strings.Contains(h.api.Commands(lang), want) }); err != nil {
			t.Errorf("menu in %q: %v", lang, err)
		}
	}
}
