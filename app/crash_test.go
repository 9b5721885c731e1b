package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"carebell/bot"
	"carebell/chat"
	"carebell/conversations"
	"carebell/internal/faketelegram"
	"carebell/schedule"
)

const (
	kills   = 40
	people  = 40
	perEach = 12
)

// process is carebell in a process of its own, which can be killed.
type process struct {
	t   *testing.T
	env []string
	cmd *exec.Cmd
	out *syncBuffer
}

func (p *process) start() {
	p.t.Helper()
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	p.cmd = exec.CommandContext(context.Background(), self) // #nosec G204 -- this test binary
	p.cmd.Env = append(append(os.Environ(), childVariable+"=1"), p.env...)
	p.out = &syncBuffer{}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
}

// kill is kill -9: no word of goodbye.
func (p *process) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatalf("kill: %v\n%s", err, p.out)
	}
	_ = p.cmd.Wait() // "signal: killed" is what was asked for
}

// slot names one message of one person; it is the text that the platform sees.
func slot(person, n int) string { return fmt.Sprintf("dose-%d-%d.", person, n) }

// Killed at random in the send path: nothing is lost, no repeat is unmarked, and no slot comes more
// than twice. Lost is a slot that neither arrived nor ended in a status that says so.
func TestKilledAtRandom(t *testing.T) { onBoth(t, killedAtRandom) }

func killedAtRandom(t *testing.T, setting string) {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("CAREBELL_TEST_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("CAREBELL_TEST_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 1))

	api, err := faketelegram.Start(faketelegram.Config{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.Close)
	seedDoses(t, api, setting)

	p := &process{t: t, env: []string{setting, "CAREBELL_HTTP_ADDR=127.0.0.1:0",
		"CAREBELL_TELEGRAM_TOKEN=" + token, "CAREBELL_TELEGRAM_ENDPOINT=" + api.Endpoint(), "CAREBELL_DELIVERY_REPEAT_AFTER=1s",
		"CAREBELL_TELEGRAM_PER_SECOND=1000", "CAREBELL_TELEGRAM_PER_CHAT_SECOND=30", "CAREBELL_TELEGRAM_PER_CHAT_BURST=30"}}
	for range kills {
		before := len(api.Ledger().Of("sendMessage"))
		p.start()
		waitFor(t, api, p, func(l faketelegram.Ledger) bool {
			return len(l.Of("sendMessage")) > before+random.IntN(12) || nearlyAll(l)
		})
		// A moment between nothing and the length of one send, so that every line of it is hit.
		<-time.After(time.Duration(random.Int64N(int64(8 * time.Millisecond))))
		p.kill()
	}
	p.start()
	allSettled(t, api, setting, p)
	p.kill()
	judge(t, api.Ledger(), setting)
}

// seedDoses makes people with doses that are all due now.
func seedDoses(t *testing.T, api *faketelegram.Server, setting string) {
	t.Helper()
	store := openStore(t, setting)
	for i := range people {
		person := api.Person(int64(1000+i), "P", "en")
		person.Start("")
		from := chat.Address{Channel: chat.Telegram, ID: strconv.Itoa(1000 + i)}
		turn := conversations.Turn{Person: conversations.Person{Language: "en", Zone: "UTC", ZoneConfirmed: true, Consent: conversations.ConsentVersion},
			Consent: &conversations.Consent{Given: true, Version: conversations.ConsentVersion}}
		for n := range perEach {
			at := time.Now().Truncate(time.Second)
			turn.Create = append(turn.Create, conversations.NewSeries{
				First: schedule.Occurrence{At: at, Slot: "once"},
				Series: schedule.Series{ID: fmt.Sprintf("01960000-0000-7000-8000-%06d%06d", i, n), Code: "AAAA", Message: slot(i, n), Template: "reminder",
					Rule: schedule.Once(at, time.UTC), Status: schedule.Active, Version: 1, MaxLateness: 2 * time.Hour}})
		}
		if err := store.Receive(t.Context(), chat.Update{ID: fmt.Sprint("seed", i), Kind: chat.Text, From: from}); err != nil {
			t.Fatal(err)
		}
		waiting, err := store.Waiting(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Commit(t.Context(), waiting[0], turn); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

func waitFor(t *testing.T, api *faketelegram.Server, p *process, until func(faketelegram.Ledger) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	if _, err := api.WaitFor(ctx, until); err != nil {
		p.kill()
		t.Fatalf("the program does not send: %v\n%s", err, p.out)
	}
}

// copies collects what arrived of each slot.
func copies(l faketelegram.Ledger) map[string][]string {
	all := map[string][]string{}
	for _, e := range l.Sent() {
		for field := range strings.FieldsSeq(e.Text) {
			if strings.HasPrefix(field, "dose-") {
				all[field] = append(all[field], e.Text)
			}
		}
	}
	return all
}

// allSettled waits until every slot has arrived, or has ended in a status that says that it may not
// have: a message of which two copies may have left gets no third.
func allSettled(t *testing.T, api *faketelegram.Server, setting string, p *process) {
	t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for time.Now().Before(deadline) {
		arrived, open := copies(api.Ledger()), 0
		for text, fate := range fates(t, setting) {
			if len(arrived[text]) == 0 && fate != "unknown" {
				open++
			}
		}
		if open == 0 {
			return
		}
		<-time.After(50 * time.Millisecond)
	}
	p.kill()
	t.Fatalf("not everything is settled: %v\n%s", fates(t, setting), p.out)
}

// nearlyAll: there is hardly anything left to send, and what is left may have ended unknown.
func nearlyAll(l faketelegram.Ledger) bool { return len(copies(l)) >= people*perEach*99/100 }

func judge(t *testing.T, l faketelegram.Ledger, setting string) {
	t.Helper()
	all := copies(l)
	fate := fates(t, setting)
	repeats, unknown := 0, 0
	for i := range people {
		for n := range perEach {
			texts := all[slot(i, n)]
			unmarked := 0
			for _, text := range texts {
				if !strings.Contains(text, "You may already have had this reminder") {
					unmarked++
				}
			}
			if len(texts) == 0 && fate[slot(i, n)] == "unknown" {
				unknown++ // two intents without a request: it says so, and nobody gets a third copy
			} else if len(texts) == 0 {
				t.Errorf("%s is lost", slot(i, n))
			}
			if unmarked > 1 {
				t.Errorf("%s came %d times unmarked", slot(i, n), unmarked)
			}
			if len(texts) > 2 {
				t.Errorf("%s came %d times", slot(i, n), len(texts))
			}
			repeats += max(0, len(texts)-1)
		}
	}
	t.Logf("%d slots, %d repeats, all marked; %d ended unknown", people*perEach, repeats, unknown)
	if unknown > people*perEach/100 {
		t.Errorf("%d of %d ended unknown, want at most one in a hundred", unknown, people*perEach)
	}
	// Every row says what became of it, or waits for the outcome of the last kill.
	store := openStore(t, setting)
	for i := range people {
		state, err := store.Load(t.Context(), bot.Arrival{Update: chat.Update{From: chat.Address{Channel: chat.Telegram, ID: strconv.Itoa(1000 + i)}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range state.Recent {
			if m.Status == "pending" || m.Status == "failed" || m.Status == "expired" {
				t.Errorf("%s is %s, though it arrived", m.Text, m.Status)
			}
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

// Killed after every step, the conversation goes on where it was.
func TestConversationSurvivesKills(t *testing.T) { onBoth(t, conversationSurvivesKills) }

func conversationSurvivesKills(t *testing.T, setting string) {
	api, err := faketelegram.Start(faketelegram.Config{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.Close)
	h := &house{t: t, api: api, clock: &clock{}, logs: &syncBuffer{}}
	p := &process{t: t, env: []string{setting, "CAREBELL_HTTP_ADDR=127.0.0.1:0",
		"CAREBELL_TELEGRAM_TOKEN=" + token, "CAREBELL_TELEGRAM_ENDPOINT=" + api.Endpoint(), "CAREBELL_DELIVERY_REPEAT_AFTER=1s",
		"CAREBELL_TELEGRAM_PER_CHAT_SECOND=30", "CAREBELL_TELEGRAM_PER_CHAT_BURST=30"}}
	ana := api.Person(1001, "Ana", "en")
	for _, step := range []struct {
		do    func()
		shows string
	}{
		{func() { ana.Start("") }, "Do you agree?"},
		{func() { h.tap(ana, "I agree") }, "What time is it"},
		{func() { ana.Say("Madrid") }, "Right?"},
		{func() { h.tap(ana, "Yes") }, "Ready."},
		{func() { ana.Say("every day at 9:00 walk the dog") }, "walk the dog"},
		{func() { h.tap(ana, "✅ Confirm") }, "Saved · #"},
		{func() { ana.Say("/list") }, "1. walk the dog"},
	} {
		step.do() // while nobody is there
		p.start()
		h.shows(1001, step.shows)
		p.kill()
	}
}
