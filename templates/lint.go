package templates

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"carebell/chat"
	"carebell/locales"
)

// Fault is what is wrong with one template: where, what, and what to do.
type Fault struct{ File, Key, What, Do string }

func (f Fault) Error() string {
	where := f.File
	if f.Key != "" {
		where += ": " + f.Key
	}
	return fmt.Sprintf("%s: %s; %s", where, f.What, f.Do)
}

// Missing lists the wordings that a language lacks: its people get the English ones.
func (s *Set) Missing() []Fault { return slices.Clone(s.missing) }

// most is the longest a message may be when its values are of usual length, in UTF-16 units, so that
// a note still fits above it and no platform splits it.
const most = 4096 - chat.MaxNote

// longestLate and nag bounds keep a slip of the pen ("20h" for "20m") from becoming a rule.
const (
	longestLate  = 24 * time.Hour
	shortestNag  = 5 * time.Minute
	mostNagTimes = 10
)

// subjects are the variables that carebell knows how to ask for.
var subjects = []string{"message", "medication", "appointment", "topic", "question"}

var (
	keyForm      = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	variableForm = regexp.MustCompile(`^[a-z][a-z_]*$`)
	anyVariable  = regexp.MustCompile(`\{([^{}]*)\}`)
	anyTag       = regexp.MustCompile(`<(/?)([a-zA-Z0-9-]*)([^<>]*)>`)
	tags         = []string{"b", "strong", "i", "em", "u", "s", "code", "pre", "blockquote", "spoiler"}
)

// lintDeclared checks what all languages share.
func lintDeclared(file string, declared []Template) (out []Fault) {
	for i, t := range declared {
		fault := func(what, do string) { out = append(out, Fault{File: file, Key: t.Key, What: what, Do: do}) }
		if !keyForm.MatchString(t.Key) {
			fault(fmt.Sprintf("%q is no key", t.Key), "use small letters, digits and _")
		}
		if slices.ContainsFunc(declared[:i], func(other Template) bool { return other.Key == t.Key }) {
			fault("the key is there twice", "keep one")
		}
		if t.MaxLateness <= 0 || t.MaxLateness > longestLate {
			fault("max_lateness is "+t.MaxLateness.String(), "give a time up to "+longestLate.String()+", such as 2h")
		}
		if t.Asks != "" && t.Asks != AsksDose {
			fault(fmt.Sprintf("asks is %q", t.Asks), "write dose, or leave it out")
		}
		if (t.NagEvery > 0) != (t.NagTimes > 0) || t.NagTimes < 0 || t.NagTimes > mostNagTimes || t.NagEvery != 0 && t.NagEvery < shortestNag {
			fault(fmt.Sprintf("nag_every %s, nag_times %d", t.NagEvery, t.NagTimes), fmt.Sprintf("give both, at least %s and at most %d times, or neither", shortestNag, mostNagTimes))
		}
		if t.NagTimes > 0 && t.Asks == "" {
			fault("it nags and asks nothing", "add asks: dose, or leave the nagging out")
		}
		for _, v := range slices.Concat(t.Required, t.Optional) {
			if !variableForm.MatchString(v) {
				fault(fmt.Sprintf("%q is no variable", v), "use small letters and _")
			}
		}
		if !slices.Contains(subjects, t.Subject) || !slices.Contains(t.variables(), t.Subject) {
			fault(fmt.Sprintf("subject is %q", t.Subject), "name one of its own variables among "+strings.Join(subjects, ", "))
		}
		for _, v := range t.Required {
			if v != t.Subject {
				fault("{"+v+"} is required, but a person is asked for the subject alone", "make it optional")
			}
		}
	}
	return out
}

// variables are all that a body may name.
func (t Template) variables() []string {
	all := slices.Concat(always, t.Required, t.Optional)
	slices.Sort(all)
	return slices.Compact(all)
}

// lintTogether checks each wording against its template, and that every template has its words.
func (s *Set) lintTogether() (out []Fault) {
	for _, lang := range s.Languages() {
		for _, t := range s.templates {
			w, ok := s.wordings[lang][t.Key]
			switch {
			case ok:
				out = append(out, lintWording(t, w)...)
			case lang == locales.Fallback:
				out = append(out, Fault{File: lang + ".yaml", Key: t.Key, What: "there are no English words for it", Do: "give it a title and a body: every other language falls back to them"})
			default:
				s.missing = append(s.missing, Fault{File: lang + ".yaml", Key: t.Key, What: "there are no words for it", Do: "its people get the English ones until you give it a title and a body"})
			}
		}
		for key, w := range s.wordings[lang] {
			if _, err := s.Get(key); err != nil {
				out = append(out, Fault{File: w.file, Key: key, What: "no template has that key", Do: "declare it in " + shared + ", or mend its spelling"})
			}
		}
	}
	slices.SortFunc(out, func(a, b Fault) int { return strings.Compare(a.Error(), b.Error()) })
	return out
}

func lintWording(t Template, w wording) (out []Fault) {
	fault := func(what, do string) { out = append(out, Fault{File: w.file, Key: t.Key, What: what, Do: do}) }
	if strings.TrimSpace(w.Title) == "" || strings.TrimSpace(w.Body) == "" {
		fault("it has no title or no body", "give it both")
		return out
	}
	if strings.ContainsAny(w.Title, "{}<>[]") {
		fault("its title has markup or a variable", "write plain words: a title is what a person picks")
	}
	for _, m := range anyVariable.FindAllStringSubmatch(w.Body, -1) {
		if !slices.Contains(t.variables(), m[1]) {
			fault("{"+m[1]+"} is not one of its variables", "use one of "+strings.Join(t.variables(), ", ")+", or declare it in "+shared)
		}
	}
	if strings.ContainsAny(anyVariable.ReplaceAllString(w.Body, ""), "{}") {
		fault("a brace stands alone", "write a variable as {name}")
	}
	for _, v := range append([]string{"time", "date"}, t.Required...) {
		if !strings.Contains(optional(w.Body, nil), "{"+v+"}") {
			fault("{"+v+"} is not said in every message", "put it outside of [[ ]]: a message names its slot and what it is about")
		}
	}
	if what := unbalanced(w.Body); what != "" {
		fault(what, "close what is opened, in reverse order; the tags are "+strings.Join(tags, ", "))
	}
	if n := len(utf16.Encode([]rune(chat.PlainText(w.fill(samplesOf(t)))))); n > most {
		fault(fmt.Sprintf("it takes %d units with values of usual length", n), fmt.Sprintf("shorten it to %d", most))
	}
	return out
}

// unbalanced finds the first tag or bracket that is not closed, or ""; a part in [[ ]] must be whole by
// itself, since it may be left out.
func unbalanced(body string) string {
	var open []string
	for _, m := range regexp.MustCompile(`\[\[|\]\]|`+anyTag.String()+`|[<>]`).FindAllStringSubmatch(body, -1) {
		last := ""
		if len(open) > 0 {
			last = open[len(open)-1]
		}
		switch piece := m[0]; {
		case piece == "[[" && slices.Contains(open, "[["):
			return "a [[ stands inside another"
		case piece == "[[":
			open = append(open, "[[")
		case piece == "]]" && last != "[[":
			return "a ]] closes nothing, or a tag stays open before it"
		case piece == "]]":
			open = open[:len(open)-1]
		case piece == "<" || piece == ">" || m[3] != "" || !slices.Contains(tags, m[2]):
			return fmt.Sprintf("%q is no tag that every channel can show", piece)
		case m[1] == "/" && last != m[2]:
			return fmt.Sprintf("%s closes nothing", piece)
		case m[1] == "/":
			open = open[:len(open)-1]
		default:
			open = append(open, m[2])
		}
	}
	if len(open) > 0 {
		return fmt.Sprintf("%q stays open", open[len(open)-1])
	}
	return ""
}

func samplesOf(t Template) map[string]string {
	values := map[string]string{}
	for _, v := range t.variables() {
		if values[v] = samples[v]; values[v] == "" {
			values[v] = v
		}
	}
	return values
}

// samples are values of usual length; a variable that is not among them gets its own name.
var samples = map[string]string{
	"time": "09:00", "date": "2026-11-24", "name": "Ana", "message": "drink a glass of water", "medication": "aspirin 100 mg", "dose": "1",
	"instructions": "with food", "appointment": "blood test", "provider": "Dr Ruiz", "place": "room 4", "question": "Did you sleep well?", "topic": "your knee",
}
