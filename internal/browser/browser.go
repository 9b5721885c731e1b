package browser

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// names are what a Chromium is called, the likeliest first.
var names = []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "headless-shell", "chrome"}

// patience is how long one test may use the browser.
const patience = 2 * time.Minute

// Find returns the path of a browser on this machine. Without one it skips t, and with
// CAREBELL_TEST_BROWSER=required it fails t instead.
func Find(t testing.TB) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const reason = "no browser on PATH (looked for chromium and its other names)"
	if os.Getenv("CAREBELL_TEST_BROWSER") == "required" {
		t.Fatal(reason + ", and CAREBELL_TEST_BROWSER=required")
	}
	t.Skip(reason + "; with one, this test runs by itself")
	return ""
}

// Config is what the browser pretends to be. The zero value is a desktop in English, in UTC.
type Config struct {
	// Language is the browser's own, a BCP 47 tag. Default en-GB.
	Language string
	// Zone is the machine's IANA zone. Default UTC.
	Zone string
	// Width and Height of the window in CSS pixels. Default 1024 by 768.
	Width, Height int64
	// Dark asks pages for their dark colours.
	Dark bool
	// Tolerate names parts of console messages that this test provokes on purpose.
	Tolerate []string
}

// Tab is the one tab of a browser of its own. Its methods fail the test when the page does not do
// what is asked in time.
type Tab struct {
	t   testing.TB
	ctx context.Context
}

// Open starts a browser. Everything ends with the test, which fails if a page did what it must not.
func Open(t testing.TB, cfg Config) *Tab {
	t.Helper()
	if cfg.Language == "" {
		cfg.Language = "en-GB"
	}
	if cfg.Zone == "" {
		cfg.Zone = "UTC"
	}
	if cfg.Width == 0 {
		cfg.Width, cfg.Height = 1024, 768
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(Find(t)),
		chromedp.Flag("lang", cfg.Language),
		chromedp.WindowSize(int(cfg.Width), int(cfg.Height)),
	)
	if os.Geteuid() == 0 { // Chromium's sandbox refuses to start as root
		options = append(options, chromedp.NoSandbox)
	}
	tab := &Tab{t: t, ctx: start(t, options)}
	tab.do("set up the browser", emulate(cfg), chromedp.EmulateViewport(cfg.Width, cfg.Height))
	tab.watch(cfg.Tolerate)
	return tab
}

// start starts a browser and returns the context of its tab. Chromium sometimes dies at its start on
// a busy machine; that says nothing of any page, so it gets three tries.
func start(t testing.TB, options []chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	for try := 1; ; try++ {
		base, endPatience := context.WithTimeout(context.Background(), patience)
		allocator, endBrowser := chromedp.NewExecAllocator(base, options...)
		ctx, closeTab := chromedp.NewContext(allocator)
		end := func() {
			closeTab()
			endBrowser()
			endPatience()
		}
		err := chromedp.Do(ctx)
		if err == nil {
			t.Cleanup(func() {
				if err := chromedp.Cancel(ctx); err != nil {
					t.Errorf("close the browser: %v", err)
				}
				end()
			})
			return ctx
		}
		end()
		if try == 3 {
			t.Fatalf("start the browser: %v", err)
		}
		t.Logf("the browser did not start, once more: %v", err)
	}
}

func emulate(cfg Config) chromedp.Action[chromedp.Void] {
	scheme := "light"
	if cfg.Dark {
		scheme = "dark"
	}
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, emulation.SetTimezoneOverride,
			emulation.SetTimezoneOverrideParams{TimezoneID: cfg.Zone}); err != nil {
			return err
		}
		agent, err := chromedp.Evaluate[string](`navigator.userAgent`)(ctx, t)
		if err != nil {
			return err
		}
		if _, err := cdp.Call(ctx, t, emulation.SetUserAgentOverride,
			emulation.SetUserAgentOverrideParams{UserAgent: agent, AcceptLanguage: cfg.Language}); err != nil {
			return err
		}
		_, err = cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
			},
		})
		return err
	})
}

// watch fails the test for what the console of the page says, unless it is tolerated.
func (tab *Tab) watch(tolerate []string) {
	ctx, stop := context.WithCancel(tab.ctx)
	messages := chromedp.Console(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for m, err := range messages {
			if err != nil {
				return // the browser has ended
			}
			if m.Type == "error" || m.IsException() {
				tab.complain(m.String()+" "+m.URL, tolerate)
			}
		}
	}()
	tab.t.Cleanup(func() {
		stop()
		<-ended
	})
}

func (tab *Tab) complain(fault string, tolerate []string) {
	for _, part := range tolerate {
		if strings.Contains(fault, part) {
			return
		}
	}
	tab.t.Errorf("the page: %s", fault)
}

func (tab *Tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	if err := chromedp.Do(tab.ctx, actions...); err != nil {
		tab.t.Fatalf("%s: %v", what, err)
	}
}
