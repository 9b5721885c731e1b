package storetest

import (
	"testing"
	"time"

	"carebell/chat"
	"carebell/delivery"
)

func receipts(t *testing.T, w *world) {
	w.series(mia)
	w.clock = w.clock.Add(time.Hour)
	w.send(w.one(), "5")
	for _, step := range []struct {
		progress chat.Progress
		want     string
	}{{chat.Delivered, "delivered"}, {chat.Delivered, "delivered"}, {chat.Read, "read"}, {chat.Delivered, "read"}} {
		w.must(w.Receipt(w.ctx, chat.Receipt{To: mia, MessageID: "5", Progress: step.progress, At: w.clock}))
		if got := w.status(mia); got != step.want {
			t.Fatalf("after %s: %q, want %q", step.progress, got, step.want)
		}
	}
	w.must(w.Receipt(w.ctx, chat.Receipt{To: luis, MessageID: "5", Progress: chat.Read, At: w.clock}))
}

func earlyReceipt(t *testing.T, w *world) {
	w.series(mia)
	w.clock = w.clock.Add(time.Hour)
	j := w.one()
	w.must(w.Intend(w.ctx, j, 0))
	w.must(w.Receipt(w.ctx, chat.Receipt{To: mia, MessageID: "5", Progress: chat.Delivered, At: w.clock}))
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Sent, PlatformID: "5", Requested: true}))
	if got := w.status(mia); got != "delivered" {
		t.Fatalf("status %q, want delivered", got)
	}
}

func earlierPartSettlesNothing(t *testing.T, w *world) {
	w.series(mia)
	w.clock = w.clock.Add(time.Hour)
	j := w.one()
	w.must(w.Intend(w.ctx, j, 0))
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Sending, PlatformID: "5", Requested: true}))
	w.must(w.Intend(w.ctx, j, 1))
	w.must(w.Settle(w.ctx, j, 1, delivery.Outcome{Status: delivery.Unknown, At: w.clock.Add(minute), MarkNext: true, Requested: true}))
	w.must(w.Receipt(w.ctx, chat.Receipt{To: mia, MessageID: "5", Progress: chat.Read, At: w.clock}))
	if got := w.status(mia); got != "unknown" {
		t.Fatalf("status %q, want unknown: the first part says nothing of the second", got)
	}
	w.clock = w.clock.Add(minute)
	j = w.one() // the repeat of the second part
	w.must(w.Intend(w.ctx, j, 1))
	w.must(w.Settle(w.ctx, j, 1, delivery.Outcome{Status: delivery.Sent, PlatformID: "6", Requested: true}))
	w.must(w.Receipt(w.ctx, chat.Receipt{To: mia, MessageID: "5", Progress: chat.Read, At: w.clock}))
	if got := w.status(mia); got != "sent" {
		t.Fatalf("status %q after the word about the first part, want sent", got)
	}
	w.must(w.Receipt(w.ctx, chat.Receipt{To: mia, MessageID: "6", Progress: chat.Delivered, At: w.clock}))
	if got := w.status(mia); got != "delivered" {
		t.Fatalf("status %q, want delivered", got)
	}
}

func toldOnce(t *testing.T, w *world) {
	w.series(mia)
	w.series(mia)
	w.clock = w.clock.Add(time.Hour)
	first := w.one()
	w.must(w.Settle(w.ctx, first, 0, delivery.Outcome{Status: delivery.Expired, Reason: "too late"}))
	if untold, err := w.Untold(w.ctx, 10); err != nil || len(untold) != 0 {
		t.Fatalf("told while something is overdue: %+v %v", untold, err)
	}
	w.must(w.Settle(w.ctx, w.one(), 0, delivery.Outcome{Status: delivery.Expired, Reason: "too late"}))
	untold, err := w.Untold(w.ctx, 10)
	w.must(err)
	if len(untold) != 1 || len(untold[0].Missed) != 2 || untold[0].To != mia || untold[0].Missed[0].Text != "Take it" {
		t.Fatalf("untold: %+v", untold)
	}
	w.must(w.Tell(w.ctx, untold[0], chat.Message{Text: "two were missed"}))
	w.must(w.Tell(w.ctx, untold[0], chat.Message{Text: "two were missed"}))
	if again, err := w.Untold(w.ctx, 10); err != nil || len(again) != 0 {
		t.Fatalf("untold again: %+v %v", again, err)
	}
	j := w.one()
	if j.Message.Text != "two were missed" {
		t.Fatalf("notice: %+v", j)
	}
	w.send(j, "9")
	w.none()
}
