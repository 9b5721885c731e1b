package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
)

var (
	errPool = errors.New("no database connection became free in time; give the pool more (pool_max_conns in CAREBELL_DATABASE_URL)")
	// A piece of such a password would be taken for the host, and be named.
	errUnescaped = errors.New("CAREBELL_DATABASE_URL: found a character that separates parts of a URL, expected it written as %XX in the user and the password (@ is %40, # %23, / %2F, ? %3F)")
	errStandby   = errors.New("CAREBELL_DATABASE_URL: found a read-only standby, expected the primary (name it, or all of them with target_session_attrs=read-write)")
)

// advice says what to do about what the server answers, by SQLSTATE.
var advice = map[string]string{
	"28P01": "CAREBELL_DATABASE_URL: the server refuses this user's password; correct the user or the password",
	"28000": "CAREBELL_DATABASE_URL: the server refuses this login; create it, or allow it in pg_hba.conf",
	"3D000": "CAREBELL_DATABASE_URL: there is no such database; create it (createdb) or name another",
	"53300": "the server has no connection left; raise its max_connections, or lower pool_max_conns in CAREBELL_DATABASE_URL",
	"53100": "the server's disk is full; nothing is sent that cannot be recorded, and it goes on by itself once there is room",
	"25006": "the database is read-only (a standby, or default_transaction_read_only); nothing is sent that cannot be recorded",
	"57P03": "the server is starting up or shutting down; it is tried again",
	"57P01": "the server is shutting down; it is tried again",
	"55P03": "another transaction held what this one needed for too long; it is tried again",
	"57014": "the server took too long; it is tried again",
	"42501": "the login may not do this; make it a member of carebell_app, carebell_worker and carebell_metrics (GRANT … TO login)",
	"22023": "the role is not there or the login may not take it; run `carebell migrate up`, and make the login a member of carebell_app, carebell_worker and carebell_metrics",
	"42P01": "a table is missing; run `carebell migrate up`",
	"42703": "a column is missing; run `carebell migrate up`",
}

// explain puts an operator's line before what the server said. The driver's words never hold the
// password, and carebell's statements carry no value of a person in their text; what the server
// quotes of a row (its detail) is left out.
func explain(err error) error {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		said := fmt.Errorf("PostgreSQL %s: %s", answer.Code, answer.Message)
		if text, ok := advice[answer.Code]; ok {
			return &explained{text: text, said: said, err: err}
		}
		return &explained{text: "the database refused", said: said, err: err}
	}
	var refused *pgconn.ConnectError
	if errors.As(err, &refused) {
		return &explained{text: "CAREBELL_DATABASE_URL: no server answers at " + refused.Config.Host +
			"; start it, or correct host and port", said: reason(err), err: err}
	}
	return err
}

// explained is an error with its advice. Its text has no server detail; errors.Is and As see the whole.
type explained struct {
	text string
	said error
	err  error
}

func (e *explained) Error() string {
	if e.said == nil {
		return e.text
	}
	return e.text + " (" + e.said.Error() + ")"
}

func (e *explained) Unwrap() error { return e.err }

// reason is the innermost cause of a connection that failed: refused, no such host, timeout.
func reason(err error) error {
	var number syscall.Errno
	var lookup *net.DNSError
	switch {
	case errors.As(err, &number):
		return number
	case errors.As(err, &lookup):
		return errors.New(lookup.Err)
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("no answer in time")
	}
	return nil
}

// collision reports whether a transaction failed only because of others at the same time.
func collision(err error) bool { return code(err) == "40P01" || code(err) == "40001" }

// comesBack reports whether a server that cannot be reached may be starting.
func comesBack(err error) bool {
	if c := code(err); c != "" {
		return strings.HasPrefix(c, "57P0") || strings.HasPrefix(c, "08") || c == "53300"
	}
	var lookup *net.DNSError
	if errors.As(err, &lookup) {
		return lookup.IsTemporary || lookup.IsTimeout || lookup.IsNotFound
	}
	var refused *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &refused) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// unescaped reports whether a URL has more separators than its parts need.
func unescaped(text string) bool { return strings.Count(text, "@") > 1 || strings.Contains(text, "#") }

// explicitPool reports whether the URL says how many connections the pool may have.
func explicitPool(text string) bool {
	if u, err := url.Parse(text); err == nil && u.Query().Has("pool_max_conns") {
		return true
	}
	return strings.Contains(text, "pool_max_conns=")
}

// code is the server's SQLSTATE, "" when the error is not the server's.
func code(err error) string {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return answer.Code
	}
	return ""
}

// message is what the server said, without what it quotes.
func message(err error) string {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return answer.Message
	}
	return ""
}

// duplicate reports whether a row was there already.
func duplicate(err error) bool { return code(err) == "23505" }
