package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"carebell/internal/campaign"
	"carebell/internal/faketelegram"
)

// replicas is carebell in two processes on one PostgreSQL, each of which sends at most so many a second.
func replicas(t *testing.T, perSecond int) (api *faketelegram.Server, a, b *campaign.Process) {
	api, err := faketelegram.Start(faketelegram.Config{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.Close)
	setting := onPostgres(t)
	env := []string{setting, "CAREBELL_HTTP_ADDR=127.0.0.1:0", "CAREBELL_TELEGRAM_TOKEN=" + token, "CAREBELL_TELEGRAM_ENDPOINT=" + api.Endpoint(),
		"CAREBELL_DELIVERY_REPEAT_AFTER=1s", fmt.Sprintf("CAREBELL_TELEGRAM_PER_SECOND=%d", perSecond), "CAREBELL_TELEGRAM_PER_CHAT_SECOND=30", "CAREBELL_TELEGRAM_PER_CHAT_BURST=30"}
	return api, &campaign.Process{T: t, Env: env}, &campaign.Process{T: t, Env: env}
}

// answered waits until the bot answers what that person says, and returns how long it took.
func answered(t *testing.T, api *faketelegram.Server, p *campaign.Process, ana *faketelegram.Person) time.Duration {
	t.Helper()
	before := len(api.Ledger().Sent())
	start := time.Now()
	ana.Say("/help")
	waitFor(t, api, p, func(l faketelegram.Ledger) bool { return len(l.Sent()) > before })
	return time.Since(start)
}

// One process polls Telegram. When it dies the other takes over within ten seconds, when it is told
// to stop at once, and never do two poll at the same time.
func TestOnePollsAndTheOtherTakesOver(t *testing.T) {
	api, a, b := replicas(t, 1000)
	ana := api.Person(1001, "Ana", "en")
	ana.Start("")
	a.Start()
	answered(t, api, a, ana) // a polls
	b.Start()
	ready(t, b)
	if n := conflicts(api.Ledger()); n != 0 {
		t.Errorf("two processes polled at the same time: %d conflicts", n)
	}
	a.Kill()
	took := answered(t, api, b, ana)
	t.Logf("after kill -9 the other one answered in %s", took.Round(time.Millisecond))
	if took > 10*time.Second {
		t.Errorf("it took %s to take over, want at most 10 s", took)
	}
	a.Start()
	ready(t, a)
	b.Terminate()
	took = answered(t, api, a, ana)
	t.Logf("after SIGTERM the other one answered in %s", took.Round(time.Millisecond))
	if took > 2*time.Second {
		t.Errorf("it took %s to take over, want at once", took)
	}
	a.Terminate()
}

// conflicts counts the polls that the platform refused because somebody else polled.
func conflicts(l faketelegram.Ledger) (n int) {
	for _, e := range l.Of("getUpdates") {
		if e.Code == http.StatusConflict {
			n++
		}
	}
	return n
}

// ready waits until the process says that it is ready.
func ready(t *testing.T, p *campaign.Process) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for addr := ""; time.Now().Before(deadline); <-time.After(10 * time.Millisecond) {
		if _, after, ok := strings.Cut(p.Output(), "status    http://"); ok {
			addr, _, _ = strings.Cut(after, "/")
		}
		if addr == "" {
			continue
		}
		res, err := http.Get("http://" + addr + "/readyz")
		if err != nil {
			continue
		}
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatalf("it is never ready:\n%s", p.Output())
}
