package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"carebell/internal/faketelegram"
	"carebell/internal/teststores"
)

// file waits until a file of that name has arrived in a chat, and returns it and its caption.
func (h *house) file(chat int64, name string) (*faketelegram.File, string) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 20*time.Second)
	defer cancel()
	var found faketelegram.Entry
	if _, err := h.api.WaitFor(ctx, func(l faketelegram.Ledger) bool {
		for _, e := range l.Sent() {
			if e.Chat == chat && e.File != nil && e.File.Name == name {
				found = e
				return true
			}
		}
		return false
	}); err != nil {
		h.t.Fatalf("no file %s: %v; logs:\n%s", name, err, h.logs)
	}
	return found.File, found.Text
}

// A person asks how it went, takes a copy, and is forgotten: on the whole program, through the platform.
func TestOwnData(t *testing.T) {
	onBoth(t, func(t *testing.T, setting string) {
		h := newHouse(t, setting, "CAREBELL_DELIVERY_LEASE=5s") // the last word waits for what is on the wire
		ana, ben := h.agreed(5550123, "Canaryna"), h.agreed(7, "Ben")
		for _, p := range []*faketelegram.Person{ana, ben} {
			h.tap(p, "It is "+h.clock.now().In(london(t)).Format("15:04"))
			h.shows(p.ID, "Ready.")
		}
		at := h.clock.now().In(london(t)).Add(2 * time.Minute).Format("15:04")
		ana.Say("every day at " + at + " take canarypill 100 mg")
		h.shows(5550123, "canarypill")
		h.tap(ana, "✅ Confirm")
		h.shows(5550123, "Saved")
		ben.Say("every day at 8:00 take benspill")
		h.shows(7, "benspill")
		h.tap(ben, "✅ Confirm")
		h.shows(7, "Saved")
		h.clock.jump(3 * time.Minute)
		ana.Say("/status") // the engine looks again
		h.shows(5550123, "Dose of")
		h.tap(ana, "✅ Taken")
		h.shows(5550123, "✅ Taken")

		ana.Say("/adherence")
		picture, caption := h.file(5550123, "carebell-30.png")
		if _, err := png.Decode(bytes.NewReader(picture.Data)); err != nil || !strings.Contains(caption, "Taken: 1") {
			t.Errorf("the picture: %v, below it %q", err, caption)
		}
		ana.Say("export")
		data, _ := h.file(5550123, "carebell.json")
		calendar, _ := h.file(5550123, "carebell.ics")
		if !json.Valid(data.Data) || !bytes.Contains(data.Data, []byte("canarypill")) || bytes.Contains(data.Data, []byte("benspill")) {
			t.Errorf("the copy is not Ana's alone:\n%s", data.Data)
		}
		if c, err := ics.ParseCalendar(bytes.NewReader(calendar.Data)); err != nil || len(c.Events()) != 1 {
			t.Errorf("the calendar (%v):\n%s", err, calendar.Data)
		}

		ana.Say("/delete")
		h.shows(5550123, "Type DELETE")
		ana.Say("DELETE")
		h.shows(5550123, "Everything about you is erased")
		h.api.Redeliver()
		h.stop()
		// Whatever was done before the stop is done after the start.
		h.open()
		url := strings.TrimPrefix(setting, "CAREBELL_DATABASE_URL=")
		again := time.NewTicker(50 * time.Millisecond)
		defer again.Stop()
		patience, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		for {
			rest := teststores.DumpURL(t, url)
			if !strings.Contains(rest, "5550123") && !strings.Contains(strings.ToLower(rest), "canary") {
				if !strings.Contains(rest, "benspill") {
					t.Errorf("Ben's is gone too:\n%s", rest)
				}
				break
			}
			select {
			case <-again.C:
			case <-patience.Done():
				t.Fatalf("something is left of Ana:\n%s", grep(rest, "5550123", "anary"))
			}
		}
		ana.Say("tomorrow 9:00 walk")
		h.shows(5550123, "Do you agree?") // a stranger again
		if n := count(h.api.Ledger().Sent(), 5550123, "Everything about you is erased"); n != 1 {
			t.Errorf("the last word came %d times", n)
		}
	})
}

func london(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func count(l faketelegram.Ledger, chat int64, text string) (n int) {
	for _, e := range l {
		if e.Chat == chat && strings.Contains(e.Text, text) {
			n++
		}
	}
	return n
}

func grep(text string, words ...string) string {
	var found strings.Builder
	for line := range strings.Lines(text) {
		for _, w := range words {
			if strings.Contains(line, w) {
				found.WriteString(line)
			}
		}
	}
	return found.String()
}
