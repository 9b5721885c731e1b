package delivery

import (
	"strings"
	"testing"
	"time"

	"carebell/chat"
	"carebell/locales"
)

// A nag or a snooze that is late names its dose, and no second time that could be taken for a dose.
func TestLateNagNamesOneTime(t *testing.T) {
	catalogue, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	r := NewRenderer(nil, catalogue, nil)
	slot := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	j := Job{Source: Occurrence, Kind: KindNag, Language: "en", Zone: "UTC", Slot: slot, Due: slot.Add(30 * time.Minute)}
	m := r.Note(chat.Message{Text: "Take aspirin (09:00 dose)"}, j, slot.Add(40*time.Minute), 5*time.Minute)
	if strings.Contains(m.Text, "due 9:30") || strings.Contains(m.Text, "due 09:30") {
		t.Error("a nag names a second due time")
	}
}
