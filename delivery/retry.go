package delivery

import (
	"context"
	"time"

	"carebell/chat"
)

// Failure is a message that failed, for an operator: no text, no person.
type Failure struct {
	ID       string
	Channel  chat.Channel
	Template string
	Due      time.Time // UTC
	Until    time.Time // later than this it may not be sent
	Reason   string
	// Open: it can be tried again now. It cannot once its time has passed, its series was stopped or
	// paused, the dose was answered, the person cannot be reached, or two copies may have arrived.
	Open bool
}

// Failures is where failed messages are looked after by hand.
type Failures interface {
	// Failed lists messages that failed and were due after since, newest first.
	Failed(ctx context.Context, since time.Time, limit int) ([]Failure, error)
	// Retry lets those of the failed messages that can be tried again be due now, each with its entry in
	// the history, and returns their ids. The others stay as they are; twice is as good as once.
	Retry(ctx context.Context, ids []string) ([]string, error)
}
