package conversations

import (
	"slices"
	"strings"

	"carebell/chat"
	"carebell/nlp"
	"carebell/schedule"
)

// "take aspirin at 9" says neither a day nor how often. A dose too many harms, and so does one too few:
// it is asked, never assumed.
//
//	how often? ──▶ [once] [every day] [other] ──▶ card

// clocksOnly reports whether a phrase names a time of day, and nothing about days or an interval.
func clocksOnly(r nlp.Result) bool {
	return hasRole(r, nlp.RoleClock) && !r.Rule.Elapsed() && !slices.ContainsFunc(r.Spans, func(s nlp.Span) bool {
		return s.Role == nlp.RoleDate || s.Role == nlp.RoleRecurrence || s.Role == nlp.RoleBound
	})
}

// askOften asks how often a dose is meant. It reports whether it could.
func (t *turn) askOften(d *Draft) bool {
	d.Data.Often = false
	once, err := schedule.ParseRule(d.Data.Rule)
	if err != nil {
		return false
	}
	daily, err := schedule.Recurring(schedule.Recurrence{Zone: once.Zone(), From: schedule.WallOf(t.now.In(once.Zone())),
		Patterns: []schedule.Pattern{{Freq: schedule.Daily, Times: clocksOf(once, t.now)}}})
	if err != nil {
		return false
	}
	d.Step = StepChoose
	d.Data.Options = []Option{{Rule: once.String(), Label: t.words("button_once", nil)}, {Rule: daily.String(), Label: t.words("button_every_day", nil)}}
	d.Data.Assumed = slices.DeleteFunc(d.Data.Assumed, func(s string) bool { return strings.HasPrefix(s, "passed_today:") })
	m := plain(t.words("often_ask", nil))
	m.Choices = [][]chat.Choice{
		row(d.button(d.Data.Options[0].Label, opOption(0)), d.button(d.Data.Options[1].Label, opOption(1)), d.button(t.words("button_other", nil), opChange)),
		row(d.button(t.words("button_cancel", nil), opCancel))}
	t.ask(d, m)
	return true
}
