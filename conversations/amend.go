package conversations

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"carebell/locales"
	"carebell/nlp"
	"carebell/schedule"
	"carebell/templates"
)

// A request that stands on its card is changed by saying what is different:
//
//	make it 10 · at 8 and 20 · tomorrow instead     the time, and what was not said about it stays
//	add sunday · also at 21:00                      one more day or time
//	until friday · for 10 days                      an end
//	only 500 mg                                     the amount in the message
//
// What names a thing and a time is no change: it is the next request.

// amendment is what a change makes of a request. A zero rule leaves the time, an empty message the words.
type amendment struct {
	rule    schedule.Rule
	message string
	// readings are what the person is asked to choose from, when the change can be read in more than one way.
	readings []nlp.Reading
	ask      string
	assumed  []string
}

// amend reads a text as a change of a request. ok is false when it is none.
func (t *turn) amend(d *Draft, text string) (a amendment, ok bool) {
	text = strings.TrimRightFunc(text, surrounds)
	rest, said := t.withoutLead(text, "words_make")
	if less, only := t.withoutLead(rest, "words_only"); only {
		rest, said = less, true
	}
	if message, found := reworded(d.Data.Message, rest); found && said && t.isTimeless(rest) && t.isTimeless(text) { // "9 uhr" is no amount
		return amendment{message: message}, true
	}
	more, adds := t.withoutLead(rest, "words_add")
	if adds {
		rest = more
	}
	rest = t.withoutTail(rest, "words_instead")
	old, err := schedule.ParseRule(d.Data.Rule)
	if err != nil {
		return amendment{}, false
	}
	r := t.parse(rest, t.update.SentAt)
	if isNoTime(r) { // the word that was cut off belongs to the time: "at 10 and 22"
		if whole := t.parse(text, t.update.SentAt); whole.Kind != nlp.Failure && whole.Message == "" {
			r = whole
		} else if bareHour.MatchString(digits(rest)) && (said || adds) {
			r = t.parse(t.words("amend_at", locales.Args{"Clock": rest}), t.update.SentAt)
		}
	}
	if onlyRoles(r, nlp.RoleBound) && !old.IsOnce() { // a beginning or an end alone: the old times from or until then
		r = t.parse(t.parser.Describe(old, t.lang, t.now)+" "+rest, t.update.SentAt)
	}
	if r.Kind == nlp.Failure || r.Message != "" {
		return amendment{}, false
	}
	for _, assumed := range r.Assumptions {
		a.assumed = append(a.assumed, assumed.String())
	}
	return t.amendedRule(d, old, r, adds, a)
}

func (t *turn) isTimeless(text string) bool { return isNoTime(t.parse(text, t.update.SentAt)) }

// amendedRule joins a time that was said with the one that stands.
func (t *turn) amendedRule(d *Draft, old schedule.Rule, r nlp.Result, adds bool, a amendment) (amendment, bool) {
	ok := true
	clocks := clocksOf(r.Rule, t.update.SentAt)
	switch {
	case adds && onlyRoles(r, nlp.RoleClock):
		a.assumed = nil
		a.rule, ok = old.At(append(old.Clocks(), clocks...)...)
	case adds:
		a.assumed = nil
		a.rule, ok = old.On(saidDays(r, t.update.SentAt)...)
	case onlyRoles(r, nlp.RoleClock):
		a.assumed = nil
		if a.rule, ok = old.At(clocks...); !ok {
			a.rule, ok = r.Rule, true
		}
	case !hasRole(r, nlp.RoleClock) && !r.Rule.Elapsed() && !old.Elapsed(): // other days, the same times
		a.assumed = slices.DeleteFunc(a.assumed, func(s string) bool { return strings.HasPrefix(s, "default_clock:") })
		if a.rule, ok = r.Rule.At(old.Clocks()...); !ok {
			a.rule, ok = r.Rule, true
		}
		if !hasRole(r, nlp.RoleBound) { // today may have passed at the hour that was assumed, and not at theirs
			a.rule = a.rule.Soonest(t.now)
		}
	default:
		a.rule = r.Rule
		if r.Ask != "" && len(r.Alternatives) > 0 {
			a.ask, a.readings = r.Ask, append([]nlp.Reading{{Kind: r.Kind, Rule: r.Rule}}, r.Alternatives...)
		}
	}
	if ok && d.Data.Template == templates.MedicationReminder {
		a.askNight(r, clocks)
	}
	return a, ok
}

// askNight asks about an hour that may be of the night or of the afternoon: a medicine is not moved into
// the night by a guess.
func (a *amendment) askNight(r nlp.Result, clocks []schedule.Clock) {
	guessed := slices.ContainsFunc(r.Assumptions, func(s nlp.Assumption) bool { return s.Code == "24h" })
	if !guessed || len(clocks) != 1 || clocks[0].Hour() < 1 || clocks[0].Hour() > 5 {
		return
	}
	if later, fits := a.rule.At(clocks[0] + 12*60*60); fits {
		a.ask, a.readings = nlp.AskMedicineHour, []nlp.Reading{{Rule: a.rule}, {Rule: later}}
	}
}

// apply puts a change on the card: the old card says that it was replaced, the new one what is other.
func (t *turn) apply(d *Draft, a amendment) {
	was := ""
	if old, err := schedule.ParseRule(d.Data.Rule); err == nil && !a.rule.IsZero() {
		was = capital(t.parser.Describe(old, t.lang, t.now))
	}
	d.Data.Was, d.Data.MessageID = was, t.update.MessageID
	if a.message != "" {
		d.Data.Message = a.message
	}
	if d.Card != "" {
		t.edit(d, plain(t.words("card_replaced", nil)))
	}
	if old, ok := t.series(d.Data.Replaces); ok {
		a.rule = t.continuing(old, a.rule)
		for i := range a.readings {
			a.readings[i].Rule = t.continuing(old, a.readings[i].Rule)
		}
	}
	if !a.rule.IsZero() {
		d.Data.Rule, d.Data.Assumed = a.rule.String(), a.assumed
	}
	if len(a.readings) > 1 {
		t.choose(d, "choose_"+a.ask, a.readings)
		return
	}
	t.advance(d)
}

// withoutLead cuts one of a list's words off the beginning of a text.
func (t *turn) withoutLead(text, key string) (rest string, cut bool) {
	text = strings.TrimSpace(text)
	low := strings.ToLower(text)
	longest := 0
	for _, w := range slices.Concat(t.catalogue.Words(t.lang, key), t.catalogue.Words(locales.Fallback, key)) {
		if n := len(w); n > longest && strings.HasPrefix(low, w) && len(low) == len(text) && ends(low, n) {
			longest = n
		}
	}
	return strings.TrimLeft(text[longest:], " ,:"), longest > 0
}

// withoutTail cuts one of a list's words off the end of a text.
func (t *turn) withoutTail(text, key string) string {
	low := strings.ToLower(text)
	for _, w := range t.catalogue.Words(t.lang, key) {
		if strings.HasSuffix(low, w) && len(low) == len(text) && len(w) < len(text) {
			return strings.TrimRight(text[:len(text)-len(w)], " ,")
		}
	}
	return text
}

// ends reports whether a word of a text ends at byte n: not in the middle of a longer one, unless the
// language writes none apart.
func ends(text string, n int) bool {
	if n >= len(text) || text[n] >= 0xE0 { // beyond the alphabets of two bytes
		return true
	}
	r, _ := utf8.DecodeRuneInString(text[n:])
	return unicode.Is(unicode.Nd, r) || strings.ContainsRune(" ,:.;،؛", r)
}

var (
	bareHour = regexp.MustCompile(`^\d{1,2}(?:[:.h]\d{2}|\s?h)?$`)
	amount   = regexp.MustCompile(`(?i)\p{Nd}+(?:[.,/٫]\p{Nd}+)?\s?(?:mg|mcg|µg|g|kg|ml|l|iu|ie|ui|мг|мкг|г|мл|ед|毫克|克|毫升|片|粒|मिग्रा|ग्राम|मिली|ملغ|غرام|مل|\p{L}+)`)
)

// reworded puts an amount in the place of the one that a message has.
func reworded(message, said string) (string, bool) {
	said = strings.TrimSpace(said)
	if at := amount.FindStringIndex(said); at == nil || at[0] != 0 || at[1] != len(said) {
		return "", false
	}
	at := amount.FindStringIndex(message)
	if at == nil {
		return strings.TrimSpace(message + " " + said), message != ""
	}
	return message[:at[0]] + said + message[at[1]:], true
}

// onlyRoles reports whether a phrase speaks of that and of nothing else.
func onlyRoles(r nlp.Result, role nlp.Role) bool {
	found := false
	for _, s := range r.Spans {
		found = found || s.Role == role
		if s.Role != role && s.Role != nlp.RoleCommand {
			return false
		}
	}
	return found
}

func hasRole(r nlp.Result, role nlp.Role) bool {
	return slices.ContainsFunc(r.Spans, func(s nlp.Span) bool { return s.Role == role })
}

// clocksOf are the times of day of what comes.
func clocksOf(rule schedule.Rule, from time.Time) []schedule.Clock {
	var all []schedule.Clock
	for _, o := range rule.Upcoming(from, 8) {
		if c := schedule.ClockOf(o.At); !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}

// saidDays are the days of the week that a phrase names.
func saidDays(r nlp.Result, from time.Time) []time.Weekday {
	var all []time.Weekday
	for _, o := range r.Rule.Upcoming(from, 14) {
		if d := o.At.Weekday(); !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all
}
