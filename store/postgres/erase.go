package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"carebell/conversations"

	"github.com/jackc/pgx/v5"
)

// eraseSQL takes away everything of the patient $1, what refers to a row before the row. What is being
// sent is let go too: its outcome finds no row any more and is recorded nowhere.
var eraseSQL = []string{
	`DELETE FROM delivery_attempts WHERE message_id IN (SELECT id FROM scheduled_messages WHERE patient_id = $1
		UNION ALL SELECT o.id FROM outbox o JOIN addresses a ON a.id = o.recipient_id WHERE a.patient_id = $1)`,
	`DELETE FROM status_history WHERE message_id IN (SELECT id FROM scheduled_messages WHERE patient_id = $1
		UNION ALL SELECT o.id FROM outbox o JOIN addresses a ON a.id = o.recipient_id WHERE a.patient_id = $1)`,
	`DELETE FROM platform_messages p USING addresses a WHERE a.patient_id = $1 AND p.channel = a.channel AND p.chat_id = a.platform_id`,
	`DELETE FROM webchat_messages w USING addresses a WHERE a.patient_id = $1 AND a.channel = 'webchat' AND w.person_id = a.platform_id`,
	`DELETE FROM responses WHERE patient_id = $1`,
	`DELETE FROM conversations WHERE patient_id = $1`,
	`DELETE FROM scheduled_messages WHERE patient_id = $1`,
	`DELETE FROM outbox o USING addresses a WHERE a.patient_id = $1 AND o.recipient_id = a.id`,
	`DELETE FROM schedules WHERE patient_id = $1`,
	`DELETE FROM consents WHERE patient_id = $1`,
	`DELETE FROM care_team WHERE patient_id = $1`,
}

// forgetUpdatesSQL empties what arrived from the patient $1 and is over. That an update was handled is
// kept, so that it has no effect when the platform brings it once more; one whose own id names the chat
// goes, but for $2, the one at hand.
var forgetUpdatesSQL = []string{
	`DELETE FROM inbox i USING addresses a WHERE a.patient_id = $1 AND i.channel = a.channel AND i.chat_id = a.platform_id
		AND i.status <> 'new' AND i.seq <> $2 AND starts_with(i.update_id, i.chat_id || ':')`,
	`UPDATE inbox i SET chat_id = '', body = '' FROM addresses a WHERE a.patient_id = $1 AND i.channel = a.channel AND i.chat_id = a.platform_id
		AND i.status <> 'new' AND i.seq <> $2`,
}

// erase takes away everything of the person who wrote update seq, and queues their last word, under an
// address and a patient that are new, have no name, and go with that word (see Forget).
func (c *committer) erase(seq int64, turn conversations.Turn) error {
	after, err := c.vanish(seq)
	if err != nil {
		return err
	}
	if err := c.stranger("", conversations.Person{}); err != nil {
		return err
	}
	if _, err := c.exec(`UPDATE addresses SET erased_at = $1 WHERE id = $2`, c.now, c.address); err != nil {
		return err
	}
	for _, r := range turn.Replies {
		if err := c.reply(r); err != nil {
			return fmt.Errorf("reply: %w", err)
		}
	}
	if _, err := c.exec(`UPDATE outbox SET next_attempt_time = $1 WHERE recipient_id = $2`, after, c.address); err != nil {
		return err
	}
	_, err = c.exec(`INSERT INTO audit_log (at, actor, action) VALUES ($1, 'carebell', 'erased')`, c.now)
	return err
}

// vanish takes the person away, if they are known, and returns when a last word may follow: not before
// what was being sent can have arrived.
func (c *committer) vanish(seq int64) (after time.Time, err error) {
	from := c.update.From
	err = c.row(`SELECT patient_id::text FROM addresses WHERE channel = $1 AND platform_id = $2 FOR UPDATE`, from.Channel, from.ID).Scan(&c.patient)
	if errors.Is(err, pgx.ErrNoRows) {
		return c.now, nil
	}
	if err != nil {
		return after, err
	}
	// From here on nothing of them is claimed, and nothing new can refer to them.
	if _, err := c.exec(`SELECT 1 FROM addresses WHERE patient_id = $1 FOR UPDATE`, c.patient); err != nil {
		return after, err
	}
	err = c.row(`SELECT GREATEST($2, (SELECT max(lease_until) FROM scheduled_messages WHERE patient_id = $1 AND status = 'sending'),
			(SELECT max(o.lease_until) FROM outbox o JOIN addresses a ON a.id = o.recipient_id WHERE a.patient_id = $1 AND o.status = 'sending'))`,
		c.patient, c.now).Scan(&after)
	if err != nil {
		return after, err
	}
	if err := takeAway(c.tx, c.patient, seq); err != nil {
		return after, err
	}
	// An open page begins anew: its next number is not above the one that it has.
	_, err = c.exec(`UPDATE webchat_people SET last_seq = 0, created_at = $1 WHERE $2 = 'webchat' AND id = $3`, c.now, string(from.Channel), from.ID)
	return after, err
}

// takeAway deletes a patient with all that is theirs, in the transaction of update seq. It acts for that
// person from here on, so that no statement can reach another's rows.
func takeAway(t *tx, patient string, seq int64) error {
	b := &pgx.Batch{}
	b.Queue(actForSQL, patient)
	for _, q := range eraseSQL {
		b.Queue(q, patient)
	}
	for _, q := range forgetUpdatesSQL {
		b.Queue(q, patient, seq)
	}
	b.Queue(`DELETE FROM addresses WHERE patient_id = $1`, patient)
	b.Queue(`DELETE FROM patients WHERE id = $1`, patient)
	b.Queue(actForSQL, "")
	return t.send(b)
}

// pageStays is how long the page of somebody who was forgotten still shows the last word.
const pageStays = time.Hour

const forgottenSQL = `SELECT a.patient_id::text, a.channel, a.platform_id FROM addresses a WHERE a.erased_at IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.recipient_id = a.id AND (o.next_attempt_time IS NOT NULL OR o.status IN ('pending', 'sending')))
		AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.channel = a.channel AND i.chat_id = a.platform_id AND i.status = 'new')
		AND (a.channel <> 'webchat' OR a.erased_at <= $1 OR NOT EXISTS (SELECT 1 FROM webchat_people w WHERE w.id = a.platform_id))
	ORDER BY a.id FOR UPDATE OF a SKIP LOCKED`

// Forget takes away what is left of people who asked for it and whose last word has left, and returns
// how many they were. Whoever writes meanwhile has begun anew, and stays.
func (s *Store) Forget(ctx context.Context) (n int, err error) {
	err = s.tx(ctx, "forget", app, func(t *tx) error {
		type gone struct{ patient, channel, id string }
		all, err := list(t, func(row pgx.CollectableRow) (g gone, err error) {
			return g, row.Scan(&g.patient, &g.channel, &g.id)
		}, forgottenSQL, t.now.Add(-pageStays))
		if err != nil {
			return err
		}
		for _, g := range all {
			b := &pgx.Batch{}
			b.Queue(actForSQL, g.patient)
			b.Queue(`DELETE FROM webchat_people WHERE $1 = 'webchat' AND id = $2`, g.channel, g.id) // with its messages
			if err := t.send(b); err != nil {
				return err
			}
			if err := takeAway(t, g.patient, -1); err != nil {
				return err
			}
		}
		n = len(all)
		return nil
	})
	return n, err
}
