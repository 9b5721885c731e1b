package web_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"carebell/internal/browser"
	"carebell/web"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// numbers is a Reporter of fixed numbers.
type numbers struct {
	overview web.Overview
	err      error
}

func (n numbers) Overview(context.Context) (web.Overview, error) { return n.overview, n.err }

func works() numbers {
	return numbers{overview: web.Overview{
		Parts: []web.Part{
			{Name: "Web chat", On: true, Detail: "on this machine", Link: "/chat"},
			{Name: "Telegram", Detail: "set CAREBELL_TELEGRAM_TOKEN to switch it on"},
		},
		Engine: "running", TickedAt: noon.Add(-3 * time.Second), Due: 12, Overdue: 0, Sent: 1284,
	}}
}

// fixture is a server and what it logged.
type fixture struct {
	*web.Server
	log *logged
}

type logged struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.String()
}

func newServer(t *testing.T, addr string, reporter web.Reporter, checks []web.Check, mounts ...web.Mount) fixture {
	t.Helper()
	return serverOf(t, web.Config{Addr: addr}, reporter, checks, mounts...)
}

func serverOf(t *testing.T, cfg web.Config, reporter web.Reporter, checks []web.Check, mounts ...web.Mount) fixture {
	t.Helper()
	registry := prometheus.NewRegistry()
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "carebell_test_total", Help: "A count."})
	registry.MustRegister(counter)
	counter.Add(7)
	f := fixture{log: &logged{}}
	cfg.Version, cfg.StartedAt, cfg.Now = "v1.2.3", noon.Add(-90*time.Minute), func() time.Time { return noon }
	var err error
	f.Server, err = web.New(cfg, reporter, checks, registry, mounts, slog.New(slog.NewTextHandler(f.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// get asks for a path by the host name that a browser on this machine uses.
func (f fixture) get(host, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = host
	w := httptest.NewRecorder()
	f.Handler().ServeHTTP(w, r)
	return w
}

const here = "127.0.0.1:8080"

func TestStatusPageTellsHowThingsAre(t *testing.T) {
	page := newServer(t, here, works(), []web.Check{{Name: "database", Probe: func(context.Context) error { return nil }}}).get(here, "/")
	body := page.Body.String()
	if page.Code != http.StatusOK {
		t.Fatalf("status %d", page.Code)
	}
	for _, want := range []string{
		"All well", "v1.2.3", "running for 1 h 30 min", "Tue 24 Nov 2026, 10:30 UTC", "The engine is running",
		"it looked for due messages 3 s ago", "<dd>12</dd>", "<dd>1284</dd>", `<a href="/chat">Web chat</a>`,
		"set CAREBELL_TELEGRAM_TOKEN to switch it on",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestStatusPageSaysWhatIsWrong(t *testing.T) {
	checks := []web.Check{
		{Name: "database", Probe: func(context.Context) error { return errors.New("disk <full>") }},
		{Name: "clock", Probe: func(context.Context) error { return nil }},
	}
	f := newServer(t, here, numbers{err: errors.New("no such table")}, checks)
	body := f.get(here, "/").Body.String()
	for _, want := range []string{"Needs attention:", "database", "disk &lt;full&gt;", "The numbers cannot be read just now"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(body, "no such table") {
		t.Error("the page shows an inner error")
	}
	if !strings.Contains(f.log.String(), "no such table") {
		t.Error("the log does not say why there are no numbers")
	}
}

func TestReadyNamesEachCheck(t *testing.T) {
	failing := errors.New("5.2 s off")
	checks := []web.Check{
		{Name: "database", Probe: func(context.Context) error { return nil }},
		{Name: "clock", Probe: func(context.Context) error { return failing }},
	}
	w := newServer(t, here, works(), checks).get(here, "/readyz")
	var got struct {
		Ready  bool
		Checks []struct {
			Name, Error string
			OK          bool
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusServiceUnavailable || got.Ready || len(got.Checks) != 2 ||
		!got.Checks[0].OK || got.Checks[1].OK || got.Checks[1].Error != "5.2 s off" {
		t.Errorf("%d %+v", w.Code, got)
	}
	if w := newServer(t, here, works(), checks[:1]).get(here, "/readyz"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"ready": true`) {
		t.Errorf("with all well: %d %s", w.Code, w.Body)
	}
	if w := newServer(t, here, works(), checks).get(here, "/healthz"); w.Code != http.StatusOK {
		t.Errorf("healthz says %d while a check fails, want 200: the process is alive", w.Code)
	}
}

func TestAdviceDoesNotStopTheProcess(t *testing.T) {
	f := newServer(t, here, works(), []web.Check{{Name: "platforms", Advisory: true, Probe: func(context.Context) error { return errors.New("telegram fails") }}})
	got := f.get(here, "/readyz")
	if body := got.Body.String(); got.Code != http.StatusOK || !strings.Contains(body, "telegram fails") || !strings.Contains(body, `"ready": true`) {
		t.Errorf("%d %s", got.Code, body)
	}
}

func TestACheckThatHangsFailsInTime(t *testing.T) {
	hang := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	s, err := web.New(web.Config{Addr: here, CheckTimeout: time.Millisecond}, works(),
		[]web.Check{{Name: "database", Probe: hang}}, prometheus.NewRegistry(), nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	w := fixture{Server: s}.get(here, "/readyz")
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "no answer in 1ms") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestManyQuestionsAreOneProbe(t *testing.T) {
	probes := 0
	f := newServer(t, here, works(), []web.Check{{Name: "database", Probe: func(context.Context) error { probes++; return nil }}})
	for range 50 {
		f.get(here, "/readyz")
	}
	if probes != 1 {
		t.Errorf("50 questions within a second are %d probes, want 1", probes)
	}
}

func TestMetrics(t *testing.T) {
	if body := newServer(t, here, works(), nil).get(here, "/metrics").Body.String(); !strings.Contains(body, "carebell_test_total 7") {
		t.Errorf("metrics lack the counter: %s", body)
	}
}

// Numbers are of no one person: an operator may open them to a Prometheus that comes over the network,
// and opens nothing else by it.
func TestMetricsOpenedToTheNetwork(t *testing.T) {
	f := serverOf(t, web.Config{Addr: "0.0.0.0:8080", OpenMetrics: true}, works(), nil, chatAt("/chat"))
	for path, want := range map[string]int{"/metrics": http.StatusOK, "/": http.StatusForbidden, "/chat": http.StatusForbidden} {
		if got := f.get("carebell.example", path).Code; got != want {
			t.Errorf("GET %s: %d, want %d", path, got, want)
		}
	}
}

func chatAt(path string) web.Mount {
	return web.Mount{Path: path, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "mounted "+r.URL.Path)
	})}
}

func TestPagesOpenOnlyToThisMachine(t *testing.T) {
	const pages, health = "/ /status.css /metrics /chat /chat/events /nowhere", "/healthz /readyz"
	for _, c := range []struct {
		name, addr, host string
		open             bool
	}{
		{"by number", "127.0.0.1:8080", "127.0.0.1:8080", true},
		{"by name", "127.0.0.1:8080", "LocalHost:8080", true},
		{"version 6", "[::1]:8080", "[::1]:8080", true},
		{"another loopback", "localhost:8080", "127.1.2.3", true},
		{"rebound name", "127.0.0.1:8080", "evil.example:8080", false},
		{"lookalike", "127.0.0.1:8080", "localhost.evil.example", false},
		{"no host", "127.0.0.1:8080", "", false},
		{"every address", ":8080", "127.0.0.1:8080", false},
		{"wildcard", "0.0.0.0:8080", "localhost:8080", false},
		{"public", "192.0.2.7:8080", "192.0.2.7:8080", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newServer(t, c.addr, works(), nil, chatAt("/chat"))
			for _, path := range strings.Fields(pages) {
				w := f.get(c.host, path)
				if open := w.Code != http.StatusForbidden; open != c.open {
					t.Errorf("%s answers %d", path, w.Code)
				}
				if !c.open && !strings.Contains(w.Body.String(), "http://127.0.0.1") {
					t.Errorf("%s does not say how to reach it: %s", path, w.Body)
				}
			}
			for _, path := range strings.Fields(health) {
				if w := f.get(c.host, path); w.Code != http.StatusOK {
					t.Errorf("%s answers %d", path, w.Code)
				}
			}
			if !c.open && !strings.Contains(f.log.String(), "a page was refused") {
				t.Error("the log does not tell the operator")
			}
		})
	}
}

func TestMountsGetTheirPaths(t *testing.T) {
	f := newServer(t, here, works(), nil, chatAt("/chat"))
	for _, path := range []string{"/chat", "/chat/", "/chat/assets/app.js"} {
		if w := f.get(here, path); w.Body.String() != "mounted "+path {
			t.Errorf("%s gives %d %q", path, w.Code, w.Body)
		}
	}
	if w := f.get(here, "/nowhere"); w.Code != http.StatusNotFound {
		t.Errorf("/nowhere gives %d", w.Code)
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	f := newServer(t, here, works(), nil)
	for _, path := range []string{"/", "/healthz", "/readyz", "/metrics", "/nowhere"} {
		h := f.get(here, path).Header()
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if !strings.HasPrefix(h.Get(name), want) {
				t.Errorf("%s: %s is %q, want %q", path, name, h.Get(name), want)
			}
		}
	}
}

func TestWrongSettingsAreNamed(t *testing.T) {
	for _, c := range []struct {
		want   string
		cfg    web.Config
		checks []web.Check
		mounts []web.Mount
	}{
		{"host:port", web.Config{Addr: "localhost"}, nil, nil},
		{"ReadTimeout", web.Config{Addr: here, ReadTimeout: -1}, nil, nil},
		{"check", web.Config{Addr: here}, []web.Check{{Name: "x"}}, nil},
		{"mount", web.Config{Addr: here}, nil, []web.Mount{{Path: "chat"}}},
	} {
		_, err := web.New(c.cfg, works(), c.checks, prometheus.NewRegistry(), c.mounts, slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one that names %s", err, c.want)
		}
	}
}

// serve runs the server on a port of its own until stop is called.
func (f fixture) serve(t *testing.T) (url string, stop func() error) {
	t.Helper()
	l, err := f.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- f.Serve(ctx, l) }()
	var once sync.Once
	var result error
	stop = func() error {
		once.Do(func() {
			cancel()
			result = <-ended
		})
		return result
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return "http://" + l.Addr().String(), stop
}

func TestShutdownEndsStreamsAndFinishesAnswers(t *testing.T) {
	closing, entered := make(chan struct{}), make(chan struct{})
	stream := web.Mount{Path: "/stream", Close: func() { close(closing) },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "begun\n")
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
			<-closing
		})}
	slow := web.Mount{Path: "/slow", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-closing // the shutdown has begun, and this answer is still to be given
		_, _ = io.WriteString(w, "whole answer")
	})}
	f := newServer(t, "127.0.0.1:0", works(), nil, stream, slow)
	url, stop := f.serve(t)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get(url + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if line, err := bufio.NewReader(res.Body).ReadString('\n'); err != nil || line != "begun\n" {
		t.Fatalf("the stream begins with %q, %v", line, err)
	}
	answer := make(chan string, 1)
	go func() {
		res, err := client.Get(url + "/slow")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		answer <- string(body)
	}()
	<-entered
	if err := stop(); err != nil {
		t.Fatalf("Serve: %v", err)
	}
	if got := <-answer; got != "whole answer" {
		t.Errorf("the answer under way became %q", got)
	}
	if _, err := client.Get(url + "/healthz"); err == nil {
		t.Error("the server still answers after its shutdown")
	}
}

func TestTheAddressIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	f := newServer(t, taken.Addr().String(), works(), nil)
	if _, err := f.Listen(t.Context()); err == nil || !strings.Contains(err.Error(), taken.Addr().String()) {
		t.Errorf("error %v, want one that names the address", err)
	}
}

func TestTheOperatorIsToldThatPagesAreClosed(t *testing.T) {
	f := newServer(t, ":0", works(), nil)
	_, stop := f.serve(t)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(f.log.String(), "the pages are closed") {
		t.Errorf("the log says %s", f.log)
	}
}

func TestBrowserStatusPage(t *testing.T) {
	f := newServer(t, "127.0.0.1:0", works(), []web.Check{{Name: "database", Probe: func(context.Context) error { return nil }}}, chatAt("/chat"))
	url, _ := f.serve(t)
	tab := browser.Open(t, browser.Config{Width: 360, Height: 740})
	tab.Go(url + "/")
	tab.WaitText(".verdict", "All well.")
	if wide := browser.Eval[int](tab, `document.documentElement.scrollWidth`); wide > 360 {
		t.Errorf("the page is %d px wide on a screen of 360", wide)
	}
	if style := browser.Eval[string](tab, `getComputedStyle(document.querySelector(".numbers")).display`); style != "grid" {
		t.Errorf("the page has no style: display is %q", style)
	}
}
