package nlp

import (
	"unicode/utf8"
)

// forgive finds the schedule word that an unknown word is a small typo of: one letter too many, too
// few, wrong or swapped, after doubled letters are counted once ("tommorow"). The first letter must
// be right; short words are forgiven swapped letters only.
func (lex *lexicon) forgive(w string) *entry { return lex.entries[lex.meant(w)] }

// meant is the key that w is a small typo of, or "".
func (lex *lexicon) meant(w string) string {
	if len(w) < 5 || len(w) > 40 {
		return ""
	}
	first, _ := utf8.DecodeRuneInString(w)
	var wb, kb [24]rune
	word := collapse(w, wb[:0])
	if len(word) < 4 || len(word) >= 24 {
		return ""
	}
	for _, key := range lex.typos[first] {
		if len(key) > len(w)+6 || len(key)+6 < len(w) {
			continue
		}
		known := collapse(key, kb[:0])
		runes := utf8.RuneCountInString(key)
		long := runes >= 7 && len(word) >= 6
		// A letter too few or too many is forgiven in days of six letters too: "sábdo".
		if !long && runes == 6 && len(word) >= 5 && len(word) != len(known) && (hasSense(lex.entries[key], cWeekday) || hasSense(lex.entries[key], cRelativeDay) || hasSense(lex.entries[key], cDaypart)) && near(word, known, true) {
			return key
		}
		if near(word, known, long) {
			return key
		}
	}
	return ""
}

// misspelt finds the day in several words that begins at i with a small typo in one of them: "pasado
// mañanna", "depos de amanhã".
func (l *lexer) misspelt(i int) (stop int, known *entry) {
	first, _ := utf8.DecodeRuneInString(l.text[i:])
	for _, key := range l.lex.phrases[first] {
		if stop, ok := l.likePhrase(key, i); ok {
			return stop, l.lex.entries[key]
		}
	}
	return 0, nil
}

// likePhrase compares the words at i with those of a key, all but one of which must be right.
func (l *lexer) likePhrase(key string, i int) (stop int, ok bool) {
	var wb, kb [24]rune
	typos := 0
	for k := 0; k < len(key); {
		end := k
		for end < len(key) && key[end] != ' ' && key[end] != '-' && key[end] != '\'' {
			end++
		}
		stop = l.wordEnd(i)
		want, word := key[k:end], l.text[i:stop]
		if want != word {
			a, b := collapse(word, wb[:0]), collapse(want, kb[:0])
			shorter := len(a)+1 == len(b) && same(a, b[:len(a)])
			if typos++; typos > 1 || len(b) < 4 || len(a) < 4 || len(word) > 40 || l.lex.entries[word] != nil && k > 0 || !near(a, b, true) && !shorter {
				return 0, false
			}
		}
		if k = end + 1; k > len(key) {
			break
		}
		if i = stop + 1; i >= len(l.text) || l.text[stop] != ' ' && l.text[stop] != '-' && l.text[stop] != '\'' {
			return 0, false
		}
	}
	return stop, typos == 1
}

func collapse(s string, into []rune) []rune {
	var last rune
	for _, r := range s {
		if r != last && len(into) < cap(into) {
			into = append(into, r)
		}
		last = r
	}
	return into
}

// near reports whether a and b differ by at most one edit: equal, two neighbours swapped, or (when
// long) one letter inserted, dropped or replaced.
func near(a, b []rune, long bool) bool {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	if i == len(a) && i == len(b) {
		return true
	}
	ta, tb := a[i:], b[i:]
	if len(ta) == len(tb) && len(ta) >= 2 && ta[0] == tb[1] && ta[1] == tb[0] && same(ta[2:], tb[2:]) {
		return true
	}
	if !long {
		return false
	}
	switch len(ta) - len(tb) {
	case 0:
		// The last letter carries grammar: it is replaced only by the one that sounds like it.
		return same(ta[1:], tb[1:]) && (len(ta) > 1 || soundsLike(ta[0], tb[0]))
	case 1:
		return len(tb) > 0 && same(ta[1:], tb)
	case -1:
		return (len(ta) > 0 || len(b) >= 8) && same(ta, tb[1:])
	}
	return false
}

// finals are the consonants that sound alike at the end of a word: "четверк", "Sonntak".
var finals = [...][2]rune{{'г', 'к'}, {'д', 'т'}, {'б', 'п'}, {'в', 'ф'}, {'з', 'с'}, {'g', 'k'}, {'d', 't'}, {'b', 'p'}}

func soundsLike(a, b rune) bool {
	for _, f := range finals {
		if a == f[0] && b == f[1] || a == f[1] && b == f[0] {
			return true
		}
	}
	return false
}

func same(a, b []rune) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
