package conversations

import (
	"slices"

	"carebell/chat"
	"carebell/locales"
	"carebell/schedule"
)

// tap decides a button. Everything about it is checked here: who taps, which draft, which version,
// whether it still waits. What is not as it should be changes nothing and says so kindly.
func (t *turn) tap() {
	o, _, version, ok := readData(t.update.Data)
	d := t.state.Tapped
	switch {
	case t.person.Stopped && (d == nil || d.Kind != KindStop && d.Kind != KindWelcome):
		return
	case !ok || d == nil:
		t.result.Toast = t.words("toast_unknown", nil)
	case t.person.ID == "" || d.Owner != t.person.ID:
		t.result.Toast = t.words("toast_foreign", nil)
		t.audit("foreign_tap", d.ID)
	case d.Kind == KindDose:
		t.doseTap(d, o, version)
	case d.expired(t.now):
		t.expiredTap(t.touch(d), o)
	case d.Version != version:
		t.result.Toast = t.words("toast_newer", nil)
		if d.Status == DraftDone {
			t.finishedTap(d, o)
		} else if d.Status == DraftDropped {
			t.result.Toast = t.words("toast_cancelled_at", locales.Args{"Clock": t.catalogue.Clock(t.lang, d.UpdatedAt.In(t.zone()))})
		}
	case d.Status == DraftDropped:
		t.droppedTap(d, o)
	case d.Status == DraftDone:
		t.finishedTap(d, o)
	case d.Kind == KindList:
		t.listTap(d, o)
	default:
		t.openTap(t.touch(d), o)
	}
}

// openTap is a tap on a draft that waits for it.
func (t *turn) openTap(d *Draft, o op) {
	if i := o.option(); i >= 0 {
		if i < len(d.Data.Options) {
			t.option(d, i)
		}
		return
	}
	switch o {
	case opAgree:
		t.consented(d)
	case opReadMore:
		m := plain(t.words("consent_more", locales.Args{"Service": t.config.Service}))
		m.Choices = [][]chat.Choice{row(d.button(t.words("button_agree", nil), opAgree), d.button(t.words("button_no", nil), opDecline))}
		t.edit(d, m)
	case opDecline:
		t.declined(d)
	case opZoneYes:
		t.confirmZone(d, d.Data.Zone)
	case opZoneNo:
		t.askPlace(d)
	case opConfirm:
		t.confirm(d)
	case opChange:
		t.change(d)
	case opCancel:
		t.drop(d)
	case opBack:
		t.edit(d, plain(t.words("card_replaced", nil)))
		t.advance(d)
	case opTemplate:
		t.offerTemplates(d)
	case opResume:
		t.resumeAll(d)
	case opLeave:
		t.leaveAll(d)
	default:
		t.result.Toast = t.words("toast_unknown", nil)
	}
}

// option is a tap on (or the number of) one of the question's answers.
func (t *turn) option(d *Draft, i int) {
	chosen := d.Data.Options[i]
	switch {
	case d.Kind == KindWhich:
		t.which(d, i)
	case d.Kind == KindStop:
		t.endAnswer(d, i)
	case d.Kind == KindPause:
		t.pauseAnswer(d, i)
	case d.Kind == KindSchedule && d.Step == StepAsk:
		t.scopeAnswer(d, i)
	case d.Kind == KindLanguage || d.Kind == KindHeard:
		t.chooseLanguage(d, chosen.Label)
	case d.Step == StepMessage:
		t.chooseTemplate(d, chosen.Label)
	case chosen.Zone != "":
		t.confirmZone(d, chosen.Zone)
	case chosen.Rule != "":
		d.Data.Rule, d.Data.Options = chosen.Rule, nil
		t.edit(d, plain(t.words("chosen", locales.Args{"Choice": chosen.Label})))
		t.advance(d)
	}
}

// finishedTap is a second tap, or Undo.
func (t *turn) finishedTap(d *Draft, o op) {
	switch {
	case o == opUndo && d.Kind == KindStop && !d.Data.Next.IsZero():
		t.undoMove(d) // one was left out
	case o == opUndo && d.Kind == KindStop:
		t.undoStop(d)
	case o == opUndo && d.Kind == KindPause:
		t.undoMove(d)
	case o == opUndo:
		t.undo(d)
	case o == opAgain:
		t.again(d)
	case o == opConfirm:
		t.result.Toast = t.words("toast_already_saved", nil)
	default:
		t.result.Toast = t.words("toast_done", nil)
	}
}

// droppedTap: a cancelled draft can be taken up again for as long as it would have waited.
func (t *turn) droppedTap(d *Draft, o op) {
	if o == opRestore && t.now.Before(d.ExpiresAt) && (d.Data.Text != "" || d.Data.Replaces != "") {
		d = t.touch(d)
		d.Status = DraftOpen
		t.edit(d, plain(t.words("card_replaced", nil)))
		t.advance(d)
		return
	}
	if o == opRestore || o == opAgain {
		t.again(d)
		return
	}
	t.result.Toast = t.words("toast_cancelled_at", locales.Args{"Clock": t.catalogue.Clock(t.lang, d.UpdatedAt.In(t.zone()))})
}

// expiredTap: the card is too old, and says so; one tap asks for the same again.
func (t *turn) expiredTap(d *Draft, o op) {
	if o == opAgain {
		t.again(d)
		return
	}
	t.result.Toast = t.words("toast_old", nil)
	d.ExpiresAt = t.now // touching it must not bring it back to life
	d.Status = DraftDropped
	if d.Kind != KindSchedule {
		t.edit(d, plain("⌛ "+t.words("edit_dropped", nil)))
		return
	}
	t.edit(d, plain(t.words("card_expired", nil)))
	if d.Kind == KindSchedule && d.Data.Text != "" {
		m := plain(t.words("make_again", nil))
		m.Choices = [][]chat.Choice{row(d.button(t.words("button_again", nil), opAgain))}
		t.send(m)
	}
}

// again opens a new draft with the words of an old one, as if they were said now.
func (t *turn) again(old *Draft) {
	if old.Data.Text == "" {
		t.result.Toast = t.words("toast_unknown", nil)
		return
	}
	text := old.Data.Text
	t.touch(old).Data.Text = "" // a second tap must not make it twice
	d := t.newDraft(KindSchedule)
	d.Data.Text, d.Data.SaidAt = text, t.now
	t.advance(d)
}

// undo takes a fresh series back.
func (t *turn) undo(d *Draft) {
	if t.now.Sub(d.UpdatedAt) > UndoLife {
		t.result.Toast = t.words("toast_undo_late", nil)
		return
	}
	lives := func(s Upcoming) bool { return slices.Contains(d.Data.Series, s.ID) && s.Status != schedule.Cancelled }
	if !slices.ContainsFunc(t.state.Named, lives) { // it was changed or stopped meanwhile
		t.result.Toast = t.words("toast_done", nil)
		return
	}
	since := d.UpdatedAt
	d = t.touch(d)
	d.Status = DraftDropped
	d.ExpiresAt = t.now.Add(DraftLife)
	for _, id := range d.Data.Series {
		t.result.Change = append(t.result.Change, SeriesChange{ID: id, Status: schedule.Cancelled, Why: "undone"})
		t.audit("schedule_undone", id)
	}
	if d.Data.Replaces != "" {
		t.undoReplace(d, since)
		t.result.Toast = t.words("toast_undone", nil)
		t.edit(d, plain(t.words("stop_undone", nil)))
		return
	}
	t.result.Toast = t.words("toast_dropped", nil)
	m := plain(t.words("undone", nil))
	m.Choices = [][]chat.Choice{row(d.button(t.words("button_again", nil), opAgain))}
	t.edit(d, m)
}
