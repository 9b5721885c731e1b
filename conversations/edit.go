package conversations

import (
	"slices"
	"time"

	"carebell/chat"
	"carebell/locales"
	"carebell/schedule"
)

// Changing what is saved:
//
//	✏️, "change 2" ──▶ what shall be other? ──▶ card with was → now ──▶ Confirm
//	"2 at 10" ───────────────────────────────────┘                      │ recurring
//	                                   [only the next one] [all from now on] ──▶ saved, Undo for 60 s
//
// What was sent stays what it was: the series ends where it is, and one with the same code begins.

// How much of a series a change is for.
const (
	scopeNext = "next"
	scopeAll  = "all"
)

// editDraft opens a draft with what a series is now.
func (t *turn) editDraft(s Upcoming) *Draft {
	d := t.newDraft(KindSchedule)
	d.Data.Text, d.Data.Rule, d.Data.Message, d.Data.Template = "", s.Rule.String(), s.Message, s.Template
	d.Data.Replaces, d.Data.Code, d.Data.Next = s.ID, s.Code, s.Next
	return d
}

// editSeries asks what is to be other.
func (t *turn) editSeries(s Upcoming) {
	if s.Status == schedule.PausedNow {
		t.say("edit_paused", locales.Args{"Text": shorten(s.Message, 80)})
		return
	}
	d := t.editDraft(s)
	d.Step = StepChange
	m := plain(lines(shorten(s.Message, 80)+" · "+t.parser.Describe(s.Rule, t.lang, t.now), t.words("change_ask", nil)))
	m.Choices = [][]chat.Choice{row(d.button(t.words("button_cancel", nil), opCancel))}
	t.ask(d, m)
}

// editInWords is "2 at 10". It reports whether the words say a change.
func (t *turn) editInWords(s Upcoming, words string) bool {
	d := t.editDraft(s)
	a, ok := t.amend(d, words)
	if !ok || s.Status == schedule.PausedNow {
		t.forget(d)
		if ok {
			t.say("edit_paused", locales.Args{"Text": shorten(s.Message, 80)})
		}
		return ok
	}
	t.apply(d, a)
	return true
}

// forget takes back a draft that this turn opened.
func (t *turn) forget(d *Draft) {
	for i, c := range t.touched {
		if c.draft == d {
			t.touched = append(t.touched[:i], t.touched[i+1:]...)
			return
		}
	}
}

// continuing lets a changed rule go on where the old one stands: of today's times as many have been as
// there were of the old ones, so that nobody who had the dose of 9:00 is reminded of it at 10:00; and a
// pause holds for the new times too.
func (t *turn) continuing(old Upcoming, rule schedule.Rule) schedule.Rule {
	clocks := rule.Clocks()
	if rule.IsOnce() || rule.Elapsed() || old.Rule.IsOnce() || old.Rule.Elapsed() || len(clocks) == 0 || old.Next.IsZero() {
		return rule
	}
	day, been := t.standsAt(old)
	more := true // they only add to the old ones
	for _, c := range old.Rule.Clocks() {
		more = more && slices.Contains(clocks, c)
	}
	after := t.now
	if begin, _ := day.At(0).In(rule.Zone()); begin.After(after) {
		after = begin.Add(-time.Second)
	}
	for _, o := range rule.Upcoming(after, len(clocks)+1) {
		if !more && schedule.DateOf(o.At) == day && slices.Index(clocks, schedule.ClockOf(o.At)) < been {
			continue
		}
		if from, ok := rule.Starting(o.At); ok {
			return from
		}
		break
	}
	return rule
}

// standsAt is the day on which a series goes on, and how many of its times of that day have been.
func (t *turn) standsAt(old Upcoming) (day schedule.Date, been int) {
	zone := old.Rule.Zone()
	next := old.Next.In(zone)
	natural, _ := old.Rule.Next(t.now)
	today := schedule.DateOf(t.now.In(zone))
	if paused := next.After(natural.At); paused || schedule.DateOf(next) == today {
		return schedule.DateOf(next), slices.Index(old.Rule.Clocks(), schedule.ClockOf(next))
	}
	midnight, _ := today.At(0).In(zone)
	for _, o := range old.Rule.Upcoming(midnight.Add(-time.Second), len(old.Rule.Clocks())) {
		if !o.At.After(t.now) {
			been++
		}
	}
	return today, been
}

// askScope asks how much of the series a change is for. It reports whether it had to.
func (t *turn) askScope(d *Draft, old Upcoming, rule schedule.Rule) bool {
	if d.Data.Scope != "" || old.Rule.IsOnce() || rule.IsOnce() || old.Next.IsZero() {
		return false
	}
	d.Step = StepAsk
	moment := t.catalogue.Moment(t.lang, old.Next.In(old.Rule.Zone()), t.now)
	d.Data.Options = []Option{{Label: t.words("button_only_next", locales.Args{"Moment": moment})}, {Label: t.words("button_from_now_on", nil)}}
	m := plain(t.words("edit_scope_ask", nil))
	for i, o := range d.Data.Options {
		m.Choices = append(m.Choices, row(d.button(o.Label, opOption(i))))
	}
	m.Choices = append(m.Choices, row(d.button(t.words("button_cancel", nil), opCancel)))
	t.edit(d, m)
	return true
}

// scopeAnswer is the answer to how much a change is for.
func (t *turn) scopeAnswer(d *Draft, i int) {
	d.Data.Scope, d.Data.Options = scopeAll, nil
	if i == 0 {
		d.Data.Scope = scopeNext
	}
	t.confirm(d)
}

// replace ends what a changed draft replaces: all of it, or the one occurrence. rule is what is to be
// saved instead; ok is false when what it replaces is not there any more.
func (t *turn) replace(d *Draft, old Upcoming, rule schedule.Rule) schedule.Rule {
	if d.Data.Scope == scopeNext {
		t.result.Change = append(t.result.Change, SeriesChange{ID: old.ID, Status: schedule.Active, Why: "moved by the person", From: d.Data.Next.Add(time.Microsecond)})
		first, _ := rule.Next(t.now)
		return schedule.Once(first.At, rule.Zone())
	}
	t.result.Change = append(t.result.Change, SeriesChange{ID: old.ID, Status: schedule.Cancelled, Why: "changed by the person"})
	return rule
}

// undoReplace gives back what a change had replaced, for the minute of its Undo.
func (t *turn) undoReplace(d *Draft, since time.Time) {
	for _, s := range t.state.Named {
		switch {
		case s.ID != d.Data.Replaces:
		case s.Status == schedule.Cancelled:
			t.renew(s, since)
		default:
			t.result.Change = append(t.result.Change, SeriesChange{ID: s.ID, Status: schedule.Active, From: since, Why: "undone"})
		}
	}
}
