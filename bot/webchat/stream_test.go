package webchat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"carebell/bot/channeltest"
	"carebell/bot/webchat"
	"carebell/chat"
)

func decode(t testing.TB, raw []byte) map[string]any {
	t.Helper()
	out := map[string]any{}
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return out
}

func (s *site) send(t *testing.T, to chat.Address, text string) string {
	t.Helper()
	id, err := s.channel.Send(t.Context(), to, chat.Message{Text: text}, text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// sees waits until the visitor's page shows these texts of carebell, in this order.
func (v *visitor) sees(texts ...string) {
	v.t.Helper()
	shown, err := v.Screen(soon(v.t), func(s []channeltest.Shown) bool { return len(s) == len(texts) })
	if err != nil {
		v.t.Fatalf("waiting for %q: %v", texts, err)
	}
	for i, want := range texts {
		equal(v.t, "shown", shown[i].Text, want)
	}
}

func TestAStreamCatchesUpFromTheLastEvent(t *testing.T) {
	s := newSite(t, webchat.Config{})
	v := newPerson(t, s)
	first := s.send(t, v.person, "one")                                                                      // event 1
	s.send(t, v.person, "two")                                                                               // event 2
	gone := s.send(t, v.person, "three")                                                                     // event 3
	if err := s.channel.Edit(t.Context(), v.person, first, chat.Message{Text: "one, changed"}); err != nil { // event 4
		t.Fatal(err)
	}
	if err := s.channel.Delete(t.Context(), v.person, gone); err != nil { // event 5
		t.Fatal(err)
	}
	v.follow(2) // the page knows one and two
	if err := v.wait(soon(t), func() bool { return v.seq == 5 }); err != nil {
		t.Fatal(err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.shown) != 2 || words(v.shown[first].Nodes) != "one, changed" || !v.shown[first].Edited || !v.shown[gone].Deleted {
		t.Errorf("it caught up with %+v, want the change and the removal", v.shown)
	}
}

func TestAStreamOfAnotherTranscriptBeginsAnew(t *testing.T) {
	s := newSite(t, webchat.Config{})
	v := newPerson(t, s)
	s.send(t, v.person, "only this")
	v.follow(4711) // a page that was open while the data folder was replaced
	v.sees("only this")
}

func TestTwoPagesOfOnePersonBothSee(t *testing.T) {
	s := newSite(t, webchat.Config{})
	first := newVisitor(t, s)
	second := &visitor{t: t, site: s, client: first.client, person: first.person, shown: map[string]shownMessage{}}
	second.follow(0)
	first.Say(t, "written on the first")
	if err := second.wait(soon(t), func() bool { return len(second.order) == 1 }); err != nil {
		t.Fatalf("the second page does not see what was written on the first: %v", err)
	}
	s.send(t, first.person, "to both")
	first.sees("to both")
	second.sees("to both")
	s.channel.AnswerTap(first.person.ID+":post-of-a-test-1234", "Saved")
	for _, v := range []*visitor{first, second} {
		if err := v.wait(soon(t), func() bool { return len(v.toasts) == 1 }); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNobodyElseSees(t *testing.T) {
	s := newSite(t, webchat.Config{})
	ana, ben := newVisitor(t, s), newVisitor(t, s)
	s.send(t, ana.person, "for Ana")
	s.send(t, ben.person, "for Ben")
	ana.sees("for Ana")
	ben.sees("for Ben")
	s.channel.AnswerTap(ana.person.ID+":post-of-a-test-1234", "for Ana")
	s.channel.AnswerTap(ben.person.ID+":post-of-a-test-1234", "for Ben")
	if err := ben.wait(soon(t), func() bool { return len(ben.toasts) > 0 }); err != nil {
		t.Fatal(err)
	}
	equal(t, "Ben's toasts", ben.toasts, []string{"for Ben"})
}

func TestTheOldestPageOfTooManyEnds(t *testing.T) {
	s := newSite(t, webchat.Config{MaxStreamsPerPerson: 2})
	v := newPerson(t, s)
	var pages []*visitor
	for range 3 {
		page := &visitor{t: t, site: s, client: v.client, person: v.person, shown: map[string]shownMessage{}}
		page.follow(0)
		pages = append(pages, page)
	}
	<-pages[0].ended
	s.send(t, v.person, "still here")
	pages[1].sees("still here")
	pages[2].sees("still here")
}

func TestStreamsAreBounded(t *testing.T) {
	s := newSite(t, webchat.Config{MaxStreams: 1})
	newVisitor(t, s)
	res, answer := newPerson(t, s).ask(http.MethodGet, "/chat/events", "", nil)
	if res.StatusCode != http.StatusServiceUnavailable || code(answer) != "busy" || res.Header.Get("Retry-After") == "" {
		t.Errorf("%d %v", res.StatusCode, answer)
	}
}

func TestAnotherSitesPageGetsNoStream(t *testing.T) {
	v := newPerson(t, newSite(t, webchat.Config{}))
	for _, site := range []string{"same-site", "cross-site", "none"} {
		if res, answer := v.ask(http.MethodGet, "/chat/events", "", map[string]string{"Sec-Fetch-Site": site}); res.StatusCode != 403 {
			t.Errorf("%s: %d %v", site, res.StatusCode, answer)
		}
	}
}

func TestAWrongLastEventIsRefused(t *testing.T) {
	v := newPerson(t, newSite(t, webchat.Config{}))
	for _, id := range []string{"-1", "x", "99999999999999999999"} {
		if res, answer := v.ask(http.MethodGet, "/chat/events", "", map[string]string{"Last-Event-ID": id}); res.StatusCode != 400 {
			t.Errorf("%q: %d %v", id, res.StatusCode, answer)
		}
	}
}

func TestTheEndOfRunEndsEveryStream(t *testing.T) {
	s := newSite(t, webchat.Config{})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.channel.Run(ctx) }()
	pages := []*visitor{newVisitor(t, s), newVisitor(t, s)}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		<-page.ended
	}
	res, answer := pages[0].ask(http.MethodGet, "/chat/events", "", nil)
	if res.StatusCode != http.StatusServiceUnavailable || code(answer) != "closing" {
		t.Errorf("a new stream gets %d %v", res.StatusCode, answer)
	}
	s.send(t, pages[0].person, "waits in the transcript")
}

// The server's limits for an answer are far shorter than the time between two signs of life: only a
// stream that sets its own lives to see the second.
func TestAStreamOutlivesTheServersLimits(t *testing.T) {
	s := newSite(t, webchat.Config{Heartbeat: 150 * time.Millisecond})
	s.server.Close()
	s.server = httptest.NewUnstartedServer(s.channel.Handler())
	s.server.Config.ReadTimeout, s.server.Config.WriteTimeout = 100*time.Millisecond, 100*time.Millisecond
	s.server.Start()
	v := newPerson(t, s)
	res, err := v.client.Get(s.server.URL + "/chat/events")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var seen bytes.Buffer
	for bytes.Count(seen.Bytes(), []byte("event: alive")) < 3 {
		part := make([]byte, 256)
		n, err := res.Body.Read(part)
		seen.Write(part[:n])
		if err != nil {
			t.Fatalf("the stream ended (%v) after %q", err, seen.String())
		}
	}
}

// quick is an inbox whose bot answers before Receive has even returned.
type quick struct {
	channeltest.Inbox
	channel *webchat.Channel
	sent    chan error
}

func (q *quick) Receive(ctx context.Context, u chat.Update) error {
	go func() {
		_, err := q.channel.Send(context.Background(), u.From, chat.Message{Text: "answer"}, "answer")
		q.sent <- err
	}()
	return q.Inbox.Receive(ctx, u)
}

// patient is a transcript that gives an answer every chance to overtake what it answers.
type patient struct {
	webchat.Transcript
	answered chan struct{}
}

func (p patient) Append(ctx context.Context, to chat.Address, key string, e webchat.Entry) error {
	if e.Author == webchat.Person {
		select {
		case <-p.answered:
		case <-time.After(50 * time.Millisecond):
		}
		return p.Transcript.Append(ctx, to, key, e)
	}
	defer close(p.answered)
	return p.Transcript.Append(ctx, to, key, e)
}

func TestAnAnswerStandsAfterWhatItAnswers(t *testing.T) {
	s := newSite(t, webchat.Config{})
	q := &quick{sent: make(chan error, 1)}
	transcript := patient{s.store.Transcript(), make(chan struct{})}
	var err error
	if q.channel, err = webchat.New(webchat.Config{}, q, q, transcript, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	s.server.Config.Handler = q.channel.Handler()
	v := newPerson(t, s)
	if status, answer := v.update(map[string]any{"kind": "text", "text": "question"}); status != http.StatusOK {
		t.Fatal(status, answer)
	}
	if err := <-q.sent; err != nil {
		t.Fatal(err)
	}
	entries, _, err := s.store.Transcript().List(t.Context(), v.person, 0, 10)
	if err != nil || len(entries) != 2 || entries[0].Message.Text != "question" || entries[1].Message.Text != "answer" {
		t.Errorf("the log reads %+v (%v), want the question first", entries, err)
	}
}

// down is a transcript whose database does not answer.
type down struct{ webchat.Transcript }

func (down) Open(context.Context, chat.Address, time.Time) error { return io.ErrUnexpectedEOF }
func (down) Append(context.Context, chat.Address, string, webchat.Entry) error {
	return fmt.Errorf("append: %w", io.ErrUnexpectedEOF)
}

func TestASendWithoutADatabaseMayBeRepeated(t *testing.T) {
	var inbox channeltest.Inbox
	c, err := webchat.New(webchat.Config{}, &inbox, &inbox, down{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	to := chat.Address{Channel: chat.WebChat, ID: "0123456789abcdef0123456789abcdef"}
	_, err = c.Send(t.Context(), to, chat.Message{Text: "x"}, "k")
	if se := chat.AsSendError(err); se.Class != chat.Temporary || se.Uncertain {
		t.Errorf("%v, want temporary and certain: the key makes a repeat harmless", err)
	}
}

func TestWrongSettingsAreNamed(t *testing.T) {
	var inbox channeltest.Inbox
	for _, cfg := range []webchat.Config{{MaxText: -1}, {MaxText: 5000}, {Rate: -1}, {Heartbeat: -1}, {MaxStreams: -1}} {
		if _, err := webchat.New(cfg, &inbox, &inbox, down{}, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%+v is taken", cfg)
		}
	}
	if _, err := webchat.New(webchat.Config{}, nil, &inbox, down{}, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("no inbox is taken")
	}
}

func TestWhatCannotBeShownIsRefused(t *testing.T) {
	s := newSite(t, webchat.Config{MaxPart: 100})
	v := newPerson(t, s)
	for name, m := range map[string]chat.Message{
		"nothing":           {},
		"too long":          {Text: string(bytes.Repeat([]byte("a"), 801))},
		"an unknown format": {Text: "x", Format: "markdown"},
		"data over 64":      {Text: "x", Choices: [][]chat.Choice{{{Label: "L", Data: string(bytes.Repeat([]byte("d"), 65))}}}},
		"no data":           {Text: "x", Choices: [][]chat.Choice{{{Label: "L"}}}},
		"no label":          {Text: "x", Choices: [][]chat.Choice{{{Label: " ", Data: "d"}}}},
	} {
		_, err := s.channel.Send(t.Context(), v.person, m, "k")
		if se := chat.AsSendError(err); se == nil || se.Uncertain || se.Class != chat.MessagePermanent && se.Class != chat.Markup {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, to := range []chat.Address{{Channel: chat.Telegram, ID: v.person.ID}, {Channel: chat.WebChat, ID: "x"}, {}} {
		_, err := s.channel.Send(t.Context(), to, chat.Message{Text: "x"}, "k")
		if se := chat.AsSendError(err); se == nil || se.Class != chat.RecipientPermanent {
			t.Errorf("%v: %v", to, err)
		}
	}
}
