package nlp_test

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"carebell/nlp"
)

// row is one line of a corpus: a phrase said at a moment in a zone, and what it means.
type row struct {
	line                       int
	lang, input, kind, message string
	total, family, flags       string
	now                        time.Time
	zone                       *time.Location
	first                      []string
	alternatives               []string
}

func readCorpus(tb testing.TB, path string) []row {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatalf("open corpus: %v", err)
	}
	defer f.Close()
	var rows []row
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		c := strings.Split(lines.Text(), "\t")
		if n == 1 || lines.Text() == "" {
			continue
		}
		for len(c) < 11 {
			c = append(c, "")
		}
		r := row{line: n, lang: c[0], input: c[3], kind: c[4], message: c[6], total: c[7], family: c[8], flags: c[9]}
		if r.now, err = time.Parse(time.RFC3339, c[1]); err != nil {
			tb.Fatalf("%s line %d: %v", path, n, err)
		}
		if r.zone, err = time.LoadLocation(c[2]); err != nil {
			tb.Fatalf("%s line %d: %v", path, n, err)
		}
		if c[5] != "" {
			r.first = strings.Split(c[5], "|")
		}
		if c[10] != "" {
			r.alternatives = strings.Split(c[10], " ")
		}
		rows = append(rows, r)
	}
	if err := lines.Err(); err != nil {
		tb.Fatalf("read corpus: %v", err)
	}
	return rows
}

// answer is what a result says in the corpus's terms.
func answer(res nlp.Result, now time.Time) (kind string, first []string, total string) {
	kind = string(res.Kind)
	if res.Kind == nlp.Failure {
		return kind, nil, "0"
	}
	for _, o := range res.Rule.Upcoming(now, 3) {
		first = append(first, o.At.Format("2006-01-02T15:04:05-07:00"))
	}
	n, infinite := res.Rule.Total(now)
	total = strconv.Itoa(n)
	if infinite {
		total = "inf"
	}
	return kind, first, total
}

// judge compares a result with a row; "" means right.
func (r row) judge(res nlp.Result) string {
	kind, first, total := answer(res, r.now)
	accepted := func() bool {
		if kind == r.kind && slices.Equal(first, r.first) && total == r.total {
			return true
		}
		return slices.Contains(r.alternatives, strings.Join(first, "|")+"#"+total)
	}
	switch {
	case r.kind == "error" && kind != "error":
		return fmt.Sprintf("read as %s %v", kind, first)
	case r.kind != "error" && kind == "error":
		return "refused: " + res.Err.Error()
	case !accepted():
		return fmt.Sprintf("got %s %v total %s, want %s %v total %s", kind, first, total, r.kind, r.first, r.total)
	case r.kind != "error" && res.Message != r.message:
		return fmt.Sprintf("message %q, want %q", res.Message, r.message)
	}
	return ""
}

func (r row) profile() nlp.Profile { return nlp.Profile{Language: r.lang, Zone: r.zone} }

// TestCorpus holds the parser to every row of the visible corpora.
func TestCorpus(t *testing.T) {
	parser := nlp.New()
	files, err := os.ReadDir("testdata/corpus")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		t.Run(f.Name(), func(t *testing.T) {
			good, all := map[string]int{}, map[string]int{}
			for _, r := range readCorpus(t, "testdata/corpus/"+f.Name()) {
				lang := strings.SplitN(r.lang, "-", 2)[0]
				all[lang]++
				if wrong := r.judge(parser.Parse(r.input, r.now, r.profile())); wrong != "" {
					t.Errorf("line %d %s %s %q: %s", r.line, r.lang, r.family, r.input, wrong)
					continue
				}
				good[lang]++
			}
			t.Logf("right %v of %v", good, all)
		})
	}
}
