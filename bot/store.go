package bot

import (
	"context"
	"errors"

	"carebell/chat"
	"carebell/conversations"
)

// ErrHandled means that this update's turn was committed before, here or by another copy.
var ErrHandled = errors.New("the update was handled before")

// ErrConflict means that the state changed since it was loaded: load it again and step again.
var ErrConflict = errors.New("the conversation changed meanwhile")

// Arrival is an update in the inbox.
type Arrival struct {
	Seq      int64
	Update   chat.Update
	Attempts int // turns that failed before
}

// Store is what the bot needs of the database. Every method is one transaction.
type Store interface {
	// Receive keeps an update; the same ID of the same channel twice is one.
	Receive(ctx context.Context, u chat.Update) error
	// Quarantine keeps what could not be decoded, as received, with the reason.
	Quarantine(ctx context.Context, channel chat.Channel, id string, raw []byte, reason string) error
	// Waiting lists the first unhandled update of each chat, oldest first.
	Waiting(ctx context.Context, limit int) ([]Arrival, error)
	// Load reads all that a Step may look at.
	Load(ctx context.Context, a Arrival) (conversations.State, error)
	// Record reads what is kept of the person who wrote, and of nobody else.
	Record(ctx context.Context, a Arrival, w conversations.Wanted) (conversations.Record, error)
	// Commit saves a turn whole: the update is handled, the drafts, the series with their first
	// occurrences, the replies. ErrHandled or ErrConflict: nothing was saved.
	Commit(ctx context.Context, a Arrival, turn conversations.Turn) error
	// Postpone counts a turn that failed; after too many the update is quarantined and the chat goes on.
	Postpone(ctx context.Context, a Arrival, reason string) error
}
