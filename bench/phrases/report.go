package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// score counts a tool's answers to some rows.
type score struct{ rows, right, silent, messages, messageRows int }

func (s score) share() string {
	if s.rows == 0 {
		return "–"
	}
	return fmt.Sprintf("%d/%d (%.1f %%)", s.right, s.rows, 100*float64(s.right)/float64(s.rows))
}

// measure scores a tool over the rows that keep admits. Silently wrong: it gave an answer, and the
// row accepts another one or none.
func measure(rows []row, t tool, keep func(row) bool) score {
	var s score
	for i, r := range rows {
		if !keep(r) {
			continue
		}
		a := t.read(i, r)
		right := r.right(a)
		s.rows++
		if right {
			s.right++
		} else if a.kind != "error" {
			s.silent++
		}
		if a.knowsMessage && r.kind != "error" {
			s.messageRows++
			if right && a.message == r.message {
				s.messages++
			}
		}
	}
	return s
}

func report(w io.Writer, rows []row, tools []tool) {
	languages := map[string]bool{}
	families := map[string]bool{}
	for _, r := range rows {
		languages[base(r.lang)] = true
		families[r.family] = true
	}
	for _, kind := range []string{"once", "recurring", "error"} {
		title := map[string]string{"once": "One-time phrases understood", "recurring": "Recurring phrases understood", "error": "Phrases to be refused, refused"}[kind]
		table(w, title, "language", slices.Sorted(maps.Keys(languages)), rows, tools, func(r row, lang string) bool {
			return r.kind == kind && base(r.lang) == lang
		}, score.share)
	}
	table(w, "Silently wrong: an answer that the phrase does not have", "language", slices.Sorted(maps.Keys(languages)), rows, tools,
		func(r row, lang string) bool { return base(r.lang) == lang }, func(s score) string {
			return fmt.Sprintf("%d/%d (%.1f %%)", s.silent, s.rows, 100*float64(s.silent)/float64(max(1, s.rows)))
		})
	table(w, "Silently wrong on traps", "language", slices.Sorted(maps.Keys(languages)), rows, tools[:1],
		func(r row, lang string) bool { return base(r.lang) == lang && strings.Contains(r.flags, "trap") },
		func(s score) string { return fmt.Sprintf("%d/%d", s.silent, s.rows) })
	table(w, "Time and message both right", "language", slices.Sorted(maps.Keys(languages)), rows, tools[:1],
		func(r row, lang string) bool { return base(r.lang) == lang }, func(s score) string {
			return fmt.Sprintf("%d/%d (%.1f %%)", s.messages, s.messageRows, 100*float64(s.messages)/float64(max(1, s.messageRows)))
		})
	table(w, "By family, all languages", "family", slices.Sorted(maps.Keys(families)), rows, tools,
		func(r row, family string) bool { return r.family == family }, score.share)
}

func table(w io.Writer, title, first string, keys []string, rows []row, tools []tool, keep func(row, string) bool, cell func(score) string) {
	fmt.Fprintf(w, "\n### %s\n\n| %s |", title, first)
	for _, t := range tools {
		fmt.Fprintf(w, " %s |", t.name)
	}
	fmt.Fprintf(w, "\n|---|%s\n", strings.Repeat("---|", len(tools)))
	for _, key := range keys {
		fmt.Fprintf(w, "| %s |", key)
		for _, t := range tools {
			fmt.Fprintf(w, " %s |", cell(measure(rows, t, func(r row) bool { return keep(r, key) })))
		}
		fmt.Fprintln(w)
	}
}

func listWrong(w io.Writer, rows []row, t tool) {
	fmt.Fprintln(w)
	for i, r := range rows {
		a := t.read(i, r)
		if right := r.right(a); !right || r.kind != "error" && a.message != r.message {
			fmt.Fprintf(w, "%s [%s] %q at %s\n  want %s %v total %s message %q\n  got  %s %v total %s message %q\n", r.lang, r.family, r.input,
				r.now.Format("Mon 2006-01-02T15:04"), r.kind, r.first, r.total, r.message, a.kind, a.first, a.total, a.message)
		}
	}
}
