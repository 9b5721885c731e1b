package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"carebell/bot/webchat"
	"carebell/chat"

	"github.com/jackc/pgx/v5"
)

// Transcript is the web chat's transcript. It implements webchat.Transcript. Every change tells the
// other replicas, whose pages may show it.
type Transcript struct{ store *Store }

// Transcript returns the web chat's part of the store.
func (s *Store) Transcript() webchat.Transcript { return &Transcript{store: s} }

// Open notes that the person has the page.
func (t *Transcript) Open(ctx context.Context, who chat.Address, at time.Time) error {
	_, err := t.store.single(ctx, "open the transcript", app,
		`INSERT INTO webchat_people (id, created_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`, who.ID, at)
	return err
}

// change runs fn with the person locked, so that their numbers are given one after the other.
func (t *Transcript) change(ctx context.Context, action string, who chat.Address, missing error, fn func(*tx) error) error {
	return t.store.tx(ctx, action, app, func(x *tx) error {
		err := x.row(`SELECT 1 FROM webchat_people WHERE id = $1 FOR NO KEY UPDATE`, who.ID).Scan(new(int))
		if errors.Is(err, pgx.ErrNoRows) {
			return missing
		}
		if err != nil {
			return err
		}
		if err := fn(x); err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(notifySQL, pageTopic, t.store.member.epoch()+" "+who.ID)
		return x.finish(b)
	})
}

const nextSeqSQL = `UPDATE webchat_people SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq`

// Append adds a message unless its key is there.
func (t *Transcript) Append(ctx context.Context, to chat.Address, key string, e webchat.Entry) error {
	return t.change(ctx, "append to the transcript", to, webchat.ErrNoPerson, func(x *tx) error {
		var known bool
		if err := x.row(`SELECT EXISTS (SELECT 1 FROM webchat_messages WHERE person_id = $1 AND idempotency_key = $2)`,
			to.ID, key).Scan(&known); err != nil || known {
			return err
		}
		var seq int64
		if err := x.row(nextSeqSQL, to.ID).Scan(&seq); err != nil {
			return err
		}
		message := e.Message
		var file []byte // read only when it is asked for
		if message.File != nil {
			kept := *message.File
			file, kept.Data, message.File = kept.Data, nil, &kept
		}
		_, err := x.exec(`INSERT INTO webchat_messages (person_id, id, idempotency_key, author, body, position, seq, created_at, changed_at, file)
			VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $7, $8)`, to.ID, e.MessageID, key, e.Author, message, seq, e.At, file)
		return err
	})
}

// File reads the file of one message of the person.
func (t *Transcript) File(ctx context.Context, to chat.Address, messageID string) (f chat.File, err error) {
	err = t.store.tx(ctx, "read a file of the transcript", app, func(x *tx) error {
		var m chat.Message
		var data []byte
		err := x.row(`SELECT body, file FROM webchat_messages
			WHERE person_id = $1 AND id = $2 AND body IS NOT NULL AND file IS NOT NULL`, to.ID, messageID).Scan(&m, &data)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && m.File == nil {
			return webchat.ErrNoMessage
		}
		if err != nil {
			return err
		}
		f = *m.File
		f.Data = data
		return nil
	})
	return f, err
}

// Edit replaces a message that is there. The same text again changes nothing.
func (t *Transcript) Edit(ctx context.Context, to chat.Address, messageID string, m chat.Message, at time.Time) error {
	return t.change(ctx, "edit the transcript", to, webchat.ErrNoMessage, func(x *tx) error {
		var same *bool
		err := x.row(`SELECT body = $3::jsonb FROM webchat_messages WHERE person_id = $1 AND id = $2`, to.ID, messageID, m).Scan(&same)
		switch {
		case errors.Is(err, pgx.ErrNoRows), err == nil && same == nil:
			return webchat.ErrNoMessage
		case err != nil || *same:
			return err
		}
		return x.rewrite(to, messageID, &m, at)
	})
}

// Delete empties a message and keeps its place.
func (t *Transcript) Delete(ctx context.Context, to chat.Address, messageID string, at time.Time) error {
	return t.change(ctx, "delete from the transcript", to, webchat.ErrNoMessage, func(x *tx) error {
		var there bool
		err := x.row(`SELECT body IS NOT NULL FROM webchat_messages WHERE person_id = $1 AND id = $2`, to.ID, messageID).Scan(&there)
		if errors.Is(err, pgx.ErrNoRows) {
			return webchat.ErrNoMessage
		}
		if err != nil || !there {
			return err
		}
		return x.rewrite(to, messageID, nil, at)
	})
}

func (t *tx) rewrite(to chat.Address, messageID string, body *chat.Message, at time.Time) error {
	var seq int64
	if err := t.row(nextSeqSQL, to.ID).Scan(&seq); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE webchat_messages SET body = $3, seq = $4, changed_at = $5, file = NULL WHERE person_id = $1 AND id = $2`,
		to.ID, messageID, body, seq, at)
	return err
}

const (
	entryColumns   = `id, author, body, position, seq, created_at, changed_at`
	listChangesSQL = `SELECT ` + entryColumns + ` FROM webchat_messages WHERE person_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`
	listRecentSQL  = `SELECT ` + entryColumns + ` FROM (
			SELECT ` + entryColumns + ` FROM webchat_messages WHERE person_id = $1 ORDER BY position DESC LIMIT $2) recent ORDER BY seq`
	listEarlierSQL = `SELECT ` + entryColumns + ` FROM webchat_messages
		WHERE person_id = $1 AND position < $2 AND body IS NOT NULL ORDER BY position DESC LIMIT $3`
	listUnacknowledgedSQL = `SELECT ` + entryColumns + ` FROM webchat_messages
		WHERE person_id = $1 AND seq <= $2 AND author = 'carebell' AND acknowledged_at IS NULL AND body IS NOT NULL
		ORDER BY seq LIMIT $3`
)

// List returns what changed after a sequence number; after 0, the last messages. Both are read in
// one snapshot: last never names a change that a full list would lack.
func (t *Transcript) List(ctx context.Context, to chat.Address, after int64, limit int) (entries []webchat.Entry, last int64, err error) {
	err = t.store.snapshot(ctx, "list the transcript", app, func(x *tx) error {
		err := x.row(`SELECT last_seq FROM webchat_people WHERE id = $1`, to.ID).Scan(&last)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if after == 0 {
			entries, err = list(x, scanEntry, listRecentSQL, to.ID, limit)
		} else {
			entries, err = list(x, scanEntry, listChangesSQL, to.ID, after, limit)
		}
		return err
	})
	return entries, last, err
}

// Earlier returns what stands before a position, the nearest first.
func (t *Transcript) Earlier(ctx context.Context, to chat.Address, before int64, limit int) ([]webchat.Entry, error) {
	return t.entries(ctx, listEarlierSQL, to.ID, before, limit)
}

// Unacknowledged returns carebell's messages that the page has not acknowledged.
func (t *Transcript) Unacknowledged(ctx context.Context, to chat.Address, upTo int64, limit int) ([]webchat.Entry, error) {
	return t.entries(ctx, listUnacknowledgedSQL, to.ID, upTo, limit)
}

func (t *Transcript) entries(ctx context.Context, sql string, args ...any) (entries []webchat.Entry, err error) {
	err = t.store.tx(ctx, "read the transcript", app, func(x *tx) (err error) {
		entries, err = list(x, scanEntry, sql, args...)
		return err
	})
	return entries, err
}

func scanEntry(row pgx.CollectableRow) (e webchat.Entry, err error) {
	var body []byte
	if err := row.Scan(&e.MessageID, &e.Author, &body, &e.Position, &e.Seq, &e.At, &e.ChangedAt); err != nil {
		return e, err
	}
	e.At, e.ChangedAt, e.Deleted = e.At.UTC(), e.ChangedAt.UTC(), body == nil
	if body != nil {
		if err := json.Unmarshal(body, &e.Message); err != nil {
			return e, fmt.Errorf("message %s: %w", e.MessageID, err)
		}
	}
	return e, nil
}

// Acknowledge notes that the page has the messages.
func (t *Transcript) Acknowledge(ctx context.Context, to chat.Address, messageIDs []string, at time.Time) error {
	_, err := t.store.single(ctx, "acknowledge the transcript", app, `UPDATE webchat_messages SET acknowledged_at = $3
		WHERE person_id = $1 AND id = ANY($2) AND acknowledged_at IS NULL`, to.ID, messageIDs, at)
	return err
}
