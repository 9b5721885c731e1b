package faketelegram

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

// uploads posts a form with one file (none without a field) and gives the API's code and words.
func uploads(t *testing.T, s *Server, method string, params map[string]string, field string, data []byte) (int, string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, v := range params {
		if err := w.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if field != "" {
		part, err := w.CreateFormFile(field, "a.bin")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(fmt.Sprintf(s.Endpoint(), s.Token(), method), w.FormDataContentType(), &body) // #nosec G107 -- the test's own server
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct{ Description string }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, answer.Description
}

func TestUploads(t *testing.T) {
	s, err := Start(Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	ana := s.Person(7, "Ana", "en")
	ana.Start("")
	picture := func(w, h int) []byte {
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	to := func(more ...string) map[string]string {
		p := map[string]string{"chat_id": "7"}
		for i := 0; i+1 < len(more); i += 2 {
			p[more[i]] = more[i+1]
		}
		return p
	}
	for _, c := range []struct {
		name, method string
		params       map[string]string
		field        string
		data         []byte
		want         string // of the description; "" for success
	}{
		{"a document", "sendDocument", to("caption", "here"), "document", []byte("x"), ""},
		{"a picture", "sendPhoto", to(), "photo", picture(640, 360), ""},
		{"the longest caption", "sendDocument", to("caption", strings.Repeat("🔔", 512)), "document", []byte("x"), ""},
		{"a longer one", "sendDocument", to("caption", strings.Repeat("🔔", 512)+"x"), "document", []byte("x"), "message caption is too long"},
		{"length counts after the tags", "sendDocument", to("parse_mode", "HTML", "caption", "<b>"+strings.Repeat("x", 1024)+"</b>"), "document", []byte("x"), ""},
		{"broken tags", "sendDocument", to("parse_mode", "HTML", "caption", "<b>x"), "document", []byte("x"), "can't parse entities"},
		{"no file", "sendDocument", to(), "", nil, "there is no document in the request"},
		{"in the wrong field", "sendPhoto", to(), "document", picture(9, 9), "there is no photo in the request"},
		{"an empty file", "sendDocument", to(), "document", nil, "file must be non-empty"},
		{"no picture", "sendPhoto", to(), "photo", []byte("text"), "IMAGE_PROCESS_FAILED"},
		{"too narrow", "sendPhoto", to(), "photo", picture(2100, 100), "PHOTO_INVALID_DIMENSIONS"},
		{"too big for a picture", "sendPhoto", to(), "photo", make([]byte, MaxPhoto+1), "too big for a photo"},
		{"a button without data", "sendDocument", to("reply_markup", `{"inline_keyboard":[[{"text":"x"}]]}`), "document", []byte("x"), "text buttons are unallowed"},
		{"nobody", "sendDocument", map[string]string{"chat_id": "8"}, "document", []byte("x"), "chat not found"},
	} {
		code, description := uploads(t, s, c.method, c.params, c.field, c.data)
		if c.want == "" && code != 200 || c.want != "" && (code != 400 || !strings.Contains(description, c.want)) {
			t.Errorf("%s: %d %q, want %q", c.name, code, description, c.want)
		}
	}
	seen := ana.Screen()
	if len(seen) != 4 || seen[0].Text != "here" || string(seen[0].File.Data) != "x" || seen[1].File.Field != "photo" || len(s.Ledger().Sent()) != 4 {
		t.Errorf("the screen shows %d messages, and %d were sent: %+v", len(seen), len(s.Ledger().Sent()), seen)
	}
	ana.Block()
	if code, _ := uploads(t, s, "sendDocument", to(), "document", []byte("x")); code != 403 {
		t.Errorf("to somebody who blocked the bot: %d, want 403", code)
	}
}
