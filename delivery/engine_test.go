package delivery_test

import (
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/internal/faketelegram"
	"carebell/internal/teststores"
	"carebell/schedule"
	"carebell/templates"
)

func TestReminderIsSent(t *testing.T) { teststores.Each(t, reminderIsSent) }

func reminderIsSent(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	w.once(time.Second, "aspirin <100 mg> & water")
	got := w.sent(1)[0]
	if !strings.Contains(got.Text, "aspirin <100 mg> & water") || !strings.Contains(got.Text, "Dose of") {
		t.Errorf("sent %q", got.Text)
	}
	if strings.Contains(got.Text, "late") || strings.Contains(got.Text, "twice") {
		t.Errorf("a first copy on time speaks of lateness or repeats: %q", got.Text)
	}
	w.becomes(delivery.Sent)
	if s := w.state().Series; len(s) != 0 {
		t.Errorf("a reminder that came is still planned: %+v", s)
	}
}

func TestTemporaryRefusalIsRetriedClean(t *testing.T) {
	teststores.Each(t, temporaryRefusalIsRetriedClean)
}

func temporaryRefusalIsRetriedClean(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	w.api.Once("sendMessage", faketelegram.ResetBefore(), faketelegram.Answer(403, "Forbidden: bot can't send messages to the user"))
	w.once(time.Second, "aspirin")
	w.becomes(delivery.Sent)
	sent := w.sent(1)
	if strings.Contains(sent[len(sent)-1].Text, "twice") && len(sent) == 1 {
		// A reset may leave it open whether the request was read; then, and only then, the mark is right.
		t.Logf("the reset was taken as ambiguous")
	}
	if len(sent) != 1 {
		t.Errorf("%d copies, want 1", len(sent))
	}
}

func TestAmbiguousAnswerIsRepeatedOnceMarked(t *testing.T) {
	teststores.Each(t, ambiguousAnswerIsRepeatedOnceMarked)
}

func ambiguousAnswerIsRepeatedOnceMarked(t *testing.T, d teststores.Database) {
	for name, fault := range map[string]faketelegram.Fault{
		"reset after":   faketelegram.ResetAfter(),
		"truncated":     faketelegram.Truncate(),
		"502 after":     faketelegram.Body(502, "<html>Bad Gateway</html>").After(),
		"hang after":    faketelegram.HangAfter(),
		"not even JSON": faketelegram.Body(200, "<html>").After(),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, d)
			w.api.Once("sendMessage", fault)
			w.once(time.Second, "aspirin")
			w.becomes(delivery.Sent)
			sent := w.sent(2)
			if len(sent) != 2 {
				t.Fatalf("%d copies, want 2", len(sent))
			}
			if strings.Contains(sent[0].Text, "twice") || !strings.Contains(sent[1].Text, "You may already have had this reminder") {
				t.Errorf("copies:\n%s\n---\n%s", sent[0].Text, sent[1].Text)
			}
		})
	}
}

// Between the first copy and its repeat the platform refuses for other reasons: the mark stays.
func TestRepeatKeepsItsMark(t *testing.T) { teststores.Each(t, repeatKeepsItsMark) }

func repeatKeepsItsMark(t *testing.T, d teststores.Database) {
	for name, between := range map[string]faketelegram.Fault{
		"asked to wait": faketelegram.TooMany(time.Second),
		"not reached":   faketelegram.Answer(403, "Forbidden: bot can't send messages to the user"),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, d)
			w.api.Once("sendMessage", faketelegram.ResetAfter(), between)
			w.once(time.Second, "aspirin")
			w.becomes(delivery.Sent)
			if sent := w.sent(2); !strings.Contains(sent[1].Text, "You may already have had this reminder") {
				t.Errorf("the repeat is not marked: %q", sent[1].Text)
			}
		})
	}
}

func TestAtMostTwoCopies(t *testing.T) { teststores.Each(t, atMostTwoCopies) }

func atMostTwoCopies(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	w.api.Faults(func(c faketelegram.Call) faketelegram.Fault {
		if c.Method == "sendMessage" {
			return faketelegram.ResetAfter()
		}
		return faketelegram.Fault{}
	})
	w.once(time.Second, "aspirin")
	w.sent(2)
	w.becomes(delivery.Unknown)
	w.jump(time.Hour)
	w.api.Faults(nil)
	w.say(chat.Message{Text: "and on it goes"})
	if sent := w.sent(3); len(sent) != 3 || sent[2].Text != "and on it goes" {
		t.Errorf("after two copies: %d messages, the last %q", len(sent), sent[len(sent)-1].Text)
	}
}

func TestAmbiguousReplyIsRepeatedOnceUnmarked(t *testing.T) {
	teststores.Each(t, ambiguousReplyIsRepeatedOnceUnmarked)
}

func ambiguousReplyIsRepeatedOnceUnmarked(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	w.api.Once("sendMessage", faketelegram.ResetAfter())
	w.say(chat.Message{Text: "Saved"})
	sent := w.sent(2)
	if sent[0].Text != "Saved" || sent[1].Text != "Saved" {
		t.Errorf("copies: %q, %q", sent[0].Text, sent[1].Text)
	}
}

func TestTooManyRequestsIsObeyed(t *testing.T) { teststores.Each(t, tooManyRequestsIsObeyed) }

func tooManyRequestsIsObeyed(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	w.api.Once("sendMessage", faketelegram.TooMany(time.Second))
	w.say(chat.Message{Text: "one"})
	w.say(chat.Message{Text: "two"})
	sent := w.sent(2)
	for _, e := range w.api.Ledger() {
		if e.Early {
			t.Errorf("a call came before retry_after was over: %+v", e.Method)
		}
	}
	if sent[0].Text != "one" || sent[1].Text != "two" {
		t.Errorf("order: %q, %q", sent[0].Text, sent[1].Text)
	}
}

// One refused burst: what is claimed already stays back too, and nobody is lost.
func TestTooManyRequestsHoldsTheWholeBot(t *testing.T) {
	teststores.Each(t, tooManyRequestsHoldsTheWholeBot)
}

func tooManyRequestsHoldsTheWholeBot(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	w.stop()
	const people = 40
	for i := range people {
		id := int64(2000 + i)
		w.api.Person(id, "P", "en").Start("")
		w.to.ID = strconv.FormatInt(id, 10)
		w.say(chat.Message{Text: "hello " + w.to.ID})
	}
	w.api.Once("sendMessage", faketelegram.Fault{}, faketelegram.TooMany(time.Second))
	w.start()
	ledger := w.sent(people)
	var refused time.Time
	for _, e := range w.api.Ledger().Of("sendMessage") {
		if e.Code == 429 && refused.IsZero() {
			refused = e.At
		} else if since := e.At.Sub(refused); !refused.IsZero() && since > 100*time.Millisecond && since < time.Second {
			t.Errorf("a call came %s after a request to wait one second", since)
		}
	}
	if len(ledger) != people {
		t.Errorf("%d messages to %d people", len(ledger), people)
	}
}

func TestBlockedPausesTheSeries(t *testing.T) { teststores.Each(t, blockedPausesTheSeries) }

func blockedPausesTheSeries(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	w.remind("DTSTART;TZID=Europe/London:20200101T093000\nRRULE:FREQ=DAILY", templates.Reminder, "walk")
	w.api.Once("sendMessage", faketelegram.Answer(403, "Forbidden: bot was blocked by the user"))
	w.once(time.Second, "aspirin")
	w.becomes(delivery.Failed)
	state := w.state()
	if state.Person.Unreachable != "blocked" || len(state.Series) != 1 || state.Series[0].Status != schedule.PausedNow {
		t.Errorf("person %+v, series %+v", state.Person, state.Series)
	}
}

func TestPermanentRefusalFailsAndTheNextOccurrenceStays(t *testing.T) {
	teststores.Each(t, permanentRefusalFailsAndTheNextOccurrenceStays)
}

func permanentRefusalFailsAndTheNextOccurrenceStays(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	w.api.Faults(func(c faketelegram.Call) faketelegram.Fault {
		if c.Method == "sendMessage" {
			return faketelegram.Answer(400, "Bad Request: message text is empty")
		}
		return faketelegram.Fault{}
	})
	w.remind("DTSTART;TZID=Europe/London:20200101T093000\nRRULE:FREQ=DAILY", templates.Reminder, "walk")
	next := w.state().Series[0].Next
	w.jump(next.Sub(w.now()))
	w.becomes(delivery.Failed)
	if after := w.state().Series[0].Next; !after.After(next) {
		t.Errorf("next occurrence %v, want one after %v", after, next)
	}
}

func TestRefusedMarkupGoesOnceAsPlainText(t *testing.T) {
	teststores.Each(t, refusedMarkupGoesOnceAsPlainText)
}

func refusedMarkupGoesOnceAsPlainText(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	w.api.Once("sendMessage", faketelegram.Answer(400, "Bad Request: can't parse entities: Unsupported start tag \"time\" at byte offset 0"))
	w.once(time.Second, "aspirin & water")
	sent := w.sent(1)
	if sent[0].Params.Get("parse_mode") != "" || !strings.Contains(sent[0].Text, "aspirin & water") {
		t.Errorf("sent %q with parse_mode %q", sent[0].Text, sent[0].Params.Get("parse_mode"))
	}
	w.becomes(delivery.Sent)
}

func TestLongMessageArrivesWholeInOrder(t *testing.T) {
	teststores.Each(t, longMessageArrivesWholeInOrder)
}

func longMessageArrivesWholeInOrder(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	var b strings.Builder
	b.WriteString("<b>")
	for i := range 900 {
		b.WriteString("word" + strings.Repeat("x", i%7) + " ")
	}
	b.WriteString("</b><i>the end</i>")
	// The second part is refused once: it resumes there, and the first is not sent again.
	calls := 0
	w.api.Faults(func(c faketelegram.Call) faketelegram.Fault {
		if c.Method == "sendMessage" {
			if calls++; calls == 2 {
				return faketelegram.Answer(403, "Forbidden: bot can't send messages to the user")
			}
		}
		return faketelegram.Fault{}
	})
	w.say(chat.Message{Text: b.String(), Format: chat.HTML})
	sent := w.sent(2)
	whole := ""
	for _, e := range sent {
		whole += e.Text + " "
	}
	if got, want := strings.Fields(whole), strings.Fields(chat.PlainText(b.String())); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%d words arrived in %d parts, want %d", len(got), len(sent), len(want))
	}
	if len(sent) != 2 {
		t.Errorf("%d parts, want 2", len(sent))
	}
}

// A copy of a later part is marked, and the cuts stay where they were.
func TestRepeatedPartIsMarkedInPlace(t *testing.T) { teststores.Each(t, repeatedPartIsMarkedInPlace) }

func repeatedPartIsMarkedInPlace(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	calls := 0
	w.api.Faults(func(c faketelegram.Call) faketelegram.Fault {
		if c.Method == "sendMessage" {
			if calls++; calls == 2 {
				return faketelegram.ResetAfter()
			}
		}
		return faketelegram.Fault{}
	})
	w.once(time.Second, strings.Repeat("take one tablet with water. ", 145))
	sent := w.sent(3)
	first, copied := strings.TrimSpace(sent[1].Text), strings.TrimSpace(sent[2].Text)
	if !strings.HasPrefix(copied, "You may already have had this reminder") || !strings.HasSuffix(copied, first) {
		t.Errorf("the second part %q came again as %q", first, copied)
	}
	w.becomes(delivery.Sent)
}

func TestLateness(t *testing.T) { teststores.Each(t, lateness) }

func lateness(t *testing.T, d teststores.Database) {
	t.Run("a little late says so", func(t *testing.T) {
		w := newWorld(t, d)
		w.stop()
		w.once(time.Second, "aspirin")
		w.jump(36 * time.Minute)
		w.start()
		if got := w.sent(1)[0].Text; !strings.Contains(got, "sent late") {
			t.Errorf("sent %q", got)
		}
	})
	t.Run("too late is expired, and one notice tells of all", func(t *testing.T) {
		w := newWorld(t, d)
		w.stop()
		w.once(time.Second, "aspirin")
		w.once(time.Second, "metformin")
		w.jump(3 * time.Hour)
		w.start()
		got := w.sent(1)[0]
		if !strings.Contains(got.Text, "aspirin") || !strings.Contains(got.Text, "metformin") || !strings.Contains(got.Text, "do not take a double dose") {
			t.Errorf("notice %q", got.Text)
		}
		if len(got.Buttons) != 0 {
			t.Errorf("a notice has buttons: %v", got.Buttons)
		}
		w.becomes(delivery.Expired)
	})
}

func TestCancelledSeriesDeliversNothing(t *testing.T) {
	teststores.Each(t, cancelledSeriesDeliversNothing)
}

func cancelledSeriesDeliversNothing(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	id := w.remind("DTSTART;TZID=Europe/London:20200101T093000\nRRULE:FREQ=DAILY", templates.Reminder, "walk")
	w.turn(conversations.Turn{Change: []conversations.SeriesChange{{ID: id, Status: schedule.Cancelled, Why: "the person"}}})
	w.jump(72 * time.Hour)
	w.say(chat.Message{Text: "still here"})
	if sent := w.sent(1); len(sent) != 1 || sent[0].Text != "still here" {
		t.Errorf("sent %+v", sent)
	}
}

func TestEditReachesTheMessage(t *testing.T) { teststores.Each(t, editReachesTheMessage) }

func editReachesTheMessage(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	card := w.say(chat.Message{Text: "card", Choices: [][]chat.Choice{{{Label: "Confirm", Data: "v1"}}}})
	w.sent(1)
	w.turn(conversations.Turn{Replies: []conversations.Reply{{ID: w.id(), Edits: card, Message: chat.Message{Text: "saved"}}}})
	if _, err := w.api.WaitFor(t.Context(), func(l faketelegram.Ledger) bool {
		edits := l.Of("editMessageText")
		return len(edits) == 1 && edits[0].Done && edits[0].Text == "saved" && len(edits[0].Buttons) == 0
	}); err != nil {
		t.Fatal(err)
	}
}

func TestShutdownFinishesWhatIsInFlight(t *testing.T) {
	teststores.Each(t, shutdownFinishesWhatIsInFlight)
}

func shutdownFinishesWhatIsInFlight(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	w.once(time.Second, "aspirin")
	w.sent(1)
	w.stop()
	w.becomes(delivery.Sent)
}

// A full disk: no request without a committed intent, and it goes on by itself afterwards.
func TestFullDiskSendsNothingUnrecorded(t *testing.T) {
	teststores.Each(t, fullDiskSendsNothingUnrecorded)
}

func fullDiskSendsNothingUnrecorded(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	fill, free := "CREATE TRIGGER full_disk BEFORE INSERT ON delivery_attempts BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END", "DROP TRIGGER full_disk"
	if d.Name == teststores.PostgreSQL.Name {
		fill = `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END$$;
			CREATE TRIGGER full_disk BEFORE INSERT ON delivery_attempts EXECUTE FUNCTION full_disk()`
		free = "DROP FUNCTION full_disk CASCADE"
	}
	w.store.Exec(t, fill)
	w.once(time.Second, "aspirin")
	w.becomes(delivery.Sending) // claimed, and stuck at its intent
	w.stop()
	if sent := w.api.Ledger().Sent(); len(sent) != 0 {
		t.Fatalf("sent without an intent: %+v", sent)
	}
	w.store.Exec(t, free)
	w.jump(2 * time.Minute) // the claim's lease ends, and the row goes again, clean
	w.start()
	if got := w.sent(1)[0].Text; strings.Contains(got, "twice") {
		t.Errorf("a first copy is marked: %q", got)
	}
}

// A repeat does not outlive the maximum lateness either: the doubt stands.
func TestRepeatIsNotSentTooLate(t *testing.T) { teststores.Each(t, repeatIsNotSentTooLate) }

func repeatIsNotSentTooLate(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	w.stop()
	w.once(time.Second, "aspirin")
	batch, err := w.store.Claim(t.Context(), 1, time.Minute, []chat.Channel{w.to.Channel})
	w.must(err)
	w.must(w.store.Intend(t.Context(), batch.Jobs[0], 0))
	w.must(w.store.Settle(t.Context(), batch.Jobs[0], 0, delivery.Outcome{Status: delivery.Unknown, At: w.now().Add(time.Second),
		MarkNext: true, Requested: true, Reason: "timeout"}))
	w.jump(3 * time.Hour)
	w.start()
	w.say(chat.Message{Text: "still here"})
	w.becomes(delivery.Unknown)
	if sent := w.sent(1); len(sent) != 1 || sent[0].Text != "still here" {
		t.Errorf("sent %q", sent[0].Text)
	}
}

func TestPlatformThatFailsIsGivenARest(t *testing.T) {
	teststores.Each(t, platformThatFailsIsGivenARest)
}

// While the platform is down it is asked by few, and once it is back what waited arrives.
func platformThatFailsIsGivenARest(t *testing.T, d teststores.Database) {
	w := newWorld(t, d)
	var asked atomic.Int64
	var back atomic.Bool
	w.api.Faults(func(c faketelegram.Call) faketelegram.Fault {
		if c.Method != "sendMessage" || back.Load() {
			return faketelegram.Fault{}
		}
		asked.Add(1)
		return faketelegram.Answer(500, "Internal Server Error")
	})
	const people = 30
	for i := range people {
		w.api.Person(int64(2000+i), "P", "en").Start("")
		w.to = chat.Address{Channel: chat.Telegram, ID: strconv.Itoa(2000 + i)}
		w.say(chat.Message{Text: "hello"})
	}
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	for look := time.NewTicker(5 * time.Millisecond); len(w.engine.Resting()) == 0; {
		select {
		case <-look.C:
		case <-deadline.C:
			t.Fatal("the breaker never opens")
		}
	}
	opened := asked.Load()
	<-time.After(time.Second) // ten rests of a tenth of a second: at most two probes each
	if probes := asked.Load() - opened; probes > 16+2*11 {
		t.Errorf("%d requests in a second although it rests", probes)
	}
	back.Store(true)
	// An answer of 500 leaves it open whether the message arrived: who was asked for twice meanwhile
	// gets no third copy. Everybody else gets theirs.
	w.sent(people - int(asked.Load()/2))
}
