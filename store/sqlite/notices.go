package sqlite

import (
	"context"
	"database/sql"

	"carebell/chat"
	"carebell/delivery"
)

const untoldSQL = `SELECT m.id, m.scheduled_time, s.zone, m.message_content, a.id, a.channel, a.platform_id, p.language
	FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id
		JOIN addresses a ON a.id = m.recipient_id JOIN patients p ON p.id = m.patient_id
	WHERE m.status = 'expired' AND m.notice_id IS NULL AND a.reachable
		AND COALESCE((SELECT withdrawn_at IS NULL FROM consents WHERE patient_id = p.id ORDER BY given_at DESC, id DESC LIMIT 1), 1)
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
