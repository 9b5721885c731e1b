package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"carebell/conversations"
)

// eraseSQL takes away everything of the patient ?1, what refers to a row before the row. What is being
// sent is let go too: its outcome finds no row any more and is recorded nowhere.
var eraseSQL = []string{
	`DELETE FROM delivery_attempts WHERE message_id IN (SELECT id FROM scheduled_messages WHERE patient_id = ?1
		UNION ALL SELECT o.id FROM outbox o JOIN addresses a ON a.id = o.recipient_id WHERE a.patient_id = ?1)`,
	`DELETE FROM status_history WHERE message_id IN (SELECT id FROM scheduled_messages WHERE patient_id = ?1
		UNION ALL SELECT o.id FROM outbox o JOIN addresses a ON a.id = o.recipient_id WHERE a.patient_id = ?1)`,
	`DELETE FROM platform_messages WHERE (channel, chat_id) IN (SELECT channel, platform_id FROM addresses WHERE patient_id = ?1)`,
	`DELETE FROM webchat_messages WHERE person_id IN (SELECT platform_id FROM addresses WHERE patient_id = ?1 AND channel = 'webchat')`,
	`DELETE FROM responses WHERE patient_id = ?1`,
	`DELETE FROM conversations WHERE patient_id = ?1`,
	`DELETE FROM scheduled_messages WHERE patient_id = ?1`,
	`DELETE FROM outbox WHERE recipient_id IN (SELECT id FROM addresses WHERE patient_id = ?1)`,
	`DELETE FROM schedules WHERE patient_id = ?1`,
	`DELETE FROM consents WHERE patient_id = ?1`,
	`DELETE FROM care_team WHERE patient_id = ?1`,
}

// forgetUpdatesSQL empties what arrived from the patient ?1 and is over. That an update was handled is
// kept, so that it has no effect when the platform brings it once more; one whose own id names the chat
// goes, but for ?2, the one at hand.
var forgetUpdatesSQL = []string{
	`DELETE FROM inbox WHERE status <> 'new' AND seq <> ?2 AND substr(update_id, 1, length(chat_id) + 1) = chat_id || ':'
		AND (channel, chat_id) IN (SELECT channel, platform_id FROM addresses WHERE patient_id = ?1)`,
	`UPDATE inbox SET chat_id = '', body = '' WHERE status <> 'new' AND seq <> ?2
		AND (channel, chat_id) IN (SELECT channel, platform_id FROM addresses WHERE patient_id = ?1)`,
}

// erase takes away everything of the person who wrote update seq, and queues their last word, under an
// address and a patient that are new, have no name, and go with that word (see Forget).
func (c *committer) erase(seq int64, turn conversations.Turn) error {
	now, err := c.vanish(seq)
	if err != nil {
		return err
	}
	if c.patient, err = newID(); err != nil {
		return err
	}
	if c.address, err = newID(); err != nil {
		return err
	}
	if err := c.exec(`INSERT INTO patients (id, created_at, updated_at) VALUES (?1, ?2, ?2)`, c.patient, c.now); err != nil {
		return err
	}
	if err := c.exec(`INSERT INTO addresses (id, patient_id, channel, platform_id, created_at, updated_at, erased_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5)`, c.address, c.patient, c.update.From.Channel, c.update.From.ID, c.now); err != nil {
		return err
	}
	for _, r := range turn.Replies {
		if err := c.reply(r); err != nil {
			return fmt.Errorf("reply: %w", err)
		}
	}
	if err := c.exec(`UPDATE outbox SET next_attempt_time = ? WHERE recipient_id = ?`, now, c.address); err != nil {
		return err
	}
	return c.exec(`INSERT INTO audit_log (at, actor, action) VALUES (?, 'carebell', 'erased')`, c.now)
}

// vanish takes the person away, if they are known, and returns when a last word may follow: not before
// what was being sent can have arrived.
func (c *committer) vanish(seq int64) (after int64, err error) {
	from := c.update.From
	err = c.tx.QueryRowContext(c.ctx, `SELECT patient_id FROM addresses WHERE channel = ? AND platform_id = ?`, from.Channel, from.ID).Scan(&c.patient)
	if errors.Is(err, sql.ErrNoRows) {
		return c.now, nil
	}
	if err != nil {
		return 0, err
	}
	err = c.tx.QueryRowContext(c.ctx, `SELECT MAX(?2, COALESCE((SELECT MAX(lease_until) FROM scheduled_messages WHERE patient_id = ?1 AND status = 'sending'), 0),
			COALESCE((SELECT MAX(o.lease_until) FROM outbox o JOIN addresses a ON a.id = o.recipient_id WHERE a.patient_id = ?1 AND o.status = 'sending'), 0))`,
		c.patient, c.now).Scan(&after)
	if err != nil {
		return 0, err
	}
	if err := takeAway(c.ctx, c.tx, c.patient, seq); err != nil {
		return 0, err
	}
	// An open page begins anew: its next number is not above the one that it has.
	return after, c.exec(`UPDATE webchat_people SET last_seq = 0, created_at = ? WHERE ? = 'webchat' AND id = ?`, c.now, from.Channel, from.ID)
}

// takeAway deletes a patient with all that is theirs, in the transaction of update seq.
func takeAway(ctx context.Context, tx *sql.Tx, patient string, seq int64) error {
	for _, q := range eraseSQL {
		if _, err := tx.ExecContext(ctx, q, patient); err != nil {
			return err
		}
	}
	for _, q := range forgetUpdatesSQL {
		if _, err := tx.ExecContext(ctx, q, patient, seq); err != nil {
			return err
		}
	}
	for _, q := range []string{`DELETE FROM addresses WHERE patient_id = ?`, `DELETE FROM patients WHERE id = ?`} {
		if _, err := tx.ExecContext(ctx, q, patient); err != nil {
			return err
		}
	}
	return nil
}

// pageStays is how long the page of somebody who was forgotten still shows the last word.
const pageStays = time.Hour

// Forget takes away what is left of people who asked for it and whose last word has left, and returns
// how many they were. Whoever writes meanwhile has begun anew, and stays.
func (s *Store) Forget(ctx context.Context) (n int, err error) {
	now := s.now()
	err = s.tx(ctx, "forget", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT a.patient_id, a.channel, a.platform_id FROM addresses a WHERE a.erased_at IS NOT NULL
				AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.recipient_id = a.id AND (o.next_attempt_time IS NOT NULL OR o.status IN ('pending', 'sending')))
				AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.channel = a.channel AND i.chat_id = a.platform_id AND i.status = 'new')
				AND (a.channel <> 'webchat' OR a.erased_at <= ? OR NOT EXISTS (SELECT 1 FROM webchat_people w WHERE w.id = a.platform_id))`,
			micros(now.Add(-pageStays)))
		if err != nil {
			return err
		}
		type gone struct{ patient, channel, id string }
		all, err := collect(rows, func() (g gone, err error) { return g, rows.Scan(&g.patient, &g.channel, &g.id) })
		if err != nil {
			return err
		}
		for _, g := range all {
			if _, err := tx.ExecContext(ctx, `DELETE FROM webchat_people WHERE ? = 'webchat' AND id = ?`, g.channel, g.id); err != nil {
				return err // with its messages
			}
			if err := takeAway(ctx, tx, g.patient, -1); err != nil {
				return err
			}
		}
		n = len(all)
		return nil
	})
	return n, err
}
