package sqlite

import (
	"database/sql"
	"errors"

	"carebell/bot"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"
)

// dose keeps an answer about an occurrence of that patient. Another answer that holds is replaced by
// a reason for the same, and by nothing else. Who answers a message has it, and needs no repeat and no
// snooze of it.
func (c *committer) dose(a conversations.DoseAnswer) error {
	var status delivery.Status
	err := c.tx.QueryRowContext(c.ctx, `SELECT status FROM scheduled_messages WHERE id = ? AND patient_id = ?`, a.MessageID, c.patient).Scan(&status)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // it was taken away long ago; its card says what was answered
	}
	if err != nil {
		return err
	}
	if a.Answer == conversations.AnswerUndone {
		if err := c.exec(`UPDATE responses SET undone_at = ? WHERE message_id = ? AND undone_at IS NULL`, c.now, a.MessageID); err != nil {
			return err
		}
		if status != delivery.Sent && status != delivery.Delivered && status != delivery.Read {
			return nil
		}
		id, err := newID()
		if err != nil {
			return err
		}
		return c.exec(nagSQL, id, a.MessageID, c.now) // it is asked about again
	}
	ok, err := c.changed(`INSERT INTO responses (id, message_id, patient_id, draft_id, answer, reason, due_at, said_at, received_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
		ON CONFLICT (message_id) WHERE undone_at IS NULL DO UPDATE SET reason = ?6 WHERE answer = ?5`,
		a.ID, a.MessageID, c.patient, a.Draft, a.Answer, a.Reason, micros(a.Due), micros(a.SaidAt), c.now)
	if err == nil && !ok {
		err = bot.ErrConflict
	}
	if err != nil {
		return err
	}
	if err := c.arrived(a.MessageID, status); err != nil {
		return err
	}
	return c.silenceDose(a.MessageID, "answered", true)
}

// arrived: whoever acts on a message has it, so an outcome that is unknown is known.
func (c *committer) arrived(message string, status delivery.Status) error {
	if status != delivery.Unknown {
		return nil
	}
	if err := c.exec(`UPDATE scheduled_messages SET status = 'delivered', next_attempt_time = NULL, sent_at = COALESCE(sent_at, last_attempt_time), updated_at = ?
		WHERE id = ?`, c.now, message); err != nil {
		return err
	}
	return addHistory(c.ctx, c.tx, message, delivery.Unknown, delivery.Delivered, "the person answered it", c.now)
}

// silenceDose takes back the snoozes and nags of a message, and with self what of the message itself
// is still to leave.
func (c *committer) silenceDose(message, reason string, self bool) error {
	const whose = `(parent_id = ?1 OR ?2 AND id = ?1)`
	if err := c.exec(`UPDATE scheduled_messages SET cancel_requested = 1, next_attempt_time = CASE WHEN status = 'unknown' THEN NULL ELSE next_attempt_time END
		WHERE `+whose+` AND status IN ('sending', 'unknown')`, message, self); err != nil {
		return err
	}
	if err := c.exec(`INSERT INTO status_history (message_id, old_status, new_status, reason, at)
		SELECT id, status, 'cancelled', ?3, ?4 FROM scheduled_messages WHERE `+whose+` AND status IN ('pending', 'paused')`, message, self, reason, c.now); err != nil {
		return err
	}
	return c.exec(`UPDATE scheduled_messages SET status = 'cancelled', next_attempt_time = NULL, updated_at = ?3 WHERE `+whose+` AND status IN ('pending', 'paused')`,
		message, self, c.now)
}

// snooze makes an occurrence once more, later. The newest one counts.
func (c *committer) snooze(z conversations.Snooze) error {
	id, err := newID()
	if err != nil {
		return err
	}
	var status delivery.Status
	var series schedule.SeriesStatus
	err = c.tx.QueryRowContext(c.ctx, `SELECT m.status, s.status FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id
		WHERE m.id = ? AND m.patient_id = ?`, z.MessageID, c.patient).Scan(&status, &series)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := c.arrived(z.MessageID, status); err != nil {
		return err
	}
	if err := c.silenceDose(z.MessageID, "another time was chosen", false); err != nil {
		return err
	}
	if series != schedule.Active && series != schedule.Finished {
		return nil // what was stopped or paused does not come again by a tap
	}
	return c.exec(`INSERT INTO scheduled_messages (id, patient_id, recipient_id, platform, message_content, scheduled_time, template_key, parameters, status,
			created_at, updated_at, priority, delivery_window_seconds, schedule_id, slot_key, kind, parent_id, next_attempt_time)
		SELECT ?1, m.patient_id, m.recipient_id, m.platform, m.message_content, ?2, m.template_key, m.parameters, 'pending', ?3, ?3, m.priority, ?4, m.schedule_id,
			m.slot_key || '+' || ?5, 'snooze', m.id, ?2
		FROM scheduled_messages m WHERE m.id = ?6 AND m.patient_id = ?7 ON CONFLICT (schedule_id, slot_key) DO NOTHING`,
		id, micros(z.At), c.now, seconds(z.Until.Sub(z.At)), z.At.UTC().Format("20060102T150405.000000"), z.MessageID, c.patient)
}
