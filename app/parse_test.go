package app

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func elevenMarch() time.Time { return time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC) }

func runParse(t *testing.T, cmd ParseCommand, stdin string) string {
	t.Helper()
	var out bytes.Buffer
	if err := cmd.Run(strings.NewReader(stdin), &out, elevenMarch); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestParseExplains: the words name what was taken as what, the rule and the next occurrences.
func TestParseExplains(t *testing.T) {
	got := runParse(t, ParseCommand{Lang: "en", TZ: "Europe/London", Phrase: []string{"Take aspirin every day at 8 and 20 for 10 days"}}, "")
	for _, want := range []string{
		"recurrence  every day", "clock       at 8 and 20", "message     Take aspirin", "Message: Take aspirin",
		"In words: every day at 08:00 and 20:00, 10 days, until Fri 20 March",
		"RRULE:FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0", "Next, of 19:", "Wed 11 Mar 2026 20:00", "24-hour clock",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	got = runParse(t, ParseCommand{Lang: "en", TZ: "Europe/London", Phrase: []string{"today at 9:00 call mom"}}, "")
	for _, want := range []string{"Not understood (past_time)", "Did you mean:", "Thu 12 March at 09:00"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}

// TestParseJSONKeys: all keys of the contract are there, with their types, also for an error.
func TestParseJSONKeys(t *testing.T) {
	for phrase, kind := range map[string]string{
		"tomorrow 15:00 Take it": "once", "daily at 9:00 Take it": "recurring", "hello": "error", "today at 9:00": "error",
	} {
		out := runParse(t, ParseCommand{Lang: "en", TZ: "Europe/London", JSON: true, Phrase: []string{phrase}}, "")
		var got map[string]any
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatalf("%q: %v", out, err)
		}
		for _, key := range []string{"kind", "rrule", "occurrences", "total", "message", "assumptions", "alternatives", "error"} {
			if v, ok := got[key]; !ok || v == nil {
				t.Errorf("%q: key %s is missing or null in %s", phrase, key, out)
			}
		}
		if got["kind"] != kind {
			t.Errorf("%q: kind %v, want %s", phrase, got["kind"], kind)
		}
	}
}

// TestParseBatch: one answer a line, in order; a bad line is answered and the rest goes on.
func TestParseBatch(t *testing.T) {
	in := strings.Join([]string{
		`{"lang":"en","now":"2026-03-11T10:00:00+00:00","tz":"Europe/London","input":"tomorrow 15:00 Take <it> & rest"}`,
		`not json`,
		`{"lang":"de","now":"2026-03-11T10:00:00+01:00","tz":"Europe/Berlin","input":"täglich um 9:00"}`,
		`{"lang":"en","now":"yesterday","tz":"Europe/London","input":"tomorrow"}`,
		`{"lang":"en","now":"2026-03-11T10:00:00Z","tz":"Mars/Base","input":"tomorrow"}`,
		``,
		`{"lang":"en","now":"2026-03-11T10:00:00Z","tz":"Europe/London","input":"` + strings.Repeat("x", maxLine) + `"}`,
		`{"lang":"en","now":"2026-03-11T10:00:00Z","tz":"Europe/London","input":"hello"}`,
	}, "\n")
	lines := strings.Split(strings.TrimSpace(runParse(t, ParseCommand{Batch: true}, in)), "\n")
	want := []struct{ kind, contains string }{
		{"once", `"message":"Take <it> & rest"`}, {"error", "bad_line"}, {"recurring", `"total":"inf"`}, {"error", "bad_line: now"},
		{"error", "bad_line: tz"}, {"error", "longer than"}, {"error", "no_schedule"},
	}
	if len(lines) != len(want) {
		t.Fatalf("%d answers, want %d:\n%s", len(lines), len(want), strings.Join(lines, "\n"))
	}
	for i, w := range want {
		var a parseAnswer
		if err := json.Unmarshal([]byte(lines[i]), &a); err != nil {
			t.Fatalf("line %d: %v", i, err)
		}
		if a.Kind != w.kind || !strings.Contains(lines[i], w.contains) {
			t.Errorf("line %d: %s, want %s with %s", i, lines[i], w.kind, w.contains)
		}
	}
}

// TestParseShape pins one answer whole.
func TestParseShape(t *testing.T) {
	got := runParse(t, ParseCommand{Lang: "en", TZ: "Europe/London", JSON: true, Now: "2026-03-11T10:00:00Z", Phrase: []string{"12/05 10:00 call"}}, "")
	want := `{"kind":"once","rrule":"","occurrences":["2026-05-12T10:00:00+01:00"],"total":1,"message":"call",` +
		`"assumptions":["date_order:day_first"],"alternatives":[{"kind":"once","occurrences":["2026-12-05T10:00:00+00:00"],` +
		`"total":1,"message":"call","echo":"Sat 5 December at 10:00","why":"slash_date"}],"error":"",` +
		`"language":"en","ask":"slash_date","echo":"Tue 12 May at 10:00","confidence":0.85,` +
		`"spans":[{"role":"date","start":0,"end":5},{"role":"clock","start":6,"end":11},{"role":"message","start":12,"end":16}]}` + "\n"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// BenchmarkParseBatch counts phrases a second through the whole command.
func BenchmarkParseBatch(b *testing.B) {
	line := `{"lang":"en","now":"2026-03-11T10:00:00+00:00","tz":"Europe/London","input":"take aspirin 100 mg every day at 9:00 and 21:00 for 10 days"}` + "\n"
	const n = 2000
	in := strings.Repeat(line, n)
	for b.Loop() {
		var out bytes.Buffer
		if err := (&ParseCommand{Batch: true}).Run(strings.NewReader(in), &out, elevenMarch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "phrases/s")
}
