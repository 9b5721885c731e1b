package telegram

import (
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"

	nethtml "golang.org/x/net/html"
)

// A text with formatting is kept as runs: pieces of visible text, each with the styles that hold for
// it. Whatever the tags were, writing runs gives balanced ones, and a run can be cut anywhere.
type run struct {
	text   string
	styles []style
}

// style is one tag of the neutral subset and its one attribute.
type style struct{ tag, value string }

// dialect names the tags and attributes that a style is written with.
type dialect int

const (
	neutralDialect dialect = iota
	telegramDialect
)

// maxLink is the most bytes of a link; the text of one that is longer stays.
const maxLink = 2048

// neutralTags are the tags that are kept, and the name that each goes by.
var neutralTags = map[string]string{
	"b": "b", "strong": "b", "i": "i", "em": "i", "u": "u", "ins": "u", "s": "s", "del": "s", "strike": "s",
	"code": "code", "pre": "pre", "a": "a", "blockquote": "blockquote",
	"spoiler": "spoiler", "tg-spoiler": "spoiler", "time": "time", "tg-time": "time",
}

// breakingTags are dropped like any other, but what they keep apart must not run together: "5 mg<br>2
// times" is not "5 mg2 times".
var breakingTags = map[string]bool{"br": true, "p": true, "div": true, "li": true, "tr": true, "hr": true, "ul": true, "ol": true,
	"table": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true}

// parse reads the neutral HTML subset. It takes anything: unknown tags are dropped, crossed and
// unclosed ones repaired.
func parse(text string) []run {
	var runs []run
	var open []style
	add := func(s string) {
		if s = strings.ToValidUTF8(s, "\uFFFD"); s != "" {
			runs = append(runs, run{text: s, styles: effective(open)})
		}
	}
	z := nethtml.NewTokenizer(strings.NewReader(text))
	for {
		kind := z.Next()
		if kind == nethtml.ErrorToken {
			return runs
		}
		token := z.Token()
		switch kind {
		case nethtml.TextToken:
			add(token.Data)
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			if breakingTags[token.Data] && !atLineStart(runs) {
				add("\n")
			}
			if s, ok := styleOf(token); ok && kind == nethtml.StartTagToken {
				open = append(open, s)
			}
		case nethtml.EndTagToken:
			if breakingTags[token.Data] && !atLineStart(runs) {
				add("\n")
			}
			open = without(open, neutralTags[token.Data])
		}
	}
}

// effective is what open tags amount to: bold inside bold is bold, and of two links the outer counts.
// It is short, however deep the tags are nested.
func effective(open []style) []style {
	var out []style
	for _, s := range open {
		if !slices.ContainsFunc(out, func(o style) bool { return o.tag == s.tag }) {
			out = append(out, s)
		}
	}
	return out
}

func atLineStart(runs []run) bool {
	return len(runs) == 0 || strings.HasSuffix(runs[len(runs)-1].text, "\n")
}

// styleOf is false for what is dropped: unknown tags, links that lead nowhere safe, times without one.
func styleOf(token nethtml.Token) (style, bool) {
	s := style{tag: neutralTags[token.Data]}
	switch s.tag {
	case "":
		return s, false
	case "a":
		s.value = attribute(token, "href")
		u, err := url.Parse(s.value)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(s.value) > maxLink {
			return s, false
		}
	case "time":
		n, err := strconv.ParseInt(attribute(token, "unix"), 10, 64)
		if err != nil {
			return s, false
		}
		s.value = strconv.FormatInt(n, 10)
	}
	return s, true
}

func attribute(token nethtml.Token, key string) string {
	for _, a := range token.Attr {
		if a.Key == key {
			return strings.ToValidUTF8(a.Val, "\uFFFD")
		}
	}
	return ""
}

// without closes the innermost style of that tag. Those opened inside it go on: a new slice, because
// runs keep theirs.
func without(open []style, tag string) []style {
	for i := len(open) - 1; i >= 0 && tag != ""; i-- {
		if open[i].tag == tag {
			return append(append([]style(nil), open[:i]...), open[i+1:]...)
		}
	}
	return open
}

// render writes runs with balanced tags and everything else escaped.
func render(runs []run, d dialect) string {
	var b strings.Builder
	var open []style
	for _, r := range runs {
		if r.text == "" {
			continue
		}
		same := 0
		for same < len(open) && same < len(r.styles) && open[same] == r.styles[same] {
			same++
		}
		closeTags(&b, open[same:], d)
		for _, s := range r.styles[same:] {
			b.WriteString(s.start(d))
		}
		open = r.styles
		b.WriteString(escape(r.text))
	}
	closeTags(&b, open, d)
	return b.String()
}

func closeTags(b *strings.Builder, open []style, d dialect) {
	for i := len(open) - 1; i >= 0; i-- {
		b.WriteString("</" + open[i].name(d) + ">")
	}
}

func (s style) name(d dialect) string {
	if d == telegramDialect && (s.tag == "spoiler" || s.tag == "time") {
		return "tg-" + s.tag
	}
	return s.tag
}

func (s style) start(d dialect) string {
	switch {
	case s.tag == "a":
		return `<a href="` + html.EscapeString(s.value) + `">`
	case s.tag == "time" && d == telegramDialect:
		return `<tg-time unix="` + s.value + `" format="wDt">`
	case s.tag == "time":
		return `<time unix="` + s.value + `">`
	}
	return "<" + s.name(d) + ">"
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func escape(s string) string { return escaper.Replace(s) }

// visible is the text that a person sees.
func visible(runs []run) string {
	var b strings.Builder
	for _, r := range runs {
		b.WriteString(r.text)
	}
	return b.String()
}

// slice is the runs of the visible bytes from…to.
func slice(runs []run, from, to int) []run {
	var out []run
	at := 0
	for _, r := range runs {
		lo, hi := max(from-at, 0), min(to-at, len(r.text))
		if lo < hi {
			out = append(out, run{text: r.text[lo:hi], styles: r.styles})
		}
		at += len(r.text)
	}
	return out
}
