package telegram

import (
	"context"
	"testing"

	"carebell/chat"
	"carebell/internal/faketelegram"
)

// BenchmarkSend is one message over HTTP to the stand-in, and its cost there included.
func BenchmarkSend(b *testing.B) {
	fake, err := faketelegram.Start(faketelegram.Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer fake.Close()
	fake.Person(5, "Ana", "es").Start("")
	c, err := New(Config{Token: fake.Token(), Endpoint: fake.Endpoint()}, nil, discard())
	if err != nil {
		b.Fatal(err)
	}
	defer c.http.CloseIdleConnections()
	card := chat.Message{Format: chat.HTML, Text: "<b>Aspirin</b> 100 mg", Choices: [][]chat.Choice{{{Label: "Taken", Data: "v1:tk:abcdefghij:1"}}}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Send(context.Background(), chat.Address{Channel: chat.Telegram, ID: "5"}, card, ""); err != nil {
			b.Fatal(err)
		}
	}
}

// arrivals is an inbox that only tells that something came.
type arrivals chan struct{}

func (a arrivals) Receive(context.Context, chat.Update) error {
	a <- struct{}{}
	return nil
}

func (a arrivals) Quarantine(context.Context, chat.Channel, string, []byte, string) error { return nil }

// BenchmarkReceive is the way from a person's Send button to the inbox, through the long poll.
func BenchmarkReceive(b *testing.B) {
	fake, err := faketelegram.Start(faketelegram.Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer fake.Close()
	ana := fake.Person(5, "Ana", "es")
	came := make(arrivals)
	c, err := New(Config{Token: fake.Token(), Endpoint: fake.Endpoint()}, came, discard())
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	for b.Loop() {
		ana.Say("remind me to take aspirin daily at 9")
		<-came
	}
	cancel()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}
