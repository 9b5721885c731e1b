package conversations

import (
	"fmt"
	"strings"
	"time"

	"carebell/chart"
	"carebell/chat"
	"carebell/locales"
	"carebell/schedule"
)

const (
	// adherenceDays are the days that /adherence looks back on, today among them.
	adherenceDays = 30
	// lateAfter is from how much after its time on a dose is taken late.
	lateAfter = time.Hour
)

// adherence is /adherence: how the doses of the last days went, in words and as a picture.
//
//	taken      said to be taken at most an hour after its time
//	late       said to be taken later
//	skipped    said to be skipped
//	no answer  the reminder left, and its window is over without an answer
//
// What is still open is not counted, and what was never sent is told apart: nobody was asked about it.
func (t *turn) adherence() {
	first := schedule.DateOf(t.now.In(t.zone())).AddDays(1 - adherenceDays)
	if t.person.ID != "" && t.state.Record == nil {
		// A day more: a slot's day is that of its own zone.
		t.result = Turn{Wants: &Wanted{Since: t.now.AddDate(0, 0, -adherenceDays-1)}}
		return
	}
	days, unasked := make([]chart.Day, adherenceDays), 0
	for i := range days {
		days[i].Number = first.AddDays(i).Day
	}
	if t.state.Record != nil {
		unasked = t.count(*t.state.Record, first, days)
	}
	var sum chart.Day
	for _, d := range days {
		sum.Taken, sum.Late, sum.Skipped, sum.Missed = sum.Taken+d.Taken, sum.Late+d.Late, sum.Skipped+d.Skipped, sum.Missed+d.Missed
	}
	if doses(sum)+unasked == 0 {
		t.say("adherence_empty", locales.Args{"Days": adherenceDays})
		return
	}
	m := plain(t.adherenceWords(first, days, sum, unasked))
	legend := chart.Legend{}
	for i, line := range t.fates(sum) {
		legend[i] = line.text
	}
	if picture, _, err := chart.Bars(days, legend); err == nil { // without it the words say it all
		m.File = &chat.File{Name: "carebell-30.png", Type: "image/png", Data: picture, Alt: t.words("adherence_alt", locales.Args{
			"Days": adherenceDays, "Taken": sum.Taken, "Late": sum.Late, "Skipped": sum.Skipped, "Missed": sum.Missed})}
	}
	t.send(m)
}

func doses(d chart.Day) int { return d.Taken + d.Late + d.Skipped + d.Missed }

// count adds every dose that was asked about to its day, and returns how many were never sent. The day
// of a dose is that of its slot, in the slot's own zone.
func (t *turn) count(r Record, first schedule.Date, days []chart.Day) (unasked int) {
	answers := map[string]KeptAnswer{}
	for _, a := range r.Answers {
		if a.UndoneAt.IsZero() {
			answers[a.Message] = a
		}
	}
	for _, m := range r.Messages {
		due := m.Due.In(t.zone())
		if zone, err := time.LoadLocation(m.Zone); err == nil {
			due = m.Due.In(zone)
		}
		i := first.DaysUntil(schedule.DateOf(due))
		if m.Asks == "" || m.Kind != kindOccurrence || m.Due.After(t.now) || i < 0 || i >= len(days) {
			continue
		}
		day := &days[i]
		switch a, answered := answers[m.ID]; {
		case answered && a.Answer == AnswerSkipped:
			day.Skipped++
		case answered && a.SaidAt.Sub(m.Due) > lateAfter:
			day.Late++
		case answered:
			day.Taken++
		case m.Status == "failed" || m.Status == "expired":
			unasked++
		case arrived[m.Status] && t.now.After(m.Until):
			day.Missed++
		}
	}
	return unasked
}

// kindOccurrence is the message of a slot itself, not one that asks about it again.
const kindOccurrence = "occurrence"

// arrived are delivery's words for what the person has, or may have.
var arrived = map[string]bool{"sent": true, "delivered": true, "read": true, "unknown": true}

// fate is one line of the words: a mark in the picture's colour, and how often.
type fate struct{ mark, text string }

// fates are the lines of a sum, in the order of the picture's legend.
func (t *turn) fates(sum chart.Day) [4]fate {
	line := func(mark, key string, n int) fate {
		return fate{mark, fmt.Sprintf("%s: %d", t.words(key, nil), n)}
	}
	return [4]fate{line("🟦", "adherence_taken", sum.Taken), line("🟧", "adherence_late", sum.Late),
		line("⬛", "adherence_skipped", sum.Skipped), line("🟥", "adherence_missed", sum.Missed)}
}

// adherenceWords say all that the picture shows: the sums, and each day on which not all went as planned.
func (t *turn) adherenceWords(first schedule.Date, days []chart.Day, sum chart.Day, unasked int) string {
	name := func(i int) string {
		at, _ := first.AddDays(i).At(schedule.NewClock(12, 0)).In(t.zone())
		return t.catalogue.Day(t.lang, at.In(t.zone()))
	}
	out := []string{t.words("adherence_title", locales.Args{"Days": adherenceDays, "From": name(0), "To": name(len(days) - 1)})}
	for _, f := range t.fates(sum) {
		out = append(out, f.mark+" "+f.text)
	}
	if unasked > 0 {
		out = append(out, fmt.Sprintf("⚠️ %s: %d", t.words("adherence_unasked", nil), unasked))
	}
	var special []string
	ordinary := false
	for i, d := range days {
		if d.Taken == doses(d) {
			ordinary = ordinary || d.Taken > 0
			continue
		}
		var marks []string
		for _, f := range []struct {
			mark string
			n    int
		}{{"🟦", d.Taken}, {"🟧", d.Late}, {"⬛", d.Skipped}, {"🟥", d.Missed}} {
			if f.n > 0 {
				marks = append(marks, fmt.Sprintf("%s %d", f.mark, f.n))
			}
		}
		special = append(special, "• "+name(i)+": "+strings.Join(marks, " "))
	}
	if len(special) > 0 {
		out = append(out, "")
		out = append(out, special...)
		if ordinary {
			out = append(out, t.words("adherence_other_days", nil))
		}
	}
	return strings.Join(out, "\n")
}
