package webchat

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
)

// page serves the chat page and what it is made of.
type page struct {
	words    *catalogue
	template *template.Template
	files    map[string]asset
	wordJSON asset
}

type asset struct {
	body []byte
	kind string
	etag string
}

var assetKinds = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml", ".webmanifest": "application/manifest+json",
}

func newPage(files fs.FS, words *catalogue) (*page, error) {
	p := &page{words: words, files: make(map[string]asset)}
	var err error
	if p.template, err = template.ParseFS(files, "index.html"); err != nil {
		return nil, fmt.Errorf("webchat: page: %w", err)
	}
	names, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("webchat: page: %w", err)
	}
	for _, entry := range names {
		kind, ok := assetKinds[path.Ext(entry.Name())]
		if !ok {
			continue
		}
		body, err := fs.ReadFile(files, entry.Name())
		if err != nil {
			return nil, fmt.Errorf("webchat: page: %w", err)
		}
		p.files[entry.Name()] = newAsset(body, kind)
	}
	all, err := json.Marshal(words.words)
	if err != nil {
		return nil, fmt.Errorf("webchat: words: %w", err)
	}
	p.wordJSON = newAsset(all, "application/json; charset=utf-8")
	return p, nil
}

func newAsset(body []byte, kind string) asset {
	sum := sha256.Sum256(body)
	return asset{body: body, kind: kind, etag: `"` + hex.EncodeToString(sum[:8]) + `"`}
}

// ServeHTTP writes the page in the person's language. It sets no cookie: after a link from another
// site the browser hides the person's cookie from this one request, and a new one would replace it.
func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	lang := p.words.pick(cookie(r, languageCookie), r.Header.Get("Accept-Language"))
	var body bytes.Buffer
	err := p.template.Execute(&body, map[string]any{
		"Lang": lang, "Languages": p.words.languages, "Words": p.words.words,
		"T": func(key string) string { return p.words.Text(lang, key, nil) },
	})
	if err != nil {
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Cookie, Accept-Language")
	h.Set("Content-Language", lang)
	_, _ = w.Write(body.Bytes()) // the reader may be gone
}

func (p *page) assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := p.files[r.PathValue("file")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		a.serve(w, r)
	})
}

func (p *page) serveWords(w http.ResponseWriter, r *http.Request) { p.wordJSON.serve(w, r) }

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("ETag", a.etag)
	h.Set("Cache-Control", "no-cache") // asked again each time, so that an update is seen at once
	if r.Header.Get("If-None-Match") == a.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", a.kind)
	_, _ = w.Write(a.body) // the reader may be gone
}
