package telegram

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"carebell/chat"
	"carebell/internal/faketelegram"
)

var dataFile = chat.File{Name: `my "data"/x.json`, Type: "application/json", Data: []byte(`{"a":1}`)}

// A text is the caption where it fits, in UTF-16 units with room for a note; else it goes before.
func TestCaptionOrMessageBefore(t *testing.T) {
	r := newRig(t, nil)
	bell := "🔔" // two units
	fits := strings.Repeat(bell, maxCaption/2)
	if got := r.channel.Split(chat.Message{Text: fits, File: &dataFile}); len(got) != 1 || got[0].Text != fits {
		t.Errorf("%d units became %d parts, want a caption", units(fits), len(got))
	}
	got := r.channel.Split(chat.Message{Text: fits + "x", File: &dataFile, Choices: [][]chat.Choice{{{Label: "OK", Data: "v1"}}}})
	if len(got) != 2 || got[0].File != nil || got[0].Text != fits+"x" || got[0].Choices != nil || got[1].File == nil || got[1].Text != "" || got[1].Choices == nil {
		t.Errorf("one unit more: %+v", got)
	}
}

func TestFileOnTheWire(t *testing.T) {
	r := newRig(t, nil)
	r.run(t)
	r.meet(t)
	id, err := r.channel.Send(within(t), r.address(), chat.Message{Text: "<b>1 &lt; 2</b>", Format: chat.HTML, File: &dataFile, Silent: true, Protect: true}, "k")
	if err != nil || id == "" {
		t.Fatalf("Send: %q, %v", id, err)
	}
	sent := r.fake.Ledger().Of("sendDocument")
	if len(sent) != 1 || !sent[0].Done || sent[0].Text != "1 < 2" || sent[0].File.Name != `x.json` && sent[0].File.Name != `my _data__x.json` ||
		sent[0].File.Type != "application/json" || string(sent[0].File.Data) != `{"a":1}` ||
		sent[0].Params.Get("disable_notification") != "true" || sent[0].Params.Get("protect_content") != "true" {
		t.Errorf("the ledger has %+v", sent)
	}
	if len(r.fake.Ledger().Sent()) != 1 {
		t.Errorf("what people got: %+v, want the document", r.fake.Ledger().Sent())
	}
	// A text cannot be put into what is a file, and the old words stay.
	se := chat.AsSendError(r.channel.Edit(within(t), r.address(), id, chat.Message{Text: "new"}))
	if se.Uncertain || se.Class == chat.Temporary {
		t.Errorf("editing the text of a file: %+v", se)
	}
}

// Whatever becomes of an upload is read as of any other message.
func TestUploadOutcomes(t *testing.T) {
	r := newRig(t, nil)
	r.run(t)
	r.meet(t)
	for _, c := range []struct {
		fault     faketelegram.Fault
		class     chat.Class
		uncertain bool
	}{
		{faketelegram.Answer(400, "Bad Request: message caption is too long"), chat.MessagePermanent, false},
		{faketelegram.Answer(413, "Request Entity Too Large"), chat.MessagePermanent, false},
		{faketelegram.Answer(400, "Bad Request: can't parse entities: unexpected end tag at byte offset 3"), chat.Markup, false},
		{faketelegram.Answer(403, "Forbidden: bot was blocked by the user"), chat.RecipientPermanent, false},
		{faketelegram.TooMany(3e9), chat.Throttled, false},
		{faketelegram.Answer(http.StatusBadGateway, "Bad Gateway"), chat.Temporary, true},
		{faketelegram.Body(http.StatusBadGateway, "<html>"), chat.Temporary, true},
		{faketelegram.Truncate(), chat.Temporary, true},
		{faketelegram.ResetAfter(), chat.Temporary, true},
	} {
		r.fake.Once("sendDocument", c.fault)
		_, err := r.channel.Send(within(t), r.address(), chat.Message{Text: "x", File: &dataFile}, "k")
		var se *chat.SendError
		if !errors.As(err, &se) || se.Class != c.class || se.Uncertain != c.uncertain {
			t.Errorf("%s: %+v, want %s, uncertain %v", c.fault.Name, err, c.class, c.uncertain)
		}
		canary(t, "an upload's error", err.Error(), r.fake.Token(), "my", `"a"`)
	}
}

func TestPictureThatIsNone(t *testing.T) {
	r := newRig(t, nil)
	r.run(t)
	r.meet(t)
	_, err := r.channel.Send(within(t), r.address(), chat.Message{File: &chat.File{Name: "a.png", Type: "image/png", Data: []byte("no picture")}}, "k")
	if se := chat.AsSendError(err); se.Class != chat.MessagePermanent || se.Uncertain {
		t.Errorf("%+v, want the message's own fault", se)
	}
}
