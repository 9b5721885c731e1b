package delivery

import (
	"context"
	"errors"
	"time"

	"carebell/chat"
)

// ErrFenced means that the row is no longer held under this token: somebody else decides now.
var ErrFenced = errors.New("the lease was lost")

// ErrCancelled means that the row was cancelled after it was claimed and before anything of it arrived.
var ErrCancelled = errors.New("cancelled before it left")

// MostSkew is how far a process's clock may be off the one that decides what is due: beyond it the
// process claims nothing.
const MostSkew = 5 * time.Second

// Queue is what the engine needs of the database. Every method is one transaction, and the
// database's deciding clock says what is due and whose lease has ended.
type Queue interface {
	// Claim leases at most limit due rows of those channels in the order of Turn, at most one per address,
	// none of a paused channel, and creates each claimed occurrence's successor. What is later than it
	// may be is claimed whatever its channel, for it only ends.
	Claim(ctx context.Context, limit int, lease time.Duration, channels []chat.Channel) (Batch, error)
	// Orphans takes over at most limit rows whose holder is dead or whose lease has ended.
	Orphans(ctx context.Context, limit int, lease time.Duration) (Batch, error)
	// NextDue is the earliest time after t at which there may be something to claim.
	NextDue(ctx context.Context, t time.Time) (time.Time, bool, error)
	// Renew extends the leases that are still held.
	Renew(ctx context.Context, jobs []Job, lease time.Duration) error
	// Intend commits the intent to make one request for a part. ErrFenced: make none. A *PausedError:
	// none before then by the deciding clock; another process may have been asked to wait. ErrCancelled:
	// none at all; the row is to be settled as pending, which withdraws it.
	Intend(ctx context.Context, job Job, part int) error
	// Settle records an outcome. ErrFenced: nothing was recorded.
	Settle(ctx context.Context, job Job, part int, o Outcome) error
	// PauseChannel holds back everything of a channel until t; an earlier end never shortens a later one.
	PauseChannel(ctx context.Context, c chat.Channel, until time.Time, reason string) error
}

// Overdue is what one person could not be reminded of.
type Overdue struct {
	AddressID string
	To        chat.Address
	Language  string
	Missed    []Missed
}

// Missed is one occurrence that expired.
type Missed struct {
	ID   string
	Due  time.Time
	Zone string
	Text string
}

// Notices is where expiries wait until the person is told of them.
type Notices interface {
	// Untold lists the people with expired occurrences that no notice names, and nothing overdue left;
	// what a notice names that still waits to leave is listed with them.
	Untold(ctx context.Context, limit int) ([]Overdue, error)
	// Tell queues one notice for those occurrences, once, in one transaction. It takes the place of
	// notices that wait; if one of them has left meanwhile it does nothing, and Untold knows better.
	Tell(ctx context.Context, o Overdue, m chat.Message) error
}

// Receipts takes a platform's word on what was sent before. Unknown ids are kept until the send's
// own outcome is recorded; the same receipt twice has one effect.
type Receipts interface {
	Receipt(ctx context.Context, r chat.Receipt) error
}

// Sender is a channel as the engine sees it.
type Sender interface {
	Capabilities() chat.Capabilities
	// Split cuts a message into parts that the platform accepts; Choices stay on the last.
	Split(m chat.Message) []chat.Message
	// Send sends one part. key is the same for every copy of the same part. The error is a
	// *chat.SendError.
	Send(ctx context.Context, to chat.Address, part chat.Message, key string) (string, error)
	Edit(ctx context.Context, to chat.Address, messageID string, m chat.Message) error
	Delete(ctx context.Context, to chat.Address, messageID string) error
}

// Counts is how much there is to do and what became of it: numbers only, of no one person.
type Counts struct {
	Due                   int64         // of the next 24 hours
	Overdue               int64         // past their time and still to be sent
	OldestOverdue         time.Duration // 0 when nothing is overdue
	Sent, Failed, Unknown int64         // of the last 24 hours
}
