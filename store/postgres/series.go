package postgres

import (
	"encoding/json"
	"errors"
	"time"

	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"

	"github.com/jackc/pgx/v5"
)

// slot is an occurrence to be made. second (zero: none) is the one after it; with the series'
// maximum it bounds how late this one may be.
type slot struct {
	series  string
	rule    schedule.Rule
	at      schedule.Occurrence
	second  time.Time
	maximum time.Duration
}

const insertOccurrencesSQL = `INSERT INTO scheduled_messages (id, patient_id, recipient_id, platform, message_content, scheduled_time,
		template_key, parameters, recurrence_pattern, status, created_at, updated_at, priority, delivery_window_seconds,
		schedule_id, slot_key, next_attempt_time)
	SELECT v.id, s.patient_id, s.recipient_id, a.channel, s.message, v.at, s.template_key, s.parameters, v.pattern, 'pending', $1, $1, s.priority,
		v.lateness, s.id, v.slot, v.at
	FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::bigint[], $7::jsonb[]) AS v (id, series, at, slot, lateness, pattern)
		JOIN schedules s ON s.id = v.series JOIN addresses a ON a.id = s.recipient_id
	ON CONFLICT (schedule_id, slot_key) DO NOTHING`

// insertOccurrences makes slots. One that is there already stays as it is: that is what makes
// creating it safe to repeat.
func insertOccurrences(t *tx, slots []slot) error {
	if len(slots) == 0 {
		return nil
	}
	n := len(slots)
	ids, series, keys := make([]string, n), make([]string, n), make([]string, n)
	at, lateness, patterns := make([]time.Time, n), make([]int64, n), make([]*string, n)
	for i, s := range slots {
		var err error
		if ids[i], err = newID(); err != nil {
			return err
		}
		if !s.rule.IsOnce() {
			text, err := json.Marshal(map[string]string{"rrule": s.rule.String(), "tz": s.rule.Zone().String()})
			if err != nil {
				return err
			}
			pattern := string(text)
			patterns[i] = &pattern
		}
		series[i], keys[i], at[i] = s.series, s.at.Slot, s.at.At
		lateness[i] = seconds(delivery.Window(s.maximum, s.at.At, s.second))
	}
	_, err := t.exec(insertOccurrencesSQL, t.now, ids, series, at, keys, lateness, patterns)
	return err
}

// moveWaitingSQL moves what of a series waits to another status, with its history. $1 now, $2 series,
// $3 status, $4 reason.
const moveWaitingSQL = `WITH waiting AS (
		SELECT id, status FROM scheduled_messages WHERE schedule_id = $2 AND status IN ('pending', 'paused') AND status <> $3 FOR NO KEY UPDATE
	), moved AS (
		UPDATE scheduled_messages m SET status = $3, updated_at = $1, next_attempt_time = CASE WHEN $3 = 'paused' THEN m.next_attempt_time END
		FROM waiting w WHERE m.id = w.id RETURNING m.id, w.status AS was)
	INSERT INTO status_history (message_id, old_status, new_status, reason, at) SELECT id, was, $3, $4, $1 FROM moved`

// endSeries cancels a series of that patient for good. What is being sent right now gets no retry
// and no repeat, and its outcome stands.
func endSeries(t *tx, series, patient, reason string) error {
	n, err := t.exec(`UPDATE schedules SET status = 'cancelled', status_why = $1, version = version + 1, updated_at = $2
		WHERE id = $3 AND patient_id = $4 AND status <> 'cancelled'`, reason, t.now, series, patient)
	if err != nil || n == 0 {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(moveWaitingSQL, t.now, series, "cancelled", reason)
	b.Queue(`UPDATE scheduled_messages SET cancel_requested = true,
			next_attempt_time = CASE WHEN status = 'unknown' THEN NULL ELSE next_attempt_time END
		WHERE schedule_id = $1 AND status IN ('sending', 'unknown')`, series)
	return t.send(b)
}

func pauseSeries(t *tx, series, reason string) error {
	b := &pgx.Batch{}
	b.Queue(`UPDATE schedules SET status = 'paused', status_why = $1, version = version + 1, updated_at = $2
		WHERE id = $3 AND status = 'active'`, reason, t.now, series)
	// No repeat follows a pause.
	b.Queue(`UPDATE scheduled_messages SET next_attempt_time = NULL, updated_at = $1
		WHERE schedule_id = $2 AND status = 'unknown' AND next_attempt_time IS NOT NULL`, t.now, series)
	b.Queue(moveWaitingSQL, t.now, series, "paused", reason)
	return t.send(b)
}

// resumeSeries lets a paused series go on. What was missed meanwhile is cancelled, not sent.
func resumeSeries(t *tx, ch conversations.SeriesChange, patient string) error {
	var text string
	var pausedAt time.Time
	var maximum int64
	err := t.row(`SELECT rule, updated_at, max_lateness_seconds FROM schedules WHERE id = $1 AND patient_id = $2 AND status = 'paused' FOR NO KEY UPDATE`,
		ch.ID, patient).Scan(&text, &pausedAt, &maximum)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	// What fell due, or waited for its retry, in the minute before an Undo is not missed: it goes now.
	undone := t.now.Sub(pausedAt) <= undoTime
	b := &pgx.Batch{}
	b.Queue(`UPDATE schedules SET status = 'active', status_why = '', version = version + 1, updated_at = $1 WHERE id = $2`, t.now, ch.ID)
	b.Queue(`WITH moved AS (
			UPDATE scheduled_messages SET status = CASE WHEN scheduled_time <= $2 AND NOT $3 THEN 'cancelled' ELSE 'pending' END,
				next_attempt_time = CASE WHEN scheduled_time > $2 OR $3 THEN COALESCE(next_attempt_time, scheduled_time) END, updated_at = $2
			WHERE schedule_id = $1 AND status = 'paused' RETURNING id, status)
		INSERT INTO status_history (message_id, old_status, new_status, reason, at)
		SELECT id, 'paused', status, CASE WHEN status = 'cancelled' THEN 'missed while paused' ELSE '' END, $2 FROM moved`, ch.ID, t.now, undone)
	if err := t.send(b); err != nil {
		return err
	}
	rule, err := schedule.ParseRule(text)
	if err != nil {
		return err
	}
	return t.next(ch.ID, rule, time.Duration(maximum)*time.Second)
}

// moveOnSQL cancels what waits before a moment, and frees its slots. $1 now, $2 series, $3 the moment, $4 reason.
const moveOnSQL = `WITH gone AS (
		UPDATE scheduled_messages SET status = 'cancelled', next_attempt_time = NULL, updated_at = $1, slot_key = slot_key || '~' || id
		WHERE schedule_id = $2 AND status = 'pending' AND scheduled_time < $3 RETURNING id)
	INSERT INTO status_history (message_id, old_status, new_status, reason, at) SELECT id, 'pending', 'cancelled', $4, $1 FROM gone`

// moveOn lets a series go on with its first occurrence at or after a moment. What is on its way by then
// gets no retry and no repeat. One that has nothing left is finished, and may come back from that.
func moveOn(t *tx, ch conversations.SeriesChange, patient string) error {
	var text string
	var maximum int64
	err := t.row(`SELECT rule, max_lateness_seconds FROM schedules WHERE id = $1 AND patient_id = $2 AND status IN ('active', 'finished') FOR NO KEY UPDATE`,
		ch.ID, patient).Scan(&text, &maximum)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	rule, err := schedule.ParseRule(text)
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(`UPDATE schedules SET status = 'active', version = version + 1, updated_at = $1 WHERE id = $2`, t.now, ch.ID)
	b.Queue(moveOnSQL, t.now, ch.ID, ch.From, ch.Why)
	b.Queue(`UPDATE scheduled_messages SET cancel_requested = true, next_attempt_time = CASE WHEN status = 'unknown' THEN NULL ELSE next_attempt_time END
		WHERE schedule_id = $1 AND status IN ('sending', 'unknown') AND scheduled_time < $2`, ch.ID, ch.From)
	if err := t.send(b); err != nil {
		return err
	}
	return t.nextAt(ch.ID, rule, time.Duration(maximum)*time.Second, ch.From)
}

// nextAt makes the first slot at or after a moment that has not been used. A series without one, of
// which nothing waits, is finished.
func (t *tx) nextAt(series string, rule schedule.Rule, maximum time.Duration, from time.Time) error {
	for after := from.Add(-time.Microsecond); ; {
		next, ok := rule.Next(after)
		if !ok {
			_, err := t.exec(`UPDATE schedules SET status = 'finished' WHERE id = $1
				AND NOT EXISTS (SELECT 1 FROM scheduled_messages WHERE schedule_id = $1 AND status = 'pending')`, series)
			return err
		}
		second, _ := rule.Next(next.At)
		if err := insertOccurrences(t, []slot{{series: series, rule: rule, at: next, second: second.At, maximum: maximum}}); err != nil {
			return err
		}
		var waits bool
		if err := t.row(`SELECT EXISTS (SELECT 1 FROM scheduled_messages WHERE schedule_id = $1 AND slot_key = $2 AND status = 'pending')`,
			series, next.Slot).Scan(&waits); err != nil || waits {
			return err
		}
		after = next.At
	}
}

// next makes the next slot of a series that goes on again. It is found here, by this transaction's
// clock: one that was found before may have passed meanwhile. A series that nothing more comes of
// is finished.
func (t *tx) next(series string, rule schedule.Rule, maximum time.Duration) error {
	for after := t.now; ; {
		var waiting bool
		if err := t.row(`SELECT EXISTS (SELECT 1 FROM scheduled_messages WHERE schedule_id = $1 AND status = 'pending')`,
			series).Scan(&waiting); err != nil || waiting {
			return err
		}
		next, ok := rule.Next(after)
		if !ok {
			_, err := t.exec(`UPDATE schedules SET status = 'finished' WHERE id = $1`, series)
			return err
		}
		second, _ := rule.Next(next.At)
		if err := insertOccurrences(t, []slot{{series: series, rule: rule, at: next, second: second.At, maximum: maximum}}); err != nil {
			return err
		}
		after = next.At
	}
}

// undoTime is how long after a pause its Undo may come, with a margin for the way of the tap.
const undoTime = 90 * time.Second
