package app_test

import (
	"context"
	"testing"
	"time"

	"carebell/internal/campaign"
	"carebell/internal/faketelegram"
)

func waitFor(t *testing.T, api *faketelegram.Server, p *campaign.Process, until func(faketelegram.Ledger) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	if _, err := api.WaitFor(ctx, until); err != nil {
		p.Kill()
		t.Fatalf("the program does not send: %v\n%s", err, p.Output())
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
	p := &campaign.Process{T: t, Env: []string{setting, "CAREBELL_HTTP_ADDR=127.0.0.1:0",
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
		{func() { ana.Say("/list") }, "09:00 · walk the dog"},
	} {
		step.do() // while nobody is there
		p.Start()
		h.shows(1001, step.shows)
		p.Kill()
	}
}
