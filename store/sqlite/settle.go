package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"carebell/delivery"
)

// Intend commits the intent to make one request. It refuses when the row is not ours any more, when it
// was cancelled before anything of it arrived (half a message is worse than all of it), and while the
// channel is paused.
func (s *Store) Intend(ctx context.Context, job delivery.Job, part int) error {
	query := `UPDATE scheduled_messages SET attempts = attempts + 1, copies = copies + 1, last_attempt_time = ?1, updated_at = ?1
		WHERE id = ?2 AND lease_token = ?3 AND status = 'sending' AND lease_until > ?1 AND (NOT cancel_requested OR platform_ids <> '[]')
			AND NOT EXISTS (SELECT 1 FROM channels c WHERE c.channel = platform AND c.paused_until > ?1) RETURNING attempts`
	if job.Source == delivery.Outbox {
		query = `UPDATE outbox SET attempts = attempts + 1, copies = copies + 1, last_attempt_time = ?1, updated_at = ?1
			WHERE id = ?2 AND lease_token = ?3 AND status = 'sending' AND lease_until > ?1 AND (NOT cancel_requested OR platform_ids <> '[]')
			AND NOT EXISTS (SELECT 1 FROM channels c WHERE c.channel = platform AND c.paused_until > ?1) RETURNING attempts`
	}
	now := micros(s.now())
	return s.tx(ctx, "intend", func(tx *sql.Tx) error {
		var attempt int
		err := tx.QueryRowContext(ctx, query, now, job.ID, job.Token).Scan(&attempt)
		if errors.Is(err, sql.ErrNoRows) {
			return refusal(ctx, tx, job, now)
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO delivery_attempts (message_id, attempt, part, marked, lease_token, started_at)
			VALUES (?, ?, ?, ?, ?, ?)`, job.ID, attempt, part, job.Marked, job.Token, now)
		return err
	})
}

// refusal says why an intent was not committed: the row is not ours, it was cancelled, or the channel
// is paused.
func refusal(ctx context.Context, tx *sql.Tx, job delivery.Job, now int64) error {
	query := `SELECT m.cancel_requested AND m.platform_ids = '[]', (SELECT paused_until FROM channels c WHERE c.channel = m.platform AND c.paused_until > ?1)
		FROM scheduled_messages m WHERE m.id = ?2 AND m.lease_token = ?3 AND m.status = 'sending' AND m.lease_until > ?1`
	if job.Source == delivery.Outbox {
		query = `SELECT m.cancel_requested AND m.platform_ids = '[]', (SELECT paused_until FROM channels c WHERE c.channel = m.platform AND c.paused_until > ?1)
			FROM outbox m WHERE m.id = ?2 AND m.lease_token = ?3 AND m.status = 'sending' AND m.lease_until > ?1`
	}
	var cancelled bool
	var until sql.NullInt64
	err := tx.QueryRowContext(ctx, query, now, job.ID, job.Token).Scan(&cancelled, &until)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return delivery.ErrFenced
	case err != nil:
		return err
	case cancelled:
		return delivery.ErrCancelled
	}
	return &delivery.PausedError{Until: optionalTime(until)}
}

// settled is a row as it is when its outcome is recorded.
type settled struct {
	attempts, copies int
	parts            []string
	cancel           bool
	paused           bool // its series was paused while it was being sent
	recipient        string
	patient          string
}

// Settle records an outcome under the job's token, with its history, in one transaction.
func (s *Store) Settle(ctx context.Context, job delivery.Job, part int, o delivery.Outcome) error {
	now := micros(s.now())
	return s.tx(ctx, "settle", func(tx *sql.Tx) error {
		w := settler{ctx: ctx, tx: tx, now: now, job: job}
		return w.settle(part, o)
	})
}

type settler struct {
	ctx context.Context
	tx  *sql.Tx
	now int64
	job delivery.Job
}

func (w *settler) exec(query string, args ...any) error {
	_, err := w.tx.ExecContext(w.ctx, query, args...)
	return err
}

func (w *settler) settle(part int, o delivery.Outcome) error {
	row, err := w.row()
	if err != nil {
		return err
	}
	if o.IntentInDoubt && row.attempts > w.job.Attempts {
		o.Requested, o.Certain, o.Free = true, true, true
	}
	if o.Requested {
		if err := w.exec(`UPDATE delivery_attempts SET ended_at = ?, outcome = ?, error_code = ?, error = ?
			WHERE message_id = ? AND outcome IS NULL`, w.now, outcomeName(o), o.Code, o.Reason, w.job.ID); err != nil {
			return err
		}
		if o.Certain {
			row.copies = max(0, row.copies-1)
		}
		if o.Free {
			row.attempts = max(0, row.attempts-1)
		}
	}
	if o.PlatformID != "" && (o.Status == delivery.Sent || o.Status == delivery.Sending) {
		if err := w.arrived(&row, part, o); err != nil {
			return err
		}
	}
	if o.Status == delivery.Pending && (row.cancel || row.paused) && row.copies > 0 {
		o.Status, o.At = delivery.Unknown, time.Time{} // no repeat follows, and a copy may have arrived
	}
	if err := w.write(row, o); err != nil {
		return err
	}
	if o.Status != delivery.Sending {
		if err := addHistory(w.ctx, w.tx, w.job.ID, delivery.Sending, o.Status, o.Reason, w.now); err != nil {
			return err
		}
	}
	if o.Status == delivery.Sent && w.job.Asks != "" && !row.cancel {
		id, err := newID()
		if err != nil {
			return err
		}
		if err := w.exec(nagSQL, id, w.job.ID, w.now); err != nil {
			return err
		}
	}
	if o.Unreachable != "" {
		if err := w.unreachable(row, o.Unreachable); err != nil {
			return err
		}
	}
	if o.MigrateTo != "" {
		if err := w.exec(`UPDATE OR IGNORE addresses SET platform_id = ?, updated_at = ? WHERE id = ?`, o.MigrateTo, w.now, row.recipient); err != nil {
			return err
		}
	}
	if o.Status == delivery.Pending && (row.cancel || row.paused) {
		return w.withdraw(row)
	}
	return w.early(o)
}

// outcomeName is what an attempt's own row says: pending would not tell that it failed.
func outcomeName(o delivery.Outcome) string {
	switch o.Status {
	case delivery.Sending:
		return "sent"
	case delivery.Pending:
		return "retry"
	}
	return string(o.Status)
}

// row reads the row under its token, or ErrFenced.
func (w *settler) row() (settled, error) {
	query := `SELECT m.attempts, m.copies, m.platform_ids, m.cancel_requested, s.status = 'paused', m.recipient_id, m.patient_id
		FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id WHERE m.id = ? AND m.lease_token = ? AND m.status = 'sending'`
	if w.job.Source == delivery.Outbox {
		query = `SELECT m.attempts, m.copies, m.platform_ids, m.cancel_requested, 0, m.recipient_id, a.patient_id
			FROM outbox m JOIN addresses a ON a.id = m.recipient_id WHERE m.id = ? AND m.lease_token = ? AND m.status = 'sending'`
	}
	var r settled
	var parts string
	err := w.tx.QueryRowContext(w.ctx, query, w.job.ID, w.job.Token).Scan(&r.attempts, &r.copies, &parts, &r.cancel, &r.paused, &r.recipient, &r.patient)
	if errors.Is(err, sql.ErrNoRows) {
		return r, delivery.ErrFenced
	}
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal([]byte(parts), &r.parts)
}

// arrived keeps the platform's id of a part; the next part starts without copies.
func (w *settler) arrived(row *settled, part int, o delivery.Outcome) error {
	if part == len(row.parts) && w.job.Operation == delivery.Send {
		row.parts = append(row.parts, o.PlatformID)
	}
	row.copies = 0
	return w.exec(`INSERT INTO platform_messages (channel, chat_id, platform_id, message_id) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT (channel, chat_id, platform_id) DO UPDATE SET message_id = COALESCE(message_id, ?4)`,
		w.job.To.Channel, w.job.To.ID, o.PlatformID, w.job.ID)
}

func (w *settler) write(row settled, o delivery.Outcome) error {
	parts, err := json.Marshal(row.parts)
	if err != nil {
		return err
	}
	var next, sent, failed sql.NullInt64
	if !o.At.IsZero() && (o.Status == delivery.Pending || o.Status == delivery.Unknown && !row.cancel && !row.paused) {
		next = sql.NullInt64{Int64: micros(o.At), Valid: true}
	}
	if o.Status == delivery.Sent {
		sent = sql.NullInt64{Int64: w.now, Valid: true}
	}
	if o.Status == delivery.Failed || o.Status == delivery.Expired {
		failed = sql.NullInt64{Int64: w.now, Valid: true}
	}
	query := `UPDATE scheduled_messages SET status = ?1, error_message = ?2, attempts = ?3, copies = ?4, platform_ids = ?5,
			marked = ?6, next_attempt_time = CASE WHEN ?1 = 'sending' THEN next_attempt_time ELSE ?7 END,
			sent_at = COALESCE(?8, sent_at), failed_at = ?9, updated_at = ?10,
			lease_token = CASE WHEN ?1 = 'sending' THEN lease_token END, lease_until = CASE WHEN ?1 = 'sending' THEN lease_until END
		WHERE id = ?11`
	if w.job.Source == delivery.Outbox {
		query = `UPDATE outbox SET status = ?1, error_message = ?2, attempts = ?3, copies = ?4, platform_ids = ?5,
				marked = ?6, next_attempt_time = CASE WHEN ?1 = 'sending' THEN next_attempt_time ELSE ?7 END,
				sent_at = COALESCE(?8, sent_at), failed_at = ?9, updated_at = ?10,
				lease_token = CASE WHEN ?1 = 'sending' THEN lease_token END, lease_until = CASE WHEN ?1 = 'sending' THEN lease_until END,
				operation = CASE WHEN ?12 THEN 'send' ELSE operation END, target_id = CASE WHEN ?12 THEN NULL ELSE target_id END
			WHERE id = ?11`
		return w.exec(query, o.Status, o.Reason, row.attempts, row.copies, string(parts), o.MarkNext, next, sent, failed, w.now, w.job.ID, o.AsNew)
	}
	return w.exec(query, o.Status, o.Reason, row.attempts, row.copies, string(parts), o.MarkNext, next, sent, failed, w.now, w.job.ID)
}

// nagSQL makes the next nag of what was just sent, unless it was answered, something of it waits
// already, or its window is over. ?1 id, ?2 the message, ?3 now.
const nagSQL = `INSERT INTO scheduled_messages (id, patient_id, recipient_id, platform, message_content, scheduled_time, template_key, parameters, status,
		created_at, updated_at, priority, delivery_window_seconds, schedule_id, slot_key, kind, parent_id, next_attempt_time)
	SELECT ?1, o.patient_id, o.recipient_id, o.platform, o.message_content, ?3 + s.nag_every_seconds * 1000000, o.template_key, o.parameters, 'pending', ?3, ?3, o.priority,
		(o.scheduled_time - ?3) / 1000000 + o.delivery_window_seconds - s.nag_every_seconds,
		o.schedule_id, o.slot_key || '!' || (nags.n + 1), 'nag', o.id, ?3 + s.nag_every_seconds * 1000000
	FROM scheduled_messages m JOIN scheduled_messages o ON o.id = COALESCE(m.parent_id, m.id) JOIN schedules s ON s.id = o.schedule_id
		JOIN (SELECT COUNT(*) AS n FROM scheduled_messages n WHERE n.kind = 'nag' AND n.parent_id = (SELECT COALESCE(parent_id, id) FROM scheduled_messages WHERE id = ?2)) nags
	WHERE m.id = ?2 AND nags.n < s.nag_times AND s.status IN ('active', 'finished')
		AND ?3 + s.nag_every_seconds * 1000000 + 300000000 <= o.scheduled_time + o.delivery_window_seconds * 1000000
		AND NOT EXISTS (SELECT 1 FROM responses r WHERE r.message_id = o.id AND r.undone_at IS NULL)
		AND NOT EXISTS (SELECT 1 FROM scheduled_messages w WHERE w.parent_id = o.id AND w.status = 'pending')
	ON CONFLICT (schedule_id, slot_key) DO NOTHING`

// withdraw takes back a row that waits again, though its series was cancelled or paused while it was
// being sent.
func (w *settler) withdraw(row settled) error {
	if row.cancel {
		query := `UPDATE scheduled_messages SET status = 'cancelled', next_attempt_time = NULL WHERE id = ?`
		if w.job.Source == delivery.Outbox {
			query = `UPDATE outbox SET status = 'cancelled', next_attempt_time = NULL WHERE id = ?`
		}
		if err := w.exec(query, w.job.ID); err != nil {
			return err
		}
		return addHistory(w.ctx, w.tx, w.job.ID, delivery.Pending, delivery.Cancelled, "cancelled while it was being sent", w.now)
	}
	if err := w.exec(`UPDATE scheduled_messages SET status = 'paused' WHERE id = ?`, w.job.ID); err != nil {
		return err
	}
	return addHistory(w.ctx, w.tx, w.job.ID, delivery.Pending, delivery.Paused, "paused while it was being sent", w.now)
}

// unreachable marks the address and pauses its series with that reason; replies that wait are over.
func (w *settler) unreachable(row settled, reason string) error {
	if err := w.exec(`UPDATE addresses SET reachable = 0, unreachable_why = ?, unreachable_since = COALESCE(unreachable_since, ?),
		updated_at = ? WHERE id = ?`, reason, w.now, w.now, row.recipient); err != nil {
		return err
	}
	rows, err := w.tx.QueryContext(w.ctx, `SELECT id FROM schedules WHERE patient_id = ? AND recipient_id = ? AND status = 'active'`,
		row.patient, row.recipient)
	if err != nil {
		return err
	}
	series, err := collect(rows, func() (string, error) {
		var id string
		return id, rows.Scan(&id)
	})
	if err != nil {
		return err
	}
	for _, id := range series {
		if err := pauseSeries(w.ctx, w.tx, id, "unreachable", w.now); err != nil {
			return err
		}
	}
	if err := dropLast(w.ctx, w.tx, row.recipient, "unreachable", w.now); err != nil {
		return err
	}
	if err := cancelOutbox(w.ctx, w.tx, row.recipient, "the address is unreachable", w.now); err != nil {
		return err
	}
	return w.exec(`INSERT INTO audit_log (at, actor, action, subject, detail) VALUES (?, 'carebell', 'unreachable', ?, json_object('reason', ?))`,
		w.now, row.patient, reason)
}

// early applies a receipt that came before the outcome that it belongs to.
func (w *settler) early(o delivery.Outcome) error {
	if o.Status != delivery.Sent || o.PlatformID == "" {
		return nil
	}
	var progress sql.NullString
	err := w.tx.QueryRowContext(w.ctx, `SELECT progress FROM platform_messages WHERE channel = ? AND chat_id = ? AND platform_id = ?`,
		w.job.To.Channel, w.job.To.ID, o.PlatformID).Scan(&progress)
	if err != nil || !progress.Valid {
		return err
	}
	return advance(w.ctx, w.tx, w.job.ID, o.PlatformID, delivery.Status(progress.String), w.now)
}

var (
	_ delivery.Store    = (*Store)(nil)
	_ delivery.Receipts = (*Store)(nil)
)
