package schedule_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/teambition/rrule-go"

	"carebell/schedule"
)

const awkward = "Take aspirin, 100 mg; \\with food\nand água – ночью 💊 " + "long long long long long long long long long long long"

func rule(t *testing.T, text string) schedule.Rule {
	t.Helper()
	r, err := schedule.ParseRule(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What is written is read back by another program: the same words, and the same times.
func TestCalendarReadBack(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		rule   string
		events int
	}{
		"every day at nine, over both changes of the clock": {"DTSTART;TZID=Europe/Madrid:20260302T090000\nRRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0", 1},
		"until a day":                    {"DTSTART;TZID=America/New_York:20260302T090000\nRRULE:FREQ=DAILY;BYHOUR=9,21;BYMINUTE=0;UNTIL=20260412T010000Z", 1},
		"three times, one is left out":   {"DTSTART;TZID=Europe/London:20260327T013000\nRRULE:FREQ=DAILY;BYHOUR=1;BYMINUTE=30;COUNT=5\nEXDATE;TZID=Europe/London:20260328T013000", 1},
		"the last Friday":                {"DTSTART;TZID=Asia/Kolkata:20260327T100000\nRRULE:FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=10;BYMINUTE=0", 1},
		"two times that do not multiply": {"DTSTART;TZID=Africa/Casablanca:20260302T090000\nRRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0\nRRULE:FREQ=DAILY;BYHOUR=21;BYMINUTE=30", 2},
		"every six hours":                {"DTSTART;TZID=Europe/Madrid:20260328T200000\nRRULE:FREQ=HOURLY;INTERVAL=6", 1},
		"once":                           {"DTSTART;TZID=Europe/Madrid:20260329T230000", 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := rule(t, c.rule)
			written := schedule.Calendar("-//carebell//EN", []schedule.Event{{UID: "01960000", Rule: r, Summary: awkward, Status: schedule.Active}}, now)
			for l := range bytes.Lines(written) {
				if !bytes.HasSuffix(l, []byte("\r\n")) || len(l) > 77 {
					t.Errorf("line of %d octets: %q", len(l)-2, l)
				}
			}
			calendar, err := ics.ParseCalendar(bytes.NewReader(written))
			if err != nil {
				t.Fatalf("%v:\n%s", err, written)
			}
			if len(calendar.Events()) != c.events {
				t.Errorf("%d events, want %d:\n%s", len(calendar.Events()), c.events, written)
			}
			var got []time.Time
			for i, e := range calendar.Events() {
				if summary := e.GetProperty(ics.ComponentPropertySummary).Value; summary != awkward {
					t.Errorf("summary %q", summary)
				}
				if i == 0 && e.Id() != "01960000@carebell" {
					t.Errorf("UID %q", e.Id())
				}
				got = append(got, expanded(t, e)...)
			}
			slices.SortFunc(got, time.Time.Compare)
			var want []time.Time
			for _, o := range r.Upcoming(r.Start().Add(-time.Second), 60) {
				want = append(want, o.At.UTC())
			}
			if got = got[:min(len(got), 60)]; !slices.Equal(got, want) {
				t.Errorf("read back\n%v, want\n%v\n%s", got, want, written)
			}
		})
	}
}

// expanded is when a reader with its own rules lets the event happen.
func expanded(t *testing.T, e *ics.VEvent) []time.Time {
	t.Helper()
	start := e.GetProperty(ics.ComponentPropertyDtStart)
	zone := time.UTC
	if id := start.ICalParameters["TZID"]; id != nil {
		var err error
		if zone, err = time.LoadLocation(id[0]); err != nil {
			t.Fatal(err)
		}
	}
	at, err := time.ParseInLocation("20060102T150405", strings.TrimSuffix(start.Value, "Z"), zone)
	if err != nil {
		t.Fatal(err)
	}
	repeats := e.GetProperty(ics.ComponentPropertyRrule)
	if repeats == nil {
		return []time.Time{at.UTC()}
	}
	option, err := rrule.StrToROption(repeats.Value)
	if err != nil {
		t.Fatal(err)
	}
	option.Dtstart = at
	all, err := rrule.NewRRule(*option)
	if err != nil {
		t.Fatal(err)
	}
	var except []string
	if p := e.GetProperty(ics.ComponentPropertyExdate); p != nil {
		except = strings.Split(p.Value, ",")
	}
	var out []time.Time
	next := all.Iterator()
	for range 60 {
		at, ok := next()
		if !ok {
			break
		}
		if !slices.Contains(except, at.In(zone).Format("20060102T150405")) {
			out = append(out, at.UTC())
		}
	}
	return out
}

// A zone's changes are those that its clocks make.
func TestCalendarZone(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	written := string(schedule.Calendar("x", []schedule.Event{{UID: "1", Summary: "x", Status: schedule.PausedNow,
		Rule: rule(t, "DTSTART;TZID=Europe/Madrid:20260302T090000\nRRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0")}}, now))
	unfolded := strings.ReplaceAll(written, "\r\n ", "")
	for _, want := range []string{
		"BEGIN:VTIMEZONE\r\nTZID:Europe/Madrid\r\nBEGIN:STANDARD\r\nDTSTART:20251026T030000\r\nRDATE:20261025T030000,",
		"TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD",
		"BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\nRDATE:20270328T020000,",
		"DTSTART;TZID=Europe/Madrid:20260302T090000", "STATUS:TENTATIVE",
	} {
		if !strings.Contains(unfolded, want) {
			t.Errorf("without %q:\n%s", want, unfolded)
		}
	}
	once := string(schedule.Calendar("x", []schedule.Event{{UID: "1", Rule: rule(t, "DTSTART;TZID=Europe/Madrid:20260329T230000"), Status: schedule.Cancelled}}, now))
	if !strings.Contains(once, "DTSTART:20260329T210000Z") || strings.Contains(once, "VTIMEZONE") || !strings.Contains(once, "STATUS:CANCELLED") {
		t.Errorf("once:\n%s", once)
	}
}
