package delivery

import (
	"html"
	"strings"
	"time"

	"carebell/chat"
	"carebell/locales"
	"carebell/templates"
)

// Renderer turns a job into words, at the time of sending and in the person's language.
type Renderer struct {
	templates *templates.Set
	catalogue *locales.Catalogue
	buttons   func(Job) [][]chat.Choice
}

// NewRenderer returns a renderer over those templates and words. buttons are what a message that asks
// for an answer is answered with; nil: none.
func NewRenderer(set *templates.Set, catalogue *locales.Catalogue, buttons func(Job) [][]chat.Choice) *Renderer {
	return &Renderer{templates: set, catalogue: catalogue, buttons: buttons}
}

// Render writes the message of a job. An occurrence names its slot: clock and date in its own zone.
func (r *Renderer) Render(job Job) (chat.Message, error) {
	if job.Source == Outbox {
		return job.Message, nil
	}
	zone, err := time.LoadLocation(job.Zone)
	if err != nil {
		return chat.Message{}, err
	}
	slot := job.Slot.In(zone)
	m, err := r.templates.Say(job.Template, job.Language, templates.Occurrence{Parameters: job.Parameters, Content: job.Content,
		Name: job.PatientName, Clock: r.catalogue.Clock(job.Language, slot), Day: r.catalogue.Day(job.Language, slot)})
	if err == nil && job.Card != "" && r.buttons != nil {
		m.Choices = r.buttons(job)
	}
	return m, err
}

// Note puts above a part what must be said with it: that it may be a repeat, that it is more than
// onTime late. Each part leaves chat.MaxNote units free for that, so the cuts stay where they are.
func (r *Renderer) Note(part chat.Message, job Job, now time.Time, onTime time.Duration) chat.Message {
	if job.Source == Outbox {
		return part
	}
	var notes []string
	if job.Marked {
		notes = append(notes, r.catalogue.Text(job.Language, "note_repeat", nil))
	}
	again := job.Kind == KindSnooze || job.Kind == KindNag // it names its dose, and must name no second time
	if zone, err := time.LoadLocation(job.Zone); err == nil && again {
		// It must never be taken for a second dose.
		notes = append(notes, r.catalogue.Text(job.Language, "note_"+job.Kind, locales.Args{"Due": r.catalogue.Clock(job.Language, job.Slot.In(zone))}))
	}
	if zone, err := time.LoadLocation(job.Zone); err == nil && !again && now.Sub(job.Due) > onTime {
		notes = append(notes, r.catalogue.Text(job.Language, "note_late", locales.Args{
			"Due": r.catalogue.Clock(job.Language, job.Due.In(zone)), "Now": r.catalogue.Clock(job.Language, now.In(zone))}))
	}
	for _, n := range notes {
		if part.Format == chat.HTML {
			n = html.EscapeString(n)
		}
		part.Text = n + "\n" + part.Text
	}
	return part
}

// Notice writes the one message about everything that expired for a person: no buttons, no "take".
func (r *Renderer) Notice(o Overdue) chat.Message {
	items := make([]string, 0, len(o.Missed))
	for _, m := range o.Missed {
		due := m.Due
		if zone, err := time.LoadLocation(m.Zone); err == nil {
			due = due.In(zone)
		}
		items = append(items, r.catalogue.Text(o.Language, "notice_item", locales.Args{
			"Clock": r.catalogue.Clock(o.Language, due), "Day": r.catalogue.Day(o.Language, due), "Text": m.Text}))
	}
	return chat.Message{Text: r.catalogue.Text(o.Language, "notice_expired",
		locales.Args{"List": strings.Join(items, "\n")})}
}
