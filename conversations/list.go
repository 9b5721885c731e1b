package conversations

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"carebell/chat"
	"carebell/locales"
	"carebell/schedule"
)

// listPage is the most series that one list shows with buttons.
const listPage = 8

// list is /list: what is planned, when it comes next, and a button to stop each.
func (t *turn) list() {
	series := t.state.Series
	if len(series) == 0 {
		t.say("list_empty", nil)
		return
	}
	d := t.newDraft(KindList)
	d.Step, d.Data.Text = StepAsk, ""
	parts := []string{"<b>" + escape(t.words("list_title", nil)) + "</b>"}
	var rows [][]chat.Choice
	for i, s := range series {
		parts = append(parts, fmt.Sprintf("%d. <b>%s</b> · #%s\n%s\n%s", i+1, escape(shorten(s.Message, 80)), s.Code,
			escape(capital(t.parser.Describe(s.Rule, t.lang, t.now))), escape(t.seriesLine(s))))
		if i < listPage {
			d.Data.Options = append(d.Data.Options, Option{Rule: s.ID, Label: s.Code})
			rows = append(rows, row(d.button(t.words("button_stop_series", locales.Args{"Number": i + 1,
				"Text": shorten(s.Message, 24)}), opOption(i))))
		}
	}
	t.ask(d, chat.Message{Text: strings.Join(parts, "\n\n"), Format: chat.HTML, Choices: rows})
}

func (t *turn) seriesLine(s Upcoming) string {
	switch {
	case s.Status == schedule.PausedNow:
		return t.words("list_paused", nil)
	case s.Next.IsZero():
		return t.words("list_no_more", nil)
	}
	return t.words("list_next", locales.Args{"Moment": t.catalogue.Moment(t.lang, s.Next.In(s.Rule.Zone()), t.now),
		"Place": place(s.Rule.Zone().String())})
}

// cancel is /cancel: the open draft, or the series with that number or code, or the list to choose from.
func (t *turn) cancel(what string) {
	what = strings.TrimPrefix(strings.TrimSpace(what), "#")
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
	if n, err := strconv.Atoi(what); err == nil {
		if id := t.listed(n); id != "" {
			t.stopSeries(t.newDraft(KindStop), id)
			return
		}
	}
	if i := t.named(what); i >= 0 {
		t.stopSeries(t.newDraft(KindStop), t.state.Series[i].ID)
		return
	}
	t.say("cancel_unknown", nil)
	if len(t.state.Series) > 0 {
		t.list()
	}
}

// listed is the series with that number: as the newest list that is still open showed it, else in the
// order in which they were made. A reminder that came meanwhile never moves the numbers.
func (t *turn) listed(n int) string {
	for _, open := range slices.Backward(t.state.Open) {
		if open.Kind == KindList && n >= 1 && n <= len(open.Data.Options) {
			return open.Data.Options[n-1].Rule
		}
	}
	if n >= 1 && n <= len(t.state.Series) {
		return t.state.Series[n-1].ID
	}
	return ""
}

// named finds the one series that a code or some of its words mean: "aspirin", "my aspirin". It is
// -1 for none and for more than one: then the list asks.
func (t *turn) named(what string) int {
	what = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(what), "#"))
	if first, rest, ok := strings.Cut(what, " "); ok && t.isWord("words_my", first) {
		what = rest
	}
	found := -1
	for i, s := range t.state.Series {
		if strings.EqualFold(s.Code, what) {
			return i
		}
		if len(what) >= 3 && strings.Contains(strings.ToLower(s.Message), what) {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

// stopSeries ends one series; for a minute it can be had back. d becomes the draft that undoes it.
func (t *turn) stopSeries(d *Draft, id string) {
	i := slices.IndexFunc(t.state.Series, func(s Upcoming) bool { return s.ID == id })
	if i < 0 {
		t.result.Toast = t.words("toast_done", nil)
		return
	}
	s := t.state.Series[i]
	stop := d
	if d.Kind == KindList { // the list keeps its other buttons; its version must not move for them
		stop = t.newDraft(KindStop)
	}
	stop.Step, stop.Status, stop.Data.Text = StepDone, DraftDone, ""
	stop.Data.Series, stop.Data.Code = []string{id}, s.Code
	t.result.Change = append(t.result.Change, SeriesChange{ID: id, Status: schedule.Cancelled, Why: "the person"})
	t.audit("schedule_cancelled", id)
	t.result.Toast = t.words("toast_stopped", nil)
	args := locales.Args{"Text": shorten(s.Message, 80), "Code": s.Code}
	text := t.words("series_stopped", args)
	if n, endless := s.Rule.Total(t.now); !endless {
		text = t.catalogue.Count(t.lang, "series_stopped_count", n, args)
	}
	m := plain(text)
	m.Choices = [][]chat.Choice{row(stop.button(t.words("button_undo", nil), opUndo))}
	t.ask(stop, m)
}
