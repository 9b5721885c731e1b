package nlp_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"carebell/nlp"

	"github.com/olebedev/when"
)

func allRows(b *testing.B) (rows []row) {
	files, err := os.ReadDir("testdata/corpus")
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range files {
		rows = append(rows, readCorpus(b, "testdata/corpus/"+f.Name())...)
	}
	return rows
}

// BenchmarkParse reads the whole corpus and reports the median and the 99th percentile of a parse.
func BenchmarkParse(b *testing.B) {
	parser := nlp.New()
	rows := allRows(b)
	b.ReportAllocs()
	times := make([]time.Duration, 0, len(rows))
	i := 0
	for b.Loop() {
		r := &rows[i%len(rows)]
		start := time.Now()
		parser.Parse(r.input, r.now, r.profile())
		if len(times) < 1<<20 {
			times = append(times, time.Since(start))
		}
		i++
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(times[len(times)*99/100].Nanoseconds()), "p99-ns")
}

// BenchmarkWhen is the rule engine with its own English rules on the English rows.
func BenchmarkWhen(b *testing.B) {
	var rows []row
	for _, r := range allRows(b) {
		if strings.HasPrefix(r.lang, "en") {
			rows = append(rows, r)
		}
	}
	i := 0
	for b.Loop() {
		r := &rows[i%len(rows)]
		_, _ = when.EN.Parse(r.input, r.now)
		i++
	}
}

// BenchmarkParseLong reads a letter of 4 kB with one time in it.
func BenchmarkParseLong(b *testing.B) {
	parser := nlp.New()
	text := strings.Repeat("Take the blue pills with a glass of water and rest for a while. ", 62) + "Tomorrow at 9:00."
	now := time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if parser.Parse(text, now, nlp.Profile{Language: "en"}).Err != nil {
			b.Fatal("not understood")
		}
	}
}
