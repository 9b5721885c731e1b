package postgres

import (
	"context"
	"time"

	"carebell/delivery"
)

const countsSQL = `SELECT
	(SELECT count(*) FROM scheduled_messages m WHERE ` + class + ` = ANY($4::integer[]) AND status IN ('pending', 'unknown')
		AND next_attempt_time > $1 AND next_attempt_time <= $2),
	(SELECT count(*) FROM scheduled_messages m WHERE ` + class + ` = ANY($4::integer[]) AND status IN ('pending', 'unknown')
		AND next_attempt_time <= $1),
	(SELECT MIN(next_attempt_time) FROM scheduled_messages m WHERE ` + class + ` = ANY($4::integer[]) AND status IN ('pending', 'unknown')
		AND next_attempt_time <= $1),
	count(*) FILTER (WHERE status IN ('sent', 'delivered', 'read')),
	count(*) FILTER (WHERE status IN ('failed', 'expired')),
	count(*) FILTER (WHERE status = 'unknown')
	FROM scheduled_messages WHERE scheduled_time > $3 AND scheduled_time <= $1`

// Counts counts occurrences over the coming and the past 24 hours.
func (s *Store) Counts(ctx context.Context) (delivery.Counts, error) {
	var c delivery.Counts
	err := s.tx(ctx, "count messages", metrics, func(t *tx) error {
		var oldest *time.Time
		classes, _ := classes()
		if err := t.row(countsSQL, t.now, t.now.Add(24*time.Hour), t.now.Add(-24*time.Hour), classes).
			Scan(&c.Due, &c.Overdue, &oldest, &c.Sent, &c.Failed, &c.Unknown); err != nil {
			return err
		}
		if oldest != nil {
			c.OldestOverdue = t.now.Sub(*oldest)
		}
		return nil
	})
	return c, err
}
