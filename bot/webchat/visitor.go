package webchat

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"

	"carebell/chat"
)

const (
	personCookie   = "carebell_chat"
	languageCookie = "carebell_language"
	zoneCookie     = "carebell_zone"

	secretBytes = 32
	idDigits    = 32
	// cookieAge is the longest that browsers keep a cookie; each visit renews it.
	cookieAge = 400 * 24 * 60 * 60
)

func newSecret() string {
	b := make([]byte, secretBytes)
	rand.Read(b) // never fails: it ends the process instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// addressOf derives the address from a cookie's secret, one way.
func addressOf(secret string) (chat.Address, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(secret)
	if err != nil || len(b) != secretBytes {
		return chat.Address{}, false
	}
	sum := sha256.Sum256(append([]byte("carebell web chat person\x00"), b...))
	return chat.Address{Channel: chat.WebChat, ID: hex.EncodeToString(sum[:])[:idDigits]}, true
}

// person finds who is speaking by the cookie.
func person(r *http.Request) (chat.Address, bool) {
	_, a, ok := personAndSecret(r)
	return a, ok
}

func personAndSecret(r *http.Request) (string, chat.Address, bool) {
	for _, cookie := range r.CookiesNamed(personCookie) {
		if a, ok := addressOf(cookie.Value); ok {
			return cookie.Value, a, true
		}
	}
	return "", chat.Address{}, false
}

func validVisitor(id string) bool {
	if len(id) != idDigits {
		return false
	}
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func setCookie(w http.ResponseWriter, r *http.Request, name, value string) {
	// #nosec G124 -- Secure follows the connection: on loopback there is no TLS
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: base, MaxAge: cookieAge,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	})
}

func cookie(r *http.Request, name string) string {
	if c, err := r.Cookie(name); err == nil {
		return c.Value
	}
	return ""
}
