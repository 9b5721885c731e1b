package postgres

import (
	"context"
	"time"

	"carebell/delivery"

	"github.com/jackc/pgx/v5"
)

// A claim is orphaned when its lease has ended, when the process that began its token is not alive any
// more, or when that process never heard of it. $1 now, $2 the tokens in doubt.
const (
	orphaned = `m.status = 'sending' AND (m.lease_until <= $1
		OR left(m.lease_token, 36) NOT IN (SELECT i.id::text FROM instances i WHERE i.fenced_at IS NULL) OR m.lease_token = ANY($2))`

	orphansWaitSQL = `SELECT EXISTS (SELECT 1 FROM scheduled_messages m WHERE ` + orphaned + `)
		OR EXISTS (SELECT 1 FROM outbox m WHERE ` + orphaned + `)`

	// An attempt of the lost holder without an outcome: its request may have arrived.
	ambiguousSQL = `EXISTS (SELECT 1 FROM delivery_attempts d WHERE d.message_id = m.id AND d.outcome IS NULL)`

	orphanOccurrences = `SELECT ` + jobColumns + `, 'send', ` + ambiguousSQL + ` FROM scheduled_messages m
		JOIN addresses a ON a.id = m.recipient_id WHERE ` + orphaned + ` LIMIT $3 FOR NO KEY UPDATE OF m SKIP LOCKED`
	orphanOutbox = `SELECT ` + jobColumns + `, m.operation, ` + ambiguousSQL + ` FROM outbox m
		JOIN addresses a ON a.id = m.recipient_id WHERE ` + orphaned + ` LIMIT $3 FOR NO KEY UPDATE OF m SKIP LOCKED`
)

// Orphans takes over rows whose lease ended, and every row whose holder is not alive.
func (s *Store) Orphans(ctx context.Context, limit int, lease time.Duration) (delivery.Batch, error) {
	var batch delivery.Batch
	var tokens []string // of every try
	err := s.tx(ctx, "recover", worker, func(t *tx) error {
		batch = delivery.Batch{At: t.now}
		var waiting bool
		inDoubt := s.doubts.tokens()
		if err := t.row(orphansWaitSQL, t.now, inDoubt).Scan(&waiting); err != nil || !waiting {
			return err
		}
		if err := s.mayClaim(); err != nil {
			return err
		}
		var err error
		batch.Jobs, err = (&claimer{tx: t, epoch: s.member.epoch(), until: t.now.Add(lease)}).orphans(limit, inDoubt)
		tokens = append(tokens, tokensOf(batch.Jobs)...)
		return err
	})
	if err != nil {
		batch.Jobs = nil
		s.doubts.add(tokens, lease)
	}
	return batch, err
}

func (c *claimer) orphans(limit int, inDoubt []string) ([]delivery.Job, error) {
	var jobs []delivery.Job
	for _, source := range []struct {
		source        delivery.Source
		query, update string
	}{
		{delivery.Occurrence, orphanOccurrences, `UPDATE scheduled_messages m SET lease_token = v.token, lease_until = $1
			FROM unnest($2::uuid[], $3::text[]) AS v (id, token) WHERE m.id = v.id`},
		{delivery.Outbox, orphanOutbox, `UPDATE outbox m SET lease_token = v.token, lease_until = $1
			FROM unnest($2::uuid[], $3::text[]) AS v (id, token) WHERE m.id = v.id`},
	} {
		found, err := list(c.tx, func(row pgx.CollectableRow) (r claimed, err error) {
			r.Source = source.source
			return r, r.scan(row, &r.Operation, &r.Ambiguous)
		}, source.query, c.now, inDoubt, limit-len(jobs))
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			continue
		}
		var ids, tokens []string
		for _, r := range found {
			if r.Token, err = token(c.epoch); err != nil {
				return jobs, err
			}
			ids, tokens, jobs = append(ids, r.ID), append(tokens, r.Token), append(jobs, r.Job)
		}
		if _, err := c.exec(source.update, c.until, ids, tokens); err != nil {
			return jobs, err
		}
	}
	return jobs, nil
}
