package webchat

import (
	"html"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"carebell/chat"
)

// Split cuts a message that is longer than one part may be, at a paragraph, a line, a space or, at
// the worst, between two whole characters as people see them. Open tags are closed and opened again.
// The choices and the file stay with the last part. Most messages come back as they are.
func (c *Channel) Split(m chat.Message) []chat.Message {
	if utf8.RuneCountInString(m.Text) <= c.cfg.MaxPart {
		return []chat.Message{m}
	}
	var texts []string
	if m.Format == chat.HTML {
		nodes := render(m)
		if utf8.RuneCountInString(plain(nodes)) <= c.cfg.MaxPart { // what makes it long is markup
			return []chat.Message{m}
		}
		texts = splitHTML(nodes, c.cfg.MaxPart)
	} else {
		for rest := m.Text; rest != ""; {
			var head string
			head, rest, _ = cut(rest, c.cfg.MaxPart)
			texts = append(texts, head)
		}
	}
	parts := make([]chat.Message, 0, len(texts))
	for _, text := range texts {
		part := m
		part.Text, part.Choices, part.File = text, nil, nil
		if strings.TrimSpace(text) != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return []chat.Message{m}
	}
	parts[len(parts)-1].Choices, parts[len(parts)-1].File = m.Choices, m.File
	return parts
}

// cut takes at most limit characters off s. A line break or space at the cut stays with the head, so
// that the parts put together are the whole. clean is false if it had to cut inside a word.
func cut(s string, limit int) (head, rest string, clean bool) {
	end, ok := byteOffset(s, limit)
	if !ok {
		return s, "", true
	}
	for _, at := range []string{"\n\n", "\n", " "} {
		// A break in the first half would leave a part that looks torn off.
		if i := strings.LastIndex(s[:end], at) + len(at); i > end/2 && i > len(at) {
			return s[:i], s[i:], true
		}
	}
	clusters := uniseg.NewGraphemes(s)
	last := 0
	for clusters.Next() {
		_, to := clusters.Positions()
		if to > end {
			break
		}
		last = to
	}
	if last == 0 { // one "character" longer than a part: not one that anybody wrote
		last = end
	}
	return s[:last], s[last:], false
}

// byteOffset is where the first limit characters of s end; false if s has no more than that.
func byteOffset(s string, limit int) (int, bool) {
	for i := range s {
		if limit == 0 {
			return i, true
		}
		limit--
	}
	return len(s), false
}

// splitHTML writes nodes again as HTML, a new part whenever the text of one is full.
func splitHTML(nodes []node, limit int) []string {
	w := &splitter{limit: limit}
	w.write(nodes)
	w.next()
	return w.parts
}

type splitter struct {
	limit, used int
	open        []node
	part        strings.Builder
	parts       []string
}

func (w *splitter) write(nodes []node) {
	for _, n := range nodes {
		if n.Tag == "" {
			w.text(n.Text)
			continue
		}
		w.open = append(w.open, n)
		w.part.WriteString(openTag(n))
		w.write(n.Children)
		w.part.WriteString("</" + n.Tag + ">")
		w.open = w.open[:len(w.open)-1]
	}
}

func (w *splitter) text(s string) {
	for s != "" {
		if w.used >= w.limit {
			w.next()
		}
		head, rest, clean := cut(s, w.limit-w.used)
		if !clean && w.used > 0 { // a part of its own may hold the word whole
			w.next()
			continue
		}
		s = rest
		w.part.WriteString(html.EscapeString(head))
		w.used += utf8.RuneCountInString(head)
		if s != "" {
			w.next()
		}
	}
}

func (w *splitter) next() {
	if w.used == 0 {
		return
	}
	for i := len(w.open) - 1; i >= 0; i-- {
		w.part.WriteString("</" + w.open[i].Tag + ">")
	}
	w.parts = append(w.parts, w.part.String())
	w.part.Reset()
	w.used = 0
	for _, n := range w.open {
		w.part.WriteString(openTag(n))
	}
}

func openTag(n node) string {
	switch n.Tag {
	case "a":
		return `<a href="` + html.EscapeString(n.Href) + `">`
	case "time":
		return `<time unix="` + strconv.FormatInt(n.Unix, 10) + `">`
	}
	return "<" + n.Tag + ">"
}
