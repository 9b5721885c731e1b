// Package locales holds every word that carebell itself says, one catalogue per language, and how
// each language writes a day and a clock. It does not hold the named messages (templates) or the
// words that people type (nlp). A language is one file: copy en.yaml, translate the values
// (docs/translating.md). What runs left to right in a right-to-left language is isolated here.
package locales

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

//go:embed *.yaml places/*.txt
var files embed.FS

// Fallback is the language of a key that a catalogue lacks and of a person whose language is unknown.
const Fallback = "en"

// Args are the values of a text's {{.Placeholders}}.
type Args map[string]any

// Catalogue is every text in every language. It is safe for concurrent use.
type Catalogue struct {
	localizers map[string]*i18n.Localizer
	languages  []string
	matcher    language.Matcher
	places     map[string]map[string]string // by language and zone
}

// Load reads the embedded catalogues. An error means that a file is broken.
func Load() (*Catalogue, error) { return Read(files) }

// Read reads every <language>.yaml of a folder.
func Read(folder fs.FS) (*Catalogue, error) {
	bundle := i18n.NewBundle(language.English)
	names, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return nil, err
	}
	c := &Catalogue{localizers: map[string]*i18n.Localizer{}}
	for _, name := range names {
		lang := strings.TrimSuffix(name, ".yaml")
		if err := read(bundle, folder, name, lang); err != nil {
			return nil, fmt.Errorf("load catalogue %s: %w", name, err)
		}
		c.languages = append(c.languages, lang)
	}
	// The fallback comes first: that is what the matcher takes when nothing fits.
	slices.SortFunc(c.languages, func(a, b string) int {
		if (a == Fallback) != (b == Fallback) {
			if a == Fallback {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	tags := make([]language.Tag, len(c.languages))
	for i, l := range c.languages {
		tags[i] = language.Make(l)
		c.localizers[l] = i18n.NewLocalizer(bundle, l, Fallback)
	}
	c.matcher = language.NewMatcher(tags)
	return c, c.readPlaces(folder)
}

func read(bundle *i18n.Bundle, folder fs.FS, name, lang string) error {
	raw, err := fs.ReadFile(folder, name)
	if err != nil {
		return err
	}
	file, err := i18n.ParseMessageFileBytes(raw, name, map[string]i18n.UnmarshalFunc{"yaml": yaml.Unmarshal})
	if err != nil {
		return err
	}
	for _, m := range file.Messages {
		if m.ID == "day_format" {
			continue // its parts are the language's own words and bare numbers
		}
		for _, form := range []*string{&m.Zero, &m.One, &m.Two, &m.Few, &m.Many, &m.Other} {
			*form = Isolate(lang, *form)
		}
	}
	return bundle.AddMessages(file.Tag, file.Messages...)
}

// Languages lists the languages that there is a catalogue for, the fallback first.
func (c *Catalogue) Languages() []string { return slices.Clone(c.languages) }

// Match is the catalogue's language nearest to a BCP 47 tag: "es-MX" gives "es", "" gives the fallback.
func (c *Catalogue) Match(tag string) string {
	if _, ok := c.localizers[tag]; ok {
		return tag
	}
	t, err := language.Parse(tag)
	if err != nil {
		return Fallback
	}
	_, i, confidence := c.matcher.Match(t)
	if confidence == language.No {
		return Fallback
	}
	return c.languages[i]
}

// Text is the text of key in a language, or in the fallback where the language lacks it. A key that
// no catalogue has gives an empty string: the tests make sure that there is none.
func (c *Catalogue) Text(lang, key string, args Args) string {
	return c.localize(lang, &i18n.LocalizeConfig{MessageID: key, TemplateData: args})
}

// Count is Text in the plural form that n asks for; {{.Count}} is n.
func (c *Catalogue) Count(lang, key string, n int, args Args) string {
	all := Args{"Count": n}
	for k, v := range args {
		all[k] = v
	}
	return c.localize(lang, &i18n.LocalizeConfig{MessageID: key, TemplateData: all, PluralCount: n})
}

func (c *Catalogue) localize(lang string, config *i18n.LocalizeConfig) string {
	// The error of a fallback is no error for the reader: the text is there, in another language.
	text, _ := c.localizers[c.Match(lang)].Localize(config)
	return text
}

// Words is a closed list of a language's words: the values between the bars of key's text.
func (c *Catalogue) Words(lang, key string) []string {
	var out []string
	for w := range strings.SplitSeq(c.Text(lang, key, nil), "|") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// Clock writes the time of day of t in its own zone: "09:05".
func (c *Catalogue) Clock(_ string, t time.Time) string { return t.Format("15:04") }

// Day writes the date of t in its own zone in the language's short form: "Tue 24 Nov".
func (c *Catalogue) Day(lang string, t time.Time) string {
	weekdays, months := c.Words(lang, "weekdays_short"), c.Words(lang, "months_short")
	return c.Text(lang, "day_format", Args{"Weekday": weekdays[t.Weekday()], "Day": t.Day(),
		"Month": months[t.Month()-1], "Year": t.Year()})
}

// Moment writes when t is, seen from now, both in t's zone: "today 21:00", "tomorrow 09:00",
// "Wed 11 Mar 09:00"; another year is named.
func (c *Catalogue) Moment(lang string, t, now time.Time) string {
	now = now.In(t.Location())
	clock := c.Clock(lang, t)
	switch days := dayNumber(t) - dayNumber(now); {
	case days == 0:
		return c.Text(lang, "moment_today", Args{"Clock": clock})
	case days == 1:
		return c.Text(lang, "moment_tomorrow", Args{"Clock": clock})
	case t.Year() != now.Year():
		return c.Text(lang, "moment_year", Args{"Day": c.Day(lang, t), "Year": t.Year(), "Clock": clock})
	default:
		return c.Text(lang, "moment_day", Args{"Day": c.Day(lang, t), "Clock": clock})
	}
}

// dayNumber counts calendar days, so that two dates can be subtracted whatever their clocks.
func dayNumber(t time.Time) int64 {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}
