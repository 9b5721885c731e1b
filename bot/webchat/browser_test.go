package webchat_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"strings"
	"testing"

	"carebell/bot/webchat"
	"carebell/chat"
	"carebell/internal/browser"
)

const live = `document.querySelector('#state[data-state="live"]')`

// conversation answers as carebell would: a card for what is written, the same card changed for a tap.
type conversation struct {
	t    *testing.T
	site *site
}

// converse starts a site with a conversation that ends with the test.
func converse(t *testing.T) *site {
	t.Helper()
	s := newSite(t, webchat.Config{})
	c := conversation{t, s}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for done := 0; ; done++ {
			contents, err := s.inbox.Wait(ctx, func(c contents) bool { return len(c.Updates) > done })
			if err != nil {
				return
			}
			c.answer(ctx, contents.Updates[done])
		}
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	return s
}

func (c conversation) answer(ctx context.Context, u chat.Update) {
	switch u.Kind {
	case chat.Text:
		c.say(ctx, u.From, u.ID, chat.Message{
			Format: chat.HTML,
			Text: "💊 <b>Medication reminder</b> · for you\naspirin 100 mg\nEvery day at 09:00 and 21:00\n" +
				`Next: <time unix="1772481600">today 21:00</time>`,
			Choices: [][]chat.Choice{{
				{Label: "✅ Confirm", Data: "v1:cf:abcdefghij:1"}, {Label: "✏️ Change", Data: "v1:ch:abcdefghij:1"},
				{Label: "✖️ Cancel", Data: "v1:ca:abcdefghij:1"},
			}},
		})
	case chat.Tap:
		c.site.channel.AnswerTap(u.TapID, "Saved ✅")
		saved := chat.Message{Format: chat.HTML, Text: "✅ <b>Saved · #K7Q2</b>",
			Choices: [][]chat.Choice{{{Label: "Undo", Data: "v1:un:abcdefghij:2"}}}}
		if err := c.site.channel.Edit(ctx, u.From, u.MessageID, saved); err != nil {
			c.t.Errorf("edit the card: %v", err)
		}
	}
}

func (c conversation) say(ctx context.Context, to chat.Address, key string, m chat.Message) {
	if _, err := c.site.channel.Send(ctx, to, m, key); err != nil {
		c.t.Errorf("send: %v", err)
	}
}

// settled waits until what the inbox has satisfies until.
func (s *site) settled(t *testing.T, what string, until func(contents) bool) contents {
	t.Helper()
	c, err := s.inbox.Wait(soon(t), until)
	if err != nil {
		t.Fatalf("waiting for %s: %v", what, err)
	}
	return c
}

func TestBrowserDialogue(t *testing.T) {
	s := converse(t)
	tab := browser.Open(t, browser.Config{Zone: "Europe/Madrid"})
	tab.Go(s.server.URL + "/chat")
	tab.Wait(live)
	tab.WaitText("#welcome h2", "What should I remind you of?")

	tab.Click(".example")
	tab.Press(browser.Enter)
	tab.WaitText(".from-person .body", "remind me in 1 minute to drink a glass of water")
	tab.WaitText(".from-carebell .body", "Medication reminder")
	if got := browser.Eval[string](tab, `document.querySelector(".from-carebell .body time").textContent`); got != "Mon 2 Mar, 21:00" {
		t.Errorf("an instant is shown as %q, want it in the person's zone", got)
	}
	first := s.settled(t, "the text", func(c contents) bool { return len(c.Updates) == 1 }).Updates[0]
	if first.Kind != chat.Text || first.Zone != "Europe/Madrid" || first.Language != "en-GB" {
		t.Errorf("the first update is %+v, want the browser's zone and language with it", first)
	}

	// The card changes where it stands: the same element, with other words and buttons.
	browser.Eval[bool](tab, `(window.card = document.querySelector(".from-carebell")) !== null`)
	tab.Click(".choices button")
	tab.WaitText(".toast", "Saved ✅")
	tab.WaitText(".from-carebell .body", "Saved · #K7Q2")
	tab.WaitText(".choices", "Undo")
	if !browser.Eval[bool](tab, `window.card.isConnected && window.card.textContent.includes("K7Q2") && document.querySelectorAll(".message").length === 2`) {
		t.Error("the card was not changed in place")
	}
	tap := s.settled(t, "the tap", func(c contents) bool { return len(c.Updates) == 2 }).Updates[1]
	if tap.Kind != chat.Tap || tap.Data != "v1:cf:abcdefghij:1" || tap.MessageID == "" {
		t.Errorf("the tap is %+v", tap)
	}
	receipts := s.settled(t, "the receipt", func(c contents) bool { return len(c.Receipts) > 0 }).Receipts
	if r := receipts[0]; r.MessageID != tap.MessageID || r.Progress != chat.Delivered || r.To != tap.From {
		t.Errorf("the receipt is %+v", r)
	}

	tab.Reload()
	tab.Wait(live)
	tab.WaitText(".from-person .body", "remind me in 1 minute")
	tab.WaitText(".from-carebell .body", "Saved · #K7Q2")
}

func TestBrowserCatchesUp(t *testing.T) {
	s := converse(t)
	tab := browser.Open(t, browser.Config{Tolerate: []string{"net::ERR_"}})
	tab.Go(s.server.URL + "/chat")
	tab.Wait(live)
	tab.Press("first" + browser.Enter)
	tab.WaitText(".from-carebell .body", "Medication reminder")
	ana := s.settled(t, "the text", func(c contents) bool { return len(c.Updates) == 1 }).Updates[0].From

	back := s.outage(t)
	tab.WaitText("#state", "No connection. Trying again.")
	tab.Press("written without a connection" + browser.Enter)
	tab.WaitText(".pending", "Not sent yet")
	card := browser.Eval[string](tab, `document.querySelector(".from-carebell").dataset.id`)
	if err := s.channel.Edit(t.Context(), ana, card, chat.Message{Text: "changed meanwhile"}); err != nil {
		t.Fatal(err)
	}
	conversation{t, s}.say(t.Context(), ana, "meanwhile", chat.Message{Text: "said meanwhile"})
	back()

	tab.Wait(live)
	tab.WaitText(".from-carebell .body", "changed meanwhile")
	tab.WaitText(".from-carebell .body", "said meanwhile")
	tab.Wait(`!document.querySelector(".pending")`)
	c := s.settled(t, "what was written", func(c contents) bool { return len(c.Updates) == 2 })
	if c.Updates[1].Text != "written without a connection" {
		t.Errorf("the second update is %q", c.Updates[1].Text)
	}
	tab.Wait(`document.querySelectorAll(".from-carebell").length === 3`)
	if n := browser.Eval[int](tab, `document.querySelectorAll(".from-person").length`); n != 2 {
		t.Errorf("%d messages of the person are shown, want 2", n)
	}
}

func TestBrowserKeyboardOnly(t *testing.T) {
	s := converse(t)
	tab := browser.Open(t, browser.Config{})
	tab.Go(s.server.URL + "/chat")
	tab.Wait(live)
	tab.Wait(`document.activeElement.id === "message"`)

	tab.Press("line one")
	tab.PressShift(browser.Enter)
	tab.Press("line two" + browser.Enter)
	text := s.settled(t, "the text", func(c contents) bool { return len(c.Updates) == 1 }).Updates[0].Text
	if text != "line one\nline two" {
		t.Errorf("came in as %q", text)
	}
	tab.WaitText(".choices", "Cancel")

	tab.PressShift(browser.Tabulator) // from the box back to the last button of the card
	focusIs(t, tab, "✖️ Cancel")
	tab.PressShift(browser.Tabulator)
	tab.PressShift(browser.Tabulator)
	focusIs(t, tab, "✅ Confirm")
	tab.Press(browser.Enter)
	tab.WaitText(".from-carebell .body", "Saved · #K7Q2")
	// The button is gone, yet the person still stands at their card.
	tab.Wait(`document.activeElement.classList.contains("message")`)
	tab.Press(browser.Tabulator)
	focusIs(t, tab, "Undo")
	tab.Press(browser.Tabulator)
	tab.Wait(`document.activeElement.id === "message"`)

	tab.Reload()
	tab.Wait(live)
	browser.Eval[bool](tab, `(document.activeElement.blur(), true)`)
	tab.Press(browser.Tabulator)
	tab.Wait(`document.activeElement !== document.body`)
	browser.Eval[bool](tab, `(document.querySelector("#settings-open").focus(), true)`)
	tab.Press(browser.Enter)
	tab.Wait(`document.activeElement.id === "language"`)
	tab.Press(browser.Escape)
	tab.Wait(`document.activeElement.id === "settings-open" && document.querySelector("#settings").hidden`)
}

func focusIs(t *testing.T, tab *browser.Tab, want string) {
	t.Helper()
	if got := browser.Eval[string](tab, `document.activeElement.textContent`); got != want {
		t.Fatalf("the focus is on %q, want %q", got, want)
	}
}

func TestBrowserPhone(t *testing.T) {
	s := converse(t)
	tab := browser.Open(t, browser.Config{Width: 360, Height: 640})
	tab.Go(s.server.URL + "/chat")
	tab.Wait(live)
	fits := func(when string) {
		t.Helper()
		wide := browser.Eval[[]string](tab, `[...document.querySelectorAll("body *")]
			.filter((e) => e.getClientRects().length && !e.closest(".unseen, svg") && (e.getBoundingClientRect().right > 360.5 || e.getBoundingClientRect().left < -0.5 || e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== "visible"))
			.map((e) => e.tagName + "." + e.className)`)
		if len(wide) > 0 || browser.Eval[int](tab, `document.documentElement.scrollWidth`) > 360 {
			t.Errorf("%s: wider than the screen: %v", when, wide)
		}
		small := browser.Eval[[]string](tab, `[...document.querySelectorAll("button, select, textarea")]
			.filter((e) => e.getClientRects().length && (e.getBoundingClientRect().height < 44 || e.getBoundingClientRect().width < 44))
			.map((e) => e.outerHTML)`)
		if len(small) > 0 {
			t.Errorf("%s: too small for a finger: %v", when, small)
		}
	}
	fits("empty")
	tab.Press(strings.Repeat("unbroken", 30) + browser.Enter)
	tab.WaitText(".choices", "Cancel")
	fits("with a card and a long word")
	if top := browser.Eval[float64](tab, `document.querySelector(".choices").getBoundingClientRect().bottom - document.querySelector("footer").getBoundingClientRect().top`); top > 0 {
		t.Errorf("the card's buttons are %.0f px under the message box", top)
	}
	tab.Click("#settings-open")
	tab.WaitText("#zone-now", "It is")
	fits("with the settings open")
}

func TestBrowserScreenReader(t *testing.T) {
	s := converse(t)
	tab := browser.Open(t, browser.Config{})
	tab.Go(s.server.URL + "/chat")
	tab.Wait(live)
	tab.Press("hello" + browser.Enter)
	tab.WaitText(".choices", "Cancel")
	tab.Click("#settings-open")
	seen := map[string]bool{}
	for _, p := range tab.Accessible() {
		seen[p.Role+" "+p.Name] = true
		if p.Focusable && p.Name == "" && p.Role != "article" && p.Role != "MenuListPopup" {
			t.Errorf("a %s that takes the focus has no name", p.Role)
		}
	}
	for _, want := range []string{
		"RootWebArea carebell", "heading carebell", "log Conversation", "textbox Your message", "button Send",
		"combobox Language", "combobox Time zone", "button Language and time zone", "button ✅ Confirm", "heading Today",
	} {
		if !seen[want] {
			t.Errorf("a screen reader finds no %q; it finds %v", want, keys(seen))
		}
	}
	if got := browser.Eval[string](tab, `[document.documentElement.lang, document.querySelector("#log").ariaLive, document.querySelector("#log").getAttribute("aria-busy"), document.querySelector("#toasts").getAttribute("role")].join(" ")`); got != "en polite false status" {
		t.Errorf("language, live log, not busy, status: %q", got)
	}
	if twice := browser.Eval[[]string](tab, `[...document.querySelectorAll("[id]")].map((e) => e.id).filter((id, i, all) => all.indexOf(id) !== i)`); len(twice) > 0 {
		t.Errorf("ids used twice: %v", twice)
	}
}

func keys(m map[string]bool) (out []string) {
	for k := range m {
		out = append(out, fmt.Sprintf("%q", k))
	}
	return out
}

// contrast lists every text whose colour stands out from what is behind it by less than 4.5 to 1.
const contrast = `(() => {
	const parse = (c) => (c.match(/[\d.]+/g) ?? []).map(Number);
	const lum = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = (e) => {
		for (; e; e = e.parentElement) {
			const c = parse(getComputedStyle(e).backgroundColor);
			if (c.length === 3 || c[3] === 1) return c;
		}
		return [255, 255, 255];
	};
	return [...document.querySelectorAll("body *")]
		.filter((e) => e.getClientRects().length && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
		.filter((e) => !e.closest(".unseen, .skip, option, optgroup"))
		.map((e) => {
			const [a, b] = [lum(parse(getComputedStyle(e).color)), lum(behind(e))].sort((x, y) => y - x);
			return { ratio: (a + 0.05) / (b + 0.05), what: e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 30) };
		})
		.filter((x) => x.ratio < 4.5).map((x) => x.what + " " + x.ratio.toFixed(2));
})()`

func TestBrowserContrast(t *testing.T) {
	for _, dark := range []bool{false, true} {
		t.Run(fmt.Sprintf("dark=%t", dark), func(t *testing.T) {
			s := converse(t)
			tab := browser.Open(t, browser.Config{Dark: dark})
			tab.Go(s.server.URL + "/chat")
			tab.Wait(live)
			look := func(when string) {
				t.Helper()
				if faint := browser.Eval[[]string](tab, contrast); len(faint) > 0 {
					t.Errorf("%s: too faint: %v", when, faint)
				}
			}
			look("empty")
			tab.Press("hello" + browser.Enter)
			tab.WaitText(".choices", "Cancel")
			tab.Click("#settings-open")
			look("with a card")
			tab.Click(".choices button")
			tab.WaitText(".toast", "Saved")
			look("with a toast")
			tab.Press(browser.Enter)
			tab.Click("#send")
			tab.WaitText("#problem", "nothing to send")
			look("with an error")
		})
	}
}

func TestBrowserLanguageAndZone(t *testing.T) {
	s := converse(t)
	tab := browser.Open(t, browser.Config{Language: "es-MX", Zone: "America/Mexico_City"})
	tab.Go(s.server.URL + "/chat")
	tab.Wait(live)
	tab.WaitText("#state", "Conectado")
	tab.WaitText("#welcome h2", "¿Qué quieres que te recuerde?")
	tab.Press("hola" + browser.Enter)
	tab.WaitText(".body time", "lun 2 de mar, 14:00")

	tab.Click("#settings-open")
	tab.Choose("#zone", "Asia/Tokyo")
	tab.WaitText(".body time", "05:00")
	tab.WaitText(".toast", "Guardado")
	tab.Choose("#language", "en")
	tab.WaitText("#state", "Connected")
	tab.WaitText(".toast", "Saved")
	c := s.settled(t, "both settings", func(c contents) bool { return len(c.Updates) == 3 })
	zone, language := c.Updates[1], c.Updates[2]
	if zone.Kind != chat.Settings || zone.Zone != "Asia/Tokyo" || zone.Language != "" {
		t.Errorf("the zone came in as %+v, want it alone", zone)
	}
	if language.Kind != chat.Settings || language.Language != "en" || language.Zone != "" {
		t.Errorf("the language came in as %+v, want it alone", language)
	}

	// Both are the person's now, whatever the browser says.
	tab.Reload()
	tab.Wait(live)
	tab.WaitText("#state", "Connected")
	tab.WaitText(".body time", "05:00")
	if got := browser.Eval[string](tab, `document.documentElement.lang + " " + document.querySelector("#zone").value`); got != "en Asia/Tokyo" {
		t.Errorf("after a reload: %s", got)
	}
}

// In Arabic the page is laid out from the right, with the digits that carebell writes; a Latin message
// keeps its own direction, and the way back to another language turns the page again.
func TestBrowserRightToLeft(t *testing.T) {
	s := converse(t)
	tab := browser.Open(t, browser.Config{Language: "ar-EG", Zone: "Africa/Cairo", Width: 400, Height: 800})
	tab.Go(s.server.URL + "/chat")
	tab.Wait(live)
	tab.WaitText("#welcome h2", "بماذا أذكّرك؟")
	tab.Press("remind me" + browser.Enter)
	tab.WaitText(".body time", "22:00")
	layout := `(() => {
		const middle = (q) => { const r = document.querySelector(q).getBoundingClientRect(); return (r.left + r.right) / 2; };
		return [document.documentElement.dir, middle(".from-person .body") < middle(".from-carebell .body"), middle("#send") < middle("#message"),
			getComputedStyle(document.querySelector(".from-person .body")).direction, document.documentElement.scrollWidth <= innerWidth].join(" ");
	})()`
	if got, want := browser.Eval[string](tab, layout), "rtl true true ltr true"; got != want {
		t.Errorf("laid out as %q, want %q", got, want)
	}
	if text := browser.Eval[string](tab, `document.body.innerText`); strings.ContainsAny(text, "٠١٢٣٤٥٦٧٨٩") {
		t.Errorf("two sets of digits: %s", text)
	}
	tab.Click("#settings-open")
	tab.Choose("#language", "en")
	tab.WaitText("#state", "Connected")
	if got, want := browser.Eval[string](tab, layout), "ltr false false ltr true"; got != want {
		t.Errorf("after the change laid out as %q, want %q", got, want)
	}
}

func TestBrowserNamesNearDays(t *testing.T) {
	s := newSite(t, webchat.Config{})
	for language, want := range map[string][]string{
		"en-GB": {"yesterday 23:59", "today 00:00", "today 23:59", "tomorrow 00:00", "Wed 4 Mar, 00:00"},
		"es-ES": {"ayer 23:59", "hoy 00:00", "hoy 23:59", "mañana 00:00", "mié, 4 mar, 00:00"},
	} {
		tab := browser.Open(t, browser.Config{Language: language, Zone: "Europe/Madrid"})
		tab.Go(s.server.URL + "/chat")
		tab.Wait(live)
		got := browser.Eval[[]string](tab, `import("/chat/assets/clock.js").then((clock) => ["2026-03-01T22:59Z", "2026-03-01T23:00Z",
			"2026-03-02T22:59Z", "2026-03-02T23:00Z", "2026-03-03T23:00Z"].map((at) => clock.near(new Date(at), new Date("2026-03-02T11:00Z"))))`)
		equal(t, language, got, want)
	}
}

func TestBrowserShowsMarkupAsText(t *testing.T) {
	s := converse(t)
	tab := browser.Open(t, browser.Config{})
	tab.Go(s.server.URL + "/chat")
	tab.Wait(live)
	const evil = `<img src=x onerror="document.title='pwned'"><script>document.title="pwned"</script>`
	tab.Press(evil + browser.Enter)
	tab.WaitText(".from-person .body", evil)
	ana := s.settled(t, "the text", func(c contents) bool { return len(c.Updates) == 1 }).Updates[0].From
	conversation{t, s}.say(t.Context(), ana, "evil", chat.Message{Format: chat.HTML,
		Text: evil + `<a href="javascript:document.title='pwned'">x</a> <spoiler>hidden words</spoiler> the end`})
	tab.WaitText(".from-carebell .body", "the end")
	if browser.Eval[bool](tab, `document.title !== "carebell" || document.querySelector("#log img, #log script, #log [href^=javascript]") !== null`) {
		t.Error("markup became alive")
	}
	if browser.Eval[bool](tab, `document.querySelector("#log").textContent.includes("hidden words")`) {
		t.Error("the spoiler is not hidden")
	}
	tab.Click(".reveal")
	tab.WaitText(".spoiler", "hidden words")
}

func TestBrowserFiles(t *testing.T) {
	s := converse(t)
	tab := browser.Open(t, browser.Config{})
	tab.Go(s.server.URL + "/chat")
	tab.Wait(live)
	tab.Press("hello" + browser.Enter)
	ana := s.settled(t, "the text", func(c contents) bool { return len(c.Updates) == 1 }).Updates[0].From
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 720, 360))); err != nil {
		t.Fatal(err)
	}
	say := conversation{t, s}.say
	say(t.Context(), ana, "p", chat.Message{Text: "30 days", File: &chat.File{Name: "days.png", Type: "image/png", Alt: "two taken, one missed", Data: picture.Bytes()}})
	say(t.Context(), ana, "f", chat.Message{Text: "your data", File: &chat.File{Name: "carebell.json", Type: "application/json", Data: []byte("{}")}})
	tab.Wait(`document.querySelector("#log img")?.naturalWidth === 720`)
	if !browser.Eval[bool](tab, `document.querySelector("#log img").alt === "two taken, one missed" && document.querySelector("#log img").width <= document.querySelector("#log").clientWidth`) {
		t.Error("the picture has no alternative text, or is wider than the page")
	}
	tab.WaitText(".file", "Save carebell.json")
	if got := browser.Eval[string](tab, `fetch(document.querySelector("a.file").href).then((a) => a.text())`); got != "{}" {
		t.Errorf("the link leads to %q", got)
	}
	if got := browser.Eval[string](tab, `document.querySelector("a.file").download`); got != "carebell.json" {
		t.Errorf("it is saved as %q", got)
	}
}

func TestBrowserWaitsForAPlace(t *testing.T) {
	s := newSite(t, webchat.Config{MaxStreams: 1})
	before := newVisitor(t, s)
	tab := browser.Open(t, browser.Config{Tolerate: []string{"503"}})
	tab.Go(s.server.URL + "/chat")
	tab.WaitText("#state", "No connection. Trying again.")
	before.leave()
	tab.Wait(live)
}

func TestBrowserManyTabs(t *testing.T) {
	s := newSite(t, webchat.Config{MaxStreamsPerPerson: 1})
	tab := browser.Open(t, browser.Config{})
	tab.Go(s.server.URL + "/chat")
	tab.Wait(live)
	// A second page of the same person, opened by a frame of the same site.
	browser.Eval[bool](tab, `fetch("/chat/events").then((r) => (window.other = r) && r.ok)`)
	tab.WaitText("#state", "Open in another tab")
	tab.Click("#continue")
	tab.Wait(live)
}
