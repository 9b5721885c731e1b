package delivery

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"carebell/chat"
	"carebell/locales"
	"carebell/templates"

	"github.com/prometheus/client_golang/prometheus"
)

// gone is a database whose steps a test decides.
type gone struct {
	claim  func(ctx context.Context) (Batch, error)
	orphan func(ctx context.Context) (Batch, error)
	settle func(ctx context.Context) error
}

func (g gone) Claim(ctx context.Context, _ int, _ time.Duration, _ []chat.Channel) (Batch, error) {
	if g.claim == nil {
		return Batch{At: time.Now()}, nil
	}
	return g.claim(ctx)
}
func (g gone) Orphans(ctx context.Context, _ int, _ time.Duration) (Batch, error) {
	if g.orphan == nil {
		return Batch{At: time.Now()}, nil
	}
	return g.orphan(ctx)
}
func (g gone) NextDue(context.Context, time.Time) (time.Time, bool, error) {
	return time.Time{}, false, nil
}
func (g gone) Renew(context.Context, []Job, time.Duration) error         { return nil }
func (g gone) Intend(context.Context, Job, int) error                    { return nil }
func (g gone) Settle(ctx context.Context, _ Job, _ int, _ Outcome) error { return g.settle(ctx) }
func (g gone) PauseChannel(context.Context, chat.Channel, time.Time, string) error {
	return nil
}
func (g gone) Untold(context.Context, int) ([]Overdue, error)    { return nil, nil }
func (g gone) Tell(context.Context, Overdue, chat.Message) error { return nil }

// quick is a platform that takes everything at once.
type quick struct{}

func (quick) Capabilities() chat.Capabilities     { return chat.Capabilities{} }
func (quick) Split(m chat.Message) []chat.Message { return []chat.Message{m} }
func (quick) Send(context.Context, chat.Address, chat.Message, string) (string, error) {
	return "1", nil
}
func (quick) Edit(context.Context, chat.Address, string, chat.Message) error { return nil }
func (quick) Delete(context.Context, chat.Address, string) error             { return nil }

// stopTime is how long an engine over that database takes to stop, in virtual time.
func stopTime(t *testing.T, g gone) time.Duration {
	set, err := templates.Load()
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	var took time.Duration
	synctest.Test(t, func(t *testing.T) {
		e := New(Config{DrainTimeout: 5 * time.Second}, g, NewRenderer(set, catalogue, nil), map[chat.Channel]Sender{chat.Telegram: quick{}},
			NewPacer(nil), NewMetrics(prometheus.NewRegistry()), slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { e.Run(ctx); close(done) }()
		<-time.After(10 * time.Second)
		cancel()
		begun := time.Now()
		<-done
		took = time.Since(begun)
	})
	return took
}

func job() Job {
	return Job{Source: Outbox, ID: "1", Token: "t", To: chat.Address{Channel: chat.Telegram, ID: "1"}, Operation: Send, Due: time.Now(), Lateness: time.Hour, Message: chat.Message{Text: "x"}}
}

// The database refuses what a dead process left to be settled.
func TestStopWhileRecovering(t *testing.T) {
	first := true
	took := stopTime(t, gone{settle: func(context.Context) error { return errors.New("refused") }, orphan: func(context.Context) (Batch, error) {
		b := Batch{At: time.Now()}
		if first {
			first = false
			b.Jobs = []Job{job()}
		}
		return b, nil
	}})
	if took > 6*time.Second {
		t.Errorf("the stop took %s", took)
	}
}

// The server hangs: a statement answers only when its context ends (a partition; capped here).
func TestStopWhileAClaimHangs(t *testing.T) {
	took := stopTime(t, gone{settle: func(context.Context) error { return nil }, claim: func(ctx context.Context) (Batch, error) {
		select {
		case <-ctx.Done():
		case <-time.After(15 * time.Minute):
		}
		return Batch{At: time.Now()}, errors.New("hung")
	}})
	if took > 6*time.Second {
		t.Errorf("the stop took %s", took)
	}
}

// An outcome is being recorded when the time to drain is over.
func TestStopWhileAnOutcomeHangs(t *testing.T) {
	first := true
	worst := stopTime(t, gone{settle: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, claim: func(ctx context.Context) (Batch, error) {
		b := Batch{At: time.Now()}
		if first {
			first = false
			<-time.After(3 * time.Second)
			b.At = time.Now()
			b.Jobs = []Job{job()}
			b.Jobs[0].Due = b.At
		}
		return b, nil
	}})
	if worst > 6*time.Second {
		t.Errorf("the stop took %s", worst)
	}
}
