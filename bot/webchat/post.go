package webchat

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"carebell/chat"
)

const (
	// maxBody holds the longest text in its longest JSON form.
	maxBody = 64 << 10
	// maxAge is how long a page may have kept what was written while it had no connection.
	maxAge = 24 * time.Hour
	// ackBatch is how many messages one acknowledgement settles; the rest come with the next.
	ackBatch = 200
)

// postID is what a page calls one thing that its person did. A resend carries it again.
var postID = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)

// messageName is any message id that this channel makes.
var messageName = regexp.MustCompile(`^[cp][A-Za-z0-9_-]{16,64}$`)

// updateBody is one thing that a person did, as the page says it.
type updateBody struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"` // text, tap, settings
	Text    string `json:"text"`
	Message string `json:"message"` // the one tapped on, or quoted
	Data    string `json:"data"`
	// AgeMS is how long ago it was done, in milliseconds: what was written without a connection
	// says so, since "in 2 hours" counts from when it was written.
	AgeMS    int64  `json:"age_ms"`
	Language string `json:"language"`
	Zone     string `json:"zone"`
}

// session gives a new browser its cookie and an old one its settings.
func (c *Channel) session(w http.ResponseWriter, r *http.Request) {
	if _, ok := c.read(w, r, &struct{}{}, nil); !ok {
		return
	}
	secret, who, known := personAndSecret(r)
	if !known {
		secret = newSecret()
		who, _ = addressOf(secret)
	}
	bucket := who
	if !known {
		bucket = chat.Address{} // new people share one rate: each of them leaves a row
	}
	if !c.allowed(w, r, bucket) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), c.cfg.SaveTimeout)
	defer cancel()
	if err := c.transcript.Open(ctx, who, c.cfg.Now().UTC()); err != nil {
		c.notReceived(w, r, err)
		return
	}
	setCookie(w, r, personCookie, secret)
	answer := map[string]any{"person": who.ID, "max_text": c.cfg.MaxText, "languages": c.words.languages}
	for key, name := range map[string]string{"language": languageCookie, "zone": zoneCookie} {
		value := cookie(r, name)
		answer[key] = value
		if value != "" {
			setCookie(w, r, name, value)
		}
	}
	writeJSON(w, http.StatusOK, answer)
}

// update takes what the person did. It answers 200 once that is durable, and not before.
func (c *Channel) update(w http.ResponseWriter, r *http.Request) {
	who, ok := c.speaker(w, r)
	if !ok {
		return
	}
	var b updateBody
	tooLong := map[string]any{"Limit": c.cfg.MaxText}
	raw, ok := c.read(w, r, &b, tooLong)
	if !ok {
		return
	}
	if !postID.MatchString(b.ID) {
		c.fail(w, r, http.StatusBadRequest, "bad_request", nil)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), c.cfg.SaveTimeout)
	defer cancel()
	u := chat.Update{
		ID: who.ID + ":" + b.ID, From: who, Language: validLanguage(b.Language), Zone: validZone(b.Zone),
		SentAt: c.cfg.Now().UTC().Add(-age(b.AgeMS)),
	}
	switch chat.Kind(b.Kind) {
	case chat.Text:
		u.Kind, u.Text, u.MessageID = chat.Text, chat.Clean(b.Text), "p"+b.ID
		if b.Message != "" && messageName.MatchString(b.Message) {
			u.ReplyTo = b.Message
		}
		if u.Text == "" {
			c.fail(w, r, http.StatusBadRequest, "empty", nil)
			return
		}
		if utf8.RuneCountInString(b.Text) > c.cfg.MaxText {
			c.fail(w, r, http.StatusRequestEntityTooLarge, "too_long", tooLong)
			return
		}
	case chat.Tap:
		if !messageName.MatchString(b.Message) || b.Data == "" || len(b.Data) > chat.MaxChoiceData || !utf8.ValidString(b.Data) {
			c.fail(w, r, http.StatusBadRequest, "bad_request", nil)
			return
		}
		u.Kind, u.MessageID, u.Data, u.TapID = chat.Tap, b.Message, b.Data, u.ID
	case chat.Settings:
		known := (u.Language != "" || b.Language == "") && (u.Zone != "" || b.Zone == "")
		if !known || u.Language == "" && u.Zone == "" {
			c.fail(w, r, http.StatusBadRequest, "bad_setting", nil)
			return
		}
		u.Kind = chat.Settings
	default:
		if err := c.inbox.Quarantine(ctx, chat.WebChat, u.ID, raw, "unknown kind of update"); err != nil {
			c.notReceived(w, r, err)
			return
		}
		c.fail(w, r, http.StatusBadRequest, "unknown_kind", nil)
		return
	}
	if err := c.receive(ctx, u); err != nil {
		c.notReceived(w, r, err)
		return
	}
	if u.Kind == chat.Settings && u.Language != "" {
		setCookie(w, r, languageCookie, u.Language)
	}
	if u.Kind == chat.Settings && u.Zone != "" {
		setCookie(w, r, zoneCookie, u.Zone)
	}
	writeJSON(w, http.StatusOK, map[string]string{"message": u.MessageID, "tap": u.TapID})
}

// receive makes the update durable, and then what was written part of the log. If the second fails,
// the page sends the same update again, and its second arrival changes nothing.
func (c *Channel) receive(ctx context.Context, u chat.Update) error {
	lock := c.lock(u.From)
	lock.Lock()
	defer lock.Unlock()
	if err := c.inbox.Receive(ctx, u); err != nil {
		return err
	}
	if u.Kind != chat.Text {
		return nil
	}
	entry := Entry{MessageID: u.MessageID, Author: Person, Message: chat.Message{Text: u.Text}, At: u.SentAt}
	err := c.transcript.Append(ctx, u.From, "post:"+u.ID, entry)
	if errors.Is(err, ErrNoPerson) { // the tables began anew while the page stayed open
		if err = c.transcript.Open(ctx, u.From, u.SentAt); err == nil {
			err = c.transcript.Append(ctx, u.From, "post:"+u.ID, entry)
		}
	}
	if err != nil {
		return err
	}
	c.hub.wake(u.From.ID)
	return nil
}

func (c *Channel) notReceived(w http.ResponseWriter, r *http.Request, err error) {
	if !errors.Is(err, context.Canceled) { // a page that went away is no news
		c.log.Error("web chat could not save what arrived", "err", err)
	}
	w.Header().Set("Retry-After", "2")
	c.fail(w, r, http.StatusServiceUnavailable, "not_saved", nil)
}

// ack takes the page's word that it has everything up to a sequence number.
func (c *Channel) ack(w http.ResponseWriter, r *http.Request) {
	who, ok := c.speaker(w, r)
	if !ok {
		return
	}
	var b struct {
		Seq int64 `json:"seq"`
	}
	if _, ok := c.read(w, r, &b, nil); !ok {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), c.cfg.SaveTimeout)
	defer cancel()
	entries, err := c.transcript.Unacknowledged(ctx, who, b.Seq, ackBatch)
	if err != nil {
		c.notReceived(w, r, err)
		return
	}
	now := c.cfg.Now().UTC()
	var ids []string
	var refused error
	for _, e := range entries {
		receipt := chat.Receipt{To: who, MessageID: e.MessageID, Progress: chat.Delivered, At: now}
		if refused = c.receipts.Receipt(ctx, receipt); refused != nil {
			break
		}
		ids = append(ids, e.MessageID)
	}
	if len(ids) > 0 {
		err = c.transcript.Acknowledge(ctx, who, ids, now)
	}
	if err := errors.Join(refused, err); err != nil {
		c.notReceived(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]bool{"more": len(entries) == ackBatch})
}

// earlier gives the messages before a position of the log, the nearest first.
func (c *Channel) earlier(w http.ResponseWriter, r *http.Request) {
	who, ok := c.speaker(w, r)
	if !ok {
		return
	}
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || before < 1 {
		c.fail(w, r, http.StatusBadRequest, "bad_request", nil)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), c.cfg.SaveTimeout)
	defer cancel()
	entries, err := c.transcript.Earlier(ctx, who, before, c.cfg.Recent)
	if err != nil {
		c.log.Error("web chat could not read the transcript", "err", err)
		c.fail(w, r, http.StatusServiceUnavailable, "not_read", nil)
		return
	}
	out := make([]wireMessage, len(entries))
	for i, e := range entries {
		out[i] = onWire(e)
	}
	writeJSON(w, http.StatusOK, map[string]any{"messages": out})
}

// speaker finds the person and takes one of their requests.
func (c *Channel) speaker(w http.ResponseWriter, r *http.Request) (chat.Address, bool) {
	who, ok := person(r)
	if !ok {
		c.fail(w, r, http.StatusUnauthorized, "no_session", nil)
		return who, false
	}
	return who, c.allowed(w, r, who)
}

func (c *Channel) allowed(w http.ResponseWriter, r *http.Request, who chat.Address) bool {
	wait, ok := c.limits.allow(who.ID)
	if !ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
		c.fail(w, r, http.StatusTooManyRequests, "too_fast", nil)
	}
	return ok
}

// read decodes one JSON object. tooLong, if given, says that a body over the limit is a text over
// its own.
func (c *Channel) read(w http.ResponseWriter, r *http.Request, into any, tooLong map[string]any) ([]byte, bool) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over) && tooLong != nil:
		c.fail(w, r, http.StatusRequestEntityTooLarge, "too_long", tooLong)
		return nil, false
	case errors.As(err, &over):
		c.fail(w, r, http.StatusRequestEntityTooLarge, "bad_request", nil)
		return nil, false
	case err != nil:
		c.fail(w, r, http.StatusBadRequest, "bad_request", nil)
		return nil, false
	}
	if trimmed := strings.TrimSpace(string(raw)); !strings.HasPrefix(trimmed, "{") || json.Unmarshal(raw, into) != nil {
		c.fail(w, r, http.StatusBadRequest, "bad_request", nil)
		return nil, false
	}
	return raw, true
}

func age(ms int64) time.Duration {
	return time.Duration(min(max(ms, 0), maxAge.Milliseconds())) * time.Millisecond
}

// validLanguage is the tag in its canonical form, or "".
func validLanguage(s string) string {
	if len(s) > 64 {
		return ""
	}
	tag, err := language.Parse(s)
	if err != nil || tag == language.Und {
		return ""
	}
	return tag.String()
}

// validZone is an IANA name that this machine knows, or "".
func validZone(s string) string {
	if s == "" || s == "Local" || len(s) > 64 {
		return ""
	}
	if _, err := time.LoadLocation(s); err != nil {
		return ""
	}
	return s
}
