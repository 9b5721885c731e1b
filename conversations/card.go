package conversations

import (
	"fmt"
	"strings"
	"time"

	"carebell/chat"
	"carebell/locales"
	"carebell/schedule"
	"carebell/templates"
)

// showCard shows what will be saved: what, for whom, when in words, the next three, what the lock
// screen shows; Confirm, Change, Cancel.
func (t *turn) showCard(d *Draft) {
	rule, err := schedule.ParseRule(d.Data.Rule)
	if err != nil {
		t.failDraft(d)
		return
	}
	if _, ok := rule.Next(t.now); !ok {
		t.passed(d, rule)
		return
	}
	d.Step = StepCard
	d.Data.Options = nil
	m := t.card(d, rule, "")
	m.Choices = [][]chat.Choice{row(
		d.button("✅ "+t.words("button_confirm", nil), opConfirm),
		d.button("✏️ "+t.words("button_change", nil), opChange),
		d.button("✖️ "+t.words("button_cancel", nil), opCancel))}
	t.ask(d, m)
}

func (t *turn) failDraft(d *Draft) {
	d.Status, d.Step = DraftDropped, StepDone
	t.say("problem_other", nil)
}

// card writes a draft in words. head is put above it.
func (t *turn) card(d *Draft, rule schedule.Rule, head string) chat.Message {
	title := t.templates.Title(d.Data.Template, t.lang)
	when := capital(t.parser.Describe(rule, t.lang, t.now))
	if d.Data.Was != "" {
		when = t.words("card_changed", locales.Args{"Was": d.Data.Was, "Now": when})
	}
	return chat.Message{Format: chat.HTML, Text: lines(
		head,
		escape(t.words("card_title", locales.Args{"Icon": icon(d.Data.Template), "Title": title})),
		"<b>"+escape(d.Data.Message)+"</b>",
		escape(when),
		t.nextLine(rule),
		t.assumed(d),
		escape(t.words("card_lock_screen", locales.Args{"Text": shorten(d.Data.Message, 60)})),
	)}
}

// nextLine is the next three occurrences with the zone's place.
func (t *turn) nextLine(rule schedule.Rule) string {
	var moments []string
	for _, o := range rule.Upcoming(t.now, 3) {
		moments = append(moments, fmt.Sprintf(`<time unix="%d">%s</time>`, o.At.Unix(),
			escape(t.catalogue.Moment(t.lang, o.At, t.now))))
	}
	if len(moments) == 0 {
		return ""
	}
	return escape(t.words("card_next", nil)) + " " + strings.Join(moments, " · ") +
		" (" + escape(t.place(rule.Zone().String())) + ")"
}

// assumed lists what the parser took for granted, in words where the catalogue has them.
func (t *turn) assumed(d *Draft) string {
	var said []string
	for _, a := range d.Data.Assumed {
		code, value, _ := strings.Cut(a, ":")
		text := t.words("assumed_"+code+"_"+value, nil)
		if text == "" {
			text = t.words("assumed_"+code, locales.Args{"Value": t.dayIn(value)})
		}
		if text != "" {
			said = append(said, escape(text))
		}
	}
	if len(said) == 0 {
		return ""
	}
	return "<i>" + strings.Join(said, " ") + "</i>"
}

// dayIn writes the dates in an assumption's value as people write them.
func (t *turn) dayIn(value string) string {
	day, err := time.ParseInLocation(time.DateOnly, value, t.zone())
	if err != nil {
		return strings.ReplaceAll(value, ",", ", ")
	}
	return t.catalogue.Day(t.lang, day)
}

// confirm saves the series. What has passed while the card waited is not saved silently.
func (t *turn) confirm(d *Draft) {
	rule, err := schedule.ParseRule(d.Data.Rule)
	if err != nil {
		t.failDraft(d)
		return
	}
	upcoming := rule.Upcoming(t.now, 2)
	if len(upcoming) == 0 {
		t.passed(d, rule)
		return
	}
	tpl, err := t.templates.Get(d.Data.Template)
	if err != nil {
		t.failDraft(d)
		return
	}
	code := t.ids.code()
	if d.Data.Replaces != "" {
		old, ok := t.series(d.Data.Replaces)
		if !ok || old.Status != schedule.Active || d.Data.Scope == scopeNext && !old.Next.Equal(d.Data.Next) {
			d.Status, d.Step = DraftDropped, StepDone
			t.edit(d, plain(t.words("edit_gone", nil)))
			return
		}
		if t.askScope(d, old, rule) {
			return
		}
		if d.Data.Scope != scopeNext {
			code = old.Code
		}
		rule = t.replace(d, old, rule)
		upcoming = rule.Upcoming(t.now, 2)
	}
	s := NewSeries{First: upcoming[0], Series: schedule.Series{
		ID: t.ids.row(t.now), Code: code, Draft: d.ID, Message: d.Data.Message, Template: tpl.Key,
		Asks: tpl.Asks, NagEvery: tpl.NagEvery, NagTimes: tpl.NagTimes, TimeCritical: tpl.TimeCritical, Rule: rule, Status: schedule.Active, Version: 1, MaxLateness: tpl.MaxLateness}}
	if len(upcoming) > 1 {
		s.Second = upcoming[1].At
	}
	t.result.Create = append(t.result.Create, s)
	d.Status, d.Step = DraftDone, StepDone
	d.Data.Series, d.Data.Code, d.Data.Was = []string{s.Series.ID}, s.Series.Code, ""
	t.result.Toast = t.words("toast_saved", nil)
	t.audit("schedule_created", s.Series.ID)
	t.edit(d, t.savedCard(d, rule))
}

// savedCard is the card after Confirm: saved, with its code, and a minute to take it back.
func (t *turn) savedCard(d *Draft, rule schedule.Rule) chat.Message {
	m := t.card(d, rule, "✅ <b>"+escape(t.words("card_saved", locales.Args{"Code": d.Data.Code}))+"</b>")
	m.Choices = [][]chat.Choice{row(d.button(t.words("button_undo", nil), opUndo))}
	return m
}

// passed handles a card whose time ran out while it waited.
func (t *turn) passed(d *Draft, rule schedule.Rule) {
	start := rule.Start()
	now := t.now.In(rule.Zone())
	next := time.Date(now.Year(), now.Month(), now.Day(), start.Hour(), start.Minute(), 0, 0, now.Location())
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	soon := now.Add(time.Minute).Truncate(time.Second)
	d.Step = StepChoose
	d.Data.Options = []Option{{Rule: schedule.Once(soon, soon.Location()).String(), Label: t.words("button_send_now", nil)}}
	choices := row(d.button(d.Data.Options[0].Label, opOption(0)))
	if t.person.ZoneConfirmed { // a wall clock elsewhere would be a guess
		d.Data.Options = append(d.Data.Options, Option{Rule: schedule.Once(next, next.Location()).String(),
			Label: t.words("button_next", locales.Args{"Moment": t.catalogue.Moment(t.lang, next, t.now)})})
		choices = append(choices, d.button(d.Data.Options[1].Label, opOption(1)))
	}
	m := plain(t.words("card_passed", nil))
	m.Choices = [][]chat.Choice{choices, row(d.button(t.words("button_cancel", nil), opCancel))}
	t.edit(d, m)
}

// change asks for the new words or the new time.
func (t *turn) change(d *Draft) {
	d.Step, d.Data.Options = StepChange, nil
	m := plain(t.words("change_ask", nil))
	m.Choices = [][]chat.Choice{row(d.button(t.words("button_back", nil), opBack), d.button(t.words("button_cancel", nil), opCancel))}
	t.ask(d, m)
}

// changed takes the answer: a time replaces the time, anything else the words. The old card says
// that it was replaced.
func (t *turn) changed(d *Draft, text string) {
	if a, ok := t.amend(d, text); ok {
		t.apply(d, a)
		return
	}
	r := t.parse(text, t.update.SentAt)
	was := ""
	if old, err := schedule.ParseRule(d.Data.Rule); err == nil {
		was = capital(t.parser.Describe(old, t.lang, t.now))
	}
	d.Data.Was, d.Data.MessageID = "", t.update.MessageID
	switch {
	case r.Err == nil || len(r.Alternatives) > 0 && !isNoTime(r):
		// A new time goes the whole way again: zone, questions, assumptions.
		d.Data.Text, d.Data.SaidAt, d.Data.Rule, d.Data.Was = text, t.update.SentAt, "", was
		if r.Message != "" && r.Message != text {
			d.Data.Message = r.Message
		} else if d.Data.Template == templates.MedicationReminder {
			d.Data.Text += " " + d.Data.Message // "every day at 3" is asked about when it is for a medicine
		}
	case isNoTime(r):
		d.Data.Message = text
	default: // a time that cannot be is no new text
		t.send(plain(t.problem(r)))
		return
	}
	t.edit(d, plain(t.words("card_replaced", nil)))
	t.advance(d)
}

// drop is Cancel: nothing is scheduled, and one tap brings it back.
func (t *turn) drop(d *Draft) {
	if d.Kind != KindSchedule {
		d.Status, d.Step = DraftDropped, StepDone
		if d.Kind == KindHeard { // it is not asked again while the conversation lasts
			d.Status = DraftOpen
		}
		t.edit(d, plain(t.words("edit_dropped", nil)))
		return
	}
	d.Status = DraftDropped
	d.ExpiresAt = t.now.Add(DraftLife)
	text := t.words("dropped", nil)
	if d.Data.Replaces != "" {
		text = t.words("edit_dropped", nil)
	} else {
		t.result.Toast = t.words("toast_dropped", nil)
	}
	m := plain(text)
	m.Choices = [][]chat.Choice{row(d.button(t.words("button_restore", nil), opRestore))}
	t.edit(d, m)
}

func icon(template string) string {
	switch template {
	case templates.MedicationReminder:
		return "💊"
	case templates.AppointmentReminder:
		return "📅"
	case templates.CheckIn:
		return "🙂"
	case templates.FollowUp:
		return "📝"
	}
	return "⏰"
}

// capital begins a sentence.
func capital(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

// shorten cuts a text to n characters for one line.
func shorten(s string, n int) string {
	r := []rune(strings.ReplaceAll(s, "\n", " "))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n-1]) + "…"
}
