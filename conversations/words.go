package conversations

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// bare is a word without case, surrounding space and punctuation of any script, its digits as digits
// reads them: "¡Baja!" is "baja", "停止！" is "停止". What is nothing but punctuation stays itself.
func bare(s string) string {
	s = strings.ToLower(digits(strings.TrimSpace(s)))
	if word := strings.TrimFunc(s, surrounds); word != "" {
		return word
	}
	return s
}

// surrounds reports whether a rune beside a word is no part of it. A slash makes a command, and the
// others change what a number is.
func surrounds(r rune) bool {
	if strings.ContainsRune("/#%@&", r) {
		return false
	}
	return unicode.IsPunct(r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("~`´", r)
}

// digits writes the decimal digits of any script as 0 to 9, and full-width letters and marks narrow:
// "٩:٢٠" and "９：２０" are "9:20".
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxLatin1 || !unicode.Is(unicode.Nd, r) {
			return r
		}
		// The digits of a script stand together, zero first; where two sets touch, each has ten.
		zero := r
		for unicode.Is(unicode.Nd, zero-1) {
			zero--
		}
		return '0' + (r-zero)%10
	}, width.Fold.String(s))
}
