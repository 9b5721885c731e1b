package telegram

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"carebell/bot/channeltest"
	"carebell/chat"
	"carebell/internal/faketelegram"
)

func discard() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func offsets(l faketelegram.Ledger) []int {
	var out []int
	for _, e := range l.Of("getUpdates") {
		n, _ := strconv.Atoi(e.Params.Get("offset"))
		out = append(out, n)
	}
	return out
}

func TestOffsetMovesOnlyPastWhatIsDurable(t *testing.T) {
	r := newRig(t, nil)
	first := r.ana.Start("")
	r.ana.Say("two")
	third := r.ana.Say("three")
	r.inbox.Fail(1)
	r.run(t)
	r.wait(t, "all three", func(c channeltest.Contents) bool { return len(c.Updates) == 3 })
	l := r.ledger(t, "the poll that confirms them", func(l faketelegram.Ledger) bool {
		o := offsets(l)
		return len(o) > 0 && o[len(o)-1] == third+1
	})
	if o := offsets(l); len(o) < 3 || o[0] != 0 || o[1] != 0 {
		t.Errorf("offsets asked for: %v; the second must not pass %d, which was not stored", o, first)
	}
}

func TestUpdatesOutliveACrashBeforeTheyAreDurable(t *testing.T) {
	r := newRig(t, nil)
	r.ana.Start("")
	r.ana.Say("not lost")
	r.inbox.Fail(1 << 20) // this process never stores anything
	ctx, kill := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.channel.Run(ctx) }()
	r.wait(t, "attempts to store", func(c channeltest.Contents) bool { return c.FailuresLeft < 1<<20-2 })
	kill()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	r.inbox.Fail(0)
	r.run(t)
	c := r.wait(t, "both", func(c channeltest.Contents) bool { return len(c.Updates) == 2 })
	if c.Updates[0].Text != "/start" || c.Updates[1].Text != "not lost" {
		t.Errorf("after the restart: %+v", c.Updates)
	}
}

func TestBadUpdatesGoToQuarantineAndTheirNeighboursGoOn(t *testing.T) {
	r := newRig(t, nil)
	r.run(t)
	r.meet(t)
	id := strconv.Itoa(r.fake.NextUpdateID())
	r.fake.PushRaw(`{"update_id":` + id + `,"message":{"message_id":"seven","chat":[]}}`)
	r.ana.Say("neighbour")
	r.fake.PushRaw(`{"update_id":` + strconv.Itoa(r.fake.NextUpdateID()) + `,"holographic_call":{"x":1}}`)
	r.fake.PushRaw(`{"message":"without an id"}`)
	r.fake.PushRaw(`"not even an object"`)
	r.ana.Send(map[string]any{"teleported_pet": map[string]any{"name": "Rex"}})
	r.ana.Say("last neighbour")
	c := r.wait(t, "the neighbours", func(c channeltest.Contents) bool {
		return len(c.Updates) >= 3 && c.Updates[len(c.Updates)-1].Text == "last neighbour"
	})
	if c.Updates[1].Text != "neighbour" {
		t.Errorf("updates: %+v", c.Updates)
	}
	if len(c.Quarantined) != 5 {
		t.Fatalf("%d in quarantine, want 5: %+v", len(c.Quarantined), c.Quarantined)
	}
	if q := c.Quarantined[0]; q.ID != id || q.Channel != chat.Telegram || !strings.Contains(string(q.Raw), "seven") || q.Reason == "" {
		t.Errorf("the first in quarantine is %+v", q)
	}
	for _, q := range c.Quarantined {
		if q.Reason == "" || q.ID == "" {
			t.Errorf("in quarantine without reason or id: %+v", q)
		}
	}
}

func TestUnreadableUpdateAloneIsNotAskedForInACircle(t *testing.T) {
	r := newRig(t, nil)
	var mu sync.Mutex
	var waits []time.Duration
	r.channel.pause = func(ctx context.Context, d time.Duration) {
		mu.Lock()
		waits = append(waits, d)
		mu.Unlock()
		pause(ctx, time.Millisecond)
	}
	r.run(t)
	r.fake.PushRaw(`{"no":"id"}`)
	r.wait(t, "a few rounds", func(c channeltest.Contents) bool { return len(c.Quarantined) >= 4 })
	mu.Lock()
	defer mu.Unlock()
	if len(waits) < 3 || waits[2] <= waits[0] {
		t.Errorf("waits between the rounds: %v, want growing ones", waits)
	}
}

func TestWhatPeopleDoOnTelegram(t *testing.T) {
	now := time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	r := newRig(t, func(c *Config, f *faketelegram.Config) { c.Now, f.Now = clock, clock })
	r.run(t)
	card, err := func() (string, error) {
		r.ana.Start("Invite_42-x")
		return r.channel.Send(within(t), r.address(), chat.Message{Text: "Sure?", Choices: [][]chat.Choice{{{Label: "Yes", Data: "y"}}}}, "k")
	}()
	if err != nil {
		t.Fatal(err)
	}
	cardID, _ := strconv.Atoi(card)
	r.ana.Say("/help@carebell_bot please")
	r.ana.Say("mail me @carebell_bot")
	r.ana.Reply(cardID, "about this")
	r.ana.Edit(1, "/start changed")
	r.ana.Send(map[string]any{"sticker": map[string]any{"file_id": "x"}})
	r.ana.Say("\u200b\u202e")
	if _, err := r.ana.Tap("Yes"); err != nil {
		t.Fatal(err)
	}
	r.ana.Block()
	r.ana.Unblock()
	r.ana.Say("/start two words")
	me := chat.Address{Channel: chat.Telegram, ID: strconv.Itoa(anaID)}
	want := []chat.Update{
		{Kind: chat.Text, Text: "/start", Invite: "Invite_42-x", MessageID: "1"},
		{Kind: chat.Text, Text: "/help please", MessageID: "3"},
		{Kind: chat.Text, Text: "mail me @carebell_bot", MessageID: "4"},
		{Kind: chat.Text, Text: "about this", MessageID: "5", ReplyTo: card},
		{Kind: chat.Edited, Text: "/start", Invite: "changed", MessageID: "1"},
		{Kind: chat.Unsupported, MessageID: "6"},
		{Kind: chat.Unsupported, MessageID: "7"},
		{Kind: chat.Tap, Data: "y", MessageID: card},
		{Kind: chat.Blocked},
		{Kind: chat.Unblocked},
		{Kind: chat.Text, Text: "/start two words", MessageID: "8"},
	}
	c := r.wait(t, "all of it", func(c channeltest.Contents) bool { return len(c.Updates) >= len(want) })
	for i, u := range c.Updates {
		w := want[i]
		w.ID, w.From, w.Name, w.Language, w.SentAt = strconv.Itoa(100001+i), me, "Ana", "es", now
		if w.Kind == chat.Tap {
			w.TapID = u.TapID
		}
		if u != w {
			t.Errorf("update %d is\n%+v, want\n%+v", i, u, w)
		}
	}
}

func TestOnlyPrivateChatsAreHeard(t *testing.T) {
	r := newRig(t, nil)
	r.run(t)
	r.meet(t)
	group := map[string]any{"id": -100123, "type": "supergroup", "title": "Family"}
	from := map[string]any{"id": 77, "first_name": "Bob"}
	r.fake.Push("message", map[string]any{"message_id": 5, "chat": group, "from": from, "text": "/schedule today 10:00 x", "date": 1})
	r.fake.Push("my_chat_member", map[string]any{"chat": group, "from": from, "date": 1, "new_chat_member": map[string]any{"status": "member"}})
	r.fake.Push("callback_query", map[string]any{"id": "4242", "from": from, "data": "x", "message": map[string]any{"message_id": 5, "chat": group}})
	r.fake.Push("callback_query", map[string]any{"id": "4243", "from": from, "data": "x", "inline_message_id": "abc"})
	r.ana.Say("and me?")
	c := r.wait(t, "the private message", func(c channeltest.Contents) bool { return len(c.Updates) > 1 })
	if len(c.Updates) != 2 || c.Updates[1].Text != "and me?" || len(c.Quarantined) != 1 {
		t.Errorf("the inbox has %+v", c)
	}
	r.ledger(t, "both taps to be answered", func(l faketelegram.Ledger) bool { return len(l.Of("answerCallbackQuery")) == 2 })
}

func TestAllowedUpdatesAreNamed(t *testing.T) {
	r := newRig(t, nil)
	r.run(t)
	r.meet(t)
	r.fake.Push("message_reaction", map[string]any{"x": 1}) // Telegram holds back what was not asked for
	r.ana.Say("next")
	c := r.wait(t, "the next", func(c channeltest.Contents) bool { return len(c.Updates) == 2 })
	if len(c.Quarantined) != 0 {
		t.Errorf("in quarantine: %+v", c.Quarantined)
	}
	if got := r.fake.Ledger().Of("getUpdates")[0].Params.Get("allowed_updates"); got != allowedUpdates {
		t.Errorf("asked for %s", got)
	}
}

func TestRefusedTokenStopsTheChannel(t *testing.T) {
	for token, code := range map[string]string{"987654:CANARY-wrong": "401", "CANARY-malformed": "404"} {
		r := newRig(t, func(c *Config, _ *faketelegram.Config) { c.Token = token })
		err := r.channel.Run(within(t))
		if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "CAREBELL_TELEGRAM_TOKEN") || !strings.Contains(err.Error(), code) {
			t.Errorf("token %s: Run gives %v", token, err)
			continue
		}
		canary(t, "the error or the log", err.Error()+r.logs.String(), "CANARY")
		if !strings.Contains(r.logs.String(), `"level":"ERROR"`) {
			t.Error("nothing in the log says so")
		}
	}
}

func TestSecondPollerStandsByAndTakesOver(t *testing.T) {
	r := newRig(t, nil)
	other, err := New(Config{Token: r.fake.Token(), Endpoint: r.fake.Endpoint(), PollTimeout: 20 * time.Second}, r.inbox, discard())
	if err != nil {
		t.Fatal(err)
	}
	conflict := faketelegram.Answer(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
	r.fake.Once("getUpdates", conflict, conflict, conflict)
	r.run(t)
	r.meet(t)
	if !strings.Contains(r.logs.String(), "standing by") {
		t.Errorf("the log does not tell of standing by:\n%s", r.logs)
	}
	// A real second one ends our poll; when it has gone we receive again.
	ctx, cancel := context.WithCancel(within(t))
	done := make(chan error, 1)
	polls := len(r.fake.Ledger().Of("getUpdates"))
	go func() { done <- other.Run(ctx) }()
	r.ledger(t, "the two to meet", func(l faketelegram.Ledger) bool { return len(l.Of("getUpdates")) > polls+1 })
	cancel()
	if err := <-done; err != nil {
		t.Errorf("the second one: %v", err)
	}
	r.ana.Say("who hears me?")
	r.wait(t, "the message", func(c channeltest.Contents) bool { return c.Updates[len(c.Updates)-1].Text == "who hears me?" })
}

func TestForgottenWebhookIsTakenAway(t *testing.T) {
	r := newRig(t, nil)
	r.fake.SetWebhook("https://example.org/hook")
	r.run(t)
	r.meet(t)
	l := r.fake.Ledger().Of("deleteWebhook")
	if len(l) != 1 || l[0].Params.Get("drop_pending_updates") != "" {
		t.Errorf("deleteWebhook: %+v", l)
	}
}

func TestPollSurvivesEveryFault(t *testing.T) {
	r := newRig(t, func(c *Config, _ *faketelegram.Config) { c.Token = "" })
	r.fake.Once("getUpdates",
		faketelegram.Answer(500, "Internal Server Error"), faketelegram.Body(502, "<html>Bad Gateway</html>"),
		faketelegram.ResetBefore(), faketelegram.ResetAfter(), faketelegram.Truncate(), faketelegram.TooMany(time.Second),
		faketelegram.Body(200, "nonsense"), faketelegram.Body(200, `{"ok":true,"result":{"not":"a list"}}`),
		faketelegram.Body(404, "<html>a proxy's page</html>"), faketelegram.Answer(409, "Conflict: terminated by setWebhook request"))
	r.run(t)
	r.meet(t)
	if n := len(r.fake.Ledger().Of("getUpdates")); n < 11 {
		t.Errorf("%d polls, want one for each fault and one that worked", n)
	}
	canary(t, "the log", r.logs.String(), r.fake.Token(), "fake-token", strconv.Itoa(anaID))
}

func TestTroubleIsWaitedOutLongerAndLonger(t *testing.T) {
	r := newRig(t, nil)
	waits := make(chan time.Duration, 100)
	r.channel.pause = func(ctx context.Context, d time.Duration) {
		select {
		case waits <- d:
		default:
		}
	}
	bad := faketelegram.Answer(500, "Internal Server Error")
	r.fake.Once("getUpdates", bad, bad, bad, bad, bad, bad, bad, bad, bad, faketelegram.TooMany(time.Minute))
	r.run(t)
	r.meet(t)
	for i := range 9 {
		middle := min(firstWait<<i, longWait)
		if d := <-waits; d < middle*3/4 || d > middle*5/4 {
			t.Errorf("wait %d is %v, want %v and a quarter more or less", i, d, middle)
		}
	}
	if d := <-waits; d < time.Minute {
		t.Errorf("after a 429 of a minute it waits %v", d)
	}
}

func TestServerThatDoesNotHoldPollsIsNotAskedInACircle(t *testing.T) {
	r := newRig(t, nil)
	waits := make(chan time.Duration, 100)
	r.channel.pause = func(ctx context.Context, d time.Duration) {
		select {
		case waits <- d:
		default:
		}
		pause(ctx, time.Millisecond)
	}
	empty := faketelegram.Body(200, `{"ok":true,"result":[]}`)
	r.fake.Once("getUpdates", empty, empty, empty)
	r.run(t)
	for range 3 {
		select {
		case d := <-waits:
			if d != emptyPoll {
				t.Errorf("waits %v, want %v", d, emptyPoll)
			}
		case <-within(t).Done():
			t.Fatal("empty polls follow each other without a wait")
		}
	}
}

func TestMenuIsSetInEachLanguage(t *testing.T) {
	r := newRig(t, func(c *Config, _ *faketelegram.Config) {
		c.Commands = map[string][]Command{
			"":      {{Name: "help", Description: "What I can do"}},
			"es":    {{Name: "/help", Description: "Qué puedo hacer"}},
			"pt-BR": {{Name: "help", Description: "O que posso fazer"}},
		}
	})
	r.fake.Once("setMyCommands", faketelegram.Answer(500, "Internal Server Error"), faketelegram.TooMany(time.Second))
	r.run(t)
	r.ledger(t, "three menus", func(l faketelegram.Ledger) bool {
		n := 0
		for _, e := range l.Of("setMyCommands") {
			if e.Done {
				n++
			}
		}
		return n == 3
	})
	if got := r.fake.Commands("es"); got != `[{"command":"help","description":"Qué puedo hacer"}]` {
		t.Errorf("the Spanish menu is %s", got)
	}
	if r.fake.Commands("") == "" || r.fake.Commands("pt") == "" {
		t.Error("a menu is missing")
	}
}

func TestStopEndsALongPollAtOnce(t *testing.T) {
	r := newRig(t, nil)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.channel.Run(ctx) }()
	r.ledger(t, "the poll", func(l faketelegram.Ledger) bool { return len(l.Of("getUpdates")) > 0 })
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("Run goes on after its context ended")
	}
}
