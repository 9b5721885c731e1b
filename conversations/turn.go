package conversations

import (
	"html"
	"slices"
	"strings"
	"time"

	"carebell/chat"
	"carebell/locales"
)

// turn collects what one Step decides.
type turn struct {
	*Flows
	state   State
	update  chat.Update
	now     time.Time
	ids     *ids
	lang    string
	person  Person
	result  Turn
	touched []*change
}

type change struct {
	draft *Draft
	from  int
}

func (f *Flows) begin(state State, update chat.Update, now time.Time) *turn {
	t := &turn{Flows: f, state: state, update: update, now: now, ids: newIDs(state.Entropy), person: state.Person}
	if t.person.Name == "" {
		t.person.Name = update.Name
	}
	if t.person.Language == "" && update.Language != "" {
		t.person.Language = f.catalogue.Match(update.Language)
	}
	if t.person.Zone == "" && validZone(update.Zone) {
		t.person.Zone = update.Zone
	}
	t.state.Open = nil
	for _, d := range state.Open { // a reminder's buttons are no question that other words could answer
		if d.Kind == KindDose {
			t.state.Doses = append(t.state.Doses, d)
		} else {
			t.state.Open = append(t.state.Open, d)
		}
	}
	t.speak(t.person.Language)
	if t.person.Language == "" {
		t.person.Language = t.lang // what is rendered later speaks as the chat does now
	}
	return t
}

func (t *turn) speak(lang string) {
	if lang == "" {
		lang = t.config.Language
	}
	t.lang = t.catalogue.Match(lang)
}

func (t *turn) out() Turn {
	t.result.Person = t.person
	for _, c := range t.touched {
		t.result.Drafts = append(t.result.Drafts, DraftChange{Draft: *c.draft, From: c.from})
	}
	return t.result
}

// zone is the person's zone: as confirmed, as guessed, or the configured one.
func (t *turn) zone() *time.Location {
	if z, err := time.LoadLocation(t.person.Zone); err == nil && t.person.Zone != "" {
		return z
	}
	return t.config.Zone
}

func validZone(name string) bool {
	if name == "" || name == "Local" {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

func (t *turn) words(key string, args locales.Args) string {
	return t.catalogue.Text(t.lang, key, args)
}

// isWord reports whether s is one of a list's words, in the person's language or in the fallback.
func (t *turn) isWord(key, s string) bool {
	return slices.Contains(t.catalogue.Words(t.lang, key), bare(s)) || slices.Contains(t.catalogue.Words(locales.Fallback, key), bare(s))
}

// say replies with a catalogue's text.
func (t *turn) say(key string, args locales.Args) { t.send(plain(t.words(key, args))) }

func plain(text string) chat.Message { return chat.Message{Text: text} }

func (t *turn) send(m chat.Message) string {
	id := t.ids.row(t.now)
	t.result.Replies = append(t.result.Replies, Reply{ID: id, Message: m})
	return id
}

// newDraft opens a draft about what the person just said.
func (t *turn) newDraft(kind DraftKind) *Draft {
	d := &Draft{ID: t.ids.draft(), Owner: t.person.ID, Kind: kind, Status: DraftOpen, Version: 1,
		ExpiresAt: t.now.Add(kind.life()), UpdatedAt: t.now,
		Data: Data{Schema: schema, Text: t.update.Text, SaidAt: t.update.SentAt, MessageID: t.update.MessageID}}
	t.touched = append(t.touched, &change{draft: d})
	return d
}

// touch marks a saved draft as changed by this turn; its version grows once.
func (t *turn) touch(d *Draft) *Draft {
	for _, c := range t.touched {
		if c.draft.ID == d.ID {
			return c.draft
		}
	}
	copied := *d
	c := &change{draft: &copied, from: d.Version}
	copied.Version++
	copied.UpdatedAt = t.now
	if copied.Status == DraftOpen {
		copied.ExpiresAt = t.now.Add(copied.Kind.life())
	}
	t.touched = append(t.touched, c)
	return c.draft
}

// ask shows a draft's question as a new message below, and remembers it as the draft's card.
func (t *turn) ask(d *Draft, m chat.Message) { d.Card = t.send(m) }

// edit replaces what the draft's card shows; without a card it is a new message.
func (t *turn) edit(d *Draft, m chat.Message) {
	if d.Card == "" {
		t.ask(d, m)
		return
	}
	t.result.Replies = append(t.result.Replies, Reply{ID: t.ids.row(t.now), Edits: d.Card, Message: m})
}

func row(choices ...chat.Choice) []chat.Choice { return choices }

func (t *turn) audit(action, subject string) {
	t.result.Audit = append(t.result.Audit, AuditEvent{Action: action, Subject: subject})
}

// lines joins what is not empty.
func lines(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n")
}

func escape(s string) string { return html.EscapeString(s) }
