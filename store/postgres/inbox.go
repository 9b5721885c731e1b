package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"carebell/bot"
	"carebell/chat"

	"github.com/jackc/pgx/v5"
)

// maxTurnFailures is how often a turn may fail before its update is set aside.
const maxTurnFailures = 5

// Receive keeps an update until its turn is committed. The same one twice is one.
func (s *Store) Receive(ctx context.Context, u chat.Update) error {
	body, err := json.Marshal(u)
	if err != nil {
		return fmt.Errorf("encode update: %w", err)
	}
	_, err = s.single(ctx, "receive", app, `INSERT INTO inbox (channel, update_id, chat_id, body, status, received_at)
		VALUES ($1, $2, $3, $4, 'new', COALESCE($5, clock_timestamp())) ON CONFLICT (channel, update_id) DO NOTHING`,
		u.From.Channel, u.ID, u.From.ID, body, s.at())
	return err
}

// Quarantine keeps what could not be decoded, so that nothing is lost and nothing is retried for ever.
func (s *Store) Quarantine(ctx context.Context, channel chat.Channel, id string, raw []byte, reason string) error {
	_, err := s.single(ctx, "quarantine", app, `INSERT INTO inbox (channel, update_id, chat_id, body, status, reason, received_at)
		VALUES ($1, $2, '', $3, 'quarantined', $4, COALESCE($5, clock_timestamp())) ON CONFLICT (channel, update_id) DO NOTHING`,
		channel, id, raw, reason, s.at())
	return err
}

const waitingSQL = `SELECT i.seq, i.body, i.attempts FROM inbox i
	WHERE i.status = 'new' AND i.retry_at <= $1 AND NOT EXISTS (SELECT 1 FROM inbox e
		WHERE e.status = 'new' AND e.channel = i.channel AND e.chat_id = i.chat_id AND e.seq < i.seq)
	ORDER BY i.seq LIMIT $2`

// Waiting lists the first unhandled update of each chat, oldest first.
func (s *Store) Waiting(ctx context.Context, limit int) ([]bot.Arrival, error) {
	var out []bot.Arrival
	err := s.tx(ctx, "read the inbox", app, func(t *tx) (err error) {
		out, err = list(t, func(row pgx.CollectableRow) (a bot.Arrival, err error) {
			var body []byte
			if err := row.Scan(&a.Seq, &body, &a.Attempts); err != nil {
				return a, err
			}
			if err := json.Unmarshal(body, &a.Update); err != nil {
				return a, fmt.Errorf("decode inbox row %d: %w", a.Seq, err)
			}
			return a, nil
		}, waitingSQL, t.now, limit)
		return err
	})
	return out, err
}

// Postpone counts a failed turn and waits before the next; after maxTurnFailures the update is set
// aside with its reason, so that the person's next ones are answered.
func (s *Store) Postpone(ctx context.Context, a bot.Arrival, reason string) error {
	return s.tx(ctx, "postpone", app, func(t *tx) error {
		_, err := t.exec(`UPDATE inbox SET attempts = attempts + 1, reason = $1, retry_at = $2,
				status = CASE WHEN attempts + 1 >= $3 THEN 'quarantined' ELSE 'new' END
			WHERE seq = $4 AND status = 'new'`, reason, t.now.Add(time.Second<<min(a.Attempts, 5)), maxTurnFailures, a.Seq)
		return err
	})
}
