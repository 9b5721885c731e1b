package web

import (
	"net"
	"net/http"
	"strings"
)

const contentSecurityPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// secured sets what every answer carries; a mounted part may set its own instead.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		next.ServeHTTP(w, r)
	})
}

const (
	closedText = `This page needs a login, and carebell has none yet: it shows its pages only on the machine
that it runs on.

To reach it, let carebell listen on that machine alone (CAREBELL_HTTP_ADDR=127.0.0.1:8080) and come
through a tunnel:

    ssh -L 8080:127.0.0.1:8080 you@that-machine

Then open http://127.0.0.1:8080/ here. /healthz and /readyz answer on every address.
`
	wrongHostText = `This page answers only to the machine's own name for itself. Open it as http://127.0.0.1 or
http://localhost with its port.
`
)

// page lets through only who sits at this machine, or comes through a tunnel to it.
func (s *Server) page(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !s.open:
			s.refuse(w, "the address is not loopback", closedText)
		case !loopback(hostname(r.Host)):
			s.refuse(w, "the request names another host", wrongHostText)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (s *Server) refuse(w http.ResponseWriter, reason, text string) {
	s.refusals.Do(func() {
		s.log.Warn("a page was refused", "reason", reason, "addr", s.cfg.Addr)
	})
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, text, http.StatusForbidden)
}

// hostname is the host of host:port, or of a host alone.
func hostname(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
