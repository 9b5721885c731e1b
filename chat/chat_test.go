package chat_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"
	"unicode/utf8"

	"carebell/chat"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"take 15 mg":                     "take 15 mg",
		"  spaces \n":                    "spaces",
		"take \u202e51\u202c mg":         "take 51 mg", // shown reversed, a wrong dose
		"a\u200bb\ufeffc":                "abc",
		"bell\x07 and nul\x00":           "bell and nul",
		"two\r\nlines\tand a tab":        "two\nlines\tand a tab",
		"bad \xff bytes":                 "bad \uFFFD bytes",
		"family 👨\u200d👩\u200d👧":         "family 👨\u200d👩\u200d👧",
		"\u2067isolate\u2069 and \u061c": "isolate and",
	} {
		if got := chat.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("take \u202e51\u202c mg\xff")
	f.Fuzz(func(t *testing.T, s string) {
		once := chat.Clean(s)
		if !utf8.ValidString(once) {
			t.Errorf("Clean(%q) is not UTF-8", s)
		}
		if twice := chat.Clean(once); twice != once {
			t.Errorf("Clean is not stable: %q, then %q", once, twice)
		}
	})
}

func TestParseAddress(t *testing.T) {
	for _, s := range []string{"telegram:123", "whatsapp:+4912345", "webchat:ab"} {
		a, err := chat.ParseAddress(s)
		if err != nil || a.String() != s {
			t.Errorf("ParseAddress(%q) = %v, %v", s, a, err)
		}
	}
	for _, s := range []string{"", "123", "telegram:", "pigeon:1"} {
		if a, err := chat.ParseAddress(s); err == nil {
			t.Errorf("ParseAddress(%q) = %v, want an error", s, a)
		}
	}
}

func TestAsSendError(t *testing.T) {
	if chat.AsSendError(nil) != nil {
		t.Error("no error became one")
	}
	known := &chat.SendError{Class: chat.Throttled, RetryAfter: time.Second}
	if got := chat.AsSendError(fmt.Errorf("send: %w", known)); got != known {
		t.Errorf("a wrapped error: %v", got)
	}
	// What nobody classified may have been carried out: never a blind retry.
	if got := chat.AsSendError(errors.New("odd")); got.Class != chat.Temporary || !got.Uncertain {
		t.Errorf("an unknown error: %+v", got)
	}
}

func TestPlainText(t *testing.T) {
	if got := chat.PlainText("<b>5 &lt; 6</b> &amp; <i>more"); got != "5 < 6 & more" {
		t.Errorf("PlainText: %q", got)
	}
}

// What is stored today must be readable tomorrow.
func TestStoredFormIsStable(t *testing.T) {
	u := chat.Update{ID: "7", Kind: chat.Tap, From: chat.Address{Channel: chat.Telegram, ID: "1"}, Data: "v1:ok:A:1", TapID: "t",
		MessageID: "5", SentAt: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	got, err := json.Marshal(u)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"7","kind":"tap","from":{"channel":"telegram","id":"1"},"data":"v1:ok:A:1","tap_id":"t","message_id":"5","sent_at":"2026-03-02T09:00:00Z"}`
	if string(got) != want {
		t.Errorf("stored form changed:\n%s\n%s", got, want)
	}
}
