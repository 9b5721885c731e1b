package campaign

import (
	"strings"
	"testing"

	"carebell/app"
	"carebell/bot"
	"carebell/chat"
	"carebell/conversations"
	"carebell/internal/faketelegram"
)

// Every update is handed out twice and every button is tapped twice, and the process is killed
// between the two: each has one effect.
func TestEverythingTwice(t *testing.T) {
	beside(t)
	for _, database := range []string{"PostgreSQL", "SQLite"} {
		t.Run(database, func(t *testing.T) {
			Rounds(t, "duplicate updates and double taps on "+database, 1, 10, func(t *testing.T, r *Round) {
				s := newSite(t, database, 1000)
				ana := s.api.Person(FirstPerson, "Ana", "en")
				p := s.process()
				p.Start()
				tap := func(label string) func() {
					return func() {
						for range 2 {
							if _, err := ana.Tap(label); err != nil {
								t.Fatal(err)
							}
							s.api.Redeliver()
						}
						r.Add("double taps", 1)
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
					{say("/list"), "2. water the ferns"},
				} {
					step.do()
					s.api.Redeliver()
					r.Add("duplicate updates", 1)
					if r.Random.IntN(3) == 0 {
						p.Kill()
						p.Start()
						r.Add("kills", 1)
					}
					s.shows(p, step.shows)
					s.api.Redeliver() // long after it was handled
				}
				s.rest(p)
				p.Kill()
				s.store(func(store app.Database) {
					state, err := store.Load(t.Context(), bot.Arrival{Update: chat.Update{From: Address(0)}})
					if err != nil {
						t.Fatal(err)
					}
					if len(state.Series) != 2 {
						t.Errorf("%d series, want one of each", len(state.Series))
					}
					if state.Person.Consent != conversations.ConsentVersion {
						t.Errorf("consent %q, want %q", state.Person.Consent, conversations.ConsentVersion)
					}
				})
				if n := s.replies("Do you agree?"); n > 1+r.Counts["kills"] {
					t.Errorf("the question of consent came %d times after %d kills", n, r.Counts["kills"])
				}
			})
		})
	}
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

// replies counts the messages with that text; more than one is right only where the process died
// while one was on the wire.
func (s *site) replies(text string) (n int) {
	for _, e := range s.api.Ledger().Sent() {
		if strings.Contains(e.Text, text) {
			n++
		}
	}
	return n
}
