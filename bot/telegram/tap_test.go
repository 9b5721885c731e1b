package telegram

import (
	"strings"
	"testing"
	"time"

	"carebell/bot/channeltest"
	"carebell/chat"
	"carebell/internal/faketelegram"
)

func (r *rig) card(t *testing.T) {
	t.Helper()
	_, err := r.channel.Send(within(t), r.address(), chat.Message{Text: "Sure?", Choices: [][]chat.Choice{{{Label: "Yes", Data: "y"}}}}, "k")
	if err != nil {
		t.Fatal(err)
	}
}

func (r *rig) tap(t *testing.T) string {
	t.Helper()
	id, err := r.ana.Tap("Yes")
	if err != nil {
		t.Fatal(err)
	}
	r.wait(t, "the tap", func(c channeltest.Contents) bool { return c.Updates[len(c.Updates)-1].TapID == id })
	return id
}

func answers(l faketelegram.Ledger) faketelegram.Ledger { return l.Of("answerCallbackQuery") }

func TestTapWithoutWordsIsAnsweredWhenPatienceEnds(t *testing.T) {
	r := newRig(t, nil)
	r.run(t)
	r.meet(t)
	r.card(t)
	began := time.Now()
	id := r.tap(t)
	l := answers(r.ledger(t, "the answer", func(l faketelegram.Ledger) bool { return len(answers(l)) > 0 }))
	if took := time.Since(began); took < tapPatience {
		t.Errorf("answered after %v, want %v", took, tapPatience)
	}
	if l[0].Params.Get("callback_query_id") != id || l[0].Params.Has("text") {
		t.Errorf("answered with %v", l[0].Params)
	}
	r.channel.AnswerTap(id, "too late")
	r.card(t)
	next := r.tap(t)
	r.channel.AnswerTap(next, "in time")
	l = answers(r.ledger(t, "the next answer", func(l faketelegram.Ledger) bool { return len(answers(l)) > 1 }))
	if len(l) != 2 || l[1].Params.Get("text") != "in time" {
		t.Errorf("answers: %+v", l)
	}
}

func TestTapThatComesTwiceIsAnsweredOnce(t *testing.T) {
	r := newRig(t, nil)
	r.run(t)
	r.meet(t)
	r.card(t)
	id := r.tap(t)
	r.channel.AnswerTap(id, "Saved")
	r.ledger(t, "the answer", func(l faketelegram.Ledger) bool { return len(answers(l)) > 0 })
	r.fake.Redeliver()
	r.wait(t, "the tap again", func(c channeltest.Contents) bool { return c.Repeats > 0 })
	r.channel.AnswerTap(id, "Saved")
	r.card(t)
	r.channel.AnswerTap(r.tap(t), "Next")
	l := answers(r.ledger(t, "the next answer", func(l faketelegram.Ledger) bool {
		a := answers(l)
		return len(a) > 1 && a[len(a)-1].Text == "Next"
	}))
	if len(l) != 2 {
		t.Errorf("%d answers for two taps", len(l))
	}
}

// The tap came to a process that died; its successor still has the words for it.
func TestTapFromBeforeARestartIsAnswered(t *testing.T) {
	r := newRig(t, nil)
	r.ana.Start("")
	r.card(t)
	id, err := r.ana.Tap("Yes")
	if err != nil {
		t.Fatal(err)
	}
	r.channel.AnswerTap(id, strings.Repeat("é", 300))
	l := answers(r.ledger(t, "the answer", func(l faketelegram.Ledger) bool { return len(answers(l)) > 0 }))
	if !l[0].Done || len([]rune(l[0].Text)) != toastLength {
		t.Errorf("answer: %+v", l[0])
	}
}

func TestWaitingTapsAreAnsweredAtShutdown(t *testing.T) {
	r := newRig(t, nil)
	t.Run("running", func(t *testing.T) {
		r.run(t)
		r.meet(t)
		r.card(t)
		r.tap(t)
	})
	if l := answers(r.fake.Ledger()); len(l) != 1 || !l[0].Done {
		t.Errorf("answers when Run has ended: %+v", l)
	}
}

func TestTapThatIsTooOldDoesNoHarm(t *testing.T) {
	now := time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC)
	r := newRig(t, func(_ *Config, f *faketelegram.Config) { f.Now = func() time.Time { return now } })
	r.ana.Start("")
	r.card(t)
	id, err := r.ana.Tap("Yes")
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(faketelegram.TapLife)
	r.channel.AnswerTap(id, "Saved")
	r.ledger(t, "the attempt", func(l faketelegram.Ledger) bool { return len(answers(l)) == 1 })
	if strings.Contains(r.logs.String(), "WARN") {
		t.Errorf("a lost toast is no trouble:\n%s", r.logs)
	}
}
