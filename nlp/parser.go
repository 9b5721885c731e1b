package nlp

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// maxText is the most characters that are read; chat.MaxText is the same.
const maxText = 4096

// Parser turns phrases into rules. It is safe for concurrent use.
type Parser struct {
	lexicons []*lexicon
	byLang   map[string]int
	// hits says for each word how strongly it speaks for each language.
	hits  map[string]*[maxLanguages]uint8
	zones *zoneTable
	pool  sync.Pool
}

const maxLanguages = 16

// New loads the lexicons. It fails only if one of the embedded files is at fault, which a test
// excludes, so it panics then.
func New() *Parser {
	lexicons, err := loadLexicons()
	if err != nil {
		panic(err)
	}
	if len(lexicons) > maxLanguages {
		panic(fmt.Sprintf("nlp: room for %d languages, found %d", maxLanguages, len(lexicons)))
	}
	ps := &Parser{lexicons: lexicons, byLang: map[string]int{}, hits: map[string]*[maxLanguages]uint8{}, zones: newZoneTable()}
	for i, lex := range lexicons {
		ps.byLang[lex.lang] = i
		for key, e := range lex.entries {
			ps.addHits(i, key, e)
		}
	}
	ps.pool.New = func() any { return new(scratch) }
	return ps
}

// scratch is what one Parse needs and the next can use again.
type scratch struct {
	buf    []byte
	toks   []token
	taken  []Role
	scores [maxLanguages]int
}

// addHits lets every word of a key speak for its language.
func (ps *Parser) addHits(lang int, key string, e *entry) {
	weight := uint8(1)
	if slices.ContainsFunc(e.senses, func(s sense) bool { return s.cat.schedules() }) {
		weight = 3
	}
	single := true
	for rest := key; rest != ""; {
		word, n := splitWords(rest)
		if n == 0 {
			return
		}
		single = single && len(word) == len(key)
		w := weight
		if !single {
			w = 1
		}
		if len(word) > 1 || word[0] >= utf8.RuneSelf {
			h := ps.hits[word]
			if h == nil {
				h = &[maxLanguages]uint8{}
				ps.hits[word] = h
			}
			h[lang] = max(h[lang], w)
		}
		rest = rest[strings.Index(rest, word)+len(word):]
		for rest != "" && !isWordStart(rest, 0) {
			_, size := utf8.DecodeRuneInString(rest)
			rest = rest[size:]
		}
	}
}

// Languages are the tags of the lexicons, in order.
func (ps *Parser) Languages() []string {
	var tags []string
	for _, lex := range ps.lexicons {
		tags = append(tags, lex.lang)
	}
	return tags
}

// language finds the lexicon of a BCP 47 tag; English when there is none.
func (ps *Parser) language(tag string) int {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	if i, ok := ps.byLang[base]; ok {
		return i
	}
	return ps.byLang["en"]
}

// monthFirst: in the United States alone slash dates begin with the month.
func monthFirst(tag string) bool {
	t := strings.ToLower(strings.ReplaceAll(tag, "_", "-"))
	return t == "en-us" || strings.HasPrefix(t, "en-us-")
}

// Parse reads a phrase. now is the instant it was written; the result is in p.Zone.
func (ps *Parser) Parse(text string, now time.Time, p Profile) Result {
	if p.Zone == nil {
		p.Zone = time.UTC
	}
	if p.Clocks.isZero() {
		p.Clocks = DefaultClocks()
	}
	if p.MinInterval <= 0 {
		p.MinInterval = 5 * time.Minute
	}
	now = now.In(p.Zone)
	primary := ps.language(p.Language)
	if len(text) > maxText && utf8.RuneCountInString(text) > maxText {
		return failure(ps.lexicons[primary].lang, "too_long", Span{})
	}
	sc := ps.pool.Get().(*scratch)
	defer ps.pool.Put(sc)
	var n normal
	n, sc.buf = normalise(text, sc.buf)
	if strings.TrimSpace(n.text) == "" {
		return failure(ps.lexicons[primary].lang, "empty", Span{})
	}
	best, others := ps.choose(n.text, primary, sc)
	res := ps.parseIn(ps.lexicons[best], text, n, now, p, sc)
	if rival := ps.rival(best, sc); rival >= 0 {
		// Two neighbours such as Spanish and Portuguese: the one that leaves fewer words unread.
		if r := ps.parseIn(ps.lexicons[rival], text, n, now, p, sc); r.Err == nil && (res.Err != nil || len(r.Message) < len(res.Message)) {
			return r
		}
	}
	if res.Err != nil && unread(res.Err.Code) {
		for _, other := range others {
			if r := ps.parseIn(ps.lexicons[other], text, n, now, p, sc); r.Err == nil {
				return r
			}
		}
		if best != primary {
			if r := ps.parseIn(ps.lexicons[primary], text, n, now, p, sc); r.Err == nil {
				return r
			}
		}
		ps.suggest(&res, text, now, p)
	}
	return res
}

// choose picks the language of a text: the profile's, unless the words clearly speak for another.
// others are worth a try when that one finds no schedule.
func (ps *Parser) choose(text string, primary int, sc *scratch) (best int, others []int) {
	clear(sc.scores[:])
	for i := 0; i < len(text); {
		if !isWordStart(text, i) {
			_, size := utf8.DecodeRuneInString(text[i:])
			i += size
			continue
		}
		end := i
		r, size := utf8.DecodeRuneInString(text[i:])
		if scriptOf(r) == han {
			if zh, ok := ps.byLang["zh"]; ok {
				sc.scores[zh]++
			}
			i += size
			continue
		}
		for end < len(text) && isWordStart(text, end) {
			_, size := utf8.DecodeRuneInString(text[end:])
			end += size
		}
		if h := ps.hits[text[i:end]]; h != nil {
			for l, w := range h {
				sc.scores[l] += int(w)
			}
		}
		i = end
	}
	best = primary
	for l := range ps.lexicons {
		// Another language must be clearly ahead of the profile's own.
		ahead := sc.scores[l] - sc.scores[primary]
		if sc.scores[l] > sc.scores[best] && (ahead > 1 || sc.scores[primary] == 0) {
			best = l
		}
	}
	if sc.scores[best] == 0 {
		count := scriptsOf(text)
		for l, lex := range ps.lexicons {
			if own := ps.lexicons[best].script; lex.script != latin && count[lex.script] > count[own] {
				best = l
			}
		}
	}
	for l, s := range sc.scores[:len(ps.lexicons)] {
		if l != best && s >= 3 {
			others = append(others, l)
		}
	}
	slices.SortFunc(others, func(a, b int) int { return sc.scores[b] - sc.scores[a] })
	return best, others[:min(len(others), 2)]
}

// rival is another language that the words of a text speak for at least as strongly as for the
// chosen one; -1 when there is none.
func (ps *Parser) rival(best int, sc *scratch) int {
	rival := -1
	for l := range ps.lexicons {
		if l != best && sc.scores[l] > 0 && sc.scores[l] >= sc.scores[best] && (rival < 0 || sc.scores[l] > sc.scores[rival]) {
			rival = l
		}
	}
	return rival
}

func (ps *Parser) parseIn(lex *lexicon, text string, n normal, now time.Time, prof Profile, sc *scratch) Result {
	l := lexer{lex: lex, text: n.text, toks: sc.toks[:0]}
	l.run()
	sc.toks = l.toks
	if cap(sc.taken) < len(l.toks) {
		sc.taken = make([]Role, len(l.toks)+16)
	}
	taken := sc.taken[:len(l.toks)]
	for i := range taken {
		taken[i] = roleNone
	}
	p := parse{lex: lex, text: n.text, toks: l.toks, taken: taken, zones: ps.zones, monthFirst: monthFirst(prof.Language)}
	p.ratios()
	p.amounts()
	p.shortDays(text, &n)
	p.names(text, &n)
	p.commands()
	p.run()
	rs := resolver{ps: ps, p: &p, prof: prof, now: now, original: text, n: n}
	return rs.result()
}
