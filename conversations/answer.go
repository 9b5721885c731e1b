package conversations

import (
	"slices"
	"strconv"
	"strings"
)

// answer gives a text to the draft that waits for one: the newest. It reports whether the text was
// an answer; what is not goes on as a new request, and the draft keeps its buttons.
func (t *turn) answer(text string) bool {
	for _, open := range slices.Backward(t.state.Open) {
		if open.expired(t.now) || open.Status != DraftOpen {
			continue
		}
		if t.answerTo(&open, text) {
			return true
		}
		if open.Step != StepAsk && open.Kind != KindHeard { // below a list or a choice of language an older question may wait
			return false
		}
	}
	return false
}

func (t *turn) answerTo(open *Draft, text string) bool {
	if n, err := strconv.Atoi(bare(text)); err == nil && open.Kind == KindList && n >= 1 && n <= len(open.Data.Options) {
		t.showItem(open.Data.Options[n-1], n)
		return true
	}
	if o, ok := t.spoken(open, text); ok {
		t.openTap(t.touch(open), o)
		return true
	}
	switch open.Step {
	case StepMessage:
		d := t.touch(open)
		d.Data.Message = text
		t.advance(d)
	case StepWhen:
		if r := t.parse(text, t.update.SentAt); r.Err != nil && r.Message == text {
			return false // no time at all: something else is meant
		}
		d := t.touch(open)
		d.Data.Text, d.Data.SaidAt = text, t.update.SentAt
		t.advance(d)
	case StepChange:
		t.changed(t.touch(open), text)
	case StepCard:
		a, ok := t.amend(open, text)
		if !ok {
			return false // the next request
		}
		t.apply(t.touch(open), a)
	case StepZone, StepPlace:
		if t.asksForSchedule(t.parse(text, t.update.SentAt)) && clockAnswer.FindString(digits(text)) == "" {
			return false
		}
		t.placeAnswer(t.touch(open), text)
	case StepChoose:
		r := t.parse(text, t.update.SentAt)
		if r.Err != nil {
			return false
		}
		d := t.touch(open)
		d.Data.Text, d.Data.SaidAt, d.Data.Rule = text, t.update.SentAt, ""
		t.advance(d)
	default:
		return false
	}
	return true
}

// spoken finds the button that a word or a number stands for, so that every question can be
// answered in words.
func (t *turn) spoken(d *Draft, text string) (op, bool) {
	word := bare(text)
	if n, err := strconv.Atoi(word); err == nil && n >= 1 && n <= len(d.Data.Options) && (d.Step == StepChoose || d.Step == StepPlace || d.Step == StepAsk) {
		return opOption(n - 1), true
	}
	if d.Kind == KindHeard {
		return t.offerSpoken(d, word)
	}
	is := func(key string) bool { return t.isWord(key, word) }
	for i, o := range d.Data.Options {
		if o.Label != "" && strings.EqualFold(o.Label, strings.TrimSpace(text)) {
			return opOption(i), true
		}
	}
	yes, no := is("words_yes"), is("words_no")
	switch d.Step {
	case StepConsent:
		if yes {
			return opAgree, true
		} else if no {
			return opDecline, true
		}
	case StepZone:
		if yes {
			return opZoneYes, true
		} else if no {
			return opZoneNo, true
		}
	case StepPlace:
		if yes && len(d.Data.Options) == 1 {
			return opOption(0), true
		} else if no {
			return opZoneNo, true
		}
	case StepCard:
		switch {
		case yes || word == "1":
			return opConfirm, true
		case is("words_change") || word == "2":
			return opChange, true
		case no || is("words_cancel") || word == "3":
			return opCancel, true
		}
	case StepWhen, StepChoose, StepMessage, StepChange:
		if is("words_cancel") {
			return opCancel, true
		}
	case StepResume:
		if yes {
			return opResume, true
		} else if no {
			return opLeave, true
		}
	}
	return "", false
}

// edited: the person changed an earlier message of their own. While its card waits that is a
// change of the request; afterwards nothing is changed silently.
func (t *turn) edited() {
	for _, open := range slices.Backward(t.state.Open) {
		if open.Kind == KindSchedule && open.Data.MessageID == t.update.MessageID && t.update.MessageID != "" &&
			!open.expired(t.now) && open.Status == DraftOpen {
			_, text := splitCommand(t.update.Text)
			d := t.touch(&open)
			d.Data.Text, d.Data.SaidAt = text, t.update.SentAt
			d.Data.Rule, d.Data.Message, d.Data.Template = "", "", ""
			if d.Card != "" {
				t.edit(d, plain(t.words("card_replaced", nil)))
			}
			t.advance(d)
			return
		}
	}
	if t.person.Consent != "" && !t.person.Stopped {
		t.say("edited_late", nil)
	}
}
