package nlp

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// normal is a text made easy to compare: lower case, without accents, any script's digits as ASCII,
// one space for any white space, and for each byte the place in the original that it stands for.
type normal struct {
	text string
	// at maps each byte of text, and its end, to a byte offset in the original. It is nil when the
	// two run alike.
	at []int32
}

func (n *normal) original(i int) int {
	if n.at == nil {
		return i
	}
	return int(n.at[i])
}

// normalise folds s, which may be invalid UTF-8.
func normalise(s string, buf []byte) (normal, []byte) {
	plain := true
	space := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x80 || c < ' ' || c == 0x7f || c == ' ' && space {
			plain = false
			break
		}
		space = c == ' '
	}
	buf = buf[:0]
	if plain {
		for i := 0; i < len(s); i++ {
			c := s[i]
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			buf = append(buf, c)
		}
		return normal{text: string(buf)}, buf
	}
	at := make([]int32, 0, len(s)+len(s)/2+1)
	put := func(r rune, from int) {
		k := len(buf)
		buf = utf8.AppendRune(buf, r)
		for ; k < len(buf); k++ {
			at = append(at, int32(from))
		}
	}
	space = true
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u200b' || r == '\ufeff':
			if !space {
				put(' ', i)
			}
			space = true
		case ignorable(r):
		case r < 0x80:
			if r >= 'A' && r <= 'Z' {
				r += 'a' - 'A'
			}
			put(r, i)
			space = false
		default:
			foldRune(s[i:], r, func(f rune) { put(f, i) })
			space = false
		}
		i += size
	}
	at = append(at, int32(len(s)))
	return normal{text: string(buf), at: at}, buf
}

// foldString folds a form of a lexicon just as text is folded.
func foldString(s string) string {
	n, _ := normalise(s, nil)
	return n.text
}

// ignorable runes carry no meaning for the grammar: joiners, direction marks, tatweel.
func ignorable(r rune) bool {
	switch {
	case r == '\u0640' || r == '\u061c' || r == '\u00ad':
		return true
	case r >= '\u200c' && r <= '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2060' && r <= '\u206f',
		r >= '\ufe00' && r <= '\ufe0f':
		return true
	}
	return false
}

func foldRune(s string, r rune, put func(rune)) {
	if d := digit(r); d >= 0 {
		put('0' + d)
		return
	}
	if p, ok := special[r]; ok {
		for _, f := range p {
			put(f)
		}
		return
	}
	if r >= 0x0900 && r <= 0x097f && r != 0x0929 && r != 0x0931 && r != 0x0934 && !(r >= 0x0958 && r <= 0x095f) {
		if r != 0x093c { // nukta
			put(r)
		}
		return
	}
	if r >= 0x4e00 && r <= 0x9fff {
		put(r)
		return
	}
	p := norm.NFKD.PropertiesString(s)
	d := p.Decomposition()
	if d == nil {
		put(unicode.ToLower(r))
		return
	}
	for len(d) > 0 {
		f, size := utf8.DecodeRune(d)
		d = d[size:]
		if unicode.Is(unicode.Mn, f) {
			continue
		}
		if p, ok := special[f]; ok {
			for _, g := range p {
				put(g)
			}
			continue
		}
		put(unicode.ToLower(f))
	}
}

// digit is the value of a decimal digit of any script, -1 for anything else.
func digit(r rune) rune {
	switch {
	case r >= 0x660 && r <= 0x669:
		return r - 0x660
	case r >= 0x6f0 && r <= 0x6f9:
		return r - 0x6f0
	case r >= 0x966 && r <= 0x96f:
		return r - 0x966
	case r >= 0xff10 && r <= 0xff19:
		return r - 0xff10
	case r >= 0x80 && unicode.Is(unicode.Nd, r):
		// The digits of a script stand together, zero first.
		for d := rune(0); d < 10; d++ {
			if !unicode.Is(unicode.Nd, r-d-1) {
				return d
			}
		}
	}
	return -1
}

// special are the runes that fold to something their decomposition does not say: marks that stand
// alone, look-alike punctuation, letters that are written interchangeably, traditional characters.
var special = specialRunes()

func specialRunes() map[rune]string {
	m := map[rune]string{
		'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l",
		'’': "'", '‘': "'", 'ʼ': "'", '`': "'", '´': "'",
		'–': "-", '—': "-", '‐': "-", '‑': "-", '−': "-", '〜': "-", '～': "-", '~': "-",
		'：': ":", '，': ",", '、': ",", '。': ".", '،': ",", '؛': ";", '؟': "?", '।': ".",
		'½': "1/2", '¼': "1/4", '¾': "3/4", '…': "...", '×': "x",
		'ى': "ي", 'ة': "ه", 'ٱ': "ا", 'ۀ': "ه", 'ک': "ك", 'ی': "ي",
		'ँ': "ं",
		'º': "º", 'ª': "ª", '№': "no",
	}
	for r := rune(0x064b); r <= 0x065f; r++ { // short vowels
		m[r] = ""
	}
	m[0x0670] = ""
	for r := rune(0x0300); r <= 0x036f; r++ { // combining accents
		m[r] = ""
	}
	traditional := []rune("點点週周後后個个時时鐘钟號号兩两禮礼開开間间從从還还這这來来變变個个於于續续連连過过間间隔隔飯饭藥药嗎吗請请記记會会醫医樣样體体種种當当裡里裏里幾几萬万歲岁門门無无區区頭头發发晚晚")
	for i := 0; i+1 < len(traditional); i += 2 {
		if traditional[i] != traditional[i+1] {
			m[traditional[i]] = string(traditional[i+1])
		}
	}
	return m
}
