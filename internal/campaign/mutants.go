package campaign

// Edit replaces one text in a file of the module; it must stand there exactly once.
type Edit struct{ File, Old, New string }

// Mutant is carebell with a fault that somebody could make, and the lines of the campaign that must
// find it.
type Mutant struct {
	Name   string
	Edits  []Edit
	Caught string // a regular expression of tests, as go test -run takes it
}

// Mutants are what the campaign's power is measured with.
var Mutants = []Mutant{
	{"sent is recorded before the request", []Edit{{"delivery/deliver.go",
		"	sending, cancel := context.WithTimeout(ctx, e.config.SendTimeout)\n",
		"	if index == total-1 && job.Operation == Send {\n		e.settle(ctx, job, index, Outcome{Status: Sent, PlatformID: job.Token, Requested: true})\n	}\n" +
			"	sending, cancel := context.WithTimeout(ctx, e.config.SendTimeout)\n"}}, "TestKills/SQLite"},
	{"a repeat is not marked", []Edit{{"delivery/render.go", "	if job.Marked {\n", "	if job.Marked && job.Copies > 9 {\n"}}, "TestPlatformFaults"},
	{"a request is made without an intent", []Edit{{"delivery/deliver.go",
		"	if err := e.store.Intend(ctx, job, index); err != nil {\n", "	if err := error(nil); err != nil {\n"}}, "TestPlatformFaults/SQLite"},
	{"what a dead process left is taken for clean", []Edit{{"delivery/judge.go", "			if job.Ambiguous {\n", "			job.Copies = 0\n			if job.Ambiguous && job.Marked {\n"}}, "TestKills/SQLite"},
	{"an outcome is recorded without the lease", []Edit{{"store/postgres/settle.go",
		"		FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id\n		WHERE m.id = $1 AND m.lease_token = $2 AND m.status = 'sending' FOR NO KEY UPDATE OF m`",
		"		FROM scheduled_messages m JOIN schedules s ON s.id = m.schedule_id\n		WHERE m.id = $1 AND $2::text IS NOT NULL FOR NO KEY UPDATE OF m`"}}, "TestWokenRecordsNothing"},
	{"an intent counts no copy", []Edit{{"store/sqlite/settle.go",
		"	query := `UPDATE scheduled_messages SET attempts = attempts + 1, copies = copies + 1, last_attempt_time = ?1, updated_at = ?1\n		WHERE id = ?2 AND lease_token = ?3 AND",
		"	query := `UPDATE scheduled_messages SET attempts = attempts + 1, copies = copies + 0, last_attempt_time = ?1, updated_at = ?1\n		WHERE id = ?2 AND lease_token = ?3 AND"}}, "TestBadDay/SQLite"},
	{"no next occurrence is made", []Edit{{"store/sqlite/claim.go",
		"r.status == delivery.Pending && !r.again {", "r.status == delivery.Pending && !r.again && r.Attempts > 0 {"}}, "TestClockJumps/SQLite"},
	{"a request to wait counts as a copy", []Edit{{"delivery/judge.go",
		"		o.Free, o.Certain = true, true\n		if e.pacer", "		o.Free, o.Certain = false, false\n		if e.pacer"}}, "TestAskedToWait"},
	{"a request to wait is not obeyed", []Edit{{"delivery/judge.go",
		"	case chat.Throttled:\n", "	case chat.Throttled:\n		err.RetryAfter = time.Millisecond\n"}}, "TestAskedToWait"},
	{"what is too late is sent", []Edit{{"delivery/deliver.go",
		"	if now().Sub(job.Due) > job.Lateness {\n", "	if now().Sub(job.Due) > 100*job.Lateness {\n"}}, "TestPlatformGone/SQLite/8h"},
	{"the last attempt before the end of the window fails it", []Edit{{"delivery/judge.go",
		"	case job.Source == Occurrence && len(job.Parts) == 0:\n", "	case job.Source == Occurrence && len(job.Parts) > 9:\n"}}, "TestLastAttemptBeforeTheWindowEnds/SQLite"},
	{"copies are not counted", []Edit{{"delivery/judge.go",
		"	if job.Copies+1 >= e.config.Policy.MaxCopies || job.CancelRequested {\n", "	if job.CancelRequested {\n"}}, "TestBadDay/SQLite"},
	{"people are told of each expiry by itself", []Edit{{"store/sqlite/notices.go",
		"		out[i].Missed = append(waiting, out[i].Missed...)\n", "		_ = waiting\n"}}, "TestPlatformGone/SQLite/8h"},
	{"the history leaves an arrow out", []Edit{{"store/postgres/settle.go",
		"		h.add(w.job.ID, delivery.Sending, o.Status, o.Reason)\n", "		h.add(w.job.ID, delivery.Pending, o.Status, o.Reason)\n"}}, "TestPlatformFaults/PostgreSQL"},
	{"an answer of 500 is taken for certain", []Edit{{"bot/telegram/call.go",
		"		e.uncertain = e.status >= 500\n", "		e.uncertain = e.status > 599\n"}}, "TestPlatformFaults"},
	{"a connection that was cut is taken for certain", []Edit{{"bot/telegram/call.go",
		"		GotConn: func(httptrace.GotConnInfo) { r.exposed.Store(true) },\n", "		GotConn: func(httptrace.GotConnInfo) { r.exposed.Store(false) },\n"}}, "TestPlatformFaults"},
	{"the dead are found by their leases only", []Edit{{"store/postgres/orphans.go",
		"\n		OR left(m.lease_token, 36) NOT IN (SELECT i.id::text FROM instances i WHERE i.fenced_at IS NULL)", ""}}, "TestKills/PostgreSQL"},
	{"an update is handled each time it comes", []Edit{{"store/sqlite/inbox.go",
		"u.From.Channel, u.ID, u.From.ID, string(body)", "u.From.Channel, u.ID+s.now().String(), u.From.ID, string(body)"}}, "TestEverythingTwice/SQLite"},
	{"STOP forgets what is under way", []Edit{{"store/sqlite/commit.go",
		"		`UPDATE scheduled_messages SET cancel_requested = 1 WHERE recipient_id = ? AND status = 'sending'`,\n",
		"		`UPDATE scheduled_messages SET cancel_requested = 0 WHERE recipient_id = ? AND status = 'sending'`,\n"}}, "TestNoRepeatAfterTheEnd/SQLite/STOP"},
	{"a pause forgets what is under way", []Edit{{"store/sqlite/settle.go",
		"	if !o.At.IsZero() && (o.Status == delivery.Pending || o.Status == delivery.Unknown && !row.cancel && !row.paused) {\n",
		"	if !o.At.IsZero() && (o.Status == delivery.Pending || o.Status == delivery.Unknown && !row.cancel) {\n"}}, "TestNoRepeatAfterTheEnd/SQLite/pause"},
	{"a person who is being written to is written to again", []Edit{{"store/postgres/claim.go",
		"b.status = 'sending')\n				AND NOT EXISTS (SELECT 1 FROM channels c", "b.status = 'nowhere')\n				AND NOT EXISTS (SELECT 1 FROM channels c"},
		{"store/postgres/claim.go", "b.status = 'sending')`\n\n	// What an edit changes", "b.status = 'nowhere')`\n\n	// What an edit changes"}}, "TestReplicasKilledAndPaused"},
	{"only the one who was asked to wait does", []Edit{{"store/postgres/settle.go",
		"	intendOccurrence = `WITH m AS (UPDATE scheduled_messages SET", "	intendOccurrence = `WITH channels AS (SELECT '' AS channel, now() AS paused_until), m AS (UPDATE scheduled_messages SET"}}, "TestReplicasAskedToWait"},
}
