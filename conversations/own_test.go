package conversations_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"carebell/bot"
	"carebell/bot/webchat"
	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/internal/teststores"
)

// step takes one text of a person to a turn, without committing it.
func (s *stage) step(who, text string) (bot.Arrival, conversations.Turn) {
	s.t.Helper()
	s.count++
	u := chat.Update{ID: who + ":" + text, Kind: chat.Text, Text: text, From: chat.Address{Channel: chat.Telegram, ID: who}, SentAt: s.clock}
	s.must(s.store.Receive(s.t.Context(), u))
	waiting, err := s.store.Waiting(s.t.Context(), 1)
	s.must(err)
	state, err := s.store.Load(s.t.Context(), waiting[0])
	s.must(err)
	turn := s.flows.Step(state, waiting[0].Update, s.clock)
	if turn.Wants != nil {
		record, err := s.store.Record(s.t.Context(), waiting[0], *turn.Wants)
		s.must(err)
		state.Record = &record
		turn = s.flows.Step(state, waiting[0].Update, s.clock)
	}
	return waiting[0], turn
}

func (s *stage) script(lines string) {
	for line := range strings.Lines(lines) {
		s.do(strings.TrimSpace(line))
	}
}

const aDay = `ana sets en Europe/Madrid
	ana: /start
	ana taps I agree
	ana: every day at 17:00 take canarypill 100 mg
	ana taps Confirm
	ana: every day at 9:00 and 21:30 drink canarywater
	ana taps Confirm
	wait 1h
	ana taps Taken
	ana: tomorrow 9:00 canarywalk`

// What is exported is all that is kept, in forms that other programs read, and nobody else's.
func TestExport(t *testing.T) {
	teststores.Each(t, func(t *testing.T, d teststores.Database) {
		s := newStage(t, d)
		s.script(aDay)
		s.script("ben sets en Europe/Madrid\nben: /start\nben taps I agree\nben: every day at 8:00 take benspill\nben taps Confirm")
		_, turn := s.step("ana", "/export")
		if len(turn.Replies) != 2 {
			t.Fatalf("%d replies, want two files", len(turn.Replies))
		}
		data, calendar := turn.Replies[0].Message.File, turn.Replies[1].Message.File
		var got struct {
			Profile   struct{ Name, Language, TimeZone string }
			Consents  []struct{ Version string }
			Schedules []struct{ Message, InWords, RRule, Code string }
			Messages  []struct {
				Text, Status string
				Due          time.Time
				SentAt       *time.Time `json:"sent_at"`
			}
			Answers []struct {
				Answer string
				SaidAt time.Time `json:"said_at"`
			} `json:"dose_answers"`
		}
		s.must(json.Unmarshal(data.Data, &got))
		if got.Profile.Name != "Ana" || len(got.Consents) != 1 || got.Consents[0].Version != conversations.ConsentVersion ||
			len(got.Schedules) != 2 || got.Schedules[0].Message != "take canarypill 100 mg" || len(got.Schedules[0].Code) != 4 {
			t.Errorf("exported %+v", got)
		}
		if got.Messages[0].Text != "take canarypill 100 mg" || got.Messages[0].Status != "sent" || got.Messages[0].SentAt == nil ||
			len(got.Answers) != 1 || got.Answers[0].Answer != "taken" || !got.Answers[0].SaidAt.Equal(s.clock) {
			t.Errorf("exported %+v and %+v", got.Messages, got.Answers)
		}
		for _, want := range []string{`"in_words": "every day at 17:00"`, `"time_zone": "Europe/Madrid"`, `RRULE:FREQ=DAILY`, `"id": "ana"`} {
			if !strings.Contains(string(data.Data), want) {
				t.Errorf("without %s:\n%s", want, data.Data)
			}
		}
		parsed, err := ics.ParseCalendar(strings.NewReader(string(calendar.Data)))
		if err != nil || len(parsed.Events()) != 3 { // 9:00 and 21:30 need a line each
			t.Errorf("the calendar has %d events (%v):\n%s", len(parsed.Events()), err, calendar.Data)
		}
		for what, file := range map[string]*chat.File{"data": data, "calendar": calendar} {
			if strings.Contains(string(file.Data), "benspill") || !strings.Contains(string(file.Data), "canarywater") {
				t.Errorf("the %s is not Ana's and Ana's alone:\n%s", what, file.Data)
			}
		}
	})
}

// A record that is longer than one file goes in several, and nothing is lost between them.
func TestExportInShares(t *testing.T) {
	flows := newFlows(t)
	now := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	record := conversations.Record{Since: now, Messages: make([]conversations.KeptMessage, 30_000)}
	for i := range record.Messages {
		record.Messages[i] = conversations.KeptMessage{ID: "0196", Text: strings.Repeat("x", 200), Due: now, Status: "sent"}
	}
	state := conversations.State{Person: conversations.Person{ID: "p", Consent: conversations.ConsentVersion}, Record: &record}
	turn := flows.Step(state, chat.Update{Kind: chat.Text, Text: "/export", SentAt: now}, now)
	total := 0
	for _, r := range turn.Replies {
		var part struct{ Messages []any }
		if err := json.Unmarshal(r.Message.File.Data, &part); err != nil || r.Message.File.Check() != nil {
			t.Fatalf("%s: %v %v", r.Message.File.Name, err, r.Message.File.Check())
		}
		total += len(part.Messages)
	}
	if total != len(record.Messages) || len(turn.Replies) < 2 {
		t.Errorf("%d messages in %d files, want %d in several", total, len(turn.Replies), len(record.Messages))
	}
}

// After the last word no row knows the person; what remains is that somebody was erased.
func TestEraseLeavesNoRow(t *testing.T) {
	teststores.Each(t, func(t *testing.T, d teststores.Database) {
		s := newStage(t, d)
		s.script(aDay)
		s.script("ana: /export\nana: stop\nana: nonsense canary")
		state, err := s.store.Load(t.Context(), bot.Arrival{Update: chat.Update{From: chat.Address{Channel: chat.Telegram, ID: "ana"}}})
		s.must(err)
		s.script("ben sets en Europe/Madrid\nben: /start\nben taps I agree\nben: every day at 8:00 take benspill\nben taps Confirm")
		traces := []string{"ana", "Ana", "canary", state.Person.ID}
		before := s.store.Dump(t)
		for _, trace := range traces {
			if !strings.Contains(before, trace) {
				t.Fatalf("nothing knows %q before: this test would see nothing", trace)
			}
		}
		s.script("ana: /delete")
		arrival, turn := s.step("ana", "DELETE")
		s.must(s.store.Commit(t.Context(), arrival, turn))
		for line := range strings.Lines(s.store.Dump(t)) {
			if table, _, _ := strings.Cut(line, ":"); table != "audit_log" && (strings.Contains(line, "canary") || strings.Contains(line, state.Person.ID)) {
				t.Errorf("before the last word left there is still %s", line)
			}
		}
		s.deliver()
		if n, err := s.store.Forget(t.Context()); err != nil || n != 1 {
			t.Errorf("%d people were forgotten (%v), want one", n, err)
		}
		after := s.store.Dump(t)
		for line := range strings.Lines(after) {
			for _, trace := range traces[:3] {
				if strings.Contains(line, trace) && !strings.HasPrefix(line, "goose_db_version") {
					t.Errorf("%q is still in %s", trace, line)
				}
			}
			// The log only grows; the id in it leads nowhere any more.
			if table, _, _ := strings.Cut(line, ":"); table != "audit_log" && strings.Contains(line, state.Person.ID) {
				t.Errorf("the person's id is still in %s", line)
			}
		}
		if !strings.Contains(after, "erased") || !strings.Contains(after, "benspill") {
			t.Error("the audit event, or somebody else's series, is missing")
		}
	})
}

// On the web chat the transcript goes with everything else; an open page begins anew with the last word,
// which it shows for an hour.
func TestEraseOnTheWebChat(t *testing.T) {
	const visitor = "0123456789abcdef0123456789abcdef"
	who := chat.Address{Channel: chat.WebChat, ID: visitor}
	teststores.Each(t, func(t *testing.T, d teststores.Database) {
		s := newStage(t, d)
		transcript := s.store.Transcript()
		s.must(transcript.Open(t.Context(), who, s.clock))
		say := func(id, text string) {
			s.must(transcript.Append(t.Context(), who, "key "+id, webchat.Entry{MessageID: id, Author: webchat.Carebell, At: s.clock,
				Message: chat.Message{Text: text, File: &chat.File{Name: "a.json", Type: "application/json", Data: []byte("canaryfile")}}}))
		}
		say("c1", "canary one")
		say("c2", "canary two")
		_, seen, err := transcript.List(t.Context(), who, 0, 10)
		s.must(err)
		commit := func(id string, turn conversations.Turn) {
			s.must(s.store.Receive(t.Context(), chat.Update{ID: visitor + ":" + id, Kind: chat.Text, From: who, Text: id, SentAt: s.clock}))
			waiting, err := s.store.Waiting(t.Context(), 1)
			s.must(err)
			s.must(s.store.Commit(t.Context(), waiting[0], turn))
		}
		commit("hello", conversations.Turn{Person: conversations.Person{Name: "canary", Consent: "1"}})
		word := conversations.Reply{ID: "01960000-0000-7000-8000-000000000001", Message: chat.Message{Text: "goodbye"}}
		commit("DELETE", conversations.Turn{Erase: true, Replies: []conversations.Reply{word}})
		if rest := s.store.Dump(t); strings.Contains(rest, "canary") {
			t.Errorf("there is still something:\n%s", rest)
		}
		if entries, last, err := transcript.List(t.Context(), who, seen, 10); err != nil || last >= seen || len(entries) != 0 {
			t.Errorf("an open page would not begin anew: %v up to %d, %v", entries, last, err)
		}
		batch, err := s.store.Claim(t.Context(), 10, time.Minute, []chat.Channel{chat.WebChat})
		s.must(err)
		if len(batch.Jobs) != 1 || batch.Jobs[0].Message.Text != "goodbye" {
			t.Fatalf("claimed %+v, want the last word", batch.Jobs)
		}
		j := batch.Jobs[0]
		s.must(s.store.Intend(t.Context(), j, 0))
		s.must(transcript.Append(t.Context(), who, "send:"+j.ID, webchat.Entry{MessageID: "c3", Author: webchat.Carebell, Message: j.Message, At: s.clock}))
		s.must(s.store.Settle(t.Context(), j, 0, delivery.Outcome{Status: delivery.Sent, PlatformID: "c3", Requested: true}))
		s.must(s.store.Receipt(t.Context(), chat.Receipt{To: who, MessageID: "c3", Progress: chat.Delivered, At: s.clock}))
		if n, err := s.store.Forget(t.Context()); err != nil || n != 0 {
			t.Errorf("the page lost the last word at once: %d, %v", n, err)
		}
		s.clock = s.clock.Add(time.Hour)
		if n, err := s.store.Forget(t.Context()); err != nil || n != 1 {
			t.Errorf("%d people were forgotten (%v), want one", n, err)
		}
		s.must(s.store.Receipt(t.Context(), chat.Receipt{To: who, MessageID: "c3", Progress: chat.Read, At: s.clock}))
		if rest := s.store.Dump(t); strings.Contains(rest, visitor) {
			t.Errorf("something still knows the visitor:\n%s", rest)
		}
	})
}
