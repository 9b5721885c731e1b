package nlp_test

import (
	"testing"
	"time"

	"carebell/nlp"
)

// TestZoneByName: behind a clock a zone's name alone is enough; elsewhere it needs the word for time.
func TestZoneByName(t *testing.T) {
	parser := nlp.New()
	now := time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct{ text, at, message string }{
		{"tomorrow 8pm Pacific call daughter", "2026-03-13T03:00", "call daughter"},
		{"9am eastern call", "2026-03-11T13:00", "call"},
		{"Eastern time 9am call tomorrow", "2026-03-12T13:00", "call"},
		{"9:00 Pacific time tomorrow, telehealth with the sleep clinic", "2026-03-12T16:00", "telehealth with the sleep clinic"},
		{"9am US Eastern call", "2026-03-11T13:00", "call"},
		{"9am Nairobi time tomorrow call", "2026-03-12T06:00", "call"},
		{"tomorrow at 9am story time", "2026-03-12T09:00", "story time"},
		{"book the Pacific cruise tomorrow at 9:00", "2026-03-12T09:00", "book the Pacific cruise"},
	} {
		r := parser.Parse(c.text, now, nlp.Profile{Language: "en"})
		if r.Err != nil {
			t.Errorf("%q: %v", c.text, r.Err)
			continue
		}
		next, _ := r.Rule.Next(now)
		if got := next.At.UTC().Format("2006-01-02T15:04"); got != c.at || r.Message != c.message {
			t.Errorf("%q: %s %q, want %s %q", c.text, got, r.Message, c.at, c.message)
		}
	}
}
