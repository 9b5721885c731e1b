package conversations

import (
	"slices"
	"strings"

	"carebell/chat"
	"carebell/locales"
)

// language is /language: a choice of the catalogues, each by its own name.
func (t *turn) language(text string) {
	for _, lang := range t.catalogue.Languages() {
		if w := bare(text); w != "" && (w == lang || w == bare(t.catalogue.Text(lang, "language_name", nil))) {
			t.setLanguage(lang)
			t.say("language_set", nil)
			return
		}
	}
	d := t.newDraft(KindLanguage)
	d.Step, d.Data.Text = StepAsk, ""
	var choices []chat.Choice
	for i, lang := range t.catalogue.Languages() {
		d.Data.Options = append(d.Data.Options, Option{Label: lang})
		choices = append(choices, d.button(t.catalogue.Text(lang, "language_name", nil), opOption(i)))
	}
	m := plain(t.words("language_ask", nil))
	for pair := range slices.Chunk(choices, 2) {
		m.Choices = append(m.Choices, pair)
	}
	t.ask(d, m)
}

// spokenLanguage is "English please": a language by its own name, and at most two words beside it.
func (t *turn) spokenLanguage(text string) string {
	words := strings.Fields(spaced(text))
	if len(words) > 3 {
		return ""
	}
	for _, lang := range t.catalogue.Languages() {
		if slices.Contains(words, bare(t.catalogue.Text(lang, "language_name", nil))) {
			return lang
		}
	}
	return ""
}

// heard notes in which language a request was understood. The second one in another language than is
// spoken here asks, in that language, whether it shall be spoken:
//
//	a request in another language ──▶ noted ── another one ──▶ shall I speak it? ──▶ [yes] [no]
func (t *turn) heard(lang string) {
	lang = t.catalogue.Match(lang)
	if lang == t.lang || t.person.Consent == "" {
		return
	}
	for i := range t.state.Open {
		noted := &t.state.Open[i]
		if noted.Kind != KindHeard || noted.expired(t.now) || noted.Data.Options[0].Label != lang {
			continue
		}
		if noted.Step == StepNoted {
			done := t.touch(noted)
			done.Status, done.Step = DraftDone, StepDone
			t.askLanguage(t.newDraft(KindHeard), lang)
		}
		return
	}
	d := t.newDraft(KindHeard)
	d.Step, d.Data.Text, d.Data.Options = StepNoted, "", []Option{{Label: lang}}
}

// askLanguage asks in a language whether it shall be spoken.
func (t *turn) askLanguage(d *Draft, lang string) {
	word := func(key string) string { return t.catalogue.Text(lang, key, nil) }
	d.Step, d.Data.Text, d.Data.Options = StepAsk, "", []Option{{Label: lang}}
	m := plain(word("language_offer"))
	m.Choices = [][]chat.Choice{row(d.button(word("button_yes"), opOption(0)), d.button(word("button_no"), opCancel))}
	t.ask(d, m)
}

// offerSpoken is an answer in words to the offer of another language, in that one or the present one.
func (t *turn) offerSpoken(d *Draft, word string) (op, bool) {
	if d.Step != StepAsk {
		return "", false
	}
	for _, lang := range []string{t.lang, d.Data.Options[0].Label, locales.Fallback} {
		if slices.Contains(t.catalogue.Words(lang, "words_yes"), word) {
			return opOption(0), true
		}
		if slices.Contains(t.catalogue.Words(lang, "words_no"), word) {
			return opCancel, true
		}
	}
	return "", false
}

func (t *turn) chooseLanguage(d *Draft, lang string) {
	t.setLanguage(lang)
	d.Status, d.Step = DraftDone, StepDone
	t.edit(d, plain(t.words("language_set", nil)))
}

func (t *turn) setLanguage(lang string) {
	t.person.Language = lang
	t.speak(lang)
	t.audit("language_set", lang)
}

// Command is one entry of a channel's command menu.
type Command struct{ Name, Description string }

// Commands lists the commands with their descriptions in a language, in the order of a menu.
func Commands(catalogue *locales.Catalogue, lang string) []Command {
	var out []Command
	for _, name := range []string{"schedule", "list", "cancel", "status", "timezone", "language", "adherence", "export", "delete", "help", "stop"} {
		out = append(out, Command{Name: name, Description: catalogue.Text(lang, "command_"+name, nil)})
	}
	return out
}
