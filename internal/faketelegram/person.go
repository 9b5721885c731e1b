package faketelegram

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Person is somebody with a Telegram account. Methods may be called from any goroutine.
type Person struct {
	server *Server
	room   *room
	// ID is the account's id, which is also the id of the private chat.
	ID int64
}

// Person makes an account. The bot cannot write to it before Start.
func (s *Server) Person(id int64, name, language string) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	rm := s.chats[id]
	if rm == nil {
		rm = &room{id: id, name: name, language: language}
		s.chats[id] = rm
	}
	return &Person{server: s, room: rm, ID: id}
}

// Start presses Start, with the parameter of a deep link or "". It gives the update's id, as all do.
func (p *Person) Start(code string) int {
	text := "/start"
	if code != "" {
		text += " " + code
	}
	p.server.mu.Lock()
	p.room.started = true
	p.server.mu.Unlock()
	return p.Say(text)
}

// Say types a text. One over 4,096 units leaves as several messages, as the apps do it.
func (p *Person) Say(text string) int {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	id := 0
	for _, part := range pieces(text) {
		id = s.pushLocked("message", s.wire(s.newMessageLocked(p.room, false, part)))
	}
	return id
}

func pieces(text string) []string {
	var out []string
	n, from := 0, 0
	for i, r := range text {
		if n+units(string(r)) > MaxText {
			out = append(out, text[from:i])
			n, from = 0, i
		}
		n += units(string(r))
	}
	return append(out, text[from:])
}

// Reply types a text that quotes an earlier message.
func (p *Person) Reply(to int, text string) int {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.newMessageLocked(p.room, false, text)
	m.replyTo = p.room.find(to)
	return s.pushLocked("message", s.wire(m))
}

// Edit changes a message of the person's own; it is false if there is no such message.
func (p *Person) Edit(messageID int, text string) bool {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	m := p.room.find(messageID)
	if m == nil || m.fromBot {
		return false
	}
	m.text, m.edited = text, s.cfg.Now()
	s.pushLocked("edited_message", s.wire(m))
	return true
}

// Send sends what is not text: fields are the message's own, such as "sticker" or "location".
func (p *Person) Send(fields map[string]any) int {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.wire(s.newMessageLocked(p.room, false, ""))
	delete(w, "text")
	for k, v := range fields {
		w[k] = v
	}
	return s.pushLocked("message", w)
}

// Tap presses the button with that label on the newest message that has one. The error says which
// buttons there are instead.
func (p *Person) Tap(label string) (tapID string, err error) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	for i := len(p.room.messages) - 1; i >= 0; i-- {
		m := p.room.messages[i]
		if data, ok := m.data(label); ok {
			return p.tapLocked(m, data), nil
		}
	}
	return "", fmt.Errorf("no message shows the button %q", label)
}

// TapOn presses the button with that label on that message.
func (p *Person) TapOn(messageID int, label string) (tapID string, err error) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	m := p.room.find(messageID)
	if m == nil {
		return "", fmt.Errorf("there is no message %d", messageID)
	}
	data, ok := m.data(label)
	if !ok {
		return "", fmt.Errorf("message %d has the buttons %q, not %q", messageID, m.labels(), label)
	}
	return p.tapLocked(m, data), nil
}

// Forge sends a tap with data of one's own, as a changed client can.
func (p *Person) Forge(messageID int, data string) (tapID string, err error) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	m := p.room.find(messageID)
	if m == nil {
		return "", fmt.Errorf("there is no message %d", messageID)
	}
	return p.tapLocked(m, data), nil
}

func (m *message) data(label string) (string, bool) {
	for _, row := range m.rows {
		for _, b := range row {
			if b.Text == label && b.Data != nil {
				return *b.Data, true
			}
		}
	}
	return "", false
}

func (p *Person) tapLocked(m *message, data string) string {
	s := p.server
	id := strconv.FormatInt(4382000000000000000+int64(len(s.taps)), 10)
	s.taps[id] = &tap{chat: p.ID, message: m.id, at: s.cfg.Now()}
	s.pushLocked("callback_query", map[string]any{"id": id, "from": p.room.user(), "message": s.wire(m),
		"chat_instance": "-777", "data": data})
	return id
}

// Block closes the chat for the bot; Unblock opens it again. The bot is told of both.
func (p *Person) Block() int { return p.member(true) }

// Unblock opens the chat again.
func (p *Person) Unblock() int { return p.member(false) }

func (p *Person) member(blocked bool) int {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	p.room.blocked = blocked
	was, is := "kicked", "member"
	if blocked {
		was, is = is, was
	}
	bot := s.selfLocked()
	return s.pushLocked("my_chat_member", map[string]any{"chat": p.room.chat(), "from": p.room.user(), "date": s.cfg.Now().Unix(),
		"old_chat_member": map[string]any{"user": bot, "status": was}, "new_chat_member": map[string]any{"user": bot, "status": is, "until_date": 0}})
}

// Push queues an update of a kind and body of one's own: kinds that nobody has heard of, groups,
// bodies that make no sense. It gives the update's id.
func (s *Server) Push(kind string, body any) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pushLocked(kind, body)
}

// PushRaw queues an update exactly as written, whatever was allowed. It must be JSON.
func (s *Server) PushRaw(raw string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queueLocked(s.nextUpdate, "raw", json.RawMessage(raw))
	s.nextUpdate++
}

// NextUpdateID is the id that the next update will have.
func (s *Server) NextUpdateID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nextUpdate
}

// Seen is a message of the bot as the person sees it.
type Seen struct {
	MessageID int
	Text      string
	Buttons   [][]string
	File      *File // nil: none; Text is its caption
}

// Screen is what the person sees of the bot, oldest first.
func (p *Person) Screen() []Seen {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	var out []Seen
	for _, m := range p.room.messages {
		if m.fromBot {
			out = append(out, Seen{m.id, m.text, m.labels(), m.file})
		}
	}
	return out
}

// Toasts are the answers to this person's taps that had words, in the order of the taps.
func (p *Person) Toasts() []string {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	var out []string
	for i := range len(p.server.taps) {
		t := p.server.taps[strconv.FormatInt(4382000000000000000+int64(i), 10)]
		if t.chat == p.ID && t.toast != "" {
			out = append(out, t.toast)
		}
	}
	return out
}
