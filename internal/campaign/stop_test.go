package campaign

import (
	"context"
	"testing"
	"time"

	"carebell/conversations"
	"carebell/delivery"
	"carebell/internal/faketelegram"
	"carebell/schedule"
)

// While a reminder is on its way its person says STOP, or its series is paused or cancelled; then its
// outcome stays unknown. No repeat follows.
func TestNoRepeatAfterTheEnd(t *testing.T) {
	beside(t)
	held := func(to schedule.SeriesStatus) func(id string) conversations.Turn {
		return func(id string) conversations.Turn {
			return conversations.Turn{Change: []conversations.SeriesChange{{ID: id, Status: to, Why: "the person"}}}
		}
	}
	for _, database := range []string{"PostgreSQL", "SQLite"} {
		for name, end := range map[string]func(id string) conversations.Turn{
			"STOP": func(string) conversations.Turn {
				return conversations.Turn{Consent: &conversations.Consent{Given: false, Version: conversations.ConsentVersion}}
			},
			"pause": held(schedule.PausedNow), "cancel": held(schedule.Cancelled),
		} {
			t.Run(database+"/"+name, func(t *testing.T) {
				Rounds(t, name+" under way on "+database, 1, 5, func(t *testing.T, r *Round) {
					h := newHouse(t, database, delivery.Config{SendTimeout: 500 * time.Millisecond, Policy: quick})
					h.stop()
					h.api.Person(FirstPerson, "P", "en").Start("")
					rule, err := schedule.ParseRule("DTSTART;TZID=UTC:20200101T093000\nRRULE:FREQ=DAILY")
					if err != nil {
						t.Fatal(err)
					}
					h.series(Address(0), 0, rule)
					row := h.facts().Rows[0]
					h.jump(row.Due.Sub(h.now()))
					h.api.Once("sendMessage", faketelegram.HangAfter())
					h.start()
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					defer cancel()
					if _, err := h.api.WaitFor(ctx, func(l faketelegram.Ledger) bool { return len(l.Sent()) == 1 }); err != nil {
						t.Fatal(err)
					}
					turn := end(row.Series)
					turn.Person = conversations.Person{Language: "en", Zone: "UTC", ZoneConfirmed: true, Consent: conversations.ConsentVersion}
					commit(t, h.store, Address(0), turn)
					h.upToDate()
					h.jump(time.Hour) // nothing is left that could come of it
					h.upToDate()
					calls, f := bySlot(Calls(h.api.Ledger()), h.facts())
					Judge(calls, f).check(t, r)
					if got := f.Rows[0]; len(h.api.Ledger().Of("sendMessage")) != 1 || got.ID != row.ID || got.Status != delivery.Unknown {
						t.Errorf("%d requests and status %s, want one and unknown", len(h.api.Ledger().Of("sendMessage")), got.Status)
					}
				})
			})
		}
	}
}
