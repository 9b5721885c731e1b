package faketelegram

import (
	"encoding/json"
	"reflect"
	"time"
	"unicode/utf16"
)

// room is one private chat.
type room struct {
	id       int64
	name     string
	language string
	started  bool
	blocked  bool
	messages []*message
}

// message is one message in a chat, from the person or from the bot.
type message struct {
	id       int
	room     *room
	fromBot  bool
	text     string
	entities []entity
	rows     [][]button
	at       time.Time
	edited   time.Time
	replyTo  *message
	file     *File // what came with it; text is its caption
}

// entity is formatting, by UTF-16 units.
type entity struct {
	Type   string `json:"type"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
	URL    string `json:"url,omitempty"`
	Unix   int64  `json:"unix_time,omitempty"`
	Format string `json:"date_time_format,omitempty"`
}

// button is one inline button.
type button struct {
	Text string  `json:"text"`
	Data *string `json:"callback_data,omitempty"`
	URL  string  `json:"url,omitempty"`
}

// tap is one press of a button.
type tap struct {
	chat     int64
	message  int
	at       time.Time
	answered bool
	toast    string
}

func (s *Server) newMessageLocked(rm *room, fromBot bool, text string) *message {
	s.nextMessage++
	m := &message{id: s.nextMessage, room: rm, fromBot: fromBot, text: text, at: s.cfg.Now()}
	rm.messages = append(rm.messages, m)
	return m
}

func (r *room) find(id int) *message {
	for _, m := range r.messages {
		if m.id == id {
			return m
		}
	}
	return nil
}

func (r *room) remove(id int) {
	for i, m := range r.messages {
		if m.id == id {
			r.messages = append(r.messages[:i:i], r.messages[i+1:]...)
			return
		}
	}
}

func (m *message) same(text string, entities []entity, rows [][]button) bool {
	sameRows := len(rows) == 0 && len(m.rows) == 0 || reflect.DeepEqual(rows, m.rows)
	sameEntities := len(entities) == 0 && len(m.entities) == 0 || reflect.DeepEqual(entities, m.entities)
	return text == m.text && sameEntities && sameRows
}

// labels are the buttons' words, row by row; nil when there are none.
func (m *message) labels() [][]string {
	var out [][]string
	for _, row := range m.rows {
		var labels []string
		for _, b := range row {
			labels = append(labels, b.Text)
		}
		out = append(out, labels)
	}
	return out
}

func (r *room) user() map[string]any {
	return map[string]any{"id": r.id, "is_bot": false, "first_name": r.name, "language_code": r.language}
}

func (r *room) chat() map[string]any {
	return map[string]any{"id": r.id, "type": "private", "first_name": r.name}
}

// wire is the message as the Bot API writes it.
func (s *Server) wire(m *message) map[string]any {
	w := map[string]any{"message_id": m.id, "date": m.at.Unix(), "chat": m.room.chat(), "text": m.text}
	if m.fromBot {
		w["from"] = map[string]any{"id": 123456, "is_bot": true, "first_name": "Carebell", "username": s.cfg.Username}
	} else {
		w["from"] = m.room.user()
	}
	if len(m.entities) > 0 {
		w["entities"] = m.entities
	}
	if m.file != nil {
		delete(w, "text")
		m.file.wire(w, m.id)
		if m.text != "" {
			w["caption"] = m.text
		}
		if entities, ok := w["entities"]; ok {
			delete(w, "entities")
			w["caption_entities"] = entities
		}
	}
	if len(m.rows) > 0 {
		w["reply_markup"] = map[string]any{"inline_keyboard": m.rows}
	}
	if !m.edited.IsZero() {
		w["edit_date"] = m.edited.Unix()
	}
	if m.replyTo != nil {
		inner := *m.replyTo
		inner.replyTo = nil
		w["reply_to_message"] = s.wire(&inner)
	}
	return w
}

// keyboard reads a reply_markup that holds an inline keyboard.
func keyboard(given string) ([][]button, *apiFault) {
	if given == "" {
		return nil, nil
	}
	var markup struct {
		Rows *[][]button `json:"inline_keyboard"`
	}
	if json.Unmarshal([]byte(given), &markup) != nil || markup.Rows == nil {
		return nil, badRequest("can't parse reply keyboard markup JSON object")
	}
	var rows [][]button
	count := 0
	for _, row := range *markup.Rows {
		for _, b := range row {
			count++
			switch {
			case b.Text == "":
				return nil, badRequest("inline keyboard button text must be non-empty")
			case b.Data == nil && b.URL == "":
				return nil, badRequest("text buttons are unallowed in the inline keyboard")
			case b.Data != nil && (len(*b.Data) < 1 || len(*b.Data) > MaxTapData):
				return nil, badRequest("BUTTON_DATA_INVALID")
			}
		}
		if len(row) > 0 {
			rows = append(rows, row)
		}
	}
	if count > maxButtons || len(given) > 10_000 {
		return nil, badRequest("reply markup is too long")
	}
	return rows, nil
}

// units counts what Telegram counts: UTF-16 code units.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
