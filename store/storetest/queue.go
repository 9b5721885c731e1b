package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"
)

func claimSuccessor(t *testing.T, w *world) {
	w.series(mia)
	for day := range 3 {
		w.clock = time.Date(2026, 3, 2+day, 9, 30, 0, 0, time.UTC)
		j := w.one()
		if !j.Due.Equal(w.clock) || j.Content != "Take it" || j.To != mia || j.Zone != "Europe/London" || j.Lateness != 2*time.Hour {
			t.Fatalf("day %d: %+v", day, j)
		}
		w.none()
		if day == 1 { // its fate does not matter for the next one
			w.must(w.Intend(w.ctx, j, 0))
			w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Failed, Reason: "refused", Requested: true, Certain: true}))
			continue
		}
		w.send(j, "m"+w.clock.Format("02"))
	}
	if s := w.load(mia, "").Series; len(s) != 1 || !s[0].Next.Equal(time.Date(2026, 3, 5, 9, 30, 0, 0, time.UTC)) {
		t.Fatalf("series: %+v", s)
	}
}

func notEarly(t *testing.T, w *world) {
	w.series(mia)
	w.clock = time.Date(2026, 3, 2, 9, 29, 59, 999_999_000, time.UTC)
	w.none()
	w.clock = w.clock.Add(time.Microsecond)
	w.one()
}

func repliesFirst(t *testing.T, w *world) {
	w.series(mia)
	w.clock = w.clock.Add(31 * minute)
	w.reply(mia, "saved", "")
	w.reply(luis, "hello", "")
	batch, err := w.Claim(w.ctx, 1, lease, channels)
	w.must(err)
	if len(batch.Jobs) != 1 || batch.Jobs[0].Source != delivery.Outbox {
		t.Fatalf("first claim: %+v, want a reply", batch.Jobs)
	}
	for _, j := range w.claim() {
		if j.To == batch.Jobs[0].To {
			t.Fatalf("two messages to one address at once: %+v", j)
		}
	}
	w.send(batch.Jobs[0], "1")
	if j := w.one(); j.Source != delivery.Occurrence {
		t.Fatalf("after the reply: %+v, want the occurrence", j)
	}
}

// A class leaves before the next one, however long the queue of that is, unless one of it has waited
// longer by the difference of their head starts.
func classes(t *testing.T, w *world) {
	person := func(id string) chat.Address { return chat.Address{Channel: chat.Telegram, ID: id} }
	w.daily(person("waits longest"), "0910", false)
	for i := range 40 {
		w.daily(person(fmt.Sprint("normal ", i)), "0925", false)
	}
	w.daily(person("critical"), "0930", true)
	w.clock = w.clock.Add(31 * minute)
	w.reply(person("reply"), "saved", "")
	var order []string
	for range 4 {
		batch, err := w.Claim(w.ctx, 1, lease, channels)
		w.must(err)
		if len(batch.Jobs) != 1 {
			t.Fatalf("claimed %d, want 1", len(batch.Jobs))
		}
		order = append(order, batch.Jobs[0].To.ID)
		w.send(batch.Jobs[0], fmt.Sprint(len(order)))
	}
	if want := []string{"waits longest", "reply", "critical"}; !slices.Equal(order[:3], want) || !strings.HasPrefix(order[3], "normal") {
		t.Errorf("they left in the order %q, want %q and then the others", order, want)
	}
	if rest := len(w.claim()); rest != 39 {
		t.Errorf("%d were left, want 39", rest)
	}
}

func keepOrder(t *testing.T, w *world) {
	w.reply(mia, "1", "")
	w.reply(mia, "2", "")
	first := w.one()
	w.none()
	w.must(w.Intend(w.ctx, first, 0))
	w.must(w.Settle(w.ctx, first, 0, delivery.Outcome{Status: delivery.Pending, Requested: true, Certain: true, At: w.clock.Add(minute), Reason: "later"}))
	w.none() // the second waits behind the first
	w.clock = w.clock.Add(minute)
	again := w.one()
	if again.Message.Text != "1" || again.Attempts != 1 || again.Copies != 0 {
		t.Fatalf("after a retry: %+v", again)
	}
	w.send(again, "10")
	if second := w.one(); second.Message.Text != "2" {
		t.Fatalf("then: %+v", second)
	}
}

func editAims(t *testing.T, w *world) {
	card := w.reply(mia, "card", "")
	w.reply(mia, "saved", card)
	w.send(w.one(), "77")
	j := w.one()
	if j.Operation != delivery.Edit || j.TargetID != "77" || j.Message.Text != "saved" {
		t.Fatalf("edit: %+v", j)
	}
	w.must(w.Intend(w.ctx, j, 0))
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Pending, AsNew: true, Requested: true, Certain: true, At: w.clock}))
	if j = w.one(); j.Operation != delivery.Send || j.Message.Text != "saved" {
		t.Fatalf("an edit whose message is gone: %+v, want a new message", j)
	}
}

func editSupersedes(t *testing.T, w *world) {
	card := w.reply(mia, "card", "")
	w.send(w.one(), "77")
	w.reply(mia, "old", card)
	w.reply(mia, "new", card)
	if j := w.one(); j.Message.Text != "new" {
		t.Fatalf("edit: %+v", j)
	}
	w.none()
}

func editOfFailed(t *testing.T, w *world) {
	card := w.reply(mia, "card", "")
	j := w.one()
	w.must(w.Intend(w.ctx, j, 0))
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Failed, Reason: "refused", Requested: true, Certain: true}))
	w.reply(mia, "saved", card)
	if j := w.one(); j.Operation != delivery.Send {
		t.Fatalf("edit of what never arrived: %+v", j)
	}
}

func pausedChannel(t *testing.T, w *world) {
	w.reply(mia, "1", "")
	w.reply(luis, "2", "")
	until := w.clock.Add(minute)
	w.must(w.PauseChannel(w.ctx, chat.Telegram, until, "asked to wait"))
	w.must(w.PauseChannel(w.ctx, chat.Telegram, w.clock, "shorter"))
	if j := w.one(); j.To != luis {
		t.Fatalf("claimed %+v, want the other channel", j)
	}
	next, ok, err := w.NextDue(w.ctx, w.clock)
	w.must(err)
	if !ok || !next.Equal(until) {
		t.Fatalf("next due %v %v, want the end of the pause", next, ok)
	}
	w.clock = until
	if j := w.one(); j.To != mia {
		t.Fatalf("after the pause: %+v", j)
	}
}

// A process without a channel leaves its messages to the others; once they are too late anybody ends them.
func ownChannels(t *testing.T, w *world) {
	w.series(mia)
	w.reply(luis, "hello", "")
	w.clock = w.clock.Add(time.Hour)
	web := []chat.Channel{chat.WebChat}
	batch, err := w.Claim(w.ctx, 10, lease, web)
	w.must(err)
	if len(batch.Jobs) != 1 || batch.Jobs[0].To != luis {
		t.Fatalf("claimed %+v, want only the web chat's", batch.Jobs)
	}
	w.send(batch.Jobs[0], "1")
	w.clock = w.clock.Add(2 * time.Hour)
	if batch, err = w.Claim(w.ctx, 10, lease, web); err != nil || len(batch.Jobs) != 1 || batch.Jobs[0].To != mia {
		t.Fatalf("claimed %+v (%v), want what is too late", batch.Jobs, err)
	}
}

func cancelled(t *testing.T, w *world) {
	id := w.series(mia)
	w.clock = w.clock.Add(time.Hour)
	w.send(w.one(), "1")
	w.turn(luis, conversations.Turn{Change: []conversations.SeriesChange{{ID: id, Status: schedule.Cancelled, Why: "not theirs"}}})
	if len(w.load(mia, "").Series) != 1 {
		t.Fatal("somebody else cancelled a series")
	}
	w.turn(mia, conversations.Turn{Change: []conversations.SeriesChange{{ID: id, Status: schedule.Cancelled, Why: "the person"}}})
	w.clock = w.clock.AddDate(0, 0, 3)
	w.none()
	if len(w.load(mia, "").Series) != 0 {
		t.Error("a cancelled series is listed")
	}
}

func cancelWhileSending(t *testing.T, w *world) {
	id := w.series(mia)
	w.clock = w.clock.Add(time.Hour)
	j := w.one()
	w.must(w.Intend(w.ctx, j, 0))
	w.turn(mia, conversations.Turn{Change: []conversations.SeriesChange{{ID: id, Status: schedule.Cancelled, Why: "the person"}}})
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Pending, At: w.clock, Requested: true, Certain: true, Reason: "try again"}))
	w.none()
	if got := w.status(mia); got != "cancelled" {
		t.Errorf("status %q, want cancelled", got)
	}
}

func unreachable(t *testing.T, w *world) {
	w.series(mia)
	w.clock = w.clock.Add(time.Hour)
	j := w.one()
	w.must(w.Intend(w.ctx, j, 0))
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Failed, Reason: "blocked", Unreachable: "blocked", Requested: true, Certain: true}))
	state := w.load(mia, "")
	if state.Person.Unreachable != "blocked" {
		t.Errorf("person: %+v", state.Person)
	}
	if len(state.Series) != 1 || state.Series[0].Status != schedule.PausedNow || state.Series[0].Why != "unreachable" {
		t.Errorf("series: %+v", state.Series)
	}
	// A turn that was decided before does not bring it back; one that is about it does.
	w.turn(mia, conversations.Turn{Person: conversations.Person{Consent: "1"}})
	if p := w.load(mia, "").Person; p.Unreachable != "blocked" {
		t.Errorf("a turn on an older state made it reachable: %+v", p)
	}
	w.turn(mia, conversations.Turn{Person: conversations.Person{Consent: "1"}, Reach: new(string)})
	if p := w.load(mia, "").Person; p.Unreachable != "" {
		t.Errorf("after they came back: %+v", p)
	}
	w.clock = w.clock.AddDate(0, 0, 3)
	w.none()
}

func resumed(t *testing.T, w *world) {
	id := w.series(mia)
	w.turn(mia, conversations.Turn{Change: []conversations.SeriesChange{{ID: id, Status: schedule.PausedNow, Why: "stopped"}}})
	w.clock = w.clock.AddDate(0, 0, 3)
	w.none()
	s := w.load(mia, "").Series[0]
	next, _ := s.Rule.Next(w.clock)
	w.turn(mia, conversations.Turn{Change: []conversations.SeriesChange{{ID: id, Status: schedule.Active}}})
	w.none() // three days were missed, and none of them is sent
	w.clock = next.At
	if j := w.one(); !j.Due.Equal(next.At) {
		t.Fatalf("after resuming: %+v", j)
	}
}

func nextDue(t *testing.T, w *world) {
	if at, ok, err := w.NextDue(w.ctx, w.clock); err != nil || ok {
		t.Fatalf("empty store: due %v %v %v", at, ok, err)
	}
	w.series(mia)
	due := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	if at, ok, err := w.NextDue(w.ctx, w.clock); err != nil || !ok || !at.Equal(due) {
		t.Fatalf("due %v %v %v, want %v", at, ok, err, due)
	}
	w.clock = due
	w.one()
	next := due.AddDate(0, 0, 1)
	if at, ok, err := w.NextDue(w.ctx, w.clock); err != nil || !ok || !at.Equal(next) {
		t.Fatalf("due %v %v %v, want %v", at, ok, err, next)
	}
}

func fencing(t *testing.T, w *world) {
	w.series(mia)
	w.clock = w.clock.Add(time.Hour)
	old := w.one()
	if batch, err := w.Orphans(w.ctx, 10, lease); err != nil || len(batch.Jobs) != 0 {
		t.Fatalf("a lease that runs was taken over: %+v %v", batch.Jobs, err)
	}
	w.clock = w.clock.Add(lease)
	batch, err := w.Orphans(w.ctx, 10, lease)
	w.must(err)
	if len(batch.Jobs) != 1 || batch.Jobs[0].Ambiguous || batch.Jobs[0].Token == old.Token {
		t.Fatalf("orphans: %+v", batch.Jobs)
	}
	if err := w.Intend(w.ctx, old, 0); !errors.Is(err, delivery.ErrFenced) {
		t.Errorf("the old holder's intent: %v, want ErrFenced", err)
	}
	if err := w.Settle(w.ctx, old, 0, delivery.Outcome{Status: delivery.Sent, PlatformID: "1"}); !errors.Is(err, delivery.ErrFenced) {
		t.Errorf("the old holder's outcome: %v, want ErrFenced", err)
	}
	w.must(w.Settle(w.ctx, batch.Jobs[0], 0, delivery.Outcome{Status: delivery.Pending, At: w.clock, Free: true}))
	w.send(w.one(), "2")
}

func ambiguous(t *testing.T, w *world) {
	w.series(mia)
	w.clock = w.clock.Add(time.Hour)
	w.must(w.Intend(w.ctx, w.one(), 0))
	w.clock = w.clock.Add(lease)
	batch, err := w.Orphans(w.ctx, 10, lease)
	w.must(err)
	if len(batch.Jobs) != 1 || !batch.Jobs[0].Ambiguous || batch.Jobs[0].Copies != 1 || batch.Jobs[0].Attempts != 1 {
		t.Fatalf("orphans: %+v", batch.Jobs)
	}
}

func renewed(t *testing.T, w *world) {
	w.series(mia)
	w.clock = w.clock.Add(time.Hour)
	j := w.one()
	w.clock = w.clock.Add(lease - time.Second)
	w.must(w.Renew(w.ctx, []delivery.Job{j}, lease))
	w.clock = w.clock.Add(2 * time.Second)
	if batch, err := w.Orphans(w.ctx, 10, lease); err != nil || len(batch.Jobs) != 0 {
		t.Fatalf("a renewed lease was taken over: %+v %v", batch.Jobs, err)
	}
	w.send(j, "1")
}

func repeated(t *testing.T, w *world) {
	w.series(mia)
	w.clock = w.clock.Add(time.Hour)
	j := w.one()
	w.must(w.Intend(w.ctx, j, 0))
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Unknown, At: w.clock.Add(10 * time.Second), MarkNext: true, Requested: true, Reason: "timeout"}))
	w.none()
	w.clock = w.clock.Add(10 * time.Second)
	j = w.one()
	if !j.Marked || j.Copies != 1 || j.Attempts != 1 {
		t.Fatalf("the repeat: %+v", j)
	}
	w.must(w.Intend(w.ctx, j, 0))
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Unknown, Requested: true, Reason: "timeout"}))
	w.clock = w.clock.Add(time.Hour)
	w.none()
	if got := w.status(mia); got != "unknown" {
		t.Errorf("status %q, want unknown", got)
	}
}

func parts(t *testing.T, w *world) {
	w.reply(mia, "long", "")
	j := w.one()
	w.must(w.Intend(w.ctx, j, 0))
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Sending, PlatformID: "1", Requested: true}))
	w.must(w.Intend(w.ctx, j, 1))
	w.must(w.Settle(w.ctx, j, 1, delivery.Outcome{Status: delivery.Pending, At: w.clock, Requested: true, Certain: true}))
	j = w.one()
	if len(j.Parts) != 1 || j.Parts[0] != "1" || j.Copies != 0 {
		t.Fatalf("after one part: %+v", j)
	}
	w.send(j, "2")
	w.none()
}

func pauseWhileSending(t *testing.T, w *world) {
	for _, o := range []delivery.Outcome{
		{Status: delivery.Pending, At: w.clock.Add(time.Hour), Requested: true, Certain: true, Reason: "try again"},
		{Status: delivery.Unknown, At: w.clock.Add(time.Hour), Requested: true, MarkNext: true, Reason: "timeout"},
	} {
		w.clock = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		id := w.series(mia)
		w.clock = w.clock.Add(time.Hour)
		j := w.one()
		w.must(w.Intend(w.ctx, j, 0))
		w.turn(mia, conversations.Turn{Change: []conversations.SeriesChange{{ID: id, Status: schedule.PausedNow, Why: "stopped"}}})
		w.must(w.Settle(w.ctx, j, 0, o))
		w.clock = w.clock.AddDate(0, 0, 3)
		w.none()
	}
}

func stopSilences(t *testing.T, w *world) {
	w.series(mia)
	w.clock = w.clock.Add(time.Hour)
	w.must(w.Settle(w.ctx, w.one(), 0, delivery.Outcome{Status: delivery.Expired, Reason: "too late"}))
	w.reply(mia, "before", "")
	w.turn(mia, conversations.Turn{Person: conversations.Person{Stopped: true}, Consent: &conversations.Consent{Given: true, Version: "1"}})
	w.clock = w.clock.Add(minute)
	w.turn(mia, conversations.Turn{Person: conversations.Person{Stopped: true}, Consent: &conversations.Consent{},
		Replies: []conversations.Reply{{ID: w.id(), Message: chat.Message{Text: "goodbye"}}}})
	if untold, err := w.Untold(w.ctx, 10); err != nil || len(untold) != 0 {
		t.Errorf("a stopped person would be told: %+v %v", untold, err)
	}
	if j := w.one(); j.Message.Text != "goodbye" {
		t.Errorf("after STOP: %q", j.Message.Text)
	}
}

func stopHoldsForTheLast(t *testing.T, w *world) {
	rule, err := schedule.ParseRule("DTSTART;TZID=Europe/London:20260302T093000")
	w.must(err)
	first, _ := rule.Next(w.clock)
	w.turn(mia, conversations.Turn{Person: conversations.Person{Consent: "1"}, Create: []conversations.NewSeries{{First: first,
		Series: schedule.Series{ID: w.id(), Code: "AAAA", Message: "Take it", Template: "reminder", Rule: rule, Status: schedule.Active, Version: 1, MaxLateness: 24 * time.Hour}}}})
	w.clock = w.clock.Add(time.Hour)
	j := w.one()
	w.must(w.Intend(w.ctx, j, 0))
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Pending, At: w.clock.Add(minute), Requested: true, Certain: true, Reason: "later"}))
	w.turn(mia, conversations.Turn{Person: conversations.Person{Stopped: true}, Consent: &conversations.Consent{}})
	w.clock = w.clock.Add(time.Hour)
	w.none()
}

// An intent whose commit nobody heard of is taken back, and one that never was leaves what is known.
func intentInDoubt(t *testing.T, w *world) {
	w.series(mia)
	w.clock = w.clock.Add(time.Hour)
	for _, committed := range []bool{true, false} {
		j := w.one()
		if committed {
			w.must(w.Intend(w.ctx, j, 0))
		}
		w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Pending, At: w.clock, IntentInDoubt: true, Reason: "not recorded"}))
		again := w.one()
		if again.Attempts != 0 || again.Copies != 0 {
			t.Fatalf("committed %v: %+v, want no attempt and no copy", committed, again)
		}
		w.must(w.Settle(w.ctx, again, 0, delivery.Outcome{Status: delivery.Pending, At: w.clock, Free: true}))
	}
	j := w.one()
	w.must(w.Intend(w.ctx, j, 0))
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Unknown, At: w.clock, MarkNext: true, Requested: true}))
	j = w.one() // the repeat, whose intent is lost
	w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Pending, At: w.clock, MarkNext: true, IntentInDoubt: true}))
	if j = w.one(); j.Copies != 1 || !j.Marked {
		t.Fatalf("the copy that may have arrived is forgotten: %+v", j)
	}
}

// The same outcome twice is one: the database may have kept it without the process hearing of it.
func settledTwice(t *testing.T, w *world) {
	w.reply(mia, "long", "")
	j := w.one()
	w.must(w.Intend(w.ctx, j, 0))
	for range 2 {
		w.must(w.Settle(w.ctx, j, 0, delivery.Outcome{Status: delivery.Sending, PlatformID: "1", Requested: true}))
	}
	w.must(w.Intend(w.ctx, j, 1))
	w.must(w.Settle(w.ctx, j, 1, delivery.Outcome{Status: delivery.Pending, At: w.clock, Requested: true, Certain: true}))
	if err := w.Settle(w.ctx, j, 1, delivery.Outcome{Status: delivery.Pending, At: w.clock, Requested: true, Certain: true}); !errors.Is(err, delivery.ErrFenced) {
		t.Errorf("an outcome after the outcome: %v, want ErrFenced", err)
	}
	if j = w.one(); len(j.Parts) != 1 || j.Copies != 0 {
		t.Fatalf("after the same outcome twice: %+v", j)
	}
}
