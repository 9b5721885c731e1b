package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"carebell/bot/webchat"
	"carebell/chat"
)

// Transcript is the web chat's transcript. It implements webchat.Transcript.
type Transcript struct{ store *Store }

// Transcript returns the web chat's part of the store.
func (s *Store) Transcript() webchat.Transcript { return &Transcript{store: s} }

const openPersonSQL = `
INSERT INTO webchat_people (id, created_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING`

// Open notes that the person has the page.
func (t *Transcript) Open(ctx context.Context, who chat.Address, at time.Time) error {
	return t.store.tx(ctx, "open the transcript", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, openPersonSQL, who.ID, micros(at))
		return err
	})
}

const (
	transcriptKeySQL = `SELECT 1 FROM webchat_messages WHERE person_id = ? AND idempotency_key = ?`
	nextSeqSQL       = `UPDATE webchat_people SET last_seq = last_seq + 1 WHERE id = ? RETURNING last_seq`
	appendMessageSQL = `
INSERT INTO webchat_messages (person_id, id, idempotency_key, author, body, position, seq, created_at, changed_at, file)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?7, ?8)`
)

// Append adds a message unless its key is there.
func (t *Transcript) Append(ctx context.Context, to chat.Address, key string, e webchat.Entry) error {
	body, file, err := transcriptBody(e.Message)
	if err != nil {
		return fmt.Errorf("append to the transcript: %w", err)
	}
	return t.store.tx(ctx, "append to the transcript", func(tx *sql.Tx) error {
		var one int
		err := tx.QueryRowContext(ctx, transcriptKeySQL, to.ID, key).Scan(&one)
		if !errors.Is(err, sql.ErrNoRows) {
			return err // nil: it is there
		}
		seq, err := nextSeq(ctx, tx, to)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, appendMessageSQL, to.ID, e.MessageID, key, string(e.Author), string(body), seq, micros(e.At), file)
		return err
	})
}

// transcriptBody parts a message from the bytes of its file, which are read only when they are asked for.
func transcriptBody(m chat.Message) (body, file []byte, err error) {
	if m.File != nil {
		kept := *m.File
		file, kept.Data, m.File = kept.Data, nil, &kept
	}
	body, err = json.Marshal(m)
	return body, file, err
}

// File reads the file of one message of the person.
func (t *Transcript) File(ctx context.Context, to chat.Address, messageID string) (chat.File, error) {
	var body, data []byte
	err := t.store.read.QueryRowContext(ctx, `SELECT body, file FROM webchat_messages
		WHERE person_id = ? AND id = ? AND body IS NOT NULL AND file IS NOT NULL`, to.ID, messageID).Scan(&body, &data)
	if errors.Is(err, sql.ErrNoRows) {
		return chat.File{}, webchat.ErrNoMessage
	}
	var m chat.Message
	if err == nil {
		err = json.Unmarshal(body, &m)
	}
	if err != nil {
		return chat.File{}, fmt.Errorf("read a file of the transcript: %w", err)
	}
	if m.File == nil {
		return chat.File{}, webchat.ErrNoMessage
	}
	m.File.Data = data
	return *m.File, nil
}

func nextSeq(ctx context.Context, tx *sql.Tx, to chat.Address) (int64, error) {
	var seq int64
	err := tx.QueryRowContext(ctx, nextSeqSQL, to.ID).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, webchat.ErrNoPerson
	}
	return seq, err
}

const (
	messageBodySQL   = `SELECT body FROM webchat_messages WHERE person_id = ? AND id = ?`
	changeMessageSQL = `
UPDATE webchat_messages SET body = ?3, seq = ?4, changed_at = ?5, file = NULL
WHERE person_id = ?1 AND id = ?2`
)

// Edit replaces a message that is there. The same text again changes nothing.
func (t *Transcript) Edit(ctx context.Context, to chat.Address, messageID string, m chat.Message, at time.Time) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("edit the transcript: %w", err)
	}
	return t.store.tx(ctx, "edit the transcript", func(tx *sql.Tx) error {
		old, err := messageBody(ctx, tx, to, messageID)
		switch {
		case err != nil:
			return err
		case !old.Valid:
			return webchat.ErrNoMessage
		case old.String == string(body):
			return nil
		}
		return changeMessage(ctx, tx, to, messageID, sql.NullString{String: string(body), Valid: true}, at)
	})
}

// Delete empties a message and keeps its place.
func (t *Transcript) Delete(ctx context.Context, to chat.Address, messageID string, at time.Time) error {
	return t.store.tx(ctx, "delete from the transcript", func(tx *sql.Tx) error {
		old, err := messageBody(ctx, tx, to, messageID)
		if err != nil || !old.Valid {
			return err
		}
		return changeMessage(ctx, tx, to, messageID, sql.NullString{}, at)
	})
}

func messageBody(ctx context.Context, tx *sql.Tx, to chat.Address, messageID string) (body sql.NullString, err error) {
	err = tx.QueryRowContext(ctx, messageBodySQL, to.ID, messageID).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		err = webchat.ErrNoMessage
	}
	return body, err
}

func changeMessage(ctx context.Context, tx *sql.Tx, to chat.Address, messageID string, body sql.NullString, at time.Time) error {
	seq, err := nextSeq(ctx, tx, to)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, changeMessageSQL, to.ID, messageID, body, seq, micros(at))
	return err
}

const (
	lastSeqSQL     = `SELECT last_seq FROM webchat_people WHERE id = ?`
	listChangesSQL = `
SELECT id, author, body, position, seq, created_at, changed_at FROM webchat_messages
WHERE person_id = ? AND seq > ? ORDER BY seq LIMIT ?`
	listRecentSQL = `
SELECT id, author, body, position, seq, created_at, changed_at FROM (
    SELECT id, author, body, position, seq, created_at, changed_at FROM webchat_messages
    WHERE person_id = ? ORDER BY position DESC LIMIT ?
) ORDER BY seq`
	listEarlierSQL = `
SELECT id, author, body, position, seq, created_at, changed_at FROM webchat_messages
WHERE person_id = ? AND position < ? AND body IS NOT NULL ORDER BY position DESC LIMIT ?`
	listUnacknowledgedSQL = `
SELECT id, author, body, position, seq, created_at, changed_at FROM webchat_messages
WHERE person_id = ? AND seq <= ? AND author = 'carebell' AND acknowledged_at IS NULL AND body IS NOT NULL
ORDER BY seq LIMIT ?`
)

// List returns what changed after a sequence number; after 0, the last messages.
func (t *Transcript) List(ctx context.Context, to chat.Address, after int64, limit int) (entries []webchat.Entry, last int64, err error) {
	// Both are read in one snapshot: last never names a change that a full list would lack.
	tx, err := t.store.read.BeginTx(ctx, nil)
	if err != nil {
		return nil, 0, fmt.Errorf("list the transcript: %w", err)
	}
	defer func() {
		if end := ignoreDone(tx.Rollback()); err == nil && end != nil {
			err = fmt.Errorf("list the transcript: %w", end)
		}
	}()
	err = tx.QueryRowContext(ctx, lastSeqSQL, to.ID).Scan(&last)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("list the transcript: %w", err)
	}
	var rows *sql.Rows
	if after == 0 {
		rows, err = tx.QueryContext(ctx, listRecentSQL, to.ID, limit)
	} else {
		rows, err = tx.QueryContext(ctx, listChangesSQL, to.ID, after, limit)
	}
	entries, err = readEntries(rows, err)
	return entries, last, err
}

// Earlier returns what stands before a position, the nearest first.
func (t *Transcript) Earlier(ctx context.Context, to chat.Address, before int64, limit int) ([]webchat.Entry, error) {
	return readEntries(t.store.read.QueryContext(ctx, listEarlierSQL, to.ID, before, limit))
}

// Unacknowledged returns carebell's messages that the page has not acknowledged.
func (t *Transcript) Unacknowledged(ctx context.Context, to chat.Address, upTo int64, limit int) ([]webchat.Entry, error) {
	return readEntries(t.store.read.QueryContext(ctx, listUnacknowledgedSQL, to.ID, upTo, limit))
}

func readEntries(rows *sql.Rows, err error) (entries []webchat.Entry, _ error) {
	if err != nil {
		return nil, fmt.Errorf("read the transcript: %w", err)
	}
	defer func() { _ = rows.Close() }() // its error is rows.Err's
	for rows.Next() {
		var (
			e                webchat.Entry
			body             sql.NullString
			created, changed int64
		)
		if err := rows.Scan(&e.MessageID, &e.Author, &body, &e.Position, &e.Seq, &created, &changed); err != nil {
			return nil, fmt.Errorf("read the transcript: %w", err)
		}
		e.At, e.ChangedAt, e.Deleted = fromMicros(created), fromMicros(changed), !body.Valid
		if body.Valid {
			if err := json.Unmarshal([]byte(body.String), &e.Message); err != nil {
				return nil, fmt.Errorf("read the transcript: %w", err)
			}
		}
		entries = append(entries, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the transcript: %w", err)
	}
	return entries, nil
}

const acknowledgeSQL = `
UPDATE webchat_messages SET acknowledged_at = ?3
WHERE person_id = ?1 AND id = ?2 AND acknowledged_at IS NULL`

// Acknowledge notes that the page has the messages.
func (t *Transcript) Acknowledge(ctx context.Context, to chat.Address, messageIDs []string, at time.Time) error {
	return t.store.tx(ctx, "acknowledge the transcript", func(tx *sql.Tx) error {
		for _, id := range messageIDs {
			if _, err := tx.ExecContext(ctx, acknowledgeSQL, to.ID, id, micros(at)); err != nil {
				return err
			}
		}
		return nil
	})
}
