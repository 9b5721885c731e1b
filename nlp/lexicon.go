package nlp

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed lexicons/*.txt
var lexiconFiles embed.FS

// sense is one meaning of a word.
type sense struct {
	cat category
	val int16
}

// entry is all that a lexicon knows of a word or phrase.
type entry struct {
	senses []sense
	// words is the length in words of the longest phrase that begins with this word; 0 when none.
	words int
	// alone: the key itself is a word of the lexicon, not only the beginning of a phrase.
	alone bool
}

// lexicon is one language's file, ready for look-ups. It never changes after loading.
type lexicon struct {
	lang    string
	script  script
	entries map[string]*entry
	// prefixes are letters written onto the next word ("و"), with what they mean.
	prefixes      []prefix
	compounds     bool   // weekday and part of the day are written together: "montagabend"
	link          string // a prefix that links a reminder to its message
	capitalDays   bool   // short weekdays are written with a capital: "So" is not "so"
	hourBehind    bool   // minutes count towards the hour that comes: "двадцать минут девятого"
	lowerDays     bool   // weekdays are written with a small letter: "Domingo" may be a name
	postpositions bool   // "before" stands behind the meal, "on" behind the day
	// partAttributes: a bare part of the day may describe the noun behind it ("9:00 morning checkup").
	partAttributes bool
	// tomorrowIsMorning: one word is both, and is the morning beside another part of the day ("mañana y noche").
	tomorrowIsMorning bool
	monthLeads        bool // the month may stand before its day with an article between: "May the 12th"
	// halves are the second halves of words such as "segunda-feira".
	halves map[string]bool
	// phrases are the days that are said in several words, by their first letter.
	phrases  map[rune][]string
	unspaced bool // words are not separated: Chinese
	typos    map[rune][]string
	echo     map[string]string
	longest  int // bytes of the longest key
	zones    []string
}

type prefix struct {
	text  string
	sense sense // cNone: only skipped
}

// loadLexicons reads every embedded file. A fault in one is a fault of the program, so it says
// file and line.
func loadLexicons() ([]*lexicon, error) {
	files, err := lexiconFiles.ReadDir("lexicons")
	if err != nil {
		return nil, fmt.Errorf("read lexicons: %w", err)
	}
	var all []*lexicon
	for _, f := range files {
		data, err := lexiconFiles.ReadFile("lexicons/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("read lexicon: %w", err)
		}
		lex, err := parseLexicon(strings.TrimSuffix(f.Name(), ".txt"), string(data))
		if err != nil {
			return nil, err
		}
		all = append(all, lex)
	}
	return all, nil
}

func parseLexicon(lang, data string) (*lexicon, error) {
	lex := &lexicon{lang: lang, entries: map[string]*entry{}, typos: map[rune][]string{}, echo: map[string]string{}}
	n := 0
	for line := range strings.Lines(data) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, forms, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("lexicon %s, line %d: expected key: form | form", lang, n)
		}
		if err := lex.addLine(strings.TrimSpace(key), strings.TrimSpace(forms)); err != nil {
			return nil, fmt.Errorf("lexicon %s, line %d: %w", lang, n, err)
		}
	}
	lex.finish()
	return lex, nil
}

func (lex *lexicon) addLine(key, forms string) error {
	name, arg, _ := strings.Cut(key, " ")
	switch name {
	case "option":
		switch forms {
		case "compounds":
			lex.compounds = true
		case "month-leads":
			lex.monthLeads = true
		case "capital-days":
			lex.capitalDays = true
		case "hour-behind":
			lex.hourBehind = true
		case "lower-days":
			lex.lowerDays = true
		case "postpositions":
			lex.postpositions = true
		case "unspaced":
			lex.unspaced = true
		case "tomorrow-is-morning":
			lex.tomorrowIsMorning = true
		case "part-attributes":
			lex.partAttributes = true
		default:
			return fmt.Errorf("option: expected capital-days, compounds, hour-behind, lower-days, month-leads, part-attributes, postpositions, tomorrow-is-morning or unspaced, found %q", forms)
		}
		return nil
	case "script":
		s, ok := scriptNames[forms]
		if !ok {
			return fmt.Errorf("script: not known: %q", forms)
		}
		lex.script = s
		return nil
	case "prefix-link":
		lex.link = foldString(forms)
		return nil
	case "echo":
		lex.echo[arg] = strings.Trim(forms, `"`)
		return nil
	case "prefix":
		cat, val, _ := strings.Cut(arg, " ")
		var n int64
		if val != "" {
			var err error
			if n, err = strconv.ParseInt(val, 10, 16); err != nil {
				return fmt.Errorf("prefix %s: expected a number behind the category, found %q", cat, val)
			}
		}
		for form := range strings.SplitSeq(forms, "|") {
			lex.prefixes = append(lex.prefixes, prefix{foldString(strings.TrimSpace(form)), sense{categoryNames[cat], int16(n)}})
		}
		return nil
	}
	cat, ok := categoryNames[name]
	if !ok {
		return fmt.Errorf("unknown key %q", name)
	}
	val, err := lex.value(cat, arg)
	if err != nil {
		return err
	}
	for form := range strings.SplitSeq(forms, "|") {
		if form = strings.TrimSpace(form); form != "" {
			lex.add(foldString(form), sense{cat, val})
		}
	}
	return nil
}

func (lex *lexicon) value(cat category, arg string) (int16, error) {
	if arg == "" {
		return 0, nil
	}
	first, second, two := strings.Cut(arg, " ")
	switch cat {
	case cUnit, cEndOf:
		if v, ok := unitNames[arg]; ok {
			return v, nil
		}
	case cDaypart, cRest, cDayparts, cCompoundPart:
		if v, ok := daypartNames[arg]; ok {
			return v, nil
		}
	case cZone:
		lex.zones = append(lex.zones, arg)
		return int16(len(lex.zones) - 1), nil
	case cUnits, cAdverb, cRelativePart:
		n, err := strconv.ParseInt(first, 10, 11)
		if !two || err != nil {
			break
		}
		if v, ok := unitNames[second]; ok && cat != cRelativePart {
			return int16(n)*16 + v, nil
		}
		if v, ok := daypartNames[second]; ok && cat == cRelativePart {
			return int16(n)*32 + v, nil
		}
	default:
		if n, err := strconv.ParseInt(arg, 10, 16); err == nil {
			return int16(n), nil
		}
	}
	return 0, fmt.Errorf("%q does not fit the key", arg)
}

func (lex *lexicon) add(key string, s sense) {
	e := lex.entries[key]
	if e == nil {
		e = &entry{}
		lex.entries[key] = e
	}
	e.alone = true
	if !slices.Contains(e.senses, s) {
		e.senses = append(e.senses, s)
	}
	lex.longest = max(lex.longest, len(key))
}

// finish notes for each first word how long a phrase can get, and which long words forgive typos.
func (lex *lexicon) finish() {
	keys := make([]string, 0, len(lex.entries))
	for key := range lex.entries {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		first, n := splitWords(key)
		e := lex.entries[first]
		if e == nil {
			e = &entry{}
			lex.entries[first] = e
		}
		e.words = max(e.words, n)
		full := lex.entries[key]
		if r, _ := utf8.DecodeRuneInString(key); n > 1 && !lex.unspaced && hasSense(full, cRelativeDay) {
			if lex.phrases == nil {
				lex.phrases = map[rune][]string{}
			}
			lex.phrases[r] = append(lex.phrases[r], key)
		}
		hyphened := n == 2 && strings.Count(key, "-") == 1 && !strings.Contains(key, " ") && (hasSense(full, cWeekday) || hasSense(full, cWeekdays))
		if (n == 1 || hyphened) && !lex.unspaced && utf8.RuneCountInString(key) >= 5 &&
			slices.ContainsFunc(full.senses, func(s sense) bool {
				return s.cat.schedules() || s.cat == cNext || s.cat == cDaypart && s.val <= midnight
			}) {
			r, _ := utf8.DecodeRuneInString(key)
			lex.typos[r] = append(lex.typos[r], key)
			if hyphened {
				if lex.halves == nil {
					lex.halves = map[string]bool{}
				}
				lex.halves[key[strings.IndexByte(key, '-')+1:]] = true
			}
		}
	}
}

// splitWords is the first word of a folded key and the number of its words, as the lexer cuts them.
func splitWords(key string) (first string, n int) {
	inWord := false
	for i, r := range key {
		word := isWordRune(r)
		if word && !inWord {
			n++
		}
		if !word && inWord && first == "" {
			first = key[:i]
		}
		inWord = word
	}
	if first == "" {
		first = key
	}
	return first, n
}

func isWordRune(r rune) bool {
	return r < 0x80 && (r >= 'a' && r <= 'z') ||
		r >= 0x80 && (unicode.IsLetter(r) || unicode.Is(unicode.M, r))
}
