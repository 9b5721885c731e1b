package postgres

import (
	"crypto/rand"
	"encoding/hex"
	"time"

	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"

	"github.com/jackc/pgx/v5"
)

const (
	leaseOutbox = `UPDATE outbox m SET status = 'sending', lease_token = v.token, lease_until = $1, updated_at = $2
		FROM unnest($3::uuid[], $4::text[]) AS v (id, token) WHERE m.id = v.id`
	leaseOccurrences = `UPDATE scheduled_messages m SET status = 'sending', lease_token = v.token, lease_until = $1, updated_at = $2
		FROM unnest($3::uuid[], $4::text[]) AS v (id, token) WHERE m.id = v.id`

	historySQL = `INSERT INTO status_history (message_id, old_status, new_status, reason, at)
		SELECT v.id, v.was, v.is, v.reason, $1 FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS v (id, was, "is", reason)`
)

// lease takes the first row of each address, up to limit, and makes the successors of occurrences.
func (c *claimer) lease(limit int) error {
	taken := map[delivery.Source]*struct{ ids, tokens []string }{delivery.Outbox: {}, delivery.Occurrence: {}}
	busy := map[string]bool{}
	var h history
	var slots []slot
	var finished, unreadable []string
	b := &pgx.Batch{}
	for _, r := range c.rows {
		if r.broken != nil {
			c.setAside(b, &h, r)
			continue
		}
		if busy[r.recipient] || len(c.jobs) == limit {
			continue
		}
		busy[r.recipient] = true
		if r.Asks != "" && r.Card == "" {
			if err := c.ask(b, &r); err != nil {
				return err
			}
		}
		var err error
		if r.Token, err = token(c.epoch); err != nil {
			return err
		}
		into := taken[r.Source]
		into.ids, into.tokens = append(into.ids, r.ID), append(into.tokens, r.Token)
		if r.status == delivery.Unknown {
			h.add(r.ID, delivery.Unknown, delivery.Pending, "one repeat")
		}
		h.add(r.ID, delivery.Pending, delivery.Sending, "")
		if r.Source == delivery.Occurrence && r.status == delivery.Pending && r.active {
			next, fate := successor(r)
			switch fate {
			case goesOn:
				slots = append(slots, next)
			case ends:
				finished = append(finished, r.series)
			case cannotBeRead:
				unreadable = append(unreadable, r.series)
			}
		}
		c.jobs = append(c.jobs, r.Job)
	}
	if o := taken[delivery.Outbox]; len(o.ids) > 0 {
		b.Queue(leaseOutbox, c.until, c.now, o.ids, o.tokens)
	}
	if o := taken[delivery.Occurrence]; len(o.ids) > 0 {
		b.Queue(leaseOccurrences, c.until, c.now, o.ids, o.tokens)
	}
	if len(finished) > 0 {
		b.Queue(`UPDATE schedules SET status = 'finished', version = version + 1, updated_at = $1 WHERE id = ANY($2::uuid[])`, c.now, finished)
	}
	if len(unreadable) > 0 {
		// Nobody can say when it comes next: this occurrence goes, and the series waits for a hand.
		b.Queue(`UPDATE schedules SET status = 'paused', status_why = 'the rule cannot be read', updated_at = $1 WHERE id = ANY($2::uuid[])`,
			c.now, unreadable)
	}
	h.queue(b, c.now)
	if err := c.send(b); err != nil {
		return err
	}
	return insertOccurrences(c.tx, slots)
}

// ask makes the card below a reminder that asks for an answer.
func (c *claimer) ask(b *pgx.Batch, r *claimed) error {
	var entropy [32]byte
	if _, err := rand.Read(entropy[:]); err != nil {
		return err
	}
	d := conversations.NewDose(conversations.NewDraftID(entropy), r.patient, r.ID, r.series, r.Template, r.Content,
		conversations.Dose{Due: r.Slot, Zone: r.Zone, Until: r.Due.Add(r.Lateness), Parameters: r.Parameters}, c.now)
	r.Card, r.CardVersion = d.ID, d.Version
	b.Queue(`INSERT INTO conversations (id, patient_id, address_id, kind, step, status, version, data, card_id, expires_at, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`,
		d.ID, d.Owner, r.recipient, d.Kind, d.Step, d.Status, d.Version, d.Data, d.Card, d.ExpiresAt, d.UpdatedAt)
	return nil
}

// setAside fails a row that nobody can read, so that it holds up no other.
func (c *claimer) setAside(b *pgx.Batch, h *history, r claimed) {
	query := `UPDATE scheduled_messages SET status = 'failed', next_attempt_time = NULL, failed_at = $1, error_message = 'the row cannot be read' WHERE id = $2`
	if r.Source == delivery.Outbox {
		query = `UPDATE outbox SET status = 'failed', next_attempt_time = NULL, failed_at = $1, error_message = 'the row cannot be read' WHERE id = $2`
	}
	b.Queue(query, c.now, r.ID)
	h.add(r.ID, r.status, delivery.Failed, "the row cannot be read")
}

// fate is what becomes of a series once one of its occurrences is claimed.
type fate int

const (
	goesOn fate = iota
	ends
	cannotBeRead
)

// successor is the occurrence after the claimed one, whatever becomes of this one.
func successor(r claimed) (slot, fate) {
	rule, err := schedule.ParseRule(r.rule)
	if err != nil {
		return slot{}, cannotBeRead
	}
	next, ok := rule.Next(r.Due)
	if !ok {
		return slot{}, ends
	}
	second, _ := rule.Next(next.At)
	return slot{series: r.series, rule: rule, at: next, second: second.At, maximum: r.maximum}, goesOn
}

// token is a fencing token of this process: another start never makes an equal prefix.
func token(epoch string) (string, error) {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	return epoch + "." + hex.EncodeToString(b[:]), nil
}

// history collects changes of status to be written in one statement.
type history struct{ ids, was, is, reasons []string }

func (h *history) add(id string, was, is delivery.Status, reason string) {
	h.ids, h.was, h.is, h.reasons = append(h.ids, id), append(h.was, string(was)), append(h.is, string(is)), append(h.reasons, reason)
}

func (h *history) queue(b *pgx.Batch, now time.Time) {
	if len(h.ids) > 0 {
		b.Queue(historySQL, now, h.ids, h.was, h.is, h.reasons)
	}
}
