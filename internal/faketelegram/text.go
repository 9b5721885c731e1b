package faketelegram

import (
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf8"
)

// messageText reads text with its formatting, as sendMessage and editMessageText give it.
func messageText(p url.Values) (string, []entity, *apiFault) {
	if p.Get("text") == "" {
		return "", nil, badRequest("message text is empty")
	}
	return formatted(p, "text", "entities")
}

// formatted reads the text of a parameter with its formatting.
func formatted(p url.Values, name, given string) (string, []entity, *apiFault) {
	text := p.Get(name)
	if len(text) > MaxRawText {
		return "", nil, badRequest("text is too long")
	}
	if !utf8.ValidString(text) {
		return "", nil, badRequest("strings must be encoded in UTF-8")
	}
	text = withoutControls(text)
	var entities []entity
	var failed *apiFault
	switch strings.ToLower(p.Get("parse_mode")) {
	case "html":
		text, entities, failed = parseHTML(text)
	case "":
		entities, failed = givenEntities(text, p.Get(given))
	default: // Markdown exists on the real server; carebell never uses it
		return "", nil, badRequest("unsupported parse_mode")
	}
	if failed != nil {
		return "", nil, failed
	}
	text, entities = trimmed(text, entities)
	return text, entities, nil
}

// checkLength holds for the text that is left after formatting and trimming.
func checkLength(text string) *apiFault {
	if text == "" {
		return badRequest("text must be non-empty")
	}
	if units(text) > MaxText {
		return badRequest("message is too long")
	}
	return nil
}

// withoutControls does what the server does to every text: control characters become spaces, and
// carriage returns, line separators and bidirectional overrides vanish.
func withoutControls(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\r', r >= '\u2028' && r <= '\u202e':
			return -1
		case r < ' ':
			return ' '
		}
		return r
	}, s)
}

// trimmed cuts white space off both ends and moves the entities along.
func trimmed(text string, entities []entity) (string, []entity) {
	text = strings.TrimRight(text, " \n\t")
	left := strings.TrimLeft(text, " \n\t")
	shift := units(text) - units(left)
	end := units(left)
	var kept []entity
	for _, e := range entities {
		from, to := max(e.Offset-shift, 0), min(e.Offset+e.Length-shift, end)
		if to > from {
			e.Offset, e.Length = from, to-from
			kept = append(kept, e)
		}
	}
	return left, kept
}

// givenEntities checks entities that came beside the text.
func givenEntities(text, given string) ([]entity, *apiFault) {
	if given == "" {
		return nil, nil
	}
	var list []entity
	if json.Unmarshal([]byte(given), &list) != nil {
		return nil, badRequest("can't parse entities JSON object")
	}
	borders := map[int]bool{0: true}
	at := 0
	for _, r := range text {
		at += units(string(r))
		borders[at] = true
	}
	for _, e := range list {
		end := e.Offset + e.Length
		switch {
		case e.Type == "":
			return nil, badRequest("can't parse MessageEntity: Field \"type\" must be of type String")
		case e.Length <= 0 || e.Offset < 0:
			return nil, badRequest("can't parse MessageEntity: wrong offset or length")
		case end > at:
			return nil, badRequest("entity beginning at UTF-16 offset %d ends after the end of the text at UTF-16 offset %d", e.Offset, end)
		case !borders[e.Offset]:
			return nil, badRequest("entity begins in a middle of a UTF-16 symbol at UTF-16 offset %d", e.Offset)
		case !borders[end]:
			return nil, badRequest("entity beginning at UTF-16 offset %d ends in a middle of a UTF-16 symbol at UTF-16 offset %d", e.Offset, end)
		}
	}
	return list, nil
}
