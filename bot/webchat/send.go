package webchat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"unicode/utf8"

	"carebell/chat"
)

// Send appends part to the person's transcript and wakes their open pages. It is sent when it is in
// the transcript, whether a page is open or not. The same key again is the same message: it arrives
// once and has the same id. Every error is a *chat.SendError.
func (c *Channel) Send(ctx context.Context, to chat.Address, part chat.Message, key string) (string, error) {
	if err := c.check(to, part); err != nil {
		return "", err
	}
	if key == "" {
		return "", &chat.SendError{Class: chat.MessagePermanent, Detail: "no idempotency key"}
	}
	id := messageID(to, key)
	now := c.cfg.Now().UTC()
	lock := c.lock(to)
	lock.Lock()
	err := c.transcript.Append(ctx, to, "send:"+key, Entry{MessageID: id, Author: Carebell, Message: part, At: now})
	lock.Unlock()
	if err != nil {
		return "", notSaved(err)
	}
	c.hub.wake(to.ID)
	return id, nil
}

// Edit replaces a message that was sent, in its place. Every error is a *chat.SendError; Gone if the
// message is not there.
func (c *Channel) Edit(ctx context.Context, to chat.Address, messageID string, m chat.Message) error {
	if err := c.check(to, m); err != nil {
		return err
	}
	if m.File != nil {
		return &chat.SendError{Class: chat.MessagePermanent, Detail: "an edit brings no file"}
	}
	if err := c.transcript.Edit(ctx, to, messageID, m, c.cfg.Now().UTC()); err != nil {
		return notSaved(err)
	}
	c.hub.wake(to.ID)
	return nil
}

// Delete removes a message that was sent. Every error is a *chat.SendError; Gone if it is not there.
func (c *Channel) Delete(ctx context.Context, to chat.Address, messageID string) error {
	if err := c.checkAddress(to); err != nil {
		return err
	}
	if err := c.transcript.Delete(ctx, to, messageID, c.cfg.Now().UTC()); err != nil {
		return notSaved(err)
	}
	c.hub.wake(to.ID)
	return nil
}

// AnswerTap shows toast (which may be empty) on the open pages of the person who tapped and frees
// the button. It is best effort: a page that is not there does not get it later. Only the first
// answer to a tap counts.
func (c *Channel) AnswerTap(tapID, toast string) {
	if visitor, _, ok := strings.Cut(tapID, ":"); ok && validVisitor(visitor) {
		c.hub.toast(visitor, toastEvent{Tap: tapID, Text: visible(toast)})
	}
}

func (c *Channel) check(to chat.Address, m chat.Message) error {
	if err := c.checkAddress(to); err != nil {
		return err
	}
	if m.File != nil {
		if err := m.File.Check(); err != nil {
			return err
		}
	}
	if strings.TrimSpace(m.Text) == "" && len(m.Choices) == 0 && m.File == nil {
		return &chat.SendError{Class: chat.MessagePermanent, Detail: "the message is empty"}
	}
	if utf8.RuneCountInString(m.Text) > 8*c.cfg.MaxPart { // room for markup and escapes
		return &chat.SendError{Class: chat.MessagePermanent, Detail: "the message is too long"}
	}
	if m.Format != chat.Plain && m.Format != chat.HTML {
		return &chat.SendError{Class: chat.Markup, Detail: "unknown format"}
	}
	for _, row := range m.Choices {
		for _, choice := range row {
			if choice.Data == "" || len(choice.Data) > chat.MaxChoiceData || strings.TrimSpace(choice.Label) == "" {
				return &chat.SendError{Class: chat.MessagePermanent,
					Detail: "a choice needs a label and 1 to 64 bytes of data"}
			}
		}
	}
	return nil
}

func (c *Channel) checkAddress(to chat.Address) error {
	if to.Channel != chat.WebChat || !validVisitor(to.ID) {
		return &chat.SendError{Class: chat.RecipientPermanent, Reason: "invalid", Detail: "not a web chat address"}
	}
	return nil
}

// notSaved classifies a transcript's error. Nothing here is uncertain: a repeat with the same key
// arrives once.
func notSaved(err error) error {
	switch {
	case errors.Is(err, ErrNoMessage):
		return &chat.SendError{Class: chat.Gone, Detail: "message not found"}
	case errors.Is(err, ErrNoPerson):
		return &chat.SendError{Class: chat.RecipientPermanent, Reason: "unknown_chat", Detail: "nobody with this address opened the page"}
	}
	return &chat.SendError{Class: chat.Temporary, Detail: "the transcript could not be written"}
}

// messageID is derived, so that a repeat knows it without looking.
func messageID(to chat.Address, key string) string {
	sum := sha256.Sum256([]byte("carebell web chat message\x00" + to.ID + "\x00" + key))
	return "c" + hex.EncodeToString(sum[:12])
}
