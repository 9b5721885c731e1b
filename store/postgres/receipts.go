package postgres

import (
	"context"
	"errors"

	"carebell/chat"
	"carebell/delivery"

	"github.com/jackc/pgx/v5"
)

// Receipt records a platform's word. What it speaks of may not be recorded as sent yet: then the
// word waits beside it. The row of platform_messages is locked by whoever writes it, so that a
// receipt and the outcome it belongs to never miss each other.
func (s *Store) Receipt(ctx context.Context, r chat.Receipt) error {
	return s.tx(ctx, "receipt", worker, func(t *tx) error {
		var id *string
		err := t.row(`INSERT INTO platform_messages (channel, chat_id, platform_id, progress)
			SELECT $1, $2, $3, $4 WHERE EXISTS (SELECT 1 FROM addresses WHERE channel = $1 AND platform_id = $2)
			ON CONFLICT (channel, chat_id, platform_id) DO UPDATE SET
				progress = CASE WHEN platform_messages.progress = 'read' THEN platform_messages.progress ELSE $4 END
			RETURNING message_id::text`, r.To.Channel, r.To.ID, r.MessageID, r.Progress).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // of somebody who was forgotten
		}
		if err != nil || id == nil {
			return err
		}
		return advance(t, *id, r.MessageID, delivery.Status(r.Progress))
	})
}

// advance moves a message that was sent to delivered or read: once each, and only on the word about
// its last part. Of an unknown message only earlier parts have an id, and they settle nothing.
func advance(t *tx, id, platformID string, to delivery.Status) error {
	for _, q := range []struct{ read, write string }{
		{`SELECT status, platform_ids ->> -1 FROM scheduled_messages WHERE id = $1 FOR NO KEY UPDATE`,
			`UPDATE scheduled_messages SET status = $1, next_attempt_time = NULL, sent_at = COALESCE(sent_at, $2), updated_at = $2 WHERE id = $3`},
		{`SELECT status, platform_ids ->> -1 FROM outbox WHERE id = $1 FOR NO KEY UPDATE`,
			`UPDATE outbox SET status = $1, next_attempt_time = NULL, sent_at = COALESCE(sent_at, $2), updated_at = $2 WHERE id = $3`},
	} {
		var from delivery.Status
		var last *string
		err := t.row(q.read, id).Scan(&from, &last)
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		earlierPart := last == nil || *last != platformID || from == delivery.Unknown
		if from == to || !from.CanBecome(to) || earlierPart {
			return nil
		}
		var h history
		h.add(id, from, to, "")
		b := &pgx.Batch{}
		b.Queue(q.write, to, t.now, id)
		h.queue(b, t.now)
		return t.send(b)
	}
	return nil
}
