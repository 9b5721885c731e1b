package postgres

import (
	"context"

	"carebell/delivery"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// The oldest rows have the lowest numbers, so each step reads the beginning of a table by its key and
// no more. $1 is the time before which a row must have ended, $2 how many are looked at.
const (
	purgeMessages = `WITH old AS MATERIALIZED (
			SELECT m.id, a.channel, a.platform_id AS chat, m.platform_ids FROM scheduled_messages m JOIN addresses a ON a.id = m.recipient_id
			WHERE m.scheduled_time < $1 AND m.updated_at < $1 AND m.next_attempt_time IS NULL AND m.status NOT IN ('pending', 'paused', 'sending')
			ORDER BY m.scheduled_time LIMIT $2 FOR UPDATE OF m SKIP LOCKED
		), attempts AS (DELETE FROM delivery_attempts d USING old WHERE d.message_id = old.id
		), history AS (DELETE FROM status_history h USING old WHERE h.message_id = old.id
		), words AS (DELETE FROM platform_messages p USING old, jsonb_array_elements_text(old.platform_ids) AS part (id)
			WHERE p.channel = old.channel AND p.chat_id = old.chat AND p.platform_id = part.id)
		DELETE FROM scheduled_messages m USING old WHERE m.id = old.id`
	purgeOutbox = `WITH old AS MATERIALIZED (
			SELECT o.seq, o.id, a.channel, a.platform_id AS chat, o.platform_ids
			FROM (SELECT * FROM outbox ORDER BY seq LIMIT $2) o JOIN addresses a ON a.id = o.recipient_id
			WHERE o.updated_at < $1 AND o.next_attempt_time IS NULL AND o.status NOT IN ('pending', 'paused', 'sending')
		), attempts AS (DELETE FROM delivery_attempts d USING old WHERE d.message_id = old.id
		), history AS (DELETE FROM status_history h USING old WHERE h.message_id = old.id
		), words AS (DELETE FROM platform_messages p USING old, jsonb_array_elements_text(old.platform_ids) AS part (id)
			WHERE p.channel = old.channel AND p.chat_id = old.chat AND p.platform_id = part.id)
		DELETE FROM outbox o USING old WHERE o.seq = old.seq`
	purgeInbox = `DELETE FROM inbox i USING (SELECT seq FROM inbox ORDER BY seq LIMIT $2) old
		WHERE i.seq = old.seq AND i.received_at < $1 AND i.status <> 'new'`
	purgeConversations = `DELETE FROM conversations c USING (SELECT seq FROM conversations ORDER BY seq LIMIT $2) old
		WHERE c.seq = old.seq AND c.updated_at < $1 AND (c.status <> 'open' OR c.expires_at < $1)`
	purgeTranscript = `DELETE FROM webchat_messages w USING (SELECT person_id, id FROM webchat_messages WHERE created_at < $1 ORDER BY created_at LIMIT $2) old
		WHERE w.person_id = old.person_id AND w.id = old.id`
)

// Purge takes away at most limit rows of each kind that have ended and are older than r says.
func (s *Store) Purge(ctx context.Context, r delivery.Retention, limit int) (n int64, err error) {
	err = s.tx(ctx, "purge", worker, func(t *tx) error {
		n = 0
		b := &pgx.Batch{}
		count := func(tag pgconn.CommandTag) error {
			n += tag.RowsAffected()
			return nil
		}
		b.Queue(purgeMessages, t.now.Add(-r.Messages), limit).Exec(count)
		b.Queue(purgeOutbox, t.now.Add(-r.Replies), limit).Exec(count)
		b.Queue(purgeInbox, t.now.Add(-r.Updates), limit).Exec(count)
		b.Queue(purgeConversations, t.now.Add(-r.Replies), limit).Exec(count)
		b.Queue(purgeTranscript, t.now.Add(-r.Messages), limit).Exec(count)
		return t.finish(b)
	})
	return n, err
}
