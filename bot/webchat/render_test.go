package webchat

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"carebell/chat"
	"carebell/nlp"
)

func TestRender(t *testing.T) {
	for _, c := range []struct{ html, want string }{
		{"plain & simple", `text(plain & simple)`},
		{"<b>a</b><strong>b</strong>", `b(text(a)) b(text(b))`},
		{"<i>one <b>two</b></i> three", `i(text(one ) b(text(two))) text( three)`},
		{"<b>open", `b(text(open))`},
		{"close</b>d", `text(closed)`},
		{"<p>para</p><div>block</div>", `text(parablock)`},
		{"a<br>b", "text(a\nb)"},
		{`<a href="https://example.org/?a=1&amp;b=2">x</a>`, `a[https://example.org/?a=1&b=2](text(x))`},
		{`<a href="tel:+34123">x</a>`, `a[tel:+34123](text(x))`},
		{`<a href="JavaScript:alert(1)">x</a>`, `text(x)`},
		{`<a href=" java&#10;script:alert(1)">x</a>`, `text(x)`},
		{`<a href="data:text/html,x">x</a>`, `text(x)`},
		{`<a href="//evil.example">x</a>`, `text(x)`},
		{`<a href="https:">x</a>`, `text(x)`},
		{`<time unix="1773225600">Wed</time>`, `time{1773225600}(text(Wed))`},
		{`<time unix="soon">Wed</time> <time unix="-5">x</time>`, `text(Wed x)`},
		{`<spoiler>s</spoiler>`, `spoiler(text(s))`},
		{`<script>alert(1)</script><style>b{}</style>ok`, `text(ok)`},
		{`<svg><b>x</b></svg><math><i>y</i></math>ok`, `b(text(x)) i(text(y)) text(ok)`},
		{`<img src=x onerror=alert(1)><iframe src=x>in</iframe>ok`, `text(ok)`},
		{`<b onclick="alert(1)" style="x">x</b>`, `b(text(x))`},
		{`<!-- hidden -->shown`, `text(shown)`},
		{`<b></b>`, ``},
		{"take \u202e15\u202c mg", `text(take 15 mg)`},
		{"\u200f• \u206809:00\u2069 <b>\u2068aspirin\u2069</b>\u202e", "text(\u200f• \u206809:00\u2069 ) b(text(\u2068aspirin\u2069))"},
		{"<pre>a\n  b</pre>", "pre(text(a\n  b))"},
	} {
		if got := outline(render(chat.Message{Text: c.html, Format: chat.HTML})); got != c.want {
			t.Errorf("%s\n gives %s\n want  %s", c.html, got, c.want)
		}
	}
	if got := outline(render(chat.Message{Text: "<b>5 < 6</b>"})); got != "text(<b>5 < 6</b>)" {
		t.Errorf("plain text gives %s", got)
	}
}

func outline(nodes []node) string {
	var out []string
	for _, n := range nodes {
		switch {
		case n.Tag == "":
			out = append(out, "text("+n.Text+")")
		case n.Href != "":
			out = append(out, n.Tag+"["+n.Href+"]("+outline(n.Children)+")")
		case n.Unix != 0:
			out = append(out, fmt.Sprintf("%s{%d}(%s)", n.Tag, n.Unix, outline(n.Children)))
		default:
			out = append(out, n.Tag+"("+outline(n.Children)+")")
		}
	}
	return strings.Join(out, " ")
}

// FuzzRender: whatever comes, only the closed list leaves, no deeper than it may, and quickly.
func FuzzRender(f *testing.F) {
	for _, seed := range []string{
		"<b>x</b>", "<a href='javascript:x'>", "<table><b><td></table>", strings.Repeat("<b>", 600) + "x",
		"<time unix=9>x", "<svg><style><img>", "&lt;b&gt;", "<b", "\x00<i\xff>",
	} {
		f.Add(seed)
	}
	allowed := []string{"", "b", "i", "u", "s", "code", "pre", "a", "blockquote", "spoiler", "time"}
	f.Fuzz(func(t *testing.T, s string) {
		var walk func(nodes []node, depth int)
		walk = func(nodes []node, depth int) {
			for _, n := range nodes {
				if !slices.Contains(allowed, n.Tag) || depth > maxDepth || !utf8.ValidString(n.Text) {
					t.Fatalf("tag %q at depth %d with %q", n.Tag, depth, n.Text)
				}
				if n.Href != "" && !regexp.MustCompile(`^(https?://|tel:|mailto:)`).MatchString(n.Href) {
					t.Fatalf("link %q", n.Href)
				}
				walk(n.Children, depth+1)
			}
		}
		nodes := render(chat.Message{Text: s, Format: chat.HTML})
		walk(nodes, 0)
		if _, err := json.Marshal(nodes); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSplitHTMLClosesAndOpensTags(t *testing.T) {
	c := &Channel{cfg: Config{MaxPart: 12}}
	m := chat.Message{Format: chat.HTML, Text: `<b>one two <a href="https://x.org/?a&amp;b">three four</a></b> &lt;five&gt; six`,
		Choices: [][]chat.Choice{{{Label: "OK", Data: "d"}}}}
	var got []string
	parts := c.Split(m)
	for _, p := range parts {
		got = append(got, p.Text)
	}
	want := []string{
		`<b>one two <a href="https://x.org/?a&amp;b"></a></b>`,
		`<b><a href="https://x.org/?a&amp;b">three four</a></b>`,
		` &lt;five&gt; six`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("parts\n%q, want\n%q", got, want)
	}
	if len(parts[0].Choices) != 0 || len(parts[len(parts)-1].Choices) != 1 {
		t.Error("the buttons are not with the last part alone")
	}
	var whole string
	for _, p := range parts {
		whole += plain(render(p))
	}
	if whole != plain(render(m)) {
		t.Errorf("the parts read %q", whole)
	}
}

func TestCutPrefersParagraphs(t *testing.T) {
	for _, c := range []struct {
		s, head string
		limit   int
	}{
		{"aaaa\n\nbb\ncc dd", "aaaa\n\n", 9},
		{"aaaa bb\ncc dd", "aaaa bb\n", 11},
		{"aaaa bbbb cccc", "aaaa bbbb ", 12},
		{"a bbbbbbbbbbbb", "a bbbbbb", 8}, // not after so little
		{"👩🏽‍⚕️👩🏽‍⚕️", "👩🏽‍⚕️", 7},
		{"short", "short", 9},
	} {
		if head, rest, _ := cut(c.s, c.limit); head != c.head || head+rest != c.s {
			t.Errorf("cut(%q, %d) = %q, %q", c.s, c.limit, head, rest)
		}
	}
}

func TestEveryLanguageHasEveryWord(t *testing.T) {
	c, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	gap := regexp.MustCompile(`{{\.\w+}}`)
	for lang, words := range c.words {
		for key, text := range c.words["en"] {
			switch {
			case words[key] == "":
				t.Errorf("%s has no %s", lang, key)
			case !slices.Equal(gap.FindAllString(words[key], -1), gap.FindAllString(text, -1)):
				t.Errorf("%s: %s has other gaps than in English", lang, key)
			}
		}
		if len(words) != len(c.words["en"]) {
			t.Errorf("%s has %d words, English %d", lang, len(words), len(c.words["en"]))
		}
	}
	if got := c.Text("es", "error_too_long", map[string]any{"Limit": 4096}); !strings.Contains(got, "4096 caracteres") {
		t.Error(got)
	}
}

// Every word that the page and the code name is in the catalogue, and none is there for nobody.
func TestEveryWordIsUsed(t *testing.T) {
	c, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, dir := range []string{".", "page"} {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if name := f.Name(); strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, "_test.go") || f.IsDir() {
				continue
			}
			text, err := os.ReadFile(dir + "/" + f.Name())
			if err != nil {
				t.Fatal(err)
			}
			source.Write(text)
		}
	}
	code := source.String()
	for key := range c.words["en"] {
		name := strings.TrimPrefix(strings.TrimPrefix(key, "error_"), "state_")
		if !strings.Contains(code, `"`+key+`"`) && !strings.Contains(code, `"`+name+`"`) {
			t.Errorf("nobody says %s", key)
		}
	}
	for _, use := range regexp.MustCompile(`(?:data-word(?:-label|-placeholder)?=|call \.T |[^.]text\()"(\w+)"`).FindAllStringSubmatch(code, -1) {
		if c.words["en"][use[1]] == "" {
			t.Errorf("the page says %s, which has no words", use[1])
		}
	}
	for _, use := range regexp.MustCompile(`c\.fail\([^"]*"(\w+)"`).FindAllStringSubmatch(code, -1) {
		if c.words["en"]["error_"+use[1]] == "" {
			t.Errorf("error %s has no words", use[1])
		}
	}
}

func TestThePageSpeaksTheBrowsersLanguage(t *testing.T) {
	c, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []struct {
		choice, browser, want string
	}{
		{"", "es-AR,es;q=0.9", "es"}, {"", "ja,es;q=0.5", "es"}, {"", "de", "de"}, {"", "ja", "en"}, {"", "", "en"},
		{"", "pt-BR,pt;q=0.9,en;q=0.8", "pt"}, {"", "zh-CN", "zh"}, {"ar-EG", "en", "ar"}, {"", "%%%", "en"},
		{"en", "es", "en"}, {"es-MX", "en", "es"}, {"xx-invalid-x", "es", "es"},
	} {
		if got := c.pick(p.choice, p.browser); got != p.want {
			t.Errorf("choice %q, browser %q: %s, want %s", p.choice, p.browser, got, p.want)
		}
	}
}

// In Arabic an address, a clock and a gap stand isolated; what the page writes for a person does too.
func TestArabicWords(t *testing.T) {
	c, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	for lang, words := range c.words {
		if want := map[bool]string{true: "rtl", false: "ltr"}[lang == "ar"]; words["direction"] != want {
			t.Errorf("%s goes %s", lang, words["direction"])
		}
	}
	for key, want := range map[string]string{"error_wrong_host": "\u2068http://127.0.0.1\u2069", "zone_now": "\u2068{{.Time}}\u2069", "example_2": "\u20689:00\u2069"} {
		if got := c.words["ar"][key]; !strings.Contains(got, want) {
			t.Errorf("%s: %q does not isolate %q", key, got, want)
		}
	}
	if got := c.words["ar"]["example_3"]; got != "/help" {
		t.Errorf("a bare command became %q", got)
	}
}

// A press on an example sends it: what it says must be understood.
func TestPageExamplesAreUnderstood(t *testing.T) {
	c, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)
	parser := nlp.New()
	for lang, words := range c.words {
		for _, key := range []string{"example_1", "example_2"} {
			got := parser.Parse(chat.Clean(words[key]), now, nlp.Profile{Language: lang, Zone: time.UTC})
			want := parser.Parse(c.words["en"][key], now, nlp.Profile{Language: "en", Zone: time.UTC})
			if got.Err != nil || got.Rule.String() != want.Rule.String() || got.Message == "" {
				t.Errorf("%s: %q is read as %s (%v), want %s", lang, words[key], got.Rule.String(), got.Err, want.Rule.String())
			}
		}
	}
}
