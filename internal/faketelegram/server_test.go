package faketelegram

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if endpoint := os.Getenv("FAKETELEGRAM_CLIENT"); endpoint != "" { // the client that TestLedgerOutlives… kills
		_, _ = http.PostForm(endpoint, url.Values{"chat_id": {"5"}, "text": {"sent by one who dies"}})
		return
	}
	goleak.VerifyTestMain(m)
}

type reply struct {
	OK          bool
	Result      json.RawMessage
	ErrorCode   int `json:"error_code"`
	Description string
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
	}
}

// bench is a Server with one person who has pressed Start, and a clock that a test turns.
type bench struct {
	*Server
	ana   *Person
	clock atomic.Int64
}

func start(t *testing.T, cfg Config) *bench {
	t.Helper()
	b := &bench{}
	b.clock.Store(time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC).UnixMilli())
	cfg.Now = func() time.Time { return time.UnixMilli(b.clock.Load()).UTC() }
	s, err := Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.Server = s
	t.Cleanup(func() {
		s.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	b.ana = s.Person(5, "Ana", "es")
	b.ana.Start("")
	return b
}

func (b *bench) later(d time.Duration) { b.clock.Add(int64(d / time.Millisecond)) }

func (b *bench) call(t *testing.T, method string, pairs ...string) reply {
	t.Helper()
	r, err := b.try(method, pairs...)
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	return r
}

func (b *bench) try(method string, pairs ...string) (reply, error) {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	resp, err := http.PostForm(fmt.Sprintf(b.Endpoint(), b.Token(), method), form)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	var r reply
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
		return r, err
	}
	if !r.OK && r.ErrorCode != resp.StatusCode {
		return r, fmt.Errorf("error_code %d with status %d", r.ErrorCode, resp.StatusCode)
	}
	return r, nil
}

func (b *bench) send(t *testing.T, text string, pairs ...string) reply {
	t.Helper()
	return b.call(t, "sendMessage", append([]string{"chat_id", "5", "text", text}, pairs...)...)
}

func messageID(t *testing.T, r reply) string {
	t.Helper()
	var m struct {
		ID int `json:"message_id"`
	}
	if err := json.Unmarshal(r.Result, &m); err != nil || m.ID == 0 {
		t.Fatalf("no message in %s (%s)", r.Result, r.Description)
	}
	return strconv.Itoa(m.ID)
}

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestTokens(t *testing.T) {
	b := start(t, Config{})
	for token, want := range map[string]int{b.Token(): 200, "999:wrong": 401, "malformed": 404, "x:y": 404} {
		resp, err := http.Get(fmt.Sprintf(b.Endpoint(), token, "getMe"))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("token %s: %d, want %d", token, resp.StatusCode, want)
		}
	}
	if r := b.call(t, "makeCoffee"); r.ErrorCode != 404 || r.Description != "Not Found: method not found" {
		t.Errorf("an unknown method: %+v", r)
	}
}

func TestWhatSendMessageRefuses(t *testing.T) {
	b := start(t, Config{})
	b.Person(6, "Bob", "en") // has an account, never pressed Start
	blocked := b.Person(7, "Eve", "en")
	blocked.Start("")
	blocked.Block()
	html := "parse_mode"
	for _, c := range []struct {
		chat, text string
		more       []string
		want       string
	}{
		{"", "x", nil, "chat_id is empty"},
		{"6", "x", nil, "chat not found"},
		{"99", "x", nil, "chat not found"},
		{"7", "x", nil, "Forbidden: bot was blocked by the user"},
		{"5", "", nil, "message text is empty"},
		{"5", " \n ", nil, "text must be non-empty"},
		{"5", "<b> </b>", []string{html, "HTML"}, "text must be non-empty"},
		{"5", strings.Repeat("a", 4097), nil, "message is too long"},
		{"5", strings.Repeat("😀", 2048) + "a", nil, "message is too long"},
		{"5", strings.Repeat("a", 32769), nil, "text is too long"},
		{"5", "\xff", nil, "strings must be encoded in UTF-8"},
		{"5", "x", []string{html, "Markdown9"}, "unsupported parse_mode"},
		{"5", "x", []string{"reply_markup", "{}"}, "can't parse reply keyboard markup JSON object"},
		{"5", "x", []string{"reply_markup", `{"inline_keyboard":[[{"text":"a","callback_data":"` + strings.Repeat("x", 65) + `"}]]}`}, "BUTTON_DATA_INVALID"},
		{"5", "x", []string{"reply_markup", `{"inline_keyboard":[[{"text":"a","callback_data":""}]]}`}, "BUTTON_DATA_INVALID"},
		{"5", "x", []string{"reply_markup", `{"inline_keyboard":[[{"text":"a"}]]}`}, "text buttons are unallowed in the inline keyboard"},
		{"5", "x", []string{"reply_markup", `{"inline_keyboard":[[{"text":"","callback_data":"a"}]]}`}, "inline keyboard button text must be non-empty"},
		{"5", "x", []string{"reply_markup", `{"inline_keyboard":[[` + strings.Repeat(`{"text":"a","callback_data":"a"},`, 100) + `{"text":"a","callback_data":"a"}]]}`}, "reply markup is too long"},
		{"5", "😀x", []string{"entities", `[{"type":"bold","offset":1,"length":1}]`}, "entity begins in a middle of a UTF-16 symbol at UTF-16 offset 1"},
		{"5", "😀x", []string{"entities", `[{"type":"bold","offset":0,"length":4}]`}, "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 4"},
	} {
		want := c.want
		if !strings.HasPrefix(want, "Forbidden") {
			want = "Bad Request: " + want
		}
		r := b.call(t, "sendMessage", append([]string{"chat_id", c.chat, "text", c.text}, c.more...)...)
		if r.OK || r.Description != want {
			t.Errorf("%.40q to %s with %.60v: %q, want %q", c.text, c.chat, c.more, r.Description, want)
		}
	}
	for _, e := range b.Ledger() {
		if e.Done {
			t.Errorf("carried out although refused: %+v", e)
		}
	}
	for _, fits := range []string{strings.Repeat("😀", 2048), " " + strings.Repeat("a", 4096) + " "} {
		if r := b.send(t, fits); !r.OK {
			t.Errorf("%d bytes are refused: %s", len(fits), r.Description)
		}
	}
	if r := b.send(t, strings.Repeat("&lt;", 4096), html, "html"); !r.OK {
		t.Errorf("the limit does not hold before the entities are parsed: %s", r.Description)
	}
}

func TestHTMLAsTheServerReadsIt(t *testing.T) {
	b := start(t, Config{})
	for _, c := range []struct{ in, want string }{
		{`a<br>`, `Unsupported start tag "br" at byte offset 1`},
		{`é<p>x</p>`, `Unsupported start tag "p" at byte offset 2`},
		{`<b>x`, `Can't find end tag corresponding to start tag "b"`},
		{`<b>x<i>y</b></i>`, `Unmatched end tag at byte offset 8, expected "</i>", found "</b>"`},
		{`x</b>`, `Unexpected end tag at byte offset 1`},
		{`BP <120`, `Unclosed start tag at byte offset 3`},
		{`BP <120 mg>`, `Unsupported start tag "120" at byte offset 3`},
		{`<b`, `Unclosed start tag at byte offset 0`},
		{`<b x="1`, `Unclosed start tag "b" at byte offset 0`},
		{`<b>x</b`, `Unclosed end tag at byte offset 4`},
		{`<a href=x/y>z</a>`, `Unexpected end of name token at byte offset 8`},
		{`<a ="x">z</a>`, `Empty attribute name in the tag "a" at byte offset 0`},
		{`<span class="x">z</span>`, `Tag "span" must have class "tg-spoiler" at byte offset 0`},
		{`<tg-time unix="5" format="q">z</tg-time>`, `Invalid date format used at byte offset 0`},
	} {
		want := "Bad Request: can't parse entities: " + c.want
		if r := b.send(t, c.in, "parse_mode", "HTML"); r.Description != want {
			t.Errorf("%s: %q, want %q", c.in, r.Description, want)
		}
	}
	r := b.send(t, ` 😀<b>é &lt;&#65;&#x42;&nbsp;</b> <a href="https://x.org/?a=1&amp;b">l</a><tg-time unix="5" format="wDt">t</tg-time>`, "parse_mode", "HTML")
	var m struct {
		Text     string
		Entities []entity
	}
	if err := json.Unmarshal(r.Result, &m); err != nil {
		t.Fatal(err)
	}
	if m.Text != "😀é <AB&nbsp; lt" {
		t.Errorf("text %q", m.Text)
	}
	want := []entity{{Type: "bold", Offset: 2, Length: 11}, {Type: "text_link", Offset: 14, Length: 1, URL: "https://x.org/?a=1&b"},
		{Type: "date_time", Offset: 15, Length: 1, Unix: 5, Format: "wDt"}}
	if fmt.Sprint(m.Entities) != fmt.Sprint(want) {
		t.Errorf("entities %+v, want %+v", m.Entities, want)
	}
}

func TestEditsAndDeletes(t *testing.T) {
	b := start(t, Config{})
	keys := `{"inline_keyboard":[[{"text":"Yes","callback_data":"y"}]]}`
	id := messageID(t, b.send(t, "Sure?", "reply_markup", keys))
	edit := func(pairs ...string) string {
		return b.call(t, "editMessageText", append([]string{"chat_id", "5"}, pairs...)...).Description
	}
	if got := edit("message_id", id, "text", "Sure?", "reply_markup", keys); !strings.HasPrefix(got, "Bad Request: message is not modified: specified") {
		t.Errorf("an edit that changes nothing: %q", got)
	}
	if got := edit("message_id", "777", "text", "x"); got != "Bad Request: message to edit not found" {
		t.Errorf("an edit of nothing: %q", got)
	}
	if got := edit("message_id", "1", "text", "x"); got != "Bad Request: message can't be edited" {
		t.Errorf("an edit of the person's own message: %q", got)
	}
	if got := b.call(t, "editMessageReplyMarkup", "chat_id", "5", "message_id", id); !got.OK {
		t.Errorf("taking the buttons away: %q", got.Description)
	}
	if got := edit("message_id", id, "text", "Saved"); got != "" {
		t.Errorf("an edit: %q", got)
	}
	if s := b.ana.Screen(); len(s) != 1 || s[0].Text != "Saved" || s[0].Buttons != nil {
		t.Errorf("the screen shows %+v", s)
	}
	b.later(49 * time.Hour)
	if r := b.call(t, "deleteMessage", "chat_id", "5", "message_id", id); r.Description != "Bad Request: message can't be deleted" {
		t.Errorf("a deletion after two days: %+v", r)
	}
	id = messageID(t, b.send(t, "short-lived"))
	if r := b.call(t, "deleteMessage", "chat_id", "5", "message_id", id); !r.OK {
		t.Errorf("a deletion: %+v", r)
	}
	if r := b.call(t, "deleteMessage", "chat_id", "5", "message_id", id); r.Description != "Bad Request: message to delete not found" {
		t.Errorf("a second deletion: %+v", r)
	}
}

func TestTapsLive150Seconds(t *testing.T) {
	b := start(t, Config{})
	b.send(t, "Sure?", "reply_markup", `{"inline_keyboard":[[{"text":"Yes","callback_data":"y"}]]}`)
	const tooOld = "Bad Request: query is too old and response timeout expired or query ID is invalid"
	for _, c := range []struct {
		wait time.Duration
		want string
	}{{149 * time.Second, ""}, {150 * time.Second, tooOld}} {
		id, err := b.ana.Tap("Yes")
		if err != nil {
			t.Fatal(err)
		}
		pending := b.Pending()
		b.later(c.wait)
		if r := b.call(t, "answerCallbackQuery", "callback_query_id", id, "text", "ok"); r.Description != c.want {
			t.Errorf("after %v: %q, want %q", c.wait, r.Description, c.want)
		}
		if r := b.call(t, "answerCallbackQuery", "callback_query_id", id); r.Description != tooOld {
			t.Errorf("a second answer: %q", r.Description)
		}
		if gone := b.Pending() < pending; gone != (c.want != "") {
			t.Errorf("after %v the update itself is gone: %v", c.wait, gone)
		}
	}
	if _, err := b.ana.Tap("No"); err == nil {
		t.Error("a button that is not there was pressed")
	}
}

func updateIDs(t *testing.T, r reply) []int {
	t.Helper()
	var list []struct {
		ID int `json:"update_id"`
	}
	if err := json.Unmarshal(r.Result, &list); err != nil {
		t.Fatalf("%s: %v", r.Result, err)
	}
	ids := []int{}
	for _, u := range list {
		ids = append(ids, u.ID)
	}
	return ids
}

func TestOffsetForgetsAtTheNextCall(t *testing.T) {
	b := start(t, Config{})
	b.ana.Say("two")
	last := b.ana.Say("three")
	for _, c := range []struct {
		pairs []string
		want  string
	}{
		{nil, "[100001 100002 100003]"},
		{nil, "[100001 100002 100003]"}, // asking is not confirming
		{[]string{"limit", "1"}, "[100001]"},
		{[]string{"offset", "100003"}, "[100003]"},
		{nil, "[100003]"}, // what was below is forgotten, whatever is asked now
		{[]string{"offset", strconv.Itoa(last + 1)}, "[]"},
	} {
		if got := fmt.Sprint(updateIDs(t, b.call(t, "getUpdates", c.pairs...))); got != c.want {
			t.Errorf("getUpdates %v gives %s, want %s", c.pairs, got, c.want)
		}
	}
	b.ana.Say("kept a day")
	b.later(UpdateLife)
	b.ana.Say("fresh")
	if got := updateIDs(t, b.call(t, "getUpdates")); len(got) != 1 {
		t.Errorf("after a day: %v", got)
	}
	b.ana.Say("newest")
	if got := updateIDs(t, b.call(t, "getUpdates", "offset", "-1")); len(got) != 1 {
		t.Errorf("a negative offset gives %v", got)
	}
}

func TestLongPollWakesAndASecondPollerEndsTheFirst(t *testing.T) {
	b := start(t, Config{})
	b.call(t, "getUpdates", "offset", "-1")
	b.call(t, "getUpdates", "offset", "100002")
	polls := make(chan reply, 2)
	poll := func() {
		r, err := b.try("getUpdates", "offset", "100002", "timeout", "50")
		if err != nil {
			r.Description = err.Error()
		}
		polls <- r
	}
	seen := func(n int) {
		t.Helper()
		if _, err := b.WaitFor(within(t), func(l Ledger) bool { return len(l.Of("getUpdates")) == n }); err != nil {
			t.Fatal(err)
		}
	}
	go poll()
	seen(3)
	go poll()
	if r := <-polls; r.ErrorCode != 409 || !strings.HasPrefix(r.Description, "Conflict: terminated by other getUpdates request") {
		t.Errorf("the first poller gets %+v", r)
	}
	b.ana.Say("wake up")
	if r := <-polls; len(updateIDs(t, r)) != 1 {
		t.Errorf("the second poller gets %+v", r)
	}
	b.SetWebhook("https://example.org")
	if r := b.call(t, "getUpdates"); r.ErrorCode != 409 || !strings.Contains(r.Description, "webhook is active") {
		t.Errorf("with a webhook: %+v", r)
	}
	b.call(t, "deleteWebhook")
	if r := b.call(t, "getUpdates"); !r.OK {
		t.Errorf("without it again: %+v", r)
	}
}

func TestAllowedUpdatesAreRemembered(t *testing.T) {
	b := start(t, Config{})
	b.call(t, "getUpdates", "offset", "100002", "allowed_updates", `["message"]`)
	b.ana.Block()
	b.call(t, "getUpdates")
	b.ana.Unblock()
	b.ana.Say("hello")
	if got := updateIDs(t, b.call(t, "getUpdates")); len(got) != 1 {
		t.Errorf("got %v, want the message alone", got)
	}
	b.call(t, "getUpdates", "allowed_updates", `[]`)
	b.ana.Block()
	if got := updateIDs(t, b.call(t, "getUpdates")); len(got) != 2 {
		t.Errorf("with the default again: %v", got)
	}
}

func TestLimitsGive429AndEarlyCallsAreSeen(t *testing.T) {
	b := start(t, Config{PerChat: 1, Overall: 3})
	for id := range int64(4) {
		b.Person(100+id, "P", "en").Start("")
	}
	if r := b.send(t, "one"); !r.OK {
		t.Fatal(r.Description)
	}
	r := b.send(t, "two")
	if r.ErrorCode != 429 || r.Description != "Too Many Requests: retry after 1" || r.Parameters.RetryAfter != 1 {
		t.Errorf("a second message within a second: %+v", r)
	}
	b.send(t, "too early")
	codes := []int{}
	for id := range 4 {
		codes = append(codes, b.call(t, "sendMessage", "chat_id", strconv.Itoa(100+id), "text", "x").ErrorCode)
	}
	if fmt.Sprint(codes) != "[0 0 429 429]" {
		t.Errorf("overall: %v", codes)
	}
	b.later(time.Second)
	if r := b.send(t, "in time"); !r.OK {
		t.Errorf("after the wait: %+v", r)
	}
	var early []string
	for _, e := range b.Ledger() {
		if e.Early {
			early = append(early, e.Params.Get("chat_id")+" "+e.Params.Get("text"))
		}
	}
	if fmt.Sprint(early) != "[5 too early 103 x]" {
		t.Errorf("early: %v", early)
	}
}

func TestFaults(t *testing.T) {
	b := start(t, Config{})
	for _, c := range []struct {
		fault   Fault
		code    int // of a readable answer, -1 for none
		arrives bool
	}{
		{Answer(500, "Internal Server Error"), 500, false},
		{Answer(500, "Internal Server Error").After(), 500, true},
		{TooMany(90 * time.Second), 429, false},
		{Body(502, "<html>"), -1, false},
		{ResetBefore(), -1, false},
		{ResetAfter(), -1, true},
		{Truncate(), -1, true},
	} {
		before := len(b.ana.Screen())
		b.Once("sendMessage", c.fault)
		r, err := b.try("sendMessage", "chat_id", "5", "text", "x")
		if (err != nil) != (c.code == -1) || err == nil && r.ErrorCode != c.code {
			t.Errorf("%s: %+v, %v", c.fault.Name, r, err)
		}
		if arrived := len(b.ana.Screen()) > before; arrived != c.arrives {
			t.Errorf("%s: arrived %v", c.fault.Name, arrived)
		}
		l := b.Ledger()
		if e := l[len(l)-1]; e.Fault != c.fault.Name || e.Done != c.arrives {
			t.Errorf("%s: the ledger says %+v", c.fault.Name, e)
		}
	}
	b.Faults(func(c Call) Fault {
		if c.Method == "sendMessage" && c.Params.Get("text") == "bad" {
			return Answer(400, "Bad Request: no")
		}
		return Fault{}
	})
	if b.send(t, "bad").OK || !b.send(t, "good").OK {
		t.Error("the hook does not choose per request")
	}
}

func TestHungRequestsEndWithTheServer(t *testing.T) {
	b := start(t, Config{})
	b.Once("sendMessage", HangAfter())
	done := make(chan error, 1)
	go func() {
		_, err := b.try("sendMessage", "chat_id", "5", "text", "x")
		done <- err
	}()
	if _, err := b.WaitFor(within(t), func(l Ledger) bool { return len(l.Sent()) == 1 }); err != nil {
		t.Fatal(err)
	}
	b.Close()
	if err := <-done; err == nil {
		t.Error("a hung request got an answer")
	}
	if _, err := b.try("getMe"); err == nil {
		t.Error("a closed server answers")
	}
}

// The ledger is complete before the answer leaves: it tells the truth about a client that was killed.
func TestLedgerOutlivesAKilledClient(t *testing.T) {
	b := start(t, Config{})
	b.Once("sendMessage", HangAfter())
	client := exec.Command(os.Args[0])
	client.Env = append(os.Environ(), "FAKETELEGRAM_CLIENT="+fmt.Sprintf(b.Endpoint(), b.Token(), "sendMessage"))
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.WaitFor(within(t), func(l Ledger) bool { return len(l.Sent()) == 1 }); err != nil {
		t.Fatal(err)
	}
	if err := client.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := client.Wait(); err == nil {
		t.Error("the client was not killed")
	}
	if l := b.Ledger().Sent(); len(l) != 1 || l[0].Text != "sent by one who dies" || l[0].Chat != 5 {
		t.Errorf("the ledger has %+v", l)
	}
	if r := b.send(t, "the next one"); !r.OK {
		t.Errorf("after the kill: %+v", r)
	}
}

func TestCommands(t *testing.T) {
	b := start(t, Config{})
	for _, c := range []struct{ language, commands, want string }{
		{"", `[{"command":"help","description":"Help"}]`, ""},
		{"es", `[{"command":"help","description":"Ayuda"}]`, ""},
		{"es-MX", `[{"command":"help","description":"Ayuda"}]`, "Bad Request: invalid language code specified"},
		{"", `[{"command":"No!","description":"x"}]`, "Bad Request: BOT_COMMAND_INVALID"},
		{"", `[{"command":"help","description":""}]`, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"},
		{"", `nonsense`, "Bad Request: can't parse commands JSON object"},
	} {
		if r := b.call(t, "setMyCommands", "language_code", c.language, "commands", c.commands); r.Description != c.want {
			t.Errorf("%s %s: %q, want %q", c.language, c.commands, r.Description, c.want)
		}
	}
	if r := b.call(t, "getMyCommands", "language_code", "es"); !strings.Contains(string(r.Result), "Ayuda") {
		t.Errorf("the Spanish menu is %s", r.Result)
	}
}

func TestParametersAsJSON(t *testing.T) {
	b := start(t, Config{})
	resp, err := http.Post(fmt.Sprintf(b.Endpoint(), b.Token(), "SENDmessage"), "application/json", strings.NewReader(`{"chat_id":5,"text":"hi"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != 200 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

func TestControlByHand(t *testing.T) {
	s := New(Config{})
	web := httptest.NewServer(s.Control())
	defer web.Close()
	defer s.Close()
	post := func(path string) int {
		resp, err := http.Post(web.URL+path, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	if post("/start?person=5") != 200 || post("/say?person=5&text=hello") != 200 || post("/tap?person=5&label=none") != 409 || post("/say") != 400 {
		t.Error("the controls do not answer as they should")
	}
	if s.Pending() != 2 {
		t.Errorf("%d updates, want 2", s.Pending())
	}
}
