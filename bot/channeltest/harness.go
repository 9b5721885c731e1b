package channeltest

import (
	"context"
	"testing"

	"carebell/chat"
)

// Channel is the adapter under test, as bot and delivery see it.
type Channel interface {
	Name() chat.Channel
	Capabilities() chat.Capabilities
	// Split cuts a message into the parts that the platform takes, in order. The same message gives
	// the same parts, so that a send can resume at a part.
	Split(m chat.Message) []chat.Message
	Send(ctx context.Context, to chat.Address, part chat.Message, key string) (messageID string, err error)
	Edit(ctx context.Context, to chat.Address, messageID string, m chat.Message) error
	Delete(ctx context.Context, to chat.Address, messageID string) error
	// AnswerTap answers a Tap with a short text, once and best effort.
	AnswerTap(tapID, toast string)
}

// Harness is a running channel with one person at the other end, who has opened the chat. The
// constructor given to Run stops everything with t.Cleanup. Methods fail t when the platform refuses
// what a person could really do.
type Harness interface {
	// Channel is the adapter, started, with Inbox as its inbox.
	Channel() Channel
	// Inbox received nothing yet, or only what opening the chat caused.
	Inbox() *Inbox
	// Person is the address of the one at the other end; Stranger one that the platform does not know.
	Person() chat.Address
	Stranger() chat.Address

	// Say types a text, as one or more messages if the platform's client would cut it.
	Say(t *testing.T, text string)
	// Tap presses the button with that label on that message. Called only where Capabilities.Buttons.
	Tap(t *testing.T, messageID, label string)
	// Forge lets the person's client send a tap on that message with Data that was never offered.
	// Data has at most chat.MaxChoiceData bytes.
	Forge(t *testing.T, messageID, data string)
	// Redeliver makes the platform hand over its newest update once more, with the same identity.
	Redeliver(t *testing.T)
	// Acknowledge lets the person's device confirm that message. Called only where Capabilities.Receipts.
	Acknowledge(t *testing.T, messageID string)

	// Screen waits until the messages of carebell that the person sees, oldest first, satisfy until,
	// and returns them; when ctx ends first it returns what is seen then, and the context's error.
	Screen(ctx context.Context, until func([]Shown) bool) ([]Shown, error)
	// Toast waits for a tap's answer that is not empty and returns all such, oldest first.
	Toast(ctx context.Context, until func([]string) bool) ([]string, error)

	// Wire is the network between adapter and platform; nil when Send has none to cross.
	Wire() Wire
}

// Wire lets a test break the network between the adapter and its platform.
type Wire interface {
	// HangAfterDelivery makes the next Send arrive (the person sees it) but never be answered.
	HangAfterDelivery(t *testing.T)
	// HangBeforeDelivery makes the next Send never arrive, nor be answered.
	HangBeforeDelivery(t *testing.T)
	// Unreachable makes every connection be refused from now on, also those that were open.
	Unreachable(t *testing.T)
}

// Shown is one message as the person sees it: characters, without markup.
type Shown struct {
	MessageID string
	Text      string
	// Buttons are the labels of the Choices, row by row; nil when there are none.
	Buttons [][]string
	// File is what came with it, as it is saved on the person's device; nil when nothing did.
	File *chat.File
}
