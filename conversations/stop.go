package conversations

import (
	"slices"
	"time"

	"carebell/chat"
	"carebell/locales"
	"carebell/schedule"
)

// The reasons of a pause; only these come back with START or on return.
const (
	whyStopped     = "stopped"
	whyUnreachable = "unreachable"
)

// stopAll is STOP: consent is withdrawn and everything pauses at once; said once, then silence.
func (t *turn) stopAll() {
	if t.person.Stopped {
		return
	}
	paused := 0
	d := t.newDraft(KindStop)
	d.Step, d.Status, d.Data.Text = StepDone, DraftDone, ""
	for _, s := range t.state.Series {
		if s.Status == schedule.Active {
			t.result.Change = append(t.result.Change, SeriesChange{ID: s.ID, Status: schedule.PausedNow, Why: whyStopped})
			d.Data.Series = append(d.Data.Series, s.ID)
			paused++
		}
	}
	for i := range t.state.Open {
		open := t.touch(&t.state.Open[i])
		open.Status = DraftDropped
	}
	d.Data.Consent = t.person.Consent
	t.person.Stopped = true
	t.result.Consent = &Consent{Given: false, Version: t.person.Consent, Language: t.lang, MessageID: t.update.MessageID}
	t.audit("stopped", "")
	stopped := ""
	if paused > 0 {
		stopped = t.catalogue.Count(t.lang, "stop_paused", paused, nil)
	}
	m := plain(lines(t.words("stop_done", locales.Args{"Service": t.config.Service}), stopped, t.words("stop_back", nil), t.words("stop_data", nil)))
	m.Choices = [][]chat.Choice{row(d.button(t.words("button_undo", nil), opUndo))}
	t.ask(d, m)
}

// undoStop takes STOP, or the end of one series, back.
func (t *turn) undoStop(d *Draft) {
	if len(t.state.Named) == 0 && !t.person.Stopped {
		t.result.Toast = t.words("toast_done", nil)
		return
	}
	if t.now.Sub(d.UpdatedAt) > UndoLife {
		t.result.Toast = t.words("toast_undo_late", nil)
		t.offerAgain(d)
		return
	}
	stopped := d.UpdatedAt
	d = t.touch(d)
	d.Status = DraftDropped
	if t.person.Stopped && d.Data.Consent == "" { // there is no consent to go back to
		t.edit(d, plain(t.words("ready_to_start", nil)))
		return
	}
	if t.person.Stopped {
		t.person.Stopped, t.person.Consent = false, d.Data.Consent
		t.result.Consent = &Consent{Given: true, Version: d.Data.Consent, Language: t.lang, MessageID: t.update.MessageID}
	}
	for _, s := range t.state.Named {
		if s.Status == schedule.Cancelled {
			t.renew(s, stopped)
		} else {
			t.resume(s)
		}
	}
	t.result.Toast = t.words("toast_undone", nil)
	t.edit(d, plain(t.words("stop_undone", nil)))
}

// resume lets a paused series go on from its next occurrence; what was missed is not sent.
func (t *turn) resume(s Upcoming) {
	t.result.Change = append(t.result.Change, SeriesChange{ID: s.ID, Status: schedule.Active})
}

// renew begins a cancelled series again as a new one: its cancelled slots stay cancelled, and none
// that was sent comes twice, since it begins where the old one ended; what fell due in the minute
// between goes now.
func (t *turn) renew(s Upcoming, stopped time.Time) {
	upcoming := s.Rule.Upcoming(stopped, 2)
	if len(upcoming) == 0 {
		return
	}
	n := NewSeries{Series: s.Series, First: upcoming[0]}
	n.Series.ID, n.Series.Draft, n.Series.Status, n.Series.Version = t.ids.row(t.now), "", schedule.Active, 1
	if len(upcoming) > 1 {
		n.Second = upcoming[1].At
	}
	t.result.Create = append(t.result.Create, n)
	t.audit("schedule_renewed", n.Series.ID)
}

// leave: nothing can be sent any more. The series pause with that reason.
func (t *turn) leave(reason string) {
	if t.person.ID == "" {
		return
	}
	t.person.Unreachable = reason
	t.result.Reach = &reason
	for _, s := range t.state.Series {
		if s.Status == schedule.Active {
			t.result.Change = append(t.result.Change, SeriesChange{ID: s.ID, Status: schedule.PausedNow, Why: whyUnreachable})
		}
	}
	t.audit("unreachable", reason)
}

// comeBack: the address works again; if series were paused, the person says which go on.
func (t *turn) comeBack() {
	t.person.Unreachable = ""
	t.result.Reach = new(string)
	t.result.Audit = append(t.result.Audit, AuditEvent{Action: "reachable"})
	asked := slices.ContainsFunc(t.touched, func(c *change) bool { return c.draft.Kind == KindResume })
	if !t.person.Stopped && !asked && t.resumable() > 0 {
		t.askResume()
	}
}

// resumable counts the series that a return may wake.
func (t *turn) resumable() int {
	n := 0
	for _, s := range t.state.Series {
		if s.comesBack() {
			n++
		}
	}
	return n
}

// comesBack reports whether a series is paused by STOP or by an address that did not work: what the
// person has paused stays so.
func (s Upcoming) comesBack() bool {
	return s.Status == schedule.PausedNow && s.Why != whyPerson
}

func (t *turn) askResume() {
	d := t.newDraft(KindResume)
	d.Step, d.Data.Text = StepResume, ""
	m := plain(t.catalogue.Count(t.lang, "resume_ask", t.resumable(), nil))
	m.Choices = [][]chat.Choice{row(
		d.button(t.words("button_resume_all", nil), opResume),
		d.button(t.words("button_resume_none", nil), opLeave))}
	t.ask(d, m)
}

func (t *turn) resumeAll(d *Draft) {
	d.Status, d.Step = DraftDone, StepDone
	n := 0
	for _, s := range t.state.Series {
		if s.comesBack() {
			t.resume(s)
			n++
		}
	}
	t.edit(d, plain(t.catalogue.Count(t.lang, "resumed", n, nil)))
}

func (t *turn) leaveAll(d *Draft) {
	d.Status, d.Step = DraftDone, StepDone
	t.edit(d, plain(t.words("resume_none", nil)))
}

// status is /status: the last messages and what became of each, in words.
func (t *turn) status() {
	if len(t.state.Recent) == 0 {
		t.say("status_empty", nil)
		return
	}
	parts := []string{t.words("status_title", nil)}
	for _, m := range t.state.Recent {
		due := m.Due
		if zone, err := time.LoadLocation(m.Zone); err == nil {
			due = due.In(zone)
		}
		parts = append(parts, t.words("status_line", locales.Args{
			"Moment": t.catalogue.Moment(t.lang, due, t.now), "Text": shorten(m.Text, 60),
			"Status": t.words("status_"+m.Status, nil)}))
	}
	t.send(plain(lines(parts...)))
}

func (t *turn) help() {
	t.send(plain(lines(t.words("help", locales.Args{"Service": t.config.Service}), t.words("help_data", nil))))
}

func (t *turn) notUnderstood() { t.say("not_understood", nil) }
