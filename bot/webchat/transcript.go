package webchat

import (
	"context"
	"errors"
	"time"

	"carebell/chat"
)

// Author says who wrote an Entry.
type Author string

// The two who talk.
const (
	Person   Author = "person"
	Carebell Author = "carebell"
)

// Entry is one message of one person's transcript, in its present state.
type Entry struct {
	MessageID string
	Author    Author
	Message   chat.Message
	// Position orders the log: the sequence number that the message took when it was appended.
	Position int64
	// Seq is the number of the last change (append, edit, delete): the id of its event.
	Seq int64
	// At is when it was written, ChangedAt when it last changed, both UTC.
	At, ChangedAt time.Time
	// Deleted entries keep their place and have no Message.
	Deleted bool
}

// Edited reports whether the message changed after it was written and is still there.
func (e Entry) Edited() bool { return !e.Deleted && e.Seq != e.Position }

var (
	// ErrNoMessage is the answer to a change of a message that is not in the transcript (any more).
	ErrNoMessage = errors.New("no such message in the transcript")
	// ErrNoPerson is the answer to an Append for somebody who never opened the page.
	ErrNoPerson = errors.New("no such person in the transcript")
)

// Transcript keeps what was said. Each person's sequence starts at 1 and grows by one with every
// change, and a change that a reader has seen is never followed by one with a smaller number.
type Transcript interface {
	// Open notes that the person has the page. Once is enough; again changes nothing.
	Open(ctx context.Context, who chat.Address, at time.Time) error
	// Append adds a message and returns when it is durable. A second Append with the same key for
	// the same person changes nothing, whatever became of the message since. ErrNoPerson if the
	// person was never noted by Open.
	Append(ctx context.Context, to chat.Address, key string, e Entry) error
	// File is the file of one of the person's messages, with its bytes, which nothing else returns.
	// ErrNoMessage if that person has no such message, or it has no file.
	File(ctx context.Context, to chat.Address, messageID string) (chat.File, error)
	// Edit replaces a message, and what it replaces it with has no file; ErrNoMessage if it is not there or deleted.
	Edit(ctx context.Context, to chat.Address, messageID string, m chat.Message, at time.Time) error
	// Delete empties a message and keeps its place; one that is deleted already stays so.
	// ErrNoMessage if it is not there.
	Delete(ctx context.Context, to chat.Address, messageID string, at time.Time) error
	// List returns at most limit entries whose Seq is greater than after, by Seq, and the person's
	// last Seq (0: nothing yet). After 0 it starts with the limit last messages of the log.
	List(ctx context.Context, to chat.Address, after int64, limit int) (entries []Entry, last int64, err error)
	// Earlier returns at most limit entries before a Position that are still there, the nearest
	// first.
	Earlier(ctx context.Context, to chat.Address, before int64, limit int) ([]Entry, error)
	// Unacknowledged returns at most limit of carebell's messages with a Seq up to upTo that the
	// page has not acknowledged, by Seq; deleted ones are not among them.
	Unacknowledged(ctx context.Context, to chat.Address, upTo int64, limit int) ([]Entry, error)
	// Acknowledge notes that the page has the messages; once is enough, also for their later edits.
	Acknowledge(ctx context.Context, to chat.Address, messageIDs []string, at time.Time) error
}

// Inbox keeps what people did until the bot has handled it.
type Inbox interface {
	// Receive returns nil once the update is durable. The same Update.ID again changes nothing.
	Receive(ctx context.Context, u chat.Update) error
	// Quarantine keeps what could not be decoded, with the reason, for an operator.
	Quarantine(ctx context.Context, channel chat.Channel, id string, raw []byte, reason string) error
}

// Receipts takes the word that a page has a message. It may come twice, and even before the sender
// has recorded what Send returned; an error means "not taken", and the page brings it again.
type Receipts interface {
	Receipt(ctx context.Context, r chat.Receipt) error
}
