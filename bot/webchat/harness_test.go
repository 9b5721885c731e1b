package webchat_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"carebell/bot/channeltest"
	"carebell/bot/webchat"
	"carebell/chat"
	"carebell/store/sqlite"
)

// site is a running web chat on a real server with the real transcript.
type site struct {
	channel *webchat.Channel
	inbox   *channeltest.Inbox
	server  *httptest.Server
	store   *sqlite.Store
	log     *bytes.Buffer
}

func newSite(t testing.TB, cfg webchat.Config) *site {
	t.Helper()
	if cfg.Heartbeat == 0 {
		cfg.Heartbeat = time.Hour // what is seen is seen because it was told, not because of the next look
	}
	s := &site{inbox: &channeltest.Inbox{}, log: &bytes.Buffer{}}
	var err error
	if s.store, err = sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "carebell.db"), time.Now); err != nil {
		t.Fatal(err)
	}
	if err := s.store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(&lockedWriter{w: s.log}, nil))
	if s.channel, err = webchat.New(cfg, s.inbox, s.inbox, s.store.Transcript(), log); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.channel.Run(ctx) }()
	s.server = httptest.NewServer(s.channel.Handler())
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		s.server.Close()
		if err := s.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// outage takes the server away, as a restart does, and returns what brings it back at the same address.
func (s *site) outage(t *testing.T) (back func()) {
	t.Helper()
	address := s.server.Listener.Addr().String()
	s.server.CloseClientConnections()
	s.server.Close()
	return func() {
		t.Helper()
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		s.server = &httptest.Server{Listener: listener, Config: &http.Server{Handler: s.channel.Handler(), ReadHeaderTimeout: time.Minute}}
		s.server.Start()
	}
}

// soon is a context that ends when something that must happen did not.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// visitor is a person with the page, as a program: the same requests as the page's.
type visitor struct {
	t      testing.TB
	site   *site
	client *http.Client
	person chat.Address
	posts  int
	last   map[string]any

	mu      sync.Mutex
	changed chan struct{}
	order   []string
	shown   map[string]shownMessage
	seq     int64
	toasts  []string
	ended   chan struct{}
	leave   func() // closes the stream from the page's side
}

type contents = channeltest.Contents

type shownMessage struct {
	ID       string
	Position int64
	Seq      int64
	From     string
	Deleted  bool
	Edited   bool
	Nodes    []wireNode
	Choices  [][]struct{ Label, Data string }
	File     *struct {
		Name, URL, Alt string
		Image          bool
	}
}

type wireNode struct {
	T, S, Href string
	Unix       int64
	C          []wireNode
}

func words(nodes []wireNode) (s string) {
	for _, n := range nodes {
		s += n.S + words(n.C)
	}
	return s
}

// newVisitor opens the page and its stream.
func newVisitor(t testing.TB, s *site) *visitor {
	t.Helper()
	v := newPerson(t, s)
	v.follow(0)
	return v
}

// newPerson opens the page without a stream.
func newPerson(t testing.TB, s *site) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	v := &visitor{t: t, site: s, client: &http.Client{Jar: jar, Transport: transport}, shown: map[string]shownMessage{}}
	status, body := v.post("/chat/session", map[string]any{})
	if status != http.StatusOK {
		t.Fatalf("session: %d %v", status, body)
	}
	v.person = chat.Address{Channel: chat.WebChat, ID: body["person"].(string)}
	return v
}

// post sends JSON as the page does.
func (v *visitor) post(path string, body any) (int, map[string]any) {
	v.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		v.t.Fatal(err)
	}
	return v.postRaw(path, raw)
}

func (v *visitor) postRaw(path string, raw []byte) (int, map[string]any) {
	v.t.Helper()
	req, err := http.NewRequest(http.MethodPost, v.site.server.URL+path, bytes.NewReader(raw))
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", v.site.server.URL)
	return v.do(req)
}

func (v *visitor) do(req *http.Request) (int, map[string]any) {
	v.t.Helper()
	res, err := v.client.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	answer := map[string]any{}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		v.t.Fatalf("%s %s: %d, not JSON: %v", req.Method, req.URL.Path, res.StatusCode, err)
	}
	return res.StatusCode, answer
}

// update sends one thing that the person did, with an id of its own.
func (v *visitor) update(fields map[string]any) (int, map[string]any) {
	v.t.Helper()
	v.posts++
	fields["id"] = fmt.Sprintf("post-%016d", v.posts)
	v.last = fields
	return v.post("/chat/updates", fields)
}

func code(answer map[string]any) string {
	problem, _ := answer["error"].(map[string]any)
	s, _ := problem["code"].(string)
	return s
}

// follow opens the stream and reads it until the test or the server ends it.
func (v *visitor) follow(after int64) {
	v.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.site.server.URL+"/chat/events", nil)
	if err != nil {
		v.t.Fatal(err)
	}
	if after > 0 {
		req.Header.Set("Last-Event-ID", fmt.Sprint(after))
	}
	res, err := v.client.Do(req)
	if err != nil {
		cancel()
		v.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		cancel()
		res.Body.Close()
		v.t.Fatalf("the stream answers %d", res.StatusCode)
	}
	ended := make(chan struct{})
	v.ended = ended
	go func() {
		defer close(ended)
		defer res.Body.Close()
		v.read(res.Body)
	}()
	v.leave = func() {
		cancel()
		<-ended
	}
	v.t.Cleanup(v.leave)
}

func (v *visitor) read(stream io.Reader) {
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, 1<<20)
	var name, data string
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "event":
			name = value
		case "data":
			data = value
		case "":
			v.event(name, data)
			name, data = "", ""
		}
	}
}

func (v *visitor) event(name, data string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch name {
	case "message":
		var m shownMessage
		if err := json.Unmarshal([]byte(data), &m); err != nil {
			v.t.Errorf("event %s: %v", data, err)
			return
		}
		if _, there := v.shown[m.ID]; !there {
			v.order = append(v.order, m.ID)
		}
		v.shown[m.ID] = m
		v.seq = m.Seq
	case "toast":
		var toast struct{ Tap, Text string }
		if err := json.Unmarshal([]byte(data), &toast); err != nil {
			v.t.Errorf("event %s: %v", data, err)
		}
		if toast.Text != "" {
			v.toasts = append(v.toasts, toast.Text)
		}
	case "reset":
		v.order, v.shown, v.seq = nil, map[string]shownMessage{}, 0
	}
	if v.changed != nil {
		close(v.changed)
		v.changed = nil
	}
}

// wait calls done whenever something came, until it is true or ctx ends.
func (v *visitor) wait(ctx context.Context, done func() bool) error {
	for {
		v.mu.Lock()
		ok := done()
		if v.changed == nil {
			v.changed = make(chan struct{})
		}
		changed := v.changed
		v.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// The rest makes a visitor a channeltest.Harness.

func (v *visitor) Channel() channeltest.Channel { return v.site.channel }
func (v *visitor) Inbox() *channeltest.Inbox    { return v.site.inbox }
func (v *visitor) Person() chat.Address         { return v.person }
func (v *visitor) Stranger() chat.Address {
	return chat.Address{Channel: chat.WebChat, ID: "00000000000000000000000000000000"}
}
func (v *visitor) Wire() channeltest.Wire { return nil }

// Say writes as the page does: what is over the limit is refused with the limit, and comes in pieces.
func (v *visitor) Say(t *testing.T, text string) {
	t.Helper()
	status, answer := v.update(map[string]any{"kind": "text", "text": text})
	if status == http.StatusRequestEntityTooLarge {
		limit := int(answer["error"].(map[string]any)["limit"].(float64))
		for r := []rune(text); len(r) > 0; {
			n := min(limit, len(r))
			v.Say(t, string(r[:n]))
			r = r[n:]
		}
		return
	}
	if status != http.StatusOK {
		t.Fatalf("saying it gives %d %v", status, answer)
	}
}

func (v *visitor) Tap(t *testing.T, messageID, label string) {
	t.Helper()
	v.mu.Lock()
	m := v.shown[messageID]
	v.mu.Unlock()
	for _, row := range m.Choices {
		for _, choice := range row {
			if choice.Label == label {
				v.Forge(t, messageID, choice.Data)
				return
			}
		}
	}
	t.Fatalf("no button %q on %+v", label, m)
}

func (v *visitor) Forge(t *testing.T, messageID, data string) {
	t.Helper()
	if status, answer := v.update(map[string]any{"kind": "tap", "message": messageID, "data": data}); status != http.StatusOK {
		t.Fatalf("the tap gives %d %v", status, answer)
	}
}

func (v *visitor) Redeliver(t *testing.T) {
	t.Helper()
	if status, answer := v.post("/chat/updates", v.last); status != http.StatusOK {
		t.Fatalf("the resend gives %d %v", status, answer)
	}
}

func (v *visitor) Acknowledge(t *testing.T, messageID string) {
	t.Helper()
	v.mu.Lock()
	seq := v.shown[messageID].Seq
	v.mu.Unlock()
	if status, answer := v.post("/chat/ack", map[string]any{"seq": seq}); status != http.StatusOK {
		t.Fatalf("the acknowledgement gives %d %v", status, answer)
	}
}

func (v *visitor) Screen(ctx context.Context, until func([]channeltest.Shown) bool) (shown []channeltest.Shown, err error) {
	err = v.wait(ctx, func() bool {
		shown = nil
		for _, id := range v.order {
			m := v.shown[id]
			if m.From != "carebell" || m.Deleted {
				continue
			}
			s := channeltest.Shown{MessageID: m.ID, Text: words(m.Nodes)}
			if m.File != nil {
				s.File = v.download(m.File.URL)
			}
			for _, row := range m.Choices {
				var labels []string
				for _, choice := range row {
					labels = append(labels, choice.Label)
				}
				s.Buttons = append(s.Buttons, labels)
			}
			shown = append(shown, s)
		}
		return until(shown)
	})
	return shown, err
}

// download saves a file as the browser does: under the name that the server gives it.
func (v *visitor) download(url string) *chat.File {
	v.t.Helper()
	res, err := v.client.Get(v.site.server.URL + url)
	if err != nil {
		v.t.Error(err)
		return nil
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	_, as, malformed := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
	if err != nil || malformed != nil || res.StatusCode != http.StatusOK {
		v.t.Errorf("GET %s: %d, %v, %v", url, res.StatusCode, err, malformed)
		return nil
	}
	return &chat.File{Name: as["filename"], Type: res.Header.Get("Content-Type"), Data: data}
}

func (v *visitor) Toast(ctx context.Context, until func([]string) bool) (toasts []string, err error) {
	err = v.wait(ctx, func() bool {
		toasts = append([]string(nil), v.toasts...)
		return until(toasts)
	})
	return toasts, err
}

func TestConformance(t *testing.T) {
	channeltest.Run(t, func(t *testing.T) channeltest.Harness {
		return newVisitor(t, newSite(t, webchat.Config{}))
	})
}

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
