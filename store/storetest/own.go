package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"carebell/bot"
	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
)

func (w *world) record(who chat.Address, since time.Time) conversations.Record {
	w.t.Helper()
	r, err := w.Record(w.ctx, bot.Arrival{Update: chat.Update{From: who}}, conversations.Wanted{Since: since})
	w.must(err)
	return r
}

// erase commits that everything of a person goes, and returns the id of the last word.
func (w *world) erase(who chat.Address) string {
	w.t.Helper()
	id := w.id()
	w.turn(who, conversations.Turn{Erase: true, Replies: []conversations.Reply{{ID: id, Message: chat.Message{Text: "goodbye"}}}})
	return id
}

func (w *world) forget(want int) {
	w.t.Helper()
	n, err := w.Forget(w.ctx)
	w.must(err)
	if n != want {
		w.t.Errorf("%d people were forgotten, want %d", n, want)
	}
}

func record(t *testing.T, w *world) {
	begun := w.clock
	w.daily(luis, "1100", false)
	j := w.asking()
	w.send(j, "5")
	w.clock = w.clock.Add(time.Minute)
	w.answer(j, conversations.AnswerSkipped, "unwell")
	w.turn(mia, conversations.Turn{Person: conversations.Person{Name: "Mia", Consent: "1"},
		Consent: &conversations.Consent{Given: true, Version: "1", Language: "en"}})
	w.clock = w.clock.Add(time.Hour)
	w.turn(mia, conversations.Turn{Person: conversations.Person{Name: "Mia", Consent: "1"}, Consent: &conversations.Consent{Version: "1", Language: "en"}})

	r := w.record(mia, time.Time{})
	if !r.Since.Equal(begun) || len(r.Addresses) != 1 || r.Addresses[0] != mia {
		t.Errorf("since %v at %v, want Mia's", r.Since, r.Addresses)
	}
	if len(r.Consents) != 1 || r.Consents[0].GivenAt.IsZero() || !r.Consents[0].WithdrawnAt.Equal(w.clock) || r.Consents[0].Version != "1" {
		t.Errorf("consents %+v, want one that was withdrawn", r.Consents)
	}
	if len(r.Series) != 1 || r.Series[0].Message != "aspirin" || r.Series[0].Asks != "dose" || r.Series[0].Rule.IsZero() || !r.Series[0].CreatedAt.Equal(begun) {
		t.Errorf("series %+v, want Mia's alone", r.Series)
	}
	if len(r.Messages) < 2 || r.Messages[0].ID != j.ID || r.Messages[0].Status != "sent" || !r.Messages[0].Due.Equal(j.Due) ||
		r.Messages[0].Zone != "Europe/London" || !r.Messages[0].Until.Equal(j.Due.Add(2*time.Hour)) || r.Messages[0].Series != r.Series[0].ID {
		t.Errorf("messages %+v", r.Messages)
	}
	for _, m := range r.Messages {
		if m.Text != "aspirin" {
			t.Errorf("%q is somebody else's", m.Text)
		}
	}
	if len(r.Answers) != 1 || r.Answers[0].Message != j.ID || r.Answers[0].Reason != "unwell" || !r.Answers[0].Due.Equal(j.Due) || !r.Answers[0].UndoneAt.IsZero() {
		t.Errorf("answers %+v", r.Answers)
	}
	if late := w.record(mia, j.Due.Add(time.Second)); len(late.Answers) != 0 || len(late.Messages) != len(r.Messages)-1 && len(late.Messages) != len(r.Messages)-2 {
		t.Errorf("since after the first: %d messages and %d answers", len(late.Messages), len(late.Answers))
	}
	if none := w.record(chat.Address{Channel: chat.Telegram, ID: "9999"}, time.Time{}); len(none.Addresses)+len(none.Series)+len(none.Messages) != 0 {
		t.Errorf("of a stranger: %+v", none)
	}
}

func erased(t *testing.T, w *world) {
	w.daily(luis, "1100", false)
	j := w.asking()
	w.send(j, "5")
	w.answer(j, conversations.AnswerTaken, "")
	open := draft("AAAAAAAAAA", 1, conversations.StepCard)
	open.ExpiresAt, open.UpdatedAt = w.clock.Add(time.Hour), w.clock
	w.turn(mia, conversations.Turn{Drafts: []conversations.DraftChange{{Draft: open}}})
	w.reply(mia, "waits", "")
	last := w.erase(mia)
	w.forget(0) // the last word has not left

	state := w.load(mia, "v1:ok:AAAAAAAAAA:1")
	if state.Person != (conversations.Person{}) || len(state.Open)+len(state.Series)+len(state.Recent)+len(state.Doses) != 0 || state.Tapped != nil {
		t.Errorf("what is left: %+v", state)
	}
	if r := w.record(mia, time.Time{}); len(r.Addresses)+len(r.Consents)+len(r.Series)+len(r.Messages)+len(r.Answers) != 0 {
		t.Errorf("on record: %+v", r)
	}
	var words []delivery.Job
	for _, j := range w.claim() {
		if j.To == mia {
			words = append(words, j)
		} else {
			w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Pending, Free: true, At: w.clock}))
		}
	}
	if len(words) != 1 || words[0].ID != last || words[0].Message.Text != "goodbye" {
		t.Fatalf("what leaves: %+v, want the last word", words)
	}
	w.send(words[0], "6")
	w.forget(1)
	w.forget(0)
	w.must(w.Receipt(w.ctx, chat.Receipt{To: mia, MessageID: "6", Progress: chat.Read, At: w.clock})) // as late as can be
	if s := w.load(luis, "").Series; len(s) != 1 || s[0].Next.IsZero() {
		t.Errorf("somebody else's series: %+v", s)
	}
	w.clock = w.clock.AddDate(0, 0, 3)
	for _, j := range w.claim() {
		if j.To == mia {
			t.Errorf("a message comes after all: %+v", j)
		}
	}
}

func erasedBeginsAnew(t *testing.T, w *world) {
	w.series(mia)
	w.erase(mia)
	// Before the last word has left, so that it is a reply of the new conversation.
	w.series(mia)
	w.send(w.one(), "7")
	w.forget(0)
	if s := w.load(mia, ""); len(s.Series) != 1 || s.Person.ID == "" {
		t.Fatalf("who began anew has %+v", s)
	}
	last := w.erase(mia)
	j := w.one()
	if j.ID != last {
		t.Fatalf("claimed %+v, want the second last word", j)
	}
	w.send(j, "8")
	w.forget(1)
	w.series(mia)
	if s := w.load(mia, ""); len(s.Series) != 1 {
		t.Errorf("after everything was gone: %+v", s)
	}
}

func erasedWhileSending(t *testing.T, w *world) {
	j := w.asking()
	w.must(w.Intend(w.ctx, j, 0))
	last := w.erase(mia)
	w.none() // the last word does not overtake what is on the wire
	if err := w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Sent, PlatformID: "5", Requested: true}); !errors.Is(err, delivery.ErrFenced) {
		t.Errorf("the outcome of an erased message: %v, want ErrFenced", err)
	}
	if err := w.Intend(w.ctx, j, 1); !errors.Is(err, delivery.ErrFenced) {
		t.Errorf("a second request for it: %v, want ErrFenced", err)
	}
	w.clock = w.clock.Add(lease + time.Second)
	if batch, err := w.Orphans(w.ctx, 10, lease); err != nil || len(batch.Jobs) != 0 {
		t.Errorf("orphans of an erased person: %+v %v", batch.Jobs, err)
	}
	word := w.one()
	if word.ID != last {
		t.Fatalf("claimed %+v, want the last word", word)
	}
	w.send(word, "6")
	w.forget(1)
}

func erasedTwice(t *testing.T, w *world) {
	w.erase(luis) // nobody of whom anything is kept
	before := w.arrive(mia, chat.Update{Text: "hello"})
	w.must(w.Commit(w.ctx, before, conversations.Turn{}))
	earlier := before.Update.ID
	w.series(mia)
	a := w.arrive(mia, chat.Update{Text: "DELETE"})
	turn := conversations.Turn{Erase: true, Replies: []conversations.Reply{{ID: w.id(), Message: chat.Message{Text: "goodbye"}}}}
	w.must(w.Commit(w.ctx, a, turn))
	if err := w.Commit(w.ctx, a, turn); !errors.Is(err, bot.ErrHandled) {
		t.Errorf("the same turn again: %v, want ErrHandled", err)
	}
	// The platform brings what it brought before once more.
	for _, id := range []string{earlier, a.Update.ID} {
		w.must(w.Receive(w.ctx, chat.Update{ID: id, Kind: chat.Text, From: mia, Text: "x", SentAt: w.clock}))
	}
	if waiting, err := w.Waiting(w.ctx, 10); err != nil {
		t.Fatal(err)
	} else {
		for _, a := range waiting {
			if a.Update.From == mia {
				t.Errorf("update %s counts twice", a.Update.ID)
			}
		}
	}
	second := w.erase(mia)
	for _, j := range w.claim() {
		if j.To == mia && j.ID != second {
			t.Errorf("claimed %+v, want the newest word", j)
		}
		w.send(j, j.ID)
	}
	w.forget(2)
	if s := w.load(mia, "").Series; len(s) != 0 {
		t.Errorf("series: %+v", s)
	}
}

// People are erased while everything of theirs is being claimed, sent and recorded: each turn is saved
// at once or after the other, and nothing is left of anybody.
func erasedUnderLoad(t *testing.T, w *world) {
	const people = 12
	addresses := make([]chat.Address, people)
	for i := range addresses {
		addresses[i] = chat.Address{Channel: chat.Telegram, ID: fmt.Sprint(5000 + i)}
		w.series(addresses[i])
		w.reply(addresses[i], "hello", "")
	}
	w.clock = w.clock.Add(time.Hour)
	arrivals := make([]bot.Arrival, people)
	for i, a := range addresses {
		arrivals[i] = w.arrive(a, chat.Update{Text: "DELETE"})
	}
	stop, sent := make(chan struct{}), make(chan error, 1)
	go func() { sent <- w.sendAll(stop) }()
	var erasing sync.WaitGroup
	for i, a := range arrivals {
		id := w.id()
		erasing.Go(func() {
			turn := conversations.Turn{Erase: true, Replies: []conversations.Reply{{ID: id, Message: chat.Message{Text: "goodbye"}}}}
			if err := w.Commit(w.ctx, a, turn); err != nil {
				t.Errorf("erase %d: %v", i, err)
			}
		})
	}
	erasing.Wait()
	close(stop)
	if err := <-sent; err != nil {
		t.Error(err)
	}
	w.clock = w.clock.Add(2 * lease) // past whatever was on the wire
	done := make(chan struct{})
	close(done)
	for range 2 {
		if err := w.sendAll(done); err != nil {
			t.Error(err)
		}
	}
	w.forget(people)
	for _, a := range addresses {
		if r := w.record(a, time.Time{}); len(r.Addresses)+len(r.Series)+len(r.Messages) != 0 {
			t.Errorf("something is left of %s: %+v", a, r)
		}
	}
}

// sendAll sends what is due until stop is closed and once more after it. A row that is gone is fenced.
func (w *world) sendAll(stop <-chan struct{}) error {
	for last := false; ; {
		batch, err := w.Claim(w.ctx, 5, lease, channels)
		if err != nil {
			return fmt.Errorf("claim: %w", err)
		}
		for _, j := range batch.Jobs {
			err := w.Intend(w.ctx, j, 0)
			if err == nil {
				err = w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Sent, PlatformID: j.ID, Requested: true})
			}
			if err != nil && !errors.Is(err, delivery.ErrFenced) {
				return fmt.Errorf("send: %w", err)
			}
		}
		if last && len(batch.Jobs) == 0 {
			return nil
		}
		select {
		case <-stop:
			last = true
		default:
		}
	}
}
