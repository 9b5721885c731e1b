package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"carebell/bot"
	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"

	"github.com/jackc/pgx/v5"
)

// replyLateness is how late a reply may still be of use.
const replyLateness = 24 * time.Hour

// Commit saves a turn whole or not at all.
func (s *Store) Commit(ctx context.Context, a bot.Arrival, turn conversations.Turn) error {
	return s.tx(ctx, "commit turn", app, func(t *tx) error {
		c := committer{tx: t, update: a.Update}
		if err := c.commit(a, turn); err != nil {
			return err
		}
		b := &pgx.Batch{}
		s.wakeOthers(b)
		return t.finish(b)
	})
}

type committer struct {
	*tx
	update  chat.Update
	patient string
	address string
}

func (c *committer) commit(a bot.Arrival, turn conversations.Turn) error {
	n, err := c.exec(`UPDATE inbox SET status = 'handled', handled_at = $1, body = '' WHERE seq = $2 AND status = 'new'`, c.now, a.Seq)
	if err != nil {
		return err
	}
	if n == 0 {
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
		if _, err := c.exec(`INSERT INTO audit_log (at, actor, action, subject) VALUES ($1, $2, $3, $4)`,
			c.now, c.patient, e.Action, e.Subject); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
	}
	return nil
}

// person saves the profile, and makes the patient and the address of a stranger. The name is kept
// only once there is consent. The address stays locked: nothing of it is claimed meanwhile.
func (c *committer) person(p conversations.Person, reach *string) error {
	name := p.Name
	if p.Consent == "" {
		name = ""
	}
	from := c.update.From
	err := c.row(`SELECT id::text, patient_id::text FROM addresses WHERE channel = $1 AND platform_id = $2 FOR NO KEY UPDATE`,
		from.Channel, from.ID).Scan(&c.address, &c.patient)
	if errors.Is(err, pgx.ErrNoRows) {
		return c.stranger(name, p)
	}
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(`UPDATE patients SET name = $1, language = $2, zone = $3, zone_confirmed = $4, updated_at = $5
		WHERE id = $6 AND (name, language, zone, zone_confirmed) IS DISTINCT FROM ($1, $2, $3, $4)`,
		name, p.Language, p.Zone, p.ZoneConfirmed, c.now, c.patient)
	b.Queue(`UPDATE addresses SET erased_at = NULL WHERE id = $1 AND erased_at IS NOT NULL`, c.address) // they have begun anew
	if reach != nil {
		b.Queue(`UPDATE addresses SET reachable = $1 = '', unreachable_why = $1,
				unreachable_since = CASE WHEN $1 = '' THEN NULL ELSE COALESCE(unreachable_since, $2) END, updated_at = $2
			WHERE id = $3 AND unreachable_why <> $1`, *reach, c.now, c.address)
		if *reach != "" {
			b.Queue(dropLastSQL, c.now, c.address, "unreachable")
		}
	}
	return c.send(b)
}

func (c *committer) stranger(name string, p conversations.Person) (err error) {
	if c.patient, err = newID(); err != nil {
		return err
	}
	if c.address, err = newID(); err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO patients (id, name, language, zone, zone_confirmed, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $6)`, c.patient, name, p.Language, p.Zone, p.ZoneConfirmed, c.now)
	b.Queue(`INSERT INTO addresses (id, patient_id, channel, platform_id, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $5)`, c.address, c.patient, c.update.From.Channel, c.update.From.ID, c.now)
	err = c.send(b)
	if duplicate(err) {
		return bot.ErrConflict // another copy has made them meanwhile
	}
	return err
}

func (c *committer) consent(k conversations.Consent) error {
	if !k.Given {
		// What waited to be said before STOP is not said after it.
		if err := silence(c.tx, c.address); err != nil {
			return err
		}
		withdrew, err := c.exec(`UPDATE consents SET withdrawn_at = $1 WHERE patient_id = $2 AND withdrawn_at IS NULL`, c.now, c.patient)
		if err != nil || withdrew > 0 {
			return err
		}
	}
	id, err := newID()
	if err != nil {
		return err
	}
	// STOP of somebody who never agreed is kept as a consent that ended as it began.
	var withdrawn *time.Time
	if !k.Given {
		withdrawn = &c.now
	}
	_, err = c.exec(`INSERT INTO consents (id, patient_id, text_version, language, channel, message_id, given_at, withdrawn_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, id, c.patient, k.Version, k.Language, c.update.From.Channel, k.MessageID, c.now, withdrawn)
	return err
}

// draft inserts a new draft or moves a saved one on from the version that was looked at.
func (c *committer) draft(d conversations.DraftChange) error {
	data, err := json.Marshal(d.Draft.Data)
	if err != nil {
		return err
	}
	if d.From == 0 {
		_, err := c.exec(`INSERT INTO conversations (id, patient_id, address_id, kind, step, status, version, data, card_id,
				expires_at, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`,
			d.Draft.ID, c.patient, c.address, d.Draft.Kind, d.Draft.Step, d.Draft.Status, d.Draft.Version, data, optional(d.Draft.Card),
			d.Draft.ExpiresAt, d.Draft.UpdatedAt)
		return err
	}
	n, err := c.exec(`UPDATE conversations SET step = $1, status = $2, version = $3, data = $4, card_id = $5, expires_at = $6,
			updated_at = $7 WHERE id = $8 AND patient_id = $9 AND version = $10`,
		d.Draft.Step, d.Draft.Status, d.Draft.Version, data, optional(d.Draft.Card), d.Draft.ExpiresAt,
		d.Draft.UpdatedAt, d.Draft.ID, c.patient, d.From)
	if err == nil && n == 0 {
		err = bot.ErrConflict
	}
	return err
}

func (c *committer) create(n conversations.NewSeries) error {
	s := n.Series
	parameters := s.Parameters
	if parameters == nil {
		parameters = map[string]string{}
	}
	if _, err := c.exec(`INSERT INTO schedules (id, code, patient_id, recipient_id, draft_id, message, template_key, parameters,
			rule, zone, status, max_lateness_seconds, version, created_at, updated_at, asks,
			nag_every_seconds, nag_times, priority)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $16, $17, $18)`,
		s.ID, s.Code, c.patient, c.address, optional(s.Draft), s.Message, s.Template, parameters, s.Rule.String(),
		s.Rule.Zone().String(), s.Status, seconds(s.MaxLateness), s.Version, c.now, s.Asks, seconds(s.NagEvery), s.NagTimes, delivery.PriorityOf(s)); err != nil {
		return err
	}
	return insertOccurrences(c.tx, []slot{{series: s.ID, rule: s.Rule, at: n.First, second: n.Second, maximum: s.MaxLateness}})
}

// change moves a series and whatever of it still waits.
func (c *committer) change(ch conversations.SeriesChange) error {
	switch ch.Status {
	case schedule.Cancelled:
		return endSeries(c.tx, ch.ID, c.patient, ch.Why)
	case schedule.PausedNow:
		return pauseSeries(c.tx, ch.ID, ch.Why)
	case schedule.Active:
		if !ch.From.IsZero() {
			return moveOn(c.tx, ch, c.patient)
		}
		return resumeSeries(c.tx, ch, c.patient)
	}
	return fmt.Errorf("a series cannot be set to %q", ch.Status)
}

// reply queues a message. A newer edit of the same message supersedes those that still wait.
func (c *committer) reply(r conversations.Reply) error {
	operation := delivery.Send
	if r.Edits != "" {
		operation = delivery.Edit
		if _, err := c.exec(`WITH old AS (UPDATE outbox SET status = 'cancelled', next_attempt_time = NULL, updated_at = $1
				WHERE target_id = $2 AND operation = 'edit' AND status = 'pending' RETURNING id)
			INSERT INTO status_history (message_id, old_status, new_status, reason, at)
			SELECT id, 'pending', 'cancelled', 'superseded by a newer edit', $1 FROM old`, c.now, r.Edits); err != nil {
			return err
		}
	}
	return insertOutbox(c.tx, outboxRow{id: r.ID, recipient: c.address, channel: c.update.From.Channel, kind: "reply",
		operation: operation, target: r.Edits, message: r.Message, priority: delivery.PriorityReply})
}
