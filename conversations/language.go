package conversations

import (
	"slices"

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
	for _, name := range []string{"schedule", "list", "cancel", "status", "timezone", "language", "help", "stop"} {
		out = append(out, Command{Name: name, Description: catalogue.Text(lang, "command_"+name, nil)})
	}
	return out
}
