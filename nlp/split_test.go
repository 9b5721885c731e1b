package nlp

import (
	"testing"
	"time"
)

// A message that a time phrase stands in the middle of loses none of its words.
func TestMessageAroundThePhrase(t *testing.T) {
	parser := New()
	now := time.Date(2026, 11, 5, 9, 10, 0, 0, time.UTC)
	for _, tt := range []struct{ lang, text, message string }{
		{"zh", "每隔6小时吃一次药", "吃一次药"},
		{"zh", "每天吃两次药", "吃药"},
		{"zh", "明天在公园9点跑步", "在公园跑步"},
		{"de", "Lösung 1:10 um 14 Uhr ansetzen", "Lösung 1:10 ansetzen"},
		{"hi", "घोल 1:10 दोपहर 2 बजे बनाना", "घोल 1:10 बनाना"},
	} {
		if res := parser.Parse(tt.text, now, Profile{Language: tt.lang, Zone: time.UTC}); res.Err != nil || res.Message != tt.message {
			t.Errorf("%s %q: message %q, error %v; want %q", tt.lang, tt.text, res.Message, res.Err, tt.message)
		}
	}
}
