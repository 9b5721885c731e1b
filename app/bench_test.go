package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"carebell/chat"
	"carebell/conversations"
	"carebell/internal/faketelegram"
	"carebell/schedule"
)

// quantile of sorted durations, in milliseconds.
func quantile(d []time.Duration, q float64) float64 {
	slices.Sort(d)
	return float64(d[min(len(d)-1, int(q*float64(len(d))))].Microseconds()) / 1000
}

// BenchmarkReply is from the moment that a person writes to the moment that the answer is at the
// platform: poll, inbox, turn, outbox, send.
func BenchmarkReply(b *testing.B) { benchBoth(b, replyBench) }

func replyBench(b *testing.B, open func(testing.TB) string) {
	h := newHouse(b, open(b), "CAREBELL_TELEGRAM_PER_SECOND=1000")
	ana := h.api.Person(1001, "Ana", "en")
	ana.Start("")
	h.shows(1001, "Do you agree?")
	var took []time.Duration
	for b.Loop() {
		<-time.After(40 * time.Millisecond) // within the pace of one chat
		before := len(h.api.Ledger().Sent())
		start := time.Now()
		ana.Say("/help")
		if _, err := h.api.WaitFor(b.Context(), func(l faketelegram.Ledger) bool { return len(l.Sent()) > before }); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	b.ReportMetric(quantile(took, .5), "p50-ms")
	b.ReportMetric(quantile(took, .99), "p99-ms")
}

// BenchmarkLateness is how late reminders arrive at the platform, at twenty a second for ten seconds.
func BenchmarkLateness(b *testing.B) { benchBoth(b, latenessBench) }

func latenessBench(b *testing.B, open func(testing.TB) string) {
	const messages, every = 200, 50 * time.Millisecond
	for b.Loop() {
		setting := open(b)
		store := openStore(b, setting)
		api, err := faketelegram.Start(faketelegram.Config{Token: token})
		if err != nil {
			b.Fatal(err)
		}
		due := map[string]time.Time{}
		first := time.Now().Add(3 * time.Second)
		for i := range messages {
			id := strconv.Itoa(5000 + i)
			api.Person(int64(5000+i), "P", "en").Start("")
			text := fmt.Sprintf("dose-%d.", i)
			due[text] = first.Add(time.Duration(i) * every)
			if err := store.Receive(b.Context(), chat.Update{ID: "s" + id, Kind: chat.Text, From: chat.Address{Channel: chat.Telegram, ID: id}}); err != nil {
				b.Fatal(err)
			}
			waiting, err := store.Waiting(b.Context(), 1)
			if err != nil {
				b.Fatal(err)
			}
			if err := store.Commit(b.Context(), waiting[0], conversations.Turn{
				Person: conversations.Person{Language: "en", Zone: "UTC", Consent: conversations.ConsentVersion},
				Create: []conversations.NewSeries{{First: schedule.Occurrence{At: due[text], Slot: "once"}, Series: schedule.Series{
					ID: fmt.Sprintf("01960000-0000-7000-8000-%012d", i), Code: "AAAA", Message: text, Template: "reminder",
					Rule: schedule.Once(due[text], time.UTC), Status: schedule.Active, Version: 1, MaxLateness: time.Hour}}}}); err != nil {
				b.Fatal(err)
			}
		}
		if err := store.Close(); err != nil {
			b.Fatal(err)
		}
		forgetUpdates(b, api) // two hundred welcomes would take the pace from the reminders
		h := &house{t: b, clock: &clock{}, logs: &syncBuffer{}, api: api, env: []string{setting,
			"CAREBELL_HTTP_ADDR=127.0.0.1:0", "CAREBELL_TELEGRAM_TOKEN=" + token, "CAREBELL_TELEGRAM_ENDPOINT=" + api.Endpoint()}}
		h.open()
		ledger, err := api.WaitFor(b.Context(), func(l faketelegram.Ledger) bool {
			n := 0
			for _, e := range l.Sent() {
				if strings.Contains(e.Text, "dose-") {
					n++
				}
			}
			return n >= messages
		})
		if err != nil {
			b.Fatal(err)
		}
		var late []time.Duration
		for _, e := range ledger.Sent() {
			for field := range strings.FieldsSeq(e.Text) {
				if at, ok := due[field]; ok {
					late = append(late, e.At.Sub(at))
				}
			}
		}
		h.stop()
		api.Close()
		if early := slices.Min(late); early < 0 {
			b.Errorf("a reminder came %s early", -early)
		}
		b.ReportMetric(quantile(late, .5), "p50-late-ms")
		b.ReportMetric(quantile(late, .99), "p99-late-ms")
	}
}

// BenchmarkStart is from nothing to ready on an empty database.
func BenchmarkStart(b *testing.B) { benchBoth(b, startBench) }

func startBench(b *testing.B, open func(testing.TB) string) {
	for b.Loop() {
		h := newHouse(b, open(b))
		h.stop()
		h.api.Close()
	}
}

// forgetUpdates takes what people wrote so far out of the platform's queue.
func forgetUpdates(b *testing.B, api *faketelegram.Server) {
	url := fmt.Sprintf(api.Endpoint(), token, "getUpdates") + fmt.Sprintf("?timeout=0&offset=%d", api.NextUpdateID())
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
	if err != nil {
		b.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
		b.Fatalf("getUpdates: %d %v", res.StatusCode, err)
	}
}
