package campaign

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"
)

// walls are rules whose slots meet a change of the clocks: 01:30 comes twice or not at all.
var walls = []string{
	"DTSTART;TZID=%s:20200101T013000\nRRULE:FREQ=DAILY",
	"DTSTART;TZID=%s:20200101T080000\nRRULE:FREQ=DAILY;BYHOUR=8,14,20;BYMINUTE=0",
	"DTSTART;TZID=%s:20200101T000500\nRRULE:FREQ=HOURLY;INTERVAL=6",
}

// changes are weekends on which clocks change, and where.
var changes = []struct {
	zone string
	at   time.Time // noon before, UTC
}{
	{"Europe/London", time.Date(2027, 3, 27, 12, 0, 0, 0, time.UTC)},
	{"Europe/London", time.Date(2027, 10, 30, 12, 0, 0, 0, time.UTC)},
	{"America/New_York", time.Date(2027, 3, 13, 12, 0, 0, 0, time.UTC)},
	{"America/New_York", time.Date(2027, 11, 6, 12, 0, 0, 0, time.UTC)},
	{"Australia/Lord_Howe", time.Date(2027, 4, 3, 6, 0, 0, 0, time.UTC)}, // by half an hour
	{"Africa/Cairo", time.Date(2027, 4, 29, 12, 0, 0, 0, time.UTC)},      // at midnight
}

// The deciding clock jumps by up to two hours to and fro while local clocks change, and people say
// that they are in another zone: each slot comes exactly once, and none before its time.
func TestClockJumps(t *testing.T) {
	beside(t)
	for _, database := range []string{"PostgreSQL", "SQLite"} {
		t.Run(database, func(t *testing.T) {
			Rounds(t, "clock jumps and changes on "+database, 1, 2*len(changes), func(t *testing.T, r *Round) {
				change := changes[int(r.Seed)%len(changes)]
				t.Logf("%s from %s", change.zone, change.at.Format(time.DateOnly))
				h := newHouse(t, database, delivery.Config{Lease: 24 * time.Hour, Policy: quick})
				h.jump(time.Until(change.at))
				var rules []schedule.Rule
				for i, wall := range walls {
					rule, err := schedule.ParseRule(fmt.Sprintf(wall, change.zone))
					if err != nil {
						t.Fatal(err)
					}
					rules = append(rules, rule)
					h.api.Person(int64(FirstPerson+i), "P", "en").Start("")
					h.series(Address(i), i, rule)
				}
				end := change.at.Add(36 * time.Hour)
				for jumps := 0; h.now().Before(end); jumps++ {
					h.jump(time.Duration(5+r.Random.IntN(25)) * time.Minute)
					h.upToDate()
					if r.Random.IntN(8) == 0 {
						jump := time.Duration(r.Random.Int64N(int64(4*time.Hour))) - 2*time.Hour
						h.jump(jump)
						h.upToDate()
						r.Add("clock jumps", 1)
					}
					if r.Random.IntN(10) == 0 {
						zone := []string{"Asia/Tokyo", "Pacific/Apia", change.zone}[r.Random.IntN(3)]
						commit(t, h.store, Address(r.Random.IntN(len(rules))), conversations.Turn{Person: conversations.Person{
							Language: "en", Zone: zone, ZoneConfirmed: true, Consent: conversations.ConsentVersion}})
						r.Add("changes of zone", 1)
					}
				}
				now := h.latest()
				h.jump(now.Sub(h.now())) // so that the last jump back hides nothing
				h.upToDate()
				calls, f := bySlot(Calls(h.api.Ledger()), h.facts())
				Judge(calls, f).check(t, r)
				for i, rule := range rules {
					want := 0
					for at := change.at; ; want++ {
						next, ok := rule.Next(at)
						if !ok || next.At.After(now) {
							break
						}
						at = next.At
					}
					due := slices.DeleteFunc(slices.Clone(f.Rows), func(row Row) bool {
						return row.Due.After(now) || !strings.HasPrefix(row.Text, Dose(i, 0))
					})
					if len(due) != want {
						t.Errorf("%q: %d slots were made, the rule has %d", rule, len(due), want)
					}
					for _, row := range due {
						got := calls[row.Text]
						if row.Status != delivery.Sent || len(got) != 1 {
							t.Errorf("%s, slot %s is %s and came %d times, want once", Dose(i, 0), row.Slot, row.Status, len(got))
						} else if got[0].At.Before(row.Due) {
							t.Errorf("%s, slot %s came %s early", Dose(i, 0), row.Slot, row.Due.Sub(got[0].At))
						}
					}
				}
			})
		})
	}
}

// series makes a series that begins now.
func (h *house) series(to chat.Address, n int, rule schedule.Rule) {
	h.t.Helper()
	upcoming := rule.Upcoming(h.now(), 2)
	commit(h.t, h.store, to, conversations.Turn{Create: []conversations.NewSeries{{First: upcoming[0], Second: upcoming[1].At,
		Series: schedule.Series{ID: fmt.Sprintf("01960000-0000-7000-8000-%012d", n), Code: "AAAA", Message: Dose(n, 0), Template: "reminder",
			Rule: rule, Status: schedule.Active, Version: 1, MaxLateness: 3 * time.Hour}}}})
	h.engine.Wake()
}

// upToDate waits until nothing is due any more by the clock as it stands.
func (h *house) upToDate() {
	h.t.Helper()
	for deadline := time.Now().Add(patience); ; <-time.After(5 * time.Millisecond) {
		now := h.now()
		if !slices.ContainsFunc(openDoses(h.facts()), func(r Row) bool { return !r.Due.After(now) }) {
			return
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("what is due does not go: %+v", openDoses(h.facts()))
		}
	}
}

// bySlot tells the occurrences of a series apart: each gets a name of its own, and the calls that its
// attempts made. One person's messages go one after the other, so the calls come in their order.
func bySlot(calls map[string][]Call, f Facts) (map[string][]Call, Facts) {
	rows := slices.Clone(f.Rows)
	slices.SortStableFunc(rows, func(a, b Row) int { return a.Due.Compare(b.Due) })
	split, next := map[string][]Call{}, map[string]int{}
	for i, r := range rows {
		if r.Text == "" {
			continue
		}
		rows[i].Text = r.Text + r.Slot
		n := min(len(f.Attempts[r.ID]), len(calls[r.Text])-next[r.Text])
		split[rows[i].Text] = calls[r.Text][next[r.Text] : next[r.Text]+n]
		next[r.Text] += n
	}
	for text, all := range calls {
		split[text] = all[next[text]:] // nobody's: there is no row of this name
	}
	f.Rows = rows
	return split, f
}
