package storetest

import (
	"errors"
	"testing"
	"time"

	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"
)

// endings are the ways in which a reminder must not follow an answer, a stop or a block.
var endings = []struct {
	name string
	test func(*testing.T, *world)
}{
	{"an answer takes back a nag that is paused", answerTakesBackPaused},
	{"an answer while the request hangs ends its repeat", answerEndsRepeat},
	{"an answer takes back what waits for a retry", answerTakesBackRetry},
	{"a snooze settles an unknown outcome", snoozeSettlesUnknown},
	{"nobody is told after STOP", notToldAfterStop},
	{"nothing of a finished series follows unreachable", finishedUnreachable},
	{"a cancelled series is not snoozed", cancelledNotSnoozed},
	{"what is answered after its claim does not leave", answeredAfterClaim},
	{"what was claimed before STOP does not leave", stoppedAfterClaim},
	{"a snooze ends the repeat of a nag", snoozeEndsNagsRepeat},
	{"an Undo of a pause keeps what waited for its retry", undoKeepsRetry},
	{"a resumed series does not nag about what was snoozed", resumedDoesNotNag},
	{"nobody is told once they cannot be reached", notToldUnreachable},
	{"what has begun to arrive is finished", begunIsFinished},
	{"an answer that is taken back is asked about again", undoneIsAskedAgain},
}

// withdrawn expects that a claimed job may not leave any more, and ends it as the engine does.
func (w *world) withdrawn(j delivery.Job) {
	w.t.Helper()
	if err := w.Intend(w.ctx, j, 0); !errors.Is(err, delivery.ErrCancelled) {
		w.t.Errorf("the intent of what was cancelled: %v, want ErrCancelled", err)
	}
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Pending, Free: true, At: w.clock}))
	w.clock = w.clock.Add(minute)
	w.none()
}

func answerTakesBackPaused(t *testing.T, w *world) {
	j := w.asking()
	w.send(j, "5")
	s := w.load(mia, "").Series[0]
	w.clock = w.clock.Add(minute)
	w.turn(mia, conversations.Turn{Change: []conversations.SeriesChange{{ID: s.ID, Status: schedule.PausedNow, Why: "unreachable"}}})
	w.clock = w.clock.Add(minute)
	w.answer(j, conversations.AnswerTaken, "")
	w.clock = w.clock.Add(minute)
	w.turn(mia, conversations.Turn{Change: []conversations.SeriesChange{{ID: s.ID, Status: schedule.Active}}})
	w.clock = j.Due.Add(31 * minute)
	w.none()
}

func answerEndsRepeat(t *testing.T, w *world) {
	j := w.asking()
	w.must(w.Intend(w.ctx, j, 0))
	w.answer(j, conversations.AnswerTaken, "")
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Unknown, At: w.clock.Add(10 * time.Second), MarkNext: true, Requested: true}))
	w.clock = w.clock.Add(minute)
	w.none()
}

func answerTakesBackRetry(t *testing.T, w *world) {
	j := w.asking()
	w.must(w.Intend(w.ctx, j, 0))
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Pending, At: w.clock.Add(minute), Requested: true, Certain: true}))
	w.answer(j, conversations.AnswerTaken, "")
	w.clock = w.clock.Add(2 * minute)
	w.none()
}

func snoozeSettlesUnknown(t *testing.T, w *world) {
	j := w.asking()
	w.must(w.Intend(w.ctx, j, 0))
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Unknown, At: w.clock.Add(10 * time.Second), MarkNext: true, Requested: true}))
	w.turn(mia, conversations.Turn{Snoozes: []conversations.Snooze{{MessageID: j.ID, At: w.clock.Add(15 * minute), Until: j.Due.Add(2 * time.Hour)}}})
	w.clock = w.clock.Add(minute)
	w.none()
}

func notToldAfterStop(t *testing.T, w *world) {
	w.series(mia)
	w.clock = w.clock.Add(24 * time.Hour)
	w.must(w.Settle(w.ctx, w.one(), 0, delivery.Outcome{Status: delivery.Expired, Reason: "late"}))
	untold, err := w.Untold(w.ctx, 10)
	w.must(err)
	if len(untold) != 1 {
		t.Fatalf("untold: %+v", untold)
	}
	w.turn(mia, conversations.Turn{Person: conversations.Person{Stopped: true}, Consent: &conversations.Consent{Given: false},
		Change: []conversations.SeriesChange{{ID: w.load(mia, "").Series[0].ID, Status: schedule.PausedNow, Why: "stopped"}}})
	w.must(w.Tell(w.ctx, untold[0], chat.Message{Text: "missed"}))
	w.none()
}

func finishedUnreachable(t *testing.T, w *world) {
	at := w.clock.Add(minute)
	w.turn(mia, conversations.Turn{Person: conversations.Person{Consent: "1"}, Create: []conversations.NewSeries{{First: schedule.Occurrence{At: at, Slot: "once"},
		Series: schedule.Series{ID: w.id(), Code: "AAAA", Message: "aspirin", Template: "medication_reminder", Asks: "dose", NagEvery: 30 * minute, NagTimes: 2,
			Rule: schedule.Once(at, time.UTC), Status: schedule.Active, Version: 1, MaxLateness: 2 * time.Hour}}}})
	w.clock = at
	w.send(w.one(), "5")
	w.reply(mia, "hi", "")
	w.must(w.Settle(w.ctx, w.one(), 0, delivery.Outcome{Status: delivery.Failed, Reason: "blocked", Unreachable: "blocked"}))
	w.clock = w.clock.Add(31 * minute)
	w.none()
}

func cancelledNotSnoozed(t *testing.T, w *world) {
	j := w.asking()
	w.send(j, "5")
	s := w.load(mia, "").Series[0]
	w.turn(mia, conversations.Turn{Change: []conversations.SeriesChange{{ID: s.ID, Status: schedule.Cancelled, Why: "stopped"}}})
	w.turn(mia, conversations.Turn{Snoozes: []conversations.Snooze{{MessageID: j.ID, At: w.clock.Add(15 * minute), Until: j.Due.Add(2 * time.Hour)}}})
	w.clock = w.clock.Add(16 * minute)
	w.none()
}

func answeredAfterClaim(t *testing.T, w *world) {
	j := w.asking()
	w.send(j, "5")
	w.clock = w.clock.Add(30 * minute)
	nag := w.one()
	w.answer(j, conversations.AnswerTaken, "")
	w.withdrawn(nag)
}

func stoppedAfterClaim(t *testing.T, w *world) {
	j := w.asking()
	w.turn(mia, conversations.Turn{Person: conversations.Person{Stopped: true}, Consent: &conversations.Consent{Given: false}})
	w.withdrawn(j)
}

func snoozeEndsNagsRepeat(t *testing.T, w *world) {
	j := w.asking()
	w.send(j, "5")
	w.clock = w.clock.Add(30 * minute)
	nag := w.one()
	w.must(w.Intend(w.ctx, nag, 0))
	w.must(w.Settle(w.ctx, nag, 0, delivery.Outcome{Status: delivery.Unknown, At: w.clock.Add(10 * time.Second), MarkNext: true, Requested: true}))
	w.turn(mia, conversations.Turn{Snoozes: []conversations.Snooze{{MessageID: j.ID, At: w.clock.Add(15 * minute), Until: j.Due.Add(2 * time.Hour)}}})
	w.clock = w.clock.Add(minute)
	w.none()
}

func undoKeepsRetry(t *testing.T, w *world) {
	j := w.asking()
	w.must(w.Intend(w.ctx, j, 0))
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Pending, At: w.clock.Add(minute), Requested: true, Certain: true}))
	s := w.load(mia, "").Series[0]
	w.clock = w.clock.Add(20 * time.Second)
	w.turn(mia, conversations.Turn{Change: []conversations.SeriesChange{{ID: s.ID, Status: schedule.PausedNow, Why: "stopped"}}})
	w.clock = w.clock.Add(20 * time.Second)
	w.turn(mia, conversations.Turn{Change: []conversations.SeriesChange{{ID: s.ID, Status: schedule.Active}}})
	w.clock = w.clock.Add(minute)
	w.one()
}

func resumedDoesNotNag(t *testing.T, w *world) {
	j := w.asking()
	w.send(j, "5")
	s := w.load(mia, "").Series[0]
	w.clock = w.clock.Add(minute)
	w.turn(mia, conversations.Turn{Change: []conversations.SeriesChange{{ID: s.ID, Status: schedule.PausedNow, Why: "unreachable"}}})
	w.turn(mia, conversations.Turn{Snoozes: []conversations.Snooze{{MessageID: j.ID, At: w.clock.Add(15 * minute), Until: j.Due.Add(2 * time.Hour)}}})
	w.turn(mia, conversations.Turn{Change: []conversations.SeriesChange{{ID: s.ID, Status: schedule.Active}}})
	w.clock = w.clock.Add(60 * minute)
	if jobs := w.claim(); len(jobs) == 1 {
		w.send(jobs[0], "6")
	}
	w.none() // nag and snooze both
}

func notToldUnreachable(t *testing.T, w *world) {
	w.series(mia)
	w.clock = w.clock.Add(24 * time.Hour)
	w.must(w.Settle(w.ctx, w.one(), 0, delivery.Outcome{Status: delivery.Expired, Reason: "late"}))
	untold, err := w.Untold(w.ctx, 10)
	w.must(err)
	w.reply(mia, "hi", "")
	w.must(w.Settle(w.ctx, w.one(), 0, delivery.Outcome{Status: delivery.Failed, Reason: "blocked", Unreachable: "blocked"}))
	w.must(w.Tell(w.ctx, untold[0], chat.Message{Text: "missed"}))
	w.none()
}

// An answer that is taken back is asked about again.
func undoneIsAskedAgain(t *testing.T, w *world) {
	j := w.asking()
	w.send(j, "5")
	w.answer(j, conversations.AnswerTaken, "")
	w.answer(j, conversations.AnswerUndone, "")
	w.clock = w.clock.Add(30 * minute)
	if nag := w.one(); nag.Kind != delivery.KindNag {
		t.Errorf("claimed %+v, want a nag", nag)
	}
}

// Half a message is worse than all of it: a cancel does not keep its other parts back.
func begunIsFinished(t *testing.T, w *world) {
	w.reply(mia, "long", "")
	j := w.one()
	w.must(w.Intend(w.ctx, j, 0))
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Sending, PlatformID: "1", Requested: true}))
	w.turn(mia, conversations.Turn{Person: conversations.Person{Stopped: true}, Consent: &conversations.Consent{}})
	w.must(w.Intend(w.ctx, j, 1))
	w.must(w.Settle(w.ctx, j, 1, delivery.Outcome{Status: delivery.Sent, PlatformID: "2", Requested: true}))
}
