package conversations

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"carebell/chat"
	"carebell/locales"
	"carebell/schedule"
)

// The list, by day, some to a page:
//
//	/list ──▶ page 1 ⇄ page 2 …
//	            │ ✏️ n, "change n", "n at 10" ──▶ a card with the change        (edit.go)
//	            │ ⏸ n, "pause n", "pause n until monday", ▶️ n, "resume n"        (pause.go)
//	            │ 🗑 n, "delete n" ──▶ only the next one, or the whole series?    (cancel.go)
//	            └ "n" ──▶ that one, with its buttons
//
// Numbers stay what the newest list shows, whatever comes or goes meanwhile.

// pageSize is how many series a page of the list shows.
const pageSize = 5

// list is /list: what is planned, by the day on which it comes next.
func (t *turn) list() {
	if len(t.state.Series) == 0 {
		t.say("list_empty", nil)
		return
	}
	d := t.newDraft(KindList)
	d.Step, d.Data.Text = StepAsk, ""
	for _, s := range inOrder(t.state.Series) {
		d.Data.Options = append(d.Data.Options, Option{Rule: s.ID, Label: s.Code})
	}
	t.ask(d, t.page(d))
}

// inOrder puts what comes next first; what is paused or comes no more stands last.
func inOrder(series []Upcoming) []Upcoming {
	sorted := slices.Clone(series)
	rests := func(s Upcoming) int {
		if s.Status == schedule.PausedNow || s.Next.IsZero() {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(sorted, func(a, b Upcoming) int {
		if c := cmp.Compare(rests(a), rests(b)); c != 0 || rests(a) == 1 {
			return c
		}
		return a.Next.Compare(b.Next)
	})
	return sorted
}

// page writes the page of a list that its draft stands at. What has ended meanwhile keeps its number
// and is left out.
func (t *turn) page(d *Draft) chat.Message {
	from := d.Data.Page * pageSize
	to := min(from+pageSize, len(d.Data.Options))
	parts := []string{"<b>" + escape(t.words("list_title", nil)) + "</b>"}
	heading := ""
	var rows [][]chat.Choice
	for i, o := range d.Data.Options[from:to] {
		s, ok := t.line(o)
		if !ok {
			continue
		}
		if h := t.heading(s); h != heading {
			heading = h
			parts = append(parts, "<b>"+escape(h)+"</b>")
		}
		parts = append(parts, t.entry(from+i+1, s))
		rows = append(rows, t.actions(d, i, from+i+1, s))
	}
	var turnPage []chat.Choice
	if from > 0 {
		turnPage = append(turnPage, d.button("◀", opPrevious))
	}
	if to < len(d.Data.Options) {
		turnPage = append(turnPage, d.button("▶", opNext))
	}
	if len(turnPage) > 0 {
		rows = append(rows, turnPage)
	}
	parts = append(parts, "<i>"+escape(t.words("list_hint", nil))+"</i>")
	return chat.Message{Text: strings.Join(parts, "\n\n"), Format: chat.HTML, Choices: rows}
}

// heading is the day below which a series stands.
func (t *turn) heading(s Upcoming) string {
	switch {
	case s.Status == schedule.PausedNow:
		return t.words("list_paused", nil)
	case s.Next.IsZero():
		return t.words("list_no_more", nil)
	}
	here := t.zone()
	day := s.Next.In(here)
	switch schedule.DateOf(t.now.In(here)).DaysUntil(schedule.DateOf(day)) {
	case 0:
		return capital(t.words("day_today", nil))
	case 1:
		return capital(t.words("day_tomorrow", nil))
	}
	return capital(t.catalogue.Day(t.lang, day))
}

// entry is one series in the list: its number, when it comes, what it says, how often.
func (t *turn) entry(n int, s Upcoming) string {
	clock := ""
	if s.Status != schedule.PausedNow && !s.Next.IsZero() {
		clock = t.catalogue.Clock(t.lang, s.Next.In(t.zone())) + " · "
	}
	when := capital(t.parser.Describe(s.Rule, t.lang, t.now))
	if zone := s.Rule.Zone().String(); zone != t.zone().String() {
		when += " (" + t.place(zone) + ")"
	}
	return fmt.Sprintf("%d. %s<b>%s</b> · %s\n%s", n, clock, escape(shorten(s.Message, 80)), locales.Code(t.lang, "#"+s.Code), escape(when))
}

// actions are the buttons of the i-th series of a page, which has number n.
func (t *turn) actions(d *Draft, i, n int, s Upcoming) []chat.Choice {
	if s.Status == schedule.PausedNow {
		return row(d.button(fmt.Sprint("▶️ ", n), opItem('p', i)), d.button(fmt.Sprint("🗑 ", n), opItem('d', i)))
	}
	return row(d.button(fmt.Sprint("✏️ ", n), opItem('e', i)), d.button(fmt.Sprint("⏸ ", n), opItem('p', i)), d.button(fmt.Sprint("🗑 ", n), opItem('d', i)))
}

// listTap is a tap below a list. The list is touched only when its page turns: its other buttons go on
// working.
func (t *turn) listTap(d *Draft, o op) {
	switch o {
	case opPrevious, opNext:
		d = t.touch(d)
		if o == opNext {
			d.Data.Page++
		} else {
			d.Data.Page--
		}
		d.Data.Page = min(max(d.Data.Page, 0), (len(d.Data.Options)-1)/pageSize)
		t.edit(d, t.page(d))
		return
	}
	verb, i, ok := o.item()
	if at := d.Data.Page*pageSize + i; ok && at < len(d.Data.Options) {
		t.act(verb, d.Data.Options[at])
		return
	}
	t.result.Toast = t.words("toast_unknown", nil)
}

// act does to a series what its button says.
func (t *turn) act(verb byte, o Option) {
	s, ok := t.line(o)
	if !ok {
		t.result.Toast = t.words("toast_done", nil)
		return
	}
	switch {
	case verb == 'e':
		t.editSeries(s)
	case verb == 'd':
		t.askEnd(s)
	case s.Status == schedule.PausedNow:
		t.goOn([]Upcoming{s})
	default:
		t.pauseThese([]Upcoming{s}, time.Time{})
	}
}

// showItem is the answer to a number alone: that series, with its buttons.
func (t *turn) showItem(o Option, n int) {
	s, ok := t.line(o)
	if !ok {
		t.say("cancel_unknown", nil)
		return
	}
	d := t.newDraft(KindList)
	d.Step, d.Data.Text = StepAsk, ""
	d.Data.Options = []Option{{Rule: s.ID, Label: s.Code}}
	t.ask(d, chat.Message{Text: t.entry(n, s), Format: chat.HTML, Choices: [][]chat.Choice{t.actions(d, 0, n, s)}})
}

// line is the series that a line of a list stands for: a changed one has another id and the same code.
func (t *turn) line(o Option) (Upcoming, bool) {
	if s, ok := t.series(o.Rule); ok {
		return s, true
	}
	i := slices.IndexFunc(t.state.Series, func(s Upcoming) bool { return s.Code == o.Label })
	if i < 0 {
		return Upcoming{}, false
	}
	return t.state.Series[i], true
}

// series finds an active or paused series of the person.
func (t *turn) series(id string) (Upcoming, bool) {
	i := slices.IndexFunc(t.state.Series, func(s Upcoming) bool { return s.ID == id })
	if i < 0 {
		return Upcoming{}, false
	}
	return t.state.Series[i], true
}
