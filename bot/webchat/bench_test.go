package webchat_test

import (
	"fmt"
	"net/http"
	"testing"

	"carebell/bot/webchat"
	"carebell/chat"
)

// BenchmarkSend is from Send until the page has the event: one durable write and one wake-up.
func BenchmarkSend(b *testing.B) {
	s := newSite(b, webchat.Config{})
	v := newVisitor(b, s)
	for i := 0; b.Loop(); i++ {
		if _, err := s.channel.Send(b.Context(), v.person, chat.Message{Text: "09:00 · aspirin 100 mg"}, fmt.Sprint(i)); err != nil {
			b.Fatal(err)
		}
		if err := v.wait(b.Context(), func() bool { return len(v.order) == i+1 }); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPost is from a person's Enter until the service says that it has it.
func BenchmarkPost(b *testing.B) {
	v := newPerson(b, newSite(b, webchat.Config{Rate: 1e6, Burst: 1e6}))
	for b.Loop() {
		if status, answer := v.update(map[string]any{"kind": "text", "text": "remind me daily at 9 to take aspirin"}); status != http.StatusOK {
			b.Fatal(status, answer)
		}
	}
}

// BenchmarkOpen is the opening of a page with a long transcript behind it.
func BenchmarkOpen(b *testing.B) {
	s := newSite(b, webchat.Config{})
	v := newPerson(b, s)
	for i := range 2000 {
		if _, err := s.channel.Send(b.Context(), v.person, chat.Message{Text: "09:00 · aspirin 100 mg"}, fmt.Sprint(i)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, _, err := s.store.Transcript().List(b.Context(), v.person, 0, 100); err != nil {
			b.Fatal(err)
		}
	}
}
