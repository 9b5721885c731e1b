package storetest

import (
	"fmt"
	"testing"
	"time"

	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"
)

// Bench measures what a message costs the store: the turn that makes it, the claim, and the intent and
// outcome of its one request. open opens a fresh, migrated database on the real clock.
func Bench(b *testing.B, open func(b *testing.B) Store) {
	b.Run("turn", func(b *testing.B) { benchTurn(b, open(b)) })
	b.Run("claim of 16", func(b *testing.B) { benchClaim(b, open(b)) })
	b.Run("intent and outcome", func(b *testing.B) { benchSend(b, open(b)) })
}

// benchTurn is receive, load and commit of a turn with a draft and a reply.
func benchTurn(b *testing.B, s Store) {
	n := 0
	for b.Loop() {
		n++
		must(b, s.Receive(b.Context(), chat.Update{ID: fmt.Sprint(n), Kind: chat.Text, From: mia, Text: "tomorrow 9:00 walk"}))
		waiting, err := s.Waiting(b.Context(), 1)
		must(b, err)
		_, err = s.Load(b.Context(), waiting[0])
		must(b, err)
		must(b, s.Commit(b.Context(), waiting[0], conversations.Turn{
			Drafts: []conversations.DraftChange{{Draft: conversations.Draft{ID: fmt.Sprintf("D%09d", n), Kind: conversations.KindSchedule,
				Step: conversations.StepCard, Status: conversations.DraftDone, Version: 1}}},
			Replies: []conversations.Reply{{ID: benchID(1, n), Message: chat.Message{Text: "Tomorrow at 09:00: walk"}}}}))
	}
}

// due makes n people with one occurrence each that is due now.
func due(b *testing.B, s Store, from, n int) {
	b.Helper()
	at := time.Now().Add(-time.Second).Truncate(time.Second)
	for i := from; i < from+n; i++ {
		who := chat.Address{Channel: chat.Telegram, ID: fmt.Sprint(i)}
		must(b, s.Receive(b.Context(), chat.Update{ID: fmt.Sprint("due", i), Kind: chat.Text, From: who}))
		waiting, err := s.Waiting(b.Context(), 1)
		must(b, err)
		must(b, s.Commit(b.Context(), waiting[0], conversations.Turn{Create: []conversations.NewSeries{{First: schedule.Occurrence{At: at, Slot: "once"},
			Series: schedule.Series{ID: benchID(2, i), Code: "AAAA", Message: "Take it", Template: "reminder", Rule: schedule.Once(at, time.UTC),
				Status: schedule.Active, Version: 1, MaxLateness: 2 * time.Hour}}}}))
	}
}

func benchClaim(b *testing.B, s Store) {
	made := 0
	for b.Loop() {
		b.StopTimer()
		due(b, s, made, 16)
		made += 16
		b.StartTimer()
		batch, err := s.Claim(b.Context(), 16, lease, channels)
		must(b, err)
		if len(batch.Jobs) != 16 {
			b.Fatalf("claimed %d", len(batch.Jobs))
		}
		b.StopTimer()
		for _, j := range batch.Jobs {
			must(b, s.Settle(b.Context(), j, 0, delivery.Outcome{Status: delivery.Failed, Reason: "done"}))
		}
		b.StartTimer()
	}
}

func benchSend(b *testing.B, s Store) {
	var jobs []delivery.Job
	made := 0
	for b.Loop() {
		if len(jobs) == 0 {
			b.StopTimer()
			due(b, s, made, 16)
			made += 16
			batch, err := s.Claim(b.Context(), 16, lease, channels)
			must(b, err)
			jobs = batch.Jobs
			b.StartTimer()
		}
		j := jobs[0]
		jobs = jobs[1:]
		must(b, s.Intend(b.Context(), j, 0))
		must(b, s.Settle(b.Context(), j, 0, delivery.Outcome{Status: delivery.Sent, PlatformID: j.ID, Requested: true}))
	}
}

func benchID(kind, n int) string { return fmt.Sprintf("01960000-0000-7000-8%03d-%012d", kind, n) }

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
