package postgres_test

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

	"github.com/jackc/pgx/v5"
)

// blocked waits until so many sessions of the database wait for a lock.
func blocked(t *testing.T, conn *pgx.Conn, want int) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); <-again.C {
		var n int
		if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n >= want {
			return
		}
	}
	t.Fatalf("fewer than %d sessions wait for a lock", want)
}

// An outcome that makes a nag is held between making it and its commit; meanwhile the person acts.
func TestNagMeetsWhatEndsIt(t *testing.T) {
	ana := chat.Address{Channel: chat.Telegram, ID: "1"}
	for _, c := range []struct {
		name string
		once bool
		nag  bool // the outcome is the first nag's
		turn func(id string, j delivery.Job, clock time.Time) conversations.Turn
	}{
		{name: "cancel", turn: func(id string, j delivery.Job, _ time.Time) conversations.Turn {
			return conversations.Turn{Change: []conversations.SeriesChange{{ID: id, Status: schedule.Cancelled, Why: "x"}}}
		}},
		{name: "pause", turn: func(id string, j delivery.Job, _ time.Time) conversations.Turn {
			return conversations.Turn{Change: []conversations.SeriesChange{{ID: id, Status: schedule.PausedNow, Why: "x"}}}
		}},
		{name: "STOP daily", turn: func(id string, j delivery.Job, _ time.Time) conversations.Turn {
			return conversations.Turn{Person: conversations.Person{Stopped: true}, Consent: &conversations.Consent{Given: false},
				Change: []conversations.SeriesChange{{ID: id, Status: schedule.PausedNow, Why: "stopped"}}}
		}},
		{name: "STOP once", once: true, turn: func(id string, j delivery.Job, _ time.Time) conversations.Turn {
			return conversations.Turn{Person: conversations.Person{Stopped: true}, Consent: &conversations.Consent{Given: false}}
		}},
		{name: "answer", turn: func(id string, j delivery.Job, clock time.Time) conversations.Turn {
			return conversations.Turn{Answers: []conversations.DoseAnswer{{ID: "01960000-0000-7000-8000-000000000999", MessageID: j.ID, Draft: j.Card, Answer: "taken", Due: j.Due, SaidAt: clock}}}
		}},
		{name: "answer while a nag is settled", nag: true, turn: func(id string, j delivery.Job, clock time.Time) conversations.Turn {
			return conversations.Turn{Answers: []conversations.DoseAnswer{{ID: "01960000-0000-7000-8000-000000000999", MessageID: j.ID, Draft: j.Card, Answer: "taken", Due: j.Due, SaidAt: clock}}}
		}},
		{name: "snooze", turn: func(id string, j delivery.Job, clock time.Time) conversations.Turn {
			return conversations.Turn{Snoozes: []conversations.Snooze{{MessageID: j.ID, At: clock.Add(time.Hour), Until: j.Due.Add(2 * time.Hour)}}}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := t.Context()
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			clock := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
			url := server.Open(t)
			s := replica(t, url, func() time.Time { return clock })
			n := 0
			arrive := func() bot.Arrival {
				n++
				must(s.Receive(ctx, chat.Update{ID: fmt.Sprint(n), Kind: chat.Text, From: ana, Text: "x"}))
				w, err := s.Waiting(ctx, 1)
				must(err)
				return w[0]
			}
			rule, err := schedule.ParseRule("DTSTART;TZID=Europe/London:20260302T093000\nRRULE:FREQ=DAILY")
			must(err)
			upcoming := rule.Upcoming(clock, 2)
			id := "01960000-0000-7000-8000-000000000001"
			ns := conversations.NewSeries{First: upcoming[0], Second: upcoming[1].At, Series: schedule.Series{ID: id, Code: "AAAA", Message: "aspirin",
				Template: "medication_reminder", Asks: "dose", NagEvery: 30 * time.Minute, NagTimes: 2, Rule: rule, Status: schedule.Active, Version: 1, MaxLateness: 2 * time.Hour}}
			if c.once {
				ns.Series.Rule, ns.Second = schedule.Once(upcoming[0].At, time.UTC), time.Time{}
			}
			must(s.Commit(ctx, arrive(), conversations.Turn{Person: conversations.Person{Consent: "1"}, Create: []conversations.NewSeries{ns}}))
			clock = upcoming[0].At
			claim := func() delivery.Job {
				t.Helper()
				b, err := s.Claim(ctx, 10, time.Minute, []chat.Channel{chat.Telegram})
				must(err)
				if len(b.Jobs) != 1 {
					t.Fatalf("claimed %+v", b.Jobs)
				}
				return b.Jobs[0]
			}
			j := claim()
			held := j
			if c.nag {
				must(s.Intend(ctx, j, 0))
				must(s.Settle(ctx, j, 0, delivery.Outcome{Status: delivery.Sent, PlatformID: "5", Requested: true}))
				clock = clock.Add(30 * time.Minute)
				held = claim()
			}
			must(s.Intend(ctx, held, 0))

			conn, err := pgx.Connect(ctx, url)
			must(err)
			defer func() { must(conn.Close(context.Background())) }()
			_, err = conn.Exec(ctx, `CREATE FUNCTION wait_nag() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END$$;
				CREATE TRIGGER wait_nag AFTER INSERT ON scheduled_messages FOR EACH ROW WHEN (NEW.kind = 'nag') EXECUTE FUNCTION wait_nag()`)
			must(err)
			_, err = conn.Exec(ctx, `SELECT pg_advisory_lock(4711)`)
			must(err)
			a := arrive()
			settled, acted := make(chan error, 1), make(chan error, 1)
			go func() {
				settled <- s.Settle(ctx, held, 0, delivery.Outcome{Status: delivery.Sent, PlatformID: "9", Requested: true})
			}()
			blocked(t, conn, 1)
			go func() { acted <- s.Commit(ctx, a, c.turn(id, j, clock)) }()
			blocked(t, conn, 2) // the turn waits for the outcome
			_, err = conn.Exec(ctx, `SELECT pg_advisory_unlock(4711)`)
			must(err)
			must(<-settled)
			must(<-acted)
			clock = clock.Add(31 * time.Minute)
			b, err := s.Claim(ctx, 10, time.Minute, []chat.Channel{chat.Telegram})
			must(err)
			for _, j := range b.Jobs {
				t.Errorf("leaves afterwards: kind %s due %s", j.Kind, j.Due)
			}
		})
	}
}
