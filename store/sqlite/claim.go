package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"
)

// Claim leases due rows in the order of delivery.Turn: at most one per address, and none for an address that is being written to or a channel that is paused.
func (s *Store) Claim(ctx context.Context, limit int, lease time.Duration, channels []chat.Channel) (delivery.Batch, error) {
	now := s.now()
	batch := delivery.Batch{At: now}
	list, err := json.Marshal(channels)
	if err != nil {
		return batch, err
	}
	err = s.tx(ctx, "claim", func(tx *sql.Tx) error {
		c := claimer{ctx: ctx, tx: tx, store: s, now: micros(now), until: micros(now.Add(lease)), channels: string(list), busy: map[string]bool{}}
		err := c.claim(limit)
		batch.Jobs = c.jobs
		return err
	})
	return batch, err
}

func (c *claimer) claim(limit int) error {
	found, full, err := c.look(nearLook * limit)
	if err != nil {
		return err
	}
	if err := c.take(found, limit); err != nil || !full || len(c.jobs) == limit {
		return err
	}
	if found, _, err = c.look(farLook); err != nil {
		return err
	}
	return c.take(found, limit)
}

type claimer struct {
	ctx        context.Context
	tx         *sql.Tx
	store      *Store
	now, until int64
	channels   string          // as JSON
	busy       map[string]bool // addresses claimed in this batch
	jobs       []delivery.Job
}

// claimed is a row on its way to be a job.
type claimed struct {
	delivery.Job
	recipient string
	status    delivery.Status
	patient   string
	series    string
	again     bool  // a snooze or nag of an occurrence, which has its successor
	broken    error // the row cannot be read
	priority  int
	waits     time.Time // since when it has been due
}

// A look at the queue sees a few more rows than are wanted. Only when that is not enough (one
// person's backlog hides the others') does it look further.
const (
	farLook  = 2000
	nearLook = 8
)

// Each class of priority is looked at by itself, by its own time. ?1 now, ?2 how many rows of a class,
// ?3 the channels, ?4 the class.
const (
	jobColumns = `a.channel, a.platform_id, m.scheduled_time, m.delivery_window_seconds, m.attempts, m.copies, m.marked,
		m.platform_ids, m.cancel_requested, m.priority, COALESCE(m.next_attempt_time, m.scheduled_time)`

	free = `min(max(m.priority, 0), 3) = ?4 AND m.status IN ('pending', 'unknown') AND m.next_attempt_time <= ?1
			AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.recipient_id = m.recipient_id AND b.status = 'sending')
			AND NOT EXISTS (SELECT 1 FROM scheduled_messages b WHERE b.recipient_id = m.recipient_id AND b.status = 'sending')
			AND NOT EXISTS (SELECT 1 FROM channels c WHERE c.channel = m.platform AND c.paused_until > ?1)
			AND (m.platform IN (SELECT value FROM json_each(?3)) OR m.scheduled_time + m.delivery_window_seconds * 1000000 < ?1)`

	dueOutbox = `SELECT m.id, m.recipient_id, m.status, m.operation, m.body, t.status, COALESCE(t.platform_ids, o.platform_ids), ` + jobColumns + `
		FROM outbox m JOIN addresses a ON a.id = m.recipient_id LEFT JOIN outbox t ON t.id = m.target_id LEFT JOIN scheduled_messages o ON o.id = m.target_id
		WHERE ` + free + `
			AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.recipient_id = m.recipient_id AND e.priority = m.priority
				AND e.seq < m.seq AND e.status IN ('pending', 'sending', 'unknown') AND e.next_attempt_time IS NOT NULL)
		ORDER BY m.next_attempt_time LIMIT ?2`

	dueOccurrences = `SELECT m.id, m.recipient_id, m.status, m.message_content, m.template_key, m.parameters, m.schedule_id,
			s.zone, s.asks, m.patient_id, p.name, p.language, COALESCE(o.scheduled_time, m.scheduled_time), COALESCE(d.id, ''), COALESCE(d.version, 0),
			m.kind, m.parent_id IS NOT NULL, ` + jobColumns + `
		FROM scheduled_messages m JOIN addresses a ON a.id = m.recipient_id
			JOIN schedules s ON s.id = m.schedule_id JOIN patients p ON p.id = m.patient_id
			LEFT JOIN scheduled_messages o ON o.id = m.parent_id
			LEFT JOIN conversations d ON d.card_id = COALESCE(m.parent_id, m.id) AND d.kind = 'dose'
		WHERE ` + free + `
		ORDER BY m.next_attempt_time LIMIT ?2`
)

// scan fills what both tables share.
func (r *claimed) scan(rows *sql.Rows, first ...any) error {
	var due, window, waits int64
	var parts string
	if err := rows.Scan(append(first, &r.To.Channel, &r.To.ID, &due, &window, &r.Attempts, &r.Copies, &r.Marked,
		&parts, &r.CancelRequested, &r.priority, &waits)...); err != nil {
		return err
	}
	r.Due, r.Lateness, r.waits = fromMicros(due), time.Duration(window)*time.Second, fromMicros(waits)
	r.broken = json.Unmarshal([]byte(parts), &r.Parts)
	return nil
}

// look lists up to so many due rows of each class, in the order of their turns. full: there may be more.
func (c *claimer) look(rows int) (found []claimed, full bool, err error) {
	for class := range delivery.HeadStarts() {
		for _, source := range []struct {
			query string
			scan  func(*sql.Rows) (claimed, error)
		}{{dueOutbox, scanOutbox}, {dueOccurrences, scanOccurrence}} {
			due, err := c.tx.QueryContext(c.ctx, source.query, c.now, rows, c.channels, class)
			if err != nil {
				return nil, false, err
			}
			more, err := collect(due, func() (claimed, error) { return source.scan(due) })
			if err != nil {
				return nil, false, err
			}
			full = full || len(more) == rows
			found = append(found, more...)
		}
	}
	slices.SortStableFunc(found, func(a, b claimed) int {
		return delivery.Turn(a.priority, a.waits).Compare(delivery.Turn(b.priority, b.waits))
	})
	return found, full, nil
}

func scanOutbox(rows *sql.Rows) (claimed, error) {
	var r claimed
	r.Source = delivery.Outbox
	var body string
	var targetStatus, targetParts sql.NullString
	if err := r.scan(rows, &r.ID, &r.recipient, &r.status, &r.Operation, &body, &targetStatus, &targetParts); err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(body), &r.Message); err != nil {
		r.broken = err
	}
	r.aim(targetParts.String)
	return r, nil
}

// aim gives an edit the platform's id of what it edits. If that never arrived, the edit says its
// words as a message of its own.
func (r *claimed) aim(targetParts string) {
	if r.Operation == delivery.Send {
		return
	}
	var parts []string
	if json.Unmarshal([]byte(targetParts), &parts) == nil && len(parts) > 0 {
		r.TargetID = parts[len(parts)-1]
	} else if r.Operation == delivery.Edit {
		r.Operation = delivery.Send
	}
}

func scanOccurrence(rows *sql.Rows) (claimed, error) {
	var r claimed
	r.Source, r.Operation = delivery.Occurrence, delivery.Send
	var parameters string
	var slot int64
	if err := r.scan(rows, &r.ID, &r.recipient, &r.status, &r.Content, &r.Template, &parameters, &r.series,
		&r.Zone, &r.Asks, &r.patient, &r.PatientName, &r.Language, &slot, &r.Card, &r.CardVersion, &r.Kind, &r.again); err != nil {
		return r, err
	}
	r.Slot = fromMicros(slot)
	if err := json.Unmarshal([]byte(parameters), &r.Parameters); err != nil {
		r.broken = err
	}
	return r, nil
}

// take leases the first row of each address, up to limit.
func (c *claimer) take(found []claimed, limit int) error {
	for _, r := range found {
		if len(c.jobs) == limit {
			break
		}
		if c.busy[r.recipient] {
			continue
		}
		if r.broken != nil {
			if err := c.setAside(r); err != nil {
				return err
			}
			continue
		}
		c.busy[r.recipient] = true
		if err := c.lease(&r); err != nil {
			return err
		}
		if r.Asks != "" && r.Card == "" {
			if err := c.ask(&r); err != nil {
				return err
			}
		}
		if r.Source == delivery.Occurrence && r.status == delivery.Pending && !r.again {
			if err := c.successor(r); err != nil {
				return err
			}
		}
		c.jobs = append(c.jobs, r.Job)
	}
	return nil
}

// ask makes the card below a reminder that asks for an answer.
func (c *claimer) ask(r *claimed) error {
	var entropy [32]byte
	if _, err := rand.Read(entropy[:]); err != nil {
		return err
	}
	d := conversations.NewDose(conversations.NewDraftID(entropy), r.patient, r.ID, r.series, r.Template, r.Content,
		conversations.Dose{Due: r.Slot, Zone: r.Zone, Until: r.Due.Add(r.Lateness), Parameters: r.Parameters}, fromMicros(c.now))
	data, err := json.Marshal(d.Data)
	if err != nil {
		return err
	}
	r.Card, r.CardVersion = d.ID, d.Version
	_, err = c.tx.ExecContext(c.ctx, `INSERT INTO conversations (id, patient_id, address_id, kind, step, status, version, data, card_id, expires_at, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, d.ID, d.Owner, r.recipient, d.Kind, d.Step, d.Status, d.Version, string(data), d.Card,
		micros(d.ExpiresAt), c.now, c.now)
	return err
}

// setAside fails a row that nobody can read, so that it holds up no other.
func (c *claimer) setAside(r claimed) error {
	query := `UPDATE scheduled_messages SET status = 'failed', next_attempt_time = NULL, failed_at = ?1, error_message = 'the row cannot be read' WHERE id = ?2`
	if r.Source == delivery.Outbox {
		query = `UPDATE outbox SET status = 'failed', next_attempt_time = NULL, failed_at = ?1, error_message = 'the row cannot be read' WHERE id = ?2`
	}
	if _, err := c.tx.ExecContext(c.ctx, query, c.now, r.ID); err != nil {
		return err
	}
	return addHistory(c.ctx, c.tx, r.ID, r.status, delivery.Failed, "the row cannot be read", c.now)
}

func (c *claimer) lease(r *claimed) error {
	token, err := c.store.token()
	if err != nil {
		return err
	}
	r.Token = token
	query := `UPDATE scheduled_messages SET status = 'sending', lease_token = ?, lease_until = ?, updated_at = ? WHERE id = ?`
	if r.Source == delivery.Outbox {
		query = `UPDATE outbox SET status = 'sending', lease_token = ?, lease_until = ?, updated_at = ? WHERE id = ?`
	}
	if _, err := c.tx.ExecContext(c.ctx, query, token, c.until, c.now, r.ID); err != nil {
		return err
	}
	if r.status == delivery.Unknown {
		if err := addHistory(c.ctx, c.tx, r.ID, delivery.Unknown, delivery.Pending, "one repeat", c.now); err != nil {
			return err
		}
	}
	return addHistory(c.ctx, c.tx, r.ID, delivery.Pending, delivery.Sending, "", c.now)
}

// successor creates the occurrence after the claimed one, whatever becomes of this one. A series
// without another is finished.
func (c *claimer) successor(r claimed) error {
	var text, status string
	if err := c.tx.QueryRowContext(c.ctx, `SELECT rule, status FROM schedules WHERE id = ?`, r.series).Scan(&text, &status); err != nil {
		return err
	}
	if status != string(schedule.Active) {
		return nil
	}
	rule, err := schedule.ParseRule(text)
	if err != nil {
		// Nobody can say when it comes next: this occurrence goes, and the series waits for a hand.
		_, err := c.tx.ExecContext(c.ctx, `UPDATE schedules SET status = 'paused', status_why = 'the rule cannot be read', updated_at = ? WHERE id = ?`,
			c.now, r.series)
		return err
	}
	next, ok := rule.Next(r.Due)
	if !ok {
		_, err := c.tx.ExecContext(c.ctx, `UPDATE schedules SET status = 'finished', version = version + 1, updated_at = ? WHERE id = ?`,
			c.now, r.series)
		return err
	}
	second, _ := rule.Next(next.At)
	return insertOccurrence(c.ctx, c.tx, r.series, rule, next, second.At, c.now)
}

// token is a fencing token of this process: another start never makes an equal prefix.
func (s *Store) token() (string, error) {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	return s.epoch + "." + hex.EncodeToString(b[:]), nil
}

func addHistory(ctx context.Context, tx *sql.Tx, id string, from, to delivery.Status, reason string, now int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO status_history (message_id, old_status, new_status, reason, at) VALUES (?, ?, ?, ?, ?)`,
		id, from, to, reason, now)
	return err
}

// collect reads all rows with scan and closes them.
func collect[T any](rows *sql.Rows, scan func() (T, error)) ([]T, error) {
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
