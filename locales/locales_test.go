package locales_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"carebell/chat"
	"carebell/locales"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

func load(t *testing.T) *locales.Catalogue {
	t.Helper()
	c, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// raw reads the files as they are, so that a missing key cannot hide behind the fallback.
func raw(t *testing.T) map[string]map[string]any {
	t.Helper()
	names, err := filepath.Glob("*.yaml")
	if err != nil || len(names) < 2 {
		t.Fatalf("catalogues: %v %v", names, err)
	}
	all := map[string]map[string]any{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string]any{}
		if err := yaml.Unmarshal(data, &texts); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[strings.TrimSuffix(name, ".yaml")] = texts
	}
	return all
}

var placeholder = regexp.MustCompile(`\{\{[^}]*\.(\w+)[^}]*\}\}`)

func placeholders(text any) []string {
	var out []string
	for _, m := range placeholder.FindAllStringSubmatch(fmt.Sprint(text), -1) {
		if !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	slices.Sort(out)
	return out
}

func TestEveryKeyInEveryLanguage(t *testing.T) {
	all := raw(t)
	for lang, texts := range all {
		for key, want := range all[locales.Fallback] {
			got, ok := texts[key]
			if !ok || fmt.Sprint(got) == "" {
				t.Errorf("%s: no text for %s", lang, key)
				continue
			}
			if g, w := placeholders(got), placeholders(want); !slices.Equal(g, w) {
				t.Errorf("%s: %s has the placeholders %v, want %v", lang, key, g, w)
			}
		}
		for key := range texts {
			if _, ok := all[locales.Fallback][key]; !ok {
				t.Errorf("%s: %s is in no other catalogue", lang, key)
			}
		}
	}
}

// Every plural form that the language has must be there: CLDR says which.
func TestEveryPluralForm(t *testing.T) {
	names := map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other"}
	for lang, texts := range raw(t) {
		for key, text := range texts {
			forms, ok := text.(map[string]any)
			if !ok {
				continue
			}
			for n := range 1_100_000 {
				if n > 1000 && n%100_000 != 0 {
					continue
				}
				form := names[plural.Cardinal.MatchPlural(language.Make(lang), n, 0, 0, 0, 0)]
				if _, ok := forms[form]; !ok {
					t.Errorf("%s: %s lacks the form %q, which %d takes", lang, key, form, n)
					break
				}
			}
		}
	}
}

func TestStopWordsAreNeverOtherAnswers(t *testing.T) {
	c := load(t)
	for _, stopping := range c.Languages() {
		for _, stop := range c.Words(stopping, "words_stop") {
			for _, lang := range c.Languages() {
				for _, key := range []string{"words_no", "words_cancel", "words_yes", "words_change", "words_start", "words_help"} {
					if slices.Contains(c.Words(lang, key), stop) {
						t.Errorf("%q stops everything in %s and is in %s of %s", stop, stopping, key, lang)
					}
				}
			}
		}
	}
}

// A note stands above a part of a split message, in the room that the cuts leave for it.
func TestNotesFitAboveAnyPart(t *testing.T) {
	c := load(t)
	for _, lang := range c.Languages() {
		both := c.Text(lang, "note_repeat", nil) + "\n" + c.Text(lang, "note_late", locales.Args{"Due": "09:15", "Now": "09:51"}) + "\n"
		if n := len(utf16.Encode([]rune(both))); n > chat.MaxNote {
			t.Errorf("%s: the notes take %d units of %d", lang, n, chat.MaxNote)
		}
	}
}

func TestMatch(t *testing.T) {
	c := load(t)
	for tag, want := range map[string]string{"es": "es", "es-MX": "es", "en-GB": "en", "": "en", "not a tag": "en", "xx": "en"} {
		if got := c.Match(tag); got != want {
			t.Errorf("Match(%q) = %q, want %q", tag, got, want)
		}
	}
}

func TestMoment(t *testing.T) {
	c := load(t)
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	// Half past midnight in Madrid is still the day before in UTC.
	now := time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC)
	for _, row := range []struct {
		at       time.Time
		lang     string
		expected string
	}{
		{time.Date(2026, 3, 2, 21, 0, 0, 0, madrid), "en", "today 21:00"},
		{time.Date(2026, 3, 3, 9, 5, 0, 0, madrid), "en", "tomorrow 09:05"},
		{time.Date(2026, 3, 11, 9, 0, 0, 0, madrid), "en", "Wed 11 Mar 09:00"},
		{time.Date(2026, 3, 11, 9, 0, 0, 0, madrid), "es", "mié 11 mar 09:00"},
		{time.Date(2027, 3, 11, 9, 0, 0, 0, madrid), "en", "Thu 11 Mar 2027 09:00"},
	} {
		if got := c.Moment(row.lang, row.at, now); got != row.expected {
			t.Errorf("%s: %q, want %q", row.at, got, row.expected)
		}
	}
}

func TestCount(t *testing.T) {
	c := load(t)
	if got := c.Count("en", "stop_paused", 1, nil); got != "1 reminder stopped too." {
		t.Errorf("one: %q", got)
	}
	if got := c.Count("es", "stop_paused", 4, nil); got != "También se han detenido 4 recordatorios." {
		t.Errorf("other: %q", got)
	}
	if got := c.Text("es", "no such key", nil); got != "" {
		t.Errorf("an unknown key shows %q", got)
	}
}
