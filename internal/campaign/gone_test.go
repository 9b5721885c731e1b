package campaign

import (
	"slices"
	"strings"
	"testing"
	"time"

	"carebell/delivery"
)

// The platform is gone for two minutes, half an hour, eight hours; the clock is moved, not waited
// for. What is still due in its window when it is back is sent, the stale ones become one notice for
// each person, and nobody is told to take what is long over.
func TestPlatformGone(t *testing.T) {
	beside(t)
	for _, database := range []string{"PostgreSQL", "SQLite"} {
		for name, gone := range map[string]time.Duration{"2min": 2 * time.Minute, "30min": 30 * time.Minute, "8h": 8 * time.Hour} {
			t.Run(database+"/"+name, func(t *testing.T) { platformGone(t, database, gone) })
		}
	}
}

func platformGone(t *testing.T, database string, gone time.Duration) {
	Rounds(t, "platform gone for "+gone.String()+" on "+database, 1, 3, func(t *testing.T, r *Round) {
		const people, each, steps = 4, 8, 16
		h := newHouse(t, database, delivery.Config{Lease: 24 * time.Hour, SendTimeout: time.Second, Policy: delivery.Policy{
			FirstRetry: time.Second, RepeatAfter: 50 * time.Millisecond, BreakerRest: 100 * time.Millisecond}})
		h.stop()
		begin := h.now().Truncate(time.Second)
		// The last person's doses are all fresh when the platform is back.
		Doses(t, h.store, h.api, people, each, func(person, n int) time.Time {
			if person == 0 && gone > 6*time.Hour { // a notice of the first half waits while the second half expires
				return begin.Add(time.Duration(n*2/each)*5*time.Hour + time.Duration(r.Random.Int64N(int64(30*time.Minute))))
			}
			if person == people-1 {
				return begin.Add(gone - time.Duration(r.Random.Int64N(int64(min(gone, time.Hour)))))
			}
			due := begin.Add(time.Duration(r.Random.Int64N(int64(gone))))
			if edge := gone - 2*time.Hour; due.Sub(begin.Add(edge)).Abs() < 5*time.Minute {
				due = due.Add(10 * time.Minute) // whose window ends as the platform comes back is another matter
			}
			return due
		})
		h.goAway()
		h.start()
		for range steps {
			h.jump(gone / steps)
			<-time.After(20 * time.Millisecond)
		}
		h.sooner(func(f Facts) bool {
			return !slices.ContainsFunc(openDoses(f), func(r Row) bool { return h.now().Sub(r.Due) > 2*time.Hour })
		})
		back := h.now()
		h.comeBack()
		f := h.sooner(func(f Facts) bool { return len(openDoses(f)) == 0 })
		calls := Calls(h.api.Ledger())
		Judge(calls, f).Check(t, r, f)
		stale := map[string]bool{} // by person
		for _, row := range f.Rows {
			if row.Text == "" {
				continue
			}
			person, _, _ := strings.Cut(strings.TrimPrefix(row.Text, "dose-"), "-")
			switch late := back.Sub(row.Due); {
			case late < 2*time.Hour-time.Minute && row.Status != delivery.Sent:
				t.Errorf("%s is %s (%s), though only %s late when the platform was back", row.ID, row.Status, row.Reason, late)
			case late > 2*time.Hour+time.Minute:
				stale[person] = true
				if row.Status != delivery.Expired {
					t.Errorf("%s is %s (%s), though %s late: %+v", row.ID, row.Status, row.Reason, late, f.Attempts[row.ID])
				}
				if len(calls[row.Text]) > 0 {
					t.Errorf("%s was said %s late", row.ID, late)
				}
			}
		}
		h.notices(len(stale), f)
		r.Add("people told of what was missed", len(stale))
	})
}

// openDoses are the reminders of which something may still be tried.
func openDoses(f Facts) (open []Row) {
	for _, r := range f.Rows {
		if r.Open && r.Text != "" {
			open = append(open, r)
		}
	}
	return open
}

// sooner waits until the facts are as they should be, moving the clock a little each time so that
// what waits for its retry need not be waited for.
func (h *house) sooner(are func(Facts) bool) Facts {
	h.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		f := h.facts()
		if are(f) {
			return f
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("it never becomes so; open: %v", openDoses(f))
		}
		h.jump(time.Second)
		<-time.After(20 * time.Millisecond)
	}
}

// notices checks that so many people got one notice each, that it names all that they missed, and
// that everything that expired is named in one.
func (h *house) notices(people int, f Facts) {
	h.t.Helper()
	for deadline := time.Now().Add(patience); ; <-time.After(20 * time.Millisecond) {
		told := map[int64]string{}
		for _, e := range h.api.Ledger().Sent() {
			if strings.Contains(e.Text, noticeWords) {
				if told[e.Chat] != "" {
					h.t.Fatalf("person %d was told twice:\n%s\n%s", e.Chat, told[e.Chat], e.Text)
				}
				told[e.Chat] = e.Text
			}
		}
		if len(told) < people {
			if time.Now().After(deadline) {
				h.t.Fatalf("%d people were told of what they missed, want %d", len(told), people)
			}
			continue
		}
		if len(told) > people {
			h.t.Errorf("%d people were told that they missed something, want %d", len(told), people)
		}
		var all strings.Builder
		for _, text := range told {
			all.WriteString(text)
		}
		for _, r := range f.Rows {
			if r.Status == delivery.Expired && r.Text != "" && strings.Count(all.String(), r.Text) != 1 {
				h.t.Errorf("%s expired and stands in %d notices", r.ID, strings.Count(all.String(), r.Text))
			}
		}
		return
	}
}

// What no attempt could deliver within its window is told too, however close to its end the last
// attempt was.
func TestLastAttemptBeforeTheWindowEnds(t *testing.T) {
	beside(t)
	for _, database := range []string{"PostgreSQL", "SQLite"} {
		t.Run(database, func(t *testing.T) {
			h := newHouse(t, database, delivery.Config{Lease: 24 * time.Hour, SendTimeout: time.Second, Policy: delivery.Policy{
				FirstRetry: time.Minute, RepeatAfter: 50 * time.Millisecond, BreakerRest: 100 * time.Millisecond}})
			h.stop()
			due := h.now().Truncate(time.Second)
			Doses(t, h.store, h.api, 1, 1, func(int, int) time.Time { return due })
			h.goAway()
			h.jump(2*time.Hour - 30*time.Second)
			h.start()
			h.sooner(func(f Facts) bool {
				attempts := f.Attempts[f.Rows[0].ID]
				return len(attempts) > 0 && attempts[0].Outcome != ""
			})
			h.jump(2 * time.Hour)
			h.comeBack()
			f := h.sooner(func(f Facts) bool { return len(openDoses(f)) == 0 })
			if row := f.Rows[0]; row.Status != delivery.Expired || row.Reason == "" {
				t.Errorf("it is %s (%s), want expired", row.Status, row.Reason)
			}
			h.notices(1, f)
		})
	}
}
