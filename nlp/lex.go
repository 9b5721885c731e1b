package nlp

import (
	"strings"
	"unicode/utf8"
)

type kind uint8

const (
	tWord    kind = iota
	tNumber       // 15: value n
	tClock        // 15:30 or 15:30:20: n, b, c
	tISO          // 2026-04-15: n, b, c
	tSlash        // 12/05 or 12/05/2026: n, b, c
	tDot          // 9.30 or 15.3.2026
	tDash         // 15-03-2026
	tDecimal      // 1,5
	tPunct
	tQuote
)

// token is one piece of the folded text.
type token struct {
	kind       kind
	start, end int32
	senses     []sense
	n, b, c    int32
	parts      uint8 // numbers in a compound
	digits     uint8 // of the first number
	zero       bool  // the first number begins with 0
	bDigits    uint8
	glued      bool // nothing stands between it and the token before
	typo       bool
}

func (t *token) has(c category) bool {
	for _, s := range t.senses {
		if s.cat == c {
			return true
		}
	}
	return false
}

func (t *token) value(c category) (int, bool) {
	for _, s := range t.senses {
		if s.cat == c {
			return int(s.val), true
		}
	}
	return 0, false
}

// plain is a word that says nothing to the grammar, or a piece that is never time.
func (t *token) plain() bool {
	switch t.kind {
	case tWord:
		return len(t.senses) == 0
	case tQuote:
		return true
	}
	return false
}

// lexer cuts a folded text into tokens in one pass.
type lexer struct {
	lex  *lexicon
	text string
	toks []token
}

func (l *lexer) run() {
	text := l.text
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == ' ':
			i++
		case c >= '0' && c <= '9':
			i = l.number(i)
		case c >= 'a' && c <= 'z':
			i = l.word(i)
		case c < utf8.RuneSelf:
			i = l.punct(i, 1)
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			switch {
			case scriptOf(r) == han:
				i = l.hanWord(i)
			case isWordRune(r):
				i = l.word(i)
			default:
				i = l.punct(i, size)
			}
		}
	}
}

func (l *lexer) add(t token) *token {
	if n := len(l.toks); n > 0 {
		t.glued = l.toks[n-1].end == t.start
	}
	l.toks = append(l.toks, t)
	return &l.toks[len(l.toks)-1]
}

// quotes are the marks that open a quotation with those that close it.
var quotes = [...][2]string{{"\"", "\""}, {"“", "”"}, {"«", "»"}, {"„", "“"}, {"《", "》"}, {"「", "」"}, {"『", "』"}, {"'", "'"}, {"„", "”"}}

func (l *lexer) punct(i, size int) int {
	rest := l.text[i:]
	for _, q := range quotes {
		if !strings.HasPrefix(rest, q[0]) {
			continue
		}
		inner := rest[len(q[0]):]
		end := strings.Index(inner, q[1])
		if q[0] == "'" {
			end = closingApostrophe(l.text, i)
		}
		if end <= 0 {
			continue
		}
		stop := i + len(q[0]) + end + len(q[1])
		l.add(token{kind: tQuote, start: int32(i), end: int32(stop)})
		return stop
	}
	l.add(token{kind: tPunct, start: int32(i), end: int32(i + size)})
	return i + size
}

// closingApostrophe finds the end of a quotation in apostrophes: both stand at the edge of a word.
func closingApostrophe(text string, i int) int {
	if i > 0 && text[i-1] != ' ' && text[i-1] != '(' {
		return -1
	}
	for j := i + 1; j < len(text); j++ {
		if text[j] == '\'' && (j+1 == len(text) || !isAlnum(text[j+1])) {
			return j - i - 1
		}
	}
	return -1
}

func isAlnum(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80 }

func (l *lexer) digits(i int) (n int32, count, end int) {
	for end = i; end < len(l.text) && l.text[end] >= '0' && l.text[end] <= '9'; end++ {
		if count < 9 {
			n = n*10 + int32(l.text[end]-'0')
		}
		count++
	}
	return n, count, end
}

func (l *lexer) number(i int) int {
	n, count, end := l.digits(i)
	if end < len(l.text) && l.text[end] == '-' && isWordStart(l.text, end+1) {
		stop := l.wordEnd(end + 1)
		if known := l.lex.entries[l.text[i:stop]]; known != nil && known.alone { // "14-tägig"
			l.add(token{kind: tWord, start: int32(i), end: int32(stop), senses: known.senses})
			return stop
		}
	}
	t := token{kind: tNumber, start: int32(i), n: n, digits: uint8(min(count, 99)), zero: l.text[i] == '0'}
	sep := byte(0)
	if end+1 < len(l.text) && l.text[end+1] >= '0' && l.text[end+1] <= '9' {
		sep = l.text[end]
	}
	if sep == ':' || sep == '/' || sep == '.' || sep == '-' || sep == ',' {
		if e := l.compound(&t, sep, end); e > 0 {
			t.end = int32(e)
			l.add(t)
			return e
		}
	}
	t.end = int32(end)
	l.add(t)
	return end
}

// compound reads the numbers that sep ties to the one before end; 0 when they make no known form.
func (l *lexer) compound(t *token, sep byte, end int) int {
	b, bn, e := l.digits(end + 1)
	t.b, t.bDigits, t.parts = b, uint8(min(bn, 99)), 2
	var cn int
	if e+1 < len(l.text) && l.text[e] == sep && l.text[e+1] >= '0' && l.text[e+1] <= '9' {
		var c int32
		c, cn, e = l.digits(e + 1)
		t.c, t.parts = c, 3
		if e+1 < len(l.text) && l.text[e] == sep && l.text[e+1] >= '0' && l.text[e+1] <= '9' {
			t.parts = 9 // four or more numbers: an address, a version, a telephone
			for e+1 < len(l.text) && l.text[e] == sep && l.text[e+1] >= '0' && l.text[e+1] <= '9' {
				_, _, e = l.digits(e + 1)
			}
			t.kind = tDecimal
			return e
		}
	}
	switch {
	case sep == ':':
		if t.digits > 2 || bn != 2 || t.parts == 3 && cn != 2 {
			t.kind = tDecimal
			return e
		}
		t.kind = tClock
	case sep == ',':
		if t.parts == 3 || bn > 3 {
			return 0
		}
		t.kind = tDecimal
	case t.digits == 4 && t.parts == 3 && bn <= 2 && cn <= 2:
		t.kind = tISO
		if e+1 < len(l.text) && l.text[e] == 't' && l.text[e+1] >= '0' && l.text[e+1] <= '9' {
			e++
		}
	case sep == '/' && t.digits <= 3 && bn <= 3 && (t.parts == 2 || cn == 4 || cn == 2):
		t.kind = tSlash
	case sep == '.' && t.digits <= 3 && (t.parts == 2 || cn == 4 || cn == 2):
		t.kind = tDot
	case sep == '-' && t.parts == 3 && t.digits <= 2 && bn <= 2 && (cn == 4 || cn == 2):
		t.kind = tDash
	case sep == '-' && t.parts == 2 && t.digits <= 2 && bn <= 2:
		return 0 // a range: two numbers
	default:
		t.kind = tDecimal
	}
	return e
}

func (l *lexer) wordEnd(i int) int {
	for i < len(l.text) {
		c := l.text[i]
		if c < utf8.RuneSelf {
			if c < 'a' || c > 'z' {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(l.text[i:])
		if !isWordRune(r) || scriptOf(r) == han {
			return i
		}
		i += size
	}
	return i
}

// maxPhrase is the most words that a phrase of a lexicon may have.
const maxPhrase = 8

func (l *lexer) word(i int) int {
	end := l.wordEnd(i)
	w := l.text[i:end]
	e := l.lex.entries[w]
	if stop, known := l.hyphened(i, end); known != nil {
		l.add(token{kind: tWord, start: int32(i), end: int32(stop), senses: known.senses, typo: true})
		return stop
	}
	if stop, known := l.misspelt(i); known != nil {
		l.add(token{kind: tWord, start: int32(i), end: int32(stop), senses: known.senses, typo: true})
		return stop
	}
	if e == nil {
		return l.unknown(i, end)
	}
	stop := end
	best := e
	if e.words > 1 {
		var ends [maxPhrase]int
		n := 0
		for j := end; n < e.words-1 && n < maxPhrase; n++ {
			for j < len(l.text) && !isWordStart(l.text, j) && j-end < 40 {
				j++
			}
			if j >= len(l.text) || j-end >= 40*maxPhrase {
				break
			}
			next := l.wordEnd(j)
			if next == j {
				break
			}
			j = next
			ends[n] = j
		}
		for k := n - 1; k >= 0; k-- {
			if ends[k] < len(l.text) && l.text[ends[k]] == '\'' {
				if p := l.lex.entries[l.text[i:ends[k]+1]]; p != nil && p.alone {
					best, stop = p, ends[k]+1
					break
				}
			}
			if p := l.lex.entries[l.text[i:ends[k]]]; p != nil && p.alone {
				best, stop = p, ends[k]
				break
			}
		}
	}
	if stop < len(l.text) && l.text[stop] == '\'' {
		if p := l.lex.entries[l.text[i:stop+1]]; p != nil && p.alone {
			best, stop = p, stop+1 // "d'", "rappelle-moi d'"
		}
	}
	if stop == end && !e.alone {
		return l.unknown(i, end)
	}
	t := token{kind: tWord, start: int32(i), senses: best.senses}
	if stop > end {
		// "toda quinta-fera": the phrase goes on in the second half.
		last := strings.LastIndexByte(l.text[:stop], ' ') + 1
		if longer, known := l.hyphened(last, stop); known != nil {
			stop, t.typo = longer, true
		}
	}
	t.end = int32(stop)
	l.add(t)
	return stop
}

// hyphened forgives a small typo in a word of two halves, the first of which stands at i: where it
// ends, and what it means. "quinta-fera", "sgunda feira".
func (l *lexer) hyphened(i, end int) (stop int, known *entry) {
	if l.lex.halves == nil || end+2 >= len(l.text) || l.text[end] != '-' && l.text[end] != ' ' || !isWordStart(l.text, end+1) {
		return 0, nil
	}
	stop = l.wordEnd(end + 1)
	first, second := l.text[i:end], l.text[end+1:stop]
	right, whole := l.lex.entries[first] != nil, l.lex.halves[second]
	if right == whole && (right || l.text[end] == ' ') {
		return 0, nil // as it should be, or two words that happen to stand together
	}
	key := l.lex.meant(first + "-" + second)
	if !strings.Contains(key, "-") {
		return 0, nil
	}
	return stop, l.lex.entries[key]
}

func isWordStart(s string, i int) bool {
	c := s[i]
	if c < utf8.RuneSelf {
		return c >= 'a' && c <= 'z'
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return isWordRune(r)
}

// unknown handles a word that no entry spells: clitics, compounds, small typos.
func (l *lexer) unknown(i, end int) int {
	w := l.text[i:end]
	for _, p := range l.lex.prefixes {
		if !strings.HasPrefix(w, p.text) || len(w) == len(p.text) {
			continue
		}
		cut := i + len(p.text)
		rest := l.lex.entries[l.text[cut:end]]
		if rest == nil || !rest.alone {
			continue
		}
		if p.sense.cat == cNone && p.text == l.lex.link && hasSense(rest, cWeekday) && !strings.HasPrefix(w[len(p.text):], definite) {
			break // "اتصل بخميس": a bare day behind the letter is somebody
		}
		if p.sense.cat == cNone && len(l.lex.link) > 0 && p.text == l.lex.link && (hasSense(rest, cMedical) || hasSense(rest, cDose)) {
			// "بتناول": the letter ties a reminder to what it is about.
			l.add(token{kind: tWord, start: int32(i), end: int32(cut), senses: []sense{{cLink, 0}}})
			return l.word(cut)
		}
		if p.sense.cat == cNone {
			l.add(token{kind: tWord, start: int32(i), end: int32(end), senses: rest.senses})
			return end
		}
		l.add(token{kind: tWord, start: int32(i), end: int32(cut), senses: []sense{p.sense}})
		return l.word(cut)
	}
	if l.lex.compounds && len(w) >= 8 {
		for cut := 4; cut < len(w)-3; cut++ {
			a, b := l.lex.entries[w[:cut]], l.lex.entries[w[cut:]]
			if a == nil || b == nil || !hasSense(a, cWeekday) && !hasSense(a, cWeekdays) || !hasSense(b, cDaypart) && !hasSense(b, cCompoundPart) {
				continue
			}
			l.add(token{kind: tWord, start: int32(i), end: int32(i + cut), senses: a.senses})
			l.add(token{kind: tWord, start: int32(i + cut), end: int32(end), senses: b.senses})
			return end
		}
	}
	t := token{kind: tWord, start: int32(i), end: int32(end)}
	if known := l.lex.forgive(w); known != nil {
		t.senses, t.typo = known.senses, true
	}
	l.add(t)
	return end
}

func hasSense(e *entry, c category) bool {
	for _, s := range e.senses {
		if s.cat == c {
			return true
		}
	}
	return false
}

// hanWord reads text without spaces: numerals first, then the longest word of the lexicon.
func (l *lexer) hanWord(i int) int {
	if l.lex.unspaced {
		mark := len(l.toks)
		number := l.hanNumber(i)
		for end := min(len(l.text), i+l.lex.longest); end > number; end-- {
			if end < len(l.text) && !utf8.RuneStart(l.text[end]) {
				continue
			}
			if e := l.lex.entries[l.text[i:end]]; e != nil && e.alone {
				l.toks = l.toks[:mark]
				l.add(token{kind: tWord, start: int32(i), end: int32(end), senses: e.senses})
				return end
			}
		}
		if number > i {
			return number
		}
	}
	_, size := utf8.DecodeRuneInString(l.text[i:])
	l.add(token{kind: tWord, start: int32(i), end: int32(i + size)})
	return i + size
}

const hanDigits = "零一二三四五六七八九"

func hanDigit(r rune) int32 {
	switch r {
	case '两':
		return 2
	case '〇':
		return 0
	}
	if i := strings.IndexRune(hanDigits, r); i >= 0 {
		return int32(i / 3)
	}
	return -1
}

// hanNumber reads 十五, 二十, 三; digits in a row without 十 are numbers of their own (周一三五).
func (l *lexer) hanNumber(i int) int {
	n, digits, j, ten := int32(0), 0, i, false
	last := int32(-1)
	for j < len(l.text) {
		r, size := utf8.DecodeRuneInString(l.text[j:])
		d := hanDigit(r)
		if r == '十' && !ten {
			ten = true
			n = 10 * max(last, 1)
			last = -1
		} else if d >= 0 && last < 0 {
			last = d
		} else {
			break
		}
		digits++
		j += size
	}
	if digits == 0 {
		return i
	}
	if last >= 0 {
		n += last
	}
	l.add(token{kind: tNumber, start: int32(i), end: int32(j), n: n, digits: 1, senses: wordNumber})
	return j
}

// wordNumber marks a number that was written in words.
var wordNumber = []sense{{cNumber, -1}}
