package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"
)

// row is one phrase and what it means.
type row struct {
	lang, input, kind, message, total, family, flags string
	now                                              time.Time
	zone                                             *time.Location
	first                                            []string // up to three occurrences, RFC 3339
	also                                             []reading
}

// reading is another meaning that is accepted.
type reading struct {
	first []string
	total string
}

// answer is what a tool made of a row.
type answer struct {
	kind    string // once, recurring, error
	first   []string
	total   string
	message string
	// knows what the tool can tell at all; a total or a message that it cannot is not judged.
	knowsTotal, knowsMessage bool
}

// tool reads a phrase.
type tool struct {
	name string
	read func(i int, r row) answer
}

func readRows(path string) ([]row, error) {
	f, err := os.Open(path) // #nosec G304 -- the files that the command names
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var rows []row
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if n == 1 || lines.Text() == "" {
			continue
		}
		c := strings.Split(lines.Text(), "\t")
		if len(c) < 10 {
			return nil, fmt.Errorf("%s:%d: %d columns, expected at least 10", path, n, len(c))
		}
		r := row{lang: c[0], input: c[3], kind: c[4], message: c[6], total: c[7], family: c[8], flags: c[9]}
		if r.now, err = time.Parse(time.RFC3339, c[1]); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		if r.zone, err = time.LoadLocation(c[2]); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		if c[5] != "" {
			r.first = strings.Split(c[5], "|")
		}
		if len(c) > 10 && c[10] != "" {
			for _, alternative := range strings.Split(c[10], ";") {
				first, total, _ := strings.Cut(alternative, "#")
				r.also = append(r.also, reading{strings.Split(first, "|"), total})
			}
		}
		rows = append(rows, r)
	}
	return rows, lines.Err()
}

// right reports whether an answer is one that the row accepts, its message aside.
func (r row) right(a answer) bool {
	if r.kind == "error" {
		return a.kind == "error"
	}
	if a.kind == "error" {
		return false
	}
	for _, m := range append([]reading{{r.first, r.total}}, r.also...) {
		if same(m.first, a.first) && (!a.knowsTotal || m.total == "" || m.total == a.total) {
			return true
		}
	}
	return false
}

// same compares instants: the same moment may be written with another offset.
func same(want, got []string) bool {
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		w, errW := time.Parse(time.RFC3339, want[i])
		g, errG := time.Parse(time.RFC3339, got[i])
		if errW != nil || errG != nil || !w.Equal(g) {
			return false
		}
	}
	return true
}
