package campaign

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"carebell/delivery"
	"carebell/internal/faketelegram"

	_ "github.com/jackc/pgx/v5/stdlib" // the database/sql driver "pgx"
	_ "modernc.org/sqlite"             // the database/sql driver "sqlite"
)

// Call is one request for one message that came to the platform.
type Call struct {
	At     time.Time
	Marked bool // it says that it may be a repeat
	Done   bool // it is on the person's screen
}

// Row is one message in the database.
type Row struct {
	ID     string
	Text   string // what its person reads of it; "" in the outbox
	Person string // the id of the address that it goes to
	Series string
	Slot   string
	Due    time.Time
	Window time.Duration // the most that it may be late
	Status delivery.Status
	Reason string
	Copies int
	Tries  int  // requests that count as an attempt
	Open   bool // something may still be tried
	Told   bool // a notice names it
}

// Attempt is one intent and what is known of it.
type Attempt struct {
	Marked  bool
	Token   string
	Outcome string // "" while none is known
	Code    int
	Error   string
}

// Arrow is one change of status. N grows from one to the next over all messages, in the order in which
// they were written.
type Arrow struct {
	N        int64
	From, To delivery.Status
}

// Facts is what the database says.
type Facts struct {
	Rows     []Row
	Attempts map[string][]Attempt // by message
	History  map[string][]Arrow   // by message, in order
}

// Source is a database as database/sql opens it.
type Source struct{ driver, name string }

// SourceOf reads a setting such as CAREBELL_DATABASE_URL=sqlite:path, or its URL alone.
func SourceOf(setting string) Source {
	url := strings.TrimPrefix(setting, "CAREBELL_DATABASE_URL=")
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		return Source{"sqlite", "file:" + path + "?_pragma=busy_timeout(10000)"}
	}
	return Source{"pgx", url}
}

const (
	rowsSQL = `SELECT id, recipient_id, message_content, schedule_id, slot_key, scheduled_time, delivery_window_seconds, status, error_message, copies, attempts, notice_id IS NOT NULL,
			status = 'sending' OR (status IN ('pending', 'unknown') AND next_attempt_time IS NOT NULL) FROM scheduled_messages
		UNION ALL SELECT id, recipient_id, '', NULL, '', scheduled_time, delivery_window_seconds, status, error_message, copies, attempts, false,
			status = 'sending' OR (status IN ('pending', 'unknown') AND next_attempt_time IS NOT NULL) FROM outbox`
	attemptsSQL = `SELECT message_id, marked, lease_token, COALESCE(outcome, ''), COALESCE(error_code, 0), error FROM delivery_attempts ORDER BY id`
	historySQL  = `SELECT message_id, id, old_status, new_status FROM status_history ORDER BY id`
)

// Read reads the facts from beside the program.
func (s Source) Read(ctx context.Context) (f Facts, err error) {
	db, err := sql.Open(s.driver, s.name)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	f.Attempts, f.History = map[string][]Attempt{}, map[string][]Arrow{}
	err = each(ctx, db, rowsSQL, func(scan func(...any) error) error {
		var r Row
		var series sql.NullString
		var due any
		var window int64
		if err := scan(&r.ID, &r.Person, &r.Text, &series, &r.Slot, &due, &window, &r.Status, &r.Reason, &r.Copies, &r.Tries, &r.Told, &r.Open); err != nil {
			return err
		}
		r.Series, r.Window = series.String, time.Duration(window)*time.Second
		switch v := due.(type) {
		case int64:
			r.Due = time.UnixMicro(v).UTC()
		case time.Time:
			r.Due = v.UTC()
		}
		f.Rows = append(f.Rows, r)
		return nil
	})
	if err == nil {
		err = each(ctx, db, attemptsSQL, func(scan func(...any) error) error {
			var id string
			var a Attempt
			err := scan(&id, &a.Marked, &a.Token, &a.Outcome, &a.Code, &a.Error)
			f.Attempts[id] = append(f.Attempts[id], a)
			return err
		})
	}
	if err == nil {
		err = each(ctx, db, historySQL, func(scan func(...any) error) error {
			var id string
			var a Arrow
			err := scan(&id, &a.N, &a.From, &a.To)
			f.History[id] = append(f.History[id], a)
			return err
		})
	}
	return f, err
}

// Count asks for one number.
func (s Source) Count(ctx context.Context, query string) (n int, err error) {
	db, err := sql.Open(s.driver, s.name)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.QueryRowContext(ctx, query).Scan(&n)
	return n, err
}

// Exec changes the database behind the program's back.
func (s Source) Exec(ctx context.Context, statement string) (err error) {
	db, err := sql.Open(s.driver, s.name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if s.driver == "pgx" { // also when the database is read-only to everybody else
		if _, err := db.ExecContext(ctx, "SET default_transaction_read_only = off"); err != nil {
			return err
		}
	}
	_, err = db.ExecContext(ctx, statement)
	return err
}

func each(ctx context.Context, db *sql.DB, query string, take func(scan func(...any) error) error) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := take(rows.Scan); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// repeatMark is what a marked copy says, in English.
const repeatMark = "You may already have had this reminder"

// noticeWords stand in a notice about what was missed, in English.
const noticeWords = "do not take a double dose"

// Calls sorts the platform's ledger by the dose that each request is for.
func Calls(l faketelegram.Ledger) map[string][]Call {
	all := map[string][]Call{}
	for _, e := range l.Of("sendMessage") {
		text := e.Text
		if !e.Done {
			text = e.Params.Get("text")
		}
		if name := doseIn(text); name != "" {
			all[name] = append(all[name], Call{At: e.At, Marked: strings.Contains(text, repeatMark), Done: e.Done})
		}
	}
	return all
}

// doseIn finds the name of the dose that a text is the reminder of.
func doseIn(text string) string {
	from := strings.Index(text, "dose-")
	if from < 0 || strings.Contains(text, noticeWords) {
		return ""
	}
	name, _, _ := strings.Cut(text[from:], ".")
	return name + "."
}
