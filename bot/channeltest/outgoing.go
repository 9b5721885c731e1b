package channeltest

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"carebell/chat"
)

func textArrives(t *testing.T, h Harness) {
	id := send(t, h, chat.Message{Text: "09:00 · aspirin 100 mg 💊\nwith food"})
	got := screenOf(t, h, 1)[0]
	if got.Text != "09:00 · aspirin 100 mg 💊\nwith food" || got.MessageID != id || len(got.Buttons) != 0 {
		t.Errorf("shown %+v, sent as %q", got, id)
	}
}

func plainIsLiteral(t *testing.T, h Harness) {
	for i, text := range []string{
		`<b>not bold</b> 5 < 6 & 7 > "6" &amp; &lt;`,
		`*stars* _lines_ [link](http://example.org) ` + "`code`",
		`<script>alert(1)</script> </div> <!-- - -->`,
		`BP <120/80`,
	} {
		send(t, h, chat.Message{Text: text})
		if got := screenOf(t, h, i+1)[i].Text; got != text {
			t.Errorf("shown %q, want %q", got, text)
		}
	}
}

func htmlShowsWords(t *testing.T, h Harness) {
	send(t, h, chat.Message{Format: chat.HTML, Text: `<b>Aspirin</b> <i>100&nbsp;mg</i>, BP &lt;120 &amp; rest, ` +
		`<u>under</u> <s>struck</s> <code>x</code> <a href="https://example.org/">leaflet</a> ` +
		`<spoiler>hidden</spoiler> <time unix="1773225600">Wed 10:40</time>`})
	want := "Aspirin 100 mg, BP <120 & rest, under struck x leaflet hidden Wed 10:40"
	if got := spaces(screenOf(t, h, 1)[0].Text); got != want {
		t.Errorf("shown %q, want %q", got, want)
	}
}

func htmlIsRepaired(t *testing.T, h Harness) {
	for i, c := range []struct{ html, want string }{
		{`<b>one <i>two</b> three`, "one two three"},
		{`four</b> five</i>`, "four five"},
		{`<font color="red">six</font> <blink>seven`, "six seven"},
		{`BP <120 and > 80 & rest`, "BP <120 and > 80 & rest"},
		{`<a href="javascript:alert(1)">eight</a> <img src=x onerror=alert(1)>nine`, "eight nine"},
		{`<time unix="soon">ten</time> <a>eleven</a> <b`, "ten eleven"},
	} {
		send(t, h, chat.Message{Format: chat.HTML, Text: c.html})
		if got := spaces(screenOf(t, h, i+1)[i].Text); got != c.want && got != c.want+" <b" {
			t.Errorf("%s is shown as %q, want %q", c.html, got, c.want)
		}
	}
}

func longText(t *testing.T, h Harness) {
	text := words(2500) // some 15,000 characters
	checkLong(t, h, chat.Message{Text: text, Choices: rows("Confirm", "Change")}, text)
}

func longHTML(t *testing.T, h Harness) {
	text := words(2500)
	html := "<b>" + strings.ReplaceAll(text, "w1000 ", "w1000 <i>&lt;half&gt;</i> ") + "</b>"
	want := strings.ReplaceAll(text, "w1000 ", "w1000 <half> ")
	checkLong(t, h, chat.Message{Format: chat.HTML, Text: html, Choices: rows("Confirm", "Change")}, want)
}

func unbrokenText(t *testing.T, h Harness) {
	whole := []string{"\U0001F469\U0001F3FD\u200d\u2695\ufe0f", "e\u0301", "x"} // none of these may be torn
	text := strings.Repeat(strings.Join(whole, ""), 1200)                       // more than 10,000 UTF-16 units
	parts := h.Channel().Split(chat.Message{Text: text})
	var all strings.Builder
	for i, p := range parts {
		send(t, h, p)
		all.WriteString(screenOf(t, h, i+1)[i].Text)
		torn := p.Text
		for _, w := range whole {
			torn = strings.ReplaceAll(torn, w, "")
		}
		if torn != "" {
			t.Errorf("part %d is cut inside a character: %+q is left over", i, torn)
		}
	}
	if all.String() != text {
		t.Error("the parts are not the text")
	}
}

func checkLong(t *testing.T, h Harness, m chat.Message, want string) {
	t.Helper()
	parts := h.Channel().Split(m)
	for i, p := range parts {
		if _, err := h.Channel().Send(within(t), h.Person(), p, fmt.Sprintf("%s/%d", t.Name(), i)); err != nil {
			t.Fatalf("part %d of %d: %v", i, len(parts), err)
		}
	}
	shown := screenOf(t, h, len(parts))
	var all []string
	for i, s := range shown {
		all = append(all, s.Text)
		if last := i == len(shown)-1; !last && len(s.Buttons) != 0 {
			t.Errorf("part %d of %d has buttons", i, len(shown))
		}
	}
	if got := spaces(strings.Join(all, " ")); got != spaces(want) {
		t.Errorf("the parts read %d characters, want the %d of the text", len(got), len(want))
	}
	if h.Channel().Capabilities().Buttons {
		if got := shown[len(shown)-1].Buttons; !reflect.DeepEqual(got, [][]string{{"Confirm", "Change"}}) {
			t.Errorf("the last part has the buttons %q", got)
		}
	}
}

func splitIsStable(t *testing.T, h Harness) {
	for _, m := range []chat.Message{
		{},
		{Text: "short", Choices: rows("Yes")},
		{Text: words(3000)},
		{Format: chat.HTML, Text: "<b>" + words(3000), Protect: true, Silent: true},
	} {
		first, second := h.Channel().Split(m), h.Channel().Split(m)
		if !reflect.DeepEqual(first, second) {
			t.Errorf("a text of %d bytes is split differently the second time", len(m.Text))
		}
		if len(first) == 0 {
			t.Errorf("a text of %d bytes has no part", len(m.Text))
		}
		for _, p := range first {
			if p.Protect != m.Protect || p.Silent != m.Silent || p.Format != m.Format {
				t.Errorf("a part lost how it is to be sent: %v", p.Format)
			}
			if again := h.Channel().Split(p); len(again) != 1 {
				t.Errorf("a part of %d bytes is split again into %d", len(p.Text), len(again))
			}
		}
	}
}

func emptyChoices(t *testing.T, h Harness) {
	for i, choices := range [][][]chat.Choice{nil, {}, {{}}, {{}, {}}} {
		send(t, h, chat.Message{Text: fmt.Sprintf("no buttons %d", i), Choices: choices})
		if got := screenOf(t, h, i+1)[i].Buttons; len(got) != 0 {
			t.Errorf("choices %v give the buttons %q", choices, got)
		}
	}
}

func edit(t *testing.T, h Harness) {
	if !h.Channel().Capabilities().Edits {
		t.Log("this channel cannot edit")
		return
	}
	id := send(t, h, chat.Message{Text: "Confirm?", Choices: rows("Confirm", "Cancel")})
	screenOf(t, h, 1)
	saved := chat.Message{Format: chat.HTML, Text: "<b>Saved</b>", Choices: rows("Undo")}
	for i := range 2 { // the second changes nothing, and that is success
		if err := h.Channel().Edit(within(t), h.Person(), id, saved); err != nil {
			t.Fatalf("edit %d: %v", i, err)
		}
	}
	got := screenWhen(t, h, "the edited card", func(s []Shown) bool { return len(s) == 1 && s[0].Text == "Saved" })
	if !h.Channel().Capabilities().Buttons {
		return
	}
	if !reflect.DeepEqual(got[0].Buttons, [][]string{{"Undo"}}) {
		t.Errorf("buttons after the edit: %q", got[0].Buttons)
	}
	if err := h.Channel().Edit(within(t), h.Person(), id, chat.Message{Text: "Done"}); err != nil {
		t.Fatal(err)
	}
	got = screenWhen(t, h, "the card without buttons", func(s []Shown) bool { return len(s) == 1 && s[0].Text == "Done" })
	if len(got[0].Buttons) != 0 || got[0].MessageID != id {
		t.Errorf("after an edit without choices: %+v", got[0])
	}
}

func editMissing(t *testing.T, h Harness) {
	if !h.Channel().Capabilities().Edits || !h.Channel().Capabilities().Deletes {
		t.Log("this channel cannot edit or delete")
		return
	}
	id := send(t, h, chat.Message{Text: "short-lived"})
	if err := h.Channel().Delete(within(t), h.Person(), id); err != nil {
		t.Fatal(err)
	}
	for _, missing := range []string{id, "999999999"} {
		se := sendError(t, h.Channel().Edit(within(t), h.Person(), missing, chat.Message{Text: "new"}))
		if se.Class != chat.Gone || se.Uncertain {
			t.Errorf("edit of a missing message: %v, want class gone and certain", se)
		}
	}
}

func deleteMessage(t *testing.T, h Harness) {
	if !h.Channel().Capabilities().Deletes {
		t.Log("this channel cannot delete")
		return
	}
	id := send(t, h, chat.Message{Text: "to be removed"})
	send(t, h, chat.Message{Text: "stays"})
	screenOf(t, h, 2)
	for i := range 2 { // what is gone already is gone
		if err := h.Channel().Delete(within(t), h.Person(), id); err != nil {
			t.Fatalf("delete %d: %v", i, err)
		}
	}
	screenWhen(t, h, "the other message alone", func(s []Shown) bool { return len(s) == 1 && s[0].Text == "stays" })
}

func rows(labels ...string) [][]chat.Choice {
	var row []chat.Choice
	for i, l := range labels {
		row = append(row, chat.Choice{Label: l, Data: fmt.Sprintf("v1:cf:abcdefghij:%d", i)})
	}
	return [][]chat.Choice{row}
}

// words is n numbered words in sentences, lines and paragraphs.
func words(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "w%d", i)
		switch {
		case i%97 == 96:
			b.WriteString(".\n\n")
		case i%31 == 30:
			b.WriteString(".\n")
		case i%11 == 10:
			b.WriteString(". ")
		default:
			b.WriteString(" ")
		}
	}
	return strings.TrimSpace(b.String())
}

// spaces makes every run of white space one space: where a text was cut does not matter then.
func spaces(s string) string { return strings.Join(strings.Fields(s), " ") }
