package postgres

import (
	"context"
	"time"

	"carebell/delivery"

	"github.com/jackc/pgx/v5"
)

// What can be tried again by hand. $1 now.
const (
	retriable = `(m.status = 'failed' AND m.scheduled_time + m.delivery_window_seconds * interval '1 second' >= $1 AND m.copies < 2
		AND NOT m.cancel_requested AND s.status IN ('active', 'finished') AND a.reachable
		AND COALESCE((SELECT withdrawn_at IS NULL FROM consents WHERE patient_id = m.patient_id ORDER BY given_at DESC, id DESC LIMIT 1), true)
		AND NOT EXISTS (SELECT 1 FROM responses r WHERE r.message_id = COALESCE(m.parent_id, m.id) AND r.undone_at IS NULL))`

	failedSQL = `SELECT m.id::text, m.platform, COALESCE(m.template_key, ''), m.scheduled_time,
			m.scheduled_time + m.delivery_window_seconds * interval '1 second', COALESCE(m.error_message, ''), ` + retriable + `
		FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id JOIN addresses a ON a.id = m.recipient_id
		WHERE m.status = 'failed' AND m.scheduled_time > $2 AND m.scheduled_time <= $1 ORDER BY m.scheduled_time DESC LIMIT $3`

	// Whoever stops or pauses a series holds its row: what they take back is not given back.
	lockSeriesOfSQL = `SELECT count(*) FROM (SELECT s.id FROM schedules s JOIN scheduled_messages m ON m.schedule_id = s.id WHERE m.id = ANY($1::uuid[])
		ORDER BY s.id FOR NO KEY UPDATE OF s) held`

	retrySQL = `WITH again AS (
			UPDATE scheduled_messages m SET status = 'pending', next_attempt_time = $1, updated_at = $1, failed_at = NULL, error_message = '',
				marked = m.copies > 0
			FROM schedules s, addresses a WHERE s.id = m.schedule_id AND a.id = m.recipient_id AND m.id = ANY($2::uuid[]) AND ` + retriable + `
			RETURNING m.id
		), told AS (INSERT INTO status_history (message_id, old_status, new_status, reason, at) SELECT id, 'failed', 'pending', 'tried again by hand', $1 FROM again)
		SELECT id::text FROM again ORDER BY id`
)

// Failed lists occurrences that failed, newest first.
func (s *Store) Failed(ctx context.Context, since time.Time, limit int) (out []delivery.Failure, err error) {
	err = s.tx(ctx, "list failures", worker, func(t *tx) (err error) {
		out, err = list(t, func(r pgx.CollectableRow) (f delivery.Failure, err error) {
			err = r.Scan(&f.ID, &f.Channel, &f.Template, &f.Due, &f.Until, &f.Reason, &f.Open)
			f.Due, f.Until = f.Due.UTC(), f.Until.UTC()
			return f, err
		}, failedSQL, t.now, since, limit)
		return err
	})
	return out, err
}

// Retry lets failed occurrences be due now, and wakes every process.
func (s *Store) Retry(ctx context.Context, ids []string) (again []string, err error) {
	err = s.tx(ctx, "retry", worker, func(t *tx) error {
		var held int
		if err := t.row(lockSeriesOfSQL, ids).Scan(&held); err != nil {
			return err
		}
		if again, err = list(t, pgx.RowTo[string], retrySQL, t.now, ids); err != nil {
			return err
		}
		b := &pgx.Batch{}
		s.wakeOthers(b)
		return t.finish(b)
	})
	return again, err
}
