package locales_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"carebell/chat"
	"carebell/locales"
	"carebell/nlp"
	"carebell/schedule"
)

var (
	quoted   = regexp.MustCompile(`[“„«]\s*([^“”„«»]+?)\s*[”“»]`)
	bulleted = regexp.MustCompile(`(?m)^(?:• |/schedule )+(.+)$`)
)

// examples are the phrases that a text tells people to write, as they arrive when they are copied.
func examples(text string) []string {
	text = chat.Clean(text)
	var out []string
	for _, pattern := range []*regexp.Regexp{quoted, bulleted} {
		for _, m := range pattern.FindAllStringSubmatch(text, -1) {
			out = append(out, strings.TrimSpace(m[1]))
		}
	}
	return out
}

// What carebell tells people to write it must understand, in each language like in English.
func TestExamplesAreUnderstood(t *testing.T) {
	c := load(t)
	parser := nlp.New()
	now := time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)
	parse := func(lang, phrase string) nlp.Result {
		return parser.Parse(phrase, now, nlp.Profile{Language: lang, Zone: time.UTC})
	}
	for key, count := range map[string]int{"ready": 1, "list_empty": 1, "schedule_how": 1, "problem_examples": 3, "not_understood": 3,
		"help": 3, "problem_interval_range": 1, "problem_times_a_week": 1, "problem_rule_unread": 2, "problem_name_or_day": 1} {
		english := examples(c.Text("en", key, nil))
		for _, lang := range c.Languages() {
			found := examples(c.Text(lang, key, locales.Args{"Service": "Clinic Sol"}))
			if len(found) != count {
				t.Errorf("%s: %s has the examples %q, want %d", lang, key, found, count)
				continue
			}
			for i, phrase := range found {
				got, want := parse(lang, phrase), parse("en", english[i])
				if got.Err != nil || got.Rule.String() != want.Rule.String() {
					t.Errorf("%s: %s: %q is read as %s (%v), want %s", lang, key, phrase, got.Rule.String(), got.Err, want.Rule.String())
				}
				if (got.Message == "") != (want.Message == "") || got.Medical != want.Medical {
					t.Errorf("%s: %s: %q says %q, medical %v", lang, key, phrase, got.Message, got.Medical)
				}
			}
		}
	}
	for _, lang := range c.Languages() {
		menu := c.Text(lang, "command_schedule", nil)
		_, phrase, ok := strings.Cut(strings.Replace(menu, "：", ":", 1), ":")
		if r := parse(lang, chat.Clean(phrase)); !ok || r.Err != nil || r.Message == "" {
			t.Errorf("%s: the menu's example %q is read as %v", lang, phrase, r.Err)
		}
	}
}

// A button's own words answer its question when they are typed instead.
func TestButtonsCanBeTyped(t *testing.T) {
	c := load(t)
	for button, list := range map[string]string{"button_yes": "words_yes", "button_no": "words_no", "button_confirm": "words_yes",
		"button_change": "words_change", "button_cancel": "words_cancel", "button_taken": "words_taken", "button_skip": "words_skip"} {
		for _, lang := range c.Languages() {
			found := false
			for _, w := range c.Words(lang, list) {
				found = found || w == strings.ToLower(chat.Clean(c.Text(lang, button, nil)))
			}
			if !found {
				t.Errorf("%s: %q is on a button and not in %s", lang, c.Text(lang, button, nil), list)
			}
		}
	}
}

// A place that carebell gives as an example it must know.
func TestExamplePlacesAreKnown(t *testing.T) {
	c := load(t)
	between := regexp.MustCompile(`[,،，。.।:؟?\s]+|或者|或`)
	for key, count := range map[string]int{"zone_place": 1, "zone_unknown_place": 3, "zone_city_please": 2} {
		for _, lang := range c.Languages() {
			_, rest := splitSentence(chat.Clean(c.Text(lang, key, nil)))
			known := 0
			words := between.Split(rest, -1)
			for i, word := range words {
				if len(schedule.FindZones(word)) > 0 || i > 0 && len(schedule.FindZones(words[i-1]+" "+word)) > 0 { // New York
					known++
				}
			}
			if known < count {
				t.Errorf("%s: %s has %d known examples in %q, want %d", lang, key, known, rest, count)
			}
		}
	}
}

// splitSentence cuts a text at the word that begins its examples.
func splitSentence(text string) (before, after string) {
	for _, word := range []string{"for example ", "For example ", "por ejemplo ", "Por ejemplo ", "zum Beispiel ", "Zum Beispiel ", "par exemple ", "Par exemple ",
		"por exemplo ", "Por exemplo ", "например ", "Например, ", "مثل ", "जैसे ", "例如"} {
		if before, after, ok := strings.Cut(text, word); ok {
			return before, after
		}
	}
	return text, ""
}
