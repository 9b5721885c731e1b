package postgres

import (
	"context"
	"errors"
	"time"

	"carebell/bot"
	"carebell/chat"
	"carebell/conversations"
	"carebell/schedule"

	"github.com/jackc/pgx/v5"
)

// actForSQL names whom the rest of the transaction acts for: it sees no other person's rows, and
// deletes none.
const actForSQL = `SELECT set_config('carebell.person', $1, true)`

// Record reads what is kept of the person who wrote, in one snapshot that sees nobody else's rows.
func (s *Store) Record(ctx context.Context, a bot.Arrival, w conversations.Wanted) (record conversations.Record, err error) {
	err = s.snapshot(ctx, "read the record", app, func(t *tx) error {
		record = conversations.Record{}
		return recorder{t, w.Since}.read(&record, a.Update.From)
	})
	return record, err
}

type recorder struct {
	*tx
	since time.Time
}

func (r recorder) read(into *conversations.Record, who chat.Address) error {
	var patient string
	err := r.row(`SELECT p.id::text, p.created_at FROM addresses a JOIN patients p ON p.id = a.patient_id
		WHERE a.channel = $1 AND a.platform_id = $2 AND a.erased_at IS NULL`, who.Channel, who.ID).Scan(&patient, &into.Since)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // nothing is kept of a stranger
	}
	if err != nil {
		return err
	}
	into.Since = into.Since.UTC()
	if _, err := r.exec(actForSQL, patient); err != nil {
		return err
	}
	if into.Addresses, err = list(r.tx, func(row pgx.CollectableRow) (a chat.Address, err error) {
		return a, row.Scan(&a.Channel, &a.ID)
	}, `SELECT channel, platform_id FROM addresses WHERE patient_id = $1 ORDER BY created_at, id`, patient); err != nil {
		return err
	}
	if into.Consents, err = list(r.tx, recordConsent, `SELECT text_version, language, channel, given_at, withdrawn_at FROM consents
		WHERE patient_id = $1 ORDER BY given_at, id`, patient); err != nil {
		return err
	}
	if into.Series, err = list(r.tx, recordSeries, `SELECT id::text, code, message, template_key, rule, status, status_why, asks, version, created_at
		FROM schedules WHERE patient_id = $1 ORDER BY seq`, patient); err != nil {
		return err
	}
	var since *time.Time
	if !r.since.IsZero() {
		since = &r.since
	}
	if into.Messages, err = list(r.tx, recordMessage, `SELECT m.id::text, m.schedule_id::text, m.kind, m.message_content, s.zone, s.asks, m.status,
			m.scheduled_time, m.sent_at, m.delivery_window_seconds
		FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id
		WHERE m.patient_id = $1 AND m.scheduled_time >= COALESCE($2, '-infinity'::timestamptz) ORDER BY m.scheduled_time, m.id`, patient, since); err != nil {
		return err
	}
	into.Answers, err = list(r.tx, recordAnswer, `SELECT message_id::text, answer, reason, due_at, said_at, received_at, undone_at FROM responses
		WHERE patient_id = $1 AND due_at >= COALESCE($2, '-infinity'::timestamptz) ORDER BY due_at, received_at, id`, patient, since)
	return err
}

func recordConsent(row pgx.CollectableRow) (c conversations.GivenConsent, err error) {
	var withdrawn *time.Time
	err = row.Scan(&c.Version, &c.Language, &c.Channel, &c.GivenAt, &withdrawn)
	c.GivenAt, c.WithdrawnAt = c.GivenAt.UTC(), utc(withdrawn)
	return c, err
}

func recordSeries(row pgx.CollectableRow) (s conversations.KeptSeries, err error) {
	var rule string
	if err = row.Scan(&s.ID, &s.Code, &s.Message, &s.Template, &rule, &s.Status, &s.Why, &s.Asks, &s.Version, &s.CreatedAt); err != nil {
		return s, err
	}
	s.CreatedAt = s.CreatedAt.UTC()
	if s.Rule, err = schedule.ParseRule(rule); err != nil {
		s.Rule = schedule.Rule{} // the rest of what is kept is told all the same
	}
	return s, nil
}

func recordMessage(row pgx.CollectableRow) (m conversations.KeptMessage, err error) {
	var sent *time.Time
	var window int64
	err = row.Scan(&m.ID, &m.Series, &m.Kind, &m.Text, &m.Zone, &m.Asks, &m.Status, &m.Due, &sent, &window)
	m.Due, m.SentAt = m.Due.UTC(), utc(sent)
	m.Until = m.Due.Add(time.Duration(window) * time.Second)
	return m, err
}

func recordAnswer(row pgx.CollectableRow) (a conversations.KeptAnswer, err error) {
	var undone *time.Time
	err = row.Scan(&a.Message, &a.Answer, &a.Reason, &a.Due, &a.SaidAt, &a.ReceivedAt, &undone)
	a.Due, a.SaidAt, a.ReceivedAt, a.UndoneAt = a.Due.UTC(), a.SaidAt.UTC(), a.ReceivedAt.UTC(), utc(undone)
	return a, err
}
