package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"carebell/bot"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"
)

// Load reads what a Step may look at, in one read transaction, so that it fits together.
func (s *Store) Load(ctx context.Context, a bot.Arrival) (conversations.State, error) {
	var state conversations.State
	if _, err := rand.Read(state.Entropy[:]); err != nil {
		return state, fmt.Errorf("load state: %w", err)
	}
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return state, fmt.Errorf("load state: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	l := loader{ctx: ctx, tx: tx, now: micros(s.now())}
	if err := l.load(&state, a); err != nil {
		return state, fmt.Errorf("load state: %w", err)
	}
	return state, nil
}

type loader struct {
	ctx context.Context
	tx  *sql.Tx
	now int64
}

func (l loader) load(state *conversations.State, a bot.Arrival) error {
	if id := conversations.DraftOf(a.Update.Data); id != "" {
		drafts, err := l.drafts(`SELECT `+draftColumns+` FROM conversations WHERE id = ?`, id)
		if err != nil {
			return err
		}
		if len(drafts) == 1 {
			state.Tapped = &drafts[0]
		}
	}
	if state.Tapped != nil && a.Update.MessageID != "" {
		err := l.tx.QueryRowContext(l.ctx, `SELECT message_id FROM platform_messages WHERE channel = ? AND chat_id = ? AND platform_id = ? AND message_id IS NOT NULL`,
			a.Update.From.Channel, a.Update.From.ID, a.Update.MessageID).Scan(&state.TappedMessage)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	err := l.person(state, a)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // a stranger
	}
	if err != nil {
		return err
	}
	state.Open, err = l.drafts(`SELECT `+draftColumns+` FROM conversations
		WHERE patient_id = ? AND status = 'open' AND expires_at > ? ORDER BY updated_at, rowid`, state.Person.ID, l.now)
	if err != nil {
		return err
	}
	state.Series, err = l.series(`SELECT `+seriesColumns+` FROM schedules s
		WHERE patient_id = ? AND status IN ('active', 'paused', 'finished') AND (status <> 'finished' OR EXISTS (
			SELECT 1 FROM scheduled_messages m WHERE m.schedule_id = s.id AND m.status IN ('pending', 'paused') AND m.parent_id IS NULL))
		ORDER BY s.rowid`, state.Person.ID)
	if err != nil {
		return err
	}
	if state.Tapped != nil && state.Tapped.Owner == state.Person.ID {
		for _, id := range state.Tapped.Data.Named() {
			named, err := l.series(`SELECT `+seriesColumns+` FROM schedules s WHERE id = ?`, id)
			if err != nil {
				return err
			}
			state.Named = append(state.Named, named...)
		}
	}
	return l.recent(state)
}

func (l loader) person(state *conversations.State, a bot.Arrival) error {
	const q = `SELECT p.id, p.name, p.language, p.zone, p.zone_confirmed, a.unreachable_why,
			COALESCE((SELECT CASE WHEN withdrawn_at IS NULL THEN text_version ELSE '' END FROM consents
				WHERE patient_id = p.id ORDER BY given_at DESC, id DESC LIMIT 1), ''),
			COALESCE((SELECT withdrawn_at IS NOT NULL FROM consents
				WHERE patient_id = p.id ORDER BY given_at DESC, id DESC LIMIT 1), 0)
		FROM addresses a JOIN patients p ON p.id = a.patient_id WHERE a.channel = ? AND a.platform_id = ? AND a.erased_at IS NULL`
	p := &state.Person
	return l.tx.QueryRowContext(l.ctx, q, a.Update.From.Channel, a.Update.From.ID).Scan(&p.ID, &p.Name, &p.Language,
		&p.Zone, &p.ZoneConfirmed, &p.Unreachable, &p.Consent, &p.Stopped)
}

const draftColumns = `id, patient_id, kind, step, status, version, data, COALESCE(card_id, ''), expires_at, updated_at`

func (l loader) drafts(query string, args ...any) ([]conversations.Draft, error) {
	rows, err := l.tx.QueryContext(l.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []conversations.Draft
	for rows.Next() {
		var d conversations.Draft
		var data string
		var expires, updated int64
		if err := rows.Scan(&d.ID, &d.Owner, &d.Kind, &d.Step, &d.Status, &d.Version, &data, &d.Card, &expires, &updated); err != nil {
			return nil, err
		}
		if json.Unmarshal([]byte(data), &d.Data) != nil { // nobody can go on with it, and it must not hold up the rest
			d.Data, d.Status, d.Step = conversations.Data{}, conversations.DraftDropped, conversations.StepDone
		}
		d.ExpiresAt, d.UpdatedAt = fromMicros(expires), fromMicros(updated)
		out = append(out, d)
	}
	return out, rows.Err()
}

const seriesColumns = `s.id, s.code, COALESCE(s.draft_id, ''), s.message, s.template_key, s.parameters, s.rule, s.status,
	s.status_why, s.version, s.max_lateness_seconds, s.asks, s.nag_every_seconds, s.nag_times, s.priority,
	(SELECT MIN(m.scheduled_time) FROM scheduled_messages m WHERE m.schedule_id = s.id AND m.status IN ('pending', 'paused') AND m.parent_id IS NULL)`

func (l loader) series(query string, args ...any) ([]conversations.Upcoming, error) {
	rows, err := l.tx.QueryContext(l.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []conversations.Upcoming
	for rows.Next() {
		var u conversations.Upcoming
		var parameters, rule string
		var lateness, nagEvery int64
		var priority int
		var next sql.NullInt64
		if err := rows.Scan(&u.ID, &u.Code, &u.Draft, &u.Message, &u.Template, &parameters, &rule, &u.Status,
			&u.Why, &u.Version, &lateness, &u.Asks, &nagEvery, &u.NagTimes, &priority, &next); err != nil {
			return nil, err
		}
		// A rule or parameters that cannot be read are shown as none: the person can still stop the series.
		if u.Rule, err = schedule.ParseRule(rule); err != nil {
			u.Rule = schedule.Rule{}
		}
		if json.Unmarshal([]byte(parameters), &u.Parameters) != nil {
			u.Parameters = nil
		}
		u.MaxLateness, u.NagEvery, u.Next = time.Duration(lateness)*time.Second, time.Duration(nagEvery)*time.Second, optionalTime(next)
		u.TimeCritical = priority <= delivery.PriorityCritical
		out = append(out, u)
	}
	return out, rows.Err()
}

func (l loader) recent(state *conversations.State) error {
	const q = `SELECT m.message_content, m.scheduled_time, s.zone, m.status, m.sent_at
		FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id
		WHERE m.patient_id = ? AND m.scheduled_time <= ? AND m.parent_id IS NULL ORDER BY m.scheduled_time DESC LIMIT 5`
	rows, err := l.tx.QueryContext(l.ctx, q, state.Person.ID, l.now)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var m conversations.Message
		var due int64
		var sent sql.NullInt64
		if err := rows.Scan(&m.Text, &due, &m.Zone, &m.Status, &sent); err != nil {
			return err
		}
		m.Due, m.SentAt = fromMicros(due), optionalTime(sent)
		state.Recent = append(state.Recent, m)
	}
	return rows.Err()
}
