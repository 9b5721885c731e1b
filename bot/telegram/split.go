package telegram

import (
	"strings"
	"unicode/utf16"

	"github.com/rivo/uniseg"

	"carebell/chat"
)

const (
	// maxUnits is what a part may have of Telegram's 4,096 UTF-16 code units after the tags are read.
	maxUnits = 4096 - chat.MaxNote
	// maxBytes is its limit before that, with a margin.
	maxBytes = 32_000
)

// Split cuts a message into parts that Telegram takes: at most 4,096 UTF-16 units with
// room for a note, never inside a
// character as people see it, an HTML entity or a tag; tags that are open at a cut are closed and
// opened again. It prefers to cut between paragraphs, then lines, sentences, words. White space at a
// cut is dropped. The choices go with the last part. A message that fits is returned as it is.
// A file takes the text as its caption where it fits; a longer text goes before it, and the file, with
// the choices, is the last part.
func (c *Channel) Split(m chat.Message) []chat.Message {
	if m.File != nil {
		return c.splitFile(m)
	}
	runs := []run{{text: strings.ToValidUTF8(m.Text, "\uFFFD")}}
	if m.Format == chat.HTML {
		runs = parse(m.Text)
	}
	text := visible(runs)
	if units(text) <= maxUnits && len(written(runs, m.Format, telegramDialect)) <= maxBytes {
		return []chat.Message{m}
	}
	var parts []chat.Message
	for from := 0; from < len(text); {
		limit := maxUnits
		end := from + cut(text[from:], limit)
		for limit > 1 && len(written(slice(runs, from, end), m.Format, telegramDialect)) > maxBytes {
			limit /= 2
			end = from + cut(text[from:], limit)
		}
		keep := from + len(strings.TrimRight(text[from:end], " \t\r\n"))
		if keep > from {
			part := m
			part.Choices = nil
			part.Text = written(slice(runs, from, keep), m.Format, neutralDialect)
			parts = append(parts, part)
		}
		from = end + len(text[end:]) - len(strings.TrimLeft(text[end:], "\r\n"))
	}
	if len(parts) == 0 { // nothing but white space: one part, for Telegram to refuse
		blank := m
		blank.Text = ""
		return []chat.Message{blank}
	}
	parts[len(parts)-1].Choices = m.Choices
	return parts
}

func (c *Channel) splitFile(m chat.Message) []chat.Message {
	text := strings.ToValidUTF8(m.Text, "\uFFFD")
	if m.Format == chat.HTML {
		text = visible(parse(m.Text))
	}
	if units(text) <= maxCaption && len(m.Text) <= maxBytes {
		return []chat.Message{m}
	}
	before, file := m, m
	before.File, before.Choices = nil, nil
	file.Text = ""
	return append(c.Split(before), file)
}

func written(runs []run, f chat.Format, d dialect) string {
	if f == chat.HTML {
		return render(runs, d)
	}
	return visible(runs)
}

// cut is how many bytes of text make the first part of at most limit UTF-16 units.
func cut(text string, limit int) int {
	var paragraph, line, sentence, word, character int
	at, size, state, newline := 0, 0, -1, false
	for rest := text; rest != ""; {
		var cluster string
		var bounds int
		cluster, rest, bounds, state = uniseg.StepString(rest, state)
		if size += units(cluster); size > limit {
			break
		}
		at += len(cluster)
		if rest == "" {
			return at
		}
		character = at
		isBreak := cluster == "\n" || cluster == "\r\n"
		if size >= limit/2 {
			switch {
			case isBreak && newline:
				paragraph, line = at, at
			case isBreak:
				line = at
			case bounds&uniseg.MaskSentence != 0:
				sentence = at
			}
		}
		if size >= limit/8 && bounds&uniseg.MaskLine != uniseg.LineDontBreak {
			word = at
		}
		newline = isBreak
	}
	for _, best := range []int{paragraph, line, sentence, word, character} {
		if best > 0 {
			return best
		}
	}
	return runesWithin(text, limit) // one character that is longer than a message
}

func runesWithin(text string, limit int) int {
	size := 0
	for i, r := range text {
		if size += utf16.RuneLen(r); size > limit && i > 0 {
			return i
		}
	}
	return len(text)
}

// units counts what Telegram counts: UTF-16 code units.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
