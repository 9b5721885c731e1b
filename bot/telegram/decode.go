package telegram

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"carebell/chat"
)

// decoded is one raw update, read. Exactly one of take, ignored and unreadable holds.
type decoded struct {
	// id is the update_id; hasID is false when there is none to be found.
	id    int64
	hasID bool
	// tapID is set for every tap, whatever becomes of it: its button spins until it is answered.
	tapID string

	take   bool
	update chat.Update
	// ignored says why nothing needs to be done about it; unreadable why it goes to quarantine.
	ignored    string
	unreadable string
}

// key is what names the update in the inbox.
func (d decoded) key(raw []byte) string {
	if d.hasID {
		return strconv.FormatInt(d.id, 10)
	}
	sum := sha256.Sum256(raw)
	return "sha256:" + hex.EncodeToString(sum[:12])
}

// decode reads one update. It never fails: what makes no sense is unreadable, with the reason.
func decode(raw []byte, now time.Time) decoded {
	var d decoded
	d.id, d.hasID = updateID(raw)
	var w wireUpdate
	if err := json.Unmarshal(raw, &w); err != nil {
		d.unreadable = "not the JSON of an update: " + jsonFault(err)
		return d
	}
	if !d.hasID {
		d.unreadable = "no update_id"
		return d
	}
	d.update.ID = strconv.FormatInt(d.id, 10)
	switch {
	case w.Message != nil:
		d.message(w.Message, now)
	case w.Edited != nil:
		d.edited(w.Edited, now)
	case w.Callback != nil:
		d.tap(w.Callback, now)
	case w.Member != nil:
		d.member(w.Member, now)
	default:
		d.unreadable = "a kind of update that is not known"
	}
	d.take = d.ignored == "" && d.unreadable == ""
	return d
}

// updateID finds the id even where the rest cannot be read: without it the offset could never move on.
func updateID(raw []byte) (int64, bool) {
	var only struct {
		ID json.RawMessage `json:"update_id"`
	}
	if json.Unmarshal(raw, &only) != nil {
		return 0, false
	}
	id, err := strconv.ParseInt(strings.Trim(string(only.ID), `"`), 10, 64)
	return id, err == nil && id > 0
}

// jsonFault names where JSON was wrong; the error's own text could quote what was typed.
func jsonFault(err error) string {
	switch e := err.(type) {
	case *json.UnmarshalTypeError:
		return "the field " + e.Field + " has the wrong type"
	case *json.SyntaxError:
		return "syntax error at byte " + strconv.FormatInt(e.Offset, 10)
	}
	return "unknown fault"
}

func (d *decoded) message(m *wireMessage, now time.Time) {
	switch {
	case !m.Chat.private():
		d.ignored = "not a private chat"
		return
	case m.From == nil || m.Chat.ID == 0:
		d.unreadable = "a message from nobody"
		return
	}
	d.from(*m.From, m.Chat)
	d.update.MessageID = messageID(m.ID)
	d.update.SentAt = instant(m.Date, now)
	if m.ReplyTo != nil {
		d.update.ReplyTo = messageID(m.ReplyTo.ID)
	}
	d.update.Kind = chat.Text
	d.update.Text, d.update.Invite = words(m.Text)
	switch {
	case d.update.Text != "":
	case m.Text != "" || m.any():
		d.update.Kind = chat.Unsupported
	default:
		d.unreadable = "a kind of message that is not known"
	}
}

func (d *decoded) edited(m *wireMessage, now time.Time) {
	if m.Chat.private() && chat.Clean(m.Text) == "" {
		d.ignored = "an edit without words" // a live location moves every few seconds
		return
	}
	d.message(m, now)
	d.update.Kind = chat.Edited
	d.update.SentAt = instant(m.EditDate, d.update.SentAt)
}

func (d *decoded) tap(c *wireCallback, now time.Time) {
	d.tapID = c.ID
	switch {
	case c.ID == "":
		d.unreadable = "a tap without an id"
		return
	case c.Message == nil || c.Data == nil:
		d.unreadable = "a tap on something that is no card"
		return
	case !c.Message.Chat.private():
		d.ignored = "not a private chat"
		return
	case c.From.ID == 0:
		d.unreadable = "a tap from nobody"
		return
	}
	d.from(c.From, wireChat{ID: c.From.ID})
	d.update.Kind, d.update.Data, d.update.TapID = chat.Tap, *c.Data, c.ID
	d.update.MessageID = messageID(c.Message.ID)
	d.update.SentAt = now.UTC() // a tap carries no time of its own
}

func (d *decoded) member(m *wireMember, now time.Time) {
	if !m.Chat.private() {
		d.ignored = "not a private chat"
		return
	}
	d.from(m.From, m.Chat)
	d.update.SentAt = instant(m.Date, now)
	switch m.New.Status {
	case "kicked":
		d.update.Kind = chat.Blocked
	case "member":
		d.update.Kind = chat.Unblocked
	default:
		d.unreadable = "a state of membership that is not known"
	}
	if m.Chat.ID == 0 {
		d.unreadable = "a membership of nobody"
	}
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

func (d *decoded) from(u wireUser, c wireChat) {
	d.update.From = chat.Address{Channel: chat.Telegram, ID: strconv.FormatInt(c.ID, 10)}
	d.update.Name = chat.Clean(u.FirstName + " " + u.LastName)
	if languageTag.MatchString(u.Language) {
		d.update.Language = u.Language
	}
}

// messageID is empty for a message that has none to be named by.
func messageID(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// instant is a time by Telegram's clock, or otherwise where it gives none.
func instant(unix int64, otherwise time.Time) time.Time {
	if unix <= 0 {
		return otherwise.UTC()
	}
	return time.Unix(unix, 0).UTC()
}

var (
	addressed  = regexp.MustCompile(`^(/[A-Za-z0-9_]+)@[A-Za-z0-9_]+`)
	startParam = regexp.MustCompile(`^/start\s+([A-Za-z0-9_-]{1,64})$`)
)

// words cleans a text. A command that is addressed to the bot by name loses the name; the parameter
// of a deep link is taken off its /start.
func words(text string) (clean, invite string) {
	clean = addressed.ReplaceAllString(chat.Clean(text), "$1")
	if m := startParam.FindStringSubmatch(clean); m != nil {
		return "/start", m[1]
	}
	return clean, ""
}
