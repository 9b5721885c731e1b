package channeltest

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"carebell/chat"
)

// patience is how long a test waits for something that must happen.
const patience = 20 * time.Second

// Run runs the suite. newHarness is called once per case.
func Run(t *testing.T, newHarness func(t *testing.T) Harness) {
	cases := []struct {
		name string
		run  func(t *testing.T, h Harness)
	}{
		{"a text arrives as it is", textArrives},
		{"plain text is never markup", plainIsLiteral},
		{"HTML shows its words", htmlShowsWords},
		{"broken HTML is repaired, unknown tags go", htmlIsRepaired},
		{"a long text arrives whole, in parts, in order", longText},
		{"a long HTML text arrives whole, in parts, in order", longHTML},
		{"ten thousand characters without a space arrive", unbrokenText},
		{"splitting the same message gives the same parts", splitIsStable},
		{"empty rows of choices are no buttons", emptyChoices},
		{"a choice comes back with its data", choiceComesBack},
		{"forged data passes through untouched", forgedData},
		{"a tap is answered once", tapAnsweredOnce},
		{"what a person says comes in", personSpeaks},
		{"typed markup stays text", typedMarkup},
		{"bidi, control and zero-width characters are cleaned", hostileText},
		{"ten thousand typed characters harm nobody", longTyping},
		{"the same update twice is one", updateTwice},
		{"an edit replaces text and buttons", edit},
		{"an edit of what is not there is gone", editMissing},
		{"a deleted message is gone", deleteMessage},
		{"a file arrives whole, with its words and buttons", fileArrives},
		{"a picture is seen in the chat", pictureArrives},
		{"a long text goes before its file", fileAfterLongText},
		{"a file that nobody could send is refused for good", badFile},
		{"an upload that hung after delivery is uncertain", uploadHangs},
		{"a stranger cannot be written to", strangerRefused},
		{"an errand that ended before it began is certain", deadContext},
		{"a send that hung after delivery is uncertain", hangAfterDelivery},
		{"a send that hung before delivery is not called certain success", hangBeforeDelivery},
		{"a refused connection is certain", unreachable},
		{"the same key arrives once where the channel says so", idempotentKey},
		{"receipts come where the channel says so", receipts},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { c.run(t, newHarness(t)) })
	}
}

// within is a context that ends after patience, and with the test.
func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func send(t *testing.T, h Harness, m chat.Message) string {
	t.Helper()
	id, err := h.Channel().Send(within(t), h.Person(), m, rand.Text())
	if err != nil {
		t.Fatalf("Send: %v", err)
	}
	if id == "" {
		t.Fatal("Send gave no message id")
	}
	return id
}

// screenOf waits for n messages on the screen.
func screenOf(t *testing.T, h Harness, n int) []Shown {
	t.Helper()
	shown, err := h.Screen(within(t), func(s []Shown) bool { return len(s) >= n })
	if err != nil {
		t.Fatalf("waiting for %d messages, the screen shows %d: %v", n, len(shown), err)
	}
	if len(shown) != n {
		t.Fatalf("the screen shows %d messages, want %d: %+v", len(shown), n, shown)
	}
	return shown
}

// screenWhen waits until the screen satisfies until.
func screenWhen(t *testing.T, h Harness, want string, until func([]Shown) bool) []Shown {
	t.Helper()
	shown, err := h.Screen(within(t), until)
	if err != nil {
		t.Fatalf("waiting for %s: %v; the screen shows %+v", want, err, shown)
	}
	return shown
}

// next waits for the first update that matches.
func next(t *testing.T, h Harness, want string, match func(chat.Update) bool) chat.Update {
	t.Helper()
	var found chat.Update
	c, err := h.Inbox().Wait(within(t), func(c Contents) bool {
		for _, u := range c.Updates {
			if match(u) {
				found = u
				return true
			}
		}
		return false
	})
	if err != nil {
		t.Fatalf("waiting for %s: %v; the inbox has %+v", want, err, c)
	}
	return found
}

func ofKind(k chat.Kind) func(chat.Update) bool {
	return func(u chat.Update) bool { return u.Kind == k }
}

// sendError fails unless err is a classified SendError.
func sendError(t *testing.T, err error) *chat.SendError {
	t.Helper()
	var se *chat.SendError
	if !errors.As(err, &se) {
		t.Fatalf("error is %v, want a *chat.SendError", err)
	}
	return se
}
