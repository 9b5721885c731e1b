package schedule_test

import (
	"testing"
	"time"

	"carebell/schedule"
)

func TestAmend(t *testing.T) {
	nine, ten, evening := schedule.NewClock(9, 0), schedule.NewClock(10, 0), schedule.NewClock(21, 0)
	for name, c := range map[string]struct {
		rule  string
		amend func(schedule.Rule) (schedule.Rule, bool)
		want  string // "": there is no such rule
	}{
		"once at another time": {"DTSTART;TZID=Europe/Madrid:20260303T090000", func(r schedule.Rule) (schedule.Rule, bool) { return r.At(ten) },
			"DTSTART;TZID=Europe/Madrid:20260303T100000"},
		"once at two times": {"DTSTART;TZID=Europe/Madrid:20260303T090000", func(r schedule.Rule) (schedule.Rule, bool) { return r.At(nine, ten) }, ""},
		"daily at another time": {"DTSTART;TZID=Europe/Madrid:20260303T090000\nRRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0", func(r schedule.Rule) (schedule.Rule, bool) { return r.At(ten) },
			"DTSTART;TZID=Europe/Madrid:20260303T100000\nRRULE:FREQ=DAILY;BYHOUR=10;BYMINUTE=0"},
		"ten days, twice a day instead of once": {"DTSTART;TZID=Europe/Madrid:20260303T090000\nRRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0;COUNT=10",
			func(r schedule.Rule) (schedule.Rule, bool) { return r.At(evening, nine) },
			"DTSTART;TZID=Europe/Madrid:20260303T090000\nRRULE:FREQ=DAILY;BYHOUR=9,21;BYMINUTE=0;COUNT=20"},
		"every other day keeps its phase": {"DTSTART;TZID=Europe/Madrid:20260303T090000\nRRULE:FREQ=DAILY;INTERVAL=2;BYHOUR=9;BYMINUTE=0",
			func(r schedule.Rule) (schedule.Rule, bool) { return r.At(ten) },
			"DTSTART;TZID=Europe/Madrid:20260303T100000\nRRULE:FREQ=DAILY;INTERVAL=2;BYHOUR=10;BYMINUTE=0"},
		"on sundays too": {"DTSTART;TZID=Europe/Madrid:20260303T090000\nRRULE:FREQ=WEEKLY;BYDAY=TU;BYHOUR=9;BYMINUTE=0",
			func(r schedule.Rule) (schedule.Rule, bool) { return r.On(time.Sunday) },
			"DTSTART;TZID=Europe/Madrid:20260303T090000\nRRULE:FREQ=WEEKLY;BYDAY=TU,SU;BYHOUR=9;BYMINUTE=0"},
		"a day of the month has no weekdays": {"DTSTART;TZID=Europe/Madrid:20260303T090000\nRRULE:FREQ=MONTHLY;BYMONTHDAY=3;BYHOUR=9;BYMINUTE=0",
			func(r schedule.Rule) (schedule.Rule, bool) { return r.On(time.Sunday) }, ""},
		"an exception is a day": {"DTSTART;TZID=Europe/Madrid:20260303T090000\nRRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0\nEXDATE;TZID=Europe/Madrid:20260305T090000",
			func(r schedule.Rule) (schedule.Rule, bool) { return r.At(ten) },
			"DTSTART;TZID=Europe/Madrid:20260303T100000\nRRULE:FREQ=DAILY;BYHOUR=10;BYMINUTE=0\nEXDATE;TZID=Europe/Madrid:20260305T100000"},
		"the last day is whole": {"DTSTART;TZID=Europe/Madrid:20260303T090000\nRRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0;UNTIL=20260306T080000Z",
			func(r schedule.Rule) (schedule.Rule, bool) { return r.At(evening) },
			"DTSTART;TZID=Europe/Madrid:20260303T210000\nRRULE:FREQ=DAILY;BYHOUR=21;BYMINUTE=0;UNTIL=20260306T225959Z"},
	} {
		t.Run(name, func(t *testing.T) {
			rule, err := schedule.ParseRule(c.rule)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := c.amend(rule)
			if ok != (c.want != "") || ok && got.String() != c.want {
				t.Errorf("got %v\n%s\nwant\n%s", ok, got, c.want)
			}
		})
	}
}

func TestClocks(t *testing.T) {
	at := time.Date(2026, 3, 3, 9, 30, 0, 0, time.UTC)
	if got := schedule.Once(at, nil).Clocks(); len(got) != 1 || got[0] != schedule.NewClock(9, 30) {
		t.Errorf("once: %v", got)
	}
}
