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

// A pause:
//
//	"pause 2", "pause aspirin until monday" ──▶ paused, Undo for 60 s
//	"pause until monday" ──▶ [all] [all but medication] [cancel] ──▶ paused, Undo for 60 s
//
// With an end, a series goes on by itself with the first occurrence after it; without one, "resume"
// brings it back. What falls into a pause is not sent later.

// whyPerson: the person asked for the pause.
const whyPerson = "person"

// The answers to the question what is paused, in the order of their buttons.
const (
	pauseAll = iota
	pauseNotMedication
)

// pause reads what follows the word: which reminders, and until when. It reports whether it was understood.
func (t *turn) pause(what string) bool {
	what, until, ok := t.untilWhen(what)
	if !ok {
		return false
	}
	if what == "" || t.isWord("words_all", what) {
		t.askPause(until)
		return true
	}
	s, found := t.pick(what)
	if found {
		t.pauseThese([]Upcoming{s}, until)
	}
	return found
}

// untilWhen cuts "until monday" or "for 3 days" off a text. A day means its beginning, in the person's
// zone; no end is the zero time. ok is false when the end cannot be understood.
func (t *turn) untilWhen(text string) (rest string, until time.Time, ok bool) {
	bound := t.boundIn(text)
	if bound == "" {
		return strings.TrimSpace(text), time.Time{}, true
	}
	until, ok = t.endOf(bound, schedule.NewClock(23, 59))
	if !ok {
		return "", time.Time{}, false
	}
	// So many days count from the first one that there is, today or tomorrow; a day that is named stays.
	other, ok := t.endOf(bound, schedule.NewClock(0, 0))
	switch day := schedule.DateOf(until); {
	case ok && schedule.DateOf(other) != day: // the last of them is over at midnight
		until, _ = day.AddDays(1).At(0).In(t.zone())
	case schedule.ClockOf(until) >= schedule.NewClock(23, 59): // a whole day, whose beginning is meant
		until, _ = day.At(0).In(t.zone())
	}
	return strings.TrimSpace(strings.Replace(text, bound, "", 1)), until, until.After(t.now)
}

// endOf is when something daily at that time of day would end by such words.
func (t *turn) endOf(bound string, clock schedule.Clock) (time.Time, bool) {
	daily, err := schedule.Recurring(schedule.Recurrence{Zone: t.zone(), From: schedule.DateOf(t.now.In(t.zone())).At(0),
		Patterns: []schedule.Pattern{{Freq: schedule.Daily, Times: []schedule.Clock{clock}}}})
	if err != nil {
		return time.Time{}, false
	}
	r := t.parse(t.parser.Describe(daily, t.lang, t.now)+" "+bound, t.update.SentAt)
	end, ends := r.Rule.End()
	return end.In(t.zone()), ends && r.Err == nil && r.Message == ""
}

// boundIn is the part of a text that says until when.
func (t *turn) boundIn(text string) string {
	from, to := -1, 0
	for _, s := range t.parse(text, t.update.SentAt).Spans {
		if s.Role == nlp.RoleBound {
			if from < 0 {
				from = s.Start
			}
			to = s.End
		}
	}
	if from < 0 {
		return ""
	}
	return text[from:to]
}

// askPause asks what all is to be paused.
func (t *turn) askPause(until time.Time) {
	var running []Upcoming
	medication := 0
	for _, s := range inOrder(t.state.Series) {
		if s.Status == schedule.Active {
			running = append(running, s)
			if s.Template == templates.MedicationReminder {
				medication++
			}
		}
	}
	if len(running) == 0 {
		t.say("pause_nothing", nil)
		return
	}
	d := t.newDraft(KindPause)
	d.Step, d.Data.Text, d.Data.Until = StepAsk, "", until
	for _, s := range running {
		d.Data.Series = append(d.Data.Series, s.ID)
	}
	d.Data.Options = []Option{{Label: t.words("button_pause_all", nil)}}
	choices := row(d.button(d.Data.Options[0].Label, opOption(pauseAll)))
	if medication > 0 && medication < len(running) {
		d.Data.Options = append(d.Data.Options, Option{Label: t.words("button_pause_rest", nil)})
		choices = append(choices, d.button(d.Data.Options[1].Label, opOption(pauseNotMedication)))
	}
	text := t.catalogue.Count(t.lang, "pause_ask", len(running), nil)
	if !until.IsZero() {
		text = t.catalogue.Count(t.lang, "pause_until_ask", len(running), locales.Args{"Moment": t.catalogue.Moment(t.lang, until, t.now)})
	}
	if medication > 0 {
		text += " " + t.words("pause_medication_ask", nil)
	}
	m := plain(text)
	m.Choices = [][]chat.Choice{choices, row(d.button(t.words("button_cancel", nil), opCancel))}
	t.ask(d, m)
}

// pauseAnswer is the answer to what is to be paused.
func (t *turn) pauseAnswer(d *Draft, i int) {
	var these []Upcoming
	for _, id := range d.Data.Series {
		s, ok := t.series(id)
		if ok && s.Status == schedule.Active && (i == pauseAll || s.Template != templates.MedicationReminder) {
			these = append(these, s)
		}
	}
	if !d.Data.Until.IsZero() && !d.Data.Until.After(t.now) || len(these) == 0 {
		d.Status, d.Step = DraftDropped, StepDone
		t.edit(d, plain(t.words("pause_nothing", nil)))
		return
	}
	t.pauseDraft(d, these)
}

// pauseThese pauses series at once.
func (t *turn) pauseThese(these []Upcoming, until time.Time) {
	these = slices.DeleteFunc(slices.Clone(these), func(s Upcoming) bool { return s.Status != schedule.Active })
	if len(these) == 0 {
		t.say("pause_nothing", nil)
		return
	}
	d := t.newDraft(KindPause)
	d.Data.Text, d.Data.Until = "", until
	t.pauseDraft(d, these)
}

func (t *turn) pauseDraft(d *Draft, these []Upcoming) {
	d.Step, d.Status, d.Data.Options, d.Data.Series = StepDone, DraftDone, nil, nil
	for _, s := range these {
		c := SeriesChange{ID: s.ID, Status: schedule.PausedNow, Why: whyPerson}
		if !d.Data.Until.IsZero() {
			c.Status, c.Why, c.From = schedule.Active, "paused by the person", d.Data.Until
		}
		t.result.Change = append(t.result.Change, c)
		d.Data.Series = append(d.Data.Series, s.ID)
		t.audit("schedule_paused", s.ID)
	}
	m := plain(t.pausedText(these, d.Data.Until))
	m.Choices = [][]chat.Choice{row(d.button(t.words("button_undo", nil), opUndo))}
	t.edit(d, m)
}

func (t *turn) pausedText(these []Upcoming, until time.Time) string {
	suffix, args := "", locales.Args{"Text": shorten(these[0].Message, 80)}
	if !until.IsZero() {
		suffix, args["Moment"] = "_until", t.catalogue.Moment(t.lang, until.In(t.zone()), t.now)
	}
	if len(these) == 1 {
		return t.words("paused_this"+suffix, args)
	}
	return t.catalogue.Count(t.lang, "paused"+suffix, len(these), args)
}

// undoMove gives back what was paused or left out a moment ago; what fell due since then goes now.
func (t *turn) undoMove(d *Draft) {
	if t.now.Sub(d.UpdatedAt) > UndoLife {
		t.result.Toast = t.words("toast_undo_late", nil)
		return
	}
	since := d.UpdatedAt
	d = t.touch(d)
	d.Status = DraftDropped
	for _, s := range t.state.Named {
		if s.Status == schedule.PausedNow {
			t.resume(s)
		} else {
			t.result.Change = append(t.result.Change, SeriesChange{ID: s.ID, Status: schedule.Active, From: since, Why: "undone"})
		}
	}
	t.result.Toast = t.words("toast_undone", nil)
	t.edit(d, plain(t.words("stop_undone", nil)))
}

// goOn lets series go on again: those that are paused, and those whose pause has an end.
func (t *turn) goOn(these []Upcoming) {
	for _, s := range these {
		if s.Status == schedule.PausedNow {
			t.resume(s)
		} else {
			t.result.Change = append(t.result.Change, SeriesChange{ID: s.ID, Status: schedule.Active, From: t.now, Why: "goes on"})
		}
	}
	t.send(plain(t.catalogue.Count(t.lang, "resumed", len(these), nil)))
}
