package conversations

import (
	"strings"
	"unicode"

	"carebell/locales"
)

// Somebody in danger is told at once whom to call, whatever question is open and also after STOP. What
// else the message asks for is still done: a reminder that speaks of chest pain is a reminder.

// alarm answers words of an emergency in the language that they are written in, and reports whether
// the text was nothing else.
func (t *turn) alarm(text string) bool {
	lang := t.inDanger(text)
	if lang == "" {
		return false
	}
	spoken := t.lang
	t.lang = lang
	t.say("emergency_answer", locales.Args{"Emergency": t.emergency()})
	t.lang = spoken
	t.audit("emergency_words", "")
	name, _ := splitCommand(text)
	return t.person.Stopped || name == "" && !t.asksForSchedule(t.parse(text, t.update.SentAt))
}

// inDanger is the language in which a text holds one of the phrases of an emergency, the person's own
// before the others; "" when it holds none.
func (t *turn) inDanger(text string) string {
	text = spaced(text)
	found := ""
	for _, e := range t.emergencies {
		if e.isIn(text) && (found == "" || e.lang == t.lang) {
			found = e.lang
		}
	}
	return found
}

// emergency is one phrase that tells of danger.
type emergency struct {
	lang, phrase string
	unspaced     bool // its language writes words without spaces between them
}

func (e emergency) isIn(spacedText string) bool {
	if e.unspaced {
		return strings.Contains(spacedText, e.phrase)
	}
	return strings.Contains(spacedText, " "+e.phrase+" ")
}

// emergencyPhrases are those of every language.
func emergencyPhrases(catalogue *locales.Catalogue) []emergency {
	var all []emergency
	for _, lang := range catalogue.Languages() {
		for _, phrase := range catalogue.Words(lang, "words_emergency") {
			all = append(all, emergency{lang: lang, phrase: strings.TrimSpace(spaced(phrase)),
				unspaced: strings.ContainsFunc(phrase, func(r rune) bool { return unicode.Is(unicode.Han, r) })})
		}
	}
	return all
}

// spaced is a text in lower case with one space around each word and nothing else between them.
func spaced(text string) string {
	var b strings.Builder
	b.WriteByte(' ')
	for _, r := range strings.ToLower(text) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			b.WriteRune(r)
		case r == '\'' || r == '’': // can't, j’étouffe
			b.WriteByte('\'')
		default:
			b.WriteByte(' ')
		}
	}
	b.WriteByte(' ')
	return " " + strings.Join(strings.Fields(b.String()), " ") + " "
}
