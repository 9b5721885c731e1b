package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"carebell/chat"
	"carebell/delivery"
)

const untoldSQL = `SELECT m.id, m.scheduled_time, s.zone, m.message_content, a.id, a.channel, a.platform_id, p.language
	FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id
		JOIN addresses a ON a.id = m.recipient_id JOIN patients p ON p.id = m.patient_id
	WHERE m.status = 'expired' AND m.kind <> 'nag' AND m.notice_id IS NULL AND a.reachable
		AND COALESCE((SELECT withdrawn_at IS NULL FROM consents WHERE patient_id = p.id ORDER BY given_at DESC, id DESC LIMIT 1), 1)
		AND (NOT EXISTS (SELECT 1 FROM scheduled_messages o WHERE o.patient_id = m.patient_id AND o.scheduled_time <= ?
			AND o.status IN ('pending', 'sending')) OR EXISTS (SELECT 1 FROM outbox n WHERE n.recipient_id = m.recipient_id AND ` + waitingNotice + `))
		AND NOT EXISTS (SELECT 1 FROM outbox n WHERE n.recipient_id = m.recipient_id AND n.kind = 'notice' AND n.status = 'sending')
	ORDER BY a.id, m.scheduled_time LIMIT ?`

// A notice waits while nothing of it can have left.
const (
	waitingNotice = `n.kind = 'notice' AND n.status = 'pending' AND n.copies = 0 AND n.platform_ids = '[]'
		AND n.status IN ('pending', 'sending', 'unknown') AND n.next_attempt_time IS NOT NULL` // the words of the index outbox_open

	toldLaterSQL = `SELECT m.id, m.scheduled_time, s.zone, m.message_content
		FROM outbox n JOIN addresses a ON a.id = n.recipient_id JOIN scheduled_messages m ON m.patient_id = a.patient_id AND m.notice_id = n.id
			JOIN schedules s ON s.id = m.schedule_id
		WHERE n.recipient_id = ? AND ` + waitingNotice + ` ORDER BY m.scheduled_time`
)

// Untold lists the people whose expired occurrences no notice names, once nothing overdue is left. A
// notice that waits to leave takes in what expires meanwhile, and one that is under way is waited for.
func (s *Store) Untold(ctx context.Context, limit int) ([]delivery.Overdue, error) {
	most := 20 * limit
	rows, err := s.read.QueryContext(ctx, untoldSQL, micros(s.now()), most)
	if err != nil {
		return nil, err
	}
	var out []delivery.Overdue
	found, err := collect(rows, func() (o delivery.Overdue, err error) {
		var m delivery.Missed
		var due int64
		err = rows.Scan(&m.ID, &due, &m.Zone, &m.Text, &o.AddressID, &o.To.Channel, &o.To.ID, &o.Language)
		m.Due = fromMicros(due)
		o.Missed = []delivery.Missed{m}
		return o, err
	})
	if err != nil {
		return nil, err
	}
	for _, o := range found {
		if len(out) == 0 || out[len(out)-1].AddressID != o.AddressID {
			out = append(out, o)
			continue
		}
		last := &out[len(out)-1]
		last.Missed = append(last.Missed, o.Missed...)
	}
	if len(found) == most && len(out) > 1 {
		out = out[:len(out)-1] // the last one's list may be cut; it comes whole the next time
	}
	for i := range out {
		rows, err := s.read.QueryContext(ctx, toldLaterSQL, out[i].AddressID)
		if err != nil {
			return nil, err
		}
		waiting, err := collect(rows, func() (m delivery.Missed, err error) {
			var due int64
			err = rows.Scan(&m.ID, &due, &m.Zone, &m.Text)
			m.Due = fromMicros(due)
			return m, err
		})
		if err != nil {
			return nil, err
		}
		out[i].Missed = append(waiting, out[i].Missed...)
	}
	return out, nil
}

// errLeft: a notice that was to be replaced has left meanwhile.
var errLeft = errors.New("a notice has left meanwhile")

// Tell queues one notice and marks what it names, so that nobody is told twice. Notices that wait
// are replaced by it.
func (s *Store) Tell(ctx context.Context, o delivery.Overdue, m chat.Message) error {
	now := micros(s.now())
	err := s.tx(ctx, "notice", func(tx *sql.Tx) error {
		id, err := newID()
		if err != nil {
			return err
		}
		var may bool // STOP or a block may have come since it was looked at
		if err := tx.QueryRowContext(ctx, `SELECT a.reachable AND COALESCE((SELECT withdrawn_at IS NULL FROM consents
			WHERE patient_id = a.patient_id ORDER BY given_at DESC, id DESC LIMIT 1), 1) FROM addresses a WHERE a.id = ?`, o.AddressID).Scan(&may); err != nil || !may {
			return err
		}
		for _, q := range []string{
			`INSERT INTO status_history (message_id, old_status, new_status, reason, at)
				SELECT n.id, n.status, 'cancelled', 'superseded by a newer notice', ?1 FROM outbox n WHERE n.recipient_id = ?2 AND ` + waitingNotice,
			`UPDATE outbox AS n SET status = 'cancelled', next_attempt_time = NULL, updated_at = ?1 WHERE n.recipient_id = ?2 AND ` + waitingNotice,
		} {
			if _, err := tx.ExecContext(ctx, q, now, o.AddressID); err != nil {
				return err
			}
		}
		for _, missed := range o.Missed {
			result, err := tx.ExecContext(ctx, `UPDATE scheduled_messages SET notice_id = ?1 WHERE id = ?2 AND status = 'expired' AND (notice_id IS NULL
				OR notice_id IN (SELECT id FROM outbox WHERE kind = 'notice' AND status = 'cancelled'))`, id, missed.ID)
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); err != nil || n == 0 {
				return errors.Join(errLeft, err)
			}
		}
		return insertOutbox(ctx, tx, outboxRow{id: id, recipient: o.AddressID, channel: o.To.Channel, kind: "notice",
			operation: delivery.Send, message: m, priority: delivery.PriorityNormal}, now)
	})
	if errors.Is(err, errLeft) {
		return nil
	}
	return err
}
