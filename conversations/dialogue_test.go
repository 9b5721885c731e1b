package conversations_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/internal/teststores"
	"carebell/locales"
	"carebell/nlp"
	"carebell/templates"
)

var update = flag.Bool("update", false, "rewrite the dialogues with what is said now")

// The dialogues in testdata read like a chat. What stands at the margin is done; what is indented
// was answered and is rewritten by -update.
//
//	now 2026-03-02T15:00:00Z    the clock is set           wait 31m      the clock moves on
//	ana: text                   a person writes            ana taps Yes  the newest such button
//	ana edits: text             their last message changes ana taps 1st Yes  the oldest such button
//	ana blocks / unblocks       the platform says so       ana sends a sticker
//	ana sets es Europe/Madrid   the channel's own controls
//	# a comment
//
//	    bot: text [Button]      a new message              edit: text    an earlier one changes
//	    due: text [Button]      a reminder arrives         too late: text  it is not sent any more
//	    toast: text             the answer to a tap
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("dialogues: %v %v", files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		if *update { // what each database says is compared without it
			written, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, play(t, teststores.SQLite, written), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		t.Run(name, func(t *testing.T) {
			teststores.Each(t, func(t *testing.T, d teststores.Database) {
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				got := play(t, d, want)
				if !bytes.Equal(got, want) {
					t.Errorf("the dialogue went otherwise (see the difference with -update):\n%s", firstDifference(string(want), string(got)))
				}
			})
		})
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range w {
		if i >= len(g) || w[i] != g[i] {
			found := "(nothing)"
			if i < len(g) {
				found = g[i]
			}
			return fmt.Sprintf("line %d\n want %s\n got  %s", i+1, w[i], found)
		}
	}
	return "more was said than expected:\n" + strings.Join(g[len(w)-1:], "\n")
}

// stage is a conversation in progress over the real store.
type stage struct {
	t     *testing.T
	store teststores.Opened
	flows *conversations.Flows
	// renderer writes what is due, as the engine does.
	renderer *delivery.Renderer
	clock    time.Time
	out      bytes.Buffer
	count    int
	sent     int
	last     map[string]string // each person's last message id
	// shown are the buttons of each message that is on a screen, oldest message first.
	shown []screen
}

type screen struct {
	id      string
	choices [][]chat.Choice
}

func newStage(t *testing.T, d teststores.Database) *stage {
	s := &stage{t: t, clock: time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC), last: map[string]string{}}
	s.store = d.Open(t, func() time.Time { return s.clock })
	s.flows = newFlows(t)
	catalogue, err := locales.Load()
	s.must(err)
	set, err := templates.Load()
	s.must(err)
	s.renderer = delivery.NewRenderer(set, catalogue, func(j delivery.Job) [][]chat.Choice {
		return conversations.DoseChoices(catalogue, j.Language, j.Card, j.CardVersion)
	})
	return s
}

func newFlows(t testing.TB) *conversations.Flows {
	catalogue, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	set, err := templates.Load()
	if err != nil {
		t.Fatal(err)
	}
	return conversations.New(conversations.Config{Service: "Clinic Sol", Emergency: "112"}, nlp.New(), catalogue, set)
}

func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func play(t *testing.T, d teststores.Database, script []byte) []byte {
	s := newStage(t, d)
	lines := bufio.NewScanner(bytes.NewReader(script))
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, " ") {
			continue // what was answered the last time
		}
		s.out.WriteString(line + "\n")
		s.do(line)
	}
	return s.out.Bytes()
}

var (
	says  = regexp.MustCompile(`^(\w+)(?: \((\S+)\))?: (.*)$`)
	taps  = regexp.MustCompile(`^(\w+) taps (1st )?(.+)$`)
	edits = regexp.MustCompile(`^(\w+) edits: (.*)$`)
	sets  = regexp.MustCompile(`^(\w+) sets (\S+) (\S+)$`)
	does  = regexp.MustCompile(`^(\w+) (blocks|unblocks|sends a sticker)$`)
)

func (s *stage) do(line string) {
	s.t.Helper()
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case line == "" || word == "#":
	case word == "now":
		at, err := time.Parse(time.RFC3339, rest)
		s.must(err)
		s.clock = at
	case word == "wait":
		d, err := time.ParseDuration(rest)
		s.must(err)
		s.clock = s.clock.Add(d)
		s.deliver()
	case edits.MatchString(line):
		m := edits.FindStringSubmatch(line)
		s.update(m[1], chat.Update{Kind: chat.Edited, Text: m[2], MessageID: s.last[m[1]]}, "")
	case taps.MatchString(line):
		m := taps.FindStringSubmatch(line)
		data, message := s.button(m[3], m[2] != "")
		s.update(m[1], chat.Update{Kind: chat.Tap, Data: data, MessageID: message, TapID: "t"}, "")
	case sets.MatchString(line):
		m := sets.FindStringSubmatch(line)
		s.update(m[1], chat.Update{Kind: chat.Settings, Zone: m[3]}, m[2])
	case does.MatchString(line):
		m := does.FindStringSubmatch(line)
		kind := map[string]chat.Kind{"blocks": chat.Blocked, "unblocks": chat.Unblocked, "sends a sticker": chat.Unsupported}[m[2]]
		s.update(m[1], chat.Update{Kind: kind}, "")
	case says.MatchString(line):
		m := says.FindStringSubmatch(line)
		s.count++
		s.last[m[1]] = fmt.Sprint("m", s.count)
		s.update(m[1], chat.Update{Kind: chat.Text, Text: strings.ReplaceAll(m[3], `\n`, "\n"), MessageID: s.last[m[1]]}, m[2])
	default:
		s.t.Fatalf("cannot read the line %q", line)
	}
}

// button finds the data of a button that is or was on a screen, and its message: the newest with that
// label, or the oldest.
func (s *stage) button(label string, oldest bool) (data, message string) {
	s.t.Helper()
	if raw, ok := strings.CutPrefix(label, "data "); ok {
		return raw, ""
	}
	for _, m := range s.shown {
		for _, row := range m.choices {
			for _, c := range row {
				if strings.Contains(c.Label, label) && (data == "" || !oldest) {
					data, message = c.Data, m.id
				}
			}
		}
	}
	if data == "" {
		s.t.Fatalf("no button %q was ever shown", label)
	}
	return data, message
}

func (s *stage) update(who string, u chat.Update, language string) {
	s.t.Helper()
	s.count++
	u.ID, u.SentAt, u.Language, u.Name = fmt.Sprint("u", s.count), s.clock, language, strings.ToUpper(who[:1])+who[1:]
	u.From = chat.Address{Channel: chat.Telegram, ID: who}
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
	s.must(s.store.Commit(s.t.Context(), waiting[0], turn))
	if turn.Toast != "" {
		fmt.Fprintf(&s.out, "    toast: %s\n", turn.Toast)
	}
	s.deliver()
}

// deliver lets everything that is due arrive, as the engine would.
func (s *stage) deliver() {
	s.t.Helper()
	for {
		batch, err := s.store.Claim(s.t.Context(), 10, time.Minute, []chat.Channel{chat.Telegram})
		s.must(err)
		if len(batch.Jobs) == 0 {
			return
		}
		for _, j := range batch.Jobs {
			s.show(j)
		}
	}
}

func (s *stage) show(j delivery.Job) {
	s.t.Helper()
	if s.clock.Sub(j.Due) > j.Lateness {
		s.must(s.store.Settle(s.t.Context(), j, 0, delivery.Outcome{Status: delivery.Expired, Reason: "too late"}))
		fmt.Fprintf(&s.out, "    too late: %s\n", j.Content)
		return
	}
	s.sent++
	id := fmt.Sprint(s.sent)
	s.must(s.store.Intend(s.t.Context(), j, 0))
	s.must(s.store.Settle(s.t.Context(), j, 0, delivery.Outcome{Status: delivery.Sent, PlatformID: id, Requested: true}))
	verb := "bot"
	if j.Source == delivery.Occurrence {
		verb = "due"
	}
	m, err := s.renderer.Render(j)
	s.must(err)
	j.Message = s.renderer.Note(m, j, s.clock, 5*time.Minute)
	if j.Operation == delivery.Edit {
		verb = "edit"
		id = j.TargetID
	}
	s.shown = append(s.shown, screen{id: id, choices: j.Message.Choices})
	text := j.Message.Text
	if j.Message.Format == chat.HTML {
		text = chat.PlainText(text)
	}
	for i, line := range strings.Split(code.ReplaceAllString(text, "#CODE"), "\n") {
		if i == 0 {
			fmt.Fprintf(&s.out, "    %s: %s\n", verb, line)
		} else {
			fmt.Fprintf(&s.out, "         %s\n", line)
		}
	}
	if f := j.Message.File; f != nil {
		fmt.Fprintf(&s.out, "         (%s, %s)\n", f.Name, f.Type)
		if f.Alt != "" {
			fmt.Fprintf(&s.out, "         (seen: %s)\n", f.Alt)
		}
		if err := f.Check(); err != nil {
			s.t.Errorf("the file %s cannot be sent: %v", f.Name, err)
		}
	}
	for _, row := range j.Message.Choices {
		labels := make([]string, len(row))
		for i, c := range row {
			labels[i] = "[" + c.Label + "]"
			if len(c.Data) > chat.MaxChoiceData || c.Data == "" {
				s.t.Errorf("the button %q carries %d bytes", c.Label, len(c.Data))
			}
		}
		fmt.Fprintf(&s.out, "         %s\n", strings.Join(labels, " "))
	}
}

// code is the random part of what is said.
var code = regexp.MustCompile(`#[2-9A-HJKMNP-Z]{4}\b`)

// The same state, update and time give the same turn: a step has no hidden input.
func TestStepIsPure(t *testing.T) {
	flows := newFlows(t)
	now := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	state := conversations.State{Person: conversations.Person{ID: "p", Consent: conversations.ConsentVersion, Zone: "Europe/Madrid", ZoneConfirmed: true}}
	u := chat.Update{ID: "1", Kind: chat.Text, Text: "/schedule tomorrow 15:00 walk", SentAt: now, From: chat.Address{Channel: chat.Telegram, ID: "1"}}
	if a, b := fmt.Sprintf("%+v", flows.Step(state, u, now)), fmt.Sprintf("%+v", flows.Step(state, u, now)); a != b {
		t.Errorf("two steps differ:\n%s\n%s", a, b)
	}
}

// Whatever arrives, a step answers or stays silent; it never panics.
func FuzzStep(f *testing.F) {
	flows := newFlows(f)
	now := time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC)
	for _, seed := range []string{"/schedule", "stop", "v1:ok:AAAAAAAAAA:1", "every 0 hours", "31 february", "\u202e51 mg"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, text, data string) {
		d := conversations.Draft{ID: "AAAAAAAAAA", Owner: "p", Kind: conversations.KindSchedule, Step: conversations.StepCard,
			Status: conversations.DraftOpen, Version: 1, ExpiresAt: now.Add(time.Hour),
			Data: conversations.Data{Text: text, Rule: text, Message: text}}
		state := conversations.State{Person: conversations.Person{ID: "p", Consent: conversations.ConsentVersion},
			Open: []conversations.Draft{d}, Tapped: &d}
		for _, kind := range []chat.Kind{chat.Text, chat.Tap, chat.Edited, chat.Settings, chat.Kind(text)} {
			flows.Step(state, chat.Update{ID: "1", Kind: kind, Text: chat.Clean(text), Data: data, Zone: text, Language: text, SentAt: now}, now)
		}
	})
}
