package postgres

import (
	"context"
	"errors"

	"carebell/chat"
	"carebell/delivery"

	"github.com/jackc/pgx/v5"
)

const untoldSQL = `SELECT m.id::text, m.scheduled_time, s.zone, m.message_content, a.id::text, a.channel, a.platform_id, p.language
	FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id
		JOIN addresses a ON a.id = m.recipient_id JOIN patients p ON p.id = m.patient_id
	WHERE m.status = 'expired' AND m.kind <> 'nag' AND m.notice_id IS NULL AND a.reachable
		AND COALESCE((SELECT withdrawn_at IS NULL FROM consents WHERE patient_id = p.id ORDER BY given_at DESC, id DESC LIMIT 1), true)
		AND (NOT EXISTS (SELECT 1 FROM scheduled_messages o WHERE o.patient_id = m.patient_id AND o.scheduled_time <= $1
			AND o.status IN ('pending', 'sending')) OR EXISTS (SELECT 1 FROM outbox n WHERE n.recipient_id = m.recipient_id AND ` + waitingNotice + `))
		AND NOT EXISTS (SELECT 1 FROM outbox n WHERE n.recipient_id = m.recipient_id AND n.kind = 'notice' AND n.status = 'sending')
	ORDER BY a.id, m.scheduled_time LIMIT $2`

// A notice waits while nothing of it can have left.
const (
	waitingNotice = `n.kind = 'notice' AND n.status = 'pending' AND n.next_attempt_time IS NOT NULL AND n.copies = 0 AND n.platform_ids = '[]'::jsonb`

	toldLaterSQL = `SELECT a.id::text, m.id::text, m.scheduled_time, s.zone, m.message_content
		FROM outbox n JOIN addresses a ON a.id = n.recipient_id JOIN scheduled_messages m ON m.patient_id = a.patient_id AND m.notice_id = n.id
			JOIN schedules s ON s.id = m.schedule_id
		WHERE n.recipient_id = ANY($1::uuid[]) AND ` + waitingNotice + ` ORDER BY m.scheduled_time`

	replaceNoticesSQL = `WITH gone AS (
			UPDATE outbox n SET status = 'cancelled', next_attempt_time = NULL, updated_at = $1
			WHERE n.recipient_id = $2 AND ` + waitingNotice + ` RETURNING n.id)
		INSERT INTO status_history (message_id, old_status, new_status, reason, at)
		SELECT id, 'pending', 'cancelled', 'superseded by a newer notice', $1 FROM gone`
)

// Untold lists the people whose expired occurrences no notice names, once nothing overdue is left. A
// notice that waits to leave takes in what expires meanwhile, and one that is under way is waited for.
func (s *Store) Untold(ctx context.Context, limit int) ([]delivery.Overdue, error) {
	type row struct {
		missed delivery.Missed
		of     delivery.Overdue
	}
	most := 20 * limit
	var rows []row
	var out []delivery.Overdue
	err := s.tx(ctx, "read expiries", worker, func(t *tx) (err error) {
		rows, err = list(t, func(r pgx.CollectableRow) (o row, err error) {
			err = r.Scan(&o.missed.ID, &o.missed.Due, &o.missed.Zone, &o.missed.Text, &o.of.AddressID, &o.of.To.Channel, &o.of.To.ID, &o.of.Language)
			o.missed.Due = o.missed.Due.UTC()
			return o, err
		}, untoldSQL, t.now, most)
		if err != nil || len(rows) == 0 {
			return err
		}
		people := []string{}
		for _, r := range rows {
			people = append(people, r.of.AddressID)
		}
		waiting, err := list(t, func(r pgx.CollectableRow) (o row, err error) {
			err = r.Scan(&o.of.AddressID, &o.missed.ID, &o.missed.Due, &o.missed.Zone, &o.missed.Text)
			o.missed.Due = o.missed.Due.UTC()
			return o, err
		}, toldLaterSQL, people)
		out = nil
		for _, r := range rows {
			if len(out) == 0 || out[len(out)-1].AddressID != r.of.AddressID {
				out = append(out, r.of)
				for _, w := range waiting {
					if w.of.AddressID == r.of.AddressID {
						out[len(out)-1].Missed = append(out[len(out)-1].Missed, w.missed)
					}
				}
			}
			last := &out[len(out)-1]
			last.Missed = append(last.Missed, r.missed)
		}
		return err
	})
	if len(rows) == most && len(out) > 1 {
		out = out[:len(out)-1] // the last one's list may be cut; it comes whole the next time
	}
	return out, err
}

// errLeft: a notice that was to be replaced has left meanwhile.
var errLeft = errors.New("a notice has left meanwhile")

// Tell queues one notice and marks what it names, so that nobody is told twice, also by two replicas.
// Notices that wait are replaced by it.
func (s *Store) Tell(ctx context.Context, o delivery.Overdue, m chat.Message) error {
	ids := make([]string, len(o.Missed))
	for i, missed := range o.Missed {
		ids[i] = missed.ID
	}
	err := s.tx(ctx, "notice", worker, func(t *tx) error {
		id, err := newID()
		if err != nil {
			return err
		}
		// The address stays locked: neither STOP nor a block comes between.
		var may bool
		if err := t.row(`SELECT reachable FROM addresses WHERE id = $1 FOR NO KEY UPDATE`, o.AddressID).Scan(&may); err != nil || !may {
			return err
		}
		if err := t.row(`SELECT COALESCE((SELECT withdrawn_at IS NULL FROM consents WHERE patient_id = a.patient_id ORDER BY given_at DESC, id DESC LIMIT 1), true)
			FROM addresses a WHERE a.id = $1`, o.AddressID).Scan(&may); err != nil || !may {
			return err
		}
		if _, err := t.exec(replaceNoticesSQL, t.now, o.AddressID); err != nil {
			return err
		}
		told, err := t.exec(`UPDATE scheduled_messages SET notice_id = $1 WHERE id = ANY($2::uuid[]) AND status = 'expired' AND (notice_id IS NULL
			OR notice_id IN (SELECT id FROM outbox WHERE recipient_id = $3 AND kind = 'notice' AND status = 'cancelled'))`, id, ids, o.AddressID)
		if err != nil {
			return err
		}
		if told != int64(len(ids)) {
			return errLeft
		}
		if err := insertOutbox(t, outboxRow{id: id, recipient: o.AddressID, channel: o.To.Channel, kind: "notice",
			operation: delivery.Send, message: m, priority: delivery.PriorityNormal}); err != nil {
			return err
		}
		b := &pgx.Batch{}
		s.wakeOthers(b)
		return t.finish(b)
	})
	if errors.Is(err, errLeft) {
		return nil
	}
	return err
}
