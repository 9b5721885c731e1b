package webchat

import (
	"encoding/json"
	"net/http"
)

// problem is every error that the page is told: a code for its program, a sentence for its person.
type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Limit   int    `json:"limit,omitempty"` // characters
}

// fail answers with the kind sentence "error_"+code in the person's language.
func (c *Channel) fail(w http.ResponseWriter, r *http.Request, status int, code string, args map[string]any) {
	p := problem{Code: code, Message: c.words.Text(c.language(r), "error_"+code, args)}
	if limit, ok := args["Limit"].(int); ok {
		p.Limit = limit
	}
	writeJSON(w, status, map[string]problem{"error": p})
}

// language is the person's choice, else what their browser asks for.
func (c *Channel) language(r *http.Request) string {
	return c.words.pick(cookie(r, languageCookie), r.Header.Get("Accept-Language"))
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // our own types: cannot happen, and must not look like success
		status, body = http.StatusInternalServerError, []byte(`{"error":{"code":"internal","message":""}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader may be gone
}
