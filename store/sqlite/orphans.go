package sqlite

import (
	"context"
	"database/sql"
	"time"

	"carebell/delivery"
)

const orphansWaitSQL = `SELECT EXISTS (SELECT 1 FROM scheduled_messages WHERE status = 'sending' AND (lease_until <= ?1 OR lease_token NOT LIKE ?2))
		OR EXISTS (SELECT 1 FROM outbox WHERE status = 'sending' AND (lease_until <= ?1 OR lease_token NOT LIKE ?2))`

// Orphans takes over rows whose lease ended, and every row that another process of this file held:
// with the file's lock in our hands that process is gone.
func (s *Store) Orphans(ctx context.Context, limit int, lease time.Duration) (delivery.Batch, error) {
	now := s.now()
	batch := delivery.Batch{At: now}
	var any bool
	ours := s.epoch + ".%"
	if err := s.read.QueryRowContext(ctx, orphansWaitSQL, micros(now), ours).Scan(&any); err != nil || !any {
		return batch, err
	}
	err := s.tx(ctx, "recover", func(tx *sql.Tx) error {
		c := claimer{ctx: ctx, tx: tx, store: s, now: micros(now), until: micros(now.Add(lease))}
		for _, source := range []struct {
			source delivery.Source
			query  string
		}{
			{delivery.Occurrence, `SELECT m.id, 'send', ` + jobColumns + ` FROM scheduled_messages m
				JOIN addresses a ON a.id = m.recipient_id WHERE m.status = 'sending' AND (m.lease_until <= ?1 OR m.lease_token NOT LIKE ?2) LIMIT ?3`},
			{delivery.Outbox, `SELECT m.id, m.operation, ` + jobColumns + ` FROM outbox m
				JOIN addresses a ON a.id = m.recipient_id WHERE m.status = 'sending' AND (m.lease_until <= ?1 OR m.lease_token NOT LIKE ?2) LIMIT ?3`},
		} {
			if err := c.orphans(source.source, source.query, ours, limit-len(c.jobs)); err != nil {
				return err
			}
		}
		batch.Jobs = c.jobs
		return nil
	})
	return batch, err
}

func (c *claimer) orphans(source delivery.Source, query, ours string, limit int) error {
	rows, err := c.tx.QueryContext(c.ctx, query, c.now, ours, limit)
	if err != nil {
		return err
	}
	found, err := collect(rows, func() (claimed, error) {
		var r claimed
		r.Source = source
		return r, r.scan(rows, &r.ID, &r.Operation)
	})
	if err != nil {
		return err
	}
	for _, r := range found {
		// An attempt of the lost holder without an outcome: its request may have arrived.
		if err := c.tx.QueryRowContext(c.ctx, `SELECT EXISTS (SELECT 1 FROM delivery_attempts
			WHERE message_id = ? AND outcome IS NULL)`, r.ID).Scan(&r.Ambiguous); err != nil {
			return err
		}
		token, err := c.store.token()
		if err != nil {
			return err
		}
		r.Token = token
		query := `UPDATE scheduled_messages SET lease_token = ?, lease_until = ? WHERE id = ?`
		if source == delivery.Outbox {
			query = `UPDATE outbox SET lease_token = ?, lease_until = ? WHERE id = ?`
		}
		if _, err := c.tx.ExecContext(c.ctx, query, token, c.until, r.ID); err != nil {
			return err
		}
		c.jobs = append(c.jobs, r.Job)
	}
	return nil
}
