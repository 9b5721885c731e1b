package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"carebell/delivery"
)

// What can be tried again by hand. ?1 now.
const (
	retriable = `(m.status = 'failed' AND m.scheduled_time + m.delivery_window_seconds * 1000000 >= ?1 AND m.copies < 2
		AND NOT m.cancel_requested AND s.status IN ('active', 'finished') AND a.reachable
		AND COALESCE((SELECT withdrawn_at IS NULL FROM consents WHERE patient_id = m.patient_id ORDER BY given_at DESC, id DESC LIMIT 1), 1)
		AND NOT EXISTS (SELECT 1 FROM responses r WHERE r.message_id = COALESCE(m.parent_id, m.id) AND r.undone_at IS NULL))`

	failedSQL = `SELECT m.id, m.platform, COALESCE(m.template_key, ''), m.scheduled_time, m.scheduled_time + m.delivery_window_seconds * 1000000,
			COALESCE(m.error_message, ''), ` + retriable + `
		FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id JOIN addresses a ON a.id = m.recipient_id
		WHERE m.status = 'failed' AND m.scheduled_time > ?2 AND m.scheduled_time <= ?1 ORDER BY m.scheduled_time DESC LIMIT ?3`

	retriableSQL = `SELECT m.id FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id JOIN addresses a ON a.id = m.recipient_id
		WHERE m.id IN (SELECT value FROM json_each(?2)) AND ` + retriable + ` ORDER BY m.id`
)

// Failed lists occurrences that failed, newest first.
func (s *Store) Failed(ctx context.Context, since time.Time, limit int) ([]delivery.Failure, error) {
	rows, err := s.read.QueryContext(ctx, failedSQL, micros(s.now()), micros(since), limit)
	if err != nil {
		return nil, fmt.Errorf("list failures: %w", err)
	}
	out, err := collect(rows, func() (f delivery.Failure, err error) {
		var due, until int64
		err = rows.Scan(&f.ID, &f.Channel, &f.Template, &due, &until, &f.Reason, &f.Open)
		f.Due, f.Until = fromMicros(due), fromMicros(until)
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("list failures: %w", err)
	}
	return out, nil
}

// Retry lets failed occurrences be due now.
func (s *Store) Retry(ctx context.Context, ids []string) (again []string, err error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	now := micros(s.now())
	err = s.tx(ctx, "retry", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, retriableSQL, now, string(list))
		if err != nil {
			return err
		}
		if again, err = collect(rows, func() (id string, err error) { return id, rows.Scan(&id) }); err != nil {
			return err
		}
		for _, id := range again {
			if _, err := tx.ExecContext(ctx, `UPDATE scheduled_messages SET status = 'pending', next_attempt_time = ?1, updated_at = ?1, failed_at = NULL,
				error_message = '', marked = copies > 0 WHERE id = ?2`, now, id); err != nil {
				return err
			}
			if err := addHistory(ctx, tx, id, delivery.Failed, delivery.Pending, "tried again by hand", now); err != nil {
				return err
			}
		}
		return nil
	})
	return again, err
}
