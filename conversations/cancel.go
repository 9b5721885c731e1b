package conversations

import (
	"slices"
	"strings"
	"time"

	"carebell/chat"
	"carebell/locales"
	"carebell/schedule"
)

// Ending a reminder:
//
//	"cancel my aspirin" ──▶ [only the next one] [the whole series] [keep]
//	                               └───────┬──────────┘
//	what happens once ─────────────────────▶ done, Undo for 60 s

// The answers to the question how much is to end, in the order of their buttons.
const (
	endNext = iota
	endAll
	endNone
)

// cancel is /cancel: the open draft, or the series with that number or code, or the list to choose from.
func (t *turn) cancel(what string) {
	what = strings.TrimSpace(what)
	if what == "" {
		for _, open := range slices.Backward(t.state.Open) {
			if open.Kind == KindSchedule && open.Status == DraftOpen && !open.expired(t.now) {
				t.drop(t.touch(&open))
				return
			}
		}
		t.list()
		return
	}
	if s, ok := t.pick(what); ok {
		t.askEnd(s)
		return
	}
	t.say("cancel_unknown", nil)
	if len(t.state.Series) > 0 {
		t.list()
	}
}

// askEnd asks how much of a series is to end; what comes once more at most ends at once.
func (t *turn) askEnd(s Upcoming) {
	d := t.newDraft(KindStop)
	d.Data.Text, d.Data.Series, d.Data.Code = "", []string{s.ID}, s.Code
	last := s.Next.IsZero()
	if !last {
		_, more := s.Rule.Next(s.Next)
		last = !more
	}
	if last || s.Status == schedule.PausedNow {
		t.endSeries(d, s)
		return
	}
	d.Step = StepAsk
	d.Data.Next = s.Next
	next := t.words("button_only_next", locales.Args{"Moment": t.catalogue.Moment(t.lang, s.Next.In(s.Rule.Zone()), t.now)})
	d.Data.Options = []Option{{Label: next}, {Label: t.words("button_whole_series", nil)}, {Label: t.words("button_keep", nil)}}
	m := plain(t.words("end_ask", locales.Args{"Text": shorten(s.Message, 80)}))
	for i, o := range d.Data.Options {
		m.Choices = append(m.Choices, row(d.button(o.Label, opOption(i))))
	}
	t.ask(d, m)
}

// endAnswer is the answer to how much is to end.
func (t *turn) endAnswer(d *Draft, i int) {
	s, ok := t.series(d.Data.Series[0])
	switch {
	case !ok:
		d.Status, d.Step = DraftDropped, StepDone
		t.result.Toast = t.words("toast_done", nil)
		t.edit(d, plain(t.words("toast_done", nil)))
	case i == endNext:
		t.leaveOut(d, s)
	case i == endAll:
		t.endSeries(d, s)
	default:
		d.Status, d.Step = DraftDropped, StepDone
		t.edit(d, plain(t.words("series_kept", locales.Args{"Text": shorten(s.Message, 80)})))
	}
}

// leaveOut cancels the one occurrence that was asked about, and nothing else.
func (t *turn) leaveOut(d *Draft, s Upcoming) {
	if !s.Next.Equal(d.Data.Next) { // it has come meanwhile
		d.Status, d.Step = DraftDropped, StepDone
		t.result.Toast = t.words("toast_done", nil)
		t.edit(d, plain(t.words("end_came", locales.Args{"Moment": t.catalogue.Moment(t.lang, d.Data.Next.In(s.Rule.Zone()), t.now)})))
		return
	}
	d.Step, d.Status, d.Data.Options = StepDone, DraftDone, nil
	t.result.Change = append(t.result.Change, SeriesChange{ID: s.ID, Status: schedule.Active, Why: "left out by the person", From: s.Next.Add(time.Microsecond)})
	t.audit("occurrence_left_out", s.ID)
	next, _ := s.Rule.Next(s.Next)
	moment := func(at time.Time) string { return t.catalogue.Moment(t.lang, at.In(s.Rule.Zone()), t.now) }
	m := plain(t.words("left_out", locales.Args{"Text": shorten(s.Message, 80), "Moment": moment(s.Next), "Next": moment(next.At)}))
	m.Choices = [][]chat.Choice{row(d.button(t.words("button_undo", nil), opUndo))}
	t.edit(d, m)
}

// offerAgain is an Undo that came too late: what ended can be made anew, on a card like any other. The
// card that offers it is touched, so that a second tap does not offer it twice.
func (t *turn) offerAgain(stop *Draft) {
	for _, s := range t.state.Named {
		if _, more := s.Rule.Next(t.now); !more || s.Status != schedule.Cancelled {
			continue
		}
		stop = t.touch(stop)
		stop.Data.Series = nil
		t.edit(stop, plain(t.words("series_stopped", locales.Args{"Text": shorten(s.Message, 80), "Code": s.Code})))
		d := t.newDraft(KindSchedule)
		d.Step, d.Data.Text, d.Data.Rule, d.Data.Message, d.Data.Template = StepAsk, "", s.Rule.String(), s.Message, s.Template
		m := plain(t.words("undo_late", nil))
		m.Choices = [][]chat.Choice{row(d.button(t.words("button_create_again", nil), opBack))}
		t.ask(d, m)
		return
	}
}

// endSeries ends a series; for a minute it can be had back.
func (t *turn) endSeries(d *Draft, s Upcoming) {
	d.Step, d.Status, d.Data.Options, d.Data.Next = StepDone, DraftDone, nil, time.Time{}
	t.result.Change = append(t.result.Change, SeriesChange{ID: s.ID, Status: schedule.Cancelled, Why: "the person"})
	t.audit("schedule_cancelled", s.ID)
	t.result.Toast = t.words("toast_stopped", nil)
	args := locales.Args{"Text": shorten(s.Message, 80), "Code": s.Code}
	text := t.words("series_stopped", args)
	if n, endless := s.Rule.Total(t.now); !endless {
		text = t.catalogue.Count(t.lang, "series_stopped_count", n, args)
	}
	m := plain(text)
	m.Choices = [][]chat.Choice{row(d.button(t.words("button_undo", nil), opUndo))}
	t.edit(d, m)
}
