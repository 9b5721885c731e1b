package campaign

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"carebell/delivery"
)

// Verdict is what became of the messages of a round.
type Verdict struct {
	Messages int
	Arrived  int // at least one copy is on a screen
	Repeats  int // copies after the first
	Unknown  int // ended unknown, for good
	Ended    int // ended failed or expired, with a reason
	Faults   []string
}

// mostCopies is the most copies of one message that may arrive.
const mostCopies = 2

// Judge compares what the platform got with what the database says of it, message by message; calls
// are by the texts of the rows. It finds:
//
//   - lost: no copy arrived, and the message did not end unknown, failed or expired with a reason,
//     or cancelled;
//   - an unmarked repeat: two or more copies arrived of which not all but one carry the mark, in any order;
//   - more than two copies;
//   - two messages on their way to one person at once;
//   - a request without an intent, or one whose mark is not its intent's;
//   - a status that is not true: sent without a copy, failed or expired or pending with one;
//   - an arrow that the status machine does not have, or a history that does not lead to the status;
//   - an attempt without an outcome although the message is at rest.
//
// It is to be asked when nothing is under way any more.
func Judge(calls map[string][]Call, f Facts) Verdict {
	var v Verdict
	for _, r := range f.Rows {
		fault := func(format string, args ...any) {
			v.Faults = append(v.Faults, fmt.Sprintf("%s (%s, %s): ", r.ID, strings.TrimSuffix(r.Text, "."), r.Status)+fmt.Sprintf(format, args...))
		}
		history(r, f.History[r.ID], fault)
		open := slices.ContainsFunc(f.Attempts[r.ID], func(a Attempt) bool { return a.Outcome == "" })
		if open && r.Status != delivery.Sending {
			fault("an attempt has no outcome")
		}
		if r.Text == "" {
			continue
		}
		v.Messages++
		v.message(r, calls[r.Text], f.Attempts[r.ID], fault)
	}
	v.oneAtATime(f)
	return v
}

// oneAtATime finds messages that were claimed for one person while another one was on its way there.
func (v *Verdict) oneAtATime(f Facts) {
	type step struct {
		Arrow
		row Row
	}
	people := map[string][]step{}
	for _, r := range f.Rows {
		for _, a := range f.History[r.ID] {
			people[r.Person] = append(people[r.Person], step{a, r})
		}
	}
	for _, steps := range people {
		slices.SortFunc(steps, func(a, b step) int { return cmp.Compare(a.N, b.N) })
		under := ""
		for _, s := range steps {
			switch {
			case s.To == delivery.Sending && under != "":
				v.Faults = append(v.Faults, fmt.Sprintf("%s was claimed while %s was on its way to the same person", s.row.ID, under))
			case s.To == delivery.Sending:
				under = s.row.ID
			case s.From == delivery.Sending && s.row.ID == under:
				under = ""
			}
		}
	}
}

func (v *Verdict) message(r Row, calls []Call, attempts []Attempt, fault func(string, ...any)) {
	var asked, intended [2]int // unmarked, marked
	copies, marked := 0, 0
	for _, c := range calls {
		asked[index(c.Marked)]++
		if c.Done {
			copies++
			marked += index(c.Marked)
		}
	}
	for _, a := range attempts {
		intended[index(a.Marked)]++
	}
	if asked[0] > intended[0] || asked[1] > intended[1] {
		fault("%d requests and %d marked ones, but only %d and %d intents", asked[0], asked[1], intended[0], intended[1])
	}
	if copies > mostCopies {
		fault("%d copies", copies)
	}
	if copies > 1 && copies-marked > 1 {
		fault("%d copies, %d of them marked: an unmarked repeat", copies, marked)
	}
	if copies > 0 {
		v.Arrived++
		v.Repeats += copies - 1
	}
	switch r.Status {
	case delivery.Sent, delivery.Delivered, delivery.Read:
		if copies == 0 {
			fault("lost: it counts as sent, but never arrived")
		}
	case delivery.Unknown:
		if !r.Open {
			v.Unknown++
			if r.Reason == "" {
				fault("no reason is given")
			}
		}
	case delivery.Failed, delivery.Expired:
		v.Ended++
		if copies > 0 {
			fault("it arrived")
		}
		if r.Reason == "" {
			fault("no reason is given")
		}
	case delivery.Cancelled, delivery.Paused:
		if copies > 0 {
			fault("it arrived")
		}
	case delivery.Pending, delivery.Sending:
		if copies > 0 && r.Status == delivery.Pending && r.Copies == 0 {
			fault("it arrived, and would go again as if it had not")
		}
	}
}

func index(marked bool) int {
	if marked {
		return 1
	}
	return 0
}

// history checks that the arrows lead from pending to the status, each one of the machine's.
func history(r Row, arrows []Arrow, fault func(string, ...any)) {
	at := delivery.Pending
	for _, a := range arrows {
		if a.From != at {
			fault("the history goes from %s to %s while it was %s", a.From, a.To, at)
		}
		if !a.From.CanBecome(a.To) {
			fault("%s cannot become %s", a.From, a.To)
		}
		at = a.To
	}
	if at != r.Status {
		fault("the history ends with %s", at)
	}
}

// Check fails the test for each fault, and adds the figures to the round. All must have come to rest.
func (v Verdict) Check(t *testing.T, r *Round, f Facts) {
	t.Helper()
	v.check(t, r)
	for _, row := range f.Rows {
		if row.Open && row.Text != "" {
			t.Errorf("%s (%s) is %s and not at rest", row.ID, row.Text, row.Status)
		}
	}
}

// check is Check for a round whose series go on.
func (v Verdict) check(t *testing.T, r *Round) {
	t.Helper()
	for i, fault := range v.Faults {
		if i == 20 {
			t.Errorf("and %d more", len(v.Faults)-i)
			break
		}
		t.Error(fault)
	}
	r.Add("messages", v.Messages)
	r.Add("repeats, all marked", v.Repeats)
	r.Add("ended unknown", v.Unknown)
	r.Add("ended failed or expired", v.Ended)
	r.Add("arrived", v.Arrived)
}
