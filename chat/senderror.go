package chat

import (
	"errors"
	"fmt"
	"time"
)

// Class answers what a failed send means for the message and for its address.
type Class string

// The classes of a SendError.
const (
	// Temporary: the same request may succeed later.
	Temporary Class = "temporary"
	// Throttled: the platform asks to wait RetryAfter. It is neither an attempt nor a failure.
	Throttled Class = "throttled"
	// MessagePermanent: this message will never be accepted.
	MessagePermanent Class = "message_permanent"
	// RecipientPermanent: this address cannot be written to; Reason says why.
	RecipientPermanent Class = "recipient_permanent"
	// Migrated: the chat has the new id MigrateTo.
	Migrated Class = "migrate"
	// Configuration: an operator must act (a revoked token); messages stay queued.
	Configuration Class = "configuration"
	// Markup: the platform could not read the formatting; once more as plain text is right.
	Markup Class = "markup"
	// Gone: the message to edit or delete is not there any more.
	Gone Class = "gone"
)

// SendError is the one error of a channel's Send, Edit and Delete. It answers: again? after how
// long? whose fault? is the outcome certain? It carries neither text, token nor address.
type SendError struct {
	Class Class
	// Uncertain: the request may have been carried out. A blind retry could double the message.
	Uncertain bool
	// RetryAfter is how long a Throttled platform asks to wait.
	RetryAfter time.Duration
	// Reason is a short stable word for an unreachable address: blocked, deactivated,
	// unknown_chat, not_started, no_rights, invalid.
	Reason string
	// MigrateTo is the platform's new id for the chat.
	MigrateTo string
	// Code is the platform's code (HTTP status), 0 when there was none.
	Code int
	// Detail is the platform's own wording, safe to store and to log.
	Detail string
}

func (e *SendError) Error() string {
	outcome := "not sent"
	if e.Uncertain {
		outcome = "outcome unknown"
	}
	return fmt.Sprintf("%s (%s, code %d): %s", e.Class, outcome, e.Code, e.Detail)
}

// AsSendError finds the SendError in err. Any other error becomes a Temporary one whose outcome is
// unknown: the careful reading of an error that no adapter classified. A nil err gives nil.
func AsSendError(err error) *SendError {
	if err == nil {
		return nil
	}
	var se *SendError
	if errors.As(err, &se) {
		return se
	}
	return &SendError{Class: Temporary, Uncertain: true, Detail: "unclassified error"}
}
