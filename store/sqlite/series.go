package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"
)

// insertOccurrence makes one slot of a series. A slot that is there already stays as it is: that is
// what makes creating it safe to repeat. second (zero: none) bounds how late it may be.
func insertOccurrence(ctx context.Context, tx *sql.Tx, series string, rule schedule.Rule, o schedule.Occurrence, second time.Time, now int64) error {
	id, err := newID()
	if err != nil {
		return err
	}
	var maximum int64
	if err := tx.QueryRowContext(ctx, `SELECT max_lateness_seconds FROM schedules WHERE id = ?`, series).Scan(&maximum); err != nil {
		return err
	}
	window := delivery.Window(time.Duration(maximum)*time.Second, o.At, second)
	var pattern sql.NullString
	if !rule.IsOnce() {
		text, err := json.Marshal(map[string]string{"rrule": rule.String(), "tz": rule.Zone().String()})
		if err != nil {
			return err
		}
		pattern = sql.NullString{String: string(text), Valid: true}
	}
	const q = `INSERT INTO scheduled_messages (id, patient_id, recipient_id, platform, message_content, scheduled_time,
			template_key, parameters, recurrence_pattern, status, created_at, updated_at, priority, delivery_window_seconds,
			schedule_id, slot_key, next_attempt_time)
		SELECT ?, s.patient_id, s.recipient_id, a.channel, s.message, ?, s.template_key, s.parameters, ?, 'pending', ?, ?, s.priority, ?, s.id, ?, ?
		FROM schedules s JOIN addresses a ON a.id = s.recipient_id WHERE s.id = ?
		ON CONFLICT (schedule_id, slot_key) DO NOTHING`
	_, err = tx.ExecContext(ctx, q, id, micros(o.At), pattern, now, now, seconds(window), o.Slot,
		micros(o.At), series)
	return err
}

// moveWaiting moves what of a series waits to another status, with its history.
func moveWaiting(ctx context.Context, tx *sql.Tx, series, status, reason string, now int64) error {
	if _, err := tx.ExecContext(ctx, `INSERT INTO status_history (message_id, old_status, new_status, reason, at)
		SELECT id, status, ?, ?, ? FROM scheduled_messages WHERE schedule_id = ? AND status IN ('pending', 'paused') AND status <> ?`,
		status, reason, now, series, status); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE scheduled_messages SET status = ?1, updated_at = ?2,
			next_attempt_time = CASE WHEN ?1 = 'paused' THEN next_attempt_time END
		WHERE schedule_id = ?3 AND status IN ('pending', 'paused') AND status <> ?1`, status, now, series)
	return err
}

// endSeries cancels a series of that patient for good. What is being sent right now gets no retry
// and no repeat, and its outcome stands.
func endSeries(ctx context.Context, tx *sql.Tx, series, patient, reason string, now int64) error {
	result, err := tx.ExecContext(ctx, `UPDATE schedules SET status = 'cancelled', status_why = ?, version = version + 1, updated_at = ?
		WHERE id = ? AND patient_id = ? AND status <> 'cancelled'`, reason, now, series, patient)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return err
	}
	if err := moveWaiting(ctx, tx, series, "cancelled", reason, now); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE scheduled_messages SET cancel_requested = 1,
			next_attempt_time = CASE WHEN status = 'unknown' THEN NULL ELSE next_attempt_time END
		WHERE schedule_id = ? AND status IN ('sending', 'unknown')`, series)
	return err
}

func pauseSeries(ctx context.Context, tx *sql.Tx, series, reason string, now int64) error {
	if _, err := tx.ExecContext(ctx, `UPDATE schedules SET status = 'paused', status_why = ?, version = version + 1, updated_at = ?
		WHERE id = ? AND status = 'active'`, reason, now, series); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE scheduled_messages SET next_attempt_time = NULL, updated_at = ?
		WHERE schedule_id = ? AND status = 'unknown' AND next_attempt_time IS NOT NULL`, now, series); err != nil {
		return err // no repeat follows a pause
	}
	return moveWaiting(ctx, tx, series, "paused", reason, now)
}

// resumeSeries lets a paused series go on. What was missed meanwhile is cancelled, not sent.
func resumeSeries(ctx context.Context, tx *sql.Tx, ch conversations.SeriesChange, patient string, now int64) error {
	var text string
	var pausedAt int64
	err := tx.QueryRowContext(ctx, `SELECT rule, updated_at FROM schedules WHERE id = ? AND patient_id = ? AND status = 'paused'`,
		ch.ID, patient).Scan(&text, &pausedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE schedules SET status = 'active', status_why = '', version = version + 1, updated_at = ?
		WHERE id = ?`, now, ch.ID); err != nil {
		return err
	}
	// What fell due, or waited for its retry, in the minute before an Undo is not missed: it goes now.
	undone := now-pausedAt <= undoMicros
	for _, q := range []string{
		`INSERT INTO status_history (message_id, old_status, new_status, reason, at)
			SELECT id, status, CASE WHEN scheduled_time <= ?2 AND NOT ?3 THEN 'cancelled' ELSE 'pending' END,
				CASE WHEN scheduled_time <= ?2 AND NOT ?3 THEN 'missed while paused' ELSE '' END, ?2
			FROM scheduled_messages WHERE schedule_id = ?1 AND status = 'paused'`,
		`UPDATE scheduled_messages SET status = CASE WHEN scheduled_time <= ?2 AND NOT ?3 THEN 'cancelled' ELSE 'pending' END,
				next_attempt_time = CASE WHEN scheduled_time > ?2 OR ?3 THEN COALESCE(next_attempt_time, scheduled_time) END, updated_at = ?2
			WHERE schedule_id = ?1 AND status = 'paused'`,
	} {
		if _, err := tx.ExecContext(ctx, q, ch.ID, now, undone); err != nil {
			return err
		}
	}
	// The next slot is found here, by this transaction's clock: one that was found before may have
	// passed meanwhile. A series that nothing more comes of is finished.
	rule, err := schedule.ParseRule(text)
	if err != nil {
		return err
	}
	for after := fromMicros(now); ; {
		var waiting bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM scheduled_messages WHERE schedule_id = ? AND status = 'pending')`,
			ch.ID).Scan(&waiting); err != nil || waiting {
			return err
		}
		next, ok := rule.Next(after)
		if !ok {
			_, err := tx.ExecContext(ctx, `UPDATE schedules SET status = 'finished' WHERE id = ?`, ch.ID)
			return err
		}
		second, _ := rule.Next(next.At)
		if err := insertOccurrence(ctx, tx, ch.ID, rule, next, second.At, now); err != nil {
			return err
		}
		after = next.At
	}
}

// moveOn lets a series go on with its first occurrence at or after a moment: what waits before that is
// cancelled and its slots are freed, what is on its way by then gets no retry and no repeat. One that
// has nothing left is finished, and may come back from that.
func moveOn(ctx context.Context, tx *sql.Tx, ch conversations.SeriesChange, patient string, now int64) error {
	var text string
	err := tx.QueryRowContext(ctx, `SELECT rule FROM schedules WHERE id = ? AND patient_id = ? AND status IN ('active', 'finished')`, ch.ID, patient).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	rule, err := schedule.ParseRule(text)
	if err != nil {
		return err
	}
	for _, q := range []string{
		`UPDATE schedules SET status = 'active', version = version + 1, updated_at = ?1 WHERE id = ?2`,
		`INSERT INTO status_history (message_id, old_status, new_status, reason, at)
			SELECT id, 'pending', 'cancelled', ?4, ?1 FROM scheduled_messages WHERE schedule_id = ?2 AND status = 'pending' AND scheduled_time < ?3`,
		`UPDATE scheduled_messages SET status = 'cancelled', next_attempt_time = NULL, updated_at = ?1, slot_key = slot_key || '~' || id
			WHERE schedule_id = ?2 AND status = 'pending' AND scheduled_time < ?3`,
		`UPDATE scheduled_messages SET cancel_requested = 1, next_attempt_time = CASE WHEN status = 'unknown' THEN NULL ELSE next_attempt_time END
			WHERE schedule_id = ?2 AND status IN ('sending', 'unknown') AND scheduled_time < ?3`,
	} {
		if _, err := tx.ExecContext(ctx, q, now, ch.ID, micros(ch.From), ch.Why); err != nil {
			return err
		}
	}
	return nextAt(ctx, tx, ch.ID, rule, ch.From, now)
}

// nextAt makes the first slot at or after a moment that has not been used. A series without one, of
// which nothing waits, is finished.
func nextAt(ctx context.Context, tx *sql.Tx, series string, rule schedule.Rule, from time.Time, now int64) error {
	for after := from.Add(-time.Microsecond); ; {
		next, ok := rule.Next(after)
		if !ok {
			_, err := tx.ExecContext(ctx, `UPDATE schedules SET status = 'finished' WHERE id = ?1
				AND NOT EXISTS (SELECT 1 FROM scheduled_messages WHERE schedule_id = ?1 AND status = 'pending')`, series)
			return err
		}
		second, _ := rule.Next(next.At)
		if err := insertOccurrence(ctx, tx, series, rule, next, second.At, now); err != nil {
			return err
		}
		var waits bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM scheduled_messages WHERE schedule_id = ? AND slot_key = ? AND status = 'pending')`,
			series, next.Slot).Scan(&waits); err != nil || waits {
			return err
		}
		after = next.At
	}
}

// undoMicros is how long after a pause its Undo may come, with a margin for the way of the tap.
const undoMicros = int64(90 * time.Second / time.Microsecond)
