package webchat_test

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"carebell/bot/webchat"
	"carebell/chat"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ask sends a request with these headers instead of the page's own.
func (v *visitor) ask(method, path, body string, headers map[string]string) (*http.Response, map[string]any) {
	v.t.Helper()
	req, err := http.NewRequest(method, v.site.server.URL+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", v.site.server.URL)
	for name, value := range headers {
		if name == "Host" {
			req.Host = value
		}
		req.Header.Set(name, value)
		if value == "" {
			req.Header.Del(name)
		}
	}
	res, err := v.client.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	answer := map[string]any{}
	if bytes.HasPrefix(raw, []byte("{")) {
		answer = decode(v.t, raw)
	}
	return res, answer
}

func TestOnlyOurPageMayPost(t *testing.T) {
	s := newSite(t, webchat.Config{})
	v := newPerson(t, s)
	const text = `{"id":"post-of-a-test-1234","kind":"text","text":"hello"}`
	for _, c := range []struct {
		name    string
		headers map[string]string
		status  int
		code    string
	}{
		{"another origin", map[string]string{"Origin": "https://evil.example"}, 403, "wrong_origin"},
		{"another port", map[string]string{"Origin": "http://127.0.0.1:1"}, 403, "wrong_origin"},
		{"no origin", map[string]string{"Origin": ""}, 403, "wrong_origin"},
		{"a null origin", map[string]string{"Origin": "null"}, 403, "wrong_origin"},
		{"a site that the browser names", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403, "wrong_origin"},
		{"a form", map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, 415, "not_json"},
		{"plain text", map[string]string{"Content-Type": "text/plain"}, 415, "not_json"},
		{"no type", map[string]string{"Content-Type": ""}, 415, "not_json"},
		{"a rebound name", map[string]string{"Host": "evil.example", "Origin": "http://evil.example"}, 403, "wrong_host"},
		{"our page", map[string]string{"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json; charset=utf-8"}, 200, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, answer := v.ask(http.MethodPost, "/chat/updates", text, c.headers)
			if res.StatusCode != c.status || code(answer) != c.code {
				t.Errorf("%d %v, want %d %s", res.StatusCode, answer, c.status, c.code)
			}
		})
	}
	c := s.settled(t, "the one text", func(c contents) bool { return len(c.Updates) > 0 })
	equal(t, "updates", len(c.Updates), 1)
}

func TestBadInputGetsAKindAnswer(t *testing.T) {
	s := newSite(t, webchat.Config{Burst: 1000})
	v := newPerson(t, s)
	id := `"id":"post-of-a-test-1234"`
	for _, c := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"broken JSON", `{"id":"post-of-a-test-1234","kind":"te`, 400, "bad_request"},
		{"no object", `["text"]`, 400, "bad_request"},
		{"null", `null`, 400, "bad_request"},
		{"two objects", `{` + id + `} {}`, 400, "bad_request"},
		{"a wrong type", `{` + id + `,"kind":"text","text":5}`, 400, "bad_request"},
		{"nothing", ``, 400, "bad_request"},
		{"no id", `{"kind":"text","text":"hello"}`, 400, "bad_request"},
		{"an id with a colon", `{"id":"aaaaaaaaaaaaaaaa:aaaa","kind":"text","text":"hello"}`, 400, "bad_request"},
		{"a short id", `{"id":"a","kind":"text","text":"hello"}`, 400, "bad_request"},
		{"an endless id", `{"id":"` + strings.Repeat("a", 65) + `","kind":"text","text":"hello"}`, 400, "bad_request"},
		{"no text", `{` + id + `,"kind":"text","text":" \u200b\u202e\n"}`, 400, "empty"},
		{"a text over the limit", `{` + id + `,"kind":"text","text":"` + strings.Repeat("é", chat.MaxText+1) + `"}`, 413, "too_long"},
		{"a text over everything", `{` + id + `,"kind":"text","text":"` + strings.Repeat("a", 100_000) + `"}`, 413, "too_long"},
		{"a tap on nothing", `{` + id + `,"kind":"tap","data":"v1:cf:abcdefghij:1"}`, 400, "bad_request"},
		{"a tap without data", `{` + id + `,"kind":"tap","message":"c0123456789abcdef01234567"}`, 400, "bad_request"},
		{"a tap with too much", `{` + id + `,"kind":"tap","message":"c0123456789abcdef01234567","data":"` + strings.Repeat("x", 65) + `"}`, 400, "bad_request"},
		{"no setting", `{` + id + `,"kind":"settings"}`, 400, "bad_setting"},
		{"an unknown zone", `{` + id + `,"kind":"settings","zone":"Europe/Atlantis"}`, 400, "bad_setting"},
		{"a path as zone", `{` + id + `,"kind":"settings","zone":"../../etc/passwd"}`, 400, "bad_setting"},
		{"the server's zone", `{` + id + `,"kind":"settings","zone":"Local"}`, 400, "bad_setting"},
		{"an unknown language", `{` + id + `,"kind":"settings","language":"<b>"}`, 400, "bad_setting"},
		{"an unknown kind", `{` + id + `,"kind":"dance","text":"hello"}`, 400, "unknown_kind"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, answer := v.postRaw("/chat/updates", []byte(c.body))
			problem, _ := answer["error"].(map[string]any)
			if status != c.status || code(answer) != c.code || problem["message"] == "" {
				t.Errorf("%d %v, want %d %s with a sentence", status, answer, c.status, c.code)
			}
			if c.code == "too_long" && !strings.Contains(problem["message"].(string), "4096") {
				t.Errorf("the sentence does not say the limit: %v", problem["message"])
			}
		})
	}
	c := s.settled(t, "the quarantine", func(c contents) bool { return len(c.Quarantined) > 0 })
	equal(t, "updates", len(c.Updates), 0)
	if q := c.Quarantined[0]; len(c.Quarantined) != 1 || q.Channel != chat.WebChat || q.Reason == "" || !strings.Contains(string(q.Raw), "dance") {
		t.Errorf("quarantined %+v, want the one of an unknown kind", c.Quarantined)
	}
	if strings.Contains(s.log.String(), "hello") {
		t.Error("the log has what was typed")
	}
}

func TestTheLongestTextFits(t *testing.T) {
	s := newSite(t, webchat.Config{})
	v := newPerson(t, s)
	text := strings.Repeat("💊", chat.MaxText) // each is twelve bytes in its longest JSON form
	body := `{"id":"post-of-a-test-1234","kind":"text","text":"` + strings.Repeat(`\ud83d\udc8a`, chat.MaxText) + `"}`
	if status, answer := v.postRaw("/chat/updates", []byte(body)); status != http.StatusOK {
		t.Fatalf("%d %v", status, answer)
	}
	got := s.settled(t, "the text", func(c contents) bool { return len(c.Updates) == 1 }).Updates[0].Text
	equal(t, "arrived whole", got == text, true)
}

func TestErrorsSpeakThePersonsLanguage(t *testing.T) {
	v := newPerson(t, newSite(t, webchat.Config{}))
	res, answer := v.ask(http.MethodPost, "/chat/updates", "{", map[string]string{"Accept-Language": "es-AR,es;q=0.9,en;q=0.5"})
	if got := answer["error"].(map[string]any)["message"]; res.StatusCode != 400 || got != "La página y el servicio no se entienden. Vuelve a cargar la página." {
		t.Errorf("%d %v", res.StatusCode, got)
	}
}

func TestTheCookieIsASecretThatIsNotKept(t *testing.T) {
	s := newSite(t, webchat.Config{})
	v := newPerson(t, s)
	res, _ := v.ask(http.MethodPost, "/chat/session", "{}", nil)
	cookie := res.Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/chat" || cookie.MaxAge < 1 {
		t.Errorf("the cookie is %v", cookie)
	}
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(cookie.Value) { // 256 bits
		t.Errorf("the secret has the shape %q", cookie.Value)
	}
	if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(v.person.ID) || strings.Contains(cookie.Value, v.person.ID) {
		t.Errorf("the person is %q", v.person.ID)
	}
	equal(t, "the same person again", v.person, chat.Address{Channel: chat.WebChat, ID: decodePerson(t, v)})
	if other := newPerson(t, s); other.person == v.person {
		t.Error("two browsers are one person")
	}
}

func decodePerson(t *testing.T, v *visitor) string {
	t.Helper()
	_, answer := v.post("/chat/session", map[string]any{})
	return answer["person"].(string)
}

func TestThePageSetsNoCookie(t *testing.T) {
	v := newPerson(t, newSite(t, webchat.Config{}))
	res, _ := v.ask(http.MethodGet, "/chat", "", nil)
	if res.StatusCode != http.StatusOK || len(res.Cookies()) != 0 {
		t.Errorf("%d with the cookies %v: after a link from another site it would replace the person's", res.StatusCode, res.Cookies())
	}
	csp := res.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the policy lacks %s: %s", want, csp)
		}
	}
	if strings.Contains(csp, "unsafe") {
		t.Errorf("the policy is %s", csp)
	}
}

func TestWithoutACookieNothingIsHeard(t *testing.T) {
	s := newSite(t, webchat.Config{})
	for _, forged := range []string{"", "carebell_chat=short", "carebell_chat=" + strings.Repeat("A", 22), "carebell_chat=" + strings.Repeat("!", 43)} {
		for _, c := range []struct{ method, path string }{
			{"POST", "/chat/updates"}, {"POST", "/chat/ack"}, {"GET", "/chat/events"}, {"GET", "/chat/earlier?before=9"},
		} {
			v := &visitor{t: t, site: s, client: http.DefaultClient}
			res, answer := v.ask(c.method, c.path, "{}", map[string]string{"Cookie": forged})
			if res.StatusCode != http.StatusUnauthorized || code(answer) != "no_session" {
				t.Errorf("%s with cookie %q: %d %v", c.path, forged, res.StatusCode, answer)
			}
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestNothingIsSaidToBeSavedBeforeItIs(t *testing.T) {
	s := newSite(t, webchat.Config{})
	v := newVisitor(t, s)
	s.inbox.Fail(1)
	status, answer := v.update(map[string]any{"kind": "text", "text": "private words"})
	if status != http.StatusServiceUnavailable || code(answer) != "not_saved" {
		t.Fatalf("%d %v, want 503 not_saved", status, answer)
	}
	if status, answer := v.post("/chat/updates", v.last); status != http.StatusOK { // the page's resend
		t.Fatalf("the resend: %d %v", status, answer)
	}
	if status, answer := v.post("/chat/updates", v.last); status != http.StatusOK { // and one more, its answer was lost
		t.Fatalf("the second resend: %d %v", status, answer)
	}
	c := s.settled(t, "the repeat", func(c contents) bool { return c.Repeats == 1 })
	equal(t, "updates", len(c.Updates), 1)
	entries, _, err := s.store.Transcript().List(t.Context(), v.person, 0, 10)
	if err != nil || len(entries) != 1 || entries[0].MessageID != c.Updates[0].MessageID || entries[0].Author != webchat.Person {
		t.Errorf("the transcript has %+v (%v), want the text once", entries, err)
	}
	if strings.Contains(s.log.String(), "private words") || strings.Contains(s.log.String(), v.person.ID) || !strings.Contains(s.log.String(), "could not save") {
		t.Errorf("the log says %s", s.log)
	}
}

func TestWhatWasWrittenOfflineKeepsItsTime(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	s := newSite(t, webchat.Config{Now: func() time.Time { return now }})
	v := newPerson(t, s)
	for _, ms := range []int64{0, 90_000, -5, 1 << 60} {
		v.update(map[string]any{"kind": "text", "text": "in 2 hours", "age_ms": ms})
	}
	c := s.settled(t, "four texts", func(c contents) bool { return len(c.Updates) == 4 })
	for i, want := range []time.Time{now, now.Add(-90 * time.Second), now, now.Add(-24 * time.Hour)} {
		equal(t, "sent at", c.Updates[i].SentAt, want)
	}
}

func TestTooManyRequestsWait(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	s := newSite(t, webchat.Config{Rate: 1, Burst: 3, Now: func() time.Time { return now }})
	v := newPerson(t, s)
	for range 3 {
		if status, answer := v.post("/chat/ack", map[string]any{"seq": 0}); status != http.StatusOK {
			t.Fatalf("%d %v", status, answer)
		}
	}
	res, answer := v.ask(http.MethodPost, "/chat/ack", `{"seq":0}`, nil)
	if res.StatusCode != http.StatusTooManyRequests || code(answer) != "too_fast" || res.Header.Get("Retry-After") == "" {
		t.Errorf("%d %v, Retry-After %q", res.StatusCode, answer, res.Header.Get("Retry-After"))
	}
	if status, _ := newPerson(t, s).post("/chat/ack", map[string]any{"seq": 0}); status != http.StatusOK {
		t.Errorf("another person gets %d", status)
	}
}

func TestAReceiptThatWasNotTakenComesAgain(t *testing.T) {
	s := newSite(t, webchat.Config{})
	v := newVisitor(t, s)
	for _, key := range []string{"a", "b"} {
		if _, err := s.channel.Send(t.Context(), v.person, chat.Message{Text: key}, key); err != nil {
			t.Fatal(err)
		}
	}
	s.inbox.Fail(1)
	if status, answer := v.post("/chat/ack", map[string]any{"seq": 2}); status != http.StatusServiceUnavailable {
		t.Fatalf("%d %v, want 503", status, answer)
	}
	for range 2 { // the second has nothing left to tell
		if status, answer := v.post("/chat/ack", map[string]any{"seq": 2}); status != http.StatusOK {
			t.Fatalf("%d %v", status, answer)
		}
	}
	c := s.settled(t, "both receipts", func(c contents) bool { return len(c.Receipts) >= 2 })
	equal(t, "receipts", len(c.Receipts), 2)
}

func TestForeignAcknowledgementsTellNothing(t *testing.T) {
	s := newSite(t, webchat.Config{})
	ana, ben := newPerson(t, s), newPerson(t, s)
	if _, err := s.channel.Send(t.Context(), ana.person, chat.Message{Text: "for Ana"}, "k"); err != nil {
		t.Fatal(err)
	}
	if status, _ := ben.post("/chat/ack", map[string]any{"seq": 1}); status != http.StatusOK {
		t.Fatal(status)
	}
	entries, err := s.store.Transcript().Unacknowledged(t.Context(), ana.person, 9, 9)
	if err != nil || len(entries) != 1 {
		t.Errorf("Ana's message waits: %v, %v", entries, err)
	}
}

func TestEarlierMessages(t *testing.T) {
	s := newSite(t, webchat.Config{Recent: 3})
	for v, i := newPerson(t, s), 0; ; i++ {
		if i == 8 {
			v.follow(0)
			if err := v.wait(soon(t), func() bool { return len(v.order) == 3 }); err != nil {
				t.Fatal(err)
			}
			res, answer := v.ask(http.MethodGet, "/chat/earlier?before=6", "", nil)
			messages := answer["messages"].([]any)
			if res.StatusCode != 200 || len(messages) != 3 || messages[0].(map[string]any)["position"].(float64) != 5 {
				t.Errorf("%d %v", res.StatusCode, answer)
			}
			for _, bad := range []string{"", "?before=0", "?before=x"} {
				if res, _ := v.ask(http.MethodGet, "/chat/earlier"+bad, "", nil); res.StatusCode != 400 {
					t.Errorf("earlier%s gives %d", bad, res.StatusCode)
				}
			}
			return
		}
		if _, err := s.channel.Send(t.Context(), v.person, chat.Message{Text: "x"}, string(rune('a'+i))); err != nil {
			t.Fatal(err)
		}
	}
}
