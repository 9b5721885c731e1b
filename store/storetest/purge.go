package storetest

import (
	"testing"
	"time"

	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"
)

var keep = delivery.Retention{Updates: 7 * 24 * time.Hour, Replies: 30 * 24 * time.Hour, Messages: 400 * 24 * time.Hour}

// purge purges until nothing is left to purge, and returns how many rows went.
func (w *world) purge() (total int64) {
	w.t.Helper()
	for range 100 {
		n, err := w.Purge(w.ctx, keep, 2)
		w.must(err)
		if total += n; n == 0 {
			return total
		}
	}
	w.t.Fatal("purging never ends")
	return 0
}

// What has ended goes once it is old; what may still happen, and what is young, stays.
func purged(t *testing.T, w *world) {
	begun := w.clock
	w.series(mia)
	open := draft("AAAAAAAAAA", 1, conversations.StepCard)
	open.ExpiresAt, open.UpdatedAt = w.clock.Add(time.Hour), w.clock
	w.turn(mia, conversations.Turn{Drafts: []conversations.DraftChange{{Draft: open}}})
	w.reply(mia, "hello", "")
	w.send(w.one(), "1")
	for day := range 3 {
		w.clock = time.Date(2026, 3, 2+day, 9, 30, 0, 0, time.UTC)
		w.send(w.one(), "m"+w.clock.Format("02"))
		w.must(w.Receipt(w.ctx, chat.Receipt{To: mia, MessageID: "m" + w.clock.Format("02"), Progress: chat.Read, At: w.clock}))
	}
	if n := w.purge(); n != 0 {
		t.Fatalf("%d young rows went", n)
	}
	w.clock = begun.Add(keep.Updates + time.Hour)
	if n := w.purge(); n != 3 { // of the series, the draft and the reply
		t.Errorf("%d rows after a week, want the three updates", n)
	}
	w.clock = begun.Add(keep.Replies + 3*time.Hour)
	if n := w.purge(); n != 2 { // the draft that nobody answered, and the reply
		t.Errorf("%d rows after a month, want the draft and the reply", n)
	}
	w.clock = begun.Add(keep.Messages + 24*time.Hour)
	if n := w.purge(); n != 1 {
		t.Errorf("%d rows after the messages' time, want the first reminder", n)
	}
	w.clock = begun.AddDate(3, 0, 0)
	if n := w.purge(); n != 2 { // the two other reminders; the fourth still waits to be sent
		t.Errorf("%d rows after years, want two reminders", n)
	}
	s := w.load(mia, "").Series
	if len(s) != 1 || s[0].Status != schedule.Active {
		t.Fatalf("series: %+v, want the one that goes on", s)
	}
	if j := w.one(); !j.Due.Equal(time.Date(2026, 3, 5, 9, 30, 0, 0, time.UTC)) {
		t.Errorf("what waited is gone: %+v", j)
	}
	w.must(w.Receive(w.ctx, chat.Update{ID: "late", Kind: chat.Text, From: mia, Text: "x"}))
	w.clock = w.clock.AddDate(1, 0, 0)
	w.purge()
	if waiting, err := w.Waiting(w.ctx, 10); err != nil || len(waiting) != 1 {
		t.Errorf("an update that nobody handled is gone: %v %v", waiting, err)
	}
}
