package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"carebell/bot"
	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"

	"github.com/google/uuid"
)

// replyLateness is how late a reply may still be of use.
const replyLateness = 24 * time.Hour

// Commit saves a turn whole or not at all.
func (s *Store) Commit(ctx context.Context, a bot.Arrival, turn conversations.Turn) error {
	return s.tx(ctx, "commit turn", func(tx *sql.Tx) error {
		c := committer{ctx: ctx, tx: tx, now: micros(s.now()), update: a.Update}
		return c.commit(a, turn)
	})
}

type committer struct {
	ctx     context.Context
	tx      *sql.Tx
	now     int64
	update  chat.Update
	patient string
	address string
}

func (c *committer) exec(query string, args ...any) error {
	_, err := c.tx.ExecContext(c.ctx, query, args...)
	return err
}

// changed runs a guarded statement and reports whether its guard held.
func (c *committer) changed(query string, args ...any) (bool, error) {
	result, err := c.tx.ExecContext(c.ctx, query, args...)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

func (c *committer) commit(a bot.Arrival, turn conversations.Turn) error {
	ok, err := c.changed(`UPDATE inbox SET status = 'handled', handled_at = ?, body = '' WHERE seq = ? AND status = 'new'`, c.now, a.Seq)
	if err != nil {
		return err
	}
	if !ok {
		return bot.ErrHandled
	}
	if turn.Erase {
		return c.erase(a.Seq, turn)
	}
	if err := c.person(turn.Person, turn.Reach); err != nil {
		return fmt.Errorf("person: %w", err)
	}
	if turn.Consent != nil {
		if err := c.consent(*turn.Consent); err != nil {
			return fmt.Errorf("consent: %w", err)
		}
	}
	for _, r := range turn.Replies { // before the drafts, whose cards they are
		if err := c.reply(r); err != nil {
			return fmt.Errorf("reply: %w", err)
		}
	}
	for _, d := range turn.Drafts {
		if err := c.draft(d); err != nil {
			return err
		}
	}
	for _, n := range turn.Create {
		if err := c.create(n); err != nil {
			return fmt.Errorf("create series: %w", err)
		}
	}
	for _, ch := range turn.Change {
		if err := c.change(ch); err != nil {
			return fmt.Errorf("change series: %w", err)
		}
	}
	for _, a := range turn.Answers {
		if err := c.dose(a); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
	}
	for _, z := range turn.Snoozes {
		if err := c.snooze(z); err != nil {
			return fmt.Errorf("snooze: %w", err)
		}
	}
	for _, e := range turn.Audit {
		if err := c.exec(`INSERT INTO audit_log (at, actor, action, subject) VALUES (?, ?, ?, ?)`,
			c.now, c.patient, e.Action, e.Subject); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
	}
	return nil
}

// person saves the profile, and makes the patient and the address of a stranger. The name is kept
// only once there is consent.
func (c *committer) person(p conversations.Person, reach *string) error {
	name := p.Name
	if p.Consent == "" {
		name = ""
	}
	from := c.update.From
	err := c.tx.QueryRowContext(c.ctx, `SELECT id, patient_id FROM addresses WHERE channel = ? AND platform_id = ?`,
		from.Channel, from.ID).Scan(&c.address, &c.patient)
	if err == sql.ErrNoRows {
		if c.patient, err = newID(); err != nil {
			return err
		}
		if c.address, err = newID(); err != nil {
			return err
		}
		if err := c.exec(`INSERT INTO patients (id, name, language, zone, zone_confirmed, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, c.patient, name, p.Language, p.Zone, p.ZoneConfirmed, c.now, c.now); err != nil {
			return err
		}
		return c.exec(`INSERT INTO addresses (id, patient_id, channel, platform_id, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?, ?)`, c.address, c.patient, from.Channel, from.ID, c.now, c.now)
	}
	if err != nil {
		return err
	}
	if err := c.exec(`UPDATE patients SET name = ?, language = ?, zone = ?, zone_confirmed = ?, updated_at = ?
		WHERE id = ?`, name, p.Language, p.Zone, p.ZoneConfirmed, c.now, c.patient); err != nil {
		return err
	}
	if err := c.exec(`UPDATE addresses SET erased_at = NULL WHERE id = ? AND erased_at IS NOT NULL`, c.address); err != nil { // they have begun anew
		return err
	}
	if reach == nil {
		return nil
	}
	if *reach != "" {
		if err := dropLast(c.ctx, c.tx, c.address, "unreachable", c.now); err != nil {
			return err
		}
	}
	return c.exec(`UPDATE addresses SET reachable = ?1 = '', unreachable_why = ?1,
			unreachable_since = CASE WHEN ?1 = '' THEN NULL ELSE COALESCE(unreachable_since, ?2) END, updated_at = ?2
		WHERE id = ?3 AND unreachable_why <> ?1`, *reach, c.now, c.address)
}

func (c *committer) consent(k conversations.Consent) error {
	if !k.Given {
		// What waited to be said before STOP is not said after it.
		if err := silence(c.ctx, c.tx, c.address, c.now); err != nil {
			return err
		}
		withdrew, err := c.changed(`UPDATE consents SET withdrawn_at = ? WHERE patient_id = ? AND withdrawn_at IS NULL`, c.now, c.patient)
		if err != nil || withdrew {
			return err
		}
	}
	id, err := newID()
	if err != nil {
		return err
	}
	// STOP of somebody who never agreed is kept as a consent that ended as it began.
	withdrawn := sql.NullInt64{Int64: c.now, Valid: !k.Given}
	return c.exec(`INSERT INTO consents (id, patient_id, text_version, language, channel, message_id, given_at, withdrawn_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, id, c.patient, k.Version, k.Language, c.update.From.Channel, k.MessageID, c.now, withdrawn)
}

// draft inserts a new draft or moves a saved one on from the version that was looked at.
func (c *committer) draft(d conversations.DraftChange) error {
	data, err := json.Marshal(d.Draft.Data)
	if err != nil {
		return err
	}
	card := sql.NullString{String: d.Draft.Card, Valid: d.Draft.Card != ""}
	if d.From == 0 {
		return c.exec(`INSERT INTO conversations (id, patient_id, address_id, kind, step, status, version, data, card_id,
				expires_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			d.Draft.ID, c.patient, c.address, d.Draft.Kind, d.Draft.Step, d.Draft.Status, d.Draft.Version, string(data), card,
			micros(d.Draft.ExpiresAt), micros(d.Draft.UpdatedAt), micros(d.Draft.UpdatedAt))
	}
	ok, err := c.changed(`UPDATE conversations SET step = ?, status = ?, version = ?, data = ?, card_id = ?, expires_at = ?,
			updated_at = ? WHERE id = ? AND patient_id = ? AND version = ?`,
		d.Draft.Step, d.Draft.Status, d.Draft.Version, string(data), card, micros(d.Draft.ExpiresAt),
		micros(d.Draft.UpdatedAt), d.Draft.ID, c.patient, d.From)
	if err == nil && !ok {
		err = bot.ErrConflict
	}
	return err
}

func (c *committer) create(n conversations.NewSeries) error {
	s := n.Series
	parameters, err := json.Marshal(s.Parameters)
	if err != nil {
		return err
	}
	if s.Parameters == nil {
		parameters = []byte("{}")
	}
	draft := sql.NullString{String: s.Draft, Valid: s.Draft != ""}
	if err := c.exec(`INSERT INTO schedules (id, code, patient_id, recipient_id, draft_id, message, template_key, parameters,
			rule, zone, status, max_lateness_seconds, version, created_at, updated_at, asks,
			nag_every_seconds, nag_times, priority)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		s.ID, s.Code, c.patient, c.address, draft, s.Message, s.Template, string(parameters), s.Rule.String(),
		s.Rule.Zone().String(), s.Status, seconds(s.MaxLateness), s.Version, c.now, c.now, s.Asks, seconds(s.NagEvery), s.NagTimes, delivery.PriorityOf(s)); err != nil {
		return err
	}
	return insertOccurrence(c.ctx, c.tx, s.ID, s.Rule, n.First, n.Second, c.now)
}

// change moves a series and whatever of it still waits.
func (c *committer) change(ch conversations.SeriesChange) error {
	switch ch.Status {
	case schedule.Cancelled:
		return endSeries(c.ctx, c.tx, ch.ID, c.patient, ch.Why, c.now)
	case schedule.PausedNow:
		return pauseSeries(c.ctx, c.tx, ch.ID, ch.Why, c.now)
	case schedule.Active:
		if !ch.From.IsZero() {
			return moveOn(c.ctx, c.tx, ch, c.patient, c.now)
		}
		return resumeSeries(c.ctx, c.tx, ch, c.patient, c.now)
	}
	return fmt.Errorf("a series cannot be set to %q", ch.Status)
}

// reply queues a message. A newer edit of the same message supersedes those that still wait.
func (c *committer) reply(r conversations.Reply) error {
	operation := delivery.Send
	if r.Edits != "" {
		operation = delivery.Edit
		if err := c.exec(`INSERT INTO status_history (message_id, old_status, new_status, reason, at)
			SELECT id, status, 'cancelled', 'superseded by a newer edit', ? FROM outbox
			WHERE target_id = ? AND operation = 'edit' AND status = 'pending'`, c.now, r.Edits); err != nil {
			return err
		}
		if err := c.exec(`UPDATE outbox SET status = 'cancelled', next_attempt_time = NULL, updated_at = ?
			WHERE target_id = ? AND operation = 'edit' AND status = 'pending'`, c.now, r.Edits); err != nil {
			return err
		}
	}
	return insertOutbox(c.ctx, c.tx, outboxRow{id: r.ID, recipient: c.address, channel: c.update.From.Channel, kind: "reply",
		operation: operation, target: r.Edits, message: r.Message, priority: delivery.PriorityReply}, c.now)
}

// silence is STOP for an address: what waits is not said, what is under way is neither retried nor
// repeated. It holds whatever became of the series, also for the last slot of one that has finished.
func silence(ctx context.Context, tx *sql.Tx, address string, now int64) error {
	if err := cancelOutbox(ctx, tx, address, "stopped", now); err != nil {
		return err
	}
	if err := dropLast(ctx, tx, address, "stopped", now); err != nil {
		return err
	}
	for _, q := range []string{
		`UPDATE scheduled_messages SET next_attempt_time = NULL WHERE recipient_id = ? AND status = 'unknown'`,
		`UPDATE outbox SET next_attempt_time = NULL WHERE recipient_id = ? AND status = 'unknown'`,
		`UPDATE scheduled_messages SET cancel_requested = 1 WHERE recipient_id = ? AND status = 'sending'`,
		`UPDATE outbox SET cancel_requested = 1 WHERE recipient_id = ? AND status = 'sending'`,
	} {
		if _, err := tx.ExecContext(ctx, q, address); err != nil {
			return err
		}
	}
	return nil
}

// dropLast cancels what still waits of series that have finished: their last slot, and what of it
// would come again.
func dropLast(ctx context.Context, tx *sql.Tx, address, reason string, now int64) error {
	const finished = `recipient_id = ? AND status = 'pending'
		AND schedule_id IN (SELECT id FROM schedules WHERE recipient_id = scheduled_messages.recipient_id AND status = 'finished')`
	if _, err := tx.ExecContext(ctx, `INSERT INTO status_history (message_id, old_status, new_status, reason, at)
		SELECT id, status, 'cancelled', ?, ? FROM scheduled_messages WHERE `+finished, reason, now, address); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE scheduled_messages SET status = 'cancelled', next_attempt_time = NULL, updated_at = ? WHERE `+finished,
		now, address)
	return err
}

// cancelOutbox withdraws everything that waits to be said to an address.
func cancelOutbox(ctx context.Context, tx *sql.Tx, address, reason string, now int64) error {
	if _, err := tx.ExecContext(ctx, `INSERT INTO status_history (message_id, old_status, new_status, reason, at)
		SELECT id, status, 'cancelled', ?, ? FROM outbox WHERE recipient_id = ? AND status = 'pending'`, reason, now, address); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE outbox SET status = 'cancelled', next_attempt_time = NULL, updated_at = ?
		WHERE recipient_id = ? AND status = 'pending'`, now, address)
	return err
}

type outboxRow struct {
	id, recipient string
	channel       chat.Channel
	kind          string
	operation     delivery.Operation
	target        string
	message       chat.Message
	priority      int
}

func insertOutbox(ctx context.Context, tx *sql.Tx, r outboxRow, now int64) error {
	body, err := json.Marshal(r.message)
	if err != nil {
		return err
	}
	const q = `INSERT INTO outbox (id, recipient_id, platform, kind, operation, target_id, body, status, scheduled_time,
			created_at, updated_at, priority, delivery_window_seconds, next_attempt_time)
		VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?)`
	_, err = tx.ExecContext(ctx, q, r.id, r.recipient, r.channel, r.kind, r.operation,
		sql.NullString{String: r.target, Valid: r.target != ""}, string(body), now, now, now, r.priority,
		seconds(replyLateness), now)
	return err
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

func newID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("new id: %w", err)
	}
	return id.String(), nil
}
