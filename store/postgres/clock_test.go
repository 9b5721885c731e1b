package postgres

import (
	"strings"
	"testing"
	"time"

	"carebell/chat"
)

// A process whose clock is far off the database's says so, and leaves the work to the others.
func TestClockThatIsOffClaimsNothing(t *testing.T) {
	s := openHere(t, testServer.Open(t))
	if err := s.Join(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, off := range []time.Duration{6 * time.Second, -6 * time.Second, 2 * time.Hour} {
		s.local = func() time.Time { return time.Now().Add(off) }
		if _, err := s.Claim(t.Context(), 1, time.Minute, []chat.Channel{chat.Telegram}); err == nil || !strings.Contains(err.Error(), "clock") {
			t.Errorf("%s off: %v", off, err)
		}
		if got := s.Skew() - off; got.Abs() > time.Second {
			t.Errorf("%s off: found %s", off, s.Skew())
		}
	}
	for _, off := range []time.Duration{4 * time.Second, -4 * time.Second, 0} {
		s.local = func() time.Time { return time.Now().Add(off) }
		if _, err := s.Claim(t.Context(), 1, time.Minute, []chat.Channel{chat.Telegram}); err != nil {
			t.Errorf("%s off: %v", off, err)
		}
	}
}
