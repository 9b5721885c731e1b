package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"carebell/bot"
	"carebell/chat"
)

// maxTurnFailures is how often a turn may fail before its update is set aside.
const maxTurnFailures = 5

// Receive keeps an update until its turn is committed. The same one twice is one.
func (s *Store) Receive(ctx context.Context, u chat.Update) error {
	body, err := json.Marshal(u)
	if err != nil {
		return fmt.Errorf("encode update: %w", err)
	}
	const q = `INSERT INTO inbox (channel, update_id, chat_id, body, status, received_at)
		VALUES (?, ?, ?, ?, 'new', ?) ON CONFLICT (channel, update_id) DO NOTHING`
	return s.tx(ctx, "receive", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, q, u.From.Channel, u.ID, u.From.ID, string(body), micros(s.now()))
		return err
	})
}

// Quarantine keeps what could not be decoded, so that nothing is lost and nothing is retried for ever.
func (s *Store) Quarantine(ctx context.Context, channel chat.Channel, id string, raw []byte, reason string) error {
	const q = `INSERT INTO inbox (channel, update_id, chat_id, body, status, reason, received_at)
		VALUES (?, ?, '', ?, 'quarantined', ?, ?) ON CONFLICT (channel, update_id) DO NOTHING`
	return s.tx(ctx, "quarantine", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, q, channel, id, string(raw), reason, micros(s.now()))
		return err
	})
}

const waitingSQL = `SELECT seq, body, attempts FROM inbox
		WHERE status = 'new' AND retry_at <= ? AND seq IN (
			SELECT MIN(seq) FROM inbox WHERE status = 'new' GROUP BY channel, chat_id)
		ORDER BY seq LIMIT ?`

// Waiting lists the first unhandled update of each chat, oldest first.
func (s *Store) Waiting(ctx context.Context, limit int) ([]bot.Arrival, error) {
	rows, err := s.read.QueryContext(ctx, waitingSQL, micros(s.now()), limit)
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	defer rows.Close()
	var out []bot.Arrival
	for rows.Next() {
		var a bot.Arrival
		var body string
		if err := rows.Scan(&a.Seq, &body, &a.Attempts); err != nil {
			return nil, fmt.Errorf("read the inbox: %w", err)
		}
		if err := json.Unmarshal([]byte(body), &a.Update); err != nil {
			return nil, fmt.Errorf("decode inbox row %d: %w", a.Seq, err)
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

// Postpone counts a failed turn and waits before the next; after maxTurnFailures the update is set
// aside with its reason, so that the person's next ones are answered.
func (s *Store) Postpone(ctx context.Context, a bot.Arrival, reason string) error {
	const q = `UPDATE inbox SET attempts = attempts + 1, reason = ?, retry_at = ?,
			status = CASE WHEN attempts + 1 >= ? THEN 'quarantined' ELSE 'new' END
		WHERE seq = ? AND status = 'new'`
	retry := s.now().Add(time.Second << min(a.Attempts, 5))
	return s.tx(ctx, "postpone", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, q, reason, micros(retry), maxTurnFailures, a.Seq)
		return err
	})
}
