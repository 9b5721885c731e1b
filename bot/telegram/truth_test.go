package telegram

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"carebell/chat"
	"carebell/internal/faketelegram"
)

// Whatever goes wrong on the way, Send tells the truth: success means that it arrived once, a certain
// error that it did not. Only an uncertain one may be either.
func TestSendTellsTheTruthUnderFaults(t *testing.T) {
	const sends, workers, seed = 1200, 6, 20260311
	r := newRig(t, func(c *Config, _ *faketelegram.Config) { c.HTTPTimeout = 100 * time.Millisecond })
	r.ana.Start("")
	choose := rand.New(rand.NewPCG(seed, 0))
	faults := []faketelegram.Fault{
		faketelegram.Answer(500, "Internal Server Error"), faketelegram.Answer(500, "Internal Server Error").After(),
		faketelegram.Body(502, "<html>"), faketelegram.Body(502, "<html>").After(), faketelegram.Body(200, "nonsense").After(),
		faketelegram.ResetBefore(), faketelegram.ResetAfter(), faketelegram.HangBefore(), faketelegram.HangAfter(),
		faketelegram.Truncate(), faketelegram.TooMany(time.Second), faketelegram.Answer(403, "Forbidden: bot can't send messages to the user"),
	}
	r.fake.Faults(func(c faketelegram.Call) faketelegram.Fault {
		if i := choose.IntN(100); i < len(faults) {
			return faults[i]
		}
		return faketelegram.Fault{}
	})
	results := make([]error, sends)
	var work sync.WaitGroup
	for w := range workers {
		work.Go(func() {
			for i := w; i < sends; i += workers {
				_, results[i] = r.channel.Send(t.Context(), r.address(), chat.Message{Text: fmt.Sprint(i)}, fmt.Sprint(i))
			}
		})
	}
	work.Wait()
	arrived := make(map[string]int)
	for _, e := range r.fake.Ledger().Sent() {
		arrived[e.Text]++
	}
	uncertain := 0
	for i, err := range results {
		n := arrived[fmt.Sprint(i)]
		var se *chat.SendError
		switch {
		case n > 1:
			t.Errorf("seed %d: message %d arrived %d times", seed, i, n)
		case err == nil && n != 1:
			t.Errorf("seed %d: message %d is called sent but did not arrive", seed, i)
		case err != nil && !errors.As(err, &se):
			t.Errorf("seed %d: message %d: %v is no SendError", seed, i, err)
		case err != nil && !se.Uncertain && n != 0:
			t.Errorf("seed %d: message %d arrived, but the error is called certain: %v", seed, i, err)
		case err != nil && se.Uncertain:
			uncertain++
		}
	}
	if uncertain < sends/100 {
		t.Errorf("seed %d: only %d of %d were uncertain: the faults were not played", seed, uncertain, sends)
	}
}
