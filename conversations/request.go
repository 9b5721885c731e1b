package conversations

import (
	"slices"
	"strings"
	"time"

	"carebell/chat"
	"carebell/locales"
	"carebell/nlp"
	"carebell/schedule"
	"carebell/templates"
)

// request begins a schedule from free language. commanded: the person clearly asked for one.
func (t *turn) request(text string, commanded bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		t.say("schedule_how", nil)
		return
	}
	if len([]rune(text)) > chat.MaxText {
		t.say("too_long", locales.Args{"Limit": chat.MaxText})
		return
	}
	text = t.withoutGreeting(text)
	understood := t.parse(text, t.update.SentAt)
	if !commanded && !t.asksForSchedule(understood) {
		t.notUnderstood()
		return
	}
	d := t.newDraft(KindSchedule)
	d.Data.Text = text
	t.advance(d)
	if understood.Kind != nlp.Failure {
		t.heard(understood.Language)
	}
}

// asksForSchedule reports whether a text without a command means one: a schedule was found, or a
// time that cannot be, or the text begins as a request does.
func (t *turn) asksForSchedule(r nlp.Result) bool {
	return r.Kind != nlp.Failure || r.Err.Code != problemNoSchedule && r.Err.Code != problemEmpty
}

// withoutGreeting drops a leading "hello": what follows says whether something is asked for.
func (t *turn) withoutGreeting(text string) string {
	first, rest, ok := strings.Cut(text, " ")
	if ok && t.isWord("words_hello", first) {
		return strings.TrimSpace(rest)
	}
	return text
}

// The parser's error codes that a conversation answers with a question instead of a sentence.
const (
	problemEmpty      = "empty"
	problemNoSchedule = "no_schedule" // no time, and nothing that asks for one
	problemNoTime     = "no_time"     // a request without its time
	problemPast       = "past_time"
)

func (t *turn) parse(text string, said time.Time) nlp.Result {
	return t.parser.Parse(text, said, nlp.Profile{Language: t.languageTag(), Zone: t.zone()})
}

// languageTag keeps the region of what the platform says (en-US reads 3/4 as March), as long as it
// is the language that is spoken.
func (t *turn) languageTag() string {
	if tag := t.update.Language; tag != "" && t.catalogue.Match(tag) == t.lang {
		return tag
	}
	return t.lang
}

// advance takes a draft to the first step that needs an answer. It is called after every answer.
func (t *turn) advance(d *Draft) {
	if t.person.Consent != ConsentVersion || t.person.Stopped {
		t.askConsent(d)
		return
	}
	switch d.Kind {
	case KindWelcome:
		if !t.person.ZoneConfirmed {
			t.askZone(d)
			return
		}
		d.Status, d.Step = DraftDone, StepDone
		if t.resumable() > 0 {
			t.askResume()
		} else {
			t.ready()
		}
		return
	case KindZone:
		d.Status, d.Step = DraftDone, StepDone
		return
	}
	if d.Data.Rule == "" {
		if done := t.understand(d); !done {
			return
		}
	}
	if d.Data.Message == "" {
		t.askMessage(d)
		return
	}
	if d.Data.Often && t.askOften(d) {
		return
	}
	t.showCard(d)
}

// understand reads the draft's text into a rule. It reports whether there is one; if not, it has
// asked or answered.
func (t *turn) understand(d *Draft) bool {
	r := t.parse(d.Data.Text, d.Data.SaidAt)
	if !t.person.ZoneConfirmed && t.zoneMatters(d, r) {
		t.askZone(d)
		return false
	}
	if d.Data.Message == "" {
		d.Data.Message = r.Message
	}
	if d.Data.Template == "" {
		d.Data.Template = templates.Reminder
		if r.Medical {
			d.Data.Template = templates.MedicationReminder
		}
	}
	if r.Kind == nlp.Failure {
		t.explain(d, r)
		return false
	}
	d.Data.Often = d.Data.Template == templates.MedicationReminder && d.Data.Replaces == "" && clocksOnly(r)
	d.Data.Assumed = nil
	for _, a := range r.Assumptions {
		d.Data.Assumed = append(d.Data.Assumed, a.Code+":"+a.Value)
	}
	if r.Ask != "" && len(r.Alternatives) > 0 {
		readings := append([]nlp.Reading{{Kind: r.Kind, Rule: r.Rule}}, r.Alternatives...)
		t.choose(d, "choose_"+r.Ask, readings)
		return false
	}
	d.Data.Rule = r.Rule.String()
	return true
}

// zoneMatters reports whether the phrase means another instant elsewhere: a wall clock does, "in two
// hours" and a clock with its own zone do not.
func (t *turn) zoneMatters(d *Draft, here nlp.Result) bool {
	there := t.parser.Parse(d.Data.Text, d.Data.SaidAt, nlp.Profile{Language: t.languageTag(), Zone: farZone(t.zone())})
	if here.Kind == nlp.Failure && there.Kind == nlp.Failure {
		return here.Err.Code == problemPast // what would be offered instead is a wall clock
	}
	if here.Kind != there.Kind {
		return true
	}
	a, _ := here.Rule.Next(d.Data.SaidAt)
	b, _ := there.Rule.Next(d.Data.SaidAt)
	return !a.At.Equal(b.At)
}

// farZone is a zone whose clocks show another time than z's.
func farZone(z *time.Location) *time.Location {
	_, offset := time.Unix(0, 0).In(z).Zone()
	return time.FixedZone("elsewhere", offset+5*60*60)
}

// explain says why a phrase is no schedule, and offers what is nearest.
func (t *turn) explain(d *Draft, r nlp.Result) {
	switch r.Err.Code {
	case problemNoSchedule, problemNoTime:
		t.askWhen(d)
		return
	}
	readings := slices.DeleteFunc(slices.Clone(r.Alternatives), func(a nlp.Reading) bool {
		_, ok := a.Rule.Next(t.now)
		return !ok
	})
	if len(readings) > 0 {
		key := "problem_" + r.Err.Code
		if r.Err.Code == problemPast {
			key = "choose_past"
		}
		t.choose(d, key, readings)
		return
	}
	d.Status, d.Step = DraftDropped, StepDone
	t.send(plain(lines(t.problem(r), t.words("problem_examples", nil))))
}

// problem says what is wrong with a phrase.
func (t *turn) problem(r nlp.Result) string {
	if text := t.words("problem_"+r.Err.Code, nil); text != "" {
		return text
	}
	return t.words("problem_other", nil)
}

// isNoTime reports whether a phrase speaks of no time at all.
func isNoTime(r nlp.Result) bool {
	return r.Err != nil && (r.Err.Code == problemNoSchedule || r.Err.Code == problemNoTime || r.Err.Code == problemEmpty)
}

// choose asks one question with a button for each reading.
func (t *turn) choose(d *Draft, key string, readings []nlp.Reading) {
	d.Step = StepChoose
	d.Data.Options = nil
	var rows [][]chat.Choice
	for _, r := range readings[:min(len(readings), 4)] {
		next, ok := r.Rule.Next(t.now)
		if !ok {
			continue
		}
		label := t.catalogue.Moment(t.lang, next.At, t.now)
		if !r.Rule.IsOnce() {
			label = t.parser.Describe(r.Rule, t.lang, t.now)
		}
		if slices.ContainsFunc(d.Data.Options, func(o Option) bool { return o.Label == label }) {
			continue
		}
		d.Data.Options = append(d.Data.Options, Option{Rule: r.Rule.String(), Label: label})
		rows = append(rows, row(d.button(label, opOption(len(rows)))))
	}
	text := t.words(key, nil)
	if text == "" {
		text = t.words("choose_which", nil)
	}
	m := plain(text)
	m.Choices = append(rows, row(
		d.button(t.words("button_change", nil), opChange),
		d.button(t.words("button_cancel", nil), opCancel)))
	t.ask(d, m)
}

// askWhen offers the times that people mean most often.
func (t *turn) askWhen(d *Draft) {
	d.Step = StepWhen
	d.Data.Options = nil
	now := t.now.In(t.zone())
	tonight := time.Date(now.Year(), now.Month(), now.Day(), 21, 0, 0, 0, now.Location())
	tomorrow := time.Date(now.Year(), now.Month(), now.Day()+1, 9, 0, 0, 0, now.Location())
	var choices []chat.Choice
	offer := func(label string, at time.Time) {
		d.Data.Options = append(d.Data.Options, Option{Rule: schedule.Once(at, at.Location()).String(), Label: label})
		choices = append(choices, d.button(label, opOption(len(d.Data.Options)-1)))
	}
	offer(t.words("button_in_1_hour", nil), now.Add(time.Hour).Truncate(time.Second))
	if t.person.ZoneConfirmed {
		if tonight.After(now) {
			offer(t.words("button_tonight", locales.Args{"Clock": t.catalogue.Clock(t.lang, tonight)}), tonight)
		}
		offer(t.words("button_tomorrow", locales.Args{"Clock": t.catalogue.Clock(t.lang, tomorrow)}), tomorrow)
	}
	m := plain(t.words("when_ask", nil))
	m.Choices = [][]chat.Choice{choices, row(d.button(t.words("button_cancel", nil), opCancel))}
	t.ask(d, m)
}

// askMessage asks for the words, or for one of the named templates.
func (t *turn) askMessage(d *Draft) {
	d.Step, d.Data.Options = StepMessage, nil
	m := plain(t.words("message_ask", nil))
	m.Choices = [][]chat.Choice{row(
		d.button(t.words("button_use_template", nil), opTemplate),
		d.button(t.words("button_cancel", nil), opCancel))}
	t.ask(d, m)
}

// offerTemplates shows the named templates as buttons; the next message fills the one chosen.
func (t *turn) offerTemplates(d *Draft) {
	d.Data.Options = nil
	var rows [][]chat.Choice
	for i, tpl := range t.templates.All() {
		title := t.templates.Title(tpl.Key, t.lang)
		d.Data.Options = append(d.Data.Options, Option{Label: tpl.Key})
		rows = append(rows, row(d.button(title, opOption(i))))
	}
	m := plain(t.words("template_ask", nil))
	m.Choices = rows
	t.edit(d, m)
}

// chooseTemplate takes a template; what it speaks of is the next message, unless it needs nothing.
func (t *turn) chooseTemplate(d *Draft, key string) {
	tpl, err := t.templates.Get(key)
	if err != nil {
		return
	}
	d.Data.Template, d.Data.Options = tpl.Key, nil
	if len(tpl.Required) == 0 {
		d.Data.Message = t.templates.Title(tpl.Key, t.lang)
		t.edit(d, plain(t.templates.Title(tpl.Key, t.lang)))
		d.Card = ""
		t.advance(d)
		return
	}
	t.edit(d, plain(t.words("template_subject_"+tpl.Subject, nil)))
}
