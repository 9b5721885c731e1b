package delivery

import (
	"testing"
	"testing/synctest"
	"time"

	"carebell/chat"
)

var (
	down    = &chat.SendError{Class: chat.Temporary, Code: 502}
	blocked = &chat.SendError{Class: chat.RecipientPermanent, Code: 403}
	tooMany = &chat.SendError{Class: chat.Throttled, Code: 429}
)

// ask makes one request through the breaker and reports whether it was let through and what it opened.
func ask(b *breakers, c chat.Channel, outcome error) (asked, opened bool) {
	done, ok := b.allow(c)
	if !ok {
		return false, false
	}
	return true, done(outcome)
}

func newTestBreakers() (*breakers, map[chat.Channel]float64) {
	states := map[chat.Channel]float64{}
	return newBreakers(map[chat.Channel]Sender{chat.Telegram: nil, chat.WebChat: nil}, 5*time.Second,
		func(c chat.Channel, s float64) { states[c] = s }), states
}

func TestBreakerOpensAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, states := newTestBreakers()
		for i := range tripConsecutive {
			if asked, opened := ask(b, chat.Telegram, down); !asked || opened != (i == tripConsecutive-1) {
				t.Fatalf("failure %d: asked %v, opened %v", i+1, asked, opened)
			}
		}
		if asked, _ := ask(b, chat.Telegram, nil); asked || states[chat.Telegram] != 2 {
			t.Fatal("an open breaker lets a request through")
		}
		if asked, _ := ask(b, chat.WebChat, nil); !asked {
			t.Fatal("the other channel rests too")
		}
		<-time.After(5*time.Second + 1)
		if asked, opened := ask(b, chat.Telegram, down); !asked || !opened {
			t.Fatalf("a probe that fails: asked %v, opened %v", asked, opened)
		}
		<-time.After(5*time.Second + 1)
		for range probes {
			if asked, _ := ask(b, chat.Telegram, nil); !asked {
				t.Fatal("no probe is let through")
			}
		}
		if states[chat.Telegram] != 0 {
			t.Fatalf("state %v after the probes succeeded, want closed", states[chat.Telegram])
		}
	})
}

// What a working platform refuses opens nothing, hides no failure, and uses up no probe.
func TestBreakerLeavesRefusalsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, states := newTestBreakers()
		for range 1000 {
			if _, opened := ask(b, chat.Telegram, blocked); opened {
				t.Fatal("refusals opened it")
			}
		}
		for range tripConsecutive {
			ask(b, chat.Telegram, tooMany)
			ask(b, chat.Telegram, down)
		}
		if states[chat.Telegram] != 2 {
			t.Fatal("failures between refusals do not open it")
		}
		<-time.After(5*time.Second + 1)
		for range 10 * probes {
			if asked, _ := ask(b, chat.Telegram, blocked); !asked {
				t.Fatal("refusals used the probes up")
			}
		}
		for range probes {
			ask(b, chat.Telegram, nil)
		}
		if states[chat.Telegram] != 0 {
			t.Fatal("it does not close")
		}
	})
}

// Half of many opens it, though no five are in a row; what is older than the window is forgotten.
func TestBreakerCountsAWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, states := newTestBreakers()
		for range tripMinimum/2 - 1 {
			ask(b, chat.Telegram, nil)
			ask(b, chat.Telegram, down)
		}
		<-time.After(2 * tripWindow)
		ask(b, chat.Telegram, nil)
		ask(b, chat.Telegram, down)
		if states[chat.Telegram] != 0 {
			t.Fatal("what is long over opened it")
		}
		for range tripMinimum / 2 {
			ask(b, chat.Telegram, nil)
			ask(b, chat.Telegram, down)
		}
		if states[chat.Telegram] != 2 {
			t.Fatal("half of many failures did not open it")
		}
	})
}
