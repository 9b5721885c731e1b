package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"
)

// keepFor is how long the result of the checks is used again, so that whoever can reach the address
// cannot keep the database busy by asking.
const keepFor = time.Second

// readiness runs the checks.
type readiness struct {
	checks  []Check
	timeout time.Duration
	now     func() time.Time

	mu      sync.Mutex
	results []checkResult
	at      time.Time
}

type checkResult struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
	// Advisory: it does not keep the process from being ready.
	Advisory bool `json:"advisory,omitempty"`
}

// run returns the result of every check, in their order, none older than keepFor.
func (r *readiness) run() (results []checkResult, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if age := r.now().Sub(r.at); r.results == nil || age < 0 || age >= keepFor {
		r.results = r.probe()
		r.at = r.now()
	}
	ok = true
	for _, result := range r.results {
		ok = ok && (result.OK || result.Advisory)
	}
	return r.results, ok
}

// probe runs the checks side by side. It does not end with a request that gave up: the result is
// everybody's.
func (r *readiness) probe() []checkResult {
	ctx, cancel := context.WithTimeout(context.Background(), r.timeout)
	defer cancel()
	results := make([]checkResult, len(r.checks))
	var wg sync.WaitGroup
	for i, check := range r.checks {
		results[i].Name, results[i].Advisory = check.Name, check.Advisory
		wg.Go(func() {
			err := check.Probe(ctx)
			if errors.Is(err, context.DeadlineExceeded) {
				err = errors.New("no answer in " + r.timeout.String())
			}
			if results[i].OK = err == nil; err != nil {
				results[i].Error = err.Error()
			}
		})
	}
	wg.Wait()
	return results
}

func healthz(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) {
	results, ok := s.ready.run()
	status := http.StatusOK
	if !ok {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, struct {
		Ready  bool          `json:"ready"`
		Checks []checkResult `json:"checks"`
	}{ok, results})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil { // our own types: cannot happen, and must not look like success
		status, body = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the reader may be gone
}
