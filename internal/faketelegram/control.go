package faketelegram

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// Control is a handler for trying things by hand, or from another process, beside the Bot API:
//
//	GET  /ledger                           all that arrived, as JSON
//	GET  /screen?person=5                  what that person sees of the bot
//	POST /start?person=5&code=…            press Start      POST /say?person=5&text=…
//	POST /tap?person=5&label=…             press a button   POST /block?person=5   POST /unblock?person=5
//
// Everything else goes to the Bot API.
func (s *Server) Control() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", s)
	mux.HandleFunc("GET /ledger", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.Ledger()) })
	person := func(act func(p *Person, r *http.Request) (any, error)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			id, err := strconv.ParseInt(r.FormValue("person"), 10, 64)
			if err != nil || id <= 0 {
				http.Error(w, "person: expected a number", http.StatusBadRequest)
				return
			}
			result, err := act(s.Person(id, "Person "+r.FormValue("person"), "en"), r)
			if err != nil {
				http.Error(w, err.Error(), http.StatusConflict)
				return
			}
			writeJSON(w, result)
		}
	}
	mux.HandleFunc("GET /screen", person(func(p *Person, _ *http.Request) (any, error) { return p.Screen(), nil }))
	mux.HandleFunc("POST /start", person(func(p *Person, r *http.Request) (any, error) { return p.Start(r.FormValue("code")), nil }))
	mux.HandleFunc("POST /say", person(func(p *Person, r *http.Request) (any, error) { return p.Say(r.FormValue("text")), nil }))
	mux.HandleFunc("POST /tap", person(func(p *Person, r *http.Request) (any, error) { return p.Tap(r.FormValue("label")) }))
	mux.HandleFunc("POST /block", person(func(p *Person, _ *http.Request) (any, error) { return p.Block(), nil }))
	mux.HandleFunc("POST /unblock", person(func(p *Person, _ *http.Request) (any, error) { return p.Unblock(), nil }))
	return mux
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
