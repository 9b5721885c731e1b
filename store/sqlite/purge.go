package sqlite

import (
	"context"
	"database/sql"
	"time"

	"carebell/delivery"
)

// The oldest rows have the lowest numbers, so each step reads the beginning of a table by its key and
// no more. ?1 is the time before which a row must have ended, ?2 how many are looked at.
const (
	oldMessages = `SELECT m.id, a.channel, a.platform_id, m.platform_ids FROM scheduled_messages m JOIN addresses a ON a.id = m.recipient_id
		WHERE m.scheduled_time < ?1 AND m.updated_at < ?1 AND m.next_attempt_time IS NULL AND m.status NOT IN ('pending', 'paused', 'sending')
		ORDER BY m.scheduled_time LIMIT ?2`
	oldReplies = `SELECT o.id, a.channel, a.platform_id, o.platform_ids FROM (SELECT * FROM outbox ORDER BY seq LIMIT ?2) o
			JOIN addresses a ON a.id = o.recipient_id
		WHERE o.updated_at < ?1 AND o.next_attempt_time IS NULL AND o.status NOT IN ('pending', 'paused', 'sending')`
	purgeInbox = `DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox ORDER BY seq LIMIT ?2) AND received_at < ?1 AND status <> 'new'`
	// Drafts of one person are few, and their table has no other order than its rows'.
	purgeConversations = `DELETE FROM conversations WHERE rowid IN (SELECT rowid FROM conversations ORDER BY rowid LIMIT ?2)
		AND updated_at < ?1 AND (status <> 'open' OR expires_at < ?1)`
	purgeTranscript = `DELETE FROM webchat_messages WHERE (person_id, id) IN (
		SELECT person_id, id FROM webchat_messages WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)`
)

// Purge takes away at most limit rows of each kind that have ended and are older than r says.
func (s *Store) Purge(ctx context.Context, r delivery.Retention, limit int) (n int64, err error) {
	now := s.now()
	before := func(d time.Duration) int64 { return micros(now.Add(-d)) }
	err = s.tx(ctx, "purge", func(tx *sql.Tx) error {
		p := purger{ctx: ctx, tx: tx}
		if err := p.messages(oldMessages, `DELETE FROM scheduled_messages WHERE id = ?`, before(r.Messages), limit); err != nil {
			return err
		}
		if err := p.messages(oldReplies, `DELETE FROM outbox WHERE id = ?`, before(r.Replies), limit); err != nil {
			return err
		}
		for _, q := range []struct {
			sql    string
			before int64
		}{{purgeInbox, before(r.Updates)}, {purgeConversations, before(r.Replies)}, {purgeTranscript, before(r.Messages)}} {
			if err := p.delete(q.sql, q.before, limit); err != nil {
				return err
			}
		}
		n = p.n
		return nil
	})
	return n, err
}

type purger struct {
	ctx context.Context
	tx  *sql.Tx
	n   int64
}

func (p *purger) delete(query string, args ...any) error {
	result, err := p.tx.ExecContext(p.ctx, query, args...)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	p.n += n
	return err
}

// messages takes messages away with their attempts, their history and the platform's words of them.
func (p *purger) messages(find, remove string, before int64, limit int) error {
	rows, err := p.tx.QueryContext(p.ctx, find, before, limit)
	if err != nil {
		return err
	}
	type message struct{ id, channel, chat, parts string }
	old, err := collect(rows, func() (m message, err error) {
		return m, rows.Scan(&m.id, &m.channel, &m.chat, &m.parts)
	})
	if err != nil {
		return err
	}
	for _, m := range old {
		for _, q := range []struct {
			sql  string
			args []any
		}{
			{`DELETE FROM delivery_attempts WHERE message_id = ?`, []any{m.id}},
			{`DELETE FROM status_history WHERE message_id = ?`, []any{m.id}},
			{`DELETE FROM platform_messages WHERE channel = ? AND chat_id = ? AND platform_id IN (SELECT value FROM json_each(?))`,
				[]any{m.channel, m.chat, m.parts}},
		} {
			if _, err := p.tx.ExecContext(p.ctx, q.sql, q.args...); err != nil {
				return err
			}
		}
		if err := p.delete(remove, m.id); err != nil {
			return err
		}
	}
	return nil
}
