package browser

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// waitFor is how long the page may take for one step.
const waitFor = 20 * time.Second

// Keys that have no character, for Press.
const (
	Tabulator = kb.Tab
	Enter     = kb.Enter
	Escape    = kb.Escape
)

// Go loads an address.
func (tab *Tab) Go(url string) {
	tab.t.Helper()
	tab.do("open the page", chromedp.Navigate(url))
}

// Reload loads the page again.
func (tab *Tab) Reload() {
	tab.t.Helper()
	tab.do("reload the page", chromedp.Reload())
}

// Wait waits until a JavaScript expression is true.
func (tab *Tab) Wait(condition string) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, waitFor)
	defer cancel()
	// Looked at by the page itself, so that nothing passes unseen between two questions.
	script := fmt.Sprintf(`new Promise((done) => {
		const look = () => ((%s) ? done(true) : setTimeout(look, 20));
		look();
	})`, condition)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise)); err != nil {
		tab.t.Fatalf("waiting for %s: %v; the page says:\n%s", condition, err, tab.text())
	}
}

// WaitText waits until the elements that match a CSS selector contain a text together.
func (tab *Tab) WaitText(selector, text string) {
	tab.t.Helper()
	tab.Wait(fmt.Sprintf(`[...document.querySelectorAll(%q)].map((e) => e.textContent).join("\n").includes(%q)`, selector, text))
}

func (tab *Tab) text() string {
	text, err := chromedp.Run(tab.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil {
		return "(nothing: " + err.Error() + ")"
	}
	return strings.TrimSpace(text)
}

// Eval returns what a JavaScript expression is, as T.
func Eval[T any](tab *Tab, expression string) T {
	tab.t.Helper()
	v, err := chromedp.Run(tab.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		tab.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// Press presses keys where the focus is, one a character.
func (tab *Tab) Press(keys string) {
	tab.t.Helper()
	for i, part := range strings.Split(keys, Enter) {
		if i > 0 {
			tab.do("press Enter", pressEnter)
		}
		if part != "" {
			tab.do("press keys", chromedp.KeyEvent(part))
		}
	}
}

// pressEnter is one event, as a keyboard's is: a page that prevents its default gets no line break.
func pressEnter(ctx context.Context, t *chromedp.Target) (none chromedp.Void, err error) {
	key := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter",
		Text: Enter, UnmodifiedText: Enter, WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
	if _, err = cdp.Call(ctx, t, input.DispatchKeyEvent, key); err != nil {
		return none, err
	}
	key.Type, key.Text, key.UnmodifiedText = input.DispatchKeyEventTypeKeyUp, "", ""
	_, err = cdp.Call(ctx, t, input.DispatchKeyEvent, key)
	return none, err
}

// PressShift presses one key with Shift held.
func (tab *Tab) PressShift(key string) {
	tab.t.Helper()
	tab.do("press a key", chromedp.KeyEvent(key, chromedp.KeyModifiers(chromedp.ModifierShift)))
}

// Click clicks the first element that matches a CSS selector, once it is visible.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, waitFor)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible)); err != nil {
		tab.t.Fatalf("click %s: %v; the page says:\n%s", selector, err, tab.text())
	}
}

// Choose picks a value of the select that matches a CSS selector, as a person would.
func (tab *Tab) Choose(selector, value string) {
	tab.t.Helper()
	chosen := Eval[string](tab, fmt.Sprintf(`(() => {
		const e = document.querySelector(%q);
		e.value = %q;
		e.dispatchEvent(new Event("input", { bubbles: true }));
		e.dispatchEvent(new Event("change", { bubbles: true }));
		return e.value;
	})()`, selector, value))
	if chosen != value {
		tab.t.Fatalf("%s offers no %q", selector, value)
	}
}

// Screenshot returns what is seen, as PNG.
func (tab *Tab) Screenshot() []byte {
	tab.t.Helper()
	png, err := chromedp.Run(tab.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		tab.t.Fatalf("take a picture: %v", err)
	}
	return png
}
