package locales_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"carebell/chat"
	"carebell/locales"

	"go.yaml.in/yaml/v3"
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
func raw(t *testing.T) texts {
	t.Helper()
	names, err := filepath.Glob("*.yaml")
	if err != nil || len(names) < 2 {
		t.Fatalf("catalogues: %v %v", names, err)
	}
	all := texts{}
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
	for tag, want := range map[string]string{
		"es": "es", "es-MX": "es", "en-GB": "en", "": "en", "not a tag": "en", "xx": "en", "ja": "en",
		"pt-BR": "pt", "pt-PT": "pt", "de-AT": "de", "fr-CA": "fr", "ar-EG": "ar", "zh-Hans-CN": "zh", "zh-TW": "zh", "ru-UA": "ru", "hi-Latn": "en"} {
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
		{time.Date(2026, 3, 11, 9, 0, 0, 0, madrid), "de", "Mi., 11. März, 09:00"},
		{time.Date(2026, 4, 1, 9, 0, 0, 0, madrid), "fr", "mer. 1er avr. à 09:00"},
		{time.Date(2026, 3, 3, 9, 5, 0, 0, madrid), "pt", "amanhã às 09:05"},
		{time.Date(2027, 3, 11, 9, 0, 0, 0, madrid), "pt", "qui., 11 de mar. de 2027 às 09:00"},
		{time.Date(2026, 3, 11, 9, 0, 0, 0, madrid), "ru", "ср, 11 марта в 09:00"},
		{time.Date(2027, 3, 11, 9, 0, 0, 0, madrid), "zh", "2027年3月11日 周四 09:00"},
		{time.Date(2026, 3, 11, 9, 0, 0, 0, madrid), "hi", "बुध, 11 मार्च, 09:00 बजे"},
		{time.Date(2026, 3, 3, 9, 5, 0, 0, madrid), "ar", "غدًا \u206809:05\u2069"},
		{time.Date(2026, 3, 11, 9, 0, 0, 0, madrid), "ar", "\u200f\u2068الأربعاء 11 مارس\u2069 \u206809:00\u2069"},
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
