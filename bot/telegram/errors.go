package telegram

import (
	_ "embed"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"carebell/chat"
)

// errorTable lists what Telegram answers and what each answer means.
//
//go:embed errors.tsv
var errorTable string

// errorRow is one line of the table.
type errorRow struct {
	code   int
	match  string // exact, prefix, contains; others are read by people only
	text   string
	class  string
	reason string
}

var errorRows = sync.OnceValue(func() []errorRow {
	var rows []errorRow
	for i, line := range strings.Split(strings.TrimSpace(errorTable), "\n") {
		f := strings.Split(line, "\t")
		if i == 0 || len(f) != 7 {
			continue
		}
		code, err := strconv.Atoi(f[0])
		if err != nil {
			continue
		}
		rows = append(rows, errorRow{code: code, match: f[1], text: f[2], class: f[3], reason: f[4]})
	}
	return rows
})

// general tells a row that only repeats the meaning of its status: it holds where no other does.
func (r errorRow) general() bool {
	return strings.TrimRight(r.text, ": ") == http.StatusText(r.code)
}

// rank orders the rows that match: exact, the longest prefix, the longest part, the general one.
func (r errorRow) rank(description string) int {
	const tier = 1 << 16
	switch {
	case r.match == "exact" && description == r.text:
		return 3 * tier
	case r.match == "prefix" && strings.HasPrefix(description, r.text):
		if r.general() {
			return len(r.text)
		}
		return 2*tier + len(r.text)
	case r.match == "contains" && strings.Contains(description, r.text):
		return tier + len(r.text)
	}
	return 0
}

// lookUp finds the most specific row for an answer; ok is false when none fits.
func lookUp(code int, description string) (row errorRow, ok bool) {
	best := 0
	for _, r := range errorRows() {
		if r.code != code {
			continue
		}
		if rank := r.rank(description); rank > best {
			best, row = rank, r
		}
	}
	return row, best > 0
}

// What a row's class may be beside chat's own: nothing is wrong.
const benign = "benign"

// sendError is what the failure means for a message. It is nil when the table says that all is well.
func (e *callError) sendError() *chat.SendError {
	se := &chat.SendError{Class: chat.Temporary, Uncertain: e.uncertain, Code: e.status, Detail: e.description}
	if e.status == 0 {
		return se
	}
	if e.migrateTo != 0 {
		se.Class, se.MigrateTo = chat.Migrated, strconv.FormatInt(e.migrateTo, 10)
		return se
	}
	if e.status == http.StatusTooManyRequests {
		se.Class, se.RetryAfter = chat.Throttled, max(e.retryAfter, time.Second)
		return se
	}
	if !e.api && e.status < 500 && e.status != http.StatusNotFound && e.status != http.StatusRequestEntityTooLarge &&
		e.status != http.StatusRequestHeaderFieldsTooLarge {
		return se // a proxy's page says nothing about a person or a message
	}
	row, ok := lookUp(e.status, e.description)
	switch {
	case !ok && e.status < 500:
		se.Class = chat.MessagePermanent // an answer that nobody has seen yet: never in a loop
	case !ok:
	case row.class == benign:
		return nil
	case row.class == string(chat.Migrated): // without the new id nothing can follow it
		se.Class, se.Reason = chat.RecipientPermanent, "unknown_chat"
	default:
		se.Class, se.Reason = chat.Class(row.class), row.reason
	}
	if se.Class == chat.Markup {
		se.Detail = unquoted(se.Detail)
	}
	return se
}

// unquoted takes out what the API quotes of a message.
func unquoted(s string) string {
	parts := strings.Split(s, `"`)
	for i := 1; i < len(parts); i += 2 {
		parts[i] = "…"
	}
	return strings.Join(parts, `"`)
}
