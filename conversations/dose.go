package conversations

import (
	"maps"
	"slices"
	"time"

	"carebell/chat"
	"carebell/locales"
	"carebell/schedule"
	"carebell/templates"
)

// A dose is answered on the card below its reminder:
//
//	        ┌── 15 min, 1 h: once more, later ──┐
//	        ▼                                   │
//	open ───┴── Taken ──▶ taken ── Undo ──▶ open┘     after its window:
//	   └─────── Skip ───▶ skipped (Why?) ─ Undo ─▶    Taken ──▶ then, or just now? ──▶ taken
//
// "taken", "taken at 9:20" and "skip" answer the one dose that is open; with more than one the person
// is asked which.

// Dose is what a dose card remembers. Its JSON form is saved: fields may be added, never renamed.
type Dose struct {
	Due        time.Time         `json:"due"`
	Zone       string            `json:"zone"` // IANA zone that the slot is named in
	Until      time.Time         `json:"until"`
	Parameters map[string]string `json:"parameters,omitempty"`
	// Answer is the answer that holds, and SaidAt when it was taken; empty: none.
	Answer string    `json:"answer,omitempty"`
	SaidAt time.Time `json:"said_at,omitzero"`
	// Again is when the reminder comes once more; zero: it does not.
	Again time.Time `json:"again,omitzero"`
}

// NewDose is the card of an occurrence that is about to be sent: due and its zone name the slot, and
// until is the end of the window in which it is answered without a question.
func NewDose(id, owner, occurrence, series, template, message string, dose Dose, now time.Time) Draft {
	return Draft{ID: id, Owner: owner, Kind: KindDose, Step: StepAsk, Status: DraftOpen, Version: 1, Card: occurrence,
		ExpiresAt: dose.Until, UpdatedAt: now,
		Data: Data{Schema: schema, SaidAt: dose.Due, Message: message, Template: template, Series: []string{series}, Dose: &dose}}
}

// DoseChoices are the buttons below a reminder that asks for an answer.
func DoseChoices(catalogue *locales.Catalogue, lang, draft string, version int) [][]chat.Choice {
	lang = catalogue.Match(lang)
	d := &Draft{ID: draft, Version: version}
	word := func(key string) string { return catalogue.Text(lang, key, nil) }
	return [][]chat.Choice{
		row(d.button("✅ "+word("button_taken"), opTaken), d.button("⏭ "+word("button_skip"), opSkip)),
		row(d.button("⏰ "+word("button_15_min"), opLater15), d.button("⏰ "+word("button_1_hour"), opLater60))}
}

// doseTap is a tap below a reminder. An old version of the card is still about the same dose, so what
// counts is what was answered, not which copy is tapped.
func (t *turn) doseTap(d *Draft, o op, version int) {
	dose := d.Data.Dose
	if dose == nil {
		t.result.Toast = t.words("toast_unknown", nil)
		return
	}
	late := t.now.After(dose.Until)
	switch {
	case o == opUndo:
		t.undoDose(d, version)
	case dose.Answer == AnswerSkipped && o.option() >= 0 && o.option() < len(skipReasons):
		t.skipReason(t.touch(d), o.option())
	case dose.Answer != "":
		t.result.Toast = t.words("toast_dose_"+dose.Answer, locales.Args{"Clock": t.clockOf(dose, dose.SaidAt)})
	case o == opTaken && late:
		t.askLate(t.touch(d))
	case o == opThen:
		t.take(t.touch(d), dose.Due)
	case o == opTaken || o == opNow:
		t.take(t.touch(d), t.said())
	case o == opSkip:
		t.skip(t.touch(d))
	case late:
		t.result.Toast = t.words("toast_dose_late", nil)
	case o == opLater15:
		t.later(t.touch(d), 15*time.Minute)
	case o == opLater60:
		t.later(t.touch(d), time.Hour)
	default:
		t.result.Toast = t.words("toast_unknown", nil)
	}
}

// said is when the person acted, which may be long before it is handled.
func (t *turn) said() time.Time {
	if t.update.SentAt.IsZero() || t.update.SentAt.After(t.now) {
		return t.now
	}
	return t.update.SentAt
}

// take notes that a dose was taken at that time.
func (t *turn) take(d *Draft, at time.Time) {
	dose := d.answered(AnswerTaken, at)
	t.result.Answers = append(t.result.Answers, t.doseAnswerOf(d, AnswerTaken, ""))
	t.result.Toast = t.words("toast_dose_taken", locales.Args{"Clock": t.clockOf(dose, at)})
	t.showDose(d, t.words("dose_taken", locales.Args{"Clock": t.clockOf(dose, at)}),
		[][]chat.Choice{row(d.button(t.words("button_undo", nil), opUndo))})
}

// skipReasons are the buttons below "Why?", in their order.
var skipReasons = []string{"unwell", "ran_out", "doctor", "forgot", "none"}

// skip notes that a dose is not taken, and asks why.
func (t *turn) skip(d *Draft) {
	d.answered(AnswerSkipped, t.said())
	t.result.Answers = append(t.result.Answers, t.doseAnswerOf(d, AnswerSkipped, "none"))
	t.result.Toast = t.words("toast_dose_skipped", nil)
	var why []chat.Choice
	for i, reason := range skipReasons {
		why = append(why, d.button(t.words("skip_"+reason, nil), opOption(i)))
	}
	t.showDose(d, t.words("dose_skipped", nil)+" "+t.words("dose_skipped_why", nil),
		[][]chat.Choice{why[:2], why[2:4], {why[4], d.button(t.words("button_undo", nil), opUndo)}})
}

// skipReason notes why. What is felt or missing is the clinic's to hear, and no advice is given.
func (t *turn) skipReason(d *Draft, i int) {
	t.result.Answers = append(t.result.Answers, t.doseAnswerOf(d, AnswerSkipped, skipReasons[i]))
	t.result.Toast = t.words("toast_noted", nil)
	t.showDose(d, t.words("dose_skipped", nil)+" "+t.words("skip_"+skipReasons[i], nil), nil)
	if skipReasons[i] == "unwell" {
		t.say("dose_unwell", locales.Args{"Emergency": t.emergency()})
	}
}

// undoDose takes an answer back, within its minute.
func (t *turn) undoDose(d *Draft, version int) {
	dose := d.Data.Dose
	switch {
	case dose.Answer == "" || version != d.Version:
		t.result.Toast = t.words("toast_newer", nil)
	case t.now.Sub(d.UpdatedAt) > UndoLife:
		t.result.Toast = t.words("toast_dose_undo_late", nil)
	default:
		d = t.touch(d)
		t.result.Answers = append(t.result.Answers, t.doseAnswerOf(d, AnswerUndone, ""))
		d.reopen()
		t.result.Toast = t.words("toast_undone", nil)
		t.showDose(d, "", DoseChoices(t.catalogue, t.lang, d.ID, d.Version))
	}
}

// later asks for the reminder once more, but never after its window.
func (t *turn) later(d *Draft, wait time.Duration) {
	dose := *d.Data.Dose
	over := slices.ContainsFunc(t.state.Named, func(s Upcoming) bool {
		return slices.Contains(d.Data.Series, s.ID) && s.Status != schedule.Active && s.Status != schedule.Finished
	})
	if over {
		t.result.Toast = t.words("toast_dose_stopped", nil)
		d.keep(&dose)
		return
	}
	dose.Again = t.now.Add(wait)
	if dose.Again.After(dose.Until.Add(-snoozeMargin)) {
		t.result.Toast = t.words("toast_dose_window", locales.Args{"Clock": t.clockOf(&dose, dose.Until)})
		d.keep(d.Data.Dose)
		return
	}
	d.keep(&dose)
	t.result.Snoozes = append(t.result.Snoozes, Snooze{MessageID: d.Card, At: dose.Again, Until: dose.Until})
	again := t.words("dose_later", locales.Args{"Clock": t.clockOf(&dose, dose.Again)})
	t.result.Toast = again
	t.showDose(d, "⏰ "+again, [][]chat.Choice{row(d.button("✅ "+t.words("button_taken", nil), opTaken), d.button("⏭ "+t.words("button_skip", nil), opSkip))})
}

// snoozeMargin is how long before the end of its window a snooze must come, to have time to arrive.
const snoozeMargin = 5 * time.Minute

// askLate: the window is over, so when it was taken is not to be guessed.
func (t *turn) askLate(d *Draft) {
	d.keep(d.Data.Dose)
	d.Step = StepLate
	dose := d.Data.Dose
	zone := zoneOf(dose)
	t.showDose(d, t.words("dose_late", locales.Args{"Moment": t.catalogue.Moment(t.lang, dose.Due.In(zone), t.now.In(zone))}), [][]chat.Choice{row(
		d.button(t.words("button_taken_then", nil), opThen), d.button(t.words("button_taken_now", nil), opNow))})
}

// showDose shows the reminder again with what became of it.
func (t *turn) showDose(d *Draft, line string, choices [][]chat.Choice) {
	dose := d.Data.Dose
	due := dose.Due.In(zoneOf(dose))
	m, err := t.templates.Say(d.Data.Template, t.lang, templates.Occurrence{Parameters: dose.Parameters, Content: d.Data.Message,
		Name: t.person.Name, Clock: t.catalogue.Clock(t.lang, due), Day: t.catalogue.Day(t.lang, due)})
	if err != nil { // the template is gone: the person's own words are not
		m = chat.Message{Text: escape(d.Data.Message), Format: chat.HTML}
	}
	if line != "" {
		m.Text = lines(m.Text, escape(line))
	}
	m.Choices = choices
	t.edit(d, m)
	if copied := t.state.TappedMessage; copied != "" && copied != d.Card && t.update.Kind == chat.Tap && t.state.Tapped.ID == d.ID {
		t.result.Replies = append(t.result.Replies, Reply{ID: t.ids.row(t.now), Edits: copied, Message: m}) // the copy that was tapped
	}
}

func (t *turn) clockOf(dose *Dose, at time.Time) string {
	return t.catalogue.Clock(t.lang, at.In(zoneOf(dose)))
}

func zoneOf(dose *Dose) *time.Location {
	zone, err := time.LoadLocation(dose.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

func (t *turn) doseAnswerOf(d *Draft, answer, reason string) DoseAnswer {
	return DoseAnswer{ID: t.ids.row(t.now), MessageID: d.Card, Draft: d.ID, Answer: answer, Reason: reason,
		Due: d.Data.Dose.Due, SaidAt: d.Data.Dose.SaidAt}
}

// answered notes an answer on the card.
func (d *Draft) answered(answer string, at time.Time) *Dose {
	dose := *d.Data.Dose
	dose.Answer, dose.SaidAt, dose.Again = answer, at, time.Time{}
	d.keep(&dose)
	d.Step, d.Status = StepDone, DraftDone
	return &dose
}

// reopen takes the answer off the card.
func (d *Draft) reopen() {
	dose := *d.Data.Dose
	dose.Answer, dose.SaidAt = "", time.Time{}
	d.Step, d.Status = StepAsk, DraftOpen
	d.keep(&dose)
}

// keep saves what is known of the dose. Its card lives as long as its window, whatever touches it.
func (d *Draft) keep(dose *Dose) {
	copied := *dose
	copied.Parameters = maps.Clone(dose.Parameters)
	d.Data.Dose, d.ExpiresAt = &copied, dose.Until
}
