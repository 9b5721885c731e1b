package postgres

import (
	"crypto/md5" // #nosec G501 -- names rows of a test
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"carebell/chat"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// fill gives every table so many rows: a past that was sent, a future that waits, and a few that are
// due. $1 is how many.
var fill = []string{
	`INSERT INTO patients (id, user_id, name, language, zone, created_at, updated_at)
		SELECT md5('p' || i)::uuid, md5('u' || i)::uuid, 'n', 'en', 'UTC', now(), now() FROM generate_series(1, $1::int) i`,
	`INSERT INTO addresses (id, patient_id, channel, platform_id, created_at, updated_at)
		SELECT md5('a' || i)::uuid, md5('p' || i)::uuid, 'telegram', i::text, now(), now() FROM generate_series(1, $1::int) i`,
	`INSERT INTO consents (id, patient_id, text_version, language, channel, given_at)
		SELECT md5('c' || i)::uuid, md5('p' || i)::uuid, '1', 'en', 'telegram', now() FROM generate_series(1, $1::int) i`,
	`INSERT INTO schedules (id, code, patient_id, recipient_id, message, template_key, rule, zone, status, max_lateness_seconds, created_at, updated_at)
		SELECT md5('s' || i)::uuid, 'AAAA', md5('p' || i)::uuid, md5('a' || i)::uuid, 'm', 'reminder', 'DTSTART;TZID=UTC:20260101T090000' || chr(10) || 'RRULE:FREQ=DAILY',
			'UTC', 'active', 7200, now(), now() FROM generate_series(1, $1::int) i`,
	// Four of ten wait for the coming month, the others are of the past year, and one of a thousand is due.
	`INSERT INTO scheduled_messages (id, patient_id, recipient_id, platform, message_content, scheduled_time, template_key, status, created_at, updated_at,
			delivery_window_seconds, schedule_id, slot_key, next_attempt_time, sent_at)
		SELECT md5('m' || i)::uuid, md5('p' || i)::uuid, md5('a' || i)::uuid, 'telegram', 'm', at, 'reminder', CASE WHEN waits THEN 'pending' ELSE 'sent' END,
			now(), now(), 7200, md5('s' || i)::uuid, 'x', CASE WHEN waits THEN at END, CASE WHEN NOT waits THEN at END
		FROM (SELECT i, i % 10 < 4 AS waits, CASE WHEN i % 1000 = 0 THEN now() - interval '1 s' WHEN i % 10 < 4
			THEN now() + (i * 2592000.0 / $1 + 60) * interval '1 s' ELSE now() - (i * 31536000.0 / $1 + 1) * interval '1 s' END AS at FROM generate_series(1, $1::int) i) rows`,
	`INSERT INTO outbox (id, recipient_id, platform, kind, operation, body, status, scheduled_time, created_at, updated_at, delivery_window_seconds, next_attempt_time)
		SELECT md5('o' || i)::uuid, md5('a' || i)::uuid, 'telegram', 'reply', 'send', '{"Text": "x"}', CASE WHEN i % 1000 = 1 THEN 'pending' ELSE 'sent' END, now(), now(), now(), 86400,
			CASE WHEN i % 1000 = 1 THEN now() END FROM generate_series(1, $1::int) i`,
	`INSERT INTO delivery_attempts (message_id, attempt, part, marked, lease_token, started_at, outcome)
		SELECT md5('m' || i)::uuid, 1, 0, false, 'x', now(), 'sent' FROM generate_series(1, $1::int) i`,
	`INSERT INTO status_history (message_id, old_status, new_status, at) SELECT md5('m' || i)::uuid, 'sending', 'sent', now() FROM generate_series(1, $1::int) i`,
	`INSERT INTO platform_messages (channel, chat_id, platform_id, message_id) SELECT 'telegram', i::text, i::text, md5('m' || i)::uuid FROM generate_series(1, $1::int) i`,
	`INSERT INTO conversations (id, patient_id, address_id, kind, step, status, version, data, expires_at, created_at, updated_at)
		SELECT 'd' || i, md5('p' || i)::uuid, md5('a' || i)::uuid, 'schedule', 'card', CASE WHEN i % 100 = 0 THEN 'open' ELSE 'done' END, 1, '{}', now() + interval '1 h', now(), now() FROM generate_series(1, $1::int) i`,
	`INSERT INTO inbox (channel, update_id, chat_id, body, status, received_at)
		SELECT 'telegram', i::text, i::text, '{}', CASE WHEN i % 10000 = 0 THEN 'new' ELSE 'handled' END, now() FROM generate_series(1, $1::int) i`,
	`INSERT INTO webchat_people (id, last_seq, created_at) SELECT i::text, 1, now() FROM generate_series(1, $1::int) i`,
	`INSERT INTO webchat_messages (person_id, id, idempotency_key, author, body, position, seq, created_at, changed_at, acknowledged_at)
		SELECT i::text, 'm', 'k', 'carebell', '{"Text": "x"}', 1, 1, now(), now(), now() FROM generate_series(1, $1::int) i`,
}

// filled is a store whose tables have so many rows each.
func filled(t *testing.T, rows int) *Store {
	t.Helper()
	url := testServer.Open(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range fill {
		if _, err := conn.Exec(t.Context(), sql, rows); err != nil {
			t.Fatalf("%v in %s", err, sql)
		}
	}
	if _, err := conn.Exec(t.Context(), `VACUUM ANALYZE`); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := openHere(t, url)
	if err := s.Join(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// uuidOf is the id of the nth row of a kind, as fill makes it.
func uuidOf(kind string, n int) string {
	sum := md5.Sum([]byte(kind + strconv.Itoa(n))) // #nosec G401 -- names rows of a test
	return uuid.UUID(sum).String()
}

// errUndo rolls a question back that was only asked for its plan.
var errUndo = errors.New("only explained")

// question is one statement of a hot path, with arguments that find something.
type question struct {
	name string
	who  identity
	sql  string
	args []any
}

func questions(now time.Time) []question {
	channels := []chat.Channel{chat.Telegram}
	lanes, heads := classes()
	const patient, series, message = "p", "s", "m"
	return []question{
		{"due replies", worker, lockDueOutbox, []any{now, 128, 16, channels, lanes, heads}},
		{"due occurrences", worker, lockDueOccurrences, []any{now, 128, 16, channels, lanes, heads}},
		{"due occurrences, a far look", worker, lockDueOccurrences, []any{now, farLook, 16, channels, lanes, heads}},
		{"a claimed reply", worker, readOutbox, []any{now, []string{uuidOf("o", 1001)}}},
		{"a claimed occurrence", worker, readOccurrences, []any{now, []string{uuidOf(message, 1000)}}},
		{"leases", worker, leaseOccurrences, []any{now, now, []string{uuidOf(message, 1000)}, []string{"x"}}},
		{"successors", worker, insertOccurrencesSQL, []any{now, []string{uuidOf("x", 1)}, []string{uuidOf(series, 1000)},
			[]time.Time{now}, []string{"y"}, []int64{60}, []*string{nil}}},
		{"next due", worker, nextDueSQL, []any{now, lanes}},
		{"lost holders", worker, orphansWaitSQL, []any{now, []string{"x"}}},
		{"orphans", worker, orphanOccurrences, []any{now, []string{"x"}, 16}},
		{"untold expiries", worker, untoldSQL, []any{now, 1}},
		{"an intent", worker, intendOccurrence, []any{&now, uuidOf(message, 1000), "x", 0, false}},
		{"its row", worker, heldOccurrence, []any{uuidOf(message, 1000), "x"}},
		{"its outcome", worker, settleOccurrence, []any{"sent", "", 1, 1, []byte("[]"), false, (*time.Time)(nil), &now, (*time.Time)(nil), now, uuidOf(message, 1000)}},
		{"its attempts", worker, `UPDATE delivery_attempts SET outcome = 'sent' WHERE message_id = $1 AND outcome IS NULL`, []any{uuidOf(message, 1000)}},
		{"what waits of a series", app, moveWaitingSQL, []any{now, uuidOf(series, 1000), "paused", "x"}},
		{"waiting updates", app, waitingSQL, []any{now, 32}},
		{"a person", app, personSQL, []any{"telegram", "1000"}},
		{"their drafts", app, openDraftsSQL, []any{uuidOf(patient, 1000), now}},
		{"their series", app, personSeriesSQL, []any{uuidOf(patient, 1000)}},
		{"their last messages", app, recentSQL, []any{uuidOf(patient, 1000), now}},
		{"their page", app, listChangesSQL, []any{"1000", 0, 100}},
		{"their page anew", app, listRecentSQL, []any{"1000", 100}},
		{"numbers", metrics, countsSQL, []any{now, now.Add(24 * time.Hour), now.Add(-24 * time.Hour), lanes}},
		{"what a login reads", identity{role: "authenticated", claims: `{"sub": "` + uuidOf("u", 1000) + `"}`},
			`SELECT id FROM scheduled_messages`, nil},
	}
}

// node is a step of a plan.
type node struct {
	Type     string  `json:"Node Type"`
	Relation string  `json:"Relation Name"`
	Rows     float64 `json:"Actual Rows"`
	Plans    []node
}

func (n node) walk(visit func(node)) {
	visit(n)
	for _, p := range n.Plans {
		p.walk(visit)
	}
}

// The hot questions are probes of an index: none reads a table that grows from end to end, and each
// is answered in less than a tenth of a second.
func TestHotPathsProbeIndexes(t *testing.T) {
	rows := 30_000
	if text := os.Getenv("CAREBELL_TEST_ROWS"); text != "" {
		var err error
		if rows, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	s := filled(t, rows)
	t.Logf("%d rows in each table", rows)
	small := []string{"instances", "channels", "staff", "care_team"}
	for _, q := range questions(time.Now()) {
		var plan []byte
		err := s.tx(t.Context(), "explain", q.who, func(x *tx) error {
			if err := x.row(`EXPLAIN (ANALYZE, FORMAT JSON) `+q.sql, q.args...).Scan(&plan); err != nil {
				return err
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			t.Errorf("%s: %v", q.name, err)
			continue
		}
		var out []struct {
			Plan node
			Took float64 `json:"Execution Time"`
		}
		if err := json.Unmarshal(plan, &out); err != nil {
			t.Fatal(err)
		}
		out[0].Plan.walk(func(n node) {
			if n.Type == "Seq Scan" && !slices.Contains(small, n.Relation) {
				t.Errorf("%s reads all of %s:\n%s", q.name, n.Relation, plan)
			}
		})
		t.Logf("%-28s %8.2f ms", q.name, out[0].Took)
		if out[0].Took > 100 {
			t.Errorf("%s took %.0f ms, want less than 100:\n%s", q.name, out[0].Took, plan)
		}
	}
}
