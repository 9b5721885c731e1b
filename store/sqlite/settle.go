package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"carebell/chat"
	"carebell/delivery"
)

// Intend commits the intent to make one request. It refuses when the row is not ours any more.
func (s *Store) Intend(ctx context.Context, job delivery.Job, part int) error {
	query := `UPDATE scheduled_messages SET attempts = attempts + 1, copies = copies + 1, last_attempt_time = ?1, updated_at = ?1
		WHERE id = ?2 AND lease_token = ?3 AND status = 'sending' AND lease_until > ?1 RETURNING attempts`
	if job.Source == delivery.Outbox {
		query = `UPDATE outbox SET attempts = attempts + 1, copies = copies + 1, last_attempt_time = ?1, updated_at = ?1
			WHERE id = ?2 AND lease_token = ?3 AND status = 'sending' AND lease_until > ?1 RETURNING attempts`
	}
	now := micros(s.now())
	return s.tx(ctx, "intend", func(tx *sql.Tx) error {
		var attempt int
		err := tx.QueryRowContext(ctx, query, now, job.ID, job.Token).Scan(&attempt)
		if errors.Is(err, sql.ErrNoRows) {
			return delivery.ErrFenced
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO delivery_attempts (message_id, attempt, part, marked, lease_token, started_at)
			VALUES (?, ?, ?, ?, ?, ?)`, job.ID, attempt, part, job.Marked, job.Token, now)
		return err
	})
}

// settled is a row as it is when its outcome is recorded.
type settled struct {
	attempts, copies int
	parts            []string
	cancel           bool
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
	if err := w.write(row, o); err != nil {
		return err
	}
	if o.Status != delivery.Sending {
		if err := addHistory(w.ctx, w.tx, w.job.ID, delivery.Sending, o.Status, o.Reason, w.now); err != nil {
			return err
		}
	}
	if o.Unreachable != "" {
		if err := w.unreachable(row, o.Unreachable); err != nil {
			return err
		}
	}
	if o.MigrateTo != "" {
		if err := w.exec(`UPDATE addresses SET platform_id = ?, updated_at = ? WHERE id = ?`, o.MigrateTo, w.now, row.recipient); err != nil {
			return err
		}
	}
	if row.cancel && o.Status == delivery.Pending {
		return w.cancel()
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
	query := `SELECT attempts, copies, platform_ids, cancel_requested, recipient_id, patient_id FROM scheduled_messages
		WHERE id = ? AND lease_token = ? AND status = 'sending'`
	if w.job.Source == delivery.Outbox {
		query = `SELECT m.attempts, m.copies, m.platform_ids, m.cancel_requested, m.recipient_id, a.patient_id
			FROM outbox m JOIN addresses a ON a.id = m.recipient_id WHERE m.id = ? AND m.lease_token = ? AND m.status = 'sending'`
	}
	var r settled
	var parts string
	err := w.tx.QueryRowContext(w.ctx, query, w.job.ID, w.job.Token).Scan(&r.attempts, &r.copies, &parts, &r.cancel, &r.recipient, &r.patient)
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
	if !o.At.IsZero() && (o.Status == delivery.Pending || o.Status == delivery.Unknown && !row.cancel) {
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

// cancel ends a row whose cancel was requested while it was being sent.
func (w *settler) cancel() error {
	query := `UPDATE scheduled_messages SET status = 'cancelled', next_attempt_time = NULL WHERE id = ?`
	if w.job.Source == delivery.Outbox {
		query = `UPDATE outbox SET status = 'cancelled', next_attempt_time = NULL WHERE id = ?`
	}
	if err := w.exec(query, w.job.ID); err != nil {
		return err
	}
	return addHistory(w.ctx, w.tx, w.job.ID, delivery.Pending, delivery.Cancelled, "cancelled while it was being sent", w.now)
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
	if err := w.exec(`INSERT INTO status_history (message_id, old_status, new_status, reason, at)
		SELECT id, status, 'cancelled', 'the address is unreachable', ? FROM outbox WHERE recipient_id = ? AND status = 'pending'`,
		w.now, row.recipient); err != nil {
		return err
	}
	if err := w.exec(`UPDATE outbox SET status = 'cancelled', next_attempt_time = NULL, updated_at = ?
		WHERE recipient_id = ? AND status = 'pending'`, w.now, row.recipient); err != nil {
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
	return advance(w.ctx, w.tx, w.job.ID, delivery.Status(progress.String), w.now)
}

// Receipt records a platform's word. What it speaks of may not be recorded as sent yet: then the
// word waits beside it.
func (s *Store) Receipt(ctx context.Context, r chat.Receipt) error {
	now := micros(s.now())
	return s.tx(ctx, "receipt", func(tx *sql.Tx) error {
		var id sql.NullString
		err := tx.QueryRowContext(ctx, `INSERT INTO platform_messages (channel, chat_id, platform_id, progress) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (channel, chat_id, platform_id) DO UPDATE SET
				progress = CASE WHEN progress = 'read' THEN progress ELSE ?4 END
			RETURNING message_id`, r.To.Channel, r.To.ID, r.MessageID, r.Progress).Scan(&id)
		if err != nil || !id.Valid {
			return err
		}
		return advance(ctx, tx, id.String, delivery.Status(r.Progress), now)
	})
}

// advance moves a message that was sent, or may have been, to delivered or read: once each, and
// only on the word about its last part.
func advance(ctx context.Context, tx *sql.Tx, id string, to delivery.Status, now int64) error {
	for _, q := range []struct{ read, write string }{
		{`SELECT status FROM scheduled_messages WHERE id = ?`,
			`UPDATE scheduled_messages SET status = ?, next_attempt_time = NULL, sent_at = COALESCE(sent_at, ?), updated_at = ? WHERE id = ?`},
		{`SELECT status FROM outbox WHERE id = ?`,
			`UPDATE outbox SET status = ?, next_attempt_time = NULL, sent_at = COALESCE(sent_at, ?), updated_at = ? WHERE id = ?`},
	} {
		var from delivery.Status
		err := tx.QueryRowContext(ctx, q.read, id).Scan(&from)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		if from == to || !from.CanBecome(to) {
			return nil
		}
		if _, err := tx.ExecContext(ctx, q.write, to, now, now, id); err != nil {
			return err
		}
		return addHistory(ctx, tx, id, from, to, "", now)
	}
	return nil
}

const untoldSQL = `SELECT m.id, m.scheduled_time, s.zone, m.message_content, a.id, a.channel, a.platform_id, p.language
	FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id
		JOIN addresses a ON a.id = m.recipient_id JOIN patients p ON p.id = m.patient_id
	WHERE m.status = 'expired' AND m.notice_id IS NULL AND a.reachable
		AND NOT EXISTS (SELECT 1 FROM scheduled_messages o WHERE o.patient_id = m.patient_id AND o.scheduled_time <= ?
			AND o.status IN ('pending', 'sending'))
	ORDER BY a.id, m.scheduled_time LIMIT ?`

// Untold lists the people whose expired occurrences no notice names, once nothing overdue is left.
func (s *Store) Untold(ctx context.Context, limit int) ([]delivery.Overdue, error) {
	most := 20 * limit
	rows, err := s.read.QueryContext(ctx, untoldSQL, micros(s.now()), most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []delivery.Overdue
	read := 0
	for ; rows.Next(); read++ {
		var m delivery.Missed
		var o delivery.Overdue
		var due int64
		if err := rows.Scan(&m.ID, &due, &m.Zone, &m.Text, &o.AddressID, &o.To.Channel, &o.To.ID, &o.Language); err != nil {
			return nil, err
		}
		m.Due = fromMicros(due)
		if len(out) == 0 || out[len(out)-1].AddressID != o.AddressID {
			out = append(out, o)
		}
		last := &out[len(out)-1]
		last.Missed = append(last.Missed, m)
	}
	if read == most && len(out) > 1 {
		out = out[:len(out)-1] // the last one's list may be cut; it comes whole the next time
	}
	return out, rows.Err()
}

// Tell queues one notice and marks what it names, so that nobody is told twice.
func (s *Store) Tell(ctx context.Context, o delivery.Overdue, m chat.Message) error {
	now := micros(s.now())
	return s.tx(ctx, "notice", func(tx *sql.Tx) error {
		id, err := newID()
		if err != nil {
			return err
		}
		told := int64(0)
		for _, missed := range o.Missed {
			result, err := tx.ExecContext(ctx, `UPDATE scheduled_messages SET notice_id = ? WHERE id = ? AND status = 'expired' AND notice_id IS NULL`,
				id, missed.ID)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			if err != nil {
				return err
			}
			told += n
		}
		if told == 0 {
			return nil
		}
		return insertOutbox(ctx, tx, outboxRow{id: id, recipient: o.AddressID, channel: o.To.Channel, kind: "notice",
			operation: delivery.Send, message: m, priority: delivery.PriorityNormal}, now)
	})
}

var (
	_ delivery.Store    = (*Store)(nil)
	_ delivery.Receipts = (*Store)(nil)
)
