package app_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"carebell/internal/faketelegram"
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

func waitFor(t *testing.T, api *faketelegram.Server, p *process, until func(faketelegram.Ledger) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	if _, err := api.WaitFor(ctx, until); err != nil {
		p.kill()
		t.Fatalf("the program does not send: %v\n%s", err, p.out)
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
