package bot_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"carebell/bot"
	"carebell/chat"
	"carebell/conversations"
	"carebell/store/sqlite"

	"github.com/prometheus/client_golang/prometheus"
)

// steps records the order in which updates are stepped, and answers with what a test says.
type steps struct {
	mu    sync.Mutex
	seen  []string
	done  chan string
	reply func(chat.Update) conversations.Turn
}

func (s *steps) Step(state conversations.State, u chat.Update, now time.Time) conversations.Turn {
	s.mu.Lock()
	s.seen = append(s.seen, u.Text)
	s.mu.Unlock()
	defer func() { s.done <- u.Text }()
	if s.reply != nil {
		return s.reply(u)
	}
	return conversations.Turn{Toast: "done " + u.Text}
}

// taps collects the toasts.
type taps struct{ toasts chan string }

func (t taps) Send(_ context.Context, _ chat.Address, m chat.Message, _ string) (string, error) {
	t.toasts <- m.Text
	return "", nil
}

func (t taps) AnswerTap(id, toast string) { t.toasts <- id + ": " + toast }

var (
	ana  = chat.Address{Channel: chat.Telegram, ID: "1"}
	luis = chat.Address{Channel: chat.Telegram, ID: "2"}
)

type world struct {
	store *sqlite.Store
	path  string
	steps *steps
	taps  taps
	bot   *bot.Bot
	start func()
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{path: filepath.Join(t.TempDir(), "carebell.db"), steps: &steps{done: make(chan string, 100)}, taps: taps{make(chan string, 100)}}
	var err error
	if w.store, err = sqlite.Open(t.Context(), w.path, time.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := w.store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.bot = bot.New(bot.Config{Retry: 5 * time.Millisecond, NotSaved: func(string) string { return "not saved" },
		NotSavedYet: func(string) string { return "not saved yet" }},
		w.store, w.steps, prometheus.NewRegistry(), slog.New(slog.NewTextHandler(io.Discard, nil)))
	w.bot.Attach(chat.Telegram, w.taps)
	w.start = func() {
		ctx, cancel := context.WithCancel(context.Background())
		stopped := make(chan struct{})
		go func() { w.bot.Run(ctx); close(stopped) }()
		t.Cleanup(func() { cancel(); <-stopped })
	}
	return w
}

func (w *world) receive(t *testing.T, u chat.Update) {
	t.Helper()
	if err := w.bot.Receive(t.Context(), u); err != nil {
		t.Fatal(err)
	}
}

func TestOrderPerChat(t *testing.T) {
	w := newWorld(t)
	for i := range 20 {
		w.receive(t, chat.Update{ID: fmt.Sprint("a", i), Kind: chat.Text, From: ana, Text: fmt.Sprint("a", i)})
		w.receive(t, chat.Update{ID: fmt.Sprint("l", i), Kind: chat.Text, From: luis, Text: fmt.Sprint("l", i)})
		w.receive(t, chat.Update{ID: fmt.Sprint("a", i), Kind: chat.Text, From: ana, Text: "again"}) // delivered twice
	}
	w.start()
	for range 40 {
		<-w.steps.done
	}
	next := map[string]int{}
	for _, text := range w.steps.seen {
		who := text[:1]
		if want := fmt.Sprint(who, next[who]); text != want {
			t.Fatalf("stepped %s, want %s: %v", text, want, w.steps.seen)
		}
		next[who]++
	}
}

func TestTapIsAnsweredWithItsToast(t *testing.T) {
	w := newWorld(t)
	w.start()
	w.receive(t, chat.Update{ID: "1", Kind: chat.Tap, From: ana, Text: "x", TapID: "t1"})
	if got := <-w.taps.toasts; got != "t1: done x" {
		t.Errorf("toast %q", got)
	}
}

func TestPanicLeavesTheOthersAlone(t *testing.T) {
	w := newWorld(t)
	w.steps.reply = func(u chat.Update) conversations.Turn {
		if u.Text == "bad" {
			panic("a fault in one conversation")
		}
		return conversations.Turn{}
	}
	w.start()
	w.receive(t, chat.Update{ID: "1", Kind: chat.Text, From: ana, Text: "bad"})
	w.receive(t, chat.Update{ID: "2", Kind: chat.Text, From: luis, Text: "good"})
	for text := range w.steps.done {
		if text == "good" {
			return
		}
	}
}

// Another copy of the program changed the conversation between loading and saving.
func TestConflictIsSteppedAgain(t *testing.T) {
	w := newWorld(t)
	d := conversations.Draft{ID: "AAAAAAAAAA", Kind: conversations.KindSchedule, Step: conversations.StepCard,
		Status: conversations.DraftOpen, Version: 1, ExpiresAt: time.Now().Add(time.Hour), UpdatedAt: time.Now()}
	w.receive(t, chat.Update{ID: "0", Kind: chat.Text, From: ana, Text: "first"})
	waiting, err := w.store.Waiting(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.Commit(t.Context(), waiting[0], conversations.Turn{Drafts: []conversations.DraftChange{{Draft: d}}}); err != nil {
		t.Fatal(err)
	}
	tries := 0
	w.steps.reply = func(chat.Update) conversations.Turn {
		tries++
		from := 9 // a version that is not there
		if tries == 2 {
			from = 1
		}
		d.Version = 2
		return conversations.Turn{Toast: fmt.Sprint("try ", tries), Drafts: []conversations.DraftChange{{Draft: d, From: from}}}
	}
	w.start()
	w.receive(t, chat.Update{ID: "1", Kind: chat.Tap, From: ana, TapID: "t"})
	if got := <-w.taps.toasts; got != "t: try 2" {
		t.Errorf("answered %q", got)
	}
}

// The disk fills up while people tap: they are told, nothing is half done, and it recovers by itself.
func TestDatabaseThatCannotBeWritten(t *testing.T) {
	w := newWorld(t)
	w.start()
	full(t, w.path, true)
	err := w.bot.Receive(t.Context(), chat.Update{ID: "1", Kind: chat.Tap, From: ana, TapID: "t1"})
	if err == nil {
		t.Fatal("an update was taken that could not be kept")
	}
	if got := <-w.taps.toasts; got != "t1: not saved" {
		t.Errorf("told %q", got)
	}
	for range 3 { // a text is told of once, however often the platform brings it
		if err := w.bot.Receive(t.Context(), chat.Update{ID: "2", Kind: chat.Text, From: ana, Text: "x"}); err == nil {
			t.Fatal("a text was taken that could not be kept")
		}
	}
	if got := <-w.taps.toasts; got != "not saved yet" {
		t.Errorf("told %q", got)
	}
	full(t, w.path, false)
	w.receive(t, chat.Update{ID: "1", Kind: chat.Tap, From: ana, Text: "x", TapID: "t1"})
	if got := <-w.taps.toasts; got != "t1: done x" {
		t.Errorf("after the recovery: %q", got)
	}
}

// full makes every insert into the inbox fail as a full disk does, or ends that.
func full(t *testing.T, path string, on bool) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	statement := "DROP TRIGGER full"
	if on {
		statement = "CREATE TRIGGER full BEFORE INSERT ON inbox BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
	}
	if _, err := db.ExecContext(t.Context(), statement); err != nil && !strings.Contains(err.Error(), "no such trigger") {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
