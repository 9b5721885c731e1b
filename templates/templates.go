// Package templates holds the named messages that occurrences are rendered from, in every language:
// medication_reminder, appointment_reminder, check_in, follow_up, and reminder for a person's own
// words. It renders at the time of sending. It does not hold what carebell says of itself (locales).
//
// A template is authored HTML with {variables} from a closed list. What stands between [[ and ]] is
// left out when one of its variables is empty. Values are escaped, never read as a template. In a
// right-to-left language each value is isolated, so that "100 mg" and a clock keep their order.
//
// To add one: name it in templates.yaml, and give it a title and a body in each language's file.
package templates

import (
	"embed"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"carebell/chat"
	"carebell/locales"

	"go.yaml.in/yaml/v3"
)

//go:embed *.yaml
var files embed.FS

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
}

// Set is every template in every language. It is safe for concurrent use.
type Set struct {
	templates []Template
	wordings  map[string]map[string]wording // by language, by key
}

// always are the variables that delivery itself fills for every template.
var always = []string{"time", "date", "name", "message"}

var variable = regexp.MustCompile(`\{([a-z_]+)\}`)

// Load reads and checks the embedded templates. The error names the file, the key and the fault.
func Load() (*Set, error) {
	s := &Set{wordings: map[string]map[string]wording{}}
	raw, err := files.ReadFile("templates.yaml")
	if err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal(raw, &s.templates); err != nil {
		return nil, fmt.Errorf("templates.yaml: %w", err)
	}
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		lang := strings.TrimSuffix(name, ".yaml")
		if lang == "templates" {
			continue
		}
		raw, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		words := map[string]wording{}
		if err := yaml.Unmarshal(raw, &words); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := s.check(words); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for key, w := range words {
			w.Title, w.Body = locales.Isolate(lang, w.Title), locales.Isolate(lang, w.Body)
			words[key] = w
		}
		s.wordings[lang] = words
	}
	return s, nil
}

func (s *Set) check(words map[string]wording) error {
	for _, t := range s.templates {
		w, ok := words[t.Key]
		if !ok || w.Title == "" || w.Body == "" {
			return fmt.Errorf("%s: expected a title and a body", t.Key)
		}
		for _, m := range variable.FindAllStringSubmatch(w.Body, -1) {
			if !slices.Contains(slices.Concat(always, t.Required, t.Optional), m[1]) {
				return fmt.Errorf("%s: {%s} is not one of its variables", t.Key, m[1])
			}
		}
	}
	return nil
}

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
func (s *Set) Title(key, lang string) string { return s.in(lang)[key].Title }

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
	body := optional(s.in(lang)[key].Body, values)
	text := variable.ReplaceAllStringFunc(body, func(v string) string {
		return html.EscapeString(strings.TrimSpace(values[v[1:len(v)-1]]))
	})
	return chat.Message{Text: strings.TrimSpace(text), Format: chat.HTML}, nil
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

func (s *Set) in(lang string) map[string]wording {
	if w, ok := s.wordings[lang]; ok {
		return w
	}
	base, _, _ := strings.Cut(lang, "-")
	if w, ok := s.wordings[base]; ok {
		return w
	}
	return s.wordings["en"]
}
