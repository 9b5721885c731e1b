package locales_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"carebell/locales"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// texts are the catalogues as they are written: by language, by key.
type texts map[string]map[string]any

// faults lists everything that is wrong with a set of catalogues, each with its language and key.
func (all texts) faults(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, lang := range slices.Sorted(maps.Keys(all)) {
		out = append(out, all.faultsOfKeys(lang)...)
		out = append(out, all.faultsOfPlurals(t, lang)...)
		out = append(out, all.faultsOfRoom(lang)...)
		out = append(out, all.faultsOfWords(lang)...)
	}
	return out
}

var placeholder = regexp.MustCompile(`\{\{[^}]*\.(\w+)[^}]*\}\}`)

func placeholders(text string) []string {
	var out []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	slices.Sort(out)
	return out
}

// forms are the texts of a key: one, or one for each plural form.
func forms(text any) map[string]string {
	out := map[string]string{}
	switch text := text.(type) {
	case string:
		out[""] = text
	case map[string]any:
		for form, s := range text {
			out[form] = fmt.Sprint(s)
		}
	}
	return out
}

var tag = regexp.MustCompile(`</?[a-zA-Z][^>]*>|&[a-z]+;`)

func (all texts) faultsOfKeys(lang string) (out []string) {
	english := all[locales.Fallback]
	for key, want := range english {
		got := forms(all[lang][key])
		_, counts := want.(map[string]any)
		if _, alone := got[""]; len(got) == 0 || alone == counts {
			out = append(out, fmt.Sprintf("%s: no text for %s", lang, key))
			continue
		}
		for form, text := range got {
			if strings.TrimSpace(text) == "" {
				out = append(out, fmt.Sprintf("%s: the text of %s %s is empty", lang, key, form))
			}
			var w []string
			for _, english := range forms(want) {
				w = placeholders(english)
			}
			if g := placeholders(text); !slices.Equal(g, w) {
				out = append(out, fmt.Sprintf("%s: %s %s has the placeholders %v, want %v", lang, key, form, g, w))
			}
			if tag.MatchString(text) {
				out = append(out, fmt.Sprintf("%s: %s has markup, but its text is escaped", lang, key))
			}
		}
	}
	for key := range all[lang] {
		if _, ok := english[key]; !ok {
			out = append(out, fmt.Sprintf("%s: %s is in no other catalogue", lang, key))
		}
	}
	return out
}

// pluralForms asks go-i18n itself which forms a language has.
func pluralForms(t *testing.T, lang string) []string {
	t.Helper()
	bundle := i18n.NewBundle(language.English)
	message := &i18n.Message{ID: "form", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other"}
	if err := bundle.AddMessages(language.Make(lang), message); err != nil {
		t.Fatal(err)
	}
	localizer := i18n.NewLocalizer(bundle, lang)
	counts := []any{"0.5", "1.5", "2.5", 1_000_000, 2_000_000}
	for n := range 200 {
		counts = append(counts, n)
	}
	found := map[string]bool{}
	for _, n := range counts {
		form, err := localizer.Localize(&i18n.LocalizeConfig{MessageID: "form", PluralCount: n})
		if err != nil {
			t.Fatalf("%s: %v: %v", lang, n, err)
		}
		found[form] = true
	}
	return slices.Sorted(maps.Keys(found))
}

func (all texts) faultsOfPlurals(t *testing.T, lang string) (out []string) {
	t.Helper()
	want := pluralForms(t, lang)
	for key, text := range all[lang] {
		got := forms(text)
		if _, alone := got[""]; alone {
			continue
		}
		if g := slices.Sorted(maps.Keys(got)); !slices.Equal(g, want) {
			out = append(out, fmt.Sprintf("%s: %s has the plural forms %v, want %v", lang, key, g, want))
		}
	}
	return out
}

// What a button and a toast have room for, in UTF-16 units: Telegram cuts a toast after 200, and a
// row of two buttons on a telephone shows some 24.
const (
	buttonRoom = 24
	toastRoom  = 200
)

// render fills a text with values of usual length.
func (all texts) render(lang, text string) string {
	moment, _ := all[lang]["moment_tomorrow"].(string)
	values := strings.NewReplacer("{{.Moment}}", strings.ReplaceAll(moment, "{{.Clock}}", "09:00"),
		"{{.Clock}}", "09:00", "{{.Number}}", "1", "{{.Text}}", "aspirin 100 mg", "{{.Count}}", "12")
	return values.Replace(text)
}

func (all texts) faultsOfRoom(lang string) (out []string) {
	for key, text := range all[lang] {
		room := 0
		switch {
		case strings.HasPrefix(key, "button_"), strings.HasPrefix(key, "skip_"):
			room = buttonRoom
		case strings.HasPrefix(key, "toast_"), key == "dose_later":
			room = toastRoom
		case strings.HasPrefix(key, "command_"):
			room = 256 // of a command menu's entry
		default:
			continue
		}
		for _, form := range forms(text) {
			if n := len(utf16.Encode([]rune(all.render(lang, form)))); n > room {
				out = append(out, fmt.Sprintf("%s: %s takes %d of %d characters", lang, key, n, room))
			}
		}
	}
	return out
}

func (all texts) words(lang, key string) []string {
	text, _ := all[lang][key].(string)
	if text == "" {
		return nil
	}
	return strings.Split(text, "|")
}

// answers are the lists that one step may have to tell apart: "taken" is tried before the open
// question, STOP, START and HELP before both, a command after them.
var answers = []string{"words_stop", "words_start", "words_help", "words_taken", "words_skip", "words_yes", "words_no",
	"words_change", "words_cancel", "words_list", "words_status", "words_timezone", "words_language"}

// everywhere are the lists that work in any language, whoever types.
var everywhere = []string{"words_stop", "words_start", "words_help"}

// halting are the words that stop everything when they stand alone, and one series before its name.
var halting = []string{"stop", "stopp", "стоп"}

func (all texts) faultsOfWords(lang string) (out []string) {
	for key := range all[lang] {
		if !strings.HasPrefix(key, "words_") {
			continue
		}
		words := all.words(lang, key)
		for i, w := range words {
			if bare := strings.Trim(strings.ToLower(strings.TrimSpace(w)), " .,;:!¡¿\"'“”«»()…"); bare != w || w == "" {
				out = append(out, fmt.Sprintf("%s: nobody's %q in %s is understood: write %q", lang, w, key, bare))
			}
			if slices.Contains(words[:i], w) {
				out = append(out, fmt.Sprintf("%s: %q is twice in %s", lang, w, key))
			}
		}
	}
	for _, a := range answers {
		for _, w := range all.words(lang, a) {
			for _, other := range slices.Sorted(maps.Keys(all)) {
				// A person's words are those of their language and of the fallback, except those that work everywhere.
				near := other == lang || other == locales.Fallback
				for _, b := range answers {
					if a != b && (near || slices.Contains(everywhere, a) || slices.Contains(everywhere, b)) && slices.Contains(all.words(other, b), w) {
						out = append(out, fmt.Sprintf("%s: %q is in %s and in %s of %s", lang, w, a, b, other))
					}
				}
				if a == "words_stop" && !slices.Contains(halting, w) {
					for _, b := range []string{"words_end", "words_hello", "words_my"} {
						if slices.Contains(all.words(other, b), w) {
							out = append(out, fmt.Sprintf("%s: %q stops everything and is in %s of %s", lang, w, b, other))
						}
					}
				}
			}
		}
	}
	for key, n := range map[string]int{"weekdays_short": int(time.Saturday) + 1, "months_short": int(time.December)} {
		if got := len(all.words(lang, key)); got != n {
			out = append(out, fmt.Sprintf("%s: %s has %d names, want %d", lang, key, got, n))
		}
	}
	return out
}

func TestCatalogues(t *testing.T) {
	all := raw(t)
	if got := len(all); got < 9 {
		t.Errorf("%d catalogues: %v", got, slices.Sorted(maps.Keys(all)))
	}
	for _, fault := range all.faults(t) {
		t.Error(fault)
	}
}

// Each kind of fault is found: a catalogue is broken, and its fault is named with language and key.
func TestBrokenCatalogues(t *testing.T) {
	set := func(lang, key string, text any) func(texts) { return func(all texts) { all[lang][key] = text } }
	more := func(lang, key, word string) func(texts) {
		return func(all texts) { all[lang][key] = fmt.Sprint(all[lang][key], "|", word) }
	}
	without := func(lang, key, form string) func(texts) {
		return func(all texts) {
			f := maps.Clone(all[lang][key].(map[string]any))
			delete(f, form)
			all[lang][key] = f
		}
	}
	with := func(lang, key, form, text string) func(texts) {
		return func(all texts) {
			f := maps.Clone(all[lang][key].(map[string]any))
			f[form] = text
			all[lang][key] = f
		}
	}
	for name, row := range map[string]struct {
		breaks func(texts)
		fault  string
	}{
		"a missing key":                {func(all texts) { delete(all["pt"], "hello") }, "pt: no text for hello"},
		"an empty text":                {set("pt", "when_ask", " "), "pt: the text of when_ask  is empty"},
		"an extra key":                 {set("zh", "goodbye", "再见"), "zh: goodbye is in no other catalogue"},
		"one text for a count":         {set("zh", "resumed", "{{.Count}}"), "zh: no text for resumed"},
		"plural forms for a text":      {set("de", "when_ask", map[string]any{"one": "Wann?", "other": "Wann?"}), "de: no text for when_ask"},
		"a missing plural form":        {without("ru", "resumed", "few"), "ru: resumed has the plural forms"},
		"a missing form of millions":   {without("fr", "resumed", "many"), "fr: resumed has the plural forms"},
		"a plural form too many":       {with("zh", "resumed", "one", "{{.Count}}"), "zh: resumed has the plural forms"},
		"a lost form of zero":          {without("ar", "stop_paused", "zero"), "ar: stop_paused has the plural forms"},
		"a lost placeholder":           {set("fr", "zone_kept", "Tout reste."), "fr: zone_kept  has the placeholders []"},
		"a translated placeholder":     {set("es", "zone_kept", "{{.Lugar}}"), "es: zone_kept  has the placeholders [Lugar]"},
		"a placeholder lost in a form": {with("ar", "resumed", "two", "يستمر تذكيران"), "ar: resumed two has the placeholders []"},
		"a tag":                        {set("hi", "when_ask", "<b>कब?</b>"), "hi: when_ask has markup"},
		"an entity":                    {set("hi", "when_ask", "कब&nbsp;?"), "hi: when_ask has markup"},
		"a long button":                {set("de", "button_confirm", "Ja, genau so speichern bitte"), "de: button_confirm takes 28 of 24"},
		"a button long when filled":    {set("de", "button_next", "Nächste Einnahme: {{.Moment}}"), "de: button_next takes 30 of 24"},
		"a long toast":                 {set("ru", "toast_old", strings.Repeat("я", 201)), "ru: toast_old takes 201 of 200"},
		"yes is no":                    {more("fr", "words_no", "oui"), `fr: "oui" is in words_no and in words_yes of fr`},
		"taken is yes":                 {more("pt", "words_taken", "sim"), `pt: "sim" is in words_taken and in words_yes of pt`},
		"skip is taken":                {more("ru", "words_skip", "принял"), `ru: "принял" is in words_skip and in words_taken of ru`},
		"no is an English yes":         {more("de", "words_no", "sure"), `de: "sure" is in words_no and in words_yes of en`},
		"STOP is another's cancel":     {more("es", "words_stop", "отмена"), `es: "отмена" is in words_stop and in words_cancel of ru`},
		"STOP is another's taken":      {more("de", "words_stop", "feito"), `de: "feito" is in words_stop and in words_taken of pt`},
		"STOP is another's end":        {more("pt", "words_stop", "annuler"), `pt: "annuler" stops everything and is in words_end of fr`},
		"STOP is a greeting":           {more("pt", "words_stop", "salut"), `pt: "salut" stops everything and is in words_hello of fr`},
		"START is STOP":                {more("zh", "words_start", "停止"), `zh: "停止" is in words_start and in words_stop of zh`},
		"HELP is another's list":       {more("ar", "words_help", "liste"), `ar: "liste" is in words_help and in words_list of de`},
		"a capital":                    {more("de", "words_yes", "Jawohl"), `de: nobody's "Jawohl" in words_yes is understood`},
		"a word with its full stop":    {more("de", "words_yes", "klar."), `de: nobody's "klar." in words_yes is understood`},
		"an empty word":                {more("de", "words_yes", ""), `de: nobody's "" in words_yes is understood`},
		"a word twice":                 {more("de", "words_yes", "ja"), `de: "ja" is twice in words_yes`},
		"six weekdays":                 {set("ru", "weekdays_short", "пн|вт|ср|чт|пт|сб"), "ru: weekdays_short has 6 names, want 7"},
	} {
		t.Run(name, func(t *testing.T) {
			all := texts{}
			for lang, catalogue := range raw(t) {
				all[lang] = maps.Clone(catalogue)
			}
			row.breaks(all)
			found := all.faults(t)
			if !slices.ContainsFunc(found, func(f string) bool { return strings.HasPrefix(f, row.fault) }) {
				t.Errorf("found %q, want %q", found, row.fault)
			}
		})
	}
}
