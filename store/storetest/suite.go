package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"carebell/bot"
	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"
)

// Store is everything that carebell asks of a database.
type Store interface {
	bot.Store
	delivery.Store
	delivery.Receipts
	delivery.Archive
	delivery.Failures
	bot.Forgetful
}

// Open opens a fresh, migrated database whose clock is now, and closes it with the test.
type Open func(t *testing.T, now func() time.Time) Store

// Run runs the whole suite.
func Run(t *testing.T, open Open) {
	for _, c := range append([]struct {
		name string
		test func(*testing.T, *world)
	}{
		{"the same update twice is one", receiveOnce},
		{"updates wait in order per chat", waitInOrder},
		{"a failing update is set aside after some tries", setAside},
		{"a turn is committed once", commitOnce},
		{"a turn on an old draft changes nothing", commitConflict},
		{"a tapped draft is found whoever taps", tappedDraft},
		{"consent and stop are remembered", consent},
		{"a claim leases and makes the successor", claimSuccessor},
		{"nothing leaves before its time", notEarly},
		{"replies leave first, one per address", repliesFirst},
		{"a class leaves before the next, and none is kept back for ever", classes},
		{"replies to one address keep their order", keepOrder},
		{"an edit waits for its message and aims at it", editAims},
		{"a newer edit supersedes the older", editSupersedes},
		{"an edit of what failed is a message of its own", editOfFailed},
		{"a claim takes only what this process can send, and what has ended", ownChannels},
		{"a paused channel holds everything back", pausedChannel},
		{"an ended lease is taken over and fences the old holder", fencing},
		{"an intent without an outcome is ambiguous", ambiguous},
		{"a renewed lease is not taken over", renewed},
		{"an unknown outcome is repeated once, marked", repeated},
		{"an intent in doubt is taken back", intentInDoubt},
		{"the same outcome twice is one", settledTwice},
		{"parts resume where they stopped", parts},
		{"a cancelled series delivers nothing more", cancelled},
		{"a cancel while sending stands, and no retry follows", cancelWhileSending},
		{"a pause while sending holds back what would follow", pauseWhileSending},
		{"STOP takes back what waits to be said", stopSilences},
		{"an unreachable address pauses its series", unreachable},
		{"a series can go on later, and come back", moveOn},
		{"a series that was left out to its end can come back", moveOnAtTheEnd},
		{"a resumed series sends nothing that was missed", resumed},
		{"a receipt moves sent to delivered and read", receipts},
		{"a receipt may come before the outcome", earlyReceipt},
		{"a receipt of an earlier part settles nothing", earlierPartSettlesNothing},
		{"STOP holds for the last slot of a series", stopHoldsForTheLast},
		{"expired messages are told once, together", toldOnce},
		{"a series is read as it was made", readAsMade},
		{"a reminder that asks has one card", doseCard},
		{"an answer settles an unknown outcome", answerSettlesUnknown},
		{"one answer to a dose holds at a time", oneAnswerHolds},
		{"a snooze comes once, about the same slot", snoozed},
		{"what nobody answers comes again, within its window", nagged},
		{"what is answered while it is sent comes no more", answeredWhileSending},
		{"the record of a person is all of theirs, and nobody else's", record},
		{"everything of a person is erased, and their last word still leaves", erased},
		{"an erased person begins anew as a stranger", erasedBeginsAnew},
		{"what is being sent finishes before the last word, and leaves nothing behind", erasedWhileSending},
		{"people are erased while everything of theirs leaves", erasedUnderLoad},
		{"erasing twice, or somebody unknown, is harmless", erasedTwice},
		{"what has ended goes once it is old", purged},
		{"a failed message is tried again by hand", failedList},
		{"what has passed is not tried again", notRetried(func(w *world, _ string, j delivery.Job) { w.clock = j.Due.Add(2*time.Hour + time.Second) })},
		{"what was cancelled is not tried again", notRetried(ofChange(schedule.Cancelled))},
		{"what is paused is not tried again", notRetried(ofChange(schedule.PausedNow))},
		{"what was answered is not tried again", notRetried(func(w *world, _ string, j delivery.Job) { w.answer(j, conversations.AnswerTaken, "") })},
		{"the next due time looks past what is blocked", nextDue},
	}, endings...) {
		t.Run(c.name, func(t *testing.T) {
			w := &world{t: t, ctx: t.Context(), clock: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
			w.Store = open(t, func() time.Time { return w.clock })
			c.test(t, w)
		})
	}
}

// world is a store with a clock that the test moves, and short words for what tests do often.
type world struct {
	Store
	t     *testing.T
	ctx   context.Context
	clock time.Time
	count int
}

var (
	mia  = chat.Address{Channel: chat.Telegram, ID: "1001"}
	luis = chat.Address{Channel: chat.WebChat, ID: "aa11"}
)

const (
	minute = time.Minute
	lease  = time.Minute
)

// channels are those that the suite's process can write to.
var channels = []chat.Channel{chat.Telegram, chat.WebChat}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) id() string {
	w.count++
	return fmt.Sprintf("01960000-0000-7000-8000-%012d", w.count)
}

// arrive receives an update and returns it from the inbox.
func (w *world) arrive(from chat.Address, u chat.Update) bot.Arrival {
	w.t.Helper()
	w.count++
	u.ID, u.From, u.SentAt = fmt.Sprint(w.count), from, w.clock
	if u.Kind == "" {
		u.Kind = chat.Text
	}
	w.must(w.Receive(w.ctx, u))
	waiting, err := w.Waiting(w.ctx, 100)
	w.must(err)
	for _, a := range waiting {
		if a.Update.From == from {
			return a
		}
	}
	w.t.Fatal("what arrived does not wait")
	return bot.Arrival{}
}

// turn commits a turn of that person.
func (w *world) turn(from chat.Address, turn conversations.Turn) {
	w.t.Helper()
	w.must(w.Commit(w.ctx, w.arrive(from, chat.Update{Text: "x"}), turn))
}

func (w *world) load(from chat.Address, data string) conversations.State {
	w.t.Helper()
	state, err := w.Load(w.ctx, bot.Arrival{Update: chat.Update{From: from, Data: data}})
	w.must(err)
	return state
}

// series makes a daily series at 09:30 UTC (its first occurrence half an hour ahead of the clock's
// start) and returns its id.
func (w *world) series(from chat.Address) string {
	w.t.Helper()
	return w.daily(from, "0930", false)
}

// daily makes a daily series at that time of day, UTC, and returns its id.
func (w *world) daily(from chat.Address, at string, critical bool) string {
	w.t.Helper()
	rule, err := schedule.ParseRule("DTSTART;TZID=Europe/London:20260302T" + at + "00\nRRULE:FREQ=DAILY")
	w.must(err)
	upcoming := rule.Upcoming(w.clock, 2)
	n := conversations.NewSeries{First: upcoming[0], Second: upcoming[1].At, Series: schedule.Series{ID: w.id(), Code: "K7Q2", TimeCritical: critical,
		Message: "Take it", Template: "reminder", Rule: rule, Status: schedule.Active, Version: 1, MaxLateness: 2 * time.Hour}}
	w.turn(from, conversations.Turn{Person: conversations.Person{Consent: "1"}, Create: []conversations.NewSeries{n}})
	return n.Series.ID
}

// reply queues a reply and returns its id.
func (w *world) reply(to chat.Address, text, edits string) string {
	w.t.Helper()
	id := w.id()
	w.turn(to, conversations.Turn{Replies: []conversations.Reply{{ID: id, Edits: edits, Message: chat.Message{Text: text}}}})
	return id
}

// claim claims everything that can be claimed now.
func (w *world) claim() []delivery.Job {
	w.t.Helper()
	batch, err := w.Claim(w.ctx, 100, lease, channels)
	w.must(err)
	return batch.Jobs
}

// one claims and expects exactly one job.
func (w *world) one() delivery.Job {
	w.t.Helper()
	jobs := w.claim()
	if len(jobs) != 1 {
		w.t.Fatalf("claimed %d jobs, want 1: %+v", len(jobs), jobs)
	}
	return jobs[0]
}

func (w *world) none() {
	w.t.Helper()
	if jobs := w.claim(); len(jobs) != 0 {
		w.t.Fatalf("claimed %+v, want nothing", jobs)
	}
}

// send takes a job through intent and success.
func (w *world) send(j delivery.Job, platformID string) {
	w.t.Helper()
	w.must(w.Intend(w.ctx, j, len(j.Parts)))
	w.must(w.Settle(w.ctx, j, len(j.Parts), delivery.Outcome{Status: delivery.Sent, PlatformID: platformID, Requested: true}))
}

// status is what /status would tell of the newest message that was due.
func (w *world) status(who chat.Address) string {
	w.t.Helper()
	recent := w.load(who, "").Recent
	if len(recent) == 0 {
		return ""
	}
	return recent[0].Status
}
