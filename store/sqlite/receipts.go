package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"carebell/chat"
	"carebell/delivery"
)

// Receipt records a platform's word. What it speaks of may not be recorded as sent yet: then the
// word waits beside it.
func (s *Store) Receipt(ctx context.Context, r chat.Receipt) error {
	now := micros(s.now())
	return s.tx(ctx, "receipt", func(tx *sql.Tx) error {
		var id sql.NullString
		err := tx.QueryRowContext(ctx, `INSERT INTO platform_messages (channel, chat_id, platform_id, progress)
			SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM addresses WHERE channel = ?1 AND platform_id = ?2)
			ON CONFLICT (channel, chat_id, platform_id) DO UPDATE SET
				progress = CASE WHEN progress = 'read' THEN progress ELSE ?4 END
			RETURNING message_id`, r.To.Channel, r.To.ID, r.MessageID, r.Progress).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // of somebody who was forgotten
		}
		if err != nil || !id.Valid {
			return err
		}
		return advance(ctx, tx, id.String, r.MessageID, delivery.Status(r.Progress), now)
	})
}

// advance moves a message that was sent to delivered or read: once each, and only on the word about
// its last part. Of an unknown message only earlier parts have an id, and they settle nothing.
func advance(ctx context.Context, tx *sql.Tx, id, platformID string, to delivery.Status, now int64) error {
	for _, q := range []struct{ read, write string }{
		{`SELECT status, platform_ids ->> '$[#-1]' FROM scheduled_messages WHERE id = ?`,
			`UPDATE scheduled_messages SET status = ?, next_attempt_time = NULL, sent_at = COALESCE(sent_at, ?), updated_at = ? WHERE id = ?`},
		{`SELECT status, platform_ids ->> '$[#-1]' FROM outbox WHERE id = ?`,
			`UPDATE outbox SET status = ?, next_attempt_time = NULL, sent_at = COALESCE(sent_at, ?), updated_at = ? WHERE id = ?`},
	} {
		var from delivery.Status
		var last sql.NullString
		err := tx.QueryRowContext(ctx, q.read, id).Scan(&from, &last)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		earlierPart := last.String != platformID || from == delivery.Unknown
		if from == to || !from.CanBecome(to) || earlierPart {
			return nil
		}
		if _, err := tx.ExecContext(ctx, q.write, to, now, now, id); err != nil {
			return err
		}
		return addHistory(ctx, tx, id, from, to, "", now)
	}
	return nil
}
