package conversations

import (
	"slices"
	"strings"
	"time"

	"carebell/locales"
	"carebell/nlp"
	"carebell/schedule"
)

// An answer to a dose in words. Which dose is meant is asked when more than one is open.

// doseAnswer takes "taken", "taken at 9:20" and "skip" for the dose that is open. It reports whether
// the text was such an answer.
func (t *turn) doseAnswer(text string) bool {
	var open []Draft
	for _, d := range t.state.Doses {
		if d.Data.Dose != nil && d.Data.Dose.Answer == "" && !t.now.After(d.Data.Dose.Until) {
			open = append(open, d)
		}
	}
	if len(open) == 0 {
		return false
	}
	o, at, ok := t.doseWords(text)
	switch {
	case !ok:
		return false
	case len(open) == 1:
		t.note(&open[0], o, at)
	default:
		t.askWhich(open, o, at)
	}
	return true
}

// doseWords reads an answer in words. at is zero unless a time was said. The words around the clock are
// compared whole, so that nothing with a "not" in it is ever taken.
func (t *turn) doseWords(text string) (o op, at time.Time, ok bool) {
	if o, ok = t.doseWord(text); ok {
		return o, time.Time{}, true
	}
	rest, clock, found := t.cutClock(text)
	if !found {
		return "", time.Time{}, false
	}
	if o, ok = t.doseWord(rest); !ok || o == opSkip { // "not taken at 9:20" names the dose by its time
		return o, time.Time{}, ok
	}
	at, ok = t.lastClock(clock)
	return o, at, ok
}

func (t *turn) doseWord(words string) (o op, ok bool) {
	switch {
	case t.isWord("words_taken", words):
		return opTaken, true
	case t.isWord("words_skip", words):
		return opSkip, true
	}
	return "", false
}

// cutClock takes the one time of day out of a text, wherever it stands: "9:20 बजे ली" is "ली" and 9:20.
// found is false when a text speaks of a day, of no time or of several.
func (t *turn) cutClock(text string) (rest string, clock schedule.Clock, found bool) {
	for _, s := range t.parse(text, t.update.SentAt).Spans {
		switch {
		case s.Role == nlp.RoleMessage:
		case s.Role != nlp.RoleClock || found:
			return "", 0, false
		default:
			r := t.parse(text[s.Start:s.End], t.update.SentAt)
			if r.Kind != nlp.Once {
				return "", 0, false
			}
			clock, found = schedule.ClockOf(r.Rule.Start()), true
			rest = strings.TrimSpace(text[:s.Start]) + " " + strings.TrimSpace(text[s.End:])
		}
	}
	return rest, clock, found
}

// ahead is how far a person's own clock may be ahead, or their figure rounded up: that is now.
const ahead = 10 * time.Minute

// lastClock is the last time that a clock showed that, in the person's zone: 9:20 said in the evening
// is 21:20.
func (t *turn) lastClock(clock schedule.Clock) (last time.Time, ok bool) {
	said := t.said().In(t.zone())
	for _, day := range []int{-1, 0} {
		for _, hour := range []int{clock.Hour(), clock.Hour() + 12} {
			at := time.Date(said.Year(), said.Month(), said.Day()+day, hour, clock.Minute(), 0, 0, said.Location())
			if hour <= 23 && !at.After(said.Add(ahead)) {
				last = at
			}
		}
	}
	if last.After(said) {
		last = said
	}
	return last, !last.IsZero()
}

// earliest is how long before its slot a dose is taken at most: an earlier time is asked about.
const earliest = 4 * time.Hour

// note gives an answer in words to a dose.
func (t *turn) note(d *Draft, o op, at time.Time) {
	if o != opSkip && !at.IsZero() && at.Before(d.Data.Dose.Due.Add(-earliest)) {
		t.say("dose_when", locales.Args{"Clock": t.clockOf(d.Data.Dose, d.Data.Dose.Due)}) // that was another dose, or a slip
		return
	}
	d = t.touch(d)
	line := t.words("dose_skipped", nil)
	if o == opSkip {
		t.skip(d)
	} else {
		if at.IsZero() {
			at = t.said()
		}
		t.take(d, at)
		line = t.words("dose_taken", locales.Args{"Clock": t.clockOf(d.Data.Dose, at)})
	}
	t.send(plain(lines(line, "· "+shorten(d.Data.Message, 80)))) // the card is further up, and a text has no toast
}

// askWhich: more than one dose is open, and which is meant is not to be guessed.
func (t *turn) askWhich(open []Draft, o op, at time.Time) {
	which := t.newDraft(KindWhich)
	which.Step = StepAsk
	which.Data.Text = "" // nothing to be made again
	which.Data.Dose = &Dose{Answer: AnswerTaken, SaidAt: at}
	if o == opSkip {
		which.Data.Dose.Answer = AnswerSkipped
	}
	m := plain(t.words("dose_which", nil))
	for _, d := range open[:min(len(open), 8)] {
		label := shorten(d.Data.Message, 24) + " " + t.clockOf(d.Data.Dose, d.Data.Dose.Due)
		which.Data.Options = append(which.Data.Options, Option{Rule: d.ID, Label: label})
	}
	which.Data.Options = append(which.Data.Options, Option{Rule: allDoses, Label: t.words("button_all_doses", nil)})
	for i, option := range which.Data.Options {
		m.Choices = append(m.Choices, row(which.button(option.Label, opOption(i))))
	}
	t.ask(which, m)
}

// allDoses stands for every dose of the question.
const allDoses = "*"

// which gives the answer to the dose that was meant.
func (t *turn) which(d *Draft, i int) {
	chosen := d.Data.Options[i].Rule
	var named []string
	for _, o := range d.Data.Options {
		if o.Rule == chosen || chosen == allDoses && o.Rule != allDoses {
			named = append(named, o.Rule)
		}
	}
	o := opTaken
	if d.Data.Dose.Answer == AnswerSkipped {
		o = opSkip
	}
	at := d.Data.Dose.SaidAt
	if at.IsZero() {
		at = d.Data.SaidAt // when "taken" was said, not when the question was answered
	}
	d.Status, d.Step = DraftDone, StepDone
	t.edit(d, plain(t.words("chosen", locales.Args{"Choice": d.Data.Options[i].Label})))
	for _, dose := range t.state.Doses {
		if slices.Contains(named, dose.ID) && dose.Data.Dose.Answer == "" {
			t.note(&dose, o, at)
		}
	}
}
