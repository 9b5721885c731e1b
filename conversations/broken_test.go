package conversations_test

import (
	"testing"
	"time"

	"carebell/chat"
	"carebell/conversations"
	"carebell/schedule"
)

// A series whose rule nobody can read is listed, and can be stopped; nothing panics over it.
func TestSeriesWithoutItsRule(t *testing.T) {
	flows := newFlows(t)
	now := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	person := conversations.Person{ID: "p", Language: "en", Consent: conversations.ConsentVersion, Zone: "Europe/Madrid", ZoneConfirmed: true}
	broken := conversations.Upcoming{Next: now.Add(time.Hour), Series: schedule.Series{ID: "s", Code: "K7Q2", Message: "aspirin", Template: "reminder", Status: schedule.Active}}
	for _, text := range []string{"/list", "1", "change 1", "1 at 10", "pause 1", "pause until friday", "resume 1", "/status", "STOP", "/timezone", "cancel aspirin"} {
		turn := flows.Step(conversations.State{Person: person, Series: []conversations.Upcoming{broken}},
			chat.Update{ID: "1", Kind: chat.Text, Text: text, SentAt: now, From: chat.Address{Channel: chat.Telegram, ID: "1"}}, now)
		if len(turn.Replies) == 0 {
			t.Errorf("%q is not answered", text)
		}
		if text == "cancel aspirin" && (len(turn.Change) != 1 || turn.Change[0].Status != schedule.Cancelled) {
			t.Errorf("%q changes %+v, want the end of it", text, turn.Change)
		}
	}
}
