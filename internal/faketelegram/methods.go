package faketelegram

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// methodNames are the methods that are served. Names are matched without regard to case.
var methodNames = []string{
	"getMe", "getUpdates", "sendMessage", "sendDocument", "sendPhoto", "editMessageText", "editMessageReplyMarkup", "deleteMessage",
	"answerCallbackQuery", "setMyCommands", "getMyCommands", "deleteMyCommands", "deleteWebhook", "setWebhook", "getWebhookInfo",
	"sendChatAction",
}

func methodName(lower string) string {
	for _, m := range methodNames {
		if strings.EqualFold(m, lower) {
			return m
		}
	}
	return lower
}

// carryOutLocked does what the method asks and completes the entry with what came of it.
func (s *Server) carryOutLocked(method string, p url.Values, file *File, e *Entry) (any, *apiFault) {
	switch methodName(method) {
	case "getMe":
		return s.selfLocked(), nil
	case "sendMessage":
		return s.sendMessageLocked(p, e)
	case "sendDocument", "sendPhoto":
		return s.sendFileLocked(methodName(method), p, file, e)
	case "editMessageText":
		return s.editLocked(p, e, true)
	case "editMessageReplyMarkup":
		return s.editLocked(p, e, false)
	case "deleteMessage":
		return s.deleteLocked(p, e)
	case "answerCallbackQuery":
		return s.answerTapLocked(p, e)
	case "setMyCommands":
		return s.setCommandsLocked(p)
	case "deleteMyCommands":
		delete(s.commands, p.Get("language_code"))
		return true, nil
	case "getMyCommands":
		list := s.commands[p.Get("language_code")]
		if list == "" {
			list = "[]"
		}
		return json.RawMessage(list), nil
	case "deleteWebhook":
		s.webhook = ""
		if p.Get("drop_pending_updates") == "true" {
			s.queue = nil
		}
		return true, nil
	case "setWebhook":
		s.webhook = p.Get("url")
		return true, nil
	case "getWebhookInfo":
		s.expireLocked()
		return map[string]any{"url": s.webhook, "has_custom_certificate": false, "pending_update_count": len(s.queue)}, nil
	case "sendChatAction":
		_, failed := s.openRoomLocked(p)
		return failed == nil, failed
	}
	return nil, &apiFault{code: http.StatusNotFound, text: "Not Found: method not found"}
}

func (s *Server) selfLocked() map[string]any {
	return map[string]any{"id": 123456, "is_bot": true, "first_name": "Carebell", "username": s.cfg.Username,
		"can_join_groups": false, "can_read_all_group_messages": false, "supports_inline_queries": false}
}

// roomLocked finds the chat that the parameters name.
func (s *Server) roomLocked(p url.Values) (*room, *apiFault) {
	if p.Get("chat_id") == "" {
		return nil, badRequest("chat_id is empty")
	}
	id, err := strconv.ParseInt(p.Get("chat_id"), 10, 64)
	if err != nil || s.chats[id] == nil || !s.chats[id].started {
		return nil, badRequest("chat not found")
	}
	return s.chats[id], nil
}

// openRoomLocked finds the chat and checks that its person can be written to.
func (s *Server) openRoomLocked(p url.Values) (*room, *apiFault) {
	rm, failed := s.roomLocked(p)
	if failed == nil && rm.blocked {
		return nil, forbidden("bot was blocked by the user")
	}
	return rm, failed
}

func (s *Server) sendMessageLocked(p url.Values, e *Entry) (any, *apiFault) {
	text, entities, failed := messageText(p)
	if failed != nil {
		return nil, failed
	}
	rows, failed := keyboard(p.Get("reply_markup"))
	if failed != nil {
		return nil, failed
	}
	rm, failed := s.roomLocked(p)
	if failed != nil {
		return nil, failed
	}
	if failed := checkLength(text); failed != nil {
		return nil, failed
	}
	if _, failed := s.openRoomLocked(p); failed != nil {
		return nil, failed
	}
	m := s.newMessageLocked(rm, true, text)
	m.entities, m.rows = entities, rows
	e.MessageID, e.Text, e.Buttons = m.id, m.text, m.labels()
	return s.wire(m), nil
}

func (s *Server) editLocked(p url.Values, e *Entry, withText bool) (any, *apiFault) {
	var text string
	var entities []entity
	var failed *apiFault
	if withText {
		if text, entities, failed = messageText(p); failed != nil {
			return nil, failed
		}
	}
	rows, failed := keyboard(p.Get("reply_markup"))
	if failed != nil {
		return nil, failed
	}
	rm, failed := s.roomLocked(p)
	if failed != nil {
		return nil, failed
	}
	id, err := strconv.Atoi(p.Get("message_id"))
	if err != nil {
		return nil, badRequest("message identifier is not specified")
	}
	m := rm.find(id)
	switch {
	case m == nil:
		return nil, badRequest("message to edit not found")
	case !m.fromBot:
		return nil, badRequest("message can't be edited")
	case m.file != nil && withText:
		return nil, badRequest("there is no text in the message to edit")
	}
	if withText {
		if failed := checkLength(text); failed != nil {
			return nil, failed
		}
	} else {
		text, entities = m.text, m.entities
	}
	if m.same(text, entities, rows) {
		return nil, badRequest("message is not modified: specified new message content and reply markup are exactly the same " +
			"as a current content and reply markup of the message")
	}
	m.text, m.entities, m.rows, m.edited = text, entities, rows, s.cfg.Now()
	e.MessageID, e.Text, e.Buttons = m.id, m.text, m.labels()
	return s.wire(m), nil
}

func (s *Server) deleteLocked(p url.Values, e *Entry) (any, *apiFault) {
	rm, failed := s.roomLocked(p)
	if failed != nil {
		return nil, failed
	}
	id, _ := strconv.Atoi(p.Get("message_id"))
	m := rm.find(id)
	if m == nil {
		return nil, badRequest("message to delete not found")
	}
	if s.cfg.Now().Sub(m.at) > 48*time.Hour {
		return nil, badRequest("message can't be deleted")
	}
	rm.remove(id)
	e.MessageID = id
	return true, nil
}

func (s *Server) answerTapLocked(p url.Values, e *Entry) (any, *apiFault) {
	t := s.taps[p.Get("callback_query_id")]
	if t == nil || t.answered || s.cfg.Now().Sub(t.at) >= TapLife {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	if utf8.RuneCountInString(p.Get("text")) > 200 {
		return nil, badRequest("MESSAGE_TOO_LONG")
	}
	t.answered, t.toast = true, p.Get("text")
	e.Chat, e.MessageID, e.Text = t.chat, t.message, t.toast
	return true, nil
}

var (
	commandName  = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	languageCode = regexp.MustCompile(`^([a-z]{2})?$`)
)

func (s *Server) setCommandsLocked(p url.Values) (any, *apiFault) {
	var list []struct{ Command, Description string }
	if json.Unmarshal([]byte(p.Get("commands")), &list) != nil {
		return nil, badRequest("can't parse commands JSON object")
	}
	if !languageCode.MatchString(p.Get("language_code")) {
		return nil, badRequest("invalid language code specified")
	}
	if len(list) > 100 {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	for _, c := range list {
		if !commandName.MatchString(strings.TrimPrefix(c.Command, "/")) {
			return nil, badRequest("BOT_COMMAND_INVALID")
		}
		if n := utf8.RuneCountInString(c.Description); n < 1 || n > 256 {
			return nil, badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	s.commands[p.Get("language_code")] = p.Get("commands")
	return true, nil
}

// Commands is the menu that was set for a language ("" for the default), as JSON; "" if none was.
func (s *Server) Commands(language string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commands[language]
}

// SetWebhook makes the bot one that is served by a webhook, as if somebody else had called setWebhook.
func (s *Server) SetWebhook(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.webhook = url
}
