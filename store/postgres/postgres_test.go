package postgres_test

import (
	"log/slog"
	"testing"
	"time"

	"carebell/bot/webchat"
	"carebell/chat"
	"carebell/store/postgres"
	"carebell/store/storetest"
)

var server = postgres.Server()

// open opens a fresh database; now nil means its own clock.
func open(t testing.TB, now func() time.Time) *postgres.Store {
	t.Helper()
	return replica(t, server.Open(t), now)
}

// replica is one more process on a database.
func replica(t testing.TB, url string, now func() time.Time) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), postgres.Config{URL: url, Now: now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Join(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func webchatEntry() webchat.Entry {
	return webchat.Entry{MessageID: "m", Author: webchat.Carebell, Message: chat.Message{Text: "hello"}, At: time.Now()}
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T, now func() time.Time) storetest.Store { return open(t, now) })
}

func TestTranscript(t *testing.T) {
	storetest.RunTranscript(t, func(t *testing.T) webchat.Transcript { return open(t, time.Now).Transcript() })
}

func BenchmarkStore(b *testing.B) {
	storetest.Bench(b, func(b *testing.B) storetest.Store { return open(b, nil) })
}

// channels are those that the tests' processes can write to.
var channels = []chat.Channel{chat.Telegram, chat.WebChat}
