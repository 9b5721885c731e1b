package storetest

import (
	"errors"
	"testing"
	"time"

	"carebell/bot"
	"carebell/chat"
	"carebell/conversations"
)

func receiveOnce(t *testing.T, w *world) {
	u := chat.Update{ID: "7", Kind: chat.Text, From: mia, Text: "hello", SentAt: w.clock}
	w.must(w.Receive(w.ctx, u))
	w.must(w.Receive(w.ctx, u))
	waiting, err := w.Waiting(w.ctx, 10)
	w.must(err)
	if len(waiting) != 1 || waiting[0].Update.Text != "hello" || !waiting[0].Update.SentAt.Equal(w.clock) {
		t.Fatalf("waiting: %+v", waiting)
	}
	w.must(w.Commit(w.ctx, waiting[0], conversations.Turn{}))
	w.must(w.Receive(w.ctx, u)) // delivered again after it was handled
	if waiting, err = w.Waiting(w.ctx, 10); err != nil || len(waiting) != 0 {
		t.Fatalf("a handled update waits again: %v %v", waiting, err)
	}
}

func waitInOrder(t *testing.T, w *world) {
	for i, from := range []chat.Address{mia, mia, luis} {
		w.must(w.Receive(w.ctx, chat.Update{ID: string(rune('1' + i)), Kind: chat.Text, From: from, Text: string(rune('a' + i))}))
	}
	waiting, err := w.Waiting(w.ctx, 10)
	w.must(err)
	if len(waiting) != 2 || waiting[0].Update.Text != "a" || waiting[1].Update.Text != "c" {
		t.Fatalf("waiting: %+v, want the first of each chat", waiting)
	}
	w.must(w.Commit(w.ctx, waiting[0], conversations.Turn{}))
	waiting, err = w.Waiting(w.ctx, 10)
	w.must(err)
	if len(waiting) != 2 || waiting[0].Update.Text != "b" {
		t.Fatalf("waiting: %+v, want b next", waiting)
	}
	w.must(w.Quarantine(w.ctx, chat.Telegram, "9", []byte(`{"odd":`), "broken JSON"))
	w.must(w.Quarantine(w.ctx, chat.Telegram, "9", []byte(`{"odd":`), "broken JSON"))
	if again, err := w.Waiting(w.ctx, 10); err != nil || len(again) != 2 {
		t.Fatalf("quarantined updates wait: %v %v", again, err)
	}
}

func setAside(t *testing.T, w *world) {
	w.arrive(mia, chat.Update{Text: "first"})
	w.must(w.Receive(w.ctx, chat.Update{ID: "second", Kind: chat.Text, From: mia, Text: "second"}))
	for range 20 {
		waiting, err := w.Waiting(w.ctx, 10)
		w.must(err)
		if len(waiting) == 1 && waiting[0].Update.Text == "second" {
			return
		}
		if len(waiting) == 1 {
			w.must(w.Postpone(w.ctx, waiting[0], "it failed"))
			if rest, err := w.Waiting(w.ctx, 10); err != nil || len(rest) == 1 && rest[0].Update.Text == "first" {
				t.Fatalf("a postponed update is tried at once: %v %v", rest, err)
			}
		}
		w.clock = w.clock.Add(10 * time.Second)
	}
	t.Fatal("the chat is stuck behind an update that always fails")
}

func commitOnce(t *testing.T, w *world) {
	a := w.arrive(mia, chat.Update{Text: "x"})
	turn := conversations.Turn{
		Person:  conversations.Person{Language: "es", Zone: "Europe/Madrid", ZoneConfirmed: true, Name: "Ana"},
		Replies: []conversations.Reply{{ID: w.id(), Message: chat.Message{Text: "hola"}}},
	}
	w.must(w.Commit(w.ctx, a, turn))
	if err := w.Commit(w.ctx, a, turn); !errors.Is(err, bot.ErrHandled) {
		t.Fatalf("second commit: %v, want ErrHandled", err)
	}
	if jobs := w.claim(); len(jobs) != 1 || jobs[0].Message.Text != "hola" || jobs[0].To != mia {
		t.Fatalf("claimed: %+v, want one reply", jobs)
	}
	p := w.load(mia, "").Person
	if p.ID == "" || p.Language != "es" || p.Zone != "Europe/Madrid" || !p.ZoneConfirmed {
		t.Errorf("person: %+v", p)
	}
	if p.Name != "" {
		t.Errorf("the name %q is kept without consent", p.Name)
	}
}

func draft(id string, version int, step conversations.DraftStep) conversations.Draft {
	return conversations.Draft{ID: id, Kind: conversations.KindSchedule, Step: step, Status: conversations.DraftOpen, Version: version}
}

func commitConflict(t *testing.T, w *world) {
	d := draft("AAAAAAAAAA", 1, conversations.StepCard)
	d.ExpiresAt = w.clock.Add(time.Hour)
	d.Data.Text = "tomorrow 15:00"
	w.turn(mia, conversations.Turn{Drafts: []conversations.DraftChange{{Draft: d}}})
	state := w.load(mia, "")
	if len(state.Open) != 1 || state.Open[0].Data.Text != "tomorrow 15:00" || state.Open[0].Owner != state.Person.ID {
		t.Fatalf("open: %+v", state.Open)
	}
	d.Version = 2
	w.turn(mia, conversations.Turn{Drafts: []conversations.DraftChange{{Draft: d, From: 1}}})

	stale := w.arrive(mia, chat.Update{Text: "x"})
	d.Version, d.Step = 2, conversations.StepDone
	err := w.Commit(w.ctx, stale, conversations.Turn{
		Drafts:  []conversations.DraftChange{{Draft: d, From: 1}},
		Replies: []conversations.Reply{{ID: w.id(), Message: chat.Message{Text: "lost"}}}})
	if !errors.Is(err, bot.ErrConflict) {
		t.Fatalf("commit on an old version: %v, want ErrConflict", err)
	}
	w.none()
	if waiting, err := w.Waiting(w.ctx, 10); err != nil || len(waiting) != 1 {
		t.Fatalf("the update of a turn that was not saved is gone: %v %v", waiting, err)
	}
	w.must(w.Commit(w.ctx, stale, conversations.Turn{}))

	w.clock = w.clock.Add(2 * time.Hour)
	if open := w.load(mia, "").Open; len(open) != 0 {
		t.Errorf("an expired draft is open: %+v", open)
	}
}

func tappedDraft(t *testing.T, w *world) {
	d := draft("BBBBBBBBBB", 1, conversations.StepCard)
	d.ExpiresAt = w.clock.Add(time.Hour)
	w.turn(mia, conversations.Turn{Drafts: []conversations.DraftChange{{Draft: d}}})
	state := w.load(luis, "v1:ok:BBBBBBBBBB:1")
	if state.Tapped == nil || state.Tapped.Owner == "" || state.Tapped.Owner == state.Person.ID {
		t.Fatalf("tapped: %+v by %+v", state.Tapped, state.Person)
	}
	if state := w.load(luis, "v1:ok:CCCCCCCCCC:1"); state.Tapped != nil {
		t.Fatalf("a draft that never was is found: %+v", state.Tapped)
	}
}

func consent(t *testing.T, w *world) {
	w.turn(mia, conversations.Turn{Person: conversations.Person{Name: "Ana", Consent: "2026-11"},
		Consent: &conversations.Consent{Given: true, Version: "2026-11", Language: "en", MessageID: "5"}})
	if p := w.load(mia, "").Person; p.Consent != "2026-11" || p.Stopped || p.Name != "Ana" {
		t.Fatalf("after consent: %+v", p)
	}
	w.clock = w.clock.Add(minute)
	w.turn(mia, conversations.Turn{Person: conversations.Person{Consent: "2026-11", Stopped: true},
		Consent: &conversations.Consent{Given: false}})
	if p := w.load(mia, "").Person; p.Consent != "" || !p.Stopped {
		t.Fatalf("after STOP: %+v", p)
	}
	w.turn(luis, conversations.Turn{Person: conversations.Person{Stopped: true}, Consent: &conversations.Consent{Given: false}})
	if p := w.load(luis, "").Person; p.Consent != "" || !p.Stopped {
		t.Fatalf("after a stranger's STOP: %+v", p)
	}
	w.clock = w.clock.Add(minute)
	w.turn(mia, conversations.Turn{Consent: &conversations.Consent{Given: true, Version: "2026-11"}})
	if p := w.load(mia, "").Person; p.Consent != "2026-11" || p.Stopped {
		t.Fatalf("after START: %+v", p)
	}
}
