package channeltest

import (
	"strings"
	"testing"
	"time"

	"carebell/chat"
)

func personSpeaks(t *testing.T, h Harness) {
	h.Say(t, "remind me to take aspirin daily at 9")
	u := next(t, h, "the text", ofKind(chat.Text))
	if u.Text != "remind me to take aspirin daily at 9" || u.From != h.Person() {
		t.Errorf("came in as %+v", u)
	}
	if u.ID == "" || u.MessageID == "" || u.SentAt.IsZero() || u.SentAt.Location() != time.UTC {
		t.Errorf("id %q, message %q, sent at %v: want all, in UTC", u.ID, u.MessageID, u.SentAt)
	}
	h.Say(t, "and the next")
	v := next(t, h, "the second text", func(u chat.Update) bool { return u.Text == "and the next" })
	if v.ID == u.ID || v.MessageID == u.MessageID {
		t.Error("two messages share an id")
	}
}

func typedMarkup(t *testing.T, h Harness) {
	const text = `<b>5 < 6</b> &amp; *7* <script>alert(1)</script>`
	h.Say(t, text)
	if u := next(t, h, "the text", ofKind(chat.Text)); u.Text != text {
		t.Errorf("came in as %q, want %q", u.Text, text)
	}
}

func hostileText(t *testing.T, h Harness) {
	h.Say(t, "take \u202e15\u202c mg\u200b\u2066 now\u0007\u0000 é 👩🏽‍⚕️\ufeff")
	u := next(t, h, "the text", ofKind(chat.Text))
	if u.Text != chat.Clean(u.Text) {
		t.Errorf("came in with hidden characters: %q", u.Text)
	}
	if got := spaces(u.Text); got != "take 15 mg now é 👩🏽‍⚕️" {
		t.Errorf("came in as %q", got)
	}
}

func longTyping(t *testing.T, h Harness) {
	h.Say(t, strings.Repeat("a lot ", 1667))
	h.Say(t, "still there?")
	next(t, h, "the text after it", func(u chat.Update) bool { return u.Text == "still there?" })
	c, err := h.Inbox().Wait(within(t), func(Contents) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range c.Updates {
		if u.Kind == chat.Text && len([]rune(u.Text)) > chat.MaxText {
			t.Errorf("a text of %d characters came in, want at most %d", len([]rune(u.Text)), chat.MaxText)
		}
	}
}

func updateTwice(t *testing.T, h Harness) {
	h.Say(t, "only once")
	next(t, h, "the text", ofKind(chat.Text))
	h.Redeliver(t)
	c, err := h.Inbox().Wait(within(t), func(c Contents) bool { return c.Repeats > 0 })
	if err != nil {
		t.Fatalf("waiting for the update to come again: %v", err)
	}
	n := 0
	for _, u := range c.Updates {
		if u.Text == "only once" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the update was taken %d times", n)
	}
}

func choiceComesBack(t *testing.T, h Harness) {
	if !h.Channel().Capabilities().Buttons {
		t.Log("this channel has no buttons")
		return
	}
	long := strings.Repeat("x", chat.MaxChoiceData)
	id := send(t, h, chat.Message{Text: "Sure?", Choices: [][]chat.Choice{
		{{Label: "✅ Confirm", Data: "v1:cf:abcdefghij:1"}, {Label: "Sí & <no>", Data: "v1:é\"'&<>:"}},
		{{Label: "Long", Data: long}},
	}})
	screenOf(t, h, 1)
	for _, c := range []struct{ label, data string }{
		{"✅ Confirm", "v1:cf:abcdefghij:1"}, {"Sí & <no>", "v1:é\"'&<>:"}, {"Long", long},
	} {
		h.Tap(t, id, c.label)
		u := next(t, h, "the tap on "+c.label, func(u chat.Update) bool { return u.Kind == chat.Tap && u.Data == c.data })
		if u.From != h.Person() || u.MessageID != id || u.TapID == "" || u.SentAt.IsZero() {
			t.Errorf("the tap came in as %+v", u)
		}
	}
}

func forgedData(t *testing.T, h Harness) {
	if !h.Channel().Capabilities().Buttons {
		t.Log("this channel has no buttons")
		return
	}
	id := send(t, h, chat.Message{Text: "Sure?", Choices: rows("Yes")})
	screenOf(t, h, 1)
	for _, data := range []string{"v1:cf:zzzzzzzzzz:99", "'; DROP TABLE patients;--", "{\"$ne\":1}", strings.Repeat("\U0001F9E8", 16)} {
		h.Forge(t, id, data)
		u := next(t, h, "the forged tap", func(u chat.Update) bool { return u.Kind == chat.Tap && u.Data == data })
		if u.From != h.Person() {
			t.Errorf("the forged tap came in from somebody else")
		}
	}
}

func tapAnsweredOnce(t *testing.T, h Harness) {
	if !h.Channel().Capabilities().Buttons {
		t.Log("this channel has no buttons")
		return
	}
	id := send(t, h, chat.Message{Text: "Sure?", Choices: rows("Yes")})
	screenOf(t, h, 1)
	h.Tap(t, id, "Yes")
	first := next(t, h, "the tap", ofKind(chat.Tap))
	h.Channel().AnswerTap(first.TapID, "Saved")
	h.Channel().AnswerTap(first.TapID, "Saved again")
	if _, err := h.Toast(within(t), func(s []string) bool { return len(s) > 0 }); err != nil {
		t.Fatalf("waiting for the toast: %v", err)
	}
	h.Tap(t, id, "Yes")
	second := next(t, h, "the second tap", func(u chat.Update) bool { return u.Kind == chat.Tap && u.ID != first.ID })
	h.Channel().AnswerTap(second.TapID, "Already saved")
	toasts, err := h.Toast(within(t), func(s []string) bool { return len(s) > 1 })
	if err != nil {
		t.Fatalf("waiting for the second toast: %v", err)
	}
	if len(toasts) != 2 || toasts[0] != "Saved" || toasts[1] != "Already saved" {
		t.Errorf("toasts %q, want one for each tap", toasts)
	}
}
