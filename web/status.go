package web

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"
)

//go:embed status.html
var statusHTML string

//go:embed status.css
var statusCSS []byte

func parseStatusPage() (*template.Template, error) {
	return template.New("status").Funcs(template.FuncMap{
		"utc": func(t time.Time) string { return t.UTC().Format("Mon 2 Jan 2006, 15:04 UTC") },
		"iso": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}).Parse(statusHTML)
}

// statusView is what the template reads.
type statusView struct {
	Version   string
	StartedAt time.Time
	Running   string // for how long, in words
	Ticked    string
	Checks    []checkResult
	Failing   string // the checks that fail, by name
	Overview  Overview
	NoNumbers bool
	At        time.Time
}

// status writes the page. Trouble is shown on it, with 200: the page itself works.
func (s *Server) status(w http.ResponseWriter, r *http.Request) {
	now := s.cfg.Now()
	view := statusView{Version: s.cfg.Version, StartedAt: s.cfg.StartedAt, Running: span(now.Sub(s.cfg.StartedAt)), At: now}
	view.Checks, _ = s.ready.run()
	var failing []string
	for _, c := range view.Checks {
		if !c.OK {
			failing = append(failing, c.Name)
		}
	}
	view.Failing = strings.Join(failing, ", ")
	var err error
	if view.Overview, err = s.reporter.Overview(r.Context()); err != nil {
		if r.Context().Err() != nil {
			return // the reader is gone
		}
		s.log.Error("the status page has no numbers", "err", err)
		view.NoNumbers = true
	}
	if ticked := view.Overview.TickedAt; !ticked.IsZero() {
		view.Ticked = span(now.Sub(ticked)) + " ago"
	}
	var body bytes.Buffer
	if err := s.template.Execute(&body, view); err != nil {
		s.log.Error("the status page cannot be made", "err", err)
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body.Bytes()) // the reader may be gone
}

func serveStyle(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(statusCSS) // the reader may be gone
}

// span is a duration in the words of a glance: 12 s, 5 min, 3 h 20 min, 4 days.
func span(d time.Duration) string {
	switch {
	case d < time.Second:
		return "less than 1 s"
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}
