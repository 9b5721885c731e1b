package channeltest

import (
	"bytes"
	"image"
	"image/png"
	"reflect"
	"strings"
	"testing"

	"carebell/chat"
)

// document is a file of every byte, so that one that is changed on its way is seen.
func document() *chat.File {
	var data []byte
	for i := range 300 {
		data = append(data, byte(i))
	}
	return &chat.File{Name: "carebell.json", Type: "application/json", Data: data}
}

func picture(t *testing.T) *chat.File {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 32))); err != nil {
		t.Fatal(err)
	}
	return &chat.File{Name: "days.png", Type: "image/png", Alt: "a grey field", Data: b.Bytes()}
}

// files reports whether the channel sends files at all.
func files(t *testing.T, h Harness) bool {
	if !h.Channel().Capabilities().Files {
		t.Log("this channel sends no files")
		return false
	}
	return true
}

func fileArrives(t *testing.T, h Harness) {
	if !files(t, h) {
		return
	}
	id := send(t, h, chat.Message{Text: "<b>Your data</b>", Format: chat.HTML, File: document(), Choices: rows("Done")})
	send(t, h, chat.Message{File: document()})
	shown := screenOf(t, h, 2)
	if shown[0].Text != "Your data" || shown[0].MessageID != id || !reflect.DeepEqual(shown[0].File, document()) {
		t.Errorf("shown %q with %+v, want the words and the whole file", shown[0].Text, shown[0].File)
	}
	if h.Channel().Capabilities().Buttons && !reflect.DeepEqual(shown[0].Buttons, [][]string{{"Done"}}) {
		t.Errorf("buttons below the file: %q", shown[0].Buttons)
	}
	if shown[1].Text != "" || !reflect.DeepEqual(shown[1].File, document()) {
		t.Errorf("a file without words is shown as %+v", shown[1])
	}
}

func pictureArrives(t *testing.T, h Harness) {
	if !files(t, h) {
		return
	}
	sent := picture(t)
	send(t, h, chat.Message{Text: "30 days", File: sent})
	got := screenOf(t, h, 1)[0]
	if got.File == nil || !bytes.Equal(got.File.Data, sent.Data) || got.Text != "30 days" {
		t.Errorf("shown %+v", got)
	}
}

func fileAfterLongText(t *testing.T, h Harness) {
	if !files(t, h) {
		return
	}
	text := words(3000)
	parts := h.Channel().Split(chat.Message{Text: text, File: document(), Choices: rows("Done"), Protect: true})
	for _, p := range parts {
		if !p.Protect || len(h.Channel().Split(p)) != 1 {
			t.Errorf("a part of %d bytes lost how it is sent, or is split again", len(p.Text))
		}
		send(t, h, p)
	}
	shown := screenOf(t, h, len(parts))
	var all []string
	for i, s := range shown {
		all = append(all, s.Text)
		if last := i == len(shown)-1; last != (s.File != nil) {
			t.Errorf("part %d of %d: file %v", i, len(shown), s.File != nil)
		}
	}
	if got := spaces(strings.Join(all, " ")); got != spaces(text) {
		t.Errorf("the parts read %d characters, want the %d of the text", len(got), len(text))
	}
}

func badFile(t *testing.T, h Harness) {
	if !files(t, h) {
		return
	}
	for what, f := range map[string]*chat.File{
		"empty":   {Name: "a.json", Type: "application/json"},
		"too big": {Name: "a.json", Type: "application/json", Data: make([]byte, chat.MaxFile+1)},
		"unnamed": {Type: "application/json", Data: []byte("x")},
	} {
		_, err := h.Channel().Send(within(t), h.Person(), chat.Message{Text: "x", File: f}, what)
		if se := sendError(t, err); se.Class != chat.MessagePermanent || se.Uncertain {
			t.Errorf("%s: %+v, want the message's own fault, certain", what, se)
		}
	}
	id := send(t, h, chat.Message{Text: "text"})
	err := h.Channel().Edit(within(t), h.Person(), id, chat.Message{Text: "text", File: document()})
	if se := sendError(t, err); se.Class != chat.MessagePermanent {
		t.Errorf("an edit with a file: %+v", se)
	}
	screenOf(t, h, 1)
}

func uploadHangs(t *testing.T, h Harness) {
	if !files(t, h) || h.Wire() == nil {
		t.Log("no upload to cut on this channel")
		return
	}
	h.Wire().HangAfterDelivery(t)
	err := sendAndGiveUp(t, h, chat.Message{Text: "did it arrive?", File: document()}, func() { screenOf(t, h, 1) })
	if se := sendError(t, err); !se.Uncertain || se.Class != chat.Temporary {
		t.Errorf("it arrived, but Send says %+v; want temporary and uncertain", se)
	}
}
