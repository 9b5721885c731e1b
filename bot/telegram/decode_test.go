package telegram

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"carebell/chat"
)

var decodeNow = time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC)

func TestDecodeFindsTheIDOfWhatItCannotRead(t *testing.T) {
	for raw, id := range map[string]int64{
		`{"update_id":7,"message":[]}`:   7,
		`{"update_id":"8","message":{}}`: 8,
		`{"update_id":9}`:                9,
		`{"message":{}}`:                 0,
		`[]`:                             0,
		`null`:                           0,
		`{"update_id":-4}`:               0,
		`{"update_id":1e3,"message":{"text":"x"}}`:   0,
		`{"update_id":10,"my_chat_member":{}}`:       10,
		`{"update_id":11,"callback_query":{"id":1}}`: 11,
	} {
		d := decode([]byte(raw), decodeNow)
		if d.hasID != (id != 0) || d.hasID && d.id != id || d.take {
			t.Errorf("%s: id %d, %v, take %v", raw, d.id, d.hasID, d.take)
		}
		if d.unreadable == "" && d.ignored == "" {
			t.Errorf("%s: neither read nor set aside", raw)
		}
		if d.key([]byte(raw)) == "" {
			t.Errorf("%s: no key", raw)
		}
	}
}

func TestReasonsNeverQuoteWhatWasTyped(t *testing.T) {
	d := decode([]byte(`{"update_id":1,"message":{"message_id":"my secret illness"}}`), decodeNow)
	if d.unreadable == "" || strings.Contains(d.unreadable, "secret") {
		t.Errorf("the reason is %q", d.unreadable)
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"update_id":1,"message":{"message_id":2,"from":{"id":3,"first_name":"A"},"chat":{"id":3,"type":"private"},"date":5,"text":"/start x"}}`,
		`{"update_id":1,"edited_message":{"message_id":2,"from":{"id":3},"chat":{"id":3,"type":"private"},"edit_date":5,"text":"/help@bot"}}`,
		`{"update_id":1,"callback_query":{"id":"4","from":{"id":3},"message":{"message_id":2,"chat":{"id":3,"type":"private"}},"data":"d"}}`,
		`{"update_id":1,"my_chat_member":{"chat":{"id":3,"type":"private"},"from":{"id":3},"date":1,"new_chat_member":{"status":"kicked"}}}`,
		`{"update_id":"1","message":null}`, `{"update_id":1,"poll":{}}`, `x`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		d := decode(raw, decodeNow)
		if d.take == (d.ignored != "" || d.unreadable != "") {
			t.Fatalf("take %v, ignored %q, unreadable %q", d.take, d.ignored, d.unreadable)
		}
		if !d.take {
			return
		}
		u := d.update
		if u.ID == "" || u.Kind == "" || u.From.ID == "" || u.From.ID == "0" || u.SentAt.IsZero() {
			t.Fatalf("incomplete: %+v", u)
		}
		if u.Text != chat.Clean(u.Text) || u.Name != chat.Clean(u.Name) {
			t.Fatalf("not clean: %+v", u)
		}
		if _, err := json.Marshal(u); err != nil {
			t.Fatal(err)
		}
	})
}
