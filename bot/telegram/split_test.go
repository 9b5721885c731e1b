package telegram

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"carebell/chat"
	"carebell/internal/faketelegram"
)

func TestRender(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`<b>Aspirin</b> &lt;100 mg&gt; &amp; "rest"`, `<b>Aspirin</b> &lt;100 mg&gt; &amp; &quot;rest&quot;`},
		{`<strong>a</strong><em>b</em><del>c</del>`, `<b>a</b><i>b</i><s>c</s>`},
		{`<spoiler>details</spoiler>`, `<tg-spoiler>details</tg-spoiler>`},
		{`<time unix="1773225600">Wed 10:40</time>`, `<tg-time unix="1773225600" format="wDt">Wed 10:40</tg-time>`},
		{`<time unix="soon">Wed</time>`, `Wed`},
		{`<b>one <i>two</b> three</i> four`, `<b>one <i>two</i></b><i> three</i> four`},
		{`<b>one<b>two</b>three`, `<b>onetwothree</b>`},
		{`</i>a<b>`, `a`},
		{`<a href="https://example.org/?a=1&amp;b=2">x</a>`, `<a href="https://example.org/?a=1&amp;b=2">x</a>`},
		{`<a href="javascript:alert(1)">x</a> <a href="tg://user?id=1">y</a>`, `x y`},
		{`5 mg<br>2 times<p>with food</p>`, "5 mg\n2 times\nwith food\n"},
		{`<table><tr><td>a</td></tr></table>`, "a\n"},
		{`BP <120 and <3 & more`, `BP &lt;120 and &lt;3 &amp; more`},
		{`<blockquote>x</blockquote><pre>y</pre><code>z</code><u>u</u>`, `<blockquote>x</blockquote><pre>y</pre><code>z</code><u>u</u>`},
		{`<!-- no --><b onclick="x">y</b>`, `<b>y</b>`},
		{"\xff<b>\xff", "\uFFFD<b>\uFFFD</b>"},
	} {
		got := render(parse(c.in), telegramDialect)
		if got != c.want {
			t.Errorf("%s becomes\n%s, want\n%s", c.in, got, c.want)
		}
		if _, _, err := faketelegram.ParseHTML(got); err != nil {
			t.Errorf("%s becomes %s, which Telegram refuses: %v", c.in, got, err)
		}
	}
}

func split(m chat.Message) []chat.Message { return new(Channel).Split(m) }

func TestSplitPrefersGoodPlaces(t *testing.T) {
	fill := func(n int) string { return strings.Repeat("word ", n/5-1) + "word" }
	for _, c := range []struct{ name, head, mark, tail, want string }{
		{"paragraph", fill(2500), "\n\n", fill(500) + "\n" + fill(3000), ""},
		{"line", fill(2500), "\n", fill(500) + ". " + fill(3000), ""},
		{"sentence", fill(2500) + ".", " ", "Now " + fill(3000), ""},
	} {
		parts := split(chat.Message{Text: c.head + c.mark + c.tail})
		if len(parts) < 2 || parts[0].Text != c.head {
			t.Errorf("%s: the first part has %d bytes, want %d", c.name, len(parts[0].Text), len(c.head))
		}
	}
	parts := split(chat.Message{Text: fill(5000)})
	if !strings.HasSuffix(parts[0].Text, "word") || !strings.HasPrefix(parts[1].Text, "word") || len(parts[0].Text) < maxUnits-96 {
		t.Errorf("words: cut at %d", len(parts[0].Text))
	}
}

func TestSplitCountsUTF16(t *testing.T) {
	fits := chat.Message{Text: strings.Repeat("😀", maxUnits/2)}
	if parts := split(fits); len(parts) != 1 || !reflect.DeepEqual(parts[0], fits) {
		t.Errorf("%d units are split into %d", maxUnits, len(parts))
	}
	if parts := split(chat.Message{Text: fits.Text + "a"}); len(parts) != 2 {
		t.Errorf("%d units are split into %d", maxUnits+1, len(parts))
	}
	escaped := chat.Message{Format: chat.HTML, Text: strings.Repeat("&lt;", maxUnits)}
	if parts := split(escaped); len(parts) != 1 {
		t.Errorf("%d units after parsing are split into %d", maxUnits, len(parts))
	}
}

func TestSplitClosesAndReopensTags(t *testing.T) {
	m := chat.Message{Format: chat.HTML, Text: `<b>x <a href="https://example.org/">` + strings.Repeat("word ", 1200) + `</a></b><spoiler>end</spoiler>`,
		Choices: [][]chat.Choice{{{Label: "OK", Data: "ok"}}}}
	parts := split(m)
	if len(parts) != 2 || !strings.HasSuffix(parts[0].Text, "</a></b>") || !strings.HasPrefix(parts[1].Text, `<b><a href="https://example.org/">word`) {
		t.Fatalf("%d parts; the cut is …%s | %s…", len(parts), parts[0].Text[len(parts[0].Text)-20:], parts[1].Text[:60])
	}
	if !strings.HasSuffix(parts[1].Text, "<spoiler>end</spoiler>") || parts[0].Choices != nil || len(parts[1].Choices) != 1 {
		t.Error("the parts stay in the neutral subset, and the choices go last")
	}
}

func TestSplitKeepsRawBytesWithinTheLimit(t *testing.T) {
	m := chat.Message{Format: chat.HTML, Text: strings.Repeat(`<a href="https://example.org/a/rather/long/address">x</a>y`, 1500)}
	parts := split(m)
	if len(parts) < 2 {
		t.Fatal("3,000 units in 87,000 bytes are one part")
	}
	checkParts(t, m, parts)
}

func TestSplitOfDeepNestingIsCheapAndShort(t *testing.T) {
	m := chat.Message{Format: chat.HTML, Text: strings.Repeat("<b>x <i>", 5000)}
	parts := split(m)
	if len(parts) != 3 {
		t.Errorf("10,000 characters are %d parts", len(parts))
	}
	checkParts(t, m, parts)
}

func BenchmarkSplit(b *testing.B) {
	m := chat.Message{Format: chat.HTML, Text: strings.Repeat("<b>Take</b> one &lt;tablet&gt;. ", 2000)}
	for b.Loop() {
		split(m)
	}
}

func TestSplitOfOneEndlessCharacter(t *testing.T) {
	m := chat.Message{Text: "e" + strings.Repeat("\u0301", 9000)}
	checkParts(t, m, split(m))
}

// checkParts holds for every split: nothing lost but white space at cuts, and Telegram takes each.
func checkParts(t *testing.T, m chat.Message, parts []chat.Message) {
	t.Helper()
	visibleText := func(m chat.Message) string {
		if m.Format == chat.HTML {
			return visible(parse(m.Text))
		}
		return strings.ToValidUTF8(m.Text, "\uFFFD")
	}
	whole := noSpace(visibleText(m))
	var got strings.Builder
	for i, p := range parts {
		got.WriteString(noSpace(visibleText(p)))
		if n := units(visibleText(p)); n > maxUnits && len(parts) > 0 {
			t.Errorf("part %d has %d units", i, n)
		}
		if !utf8.ValidString(p.Text) && len(parts) > 1 {
			t.Errorf("part %d is not UTF-8", i)
		}
		if m.Format == chat.HTML {
			out := render(parse(p.Text), telegramDialect)
			if len(out) > faketelegram.MaxRawText {
				t.Errorf("part %d has %d bytes", i, len(out))
			}
			if _, n, err := faketelegram.ParseHTML(out); err != nil || n > maxUnits {
				t.Errorf("part %d: %d units, %v", i, n, err)
			}
		}
	}
	if got.String() != whole {
		t.Errorf("the parts have %d bytes of text, the message %d", got.Len(), len(whole))
	}
}

func noSpace(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n", r) {
			return -1
		}
		return r
	}, s)
}

func FuzzSplit(f *testing.F) {
	f.Add("<b>bold <i>both</b> it</i> &amp; <spoiler>x</spoiler><time unix=\"5\">t</time>", true, 400)
	f.Add("plain <b> & text\n\nnext paragraph. Sentence.", false, 300)
	f.Add("👩🏽‍⚕️é\u0301\r\n", false, 900)
	f.Add("<script><title><textarea></b><a href='http://x/\"'>", true, 50)
	f.Fuzz(func(t *testing.T, piece string, html bool, times int) {
		if times < 1 || times > 2000 || len(piece)*times > 20_000 {
			return
		}
		m := chat.Message{Text: strings.Repeat(piece, times)}
		if html {
			m.Format = chat.HTML
		}
		checkParts(t, m, split(m))
	})
}
