package sqlite

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// small may be read whole: partial indexes that hold only what is being worked on, and what is no table.
var small = []string{"json_each", "CONSTANT ROW", "(subquery", "inbox_new", "scheduled_messages_untold", "scheduled_messages_leases", "outbox_leases"}

// The hot questions are probes of an index: none reads a table that grows from end to end.
func TestHotPathsProbeIndexes(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "carebell.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]struct {
		sql  string
		args []any
	}{
		"due replies":      {dueOutbox, []any{1, 1, "[]", 0}},
		"due occurrences":  {dueOccurrences, []any{1, 1, "[]", 2}},
		"next due":         {nextDueSQL, []any{1}},
		"lost holders":     {orphansWaitSQL, []any{1, "x.%"}},
		"untold expiries":  {untoldSQL, []any{1, 1}},
		"waiting updates":  {waitingSQL, []any{1, 1}},
		"a person's list":  {`SELECT ` + seriesColumns + ` FROM schedules s WHERE patient_id = ? AND status IN ('active', 'paused')`, []any{"p"}},
		"a person's draft": {`SELECT ` + draftColumns + ` FROM conversations WHERE patient_id = ? AND status = 'open' AND expires_at > ?`, []any{"p", 1}},
		"same update":      {`SELECT 1 FROM inbox WHERE channel = ? AND update_id = ?`, []any{"c", "1"}},
		"same slot":        {`SELECT 1 FROM scheduled_messages WHERE schedule_id = ? AND slot_key = ?`, []any{"s", "1"}},
	} {
		rows, err := s.read.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+q.sql, q.args...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		steps, err := collect(rows, func() (string, error) {
			var id, parent, unused int
			var detail string
			return detail, rows.Scan(&id, &parent, &unused, &detail)
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range steps {
			if reads, found := strings.CutPrefix(step, "SCAN "); found && !slices.ContainsFunc(small, func(s string) bool { return strings.Contains(reads, s) }) {
				t.Errorf("%s reads a whole table: %q in\n%s", name, step, strings.Join(steps, "\n"))
			}
		}
	}
}
