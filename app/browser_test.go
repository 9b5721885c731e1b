package app_test

import (
	"strings"
	"testing"
	"time"

	"carebell/internal/browser"
)

// clickChoice presses the newest button of a card with that label.
func clickChoice(tab *browser.Tab, label string) {
	tab.Wait(`[...document.querySelectorAll(".choices button")].some((b) => b.textContent.includes(` + quote(label) + `))`)
	browser.Eval[bool](tab, `([...document.querySelectorAll(".choices button")].reverse().find((b) => b.textContent.includes(`+quote(label)+`)).click(), true)`)
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

// A newcomer in the web chat: type, agree, confirm, receive; the clock is moved instead of waited for.
func TestBrowserScheduleConfirmReceive(t *testing.T) { onBoth(t, browserScheduleConfirmReceive) }

func browserScheduleConfirmReceive(t *testing.T, setting string) {
	browser.Find(t)
	h := newHouse(t, setting)
	tab := browser.Open(t, browser.Config{Zone: "Europe/Madrid"})
	dialogue(t, h, tab, func() {
		h.clock.jump(time.Minute)
		tab.Press("/status" + browser.Enter) // any turn wakes the engine, which then sees the moved clock
	})
	tab.WaitText(".from-carebell .body", "Dose of")
}

func dialogue(t *testing.T, h *house, tab *browser.Tab, due func()) {
	t.Helper()
	tab.Go("http://" + h.addr + "/chat")
	tab.Wait(`document.querySelector('#state[data-state="live"]')`)
	tab.Press("/schedule in 1 minute Take your medicine" + browser.Enter)
	clickChoice(tab, "I agree")
	clickChoice(tab, "Confirm")
	tab.WaitText(".from-carebell .body", "Saved · #")
	if n := browser.Eval[int](tab, `[...document.querySelectorAll(".from-carebell .body")].filter((b) => b.textContent.includes("Take your medicine")).length`); n != 1 {
		t.Errorf("%d messages show the request, want the one card, changed in place", n)
	}
	due()
}
