package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCorpusIsCurrent: the corpus on disk is what the phrase books say.
func TestCorpusIsCurrent(t *testing.T) {
	books, err := filepath.Glob("phrases/*.txt")
	if err != nil || len(books) < 9 {
		t.Fatalf("found %d phrase books, want nine: %v", len(books), err)
	}
	for _, path := range books {
		lang := strings.TrimSuffix(filepath.Base(path), ".txt")
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := generate(lang, data)
		if err != nil {
			t.Fatalf("%s: %v", lang, err)
		}
		got, err := os.ReadFile("../testdata/corpus/generated-" + lang + ".tsv")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: the corpus is not what its phrase book says; run go run ./nlp/corpusgen", lang)
		}
		if n := bytes.Count(want, []byte("\n")) - 1; n < 300 {
			t.Errorf("%s: %d rows, want at least 300", lang, n)
		}
	}
}
