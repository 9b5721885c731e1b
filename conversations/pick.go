package conversations

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"carebell/schedule"
)

// Commands about one reminder, in words: a verb, and which one is meant.

var numbered = regexp.MustCompile(`^#?(\d{1,3})[.:)]?\s+(\S.*)$`)

// aboutOne carries out "pause 2", "pause until monday", "resume aspirin", "change 2", "delete 2" and
// "2 at 10". It reports whether the text was one of them.
func (t *turn) aboutOne(text string) bool {
	if len(t.state.Series) == 0 {
		return false
	}
	if rest, ok := t.withoutLead(text, "words_pause"); ok && t.pause(rest) {
		return true
	}
	for _, verb := range []struct {
		key string
		do  func(Upcoming)
	}{
		{"words_go_on", func(s Upcoming) { t.goOn([]Upcoming{s}) }},
		{"words_change", t.editSeries},
		{"words_end", t.askEnd},
	} {
		rest, ok := t.withoutLead(text, verb.key)
		if !ok || rest == "" {
			continue
		}
		if verb.key == "words_go_on" && t.isWord("words_all", rest) {
			t.goOn(t.paused())
			return true
		}
		if s, found := t.pick(rest); found {
			verb.do(s)
			return true
		}
		if _, err := strconv.Atoi(digits(rest)); err == nil {
			t.say("cancel_unknown", nil)
			return true
		}
	}
	if m := numbered.FindStringSubmatch(digits(text)); m != nil {
		n, err := strconv.Atoi(m[1])
		if s, ok := t.listed(n); err == nil && ok {
			return t.editInWords(s, m[2])
		}
	}
	return false
}

// pick finds the one series that a number, a code or some of its words mean.
func (t *turn) pick(what string) (Upcoming, bool) {
	what = strings.TrimPrefix(strings.TrimSpace(what), "#")
	if n, err := strconv.Atoi(digits(what)); err == nil {
		return t.listed(n)
	}
	if i := t.named(what); i >= 0 {
		return t.state.Series[i], true
	}
	return Upcoming{}, false
}

// paused are the series that are paused, by whomever.
func (t *turn) paused() (all []Upcoming) {
	for _, s := range t.state.Series {
		if s.Status == schedule.PausedNow {
			all = append(all, s)
		}
	}
	return all
}

// listed is the series with that number: as the newest list that is still open showed it, else in the
// order of a list of now. A reminder that came meanwhile never moves the numbers.
func (t *turn) listed(n int) (Upcoming, bool) {
	for _, open := range slices.Backward(t.state.Open) {
		if open.Kind == KindList && len(open.Data.Options) > 1 && n >= 1 && n <= len(open.Data.Options) {
			return t.line(open.Data.Options[n-1])
		}
	}
	if now := inOrder(t.state.Series); n >= 1 && n <= len(now) {
		return now[n-1], true
	}
	return Upcoming{}, false
}

// named finds the one series that a code or some of its words mean: "aspirin", "my aspirin". It is
// -1 for none and for more than one: then the list asks.
func (t *turn) named(what string) int {
	what = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(what), "#"))
	if first, rest, ok := strings.Cut(what, " "); ok && t.isWord("words_my", first) {
		what = rest
	}
	found := -1
	for i, s := range t.state.Series {
		if strings.EqualFold(s.Code, what) {
			return i
		}
		if len(what) >= 3 && strings.Contains(strings.ToLower(s.Message), what) {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}
