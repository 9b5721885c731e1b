package nlp_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"carebell/nlp"
)

// checkSane holds for every result of every text.
func checkSane(t *testing.T, text string, res nlp.Result, now time.Time) {
	t.Helper()
	last := 0
	for _, s := range res.Spans {
		if s.Start < last || s.End < s.Start || s.End > len(text) {
			t.Fatalf("%q: span %+v lies outside or overlaps", text, s)
		}
		last = s.End
	}
	if (res.Kind == nlp.Failure) != (res.Err != nil) || (res.Kind == nlp.Failure) != res.Rule.IsZero() {
		t.Fatalf("%q: kind %s, error %v, rule %q", text, res.Kind, res.Err, res.Rule)
	}
	if res.Err != nil {
		if res.Err.Sentence == "" || res.Err.Code == "" {
			t.Fatalf("%q: error without words: %+v", text, res.Err)
		}
		if s := res.Err.Span; s.Start < 0 || s.End < s.Start || s.End > len(text) {
			t.Fatalf("%q: error span %+v lies outside", text, s)
		}
	} else {
		at := now
		for range 4 {
			next, ok := res.Rule.Next(at)
			if !ok {
				break
			}
			if !next.At.After(at) {
				t.Fatalf("%q: %s does not come after %s", text, next.At, at)
			}
			at = next.At
		}
		if at.Equal(now) {
			t.Fatalf("%q: %q never happens", text, res.Rule)
		}
	}
	if len(res.Alternatives) > 3 {
		t.Fatalf("%q: %d alternatives", text, len(res.Alternatives))
	}
	for _, a := range res.Alternatives {
		if _, ok := a.Rule.Next(now); !ok || a.Echo == "" {
			t.Fatalf("%q: empty alternative %+v", text, a)
		}
	}
	if utf8.ValidString(text) && !utf8.ValidString(res.Message) {
		t.Fatalf("%q: message %q is not UTF-8", text, res.Message)
	}
}

// FuzzParse: no text panics, hangs or gives a result that contradicts itself, in any language.
func FuzzParse(f *testing.F) {
	parser := nlp.New()
	files, err := os.ReadDir("testdata/corpus")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		for i, r := range readCorpus(f, "testdata/corpus/"+file.Name()) {
			if i%7 == 0 {
				f.Add(r.input, r.lang, r.now.Unix(), r.zone.String())
			}
		}
	}
	for _, s := range badInput() {
		f.Add(s, "en", int64(1773223200), "Europe/London")
	}
	f.Fuzz(func(t *testing.T, text, lang string, unix int64, zoneName string) {
		loc, err := time.LoadLocation(zoneName)
		if err != nil || zoneName == "Local" || unix < 0 || unix > 200e9 {
			loc, unix = time.UTC, 1773223200
		}
		now := time.Unix(unix, 0)
		hang := time.AfterFunc(5*time.Second, func() { panic("hangs on " + strconv.Quote(text) + " in " + lang + zoneName + now.String()) })
		defer hang.Stop()
		checkSane(t, text, parser.Parse(text, now, nlp.Profile{Language: lang, Zone: loc}), now)
	})
}

// badInput is what people and programs send that is no phrase.
func badInput() []string {
	return []string{
		"", " ", "\n\t", "😀😀😀", "1234567890123456789", "\xff\xfe at 9", strings.Repeat("a", 4096), strings.Repeat("at 9 ", 800),
		strings.Repeat("every monday ", 300), strings.Repeat("1:", 2000), strings.Repeat("((((", 500), "31 February", "25:00", "every 0 hours",
		"every 1 minute forever", "year 9999", "31 December 9999 at 9:00", "in 99999999 years", "every 99999999 days",
		"tomorrow at 9 at 10", "\u202etomorrow at 9:00", "завтра at 9:00 明天", "at 9:00 at 10:00 tomorrow", "every day weekly monthly",
		"for 99999999999 days every day", "1/1/1/1", "0/0", "00:00", "24:00", "24:01", "until until until", "every every every",
		"except except", "from 9 to", "\"", "'", "«", "9:00\x00", "q0h", "q99999h", "half", "half past", "a", "an hour ago",
	}
}

// TestBadInput: what is no phrase is refused with a reason, quickly and without a guess.
func TestBadInput(t *testing.T) {
	parser := nlp.New()
	now := time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC)
	for _, text := range badInput() {
		checkSane(t, text, parser.Parse(text, now, nlp.Profile{Language: "en"}), now)
	}
	for text, code := range map[string]string{
		"":                                  "empty",
		" \u200b\n":                         "empty",
		strings.Repeat("é", 10000):          "too_long",
		"😀😀😀":                               "no_schedule",
		"1234567890":                        "no_schedule",
		"31 February at 9:00":               "impossible_date",
		"tomorrow at 25:00":                 "impossible_clock",
		"every 0 hours":                     "interval_zero",
		"every 1 minute forever":            "interval_too_short",
		"tomorrow at 9 call at 10":          "contradiction",
		"remind me to call mom":             "no_time",
		"aspirin as needed":                 "as_needed",
		"yesterday at 9:00":                 "past_time",
		"friday 12 March at 9:00":           "contradiction",
		"31 December 9999 at 9:00":          "impossible_date",
		"every day at 8:00 until yesterday": "bound_before_start",
		"three times a week":                "times_a_week",
		"every day at 8 except holidays":    "holidays",
		"Good Friday service":               "holidays",
		"every flimday at 8 drops":          "rule_unread",
		"read the Sunday Times":             "name_or_day",
	} {
		res := parser.Parse(text, now, nlp.Profile{Language: "en"})
		if res.Err == nil || res.Err.Code != code {
			t.Errorf("%.40q: %v %q, want %s", text, res.Err, res.Rule, code)
		}
	}
}

// TestLongTextIsLinear: four times the text may not take many times four the work.
func TestLongTextIsLinear(t *testing.T) {
	parser := nlp.New()
	now := time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC)
	for _, unit := range []string{"every ", "9:00 and ", "1st ", "until ", "monday to ", "quarter to ", "un ", "每周一", "(", "\"", "an ", "the ", "at ", "no ", "रात की गोली ", "calle 5 "} {
		work := func(n int) float64 {
			text := strings.Repeat(unit, n/len(unit))
			return testing.AllocsPerRun(1, func() { parser.Parse(text, now, nlp.Profile{}) }) + steps(parser, text, now)
		}
		if small, big := work(900), work(3600); big > 12*small+1e6 {
			t.Errorf("%q: %.0f against %.0f", unit, big, small)
		}
	}
}

// steps is the time of one parse in nanoseconds, the best of several so that a busy machine does
// not count.
func steps(parser *nlp.Parser, text string, now time.Time) float64 {
	best := time.Hour
	for range 5 {
		start := time.Now()
		parser.Parse(text, now, nlp.Profile{})
		best = min(best, time.Since(start))
	}
	return float64(best)
}
