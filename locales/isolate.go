package locales

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/language"
)

// The marks of Unicode's bidirectional algorithm: what stands between the isolates keeps its own
// direction and moves nothing around it; the right-to-left mark gives a line its direction.
const (
	firstStrongIsolate = "\u2068"
	popIsolate         = "\u2069"
	rightToLeftMark    = "\u200f"
)

// RightToLeft reports whether a language, a BCP 47 tag, is written from right to left.
func RightToLeft(lang string) bool {
	script, _ := language.Make(lang).Script()
	switch script.String() {
	case "Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm":
		return true
	}
	return false
}

// piece is what a text is made of besides its letters: a placeholder, which is isolated with a # before
// it; an action, a tag or a bracket, which is not text; a run of Latin letters and digits.
var (
	placeholder = `#?\{\{\.\w+\}\}|\{[a-z_]+\}`
	piece       = regexp.MustCompile(placeholder + `|\{\{[^}]*\}\}|<[^>]*>|[/#]?[A-Za-z0-9](?:[A-Za-z0-9 ._:/+-]*[A-Za-z0-9])?`)
	filled      = regexp.MustCompile(`^(?:` + placeholder + `)$`)
	number      = regexp.MustCompile(`^[0-9]+$`)
)

// Isolate makes a text of a right-to-left language stand in order on a screen: its placeholders,
// commands, times and names are isolated, and a line that has nothing else is told its direction. It
// is done when a text is read, so that neither a translator nor who fills the placeholders types
// invisible marks. Placeholders are {{.Name}} or {name}; a list between bars is left as it is, and so
// is any text of another language.
func Isolate(lang, text string) string {
	if !RightToLeft(lang) || strings.Contains(text, "|") {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = isolateLine(line)
	}
	return strings.Join(lines, "\n")
}

// Code keeps a code of Latin letters, such as #K7Q2, in one piece in a right-to-left text.
func Code(lang, code string) string {
	if !RightToLeft(lang) {
		return code
	}
	return firstStrongIsolate + code + popIsolate
}

func isolateLine(line string) string {
	said := strings.ContainsFunc(piece.ReplaceAllString(line, ""), rightToLeft)
	isolated := false
	out := piece.ReplaceAllStringFunc(line, func(s string) string {
		if !filled.MatchString(s) && (!said || number.MatchString(s) || s[0] == '{' || s[0] == '<') {
			return s
		}
		isolated = true
		return firstStrongIsolate + s + popIsolate
	})
	if isolated && !said { // an isolate does not count for the direction of its line
		return rightToLeftMark + out
	}
	return out
}

func rightToLeft(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam) && unicode.IsLetter(r)
}
