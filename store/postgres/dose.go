package postgres

import (
	"errors"
	"time"

	"carebell/bot"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"

	"github.com/jackc/pgx/v5"
)

// dose keeps an answer about an occurrence of that patient. Another answer that holds is replaced by
// a reason for the same, and by nothing else. Who answers a message has it, and needs no repeat and no
// snooze of it.
func (c *committer) dose(a conversations.DoseAnswer) error {
	var status delivery.Status
	err := c.row(`SELECT status FROM scheduled_messages WHERE id = $1 AND patient_id = $2 FOR NO KEY UPDATE`, a.MessageID, c.patient).Scan(&status)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // it was taken away long ago; its card says what was answered
	}
	if err != nil {
		return err
	}
	if a.Answer == conversations.AnswerUndone {
		id, err := newID()
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(`UPDATE responses SET undone_at = $1 WHERE message_id = $2 AND undone_at IS NULL`, c.now, a.MessageID)
		if status == delivery.Sent || status == delivery.Delivered || status == delivery.Read {
			b.Queue(nagSQL, id, a.MessageID, c.now) // it is asked about again
		}
		return c.send(b)
	}
	n, err := c.exec(`INSERT INTO responses (id, message_id, patient_id, draft_id, answer, reason, due_at, said_at, received_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (message_id) WHERE undone_at IS NULL DO UPDATE SET reason = $6 WHERE responses.answer = $5`,
		a.ID, a.MessageID, c.patient, a.Draft, a.Answer, a.Reason, a.Due, a.SaidAt, c.now)
	if err == nil && n == 0 {
		err = bot.ErrConflict
	}
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	arrived(b, c.now, a.MessageID, status)
	silenceDose(b, c.now, a.MessageID, "answered", true)
	return c.send(b)
}

// snooze makes an occurrence once more, later. The newest one counts.
func (c *committer) snooze(z conversations.Snooze) error {
	id, err := newID()
	if err != nil {
		return err
	}
	var status delivery.Status
	var series schedule.SeriesStatus
	err = c.row(`SELECT m.status, s.status FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id
		WHERE m.id = $1 AND m.patient_id = $2 FOR NO KEY UPDATE OF m`, z.MessageID, c.patient).Scan(&status, &series)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	arrived(b, c.now, z.MessageID, status)
	silenceDose(b, c.now, z.MessageID, "another time was chosen", false)
	if series != schedule.Active && series != schedule.Finished {
		return c.send(b) // what was stopped or paused does not come again by a tap
	}
	b.Queue(`INSERT INTO scheduled_messages (id, patient_id, recipient_id, platform, message_content, scheduled_time, template_key, parameters, status,
			created_at, updated_at, priority, delivery_window_seconds, schedule_id, slot_key, kind, parent_id, next_attempt_time)
		SELECT $1, m.patient_id, m.recipient_id, m.platform, m.message_content, $2, m.template_key, m.parameters, 'pending', $3, $3, m.priority, $4, m.schedule_id,
			m.slot_key || '+' || $5, 'snooze', m.id, $2
		FROM scheduled_messages m WHERE m.id = $6 AND m.patient_id = $7 ON CONFLICT (schedule_id, slot_key) DO NOTHING`,
		id, z.At, c.now, seconds(z.Until.Sub(z.At)), z.At.UTC().Format("20060102T150405.000000"), z.MessageID, c.patient)
	return c.send(b)
}

// arrived: whoever acts on a message has it, so an outcome that is unknown is known.
func arrived(b *pgx.Batch, now time.Time, message string, status delivery.Status) {
	if status != delivery.Unknown {
		return
	}
	b.Queue(`UPDATE scheduled_messages SET status = 'delivered', next_attempt_time = NULL, sent_at = COALESCE(sent_at, last_attempt_time), updated_at = $1
		WHERE id = $2`, now, message)
	var h history
	h.add(message, delivery.Unknown, delivery.Delivered, "the person answered it")
	h.queue(b, now)
}

// silenceDose takes back the snoozes and nags of a message, and with self what of the message itself
// is still to leave. First what is under way, then what waits: the second statement sees what the
// first one waited for.
func silenceDose(b *pgx.Batch, now time.Time, message, reason string, self bool) {
	b.Queue(`UPDATE scheduled_messages SET cancel_requested = true, next_attempt_time = CASE WHEN status = 'unknown' THEN NULL ELSE next_attempt_time END
		WHERE (parent_id = $1 OR $2 AND id = $1) AND status IN ('sending', 'unknown')`, message, self)
	b.Queue(`WITH waiting AS (SELECT id, status FROM scheduled_messages WHERE (parent_id = $2 OR $4 AND id = $2) AND status IN ('pending', 'paused') FOR NO KEY UPDATE
		), old AS (UPDATE scheduled_messages m SET status = 'cancelled', next_attempt_time = NULL, updated_at = $1 FROM waiting w WHERE m.id = w.id RETURNING m.id, w.status AS was)
		INSERT INTO status_history (message_id, old_status, new_status, reason, at) SELECT id, was, 'cancelled', $3, $1 FROM old`, now, message, reason, self)
}
