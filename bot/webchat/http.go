package webchat

import (
	"embed"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// base is where the Handler expects to be mounted.
const base = "/chat"

//go:embed page
var pageFiles embed.FS

const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

func (c *Channel) routes() (http.Handler, error) {
	files, err := fs.Sub(pageFiles, "page")
	if err != nil {
		return nil, err
	}
	page, err := newPage(files, c.words)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+base, page)
	mux.Handle("GET "+base+"/{$}", http.RedirectHandler(base, http.StatusPermanentRedirect))
	mux.Handle("GET "+base+"/assets/{file}", page.assets())
	mux.HandleFunc("GET "+base+"/words", page.serveWords)
	mux.HandleFunc("GET "+base+"/events", c.get(c.events))
	mux.HandleFunc("GET "+base+"/earlier", c.get(c.earlier))
	mux.HandleFunc("GET "+base+"/files/{message}", c.get(c.file))
	mux.HandleFunc("POST "+base+"/session", c.post(c.session))
	mux.HandleFunc("POST "+base+"/updates", c.post(c.update))
	mux.HandleFunc("POST "+base+"/ack", c.post(c.ack))
	return c.guard(mux), nil
}

// guard answers only requests that name this machine, and sets what every answer carries.
func (c *Channel) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if !c.cfg.AllowHost(hostname(r.Host)) {
			c.fail(w, r, http.StatusForbidden, "wrong_host", nil)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// post lets through what our own page sends and nobody else's could.
func (c *Channel) post(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !sameOrigin(r) {
			c.fail(w, r, http.StatusForbidden, "wrong_origin", nil)
			return
		}
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			c.fail(w, r, http.StatusUnsupportedMediaType, "not_json", nil)
			return
		}
		next(w, r)
	}
}

// get keeps pages of other ports of this machine from using up a person's streams: to the browser
// they are the same site, and it sends the cookie.
func (c *Channel) get(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
			c.fail(w, r, http.StatusForbidden, "wrong_origin", nil)
			return
		}
		next(w, r)
	}
}

// sameOrigin reports whether a page of this very server sent r. Every browser names the origin of a
// POST; what names none is not our page.
func sameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return false
	}
	origin, err := url.Parse(r.Header.Get("Origin"))
	if err != nil || origin.Scheme != "http" && origin.Scheme != "https" {
		return false
	}
	return strings.EqualFold(origin.Host, r.Host)
}

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
