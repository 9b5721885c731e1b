package faketelegram

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// tagTypes are the tags that the server knows, and the entity that each makes.
var tagTypes = map[string]string{
	"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
	"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "a": "text_link", "code": "code", "pre": "pre",
	"span": "spoiler", "tg-spoiler": "spoiler", "tg-emoji": "custom_emoji", "blockquote": "blockquote", "tg-time": "date_time",
}

// reader walks through HTML as the server does, byte by byte.
type reader struct {
	in    string
	pos   int
	out   strings.Builder
	units int
	open  []openTag
	done  []entity
}

type openTag struct {
	name, argument, format string
	from                   int // UTF-16 offset
}

func parseFault(format string, args ...any) *apiFault {
	return badRequest("can't parse entities: "+format, args...)
}

// ParseHTML reads text as parse_mode HTML does: the characters that a person sees, how many UTF-16
// units they are, and the API's complaint as an error.
func ParseHTML(text string) (visible string, utf16Units int, err error) {
	visible, _, failed := parseHTML(withoutControls(text))
	if failed != nil {
		return "", 0, failed
	}
	return visible, units(visible), nil
}

// parseHTML gives the visible text and its entities, or the server's complaint with its byte offset.
func parseHTML(in string) (string, []entity, *apiFault) {
	r := &reader{in: in}
	for r.pos < len(in) {
		switch {
		case in[r.pos] == '&':
			r.character()
		case strings.HasPrefix(in[r.pos:], "</"):
			if failed := r.endTag(); failed != nil {
				return "", nil, failed
			}
		case in[r.pos] == '<':
			if failed := r.startTag(); failed != nil {
				return "", nil, failed
			}
		default:
			c, size := utf8.DecodeRuneInString(in[r.pos:])
			r.write(c)
			r.pos += size
		}
	}
	if n := len(r.open); n > 0 {
		return "", nil, parseFault("Can't find end tag corresponding to start tag \"%s\"", r.open[n-1].name)
	}
	return r.out.String(), r.done, nil
}

func (r *reader) write(c rune) {
	r.out.WriteRune(c)
	r.units += units(string(c))
}

// character writes what an entity such as &lt; stands for; one that is not known stays as it is.
func (r *reader) character() {
	c, size := reference(r.in[r.pos:])
	r.write(c)
	r.pos += size
}

// namedReferences are all that the server knows by name.
var namedReferences = []struct {
	name string
	char rune
}{{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}}

// reference reads a character reference at the start of s: the character, and how long it was written.
func reference(s string) (rune, int) {
	for _, named := range namedReferences {
		if strings.HasPrefix(s, named.name) {
			return named.char, len(named.name)
		}
	}
	if end := strings.IndexByte(s, ';'); strings.HasPrefix(s, "&#") && end > 2 && end < 12 {
		digits, base := s[2:end], 10
		if digits[0] == 'x' || digits[0] == 'X' {
			digits, base = digits[1:], 16
		}
		if n, err := strconv.ParseUint(digits, base, 32); err == nil && n > 0 && n <= utf8.MaxRune {
			return rune(n), end + 1
		}
	}
	return '&', 1
}

func (r *reader) peek() byte {
	if r.pos < len(r.in) {
		return r.in[r.pos]
	}
	return 0
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (r *reader) spaces() {
	for isSpace(r.peek()) {
		r.pos++
	}
}

// until reads up to one of the stop bytes, white space or the end.
func (r *reader) until(stop string) string {
	from := r.pos
	for r.pos < len(r.in) && !isSpace(r.in[r.pos]) && strings.IndexByte(stop, r.in[r.pos]) < 0 {
		r.pos++
	}
	return r.in[from:r.pos]
}

func (r *reader) startTag() *apiFault {
	begin := r.pos
	r.pos++
	name := strings.ToLower(r.until(">"))
	if r.pos >= len(r.in) {
		return parseFault("Unclosed start tag at byte offset %d", begin)
	}
	if tagTypes[name] == "" {
		return parseFault("Unsupported start tag \"%s\" at byte offset %d", name, begin)
	}
	tag := openTag{name: name, from: r.units}
	for {
		r.spaces()
		if r.peek() == '>' {
			break
		}
		if r.pos >= len(r.in) {
			return parseFault("Unclosed start tag \"%s\" at byte offset %d", name, begin)
		}
		key := strings.ToLower(r.until("=>"))
		if key == "" {
			return parseFault("Empty attribute name in the tag \"%s\" at byte offset %d", name, begin)
		}
		r.spaces()
		value := ""
		if r.peek() == '=' {
			var failed *apiFault
			if value, failed = r.attribute(name, begin); failed != nil {
				return failed
			}
		}
		switch {
		case name == "a" && key == "href", name == "span" && key == "class", name == "tg-time" && key == "unix", name == "tg-emoji" && key == "emoji-id":
			tag.argument = value
		case name == "tg-time" && key == "format":
			tag.format = value
		}
	}
	r.pos++
	if name == "span" && tag.argument != "tg-spoiler" {
		return parseFault("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", begin)
	}
	if name == "tg-time" {
		if strings.Trim(tag.format, "rRtTdDwW") != "" {
			return parseFault("Invalid date format used at byte offset %d", begin)
		}
		if _, err := strconv.ParseInt(tag.argument, 10, 64); err != nil {
			return parseFault("Invalid Unix time specified at byte offset %d", begin)
		}
	}
	r.open = append(r.open, tag)
	return nil
}

// attribute reads ="value" after a key.
func (r *reader) attribute(tag string, begin int) (string, *apiFault) {
	r.pos++
	r.spaces()
	quote := r.peek()
	if quote != '"' && quote != '\'' {
		at := r.pos
		for r.pos < len(r.in) && isToken(r.in[r.pos]) {
			r.pos++
		}
		value := strings.ToLower(r.in[at:r.pos])
		if r.pos < len(r.in) && !isSpace(r.in[r.pos]) && r.in[r.pos] != '>' {
			return "", parseFault("Unexpected end of name token at byte offset %d", at)
		}
		return value, nil
	}
	r.pos++
	var value strings.Builder
	for r.pos < len(r.in) && r.in[r.pos] != quote {
		if r.in[r.pos] == '&' {
			c, size := reference(r.in[r.pos:])
			value.WriteRune(c)
			r.pos += size
			continue
		}
		value.WriteByte(r.in[r.pos])
		r.pos++
	}
	if r.pos >= len(r.in) {
		return "", parseFault("Unclosed start tag \"%s\" at byte offset %d", tag, begin)
	}
	r.pos++
	return value.String(), nil
}

func isToken(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-'
}

func (r *reader) endTag() *apiFault {
	begin := r.pos
	if len(r.open) == 0 {
		return parseFault("Unexpected end tag at byte offset %d", begin)
	}
	r.pos += 2
	name := strings.ToLower(r.until(">"))
	r.spaces()
	if r.peek() != '>' {
		return parseFault("Unclosed end tag at byte offset %d", begin)
	}
	r.pos++
	tag := r.open[len(r.open)-1]
	if name != "" && name != tag.name {
		return parseFault("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", begin, tag.name, name)
	}
	r.open = r.open[:len(r.open)-1]
	if r.units == tag.from || tag.name == "a" && tag.argument == "" {
		return nil // formatting of nothing, and a link to nowhere, are no entities
	}
	e := entity{Type: tagTypes[tag.name], Offset: tag.from, Length: r.units - tag.from}
	switch tag.name {
	case "a":
		e.URL = tag.argument
	case "tg-time":
		e.Unix, _ = strconv.ParseInt(tag.argument, 10, 64)
		e.Format = tag.format
	}
	r.done = append(r.done, e)
	return nil
}
