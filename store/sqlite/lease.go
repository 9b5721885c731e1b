package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"carebell/chat"
	"carebell/delivery"
)

const nextDueSQL = `SELECT MIN(at) FROM (
	SELECT (SELECT next_attempt_time FROM scheduled_messages m WHERE min(max(m.priority, 0), 3) = json_each.value
		AND m.status IN ('pending', 'unknown') AND m.next_attempt_time > ?1 ORDER BY m.next_attempt_time LIMIT 1) AS at FROM json_each('[0,1,2,3]')
	UNION ALL SELECT (SELECT next_attempt_time FROM outbox m WHERE min(max(m.priority, 0), 3) = json_each.value
		AND m.status IN ('pending', 'unknown') AND m.next_attempt_time > ?1 ORDER BY m.next_attempt_time LIMIT 1) FROM json_each('[0,1,2,3]')
	UNION ALL SELECT MIN(paused_until) FROM channels WHERE paused_until > ?1)`

// NextDue is the earliest time after t at which a claim may find something.
func (s *Store) NextDue(ctx context.Context, t time.Time) (time.Time, bool, error) {
	var at sql.NullInt64
	if err := s.read.QueryRowContext(ctx, nextDueSQL, micros(t)).Scan(&at); err != nil {
		return time.Time{}, false, fmt.Errorf("next due: %w", err)
	}
	return optionalTime(at), at.Valid, nil
}

// Renew extends the leases that are still held under their tokens.
func (s *Store) Renew(ctx context.Context, jobs []delivery.Job, lease time.Duration) error {
	until := micros(s.now().Add(lease))
	return s.tx(ctx, "renew leases", func(tx *sql.Tx) error {
		for _, j := range jobs {
			query := `UPDATE scheduled_messages SET lease_until = ? WHERE id = ? AND lease_token = ? AND status = 'sending'`
			if j.Source == delivery.Outbox {
				query = `UPDATE outbox SET lease_until = ? WHERE id = ? AND lease_token = ? AND status = 'sending'`
			}
			if _, err := tx.ExecContext(ctx, query, until, j.ID, j.Token); err != nil {
				return err
			}
		}
		return nil
	})
}

// PauseChannel holds a channel back until then; an earlier end never shortens a later one.
func (s *Store) PauseChannel(ctx context.Context, c chat.Channel, until time.Time, reason string) error {
	return s.tx(ctx, "pause channel", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO channels (channel, paused_until, reason) VALUES (?1, ?2, ?3)
			ON CONFLICT (channel) DO UPDATE SET paused_until = ?2, reason = ?3 WHERE paused_until < ?2`, c, micros(until), reason)
		return err
	})
}
