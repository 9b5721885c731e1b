package conversations_test

import (
	"fmt"
	"testing"
	"time"

	"carebell/chat"
	"carebell/conversations"
	"carebell/schedule"
	"carebell/templates"
)

// BenchmarkStep is what one turn costs without the database: a request, a change of its card, a list of
// forty, and a word that is nothing.
func BenchmarkStep(b *testing.B) {
	flows := newFlows(b)
	now := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		b.Fatal(err)
	}
	daily, err := schedule.ParseRule("DTSTART;TZID=Europe/Madrid:20260303T090000\nRRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0")
	if err != nil {
		b.Fatal(err)
	}
	person := conversations.Person{ID: "p", Language: "en", Consent: conversations.ConsentVersion, Zone: madrid.String(), ZoneConfirmed: true}
	card := conversations.Draft{ID: "AAAAAAAAAA", Owner: "p", Kind: conversations.KindSchedule, Step: conversations.StepCard, Status: conversations.DraftOpen,
		Version: 1, Card: "c", ExpiresAt: now.Add(time.Hour), Data: conversations.Data{Rule: daily.String(), Message: "aspirin 100 mg", Template: templates.MedicationReminder}}
	var series []conversations.Upcoming
	for i := range 40 {
		series = append(series, conversations.Upcoming{Next: now.Add(time.Duration(i) * time.Hour), Series: schedule.Series{ID: fmt.Sprint(i), Code: fmt.Sprintf("AA%02d", i),
			Message: fmt.Sprint("medicine ", i), Template: templates.Reminder, Rule: daily, Status: schedule.Active}})
	}
	for name, c := range map[string]struct {
		text  string
		state conversations.State
	}{
		"request": {"remind me to take aspirin 100 mg every day at 9 and 21 for 10 days", conversations.State{Person: person}},
		"change":  {"make it 10", conversations.State{Person: person, Open: []conversations.Draft{card}}},
		"list":    {"/list", conversations.State{Person: person, Series: series}},
		"nothing": {"what a lovely day it is", conversations.State{Person: person, Series: series}},
	} {
		b.Run(name, func(b *testing.B) {
			u := chat.Update{ID: "1", Kind: chat.Text, Text: c.text, SentAt: now, From: chat.Address{Channel: chat.Telegram, ID: "1"}}
			if len(flows.Step(c.state, u, now).Replies) == 0 {
				b.Fatal("nothing was said")
			}
			b.ReportAllocs()
			for b.Loop() {
				flows.Step(c.state, u, now)
			}
		})
	}
}
