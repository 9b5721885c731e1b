package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"carebell/chat"
	"carebell/delivery"

	"github.com/jackc/pgx/v5"
)

// errFencedMember: others take this process for dead; it claims nothing until it has joined again.
var errFencedMember = errors.New("this process lost its place among the replicas; it claims again as soon as it has joined again")

// Claim leases due rows in the order of delivery.Turn: at most one per address, and none for an address that is being written to or a channel that is paused. Replicas
// skip what another one holds. A clock that is more than delivery.MostSkew off claims nothing.
func (s *Store) Claim(ctx context.Context, limit int, lease time.Duration, channels []chat.Channel) (delivery.Batch, error) {
	var batch delivery.Batch
	var tokens []string // of every try
	err := s.tx(ctx, "claim", worker, func(t *tx) error {
		epoch := s.member.epoch()
		batch = delivery.Batch{At: t.now}
		if err := s.mayClaim(); err != nil {
			return err
		}
		c := claimer{tx: t, epoch: epoch, until: t.now.Add(lease), channels: channels}
		found, err := c.candidates(limit)
		if err != nil {
			return err
		}
		s.member.skipped.Store(found.skipped)
		if len(found.outbox)+len(found.occurrences) == 0 {
			return nil
		}
		if err := c.read(found); err != nil {
			return err
		}
		err = c.lease(limit)
		tokens = append(tokens, tokensOf(c.jobs)...)
		batch.Jobs = c.jobs
		return err
	})
	if err != nil {
		batch.Jobs = nil
		s.doubts.add(tokens, lease)
	}
	return batch, err
}

// mayClaim refuses while the two clocks are too far apart.
func (s *Store) mayClaim() error {
	if skew := s.Skew(); skew.Abs() > delivery.MostSkew {
		return fmt.Errorf("this machine's clock is %s off the database's: nothing is claimed here until they are within %s", skew.Round(time.Millisecond), delivery.MostSkew)
	}
	return nil
}

func tokensOf(jobs []delivery.Job) []string {
	out := make([]string, len(jobs))
	for i, j := range jobs {
		out[i] = j.Token
	}
	return out
}

type claimer struct {
	*tx
	epoch    string
	until    time.Time
	channels []chat.Channel
	rows     []claimed
	jobs     []delivery.Job
}

// claimed is a row on its way to be a job.
type claimed struct {
	delivery.Job
	recipient string
	status    delivery.Status
	patient   string
	series    string
	rule      string
	maximum   time.Duration
	active    bool  // its series goes on
	broken    error // the row cannot be read
	priority  int
	waits     time.Time // since when it has been due
}

// A look at the queue sees a few more rows than are wanted. Only when that is not enough (one
// person's backlog hides the others') does it look further.
const (
	farLook  = 2000
	nearLook = 8
)

// class is a row's priority as the queue's index has it.
const class = `LEAST(GREATEST(m.priority, 0), 3)`

// The addresses of due rows are locked first, so that two replicas never write to one person at the
// same time; whoever comes second skips them. What the rows say is read by the next statement, whose
// snapshot is younger than the locks: a condition on other rows is not looked at again when a lock
// is granted. Each class of priority is looked at by itself, and all are put in the order of their turns.
// $1 now, $2 how many rows of a class are looked at, $3 how many addresses are wanted, $4 the channels,
// $5 the classes and $6 their head starts.
const (
	lockDueOutbox = `WITH near AS MATERIALIZED (
			SELECT c.priority, m.recipient_id, m.id, m.next_attempt_time - c.head AS turn
			FROM unnest($5::integer[], $6::interval[]) AS c (priority, head) CROSS JOIN LATERAL (
				SELECT m.recipient_id, m.id, m.next_attempt_time FROM outbox m
				WHERE ` + class + ` = c.priority AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.recipient_id = m.recipient_id AND e.priority = m.priority
						AND e.seq < m.seq AND e.status IN ('pending', 'sending', 'unknown') AND e.next_attempt_time IS NOT NULL)
					AND ` + free + `
				ORDER BY m.next_attempt_time LIMIT $2) m
		), ` + lockFirst

	lockDueOccurrences = `WITH near AS MATERIALIZED (
			SELECT c.priority, m.recipient_id, m.id, m.next_attempt_time - c.head AS turn
			FROM unnest($5::integer[], $6::interval[]) AS c (priority, head) CROSS JOIN LATERAL (
				SELECT m.recipient_id, m.id, m.next_attempt_time FROM scheduled_messages m
				WHERE ` + class + ` = c.priority AND ` + free + `
				ORDER BY m.next_attempt_time LIMIT $2) m
		), ` + lockFirst

	free = `m.status IN ('pending', 'unknown') AND m.next_attempt_time <= $1
				AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.recipient_id = m.recipient_id AND b.status = 'sending')
				AND NOT EXISTS (SELECT 1 FROM scheduled_messages b WHERE b.recipient_id = m.recipient_id AND b.status = 'sending')
				AND NOT EXISTS (SELECT 1 FROM channels c WHERE c.channel = m.platform AND c.paused_until > $1)
				AND (m.platform = ANY($4) OR m.scheduled_time + m.delivery_window_seconds * interval '1 second' < $1)`

	// The first of each person; and the most rows that one class gave, for there may be more of it.
	lockFirst = `first AS MATERIALIZED (
			SELECT DISTINCT ON (recipient_id) recipient_id, id, turn FROM near ORDER BY recipient_id, turn, id
		), locked AS (
			SELECT f.id FROM first f JOIN addresses a ON a.id = f.recipient_id ORDER BY f.turn LIMIT $3
				FOR NO KEY UPDATE OF a SKIP LOCKED)
		SELECT (SELECT COALESCE(max(n), 0) FROM (SELECT count(*) AS n FROM near GROUP BY priority) classes),
			(SELECT count(*) FROM first), ARRAY(SELECT id::text FROM locked)`

	aliveSQL = `SELECT 1 FROM instances WHERE id = $1 AND fenced_at IS NULL FOR SHARE`
)

// candidates are the rows whose addresses this transaction holds.
type candidates struct {
	outbox, occurrences []string
	skipped             bool // somebody else held an address
}

func (c *claimer) candidates(limit int) (candidates, error) {
	found, full, err := c.look(nearLook*limit, limit)
	if err == nil && full && len(found.outbox)+len(found.occurrences) < limit {
		found, _, err = c.look(farLook, limit)
	}
	return found, err
}

// look locks the addresses of up to limit due rows of each table. full: it did not see all that is due.
func (c *claimer) look(rows, limit int) (found candidates, full bool, err error) {
	b := &pgx.Batch{}
	classes, heads := classes()
	alive := false
	b.Queue(aliveSQL, c.epoch).Query(func(rows pgx.Rows) error {
		alive = rows.Next()
		rows.Close()
		return rows.Err()
	})
	for _, source := range []struct {
		sql string
		ids *[]string
	}{{lockDueOutbox, &found.outbox}, {lockDueOccurrences, &found.occurrences}} {
		b.Queue(source.sql, c.now, rows, limit, c.channels, classes, heads).QueryRow(func(row pgx.Row) error {
			var seen, people int
			if err := row.Scan(&seen, &people, source.ids); err != nil {
				return err
			}
			full = full || seen == rows
			found.skipped = found.skipped || len(*source.ids) < min(people, limit)
			return nil
		})
	}
	if err := c.send(b); err != nil {
		return found, full, err
	}
	if !alive {
		return found, full, errFencedMember
	}
	return found, full, nil
}

// classes are the priorities and their head starts, as the queries take them.
func classes() (classes []int, heads []time.Duration) {
	heads = delivery.HeadStarts()
	for p := range heads {
		classes = append(classes, p)
	}
	return classes, heads
}

const (
	jobColumns = `m.id::text, m.recipient_id::text, m.status, a.channel, a.platform_id, m.scheduled_time, m.delivery_window_seconds, m.attempts,
		m.copies, m.marked, m.platform_ids, m.cancel_requested, m.priority, COALESCE(m.next_attempt_time, m.scheduled_time)`

	// stillDue is looked at again with the address in our hands.
	stillDue = `m.id = ANY($2::uuid[]) AND m.status IN ('pending', 'unknown') AND m.next_attempt_time <= $1
			AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.recipient_id = m.recipient_id AND b.status = 'sending')
			AND NOT EXISTS (SELECT 1 FROM scheduled_messages b WHERE b.recipient_id = m.recipient_id AND b.status = 'sending')`

	// What an edit changes is another reply, or a reminder.
	readOutbox = `SELECT ` + jobColumns + `, m.operation, m.body, COALESCE(t.platform_ids, o.platform_ids)
		FROM outbox m JOIN addresses a ON a.id = m.recipient_id LEFT JOIN outbox t ON t.id = m.target_id
			LEFT JOIN scheduled_messages o ON o.id = m.target_id
		WHERE ` + stillDue + ` FOR NO KEY UPDATE OF m SKIP LOCKED`

	// A snooze or a nag is about the slot of the occurrence that it repeats, and has its card.
	readOccurrences = `SELECT ` + jobColumns + `, m.message_content, m.template_key, m.parameters, m.schedule_id::text, s.zone, s.rule,
			m.kind, s.status = 'active' AND m.parent_id IS NULL, s.max_lateness_seconds, s.asks, m.patient_id::text, p.name, p.language,
			COALESCE(o.scheduled_time, m.scheduled_time), COALESCE(d.id, ''), COALESCE(d.version, 0)
		FROM scheduled_messages m JOIN addresses a ON a.id = m.recipient_id
			JOIN schedules s ON s.id = m.schedule_id JOIN patients p ON p.id = m.patient_id
			LEFT JOIN scheduled_messages o ON o.id = m.parent_id
			LEFT JOIN conversations d ON d.card_id = COALESCE(m.parent_id, m.id) AND d.kind = 'dose'
		WHERE ` + stillDue + ` FOR NO KEY UPDATE OF m, s SKIP LOCKED`
)

// read reads what can still be claimed of the candidates, in the order of their turns.
func (c *claimer) read(found candidates) error {
	b := &pgx.Batch{}
	if len(found.outbox) > 0 {
		b.Queue(readOutbox, c.now, found.outbox).Query(c.collect(scanOutbox))
	}
	if len(found.occurrences) > 0 {
		b.Queue(readOccurrences, c.now, found.occurrences).Query(c.collect(scanOccurrence))
	}
	if err := c.send(b); err != nil {
		return err
	}
	slices.SortStableFunc(c.rows, func(a, b claimed) int {
		return delivery.Turn(a.priority, a.waits).Compare(delivery.Turn(b.priority, b.waits))
	})
	return nil
}

func (c *claimer) collect(scan pgx.RowToFunc[claimed]) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		more, err := pgx.CollectRows(rows, scan)
		c.rows = append(c.rows, more...)
		return err
	}
}

// scan fills what both tables share.
func (r *claimed) scan(row pgx.CollectableRow, rest ...any) error {
	var window int64
	var parts []byte
	if err := row.Scan(append([]any{&r.ID, &r.recipient, &r.status, &r.To.Channel, &r.To.ID, &r.Due, &window, &r.Attempts, &r.Copies,
		&r.Marked, &parts, &r.CancelRequested, &r.priority, &r.waits}, rest...)...); err != nil {
		return err
	}
	r.Due, r.Lateness = r.Due.UTC(), time.Duration(window)*time.Second
	r.broken = json.Unmarshal(parts, &r.Parts)
	return nil
}

func scanOutbox(row pgx.CollectableRow) (claimed, error) {
	var r claimed
	r.Source = delivery.Outbox
	var body, targetParts []byte
	if err := r.scan(row, &r.Operation, &body, &targetParts); err != nil {
		return r, err
	}
	r.broken = errors.Join(r.broken, json.Unmarshal(body, &r.Message))
	r.aim(targetParts)
	return r, nil
}

// aim gives an edit the platform's id of what it edits. If that never arrived, the edit says its
// words as a message of its own.
func (r *claimed) aim(targetParts []byte) {
	if r.Operation == delivery.Send {
		return
	}
	var parts []string
	if json.Unmarshal(targetParts, &parts) == nil && len(parts) > 0 {
		r.TargetID = parts[len(parts)-1]
	} else if r.Operation == delivery.Edit {
		r.Operation = delivery.Send
	}
}

func scanOccurrence(row pgx.CollectableRow) (claimed, error) {
	var r claimed
	r.Source, r.Operation = delivery.Occurrence, delivery.Send
	var parameters []byte
	var maximum int64
	if err := r.scan(row, &r.Content, &r.Template, &parameters, &r.series, &r.Zone, &r.rule, &r.Kind, &r.active, &maximum, &r.Asks, &r.patient,
		&r.PatientName, &r.Language, &r.Slot, &r.Card, &r.CardVersion); err != nil {
		return r, err
	}
	r.Slot = r.Slot.UTC()
	r.maximum = time.Duration(maximum) * time.Second
	r.broken = errors.Join(r.broken, json.Unmarshal(parameters, &r.Parameters))
	return r, nil
}
