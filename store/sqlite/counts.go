package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"carebell/delivery"
)

// Counts counts occurrences over the coming and the past 24 hours.
func (s *Store) Counts(ctx context.Context) (delivery.Counts, error) {
	const q = `SELECT
		(SELECT COUNT(*) FROM scheduled_messages WHERE min(max(priority, 0), 3) IN (0, 1, 2, 3) AND status IN ('pending', 'unknown')
			AND next_attempt_time > ?1 AND next_attempt_time <= ?2),
		(SELECT COUNT(*) FROM scheduled_messages WHERE min(max(priority, 0), 3) IN (0, 1, 2, 3) AND status IN ('pending', 'unknown')
			AND next_attempt_time <= ?1),
		(SELECT MIN(next_attempt_time) FROM scheduled_messages WHERE min(max(priority, 0), 3) IN (0, 1, 2, 3) AND status IN ('pending', 'unknown')
			AND next_attempt_time <= ?1),
		COUNT(*) FILTER (WHERE status IN ('sent', 'delivered', 'read')),
		COUNT(*) FILTER (WHERE status IN ('failed', 'expired')),
		COUNT(*) FILTER (WHERE status = 'unknown')
		FROM scheduled_messages WHERE scheduled_time > ?3 AND scheduled_time <= ?1`
	now := s.now()
	var c delivery.Counts
	var oldest sql.NullInt64
	err := s.read.QueryRowContext(ctx, q, micros(now), micros(now.Add(24*time.Hour)), micros(now.Add(-24*time.Hour))).
		Scan(&c.Due, &c.Overdue, &oldest, &c.Sent, &c.Failed, &c.Unknown)
	if err != nil {
		return c, fmt.Errorf("count messages: %w", err)
	}
	if oldest.Valid {
		c.OldestOverdue = now.Sub(fromMicros(oldest.Int64))
	}
	return c, nil
}
