package storetest

import (
	"slices"
	"testing"
	"time"

	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"
)

// fail takes a job through intent and a refusal for good.
func (w *world) fail(j delivery.Job) {
	w.t.Helper()
	w.must(w.Intend(w.ctx, j, 0))
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Failed, Reason: "chat not found", Requested: true, Certain: true}))
}

// again retries a failed message and reports whether that was possible.
func (w *world) again(id string) bool {
	w.t.Helper()
	ids, err := w.Retry(w.ctx, []string{id})
	w.must(err)
	return slices.Equal(ids, []string{id})
}

func failedList(t *testing.T, w *world) {
	w.series(mia)
	w.clock = w.clock.Add(31 * minute)
	j := w.one()
	w.fail(j)
	w.none()
	failed, err := w.Failed(w.ctx, w.clock.Add(-time.Hour), 10)
	w.must(err)
	want := delivery.Failure{ID: j.ID, Channel: mia.Channel, Template: "reminder", Due: j.Due, Until: j.Due.Add(2 * time.Hour), Reason: "chat not found", Open: true}
	if len(failed) != 1 || failed[0] != want {
		t.Fatalf("failed: %+v, want %+v", failed, want)
	}
	if !w.again(j.ID) || w.again(j.ID) {
		t.Error("it should be tried again once")
	}
	retried := w.one()
	if retried.ID != j.ID || retried.Marked {
		t.Errorf("claimed %+v, want the same message, unmarked: nothing of it arrived", retried)
	}
	w.send(retried, "7")
	if got := w.status(mia); got != "sent" {
		t.Errorf("status %q, want sent", got)
	}
	if failed, err = w.Failed(w.ctx, w.clock.Add(-time.Hour), 10); err != nil || len(failed) != 0 {
		t.Errorf("failed: %+v, %v; want none", failed, err)
	}
}

// notRetried ends a failed message in some way, after which nobody can try it again.
func notRetried(end func(w *world, series string, j delivery.Job)) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		j := w.asking()
		w.fail(j)
		end(w, w.load(mia, "").Series[0].Series.ID, j)
		if w.again(j.ID) {
			t.Error("it is tried again")
		}
		for _, other := range w.claim() {
			if other.ID == j.ID {
				t.Error("it is claimed again")
			}
		}
	}
}

func ofChange(status schedule.SeriesStatus) func(w *world, series string, j delivery.Job) {
	return func(w *world, series string, _ delivery.Job) {
		w.turn(mia, conversations.Turn{Change: []conversations.SeriesChange{{ID: series, Status: status, Why: "asked"}}})
	}
}
