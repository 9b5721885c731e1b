package postgres

import (
	"context"

	"carebell/chat"
	"carebell/delivery"

	"github.com/jackc/pgx/v5"
)

const untoldSQL = `SELECT m.id::text, m.scheduled_time, s.zone, m.message_content, a.id::text, a.channel, a.platform_id, p.language
	FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id
		JOIN addresses a ON a.id = m.recipient_id JOIN patients p ON p.id = m.patient_id
	WHERE m.status = 'expired' AND m.notice_id IS NULL AND a.reachable
		AND COALESCE((SELECT withdrawn_at IS NULL FROM consents WHERE patient_id = p.id ORDER BY given_at DESC, id DESC LIMIT 1), true)
		AND NOT EXISTS (SELECT 1 FROM scheduled_messages o WHERE o.patient_id = m.patient_id AND o.scheduled_time <= $1
			AND o.status IN ('pending', 'sending'))
	ORDER BY a.id, m.scheduled_time LIMIT $2`

// Untold lists the people whose expired occurrences no notice names, once nothing overdue is left.
func (s *Store) Untold(ctx context.Context, limit int) ([]delivery.Overdue, error) {
	type row struct {
		missed delivery.Missed
		of     delivery.Overdue
	}
	most := 20 * limit
	var rows []row
	err := s.tx(ctx, "read expiries", worker, func(t *tx) (err error) {
		rows, err = list(t, func(r pgx.CollectableRow) (o row, err error) {
			err = r.Scan(&o.missed.ID, &o.missed.Due, &o.missed.Zone, &o.missed.Text, &o.of.AddressID, &o.of.To.Channel, &o.of.To.ID, &o.of.Language)
			o.missed.Due = o.missed.Due.UTC()
			return o, err
		}, untoldSQL, t.now, most)
		return err
	})
	var out []delivery.Overdue
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].AddressID != r.of.AddressID {
			out = append(out, r.of)
		}
		last := &out[len(out)-1]
		last.Missed = append(last.Missed, r.missed)
	}
	if len(rows) == most && len(out) > 1 {
		out = out[:len(out)-1] // the last one's list may be cut; it comes whole the next time
	}
	return out, err
}

// Tell queues one notice and marks what it names, so that nobody is told twice, also by two replicas.
func (s *Store) Tell(ctx context.Context, o delivery.Overdue, m chat.Message) error {
	ids := make([]string, len(o.Missed))
	for i, missed := range o.Missed {
		ids[i] = missed.ID
	}
	return s.tx(ctx, "notice", worker, func(t *tx) error {
		id, err := newID()
		if err != nil {
			return err
		}
		told, err := t.exec(`UPDATE scheduled_messages SET notice_id = $1 WHERE id = ANY($2::uuid[]) AND status = 'expired' AND notice_id IS NULL`, id, ids)
		if err != nil || told == 0 {
			return err
		}
		if err := insertOutbox(t, outboxRow{id: id, recipient: o.AddressID, channel: o.To.Channel, kind: "notice",
			operation: delivery.Send, message: m, priority: delivery.PriorityNormal}); err != nil {
			return err
		}
		b := &pgx.Batch{}
		s.wakeOthers(b)
		return t.finish(b)
	})
}
