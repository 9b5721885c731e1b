package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"carebell/bot/webchat"
	"carebell/chat"
)

var (
	ana  = chat.Address{Channel: chat.WebChat, ID: "0123456789abcdef0123456789abcdef"}
	ben  = chat.Address{Channel: chat.WebChat, ID: "fedcba9876543210fedcba9876543210"}
	nine = time.Date(2026, 3, 2, 9, 0, 0, 123456000, time.UTC)
)

// RunTranscript runs what a web chat transcript must do. open gives an empty one per case.
func RunTranscript(t *testing.T, open func(t *testing.T) webchat.Transcript) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, webchat.Transcript)
	}{
		{"a message comes back as it was written", transcriptKeeps},
		{"the same key twice is one message", transcriptKeyTwice},
		{"a file is kept beside its message, for its person", transcriptFile},
		{"an edit takes the next number and keeps its place", transcriptEdit},
		{"a deleted message keeps its place and loses its words", transcriptDelete},
		{"what is not there cannot change", transcriptMissing},
		{"nobody is written to who never opened the page", transcriptStranger},
		{"each person has their own", transcriptApart},
		{"a new reader gets the last messages, a known one what changed", transcriptList},
		{"earlier messages come the nearest first", transcriptEarlier},
		{"an acknowledgement is asked for once", transcriptAcknowledge},
		{"many writers never share or skip a number", transcriptConcurrent},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

// said appends a message by carebell, opening the page for to.
func said(t *testing.T, tr webchat.Transcript, to chat.Address, id, text string) {
	t.Helper()
	if err := tr.Open(t.Context(), to, nine); err != nil {
		t.Fatal(err)
	}
	e := webchat.Entry{MessageID: id, Author: webchat.Carebell, Message: chat.Message{Text: text}, At: nine}
	if err := tr.Append(t.Context(), to, "key of "+id, e); err != nil {
		t.Fatal(err)
	}
}

func listed(t *testing.T, tr webchat.Transcript, to chat.Address, after int64) []webchat.Entry {
	t.Helper()
	entries, _, err := tr.List(t.Context(), to, after, 100)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func ids(entries []webchat.Entry) (out []string) {
	for _, e := range entries {
		out = append(out, e.MessageID)
	}
	return out
}

func transcriptKeeps(t *testing.T, tr webchat.Transcript) {
	if err := tr.Open(t.Context(), ana, nine); err != nil {
		t.Fatal(err)
	}
	card := chat.Message{Text: "<b>aspirin</b> 100 mg 💊", Format: chat.HTML, Protect: true,
		Choices: [][]chat.Choice{{{Label: "✅ Confirm", Data: "v1:cf:abcdefghij:1"}}}}
	for i, e := range []webchat.Entry{
		{MessageID: "p1", Author: webchat.Person, Message: chat.Message{Text: "remind me"}, At: nine},
		{MessageID: "c1", Author: webchat.Carebell, Message: card, At: nine.Add(time.Second)},
	} {
		if err := tr.Append(t.Context(), ana, fmt.Sprint("key", i), e); err != nil {
			t.Fatal(err)
		}
	}
	want := []webchat.Entry{
		{MessageID: "p1", Author: webchat.Person, Message: chat.Message{Text: "remind me"}, Position: 1, Seq: 1, At: nine, ChangedAt: nine},
		{MessageID: "c1", Author: webchat.Carebell, Message: card, Position: 2, Seq: 2, At: nine.Add(time.Second), ChangedAt: nine.Add(time.Second)},
	}
	if got := listed(t, tr, ana, 0); !reflect.DeepEqual(got, want) {
		t.Errorf("listed\n%+v, want\n%+v", got, want)
	}
}

func transcriptKeyTwice(t *testing.T, tr webchat.Transcript) {
	said(t, tr, ana, "c1", "once")
	said(t, tr, ana, "c1", "once")
	if err := tr.Delete(t.Context(), ana, "c1", nine); err != nil {
		t.Fatal(err)
	}
	said(t, tr, ana, "c1", "once") // what was removed since does not come back
	got, last, err := tr.List(t.Context(), ana, 0, 10)
	if err != nil || len(got) != 1 || !got[0].Deleted || last != 2 {
		t.Errorf("listed %+v up to %d (%v), want the one deleted message up to 2", got, last, err)
	}
}

func transcriptEdit(t *testing.T, tr webchat.Transcript) {
	said(t, tr, ana, "c1", "Confirm?")
	said(t, tr, ana, "c2", "after it")
	saved := chat.Message{Text: "Saved"}
	for range 2 { // the second changes nothing
		if err := tr.Edit(t.Context(), ana, "c1", saved, nine.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	got := listed(t, tr, ana, 2)
	want := []webchat.Entry{{MessageID: "c1", Author: webchat.Carebell, Message: saved, Position: 1, Seq: 3,
		At: nine, ChangedAt: nine.Add(time.Minute)}}
	if !reflect.DeepEqual(got, want) || !got[0].Edited() {
		t.Errorf("listed %+v, want %+v", got, want)
	}
}

func transcriptDelete(t *testing.T, tr webchat.Transcript) {
	said(t, tr, ana, "c1", "to be removed")
	for range 2 { // the second changes nothing
		if err := tr.Delete(t.Context(), ana, "c1", nine.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	got := listed(t, tr, ana, 1)
	if len(got) != 1 || !got[0].Deleted || got[0].Message.Text != "" || got[0].Position != 1 || got[0].Seq != 2 || got[0].Edited() {
		t.Errorf("listed %+v, want an empty entry at position 1 with number 2", got)
	}
	if err := tr.Edit(t.Context(), ana, "c1", chat.Message{Text: "back"}, nine); !errors.Is(err, webchat.ErrNoMessage) {
		t.Errorf("edit of a deleted message: %v, want ErrNoMessage", err)
	}
}

func transcriptMissing(t *testing.T, tr webchat.Transcript) {
	said(t, tr, ana, "c1", "hers")
	for _, c := range []struct {
		who chat.Address
		id  string
	}{{ana, "c9"}, {ben, "c1"}} {
		if err := tr.Edit(t.Context(), c.who, c.id, chat.Message{Text: "x"}, nine); !errors.Is(err, webchat.ErrNoMessage) {
			t.Errorf("edit: %v, want ErrNoMessage", err)
		}
		if err := tr.Delete(t.Context(), c.who, c.id, nine); !errors.Is(err, webchat.ErrNoMessage) {
			t.Errorf("delete: %v, want ErrNoMessage", err)
		}
	}
}

func transcriptStranger(t *testing.T, tr webchat.Transcript) {
	e := webchat.Entry{MessageID: "c1", Author: webchat.Carebell, Message: chat.Message{Text: "x"}, At: nine}
	if err := tr.Append(t.Context(), ana, "k", e); !errors.Is(err, webchat.ErrNoPerson) {
		t.Errorf("append for a stranger: %v, want ErrNoPerson", err)
	}
	if got, last, err := tr.List(t.Context(), ana, 7, 10); err != nil || len(got) != 0 || last != 0 {
		t.Errorf("list of a stranger: %v, %d, %v, want nothing up to 0", got, last, err)
	}
}

func transcriptApart(t *testing.T, tr webchat.Transcript) {
	said(t, tr, ana, "c1", "for Ana")
	said(t, tr, ben, "c1", "for Ben")
	said(t, tr, ana, "c2", "for Ana again")
	if got := listed(t, tr, ana, 0); !reflect.DeepEqual(ids(got), []string{"c1", "c2"}) || got[0].Message.Text != "for Ana" || got[1].Seq != 2 {
		t.Errorf("Ana has %+v", got)
	}
	if got := listed(t, tr, ben, 0); len(got) != 1 || got[0].Message.Text != "for Ben" {
		t.Errorf("Ben has %+v", got)
	}
}

func transcriptList(t *testing.T, tr webchat.Transcript) {
	for i := range 10 {
		said(t, tr, ana, fmt.Sprintf("c%d", i+1), "x")
	}
	if err := tr.Edit(t.Context(), ana, "c9", chat.Message{Text: "changed"}, nine); err != nil { // number 11
		t.Fatal(err)
	}
	for _, c := range []struct {
		after int64
		limit int
		want  []string
	}{
		{0, 3, []string{"c8", "c10", "c9"}},
		{7, 100, []string{"c8", "c10", "c9"}},
		{7, 1, []string{"c8"}},
		{11, 100, nil},
		{99, 100, nil},
	} {
		got, last, err := tr.List(t.Context(), ana, c.after, c.limit)
		if err != nil || !reflect.DeepEqual(ids(got), c.want) || last != 11 {
			t.Errorf("after %d, at most %d: %v up to %d (%v), want %v up to 11", c.after, c.limit, ids(got), last, err, c.want)
		}
	}
}

func transcriptEarlier(t *testing.T, tr webchat.Transcript) {
	for i := range 6 {
		said(t, tr, ana, fmt.Sprintf("c%d", i+1), "x")
	}
	if err := tr.Delete(t.Context(), ana, "c4", nine); err != nil {
		t.Fatal(err)
	}
	for before, want := range map[int64][]string{6: {"c5", "c3", "c2"}, 2: {"c1"}, 1: nil} {
		got, err := tr.Earlier(t.Context(), ana, before, 3)
		if err != nil || !reflect.DeepEqual(ids(got), want) {
			t.Errorf("before %d: %v (%v), want %v", before, ids(got), err, want)
		}
	}
}

func transcriptAcknowledge(t *testing.T, tr webchat.Transcript) {
	for i := range 4 {
		said(t, tr, ana, fmt.Sprintf("c%d", i+1), "x")
	}
	mine := webchat.Entry{MessageID: "p5", Author: webchat.Person, Message: chat.Message{Text: "mine"}, At: nine}
	if err := tr.Append(t.Context(), ana, "p5", mine); err != nil {
		t.Fatal(err)
	}
	if err := tr.Delete(t.Context(), ana, "c2", nine); err != nil {
		t.Fatal(err)
	}
	waiting := func(upTo int64) []string {
		got, err := tr.Unacknowledged(t.Context(), ana, upTo, 10)
		if err != nil {
			t.Fatal(err)
		}
		return ids(got)
	}
	if got := waiting(3); !reflect.DeepEqual(got, []string{"c1", "c3"}) {
		t.Errorf("up to 3 wait %v, want c1 and c3", got)
	}
	for range 2 { // the second changes nothing
		if err := tr.Acknowledge(t.Context(), ana, []string{"c1", "c3", "c99"}, nine); err != nil {
			t.Fatal(err)
		}
	}
	if err := tr.Edit(t.Context(), ana, "c1", chat.Message{Text: "changed"}, nine); err != nil {
		t.Fatal(err)
	}
	if got := waiting(100); !reflect.DeepEqual(got, []string{"c4"}) {
		t.Errorf("after the acknowledgement wait %v, want c4 alone", got)
	}
}

func transcriptConcurrent(t *testing.T, tr webchat.Transcript) {
	if err := tr.Open(t.Context(), ana, nine); err != nil {
		t.Fatal(err)
	}
	const writers, each = 4, 10
	var wg sync.WaitGroup
	errs := make(chan error, writers*each)
	for w := range writers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range each {
				id := fmt.Sprintf("c%d-%d", w, i)
				errs <- tr.Append(context.Background(), ana, id, webchat.Entry{
					MessageID: id, Author: webchat.Carebell, Message: chat.Message{Text: id}, At: nine})
			}
		}()
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, e := range listed(t, tr, ana, 0) {
		if e.Seq != int64(i+1) || e.Position != e.Seq {
			t.Fatalf("entry %d has number %d and position %d", i, e.Seq, e.Position)
		}
	}
	if got := listed(t, tr, ana, 0); len(got) != writers*each {
		t.Errorf("%d entries, want %d", len(got), writers*each)
	}
}

// The bytes of a file come only when they are asked for, only to its person, and go with its message.
func transcriptFile(t *testing.T, tr webchat.Transcript) {
	f := chat.File{Name: "days.png", Type: "image/png", Alt: "30 days", Data: []byte{0, 1, 2, 255}}
	for _, id := range []string{"c1", "c2"} {
		if err := tr.Open(t.Context(), ana, nine); err != nil {
			t.Fatal(err)
		}
		e := webchat.Entry{MessageID: id, Author: webchat.Carebell, Message: chat.Message{Text: "here", File: &f}, At: nine}
		if err := tr.Append(t.Context(), ana, "key of "+id, e); err != nil {
			t.Fatal(err)
		}
	}
	said(t, tr, ben, "c1", "no file")
	for _, e := range listed(t, tr, ana, 0) {
		if e.Message.File == nil || e.Message.File.Name != f.Name || e.Message.File.Alt != f.Alt || e.Message.File.Data != nil {
			t.Errorf("listed with %+v, want the file without its bytes", e.Message.File)
		}
	}
	if got, err := tr.File(t.Context(), ana, "c1"); err != nil || !reflect.DeepEqual(got, f) {
		t.Errorf("the file is %+v (%v)", got, err)
	}
	if err := tr.Edit(t.Context(), ana, "c1", chat.Message{Text: "no more"}, nine); err != nil {
		t.Fatal(err)
	}
	if err := tr.Delete(t.Context(), ana, "c2", nine); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		who chat.Address
		id  string
	}{{ben, "c2"}, {ben, "c1"}, {ana, "c9"}, {ana, "c1"}, {ana, "c2"}} {
		if got, err := tr.File(t.Context(), c.who, c.id); !errors.Is(err, webchat.ErrNoMessage) {
			t.Errorf("file %s: %+v, %v, want ErrNoMessage", c.id, got, err)
		}
	}
}
