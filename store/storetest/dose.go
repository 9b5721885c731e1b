package storetest

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"carebell/bot"
	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"
)

// asking makes a series at 09:30 whose reminders ask for an answer, and claims the first.
func (w *world) asking() delivery.Job {
	w.t.Helper()
	rule, err := schedule.ParseRule("DTSTART;TZID=Europe/London:20260302T093000\nRRULE:FREQ=DAILY")
	w.must(err)
	upcoming := rule.Upcoming(w.clock, 2)
	w.turn(mia, conversations.Turn{Person: conversations.Person{Consent: "1"}, Create: []conversations.NewSeries{{First: upcoming[0], Second: upcoming[1].At,
		Series: schedule.Series{ID: w.id(), Code: "AAAA", Message: "aspirin", Template: "medication_reminder", Asks: "dose", NagEvery: 30 * minute, NagTimes: 2, Rule: rule,
			Status: schedule.Active, Version: 1, MaxLateness: 2 * time.Hour}}}})
	w.clock = upcoming[0].At
	return w.one()
}

func (w *world) answer(j delivery.Job, answer, reason string) {
	w.t.Helper()
	w.turn(mia, conversations.Turn{Answers: []conversations.DoseAnswer{{ID: w.id(), MessageID: j.ID, Draft: j.Card, Answer: answer, Reason: reason, Due: j.Due, SaidAt: w.clock}}})
}

// What a series is made with is read again, so that one that is made anew asks as the first one did.
func readAsMade(t *testing.T, w *world) {
	rule, err := schedule.ParseRule("DTSTART;TZID=Europe/London:20260302T093000\nRRULE:FREQ=DAILY")
	w.must(err)
	made := schedule.Series{ID: w.id(), Code: "AAAA", Message: "aspirin", Template: "medication_reminder", Parameters: map[string]string{"dose": "100 mg"}, Asks: "dose",
		NagEvery: 30 * minute, NagTimes: 2, TimeCritical: true, Rule: rule, Status: schedule.Active, Version: 1, MaxLateness: 2 * time.Hour}
	w.turn(mia, conversations.Turn{Person: conversations.Person{Consent: "1"}, Create: []conversations.NewSeries{{First: rule.Upcoming(w.clock, 1)[0], Series: made}}})
	read := w.load(mia, "").Series[0].Series
	if read.Rule.String() != made.Rule.String() {
		t.Errorf("rule %q, want %q", read.Rule, made.Rule)
	}
	read.Rule, made.Rule = schedule.Rule{}, schedule.Rule{}
	if !reflect.DeepEqual(read, made) {
		t.Errorf("read %+v\nwant %+v", read, made)
	}
}

// A reminder that asks has one card, made with its claim and the same for every copy.
func doseCard(t *testing.T, w *world) {
	j := w.asking()
	if len(j.Card) != 10 || j.CardVersion != 1 || !j.Slot.Equal(j.Due) {
		t.Fatalf("claimed %+v, want a card", j)
	}
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Pending, At: w.clock, Free: true}))
	again := w.one()
	if again.Card != j.Card {
		t.Errorf("the second claim has the card %q, want %q", again.Card, j.Card)
	}
	w.send(again, "5")
	state, err := w.Load(w.ctx, bot.Arrival{Update: chat.Update{Kind: chat.Tap, From: mia, Data: "v1:tk:" + j.Card + ":1", MessageID: "5"}})
	w.must(err)
	d := state.Tapped
	if d == nil || d.Kind != conversations.KindDose || d.Owner != state.Person.ID || d.Card != j.ID || d.Data.Dose == nil ||
		!d.Data.Dose.Due.Equal(j.Due) || d.Data.Dose.Zone != "Europe/London" || !d.Data.Dose.Until.Equal(j.Due.Add(2*time.Hour)) || state.TappedMessage != j.ID {
		t.Fatalf("tapped %+v on %q", d, state.TappedMessage)
	}
	// What is edited is the reminder itself.
	w.reply(mia, "taken", j.ID)
	if e := w.one(); e.Operation != delivery.Edit || e.TargetID != "5" {
		t.Errorf("the edit of a reminder: %+v", e)
	}
}

// Who answers a message has it: an outcome that is unknown is known, and no repeat follows.
func answerSettlesUnknown(t *testing.T, w *world) {
	j := w.asking()
	w.must(w.Intend(w.ctx, j, 0))
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Unknown, At: w.clock.Add(minute), MarkNext: true, Requested: true}))
	w.answer(j, conversations.AnswerTaken, "")
	if got := w.status(mia); got != "delivered" {
		t.Errorf("status %q, want delivered", got)
	}
	w.clock = w.clock.Add(time.Hour)
	w.none()
}

// One answer holds at a time: a second one is refused, a reason is added to the first, Undo frees it.
func oneAnswerHolds(t *testing.T, w *world) {
	j := w.asking()
	w.send(j, "5")
	w.answer(j, conversations.AnswerSkipped, "none")
	w.answer(j, conversations.AnswerSkipped, "unwell")
	a := w.arrive(mia, chat.Update{Text: "x"})
	taken := conversations.Turn{Answers: []conversations.DoseAnswer{{ID: w.id(), MessageID: j.ID, Draft: j.Card, Answer: conversations.AnswerTaken, Due: j.Due, SaidAt: w.clock}}}
	if err := w.Commit(w.ctx, a, taken); !errors.Is(err, bot.ErrConflict) {
		t.Fatalf("a second answer: %v, want ErrConflict", err)
	}
	w.must(w.Commit(w.ctx, a, conversations.Turn{Answers: []conversations.DoseAnswer{{ID: w.id(), MessageID: j.ID, Answer: conversations.AnswerUndone}}}))
	w.answer(j, conversations.AnswerTaken, "")
	// Somebody else's dose is not answered.
	w.turn(luis, conversations.Turn{Answers: []conversations.DoseAnswer{{ID: w.id(), MessageID: j.ID, Answer: conversations.AnswerUndone}}})
	a = w.arrive(mia, chat.Update{Text: "x"})
	taken.Answers[0].ID, taken.Answers[0].Answer = w.id(), conversations.AnswerSkipped
	if err := w.Commit(w.ctx, a, taken); !errors.Is(err, bot.ErrConflict) {
		t.Fatalf("after somebody else's undo: %v, want the first answer to hold", err)
	}
}

// A snooze comes once, about the same slot, and makes no next occurrence; an answer takes it back.
func snoozed(t *testing.T, w *world) {
	j := w.asking()
	w.send(j, "5")
	until := j.Due.Add(2 * time.Hour)
	snooze := func(wait time.Duration) {
		w.turn(mia, conversations.Turn{Snoozes: []conversations.Snooze{{MessageID: j.ID, At: w.clock.Add(wait), Until: until}}})
	}
	snooze(time.Hour)
	snooze(15 * minute) // the newest counts
	w.clock = w.clock.Add(15 * minute)
	again := w.one()
	if again.ID == j.ID || again.Card != j.Card || !again.Slot.Equal(j.Due) || again.Due.Equal(j.Due) || again.Lateness != until.Sub(w.clock) {
		t.Fatalf("the snooze: %+v", again)
	}
	w.send(again, "6")
	w.clock = w.clock.Add(29 * minute)
	w.none() // neither the first snooze nor a second next occurrence
	snooze(15 * minute)
	w.answer(j, conversations.AnswerTaken, "")
	w.clock = until
	w.none()
	if s := w.load(mia, "").Series; len(s) != 1 || !s[0].Next.Equal(j.Due.AddDate(0, 0, 1)) {
		t.Errorf("series: %+v, want the next day's", s)
	}
	w.clock = j.Due.AddDate(0, 0, 1)
	if next := w.one(); next.Card == j.Card || next.Card == "" {
		t.Errorf("the next day: %+v, want a card of its own", next)
	}
}

// Nobody answers: it comes again, a few times, within its window and about the same slot; an answer
// ends it, and one that expires is not told of on its own.
func nagged(t *testing.T, w *world) {
	j := w.asking()
	w.send(j, "5")
	for n := range 2 {
		w.clock = w.clock.Add(29 * minute)
		w.none()
		w.clock = w.clock.Add(minute)
		nag := w.one()
		if nag.Kind != delivery.KindNag || nag.Card != j.Card || !nag.Slot.Equal(j.Due) || nag.Lateness != 2*time.Hour-w.clock.Sub(j.Due) {
			t.Fatalf("nag %d: %+v", n+1, nag)
		}
		w.send(nag, "n"+string(rune('1'+n)))
	}
	w.clock = w.clock.Add(time.Hour)
	w.none() // two are enough

	w.clock = j.Due.AddDate(0, 0, 1)
	second := w.one()
	w.send(second, "7")
	w.answer(second, conversations.AnswerTaken, "")
	w.clock = w.clock.Add(30 * minute)
	w.none() // answered

	w.clock = j.Due.AddDate(0, 0, 2)
	w.send(w.one(), "8")
	w.clock = w.clock.Add(3 * time.Hour) // the nag was due and is too late by now
	w.must(w.Settle(w.ctx, w.one(), 0, delivery.Outcome{Status: delivery.Expired, Reason: "too late"}))
	if untold, err := w.Untold(w.ctx, 10); err != nil || len(untold) != 0 {
		t.Errorf("a nag that expired is told of: %+v %v", untold, err)
	}
}

// What is answered while it is being sent gets no nag.
func answeredWhileSending(t *testing.T, w *world) {
	j := w.asking()
	w.must(w.Intend(w.ctx, j, 0))
	w.answer(j, conversations.AnswerTaken, "")
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Sent, PlatformID: "5", Requested: true}))
	w.clock = w.clock.Add(30 * minute)
	w.none()
}
