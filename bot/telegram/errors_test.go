package telegram

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"carebell/chat"
	"carebell/internal/faketelegram"
)

// Every row of errors.tsv is played by the fake once, and must come out as its class.
func TestEachAnswerHasItsMeaning(t *testing.T) {
	r := newRig(t, nil)
	r.ana.Start("")
	rows := errorRows()
	if len(rows) != 104 {
		t.Fatalf("errors.tsv has %d rows, want 104", len(rows))
	}
	for _, row := range rows {
		if row.code == 0 {
			continue // no answer at all: see the tests of the wire
		}
		answer := row.text
		switch row.match {
		case "prefix":
			answer += "something more"
		case "contains":
			answer = "before " + row.text + " after"
		}
		r.fake.Once("sendMessage", faketelegram.Answer(row.code, answer))
		_, err := r.channel.Send(within(t), r.address(), chat.Message{Text: "hello"}, "k")
		want := row.class
		switch {
		case row.code == http.StatusTooManyRequests:
			want = string(chat.Throttled)
		case row.class == benign:
			if err != nil {
				t.Errorf("%d %q: %v, want success", row.code, answer, err)
			}
			continue
		case row.class == string(chat.Migrated):
			want = string(chat.RecipientPermanent) // no new id came with it: nobody can follow
		}
		var se *chat.SendError
		if !errors.As(err, &se) {
			t.Errorf("%d %q: %v, want a SendError", row.code, answer, err)
			continue
		}
		if string(se.Class) != want || se.Code != row.code || se.Uncertain != (row.code >= 500) {
			t.Errorf("%d %q: %+v, want class %s", row.code, answer, se, want)
		}
		if (se.Reason == "") == (se.Class == chat.RecipientPermanent) {
			t.Errorf("%d %q: reason %q for class %s", row.code, answer, se.Reason, se.Class)
		}
	}
	if n := len(r.ana.Screen()); n != 0 {
		t.Errorf("%d messages arrived although each was refused", n)
	}
}

// What the table must mean, written down a second time by hand.
func TestAnswersThatMatterMost(t *testing.T) {
	for _, c := range []struct {
		fault     faketelegram.Fault
		class     chat.Class
		reason    string
		uncertain bool
	}{
		{faketelegram.Answer(403, "Forbidden: bot was blocked by the user"), chat.RecipientPermanent, "blocked", false},
		{faketelegram.Answer(403, "Forbidden: user is deactivated"), chat.RecipientPermanent, "deactivated", false},
		{faketelegram.Answer(403, "Forbidden: bot can't initiate conversation with a user"), chat.RecipientPermanent, "not_started", false},
		{faketelegram.Answer(403, "Forbidden: bot can't send messages to the user"), chat.Temporary, "", false},
		{faketelegram.Answer(403, "Forbidden: something new"), chat.RecipientPermanent, "no_rights", false},
		{faketelegram.Answer(400, "Bad Request: chat not found"), chat.RecipientPermanent, "unknown_chat", false},
		{faketelegram.Answer(400, "Bad Request: message is too long"), chat.MessagePermanent, "", false},
		{faketelegram.Answer(400, "Bad Request: something new"), chat.MessagePermanent, "", false},
		{faketelegram.Answer(400, "Bad Request: can't parse entities: Unsupported start tag \"p\" at byte offset 0"), chat.Markup, "", false},
		{faketelegram.Answer(400, "Bad Request: failed to get HTTP URL content"), chat.Temporary, "", false},
		{faketelegram.Answer(401, "Unauthorized"), chat.Configuration, "", false},
		{faketelegram.Answer(404, "Not Found"), chat.Configuration, "", false},
		{faketelegram.Answer(418, "I'm a teapot"), chat.MessagePermanent, "", false},
		{faketelegram.Answer(500, "Internal Server Error"), chat.Temporary, "", true},
		{faketelegram.Answer(500, "Internal Server Error").After(), chat.Temporary, "", true},
		{faketelegram.Answer(500, "Internal Server Error: restart"), chat.Temporary, "", true},
		{faketelegram.Body(502, "<html><h1>Bad Gateway</h1></html>"), chat.Temporary, "", true},
		{faketelegram.Body(503, ""), chat.Temporary, "", true},
		{faketelegram.Body(520, "odd"), chat.Temporary, "", true},
		{faketelegram.Body(200, "<html>sign in to the hotel's network</html>"), chat.Temporary, "", true},
		{faketelegram.Body(200, `{"ok":true}`).After(), chat.Temporary, "", true},
		{faketelegram.Body(200, `{"unrelated":1}`), chat.Temporary, "", true},
		{faketelegram.Body(302, ""), chat.Temporary, "", false},
		{faketelegram.Body(403, "<html>blocked by the company's proxy</html>"), chat.Temporary, "", false},
		{faketelegram.Body(401, "<html>proxy login</html>"), chat.Temporary, "", false},
		{faketelegram.Body(413, "<html>too large</html>"), chat.MessagePermanent, "", false},
		{faketelegram.Truncate(), chat.Temporary, "", true},
		{faketelegram.ResetBefore(), chat.Temporary, "", true}, // it was written: nobody can know
		{faketelegram.ResetAfter(), chat.Temporary, "", true},
	} {
		r := newRig(t, nil)
		r.ana.Start("")
		r.fake.Once("sendMessage", c.fault)
		_, err := r.channel.Send(within(t), r.address(), chat.Message{Text: "private words"}, "k")
		var se *chat.SendError
		if !errors.As(err, &se) {
			t.Errorf("%s: %v, want a SendError", c.fault.Name, err)
			continue
		}
		if se.Class != c.class || se.Uncertain != c.uncertain || se.Reason != c.reason {
			t.Errorf("%s: %+v, want class %s, reason %q, uncertain %v", c.fault.Name, se, c.class, c.reason, c.uncertain)
		}
		if delivered := len(r.ana.Screen()) > 0; delivered && !se.Uncertain {
			t.Errorf("%s: it arrived, but the error calls it certain", c.fault.Name)
		}
		canary(t, "the error", err.Error()+se.Detail, r.fake.Token(), "private words", r.address().ID)
	}
}

func TestTooManyRequestsAsksToWait(t *testing.T) {
	r := newRig(t, nil)
	r.ana.Start("")
	r.fake.Once("sendMessage", faketelegram.TooMany(17*time.Second))
	_, err := r.channel.Send(within(t), r.address(), chat.Message{Text: "hello"}, "k")
	se := chat.AsSendError(err)
	if se.Class != chat.Throttled || se.RetryAfter != 17*time.Second || se.Uncertain {
		t.Errorf("a 429 gives %+v", se)
	}
}

func TestTooManyRequestsWithoutATimeStillWaits(t *testing.T) {
	for _, fault := range []faketelegram.Fault{faketelegram.Answer(429, "Too Many Requests"), faketelegram.Body(429, "<html>slow down</html>")} {
		r := newRig(t, nil)
		r.fake.Once("sendMessage", fault)
		_, err := r.channel.Send(within(t), r.address(), chat.Message{Text: "hello"}, "k")
		if se := chat.AsSendError(err); se.Class != chat.Throttled || se.RetryAfter < time.Second {
			t.Errorf("%s: %+v", fault.Name, se)
		}
	}
}

func TestChatThatMovedNamesItsNewID(t *testing.T) {
	r := newRig(t, nil)
	r.ana.Start("")
	r.fake.Once("sendMessage", faketelegram.Migrate(-1001234567890))
	_, err := r.channel.Send(within(t), r.address(), chat.Message{Text: "hello"}, "k")
	if se := chat.AsSendError(err); se.Class != chat.Migrated || se.MigrateTo != "-1001234567890" {
		t.Errorf("a migration gives %+v", se)
	}
}

func TestBlockedPersonCannotBeWrittenTo(t *testing.T) {
	r := newRig(t, nil)
	r.ana.Start("")
	r.ana.Block()
	_, err := r.channel.Send(within(t), r.address(), chat.Message{Text: "hello"}, "k")
	if se := chat.AsSendError(err); se.Class != chat.RecipientPermanent || se.Reason != "blocked" {
		t.Errorf("a blocked bot gives %+v", se)
	}
}

func TestSendThatWasRemovedAtOnceIsDelivered(t *testing.T) {
	r := newRig(t, nil)
	r.ana.Start("")
	r.fake.Once("sendMessage", faketelegram.Answer(500, "Internal Server Error: sent message was immediately deleted and can't be returned"))
	if _, err := r.channel.Send(within(t), r.address(), chat.Message{Text: "hello"}, "k"); err != nil {
		t.Errorf("it was delivered, but Send says %v", err)
	}
}

func TestEditAndDeleteOfOldMessages(t *testing.T) {
	now := time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC)
	r := newRig(t, func(_ *Config, f *faketelegram.Config) { f.Now = func() time.Time { return now } })
	r.ana.Start("")
	id, err := r.channel.Send(within(t), r.address(), chat.Message{Text: "hello"}, "k")
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(49 * time.Hour)
	err = r.channel.Delete(within(t), r.address(), id)
	if se := chat.AsSendError(err); err == nil || se.Class != chat.Gone {
		t.Errorf("deleting after two days gives %v, want class gone", err)
	}
	for _, missing := range []string{"", "abc", "12345678901234567890"} {
		if se := chat.AsSendError(r.channel.Edit(within(t), r.address(), missing, chat.Message{Text: "x"})); se == nil || se.Class != chat.Gone {
			t.Errorf("editing message %q gives %v, want class gone", missing, se)
		}
	}
	long := chat.Message{Text: strings.Repeat("word ", 1000)}
	if se := chat.AsSendError(r.channel.Edit(within(t), r.address(), id, long)); se == nil || se.Class != chat.MessagePermanent {
		t.Errorf("an edit longer than a message gives %v", se)
	}
}

// A person's answer to each way of failing must not reveal the token, whatever the endpoint is.
func TestTokenStaysOutOfErrors(t *testing.T) {
	const token = "987654:CANARY-token-never-shown"
	for _, endpoint := range []string{
		"http://127.0.0.1:1/bot%s/%s",          // refused
		"http://carebell.invalid/bot%s/%s",     // no such host
		"https://127.0.0.1:1/bot%s/%s",         // refused before TLS
		"http://[::1]:0/bot%s/%s?secret=in-it", // cannot be dialled
	} {
		c, err := New(Config{Token: token, Endpoint: endpoint}, nil, discard())
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Send(within(t), chat.Address{Channel: chat.Telegram, ID: "5"}, chat.Message{Text: "private words"}, "k")
		se := chat.AsSendError(err)
		if err == nil || se.Uncertain || se.Class != chat.Temporary {
			t.Errorf("%s: %+v, want temporary and certain", endpoint, se)
		}
		canary(t, "the error", err.Error()+se.Detail, "CANARY", "private words", "secret=in-it")
	}
	_, err := New(Config{Token: "CANARY with spaces", Endpoint: "nonsense", PollTimeout: time.Hour, HTTPTimeout: -1}, nil, discard())
	if err == nil {
		t.Fatal("wrong settings were taken")
	}
	for _, want := range []string{"CAREBELL_TELEGRAM_TOKEN", "CAREBELL_TELEGRAM_ENDPOINT", "poll timeout", "HTTP timeout"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
	canary(t, "the error", err.Error(), "CANARY")
}

// An answer of the other side may quote the URL that it was asked for.
func TestTokenIsTakenOutOfDescriptions(t *testing.T) {
	r := newRig(t, nil)
	r.fake.Once("sendMessage", faketelegram.Answer(400, "Bad Request: cannot serve /bot"+r.fake.Token()+"/sendMessage"))
	_, err := r.channel.Send(within(t), r.address(), chat.Message{Text: "hello"}, "k")
	canary(t, "the error", err.Error(), r.fake.Token())
}

func TestSendEndsWithItsDeadline(t *testing.T) {
	r := newRig(t, func(c *Config, _ *faketelegram.Config) { c.HTTPTimeout = 50 * time.Millisecond })
	r.ana.Start("")
	r.fake.Once("sendMessage", faketelegram.HangAfter(), faketelegram.HangAfter())
	if _, err := r.channel.Send(context.Background(), r.address(), chat.Message{Text: "one"}, "k"); !chat.AsSendError(err).Uncertain {
		t.Errorf("HTTPTimeout gives %v, want uncertain", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, err := r.channel.Send(ctx, r.address(), chat.Message{Text: "two"}, "k")
	if se := chat.AsSendError(err); se.Class != chat.Temporary || len(r.ana.Screen()) == 2 && !se.Uncertain {
		t.Errorf("a deadline gives %+v", se)
	}
}
