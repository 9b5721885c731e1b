// Package templates holds the named messages that occurrences are rendered from, in every language:
// medication_reminder, appointment_reminder, check_in, follow_up, and reminder for a person's own
// words. It renders at the time of sending. It does not hold what carebell says of itself (locales).
//
// A template is authored HTML with {variables} from a closed list. What stands between [[ and ]] is
// left out when one of its variables is empty. Values are escaped, never read as a template. In a
// right-to-left language each value is isolated, so that "100 mg" and a clock keep their order.
//
// To add or change one without a build, write the same files in a folder of your own (Read): what it
// says of a key replaces what is embedded. Everything is checked when it is read (lint.go).
package templates

import (
	"errors"
	"fmt"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"carebell/chat"
	"carebell/locales"
)

// The keys that the program itself chooses.
const (
	Reminder            = "reminder"
	MedicationReminder  = "medication_reminder"
	AppointmentReminder = "appointment_reminder"
	CheckIn             = "check_in"
	FollowUp            = "follow_up"
)

// AsksDose: the message asks whether a dose was taken.
const AsksDose = "dose"

// ErrUnknown means that no template has that key.
var ErrUnknown = errors.New("unknown template")

// Template is what all languages of one named message share.
type Template struct {
	Key string `yaml:"key"`
	// MaxLateness is the most that a message may be late, to be signed off by a clinician.
	MaxLateness time.Duration `yaml:"max_lateness"`
	// TimeCritical: in a queue it leaves before what can better wait.
	TimeCritical bool `yaml:"time_critical"`
	// Variables that must be given; the others may be empty.
	Required []string `yaml:"required"`
	Optional []string `yaml:"optional"`
	// Asks is what the message asks: "" nothing, AsksDose whether it was taken.
	Asks string `yaml:"asks"`
	// NagEvery and NagTimes are how often it comes again while nobody answers.
	NagEvery time.Duration `yaml:"nag_every"`
	NagTimes int           `yaml:"nag_times"`
	// Subject is the variable that a person's own free text fills.
	Subject string `yaml:"subject"`
}

type wording struct {
	Title string `yaml:"title"`
	Body  string `yaml:"body"`
	file  string
}

// Set is every template in every language. It is safe for concurrent use.
type Set struct {
	templates []Template
	wordings  map[string]map[string]wording // by language, by key
	missing   []Fault
}

// always are the variables that delivery itself fills for every template.
var always = []string{"time", "date", "name", "message"}

var variable = regexp.MustCompile(`\{([a-z_]+)\}`)

// All lists the templates in their order.
func (s *Set) All() []Template { return slices.Clone(s.templates) }

// Languages lists the languages that have wordings.
func (s *Set) Languages() []string {
	var out []string
	for l := range s.wordings {
		out = append(out, l)
	}
	slices.Sort(out)
	return out
}

// Get finds a template by its key, or ErrUnknown.
func (s *Set) Get(key string) (Template, error) {
	for _, t := range s.templates {
		if t.Key == key {
			return t, nil
		}
	}
	return Template{}, fmt.Errorf("%w: %q", ErrUnknown, key)
}

// Title is what a person calls the template, in a language that has wordings (others: English).
func (s *Set) Title(key, lang string) string { return s.in(lang, key).Title }

// Missing lists the required variables that values lack.
func (t Template) Missing(values map[string]string) []string {
	var out []string
	for _, v := range t.Required {
		if strings.TrimSpace(values[v]) == "" {
			out = append(out, v)
		}
	}
	return out
}

// Render writes the template in a language, or in English where that has no wordings. It refuses a
// key that it does not know and values that lack a required variable.
func (s *Set) Render(key, lang string, values map[string]string) (chat.Message, error) {
	t, err := s.Get(key)
	if err != nil {
		return chat.Message{}, err
	}
	if missing := t.Missing(values); len(missing) > 0 {
		return chat.Message{}, fmt.Errorf("template %s: no value for %s", key, strings.Join(missing, ", "))
	}
	return chat.Message{Text: s.in(lang, key).fill(values), Format: chat.HTML}, nil
}

// Sample renders a template with values of usual length, to look at.
func (s *Set) Sample(key, lang string) (chat.Message, error) {
	t, err := s.Get(key)
	if err != nil {
		return chat.Message{}, err
	}
	return chat.Message{Text: s.in(lang, key).fill(samplesOf(t)), Format: chat.HTML}, nil
}

// fill puts escaped values into a body.
func (w wording) fill(values map[string]string) string {
	return strings.TrimSpace(variable.ReplaceAllStringFunc(optional(w.Body, values), func(v string) string {
		return html.EscapeString(strings.TrimSpace(values[v[1:len(v)-1]]))
	}))
}

// Occurrence is what one message of a series is rendered from.
type Occurrence struct {
	Parameters map[string]string
	Content    string // the person's own text, which fills the template's Subject
	Name       string
	Clock, Day string // the slot, in its own zone and the person's language
}

// Say renders one message of a series.
func (s *Set) Say(key, lang string, o Occurrence) (chat.Message, error) {
	values := maps.Clone(o.Parameters)
	if values == nil {
		values = map[string]string{}
	}
	values["time"], values["date"], values["name"], values["message"] = o.Clock, o.Day, o.Name, o.Content
	if t, err := s.Get(key); err == nil && t.Subject != "" && values[t.Subject] == "" {
		values[t.Subject] = o.Content
	}
	return s.Render(key, lang, values)
}

// optional drops each [[part]] that has an empty variable and unwraps the others.
func optional(body string, values map[string]string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(body, "[[")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		part, after, _ := strings.Cut(rest, "]]")
		whole := true
		for _, m := range variable.FindAllStringSubmatch(part, -1) {
			whole = whole && strings.TrimSpace(values[m[1]]) != ""
		}
		if whole {
			b.WriteString(part)
		}
		body = after
	}
}

// in is the wording of a key in a language, else in its base, else in the fallback.
func (s *Set) in(lang, key string) wording {
	base, _, _ := strings.Cut(lang, "-")
	for _, l := range []string{lang, base} {
		if w, ok := s.wordings[l][key]; ok {
			return w
		}
	}
	return s.wordings[locales.Fallback][key]
}
