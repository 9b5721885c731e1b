package conversations

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"carebell/chat"
	"carebell/locales"
	"carebell/schedule"
)

// ownWord finds /export, /delete and /adherence said without a slash, in any language.
func (t *turn) ownWord(text string) string {
	for _, command := range []string{"export", "delete", "adherence"} {
		if t.inAnyLanguage("words_"+command, text) {
			return command
		}
	}
	return ""
}

func (t *turn) inAnyLanguage(key, text string) bool {
	for _, lang := range t.catalogue.Languages() {
		for _, word := range t.catalogue.Words(lang, key) {
			if bare(word) == bare(text) {
				return true
			}
		}
	}
	return false
}

// ownData answers what may be asked of one's own data also after STOP: name is a command's, word a
// text's without one.
func (t *turn) ownData(name, word string) {
	if name == "" {
		name = t.ownWord(word)
	}
	switch name {
	case "export":
		t.export()
	case "delete":
		t.askErase()
	}
}

// export is /export: everything that is kept about the person, as files in the chat.
func (t *turn) export() {
	if t.person.ID == "" {
		t.say("export_nothing", nil)
		return
	}
	if t.state.Record == nil {
		t.result = Turn{Wants: &Wanted{}}
		return
	}
	r := t.state.Record
	files, err := t.exportFiles(*r)
	if err != nil { // what was saved could be written, so this can be too
		t.say("export_failed", nil)
		return
	}
	t.audit("exported", "")
	text := t.words("export_json", locales.Args{"Moment": t.catalogue.Moment(t.lang, t.now.In(t.zone()), t.now)})
	for i, data := range files {
		name := "carebell.json"
		if i > 0 {
			name, text = fmt.Sprintf("carebell-%d.json", i+1), ""
		}
		t.send(chat.Message{Text: text, File: &chat.File{Name: name, Type: "application/json", Data: data}})
	}
	if !slices.ContainsFunc(r.Series, func(s KeptSeries) bool { return !s.Rule.IsZero() }) {
		return // a calendar has at least one event
	}
	t.send(chat.Message{Text: t.words("export_calendar", nil),
		File: &chat.File{Name: "carebell.ics", Type: "text/calendar", Data: t.calendar(r.Series)}})
}

// The exported form. Its names are a contract: fields may be added, never renamed.
type (
	exported struct {
		Format     string            `json:"format"`
		ExportedAt time.Time         `json:"exported_at"`
		Service    string            `json:"service,omitempty"`
		Profile    *exportedProfile  `json:"profile,omitempty"`
		Consents   []exportedConsent `json:"consents,omitempty"`
		Schedules  []exportedSeries  `json:"schedules,omitempty"`
		Messages   []exportedMessage `json:"messages"`
		Answers    []exportedAnswer  `json:"dose_answers"`
	}
	exportedProfile struct {
		Name          string         `json:"name"`
		Language      string         `json:"language"`
		Zone          string         `json:"time_zone"`
		ZoneConfirmed bool           `json:"time_zone_confirmed"`
		Stopped       bool           `json:"stopped"`
		Since         time.Time      `json:"since"`
		Addresses     []chat.Address `json:"addresses"`
	}
	exportedConsent struct {
		Version     string       `json:"version"`
		Language    string       `json:"language"`
		Channel     chat.Channel `json:"channel"`
		GivenAt     time.Time    `json:"given_at"`
		WithdrawnAt *time.Time   `json:"withdrawn_at,omitempty"`
	}
	exportedSeries struct {
		ID        string                `json:"id"`
		Code      string                `json:"code"`
		Message   string                `json:"message"`
		Template  string                `json:"template"`
		InWords   string                `json:"in_words"`
		Rule      string                `json:"rrule"` // RFC 5545 lines
		Zone      string                `json:"time_zone"`
		Status    schedule.SeriesStatus `json:"status"`
		Why       string                `json:"status_reason,omitempty"`
		CreatedAt time.Time             `json:"created_at"`
	}
	exportedMessage struct {
		ID       string     `json:"id"`
		Schedule string     `json:"schedule"`
		Kind     string     `json:"kind"`
		Text     string     `json:"text"`
		Due      time.Time  `json:"due"`
		Status   string     `json:"status"`
		SentAt   *time.Time `json:"sent_at,omitempty"`
	}
	exportedAnswer struct {
		Message    string     `json:"message"`
		Answer     string     `json:"answer"`
		Reason     string     `json:"reason,omitempty"`
		Due        time.Time  `json:"due"`
		SaidAt     time.Time  `json:"said_at"`
		ReceivedAt time.Time  `json:"received_at"`
		UndoneAt   *time.Time `json:"undone_at,omitempty"`
	}
)

// exportFormat names the form of the file.
const exportFormat = "carebell export 1"

// exportFiles writes the record as JSON: one file, or, for what is longer than a channel takes, several
// of which each holds a share of the messages and the answers.
func (t *turn) exportFiles(r Record) ([][]byte, error) {
	whole := t.exported(r)
	for n := 1; ; n++ {
		files := make([][]byte, n)
		largest := 0
		for i := range n {
			share := exported{Format: exportFormat, ExportedAt: whole.ExportedAt}
			if i == 0 {
				share = whole
			}
			share.Messages, share.Answers = slice(whole.Messages, i, n), slice(whole.Answers, i, n)
			data, err := json.MarshalIndent(share, "", " ")
			if err != nil {
				return nil, err
			}
			files[i], largest = data, max(largest, len(data))
		}
		if largest <= chat.MaxFile {
			return files, nil
		}
		if n > len(whole.Messages)+len(whole.Answers) {
			return nil, fmt.Errorf("the record cannot be cut small enough")
		}
	}
}

// slice is the i-th of n nearly equal shares of a list.
func slice[T any](list []T, i, n int) []T {
	return append([]T{}, list[len(list)*i/n:len(list)*(i+1)/n]...)
}

func (t *turn) exported(r Record) exported {
	e := exported{Format: exportFormat, ExportedAt: t.now.UTC(), Service: t.config.Service,
		Profile: &exportedProfile{Name: t.person.Name, Language: t.person.Language, Zone: t.person.Zone, ZoneConfirmed: t.person.ZoneConfirmed,
			Stopped: t.person.Stopped, Since: r.Since, Addresses: r.Addresses}}
	for _, c := range r.Consents {
		e.Consents = append(e.Consents, exportedConsent{Version: c.Version, Language: c.Language, Channel: c.Channel,
			GivenAt: c.GivenAt, WithdrawnAt: known(c.WithdrawnAt)})
	}
	for _, s := range r.Series {
		inWords := ""
		if !s.Rule.IsZero() { // one that cannot be read has no words
			inWords = t.parser.Describe(s.Rule, t.lang, t.now)
		}
		e.Schedules = append(e.Schedules, exportedSeries{ID: s.ID, Code: s.Code, Message: s.Message, Template: s.Template,
			InWords: inWords, Rule: s.Rule.String(), Zone: s.Rule.Zone().String(),
			Status: s.Status, Why: s.Why, CreatedAt: s.CreatedAt})
	}
	for _, m := range r.Messages {
		e.Messages = append(e.Messages, exportedMessage{ID: m.ID, Schedule: m.Series, Kind: m.Kind, Text: m.Text, Due: m.Due,
			Status: m.Status, SentAt: known(m.SentAt)})
	}
	for _, a := range r.Answers {
		e.Answers = append(e.Answers, exportedAnswer{Message: a.Message, Answer: a.Answer, Reason: a.Reason, Due: a.Due,
			SaidAt: a.SaidAt, ReceivedAt: a.ReceivedAt, UndoneAt: known(a.UndoneAt)})
	}
	return e
}

// known is nil for the zero time.
func known(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

func (t *turn) calendar(series []KeptSeries) []byte {
	var events []schedule.Event
	for _, s := range series {
		if s.Rule.IsZero() {
			continue
		}
		events = append(events, schedule.Event{UID: s.ID, Rule: s.Rule, Summary: s.Message, Status: s.Status,
			Description: capital(t.parser.Describe(s.Rule, t.lang, t.now)) + " · #" + s.Code})
	}
	return schedule.Calendar("-//carebell//"+t.lang, events, t.now)
}
