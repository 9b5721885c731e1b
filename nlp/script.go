package nlp

import "unicode"

// script is the writing system that most letters of a text belong to.
type script uint8

const (
	scriptNone script = iota
	latin
	cyrillic
	arabic
	devanagari
	han
)

var scriptNames = map[string]script{
	"latin": latin, "cyrillic": cyrillic, "arabic": arabic, "devanagari": devanagari, "han": han,
}

// scriptsOf counts the letters of each script in a folded text.
func scriptsOf(s string) (count [han + 1]int) {
	for _, r := range s {
		count[scriptOf(r)]++
	}
	count[scriptNone] = 0
	return count
}

func scriptOf(r rune) script {
	switch {
	case r >= 'a' && r <= 'z':
		return latin
	case r < 0xaa:
		return scriptNone
	case r < 0x250:
		return latin
	case r >= 0x400 && r < 0x530:
		return cyrillic
	case r >= 0x600 && r < 0x700:
		return arabic
	case r >= 0x900 && r < 0x980:
		return devanagari
	case unicode.Is(unicode.Han, r):
		return han
	}
	return scriptNone
}
