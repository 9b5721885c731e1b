package channeltest

import (
	"context"
	"strings"
	"testing"

	"carebell/chat"
)

func strangerRefused(t *testing.T, h Harness) {
	_, err := h.Channel().Send(within(t), h.Stranger(), chat.Message{Text: "private words"}, "stranger")
	se := sendError(t, err)
	if se.Class != chat.RecipientPermanent || se.Uncertain || se.Reason == "" {
		t.Errorf("a stranger gives %+v, want a permanent fault of the recipient, certain, with a reason", se)
	}
	for _, secret := range []string{"private words", h.Stranger().ID} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error carries %q: %v", secret, err)
		}
	}
}

func deadContext(t *testing.T, h Harness) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := h.Channel().Send(ctx, h.Person(), chat.Message{Text: "never"}, "dead")
	if se := sendError(t, err); se.Uncertain || se.Class != chat.Temporary {
		t.Errorf("a send that never began gives %+v, want temporary and certain", se)
	}
	send(t, h, chat.Message{Text: "alive"})
	if got := screenOf(t, h, 1)[0].Text; got != "alive" {
		t.Errorf("the screen shows %q", got)
	}
}

// sendAndGiveUp sends and lets the context end as soon as giveUp returns.
func sendAndGiveUp(t *testing.T, h Harness, m chat.Message, giveUp func()) error {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := h.Channel().Send(ctx, h.Person(), m, "hang")
		done <- err
	}()
	giveUp()
	cancel()
	select {
	case err := <-done:
		return err
	case <-within(t).Done():
		t.Fatal("Send does not end with its context")
		return nil
	}
}

func hangAfterDelivery(t *testing.T, h Harness) {
	if h.Wire() == nil {
		t.Log("nothing to cut between this channel and its platform")
		return
	}
	h.Wire().HangAfterDelivery(t)
	err := sendAndGiveUp(t, h, chat.Message{Text: "did it arrive?"}, func() { screenOf(t, h, 1) })
	if se := sendError(t, err); !se.Uncertain || se.Class != chat.Temporary {
		t.Errorf("it arrived, but Send says %+v; want temporary and uncertain", se)
	}
}

func hangBeforeDelivery(t *testing.T, h Harness) {
	if h.Wire() == nil {
		t.Log("nothing to cut between this channel and its platform")
		return
	}
	h.Wire().HangBeforeDelivery(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancelled := make(chan struct{})
	go func() { // gives up at a moment that the scheduler picks: before, while or after it is written
		cancel()
		close(cancelled)
	}()
	_, err := h.Channel().Send(ctx, h.Person(), chat.Message{Text: "never arrives"}, "hang")
	<-cancelled
	if se := sendError(t, err); se.Class != chat.Temporary {
		t.Errorf("a send that was cut says %+v, want temporary", se)
	}
}

func unreachable(t *testing.T, h Harness) {
	if h.Wire() == nil {
		t.Log("nothing to cut between this channel and its platform")
		return
	}
	h.Wire().Unreachable(t)
	_, err := h.Channel().Send(within(t), h.Person(), chat.Message{Text: "private words"}, "unreachable")
	if se := sendError(t, err); se.Uncertain || se.Class != chat.Temporary {
		t.Errorf("a refused connection gives %+v, want temporary and certain", se)
	}
	if strings.Contains(err.Error(), "private words") || strings.Contains(err.Error(), h.Person().ID) {
		t.Errorf("the error carries more than it may: %v", err)
	}
}

func idempotentKey(t *testing.T, h Harness) {
	if !h.Channel().Capabilities().Idempotent {
		t.Log("this channel does not know a key again")
		return
	}
	first, err := h.Channel().Send(within(t), h.Person(), chat.Message{Text: "once"}, "key-1")
	if err != nil {
		t.Fatal(err)
	}
	second, err := h.Channel().Send(within(t), h.Person(), chat.Message{Text: "once"}, "key-1")
	if err != nil {
		t.Fatal(err)
	}
	if first != second {
		t.Errorf("the same key gave %q, then %q", first, second)
	}
	send(t, h, chat.Message{Text: "after it"})
	got := screenWhen(t, h, "the message after it", func(s []Shown) bool { return len(s) > 0 && s[len(s)-1].Text == "after it" })
	if len(got) != 2 {
		t.Errorf("the same key was shown %d times", len(got)-1)
	}
}

func receipts(t *testing.T, h Harness) {
	if !h.Channel().Capabilities().Receipts {
		t.Log("this channel reports nothing after a send")
		return
	}
	id := send(t, h, chat.Message{Text: "tell me when it is there"})
	screenOf(t, h, 1)
	h.Acknowledge(t, id)
	c, err := h.Inbox().Wait(within(t), func(c Contents) bool { return len(c.Receipts) > 0 })
	if err != nil {
		t.Fatalf("waiting for the receipt: %v", err)
	}
	r := c.Receipts[0]
	if r.To != h.Person() || r.MessageID != id || r.Progress == "" || r.At.IsZero() {
		t.Errorf("the receipt is %+v, of message %q", r, id)
	}
}
