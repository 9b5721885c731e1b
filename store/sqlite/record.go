package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"carebell/bot"
	"carebell/chat"
	"carebell/conversations"
	"carebell/schedule"
)

// Record reads what is kept of the person who wrote, in one read transaction.
func (s *Store) Record(ctx context.Context, a bot.Arrival, w conversations.Wanted) (conversations.Record, error) {
	var record conversations.Record
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return record, fmt.Errorf("read the record: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	r := recorder{ctx: ctx, tx: tx, since: -1 << 62}
	if !w.Since.IsZero() {
		r.since = micros(w.Since)
	}
	if err := r.read(&record, a.Update.From); err != nil {
		return record, fmt.Errorf("read the record: %w", err)
	}
	return record, nil
}

type recorder struct {
	ctx     context.Context
	tx      *sql.Tx
	since   int64
	patient string
}

func (r *recorder) read(into *conversations.Record, who chat.Address) error {
	var since int64
	err := r.tx.QueryRowContext(r.ctx, `SELECT p.id, p.created_at FROM addresses a JOIN patients p ON p.id = a.patient_id
		WHERE a.channel = ? AND a.platform_id = ? AND a.erased_at IS NULL`, who.Channel, who.ID).Scan(&r.patient, &since)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // nothing is kept of a stranger
	}
	if err != nil {
		return err
	}
	into.Since = fromMicros(since)
	if into.Addresses, err = records(r, `SELECT channel, platform_id FROM addresses WHERE patient_id = ? ORDER BY created_at, id`,
		func(rows *sql.Rows) (a chat.Address, err error) { return a, rows.Scan(&a.Channel, &a.ID) }, r.patient); err != nil {
		return err
	}
	if into.Consents, err = records(r, `SELECT text_version, language, channel, given_at, withdrawn_at FROM consents
		WHERE patient_id = ? ORDER BY given_at, id`, recordConsent, r.patient); err != nil {
		return err
	}
	if into.Series, err = records(r, `SELECT id, code, message, template_key, rule, status, status_why, asks, version, created_at FROM schedules
		WHERE patient_id = ? ORDER BY rowid`, recordSeries, r.patient); err != nil {
		return err
	}
	if into.Messages, err = records(r, `SELECT m.id, m.schedule_id, m.kind, m.message_content, s.zone, s.asks, m.status, m.scheduled_time,
			m.sent_at, m.delivery_window_seconds
		FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id
		WHERE m.patient_id = ? AND m.scheduled_time >= ? ORDER BY m.scheduled_time, m.id`, recordMessage, r.patient, r.since); err != nil {
		return err
	}
	into.Answers, err = records(r, `SELECT message_id, answer, reason, due_at, said_at, received_at, undone_at FROM responses
		WHERE patient_id = ? AND due_at >= ? ORDER BY due_at, received_at, id`, recordAnswer, r.patient, r.since)
	return err
}

func records[T any](r *recorder, query string, scan func(*sql.Rows) (T, error), args ...any) ([]T, error) {
	rows, err := r.tx.QueryContext(r.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, func() (T, error) { return scan(rows) })
}

func recordConsent(rows *sql.Rows) (c conversations.GivenConsent, err error) {
	var given int64
	var withdrawn sql.NullInt64
	err = rows.Scan(&c.Version, &c.Language, &c.Channel, &given, &withdrawn)
	c.GivenAt, c.WithdrawnAt = fromMicros(given), optionalTime(withdrawn)
	return c, err
}

func recordSeries(rows *sql.Rows) (s conversations.KeptSeries, err error) {
	var rule string
	var created int64
	if err = rows.Scan(&s.ID, &s.Code, &s.Message, &s.Template, &rule, &s.Status, &s.Why, &s.Asks, &s.Version, &created); err != nil {
		return s, err
	}
	s.CreatedAt = fromMicros(created)
	if s.Rule, err = schedule.ParseRule(rule); err != nil {
		s.Rule = schedule.Rule{} // one that cannot be read must not keep the others from their person
	}
	return s, nil
}

func recordMessage(rows *sql.Rows) (m conversations.KeptMessage, err error) {
	var due, window int64
	var sent sql.NullInt64
	err = rows.Scan(&m.ID, &m.Series, &m.Kind, &m.Text, &m.Zone, &m.Asks, &m.Status, &due, &sent, &window)
	m.Due, m.SentAt = fromMicros(due), optionalTime(sent)
	m.Until = m.Due.Add(time.Duration(window) * time.Second)
	return m, err
}

func recordAnswer(rows *sql.Rows) (a conversations.KeptAnswer, err error) {
	var due, said, received int64
	var undone sql.NullInt64
	err = rows.Scan(&a.Message, &a.Answer, &a.Reason, &due, &said, &received, &undone)
	a.Due, a.SaidAt, a.ReceivedAt, a.UndoneAt = fromMicros(due), fromMicros(said), fromMicros(received), optionalTime(undone)
	return a, err
}
