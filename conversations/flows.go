package conversations

import (
	"strings"
	"time"

	"carebell/chat"
	"carebell/locales"
	"carebell/nlp"
	"carebell/templates"
)

// ConsentVersion names the consent text that is asked for now; it changes with its meaning.
const ConsentVersion = "2026-11"

// Config is what the flows say about the house.
type Config struct {
	// Service is who the reminders are from: "Clinic Sol". Default "carebell".
	Service string
	// Emergency is the number to call; empty: "your local emergency number".
	Emergency string
	// Zone is the guess for a person whose zone is unknown: an IANA name. Default UTC.
	Zone *time.Location
	// Language of a person who has said nothing about it. Default the fallback catalogue.
	Language string
}

// Flows knows how conversations go. It is safe for concurrent use.
type Flows struct {
	config      Config
	parser      *nlp.Parser
	catalogue   *locales.Catalogue
	templates   *templates.Set
	stopWords   map[string]bool // over all languages
	backWords   map[string]bool
	helpWords   map[string]bool
	emergencies []emergency
}

// New returns the flows over a parser and the words of every language.
func New(config Config, parser *nlp.Parser, catalogue *locales.Catalogue, set *templates.Set) *Flows {
	if config.Service == "" {
		config.Service = "carebell"
	}
	if config.Zone == nil {
		config.Zone = time.UTC
	}
	if config.Language == "" {
		config.Language = locales.Fallback
	}
	f := &Flows{config: config, parser: parser, catalogue: catalogue, templates: set}
	f.stopWords = f.everyLanguage("words_stop")
	f.backWords = f.everyLanguage("words_start")
	f.helpWords = f.everyLanguage("words_help")
	f.emergencies = emergencyPhrases(catalogue)
	return f
}

// everyLanguage is a closed list of words joined over all languages: STOP must work in any of them.
func (f *Flows) everyLanguage(key string) map[string]bool {
	all := map[string]bool{}
	for _, lang := range f.catalogue.Languages() {
		for _, w := range f.catalogue.Words(lang, key) {
			all[bare(w)] = true
		}
	}
	return all
}

// Step decides one turn. now is the deciding clock's time of processing; what a person says counts
// from the update's own SentAt.
func (f *Flows) Step(state State, update chat.Update, now time.Time) Turn {
	t := f.begin(state, update, now)
	switch update.Kind {
	case chat.Blocked:
		t.leave("blocked")
	case chat.Unblocked:
		t.comeBack()
	case chat.Settings:
		t.settings()
	case chat.Tap:
		t.tap()
	case chat.Edited:
		t.edited()
	case chat.Text:
		t.text()
	default:
		if !t.person.Stopped {
			t.say("unsupported", nil)
		}
	}
	if update.Kind != chat.Blocked && update.Kind != chat.Unblocked && state.Person.Unreachable != "" && !t.result.Erase {
		t.comeBack()
	}
	return t.out()
}

// text is the order in which words are understood: STOP first, whatever is open, then what may be an
// emergency.
func (t *turn) text() {
	text := strings.TrimSpace(t.update.Text)
	name, rest := splitCommand(text)
	word := bare(text)
	switch {
	case t.stopWords[word] || name == "stop":
		t.stopAll()
		return
	case t.alarm(text):
		return
	case t.erasing(text):
		return
	case t.person.Stopped:
		if t.answerConsent(text) {
			return
		}
		if name == "start" || t.backWords[word] {
			t.start()
		} else if name == "help" || t.helpWords[word] {
			t.help()
		} else {
			t.ownData(name, word)
		}
		return // after STOP: silence
	case name == "help" || (name == "" && t.helpWords[word]):
		t.help()
		return
	case text == "":
		t.notUnderstood()
		return
	}
	if name == "" {
		if t.doseAnswer(text) || t.answer(text) {
			return
		}
		if t.aboutOne(text) {
			return
		}
		name, rest = t.plainCommand(text)
	}
	switch name {
	case "start":
		t.start()
	case "schedule":
		t.request(rest, true)
	case "list":
		t.list()
	case "cancel":
		t.cancel(rest)
	case "timezone":
		t.timezone(rest)
	case "language":
		t.language(rest)
	case "status":
		t.status()
	case "export", "delete":
		t.ownData(name, word)
	case "adherence":
		t.adherence()
	case "":
		t.request(text, false)
	default:
		t.notUnderstood()
	}
}

// answerConsent lets somebody who came back with START agree in words.
func (t *turn) answerConsent(text string) bool {
	for i := range t.state.Open {
		open := &t.state.Open[i]
		if open.Kind != KindWelcome || open.Step != StepConsent || open.expired(t.now) {
			continue
		}
		if o, ok := t.spoken(open, text); ok {
			t.openTap(t.touch(open), o)
			return true
		}
	}
	return false
}

// splitCommand separates "/schedule tomorrow" into its name and the rest; name is "" for other text.
func splitCommand(text string) (name, rest string) {
	if !strings.HasPrefix(text, "/") {
		return "", text
	}
	name, rest, _ = strings.Cut(text[1:], " ")
	if before, after, ok := strings.Cut(name, "\n"); ok {
		name, rest = before, after+" "+rest
	}
	return strings.ToLower(name), strings.TrimSpace(rest)
}

// plainCommand finds a command said without a slash, in the person's language or in English.
func (t *turn) plainCommand(text string) (name, rest string) {
	for _, command := range []string{"list", "status", "cancel", "timezone", "language", "start"} {
		if t.isWord("words_"+command, text) {
			return command, ""
		}
	}
	if lang := t.spokenLanguage(text); lang != "" {
		return "language", lang
	}
	if own := t.ownWord(text); own != "" {
		return own, ""
	}
	return "", text
}
