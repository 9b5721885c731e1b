package delivery_test

import (
	"strings"
	"testing"
	"time"

	"carebell/conversations"
	"carebell/delivery"
	"carebell/internal/teststores"
)

// A row that somebody edited into nonsense ends with a reason, its neighbours are untouched, and the
// engine does not loop on it.
func TestNonsenseHarmsNobodyElse(t *testing.T) { teststores.Each(t, nonsenseHarmsNobodyElse) }

func nonsenseHarmsNobodyElse(t *testing.T, d teststores.Database) {
	for name, c := range map[string]struct {
		edit string
		want delivery.Status
	}{
		"a template that nobody knows":  {`UPDATE scheduled_messages SET template_key = 'nosuch' WHERE message_content = 'bad'`, delivery.Failed},
		"a template without its value":  {`UPDATE scheduled_messages SET message_content = '', parameters = '{}' WHERE message_content = 'bad'`, delivery.Failed},
		"a zone that is no more":        {`UPDATE schedules SET zone = 'Mars/Olympus_Mons' WHERE message = 'bad'`, delivery.Failed},
		"parameters of another shape":   {`UPDATE scheduled_messages SET parameters = '"x"' WHERE message_content = 'bad'`, delivery.Failed},
		"parts of another shape":        {`UPDATE scheduled_messages SET platform_ids = '{"a": 1}' WHERE message_content = 'bad'`, delivery.Failed},
		"more parts than there are":     {`UPDATE scheduled_messages SET platform_ids = '["1", "2", "3"]' WHERE message_content = 'bad'`, delivery.Failed},
		"a channel that nobody has":     {`UPDATE scheduled_messages SET platform = 'fax' WHERE message_content = 'bad'`, delivery.Expired},
		"a window that ends before it":  {`UPDATE scheduled_messages SET delivery_window_seconds = -5 WHERE message_content = 'bad'`, delivery.Expired},
		"a rule that cannot be read":    {`UPDATE schedules SET rule = 'every blue moon' WHERE message = 'bad'`, delivery.Sent},
		"a kind that nobody knows":      {`UPDATE scheduled_messages SET kind = 'nosuch' WHERE message_content = 'bad'`, delivery.Sent},
		"a text beyond every limit":     {`UPDATE scheduled_messages SET message_content = replace('##########', '#', replace('##########', '#', replace('##########', '#', 'too long '))) WHERE message_content = 'bad'`, delivery.Sent},
		"a priority outside of classes": {`UPDATE scheduled_messages SET priority = 77 WHERE message_content = 'bad'`, delivery.Sent},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, d)
			w.stop()
			daily := "DTSTART;TZID=Europe/London:" + w.now().Add(time.Hour).In(london(t)).Format("20060102T150405") + "\nRRULE:FREQ=DAILY"
			w.remind(daily, "reminder", "bad")
			w.remind(daily, "reminder", "good")
			w.store.Exec(t, c.edit)
			w.engine = w.newEngine(w.channel, delivery.Config{})
			w.start()
			w.jump(time.Hour + time.Second)
			w.ends("good", delivery.Sent)
			if c.want == delivery.Expired {
				w.jump(3 * time.Hour)
			}
			bad := w.ends("", c.want) // whatever it says now
			if failed, err := w.store.Failed(t.Context(), w.now().Add(-24*time.Hour), 10); err != nil || c.want == delivery.Failed && (len(failed) != 1 || failed[0].Reason == "") {
				t.Errorf("failed: %+v, %v; want one with its reason", failed, err)
			}
			w.stop()
			attempts := w.reminders("bad")
			w.engine = w.newEngine(w.channel, delivery.Config{})
			w.start()
			w.remind("DTSTART;TZID=Europe/London:"+w.now().Add(time.Hour).In(london(t)).Format("20060102T150405"), "reminder", "later")
			w.jump(time.Hour + time.Second)
			w.ends("later", delivery.Sent)
			if again := w.reminders("bad"); again != attempts {
				t.Errorf("%s (%s) is tried again", bad.Text, bad.Status)
			}
		})
	}
}

// reminders counts the requests to say a reminder; a notice that names it is none.
func (w *world) reminders(text string) (n int) {
	for _, e := range w.api.Ledger().Of("sendMessage") {
		if said := e.Params.Get("text"); strings.Contains(said, text) && !strings.Contains(said, "I could not remind you") {
			n++
		}
	}
	return n
}

func london(t *testing.T) *time.Location {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// ends waits until the message with that text has that status; "" is the one that is neither good nor later.
func (w *world) ends(text string, status delivery.Status) (found conversations.Message) {
	w.t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		for _, m := range w.state().Recent {
			if m.Text == text || text == "" && m.Text != "good" && m.Text != "later" {
				if found = m; m.Status == string(status) {
					return found
				}
			}
		}
		select {
		case <-look.C:
		case <-deadline.C:
			w.t.Fatalf("%q ended %q, want %q", text, found.Status, status)
		}
	}
}
