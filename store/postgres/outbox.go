package postgres

import (
	"carebell/chat"
	"carebell/delivery"

	"github.com/jackc/pgx/v5"
)

type outboxRow struct {
	id, recipient string
	channel       chat.Channel
	kind          string
	operation     delivery.Operation
	target        string
	message       chat.Message
	priority      int
}

func insertOutbox(t *tx, r outboxRow) error {
	_, err := t.exec(`INSERT INTO outbox (id, recipient_id, platform, kind, operation, target_id, body, status, scheduled_time,
			created_at, updated_at, priority, delivery_window_seconds, next_attempt_time)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $8, $8, $9, $10, $8)`,
		r.id, r.recipient, r.channel, r.kind, r.operation, optional(r.target), r.message, t.now, r.priority, seconds(replyLateness))
	return err
}

// cancelOutbox withdraws everything that waits to be said to an address.
func cancelOutbox(t *tx, address, reason string) error {
	_, err := t.exec(`WITH waiting AS (UPDATE outbox SET status = 'cancelled', next_attempt_time = NULL, updated_at = $1
			WHERE recipient_id = $2 AND status = 'pending' RETURNING id)
		INSERT INTO status_history (message_id, old_status, new_status, reason, at)
		SELECT id, 'pending', 'cancelled', $3, $1 FROM waiting`, t.now, address, reason)
	return err
}

// dropLastSQL cancels what still waits of series that have finished: their last slot, and what of it
// would come again. $1 now, $2 address, $3 reason.
const dropLastSQL = `WITH last AS (UPDATE scheduled_messages m SET status = 'cancelled', next_attempt_time = NULL, updated_at = $1
		FROM schedules s WHERE s.id = m.schedule_id AND s.status = 'finished' AND s.recipient_id = $2
			AND m.recipient_id = $2 AND m.status = 'pending' RETURNING m.id)
	INSERT INTO status_history (message_id, old_status, new_status, reason, at)
	SELECT id, 'pending', 'cancelled', $3, $1 FROM last`

// silence is STOP for an address: what waits is not said, what is under way is neither retried nor
// repeated. It holds whatever became of the series, also for the last slot of one that has finished.
func silence(t *tx, address string) error {
	if err := cancelOutbox(t, address, "stopped"); err != nil {
		return err
	}
	b := &pgx.Batch{}
	for _, sql := range []string{
		`UPDATE scheduled_messages SET next_attempt_time = NULL WHERE recipient_id = $1 AND status = 'unknown'`,
		`UPDATE outbox SET next_attempt_time = NULL WHERE recipient_id = $1 AND status = 'unknown'`,
		`UPDATE scheduled_messages SET cancel_requested = true WHERE recipient_id = $1 AND status = 'sending'`,
		`UPDATE outbox SET cancel_requested = true WHERE recipient_id = $1 AND status = 'sending'`,
	} {
		b.Queue(sql, address)
	}
	b.Queue(dropLastSQL, t.now, address, "stopped") // last: it sees what the others waited for
	return t.send(b)
}
