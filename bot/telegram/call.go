package telegram

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// maxAnswer is the most bytes of an answer that are read: 100 updates are far below it.
const maxAnswer = 32 << 20

// call asks the Bot API for one method and reads its result into result, unless that is nil. It ends
// with ctx or after limit. The error is a *callError.
func (c *Channel) call(ctx context.Context, limit time.Duration, method string, params tgbotapi.Params, result any) error {
	return c.exchange(ctx, limit, method, result, func(req *request) (*tgbotapi.APIResponse, error) {
		bot := tgbotapi.BotAPI{Token: c.cfg.Token, Client: req}
		bot.SetAPIEndpoint(c.cfg.Endpoint)
		return bot.MakeRequest(method, params)
	})
}

// exchange makes one request with ask and reads its result.
func (c *Channel) exchange(ctx context.Context, limit time.Duration, method string, result any,
	ask func(*request) (*tgbotapi.APIResponse, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req := &request{ctx: ctx, client: c.http}
	resp, err := ask(req)
	if err != nil {
		return req.failure(method, err, c.cfg.Token)
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(resp.Result, result); err != nil {
		return &callError{method: method, status: http.StatusOK, uncertain: true, description: "the result is not what " + method + " gives"}
	}
	return nil
}

// request is the HTTP client of one call: it binds the call to its context and remembers how far it got.
type request struct {
	ctx        context.Context
	client     *http.Client
	status     int
	retryAfter time.Duration
	// exposed: from here on the server may have the whole request.
	exposed atomic.Bool
}

// Do sends req. It is called once.
func (r *request) Do(req *http.Request) (*http.Response, error) {
	trace := &httptrace.ClientTrace{
		// Writing begins with the connection and goes on beside us, also after the context ended:
		// only a write that failed, or none, is known to have come to nothing.
		GotConn: func(httptrace.GotConnInfo) { r.exposed.Store(true) },
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err != nil {
				r.exposed.Store(false)
			}
		},
	}
	resp, err := r.client.Do(req.WithContext(httptrace.WithClientTrace(r.ctx, trace))) // #nosec G704 -- the operator names the server
	if err != nil {
		return nil, err
	}
	r.status = resp.StatusCode
	if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && n > 0 {
		r.retryAfter = time.Duration(n) * time.Second
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

// callError is why a call failed, without its URL: that holds the token.
type callError struct {
	method string
	// status is the HTTP status or the API's error_code, 0 when there was no answer.
	status int
	// api: Telegram itself said so. Otherwise somebody in between did, or nobody.
	api bool
	// uncertain: the request may have been carried out.
	uncertain   bool
	description string
	retryAfter  time.Duration
	migrateTo   int64
}

func (e *callError) Error() string {
	if e.status == 0 {
		return fmt.Sprintf("%s: %s", e.method, e.description)
	}
	return fmt.Sprintf("%s: %d %s", e.method, e.status, e.description)
}

// failure turns an error of the library into one that tells what happened and keeps the token to itself.
func (r *request) failure(method string, err error, token string) *callError {
	e := &callError{method: method, status: r.status}
	var api *tgbotapi.Error
	switch {
	case errors.As(err, &api) && api.Code != 0:
		e.api, e.status, e.description = true, api.Code, clip(strings.ReplaceAll(api.Message, token, "…"))
		e.retryAfter, e.migrateTo = time.Duration(api.RetryAfter)*time.Second, api.MigrateToChatID
		e.uncertain = e.status >= 500
	case r.status != 0: // an answer that is no answer of the API: only its status is worth something
		e.description, e.retryAfter = http.StatusText(r.status), r.retryAfter
		e.uncertain = r.status < 300 || r.status >= 500
		if r.status < 300 {
			e.description = "the answer cannot be read"
		}
	default:
		e.description, e.uncertain = transportFault(err), r.exposed.Load()
	}
	return e
}

func clip(s string) string {
	const most = 300
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

// transportFault says in fixed words what went wrong, because the errors themselves hold addresses.
func transportFault(err error) string {
	var dns *net.DNSError
	var op *net.OpError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.Is(err, context.Canceled):
		return "request canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "deadline exceeded"
	case errors.As(err, &dns):
		return "no such host"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.As(err, &certificate), errors.As(err, &record), strings.Contains(err.Error(), "tls:"):
		return "TLS handshake failed"
	case errors.As(err, &op) && op.Timeout():
		return "i/o timeout"
	case errors.As(err, &op):
		return op.Op + " failed"
	}
	return "network error"
}
