package app

import (
	"fmt"
	"io"
	"strings"
	"time"

	"carebell/nlp"
	"carebell/schedule"
)

// happens is up to three coming occurrences and how many there are: a number or "inf".
func happens(rule schedule.Rule, now time.Time) (list []string, total any) {
	list = []string{}
	for _, o := range rule.Upcoming(now, 3) {
		list = append(list, o.At.Format(instantForm))
	}
	n, infinite := rule.Total(now)
	if infinite {
		return list, "inf"
	}
	return list, n
}

// assumed says in words what an assumption's code stands for.
var assumed = map[string]string{
	"default_clock": "no time of day was said, so I took %s",
	"24h":           "without am or pm, I read it on the 24-hour clock as %s",
	"passed_today":  "that time has passed today, so it is %s",
	"which_weekday": "I took the weekday to be %s",
	"year":          "no year was said, so I took %s",
	"date_order":    "I read the date as %s",
	"recurrence":    "I took it to repeat %s",
	"weekday":       "no day of the week was said, so I took today's (number %s)",
	"month_day":     "no day of the month was said, so I took day %s",
	"year_day":      "no day of the year was said, so I took today's (%s)",
	"phase":         "I count the interval from %s",
	"ordinal":       "I took the first such weekday of the month (%s)",
	"short_months":  "months without day %s are skipped",
	"clock_change":  "the clocks change that day, so it moves to %s",
	"anchor":        "I count the hours from %s",
	"typo":          "I read %q as a spelling mistake",
}

// explain says like a good teacher what was understood, piece by piece.
func explain(w io.Writer, parser *nlp.Parser, input string, res nlp.Result, now time.Time) {
	fmt.Fprintf(w, "%s\n  said on %s, read as %s\n\n", input, now.Format("Mon 2 Jan 2006 15:04 (MST)"), res.Language)
	for _, s := range res.Spans {
		fmt.Fprintf(w, "  %-11s %s\n", s.Role, input[s.Start:s.End])
	}
	if res.Err != nil {
		fmt.Fprintf(w, "\nNot understood (%s). %s\n", res.Err.Code, res.Err.Sentence)
		if s := res.Err.Span; s.End > s.Start {
			fmt.Fprintf(w, "  It is about: %s\n", input[s.Start:s.End])
		}
		others(w, "Did you mean", res, now)
		return
	}
	fmt.Fprintf(w, "\nIn words: %s\n", parser.Describe(res.Rule, res.Language, now))
	if res.Message != "" {
		fmt.Fprintf(w, "Message: %s\n", res.Message)
	}
	if res.Kind == nlp.Recurring {
		fmt.Fprintf(w, "Rule:\n  %s\n", strings.ReplaceAll(res.Rule.String(), "\n", "\n  "))
	}
	n, infinite := res.Rule.Total(now)
	switch {
	case infinite:
		fmt.Fprintln(w, "Next, without an end:")
	case n == 1:
		fmt.Fprintln(w, "When:")
	default:
		fmt.Fprintf(w, "Next, of %d:\n", n)
	}
	for _, o := range res.Rule.Upcoming(now, 3) {
		note := ""
		if o.Shifted {
			note = "  (the clocks change: moved forward)"
		}
		fmt.Fprintf(w, "  %s%s\n", o.At.Format("Mon 2 Jan 2006 15:04 (MST)"), note)
	}
	if len(res.Assumptions) > 0 {
		fmt.Fprintln(w, "Assumed:")
		for _, a := range res.Assumptions {
			if form, ok := assumed[a.Code]; ok {
				fmt.Fprintf(w, "  "+form+"\n", a.Value)
			} else {
				fmt.Fprintf(w, "  %s\n", a)
			}
		}
	}
	if res.Ask != "" {
		fmt.Fprintf(w, "In a conversation I would ask (%s).\n", res.Ask)
	}
	others(w, "Other readings", res, now)
}

func others(w io.Writer, title string, res nlp.Result, now time.Time) {
	if len(res.Alternatives) == 0 {
		return
	}
	fmt.Fprintf(w, "%s:\n", title)
	for _, a := range res.Alternatives {
		next := ""
		if o, ok := a.Rule.Next(now); ok {
			next = o.At.Format("Mon 2 Jan 2006 15:04")
		}
		fmt.Fprintf(w, "  %s (first: %s)\n", a.Echo, next)
	}
}
