package postgres

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"time"

	"carebell/bot"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"

	"github.com/jackc/pgx/v5"
)

// Load reads what a Step may look at, in one snapshot, so that it fits together.
func (s *Store) Load(ctx context.Context, a bot.Arrival) (conversations.State, error) {
	var state conversations.State
	err := s.snapshot(ctx, "load state", app, func(t *tx) error {
		state = conversations.State{}
		if _, err := rand.Read(state.Entropy[:]); err != nil {
			return err
		}
		return loader{t}.load(&state, a)
	})
	return state, err
}

type loader struct{ *tx }

func (l loader) load(state *conversations.State, a bot.Arrival) error {
	if id := conversations.DraftOf(a.Update.Data); id != "" {
		drafts, err := l.drafts(`SELECT `+draftColumns+` FROM conversations WHERE id = $1`, id)
		if err != nil {
			return err
		}
		if len(drafts) == 1 {
			state.Tapped = &drafts[0]
		}
	}
	if state.Tapped != nil && a.Update.MessageID != "" {
		err := l.row(`SELECT message_id::text FROM platform_messages WHERE channel = $1 AND chat_id = $2 AND platform_id = $3 AND message_id IS NOT NULL`,
			a.Update.From.Channel, a.Update.From.ID, a.Update.MessageID).Scan(&state.TappedMessage)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
	}
	err := l.person(state, a)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // a stranger
	}
	if err != nil {
		return err
	}
	if state.Open, err = l.drafts(openDraftsSQL, state.Person.ID, l.now); err != nil {
		return err
	}
	if state.Series, err = l.series(personSeriesSQL, state.Person.ID); err != nil {
		return err
	}
	if state.Tapped != nil && state.Tapped.Owner == state.Person.ID {
		for _, id := range state.Tapped.Data.Named() {
			named, err := l.series(`SELECT `+seriesColumns+` FROM schedules s WHERE id = $1`, id)
			if err != nil {
				return err
			}
			state.Named = append(state.Named, named...)
		}
	}
	state.Recent, err = list(l.tx, scanRecent, recentSQL, state.Person.ID, l.now)
	return err
}

const personSQL = `SELECT p.id::text, p.name, p.language, p.zone, p.zone_confirmed, a.unreachable_why,
		COALESCE(CASE WHEN c.withdrawn_at IS NULL THEN c.text_version ELSE '' END, ''), COALESCE(c.withdrawn_at IS NOT NULL AND c.id IS NOT NULL, false)
	FROM addresses a JOIN patients p ON p.id = a.patient_id
		LEFT JOIN LATERAL (SELECT id, withdrawn_at, text_version FROM consents WHERE patient_id = p.id ORDER BY given_at DESC, id DESC LIMIT 1) c ON true
	WHERE a.channel = $1 AND a.platform_id = $2 AND a.erased_at IS NULL`

func (l loader) person(state *conversations.State, a bot.Arrival) error {
	p := &state.Person
	return l.row(personSQL, a.Update.From.Channel, a.Update.From.ID).Scan(&p.ID, &p.Name, &p.Language,
		&p.Zone, &p.ZoneConfirmed, &p.Unreachable, &p.Consent, &p.Stopped)
}

const (
	draftColumns = `id, patient_id::text, kind, step, status, version, data, COALESCE(card_id::text, ''), expires_at, updated_at`

	openDraftsSQL = `SELECT ` + draftColumns + ` FROM conversations
		WHERE patient_id = $1 AND status = 'open' AND expires_at > $2 ORDER BY updated_at, seq`
)

func (l loader) drafts(query string, args ...any) ([]conversations.Draft, error) {
	return list(l.tx, func(row pgx.CollectableRow) (d conversations.Draft, err error) {
		var data []byte
		if err := row.Scan(&d.ID, &d.Owner, &d.Kind, &d.Step, &d.Status, &d.Version, &data, &d.Card, &d.ExpiresAt, &d.UpdatedAt); err != nil {
			return d, err
		}
		if json.Unmarshal(data, &d.Data) != nil { // nobody can go on with it, and it must not hold up the rest
			d.Data, d.Status, d.Step = conversations.Data{}, conversations.DraftDropped, conversations.StepDone
		}
		d.ExpiresAt, d.UpdatedAt = d.ExpiresAt.UTC(), d.UpdatedAt.UTC()
		return d, nil
	}, query, args...)
}

const (
	seriesColumns = `s.id::text, s.code, COALESCE(s.draft_id, ''), s.message, s.template_key, s.parameters, s.rule, s.status,
		s.status_why, s.version, s.max_lateness_seconds, s.asks, s.nag_every_seconds, s.nag_times, s.priority,
		(SELECT MIN(m.scheduled_time) FROM scheduled_messages m WHERE m.schedule_id = s.id AND m.status IN ('pending', 'paused') AND m.parent_id IS NULL)`

	personSeriesSQL = `SELECT ` + seriesColumns + ` FROM schedules s
		WHERE patient_id = $1 AND status IN ('active', 'paused', 'finished') AND (status <> 'finished' OR EXISTS (
			SELECT 1 FROM scheduled_messages m WHERE m.schedule_id = s.id AND m.status IN ('pending', 'paused') AND m.parent_id IS NULL))
		ORDER BY s.seq`
)

func (l loader) series(query string, args ...any) ([]conversations.Upcoming, error) {
	return list(l.tx, func(row pgx.CollectableRow) (u conversations.Upcoming, err error) {
		var rule string
		var parameters []byte
		var lateness, nagEvery int64
		var priority int
		var next *time.Time
		if err := row.Scan(&u.ID, &u.Code, &u.Draft, &u.Message, &u.Template, &parameters, &rule, &u.Status,
			&u.Why, &u.Version, &lateness, &u.Asks, &nagEvery, &u.NagTimes, &priority, &next); err != nil {
			return u, err
		}
		// A rule or parameters that cannot be read are shown as none: the person can still stop the series.
		if u.Rule, err = schedule.ParseRule(rule); err != nil {
			u.Rule = schedule.Rule{}
		}
		if json.Unmarshal(parameters, &u.Parameters) != nil {
			u.Parameters = nil
		}
		u.MaxLateness, u.NagEvery, u.Next = time.Duration(lateness)*time.Second, time.Duration(nagEvery)*time.Second, utc(next)
		u.TimeCritical = priority <= delivery.PriorityCritical
		return u, nil
	}, query, args...)
}

const recentSQL = `SELECT m.message_content, m.scheduled_time, s.zone, m.status, m.sent_at
	FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id
	WHERE m.patient_id = $1 AND m.scheduled_time <= $2 AND m.parent_id IS NULL ORDER BY m.scheduled_time DESC LIMIT 5`

func scanRecent(row pgx.CollectableRow) (m conversations.Message, err error) {
	var sent *time.Time
	err = row.Scan(&m.Text, &m.Due, &m.Zone, &m.Status, &sent)
	m.Due, m.SentAt = m.Due.UTC(), utc(sent)
	return m, err
}
