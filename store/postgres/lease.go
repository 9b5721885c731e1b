package postgres

import (
	"context"
	"time"

	"carebell/chat"
	"carebell/delivery"

	"github.com/jackc/pgx/v5"
)

const nextDueSQL = `SELECT LEAST(
	(SELECT MIN(m.next_attempt_time) FROM unnest($2::integer[]) AS c (priority) CROSS JOIN LATERAL (SELECT next_attempt_time FROM scheduled_messages m
		WHERE ` + class + ` = c.priority AND m.status IN ('pending', 'unknown') AND m.next_attempt_time > $1 ORDER BY m.next_attempt_time LIMIT 1) m),
	(SELECT MIN(m.next_attempt_time) FROM unnest($2::integer[]) AS c (priority) CROSS JOIN LATERAL (SELECT next_attempt_time FROM outbox m
		WHERE ` + class + ` = c.priority AND m.status IN ('pending', 'unknown') AND m.next_attempt_time > $1 ORDER BY m.next_attempt_time LIMIT 1) m),
	(SELECT MIN(paused_until) FROM channels WHERE paused_until > $1))`

// soon is when to look again at what another transaction held for the moment.
const soon = 100 * time.Millisecond

// NextDue is the earliest time after t at which a claim may find something.
func (s *Store) NextDue(ctx context.Context, after time.Time) (time.Time, bool, error) {
	var at *time.Time
	classes, _ := classes()
	err := s.read(ctx, "next due", worker, func(row pgx.Row) error { return row.Scan(&at) }, nextDueSQL, after, classes)
	if err != nil {
		return time.Time{}, false, err
	}
	if s.member.skipped.Load() && (at == nil || at.After(after.Add(soon))) {
		return after.Add(soon), true, nil
	}
	return utc(at), at != nil, nil
}

// Renew extends the leases that are still held under their tokens.
func (s *Store) Renew(ctx context.Context, jobs []delivery.Job, lease time.Duration) error {
	held := map[delivery.Source]*struct{ ids, tokens []string }{delivery.Outbox: {}, delivery.Occurrence: {}}
	for _, j := range jobs {
		h := held[j.Source]
		h.ids, h.tokens = append(h.ids, j.ID), append(h.tokens, j.Token)
	}
	return s.tx(ctx, "renew leases", worker, func(t *tx) error {
		b := &pgx.Batch{}
		until := t.now.Add(lease)
		if h := held[delivery.Outbox]; len(h.ids) > 0 {
			b.Queue(`UPDATE outbox m SET lease_until = $1 FROM unnest($2::uuid[], $3::text[]) AS v (id, token)
				WHERE m.id = v.id AND m.lease_token = v.token AND m.status = 'sending'`, until, h.ids, h.tokens)
		}
		if h := held[delivery.Occurrence]; len(h.ids) > 0 {
			b.Queue(`UPDATE scheduled_messages m SET lease_until = $1 FROM unnest($2::uuid[], $3::text[]) AS v (id, token)
				WHERE m.id = v.id AND m.lease_token = v.token AND m.status = 'sending'`, until, h.ids, h.tokens)
		}
		return t.send(b)
	})
}

// PauseChannel holds a channel back until then; an earlier end never shortens a later one.
func (s *Store) PauseChannel(ctx context.Context, c chat.Channel, until time.Time, reason string) error {
	_, err := s.single(ctx, "pause channel", worker, `INSERT INTO channels (channel, paused_until, reason) VALUES ($1, $2, $3)
		ON CONFLICT (channel) DO UPDATE SET paused_until = $2, reason = $3 WHERE channels.paused_until < $2`, c, until, reason)
	return err
}
