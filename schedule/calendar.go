package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Event is one series as a calendar shows it.
type Event struct {
	// UID is the series' id: the same series in a later calendar is the same event.
	UID         string
	Rule        Rule
	Summary     string
	Description string
	// Status of the series: a paused one is tentative, a cancelled one is cancelled.
	Status SeriesStatus
}

// Calendar writes events as iCalendar (RFC 5545), as of now. A series is one VEVENT; one whose times
// need several RRULE lines is one VEVENT for each, because a calendar may read only the first. What
// happens once, or counts elapsed time, is in UTC; all else has its zone with a VTIMEZONE that knows
// the changes of its clocks from the first event to ten years after now.
func Calendar(product string, events []Event, now time.Time) []byte {
	var body, zones strings.Builder
	earliest := map[string]time.Time{}
	for _, e := range events {
		for i, rule := range e.Rule.alone() {
			uid := e.UID
			if i > 0 {
				uid += fmt.Sprintf("-%d", i+1)
			}
			if zone := writeEvent(&body, e, uid, rule, now); zone != "" {
				if first, ok := earliest[zone]; !ok || rule.Start().Before(first) {
					earliest[zone] = rule.Start()
				}
			}
		}
	}
	names := make([]string, 0, len(earliest))
	for name := range earliest {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if zone, err := time.LoadLocation(name); err == nil {
			writeZone(&zones, zone, earliest[name], now.AddDate(10, 0, 0))
		}
	}
	var all strings.Builder
	line(&all, "BEGIN:VCALENDAR")
	line(&all, "VERSION:2.0")
	line(&all, "PRODID:"+calendarText(product))
	line(&all, "CALSCALE:GREGORIAN")
	line(&all, "METHOD:PUBLISH")
	all.WriteString(zones.String())
	all.WriteString(body.String())
	line(&all, "END:VCALENDAR")
	return []byte(all.String())
}

// alone is the rule as rules of one RRULE line each, every one beginning with its own first time.
func (r Rule) alone() []Rule {
	var head, tail string
	var rules []string
	for text := range strings.Lines(r.String()) {
		text = strings.TrimSpace(text)
		switch {
		case strings.HasPrefix(text, "DTSTART"):
			head = text
		case strings.HasPrefix(text, "RRULE"):
			rules = append(rules, text)
		default:
			tail += "\n" + text
		}
	}
	if len(rules) < 2 {
		return []Rule{r}
	}
	var out []Rule
	for _, text := range rules {
		// A first time that the line does not name would be one occurrence too many.
		one, err := ParseRule(head + "\n" + text + tail)
		if err != nil {
			continue // nothing is left of this line
		}
		out = append(out, one)
	}
	return out
}

// writeEvent writes one VEVENT and returns the zone that it needs, "" for UTC.
func writeEvent(b *strings.Builder, e Event, uid string, rule Rule, now time.Time) (zone string) {
	line(b, "BEGIN:VEVENT")
	line(b, "UID:"+uid+"@carebell")
	line(b, "DTSTAMP:"+now.UTC().Format(utcForm))
	universal := rule.IsOnce() || rule.Elapsed() && len(rule.Weekdays()) == 0
	if universal {
		line(b, "DTSTART:"+rule.Start().UTC().Format(utcForm))
	}
	for text := range strings.Lines(rule.String()) {
		text = strings.TrimSpace(text)
		if strings.HasPrefix(text, "DTSTART") {
			if universal {
				continue
			}
			text = strings.Replace(text, ";X-SECOND-PASS=1", "", 1)
			zone = rule.Zone().String()
		}
		line(b, text)
	}
	line(b, "SUMMARY:"+calendarText(e.Summary))
	if e.Description != "" {
		line(b, "DESCRIPTION:"+calendarText(e.Description))
	}
	switch e.Status {
	case Cancelled:
		line(b, "STATUS:CANCELLED")
	case PausedNow:
		line(b, "STATUS:TENTATIVE")
	default:
		line(b, "STATUS:CONFIRMED")
	}
	line(b, "TRANSP:TRANSPARENT")
	line(b, "END:VEVENT")
	return zone
}

// observance is a stretch of a zone with one offset, and every local time at which it begins.
type observance struct {
	name     string
	summer   bool
	from, to int
	onsets   []string
}

// writeZone writes the changes of a zone's clocks between two instants.
func writeZone(b *strings.Builder, zone *time.Location, from, to time.Time) {
	var all []observance
	for at := from.In(zone); ; {
		start, end := at.ZoneBounds()
		name, offset := at.Zone()
		before := offset
		onset := "19700101T000000"
		if !start.IsZero() {
			_, before = start.Add(-time.Second).Zone()
			onset = start.UTC().Add(time.Duration(before) * time.Second).Format(floatingForm)
		}
		o := observance{name: name, summer: at.IsDST(), from: before, to: offset}
		i := slices.IndexFunc(all, func(p observance) bool {
			return p.name == o.name && p.summer == o.summer && p.from == o.from && p.to == o.to
		})
		if i < 0 {
			all, i = append(all, o), len(all)
		}
		all[i].onsets = append(all[i].onsets, onset)
		if end.IsZero() || end.After(to) {
			break
		}
		at = end
	}
	slices.SortStableFunc(all, func(a, b observance) int { return cmp.Compare(a.onsets[0], b.onsets[0]) })
	line(b, "BEGIN:VTIMEZONE")
	line(b, "TZID:"+zone.String())
	for _, o := range all {
		kind := "STANDARD"
		if o.summer {
			kind = "DAYLIGHT"
		}
		line(b, "BEGIN:"+kind)
		line(b, "DTSTART:"+o.onsets[0])
		if len(o.onsets) > 1 {
			line(b, "RDATE:"+strings.Join(o.onsets[1:], ","))
		}
		line(b, "TZOFFSETFROM:"+offsetText(o.from))
		line(b, "TZOFFSETTO:"+offsetText(o.to))
		line(b, "TZNAME:"+calendarText(o.name))
		line(b, "END:"+kind)
	}
	line(b, "END:VTIMEZONE")
}

// offsetText is +0130; the seconds that old offsets have follow.
func offsetText(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	text := fmt.Sprintf("%s%02d%02d", sign, seconds/3600, seconds/60%60)
	if s := seconds % 60; s != 0 {
		text += fmt.Sprintf("%02d", s)
	}
	return text
}

var calendarEscapes = strings.NewReplacer("\\", "\\\\", ";", "\\;", ",", "\\,", "\r\n", "\\n", "\n", "\\n", "\r", "")

// calendarText is a value of type TEXT: nothing in it ends the line or means anything else.
func calendarText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, calendarEscapes.Replace(strings.ToValidUTF8(s, "\uFFFD")))
}

// line writes one content line, folded after at most 75 octets and never inside a character.
func line(b *strings.Builder, text string) {
	room := 75
	for len(text) > room {
		cut := room
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		b.WriteString(text[:cut] + "\r\n ")
		text, room = text[cut:], 74 // the space counts
	}
	b.WriteString(text + "\r\n")
}
