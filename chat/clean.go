package chat

import (
	"strings"
	"unicode"
)

// MaxText is the most characters of one Update's Text that are looked at.
const MaxText = 4096

// Clean makes typed text safe to show again: valid UTF-8, without control characters (tab and line
// breaks stay), bidirectional overrides and isolates, and zero-width characters. A reversed
// "15 mg" is a safety fault, so what could reorder or hide text goes. Zero-width joiners between
// letters (emoji, Indic scripts) stay.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.IndexFunc(s, hidden) < 0 {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if !hidden(r) {
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}

func hidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r == '\u200c' || r == '\u200d': // joiners carry meaning in Indic scripts and emoji
		return false
	case unicode.IsControl(r):
		return true
	case r == '\u061c' || r == '\ufeff' || r == '\u00ad' || r == '\u180e':
		return true
	case r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e',
		r >= '\u2060' && r <= '\u206f':
		return true
	}
	return false
}
