package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"carebell/delivery"

	"github.com/jackc/pgx/v5"
)

const (
	intendOccurrence = `WITH m AS (UPDATE scheduled_messages SET attempts = attempts + 1, copies = copies + 1,
				last_attempt_time = COALESCE($1, clock_timestamp()), updated_at = COALESCE($1, clock_timestamp())
			WHERE id = $2 AND lease_token = $3 AND status = 'sending' AND lease_until > COALESCE($1, clock_timestamp()) AND (NOT cancel_requested OR platform_ids <> '[]')
				AND NOT EXISTS (SELECT 1 FROM channels c WHERE c.channel = platform AND c.paused_until > COALESCE($1, clock_timestamp()))
			RETURNING id, attempts)
		INSERT INTO delivery_attempts (message_id, attempt, part, marked, lease_token, started_at)
		SELECT id, attempts, $4, $5, $3, COALESCE($1, clock_timestamp()) FROM m`
	intendOutbox = `WITH m AS (UPDATE outbox SET attempts = attempts + 1, copies = copies + 1,
				last_attempt_time = COALESCE($1, clock_timestamp()), updated_at = COALESCE($1, clock_timestamp())
			WHERE id = $2 AND lease_token = $3 AND status = 'sending' AND lease_until > COALESCE($1, clock_timestamp()) AND (NOT cancel_requested OR platform_ids <> '[]')
				AND NOT EXISTS (SELECT 1 FROM channels c WHERE c.channel = platform AND c.paused_until > COALESCE($1, clock_timestamp()))
			RETURNING id, attempts)
		INSERT INTO delivery_attempts (message_id, attempt, part, marked, lease_token, started_at)
		SELECT id, attempts, $4, $5, $3, COALESCE($1, clock_timestamp()) FROM m`
)

// Intend commits the intent to make one request. It refuses when the row is not ours any more, when it
// was cancelled before anything of it arrived (half a message is worse than all of it), and while the
// channel is paused.
func (s *Store) Intend(ctx context.Context, job delivery.Job, part int) error {
	query, held := intendOccurrence, refusalOccurrence
	if job.Source == delivery.Outbox {
		query, held = intendOutbox, refusalOutbox
	}
	for range mostTries {
		n, err := s.single(ctx, "intend", worker, query, s.at(), job.ID, job.Token, part, job.Marked)
		if err != nil || n > 0 {
			return err
		}
		var until *time.Time
		var ours, cancelled bool
		if err := s.read(ctx, "intend", worker, func(row pgx.Row) error { return row.Scan(&until, &ours, &cancelled) }, held,
			job.To.Channel, s.at(), job.ID, job.Token); err != nil {
			return err
		}
		switch {
		case !ours:
			return delivery.ErrFenced
		case cancelled:
			return delivery.ErrCancelled
		case until != nil:
			return &delivery.PausedError{Until: until.UTC()}
		}
		// The pause ended between the two questions: the row is ours, and may go.
	}
	return errors.New("intend: the channel is paused again and again")
}

// Why an intent was not committed: the row is not ours, it was cancelled, or the channel is paused.
const (
	refusalOccurrence = `SELECT (SELECT paused_until FROM channels WHERE channel = $1 AND paused_until > COALESCE($2, clock_timestamp())),
		EXISTS (SELECT 1 FROM scheduled_messages WHERE id = $3 AND lease_token = $4 AND status = 'sending' AND lease_until > COALESCE($2, clock_timestamp())),
		COALESCE((SELECT cancel_requested AND platform_ids = '[]' FROM scheduled_messages WHERE id = $3), false)`
	refusalOutbox = `SELECT (SELECT paused_until FROM channels WHERE channel = $1 AND paused_until > COALESCE($2, clock_timestamp())),
		EXISTS (SELECT 1 FROM outbox WHERE id = $3 AND lease_token = $4 AND status = 'sending' AND lease_until > COALESCE($2, clock_timestamp())),
		COALESCE((SELECT cancel_requested AND platform_ids = '[]' FROM outbox WHERE id = $3), false)`
)

// Settle records an outcome under the job's token, with its history, in one transaction. It locks
// in the order in which everybody does: address, series, the platform's word, message.
func (s *Store) Settle(ctx context.Context, job delivery.Job, part int, o delivery.Outcome) error {
	w := settler{job: job, o: o, part: part}
	return s.txAfter(ctx, "settle", worker, w.lock, func(t *tx) error {
		w.tx = t
		return w.settle()
	})
}

type settler struct {
	*tx
	job  delivery.Job
	part int
	o    delivery.Outcome

	found    bool
	row      settled
	progress *string // a receipt that came before this outcome
}

// settled is a row as it is when its outcome is recorded.
type settled struct {
	attempts, copies int
	parts            []string
	cancel           bool
	paused           bool // its series was paused while it was being sent
	recipient        string
	patient          string
}

const (
	heldOccurrence = `SELECT m.attempts, m.copies, m.platform_ids, m.cancel_requested, s.status = 'paused', m.recipient_id::text, m.patient_id::text
		FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id
		WHERE m.id = $1 AND m.lease_token = $2 AND m.status = 'sending' FOR NO KEY UPDATE OF m`
	heldOutbox = `SELECT m.attempts, m.copies, m.platform_ids, m.cancel_requested, false, m.recipient_id::text, a.patient_id::text
		FROM outbox m JOIN addresses a ON a.id = m.recipient_id
		WHERE m.id = $1 AND m.lease_token = $2 AND m.status = 'sending' FOR NO KEY UPDATE OF m`
	lockSeries = `SELECT 1 FROM schedules WHERE id = (SELECT schedule_id FROM scheduled_messages WHERE id = $1) FOR SHARE`
	arrivedSQL = `INSERT INTO platform_messages (channel, chat_id, platform_id, message_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT (channel, chat_id, platform_id) DO UPDATE SET message_id = COALESCE(platform_messages.message_id, $4)
		RETURNING progress`
)

// lock queues what must be locked and read before anything can be decided.
func (w *settler) lock(b *pgx.Batch) {
	w.found, w.progress = false, nil
	held, address := heldOccurrence, `SELECT 1 FROM addresses WHERE id = (SELECT recipient_id FROM scheduled_messages WHERE id = $1) FOR NO KEY UPDATE`
	if w.job.Source == delivery.Outbox {
		held, address = heldOutbox, `SELECT 1 FROM addresses WHERE id = (SELECT recipient_id FROM outbox WHERE id = $1) FOR NO KEY UPDATE`
	}
	if w.o.Unreachable != "" || w.o.MigrateTo != "" {
		b.Queue(address, w.job.ID)
	}
	if w.job.Source == delivery.Occurrence && (w.o.Status == delivery.Pending || w.o.Status == delivery.Unknown || w.o.Status == delivery.Sent && w.job.Asks != "") {
		b.Queue(lockSeries, w.job.ID) // a pause must see what this outcome leaves, or this outcome the pause
	}
	if w.arrives() {
		b.Queue(arrivedSQL, w.job.To.Channel, w.job.To.ID, w.o.PlatformID, w.job.ID).QueryRow(func(row pgx.Row) error { return row.Scan(&w.progress) })
	}
	b.Queue(held, w.job.ID, w.job.Token).QueryRow(func(row pgx.Row) error {
		var parts []byte
		r := &w.row
		err := row.Scan(&r.attempts, &r.copies, &parts, &r.cancel, &r.paused, &r.recipient, &r.patient)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		w.found, r.parts = true, nil
		return json.Unmarshal(parts, &r.parts)
	})
}

// arrives: the platform named a message for this part.
func (w *settler) arrives() bool {
	return w.o.PlatformID != "" && (w.o.Status == delivery.Sent || w.o.Status == delivery.Sending)
}

func (w *settler) settle() error {
	if !w.found {
		return delivery.ErrFenced
	}
	o, row := w.o, w.row
	b := &pgx.Batch{}
	var h history
	if o.IntentInDoubt && row.attempts > w.job.Attempts {
		o.Requested, o.Certain, o.Free = true, true, true
	}
	if o.Requested {
		b.Queue(`UPDATE delivery_attempts SET ended_at = $1, outcome = $2, error_code = $3, error = $4
			WHERE message_id = $5 AND outcome IS NULL`, w.now, outcomeName(o), o.Code, o.Reason, w.job.ID)
		if o.Certain {
			row.copies = max(0, row.copies-1)
		}
		if o.Free {
			row.attempts = max(0, row.attempts-1)
		}
	}
	if w.arrives() {
		if w.part == len(row.parts) && w.job.Operation == delivery.Send {
			row.parts = append(row.parts, o.PlatformID)
		}
		row.copies = 0 // the next part starts without copies
	}
	held := row.cancel || row.paused
	if o.Status == delivery.Pending && held && row.copies > 0 {
		o.Status, o.At = delivery.Unknown, time.Time{} // no repeat follows, and a copy may have arrived
	}
	w.write(b, row, o)
	if o.Status != delivery.Sending {
		h.add(w.job.ID, delivery.Sending, o.Status, o.Reason)
	}
	if o.Status == delivery.Pending && held {
		w.withdraw(b, &h, row)
	}
	if o.Status == delivery.Sent && w.job.Asks != "" && !row.cancel {
		id, err := newID()
		if err != nil {
			return err
		}
		b.Queue(nagSQL, id, w.job.ID, w.now)
	}
	h.queue(b, w.now)
	early := o.Status == delivery.Sent && w.progress != nil
	if o.Unreachable == "" && o.MigrateTo == "" && !early {
		return w.finish(b)
	}
	if err := w.send(b); err != nil {
		return err
	}
	return w.consequences(o, row, early)
}

// outcomeName is what an attempt's own row says: pending would not tell that it failed.
func outcomeName(o delivery.Outcome) string {
	switch o.Status {
	case delivery.Sending:
		return "sent"
	case delivery.Pending:
		return "retry"
	}
	return string(o.Status)
}

const (
	settleOccurrence = `UPDATE scheduled_messages SET status = $1, error_message = $2, attempts = $3, copies = $4, platform_ids = $5,
			marked = $6, next_attempt_time = CASE WHEN $1 = 'sending' THEN next_attempt_time ELSE $7 END,
			sent_at = COALESCE($8, sent_at), failed_at = $9, updated_at = $10,
			lease_token = CASE WHEN $1 = 'sending' THEN lease_token END, lease_until = CASE WHEN $1 = 'sending' THEN lease_until END
		WHERE id = $11`
	settleOutbox = `UPDATE outbox SET status = $1, error_message = $2, attempts = $3, copies = $4, platform_ids = $5,
			marked = $6, next_attempt_time = CASE WHEN $1 = 'sending' THEN next_attempt_time ELSE $7 END,
			sent_at = COALESCE($8, sent_at), failed_at = $9, updated_at = $10,
			lease_token = CASE WHEN $1 = 'sending' THEN lease_token END, lease_until = CASE WHEN $1 = 'sending' THEN lease_until END,
			operation = CASE WHEN $12 THEN 'send' ELSE operation END, target_id = CASE WHEN $12 THEN NULL ELSE target_id END
		WHERE id = $11`
)

func (w *settler) write(b *pgx.Batch, row settled, o delivery.Outcome) {
	var next, sent, failed *time.Time
	if !o.At.IsZero() && (o.Status == delivery.Pending || o.Status == delivery.Unknown && !row.cancel && !row.paused) {
		next = &o.At
	}
	if o.Status == delivery.Sent {
		sent = &w.now
	}
	if o.Status == delivery.Failed || o.Status == delivery.Expired {
		failed = &w.now
	}
	parts := row.parts
	if parts == nil {
		parts = []string{}
	}
	ids, err := json.Marshal(parts)
	if err != nil {
		panic(err) // strings always can be
	}
	args := []any{string(o.Status), o.Reason, row.attempts, row.copies, ids, o.MarkNext, next, sent, failed, w.now, w.job.ID}
	if w.job.Source == delivery.Outbox {
		b.Queue(settleOutbox, append(args, o.AsNew)...)
		return
	}
	b.Queue(settleOccurrence, args...)
}

// nagSQL makes the next nag of what was just sent, unless it was answered, something of it waits
// already, or its window is over. $1 id, $2 the message, $3 now.
const nagSQL = `INSERT INTO scheduled_messages (id, patient_id, recipient_id, platform, message_content, scheduled_time, template_key, parameters, status,
		created_at, updated_at, priority, delivery_window_seconds, schedule_id, slot_key, kind, parent_id, next_attempt_time)
	SELECT $1, o.patient_id, o.recipient_id, o.platform, o.message_content, $3::timestamptz + every.wait, o.template_key, o.parameters, 'pending', $3, $3, o.priority,
		extract(epoch FROM o.scheduled_time + o.delivery_window_seconds * interval '1 second' - $3::timestamptz - every.wait)::integer,
		o.schedule_id, o.slot_key || '!' || (nags.n + 1), 'nag', o.id, $3::timestamptz + every.wait
	FROM scheduled_messages m JOIN scheduled_messages o ON o.id = COALESCE(m.parent_id, m.id) JOIN schedules s ON s.id = o.schedule_id,
		LATERAL (SELECT s.nag_every_seconds * interval '1 second' AS wait) every,
		LATERAL (SELECT count(*) AS n FROM scheduled_messages n WHERE n.parent_id = o.id AND n.kind = 'nag') nags
	WHERE m.id = $2 AND nags.n < s.nag_times AND s.status IN ('active', 'finished')
		AND $3::timestamptz + every.wait + interval '5 minutes' <= o.scheduled_time + o.delivery_window_seconds * interval '1 second'
		AND NOT EXISTS (SELECT 1 FROM responses r WHERE r.message_id = o.id AND r.undone_at IS NULL)
		AND NOT EXISTS (SELECT 1 FROM scheduled_messages w WHERE w.parent_id = o.id AND w.status = 'pending')
	ON CONFLICT (schedule_id, slot_key) DO NOTHING`

// withdraw takes back a row that waits again, though its series was cancelled or paused while it was
// being sent.
func (w *settler) withdraw(b *pgx.Batch, h *history, row settled) {
	switch {
	case row.cancel && w.job.Source == delivery.Outbox:
		b.Queue(`UPDATE outbox SET status = 'cancelled', next_attempt_time = NULL WHERE id = $1`, w.job.ID)
		h.add(w.job.ID, delivery.Pending, delivery.Cancelled, "cancelled while it was being sent")
	case row.cancel:
		b.Queue(`UPDATE scheduled_messages SET status = 'cancelled', next_attempt_time = NULL WHERE id = $1`, w.job.ID)
		h.add(w.job.ID, delivery.Pending, delivery.Cancelled, "cancelled while it was being sent")
	default:
		b.Queue(`UPDATE scheduled_messages SET status = 'paused' WHERE id = $1`, w.job.ID)
		h.add(w.job.ID, delivery.Pending, delivery.Paused, "paused while it was being sent")
	}
}

// consequences are what an outcome changes beside its own row.
func (w *settler) consequences(o delivery.Outcome, row settled, early bool) error {
	if o.Unreachable != "" {
		if err := w.unreachable(row, o.Unreachable); err != nil {
			return err
		}
	}
	if o.MigrateTo != "" {
		if _, err := w.exec(`UPDATE addresses a SET platform_id = $1, updated_at = $2 WHERE a.id = $3
			AND NOT EXISTS (SELECT 1 FROM addresses o WHERE o.channel = a.channel AND o.platform_id = $1)`, o.MigrateTo, w.now, row.recipient); err != nil {
			return err
		}
	}
	if early {
		return advance(w.tx, w.job.ID, o.PlatformID, delivery.Status(*w.progress))
	}
	return nil
}

// unreachable marks the address and pauses its series with that reason; replies that wait are over.
func (w *settler) unreachable(row settled, reason string) error {
	if _, err := w.exec(`UPDATE addresses SET reachable = false, unreachable_why = $1, unreachable_since = COALESCE(unreachable_since, $2),
		updated_at = $2 WHERE id = $3`, reason, w.now, row.recipient); err != nil {
		return err
	}
	series, err := list(w.tx, pgx.RowTo[string], `SELECT id::text FROM schedules
		WHERE patient_id = $1 AND recipient_id = $2 AND status = 'active' ORDER BY id FOR NO KEY UPDATE`, row.patient, row.recipient)
	if err != nil {
		return err
	}
	for _, id := range series {
		if err := pauseSeries(w.tx, id, "unreachable"); err != nil {
			return err
		}
	}
	if _, err := w.exec(dropLastSQL, w.now, row.recipient, "unreachable"); err != nil {
		return err
	}
	if err := cancelOutbox(w.tx, row.recipient, "the address is unreachable"); err != nil {
		return err
	}
	_, err = w.exec(`INSERT INTO audit_log (at, actor, action, subject, detail) VALUES ($1, 'carebell', 'unreachable', $2, jsonb_build_object('reason', $3::text))`,
		w.now, row.patient, reason)
	return err
}

var (
	_ delivery.Store    = (*Store)(nil)
	_ delivery.Receipts = (*Store)(nil)
)
