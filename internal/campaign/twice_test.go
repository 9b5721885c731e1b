package campaign

import (
	"strings"
	"testing"
	"time"

	"carebell/app"
	"carebell/bot"
	"carebell/chat"
	"carebell/conversations"
	"carebell/internal/faketelegram"
)

// Every update is handed out twice and every button is tapped twice, and the process is killed
// between the two: what comes of it is what comes of saying each thing once.
func TestEverythingTwice(t *testing.T) {
	beside(t)
	for _, database := range []string{"PostgreSQL", "SQLite"} {
		t.Run(database, func(t *testing.T) {
			Rounds(t, "duplicate updates and double taps on "+database, 1, 10, func(t *testing.T, r *Round) {
				once, twice := dialogue(t, r, database, 1), dialogue(t, r, database, 2)
				if once != twice {
					t.Errorf("said twice it makes %d messages, said once %d", twice, once)
				}
			})
		})
	}
}

// dialogue plays one, in which everything is said so many times, and returns how many messages were
// made in answer.
func dialogue(t *testing.T, r *Round, database string, times int) (messages int) {
	t.Helper()
	s := newSite(t, database, 1000)
	ana := s.api.Person(FirstPerson, "Ana", "en")
	p := s.process()
	p.Start()
	tap := func(label string) func() {
		return func() {
			for n := range times {
				if _, err := ana.Tap(label); err != nil {
					t.Fatal(err)
				}
				r.Add("double taps", n)
			}
		}
	}
	say := func(text string) func() { return func() { ana.Say(text) } }
	for _, step := range []struct {
		do    func()
		shows string // words of the message that comes of it, with … between them
	}{
		{func() { ana.Start("") }, "Do you agree?"},
		{tap("I agree"), "What time is it"},
		{say("Madrid"), "Right?"},
		{tap("Yes"), "Ready."},
		{say("every day at 9:00 walk the dog"), "walk the dog"},
		{tap("✅ Confirm"), "Saved · #"},
		{say("every monday at 10:00 water the ferns"), "water the ferns"},
		{tap("✅ Confirm"), "Saved · #…water the ferns"},
		{say("/list"), "What is planned…water the ferns"},
	} {
		step.do()
		if times > 1 {
			s.api.Redeliver()
			r.Add("duplicate updates", 1)
			if r.Random.IntN(3) == 0 {
				p.Kill()
				p.Start()
				r.Add("kills", 1)
			}
		}
		s.shows(p, step.shows)
		if times > 1 {
			s.api.Redeliver() // long after it was handled
			r.Add("duplicate updates", 1)
		}
	}
	s.handled(p)
	s.rest(p)
	p.Kill()
	s.store(func(store app.Database) {
		state, err := store.Load(t.Context(), bot.Arrival{Update: chat.Update{From: Address(0)}})
		if err != nil {
			t.Fatal(err)
		}
		if len(state.Series) != 2 || state.Person.Consent != conversations.ConsentVersion {
			t.Errorf("%d series and consent %q, want one of each", len(state.Series), state.Person.Consent)
		}
	})
	return s.count(`SELECT count(*) FROM outbox WHERE operation = 'send'`)
}

// handled waits until every update has been fetched and answered.
func (s *site) handled(p *Process) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); s.api.Pending() > 0 || s.count(`SELECT count(*) FROM inbox WHERE status = 'new'`) > 0; <-time.After(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("updates wait for ever\n%s", tail(p.Output()))
		}
	}
}

// count asks the database for a number.
func (s *site) count(query string) int {
	s.t.Helper()
	n, err := s.source.Count(s.t.Context(), query)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// shows waits until the person has seen a message with these words.
func (s *site) shows(p *Process, text string) {
	s.t.Helper()
	defer func() {
		if s.t.Failed() {
			for _, seen := range s.api.Person(FirstPerson, "Ana", "en").Screen() {
				s.t.Logf("she sees: %s %v", seen.Text, seen.Buttons)
			}
		}
	}()
	s.until(p, text, func(l faketelegram.Ledger) bool {
		for _, e := range l {
			first, rest, _ := strings.Cut(text, "…")
			if e.Done && e.Chat == FirstPerson && strings.Contains(e.Text, first) && strings.Contains(e.Text, rest) {
				return true
			}
		}
		return false
	})
}
