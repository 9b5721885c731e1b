// Command corpusgen writes the visible corpus, nlp/testdata/corpus/generated-*.tsv, from the phrase
// books under phrases/. What a phrase means stands beside it as a small specification; when that is
// on the calendar is found by looking at every day in turn with package time alone. The parser and
// package schedule are never asked, so that the corpus can judge both.
//
//	go run ./nlp/corpusgen          (from the root of the module)
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	books, err := filepath.Glob("nlp/corpusgen/phrases/*.txt")
	if err != nil || len(books) == 0 {
		fmt.Fprintln(os.Stderr, "corpusgen: run it from the root of the module")
		os.Exit(1)
	}
	for _, path := range books {
		lang := strings.TrimSuffix(filepath.Base(path), ".txt")
		data, err := os.ReadFile(path) // #nosec G304 -- a phrase book of this repository
		if err == nil {
			var out []byte
			if out, err = generate(lang, data); err == nil {
				err = os.WriteFile("nlp/testdata/corpus/generated-"+lang+".tsv", out, 0o644) // #nosec G306 G703 -- as public as the rest of the repository
			}
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "corpusgen: %s: %v\n", path, err)
			os.Exit(1)
		}
	}
}

// book is one language's phrases.
type book struct {
	tag      string
	zone     string
	messages []string
	frames   []string // with {t} for the time phrase and {m} for the message
	entries  []entry
}

type entry struct {
	line    int
	family  string
	spec    string
	phrases []string
}

// moments are when phrases are said, as the walls show it in the language's zone: an ordinary
// Wednesday, the end of a year, the day before a leap day.
var moments = []string{"2026-03-11T10:00:00", "2026-12-30T16:45:00", "2028-02-28T08:15:00"}

const header = "lang\tnow\ttz\tinput\tkind\tfirst3\tmessage\ttotal\tfamily\tflags\talternatives\n"

func generate(lang string, data []byte) ([]byte, error) {
	b, err := readBook(lang, data)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString(header)
	n := 0
	seen := map[string]bool{}
	for _, e := range b.entries {
		for _, phrase := range e.phrases {
			for k := range moments {
				// Every phrase once bare at the ordinary moment; at the others with a message, in turn.
				input, message := phrase, ""
				if e.family == "error" || e.family == "trap" || strings.Contains(phrase, "{=") {
					if k > 0 && e.family != "trap" {
						continue
					}
				} else if k > 0 {
					message = b.messages[n%len(b.messages)]
					frame := b.frames[n%len(b.frames)]
					input = strings.NewReplacer("{t}", phrase, "{m}", message).Replace(frame)
					n++
				}
				input, message = inline(input, message)
				row, err := b.row(e, moments[k], input, message)
				if err != nil {
					return nil, fmt.Errorf("line %d: %w", e.line, err)
				}
				if row != "" && !seen[row] {
					seen[row] = true
					out.WriteString(row)
				}
			}
		}
	}
	return out.Bytes(), nil
}

// inline takes a message that stands inside a phrase, {=like this}.
func inline(input, message string) (string, string) {
	i := strings.Index(input, "{=")
	if i < 0 {
		return input, message
	}
	j := strings.Index(input[i:], "}") + i
	inner := input[i+2 : j]
	rest, more := inline(input[j+1:], "")
	if more != "" {
		more = " " + more
	}
	return input[:i] + inner + rest, inner + more
}

func readBook(lang string, data []byte) (*book, error) {
	b := &book{tag: lang, zone: "Europe/London"}
	lines := bufio.NewScanner(bytes.NewReader(data))
	family := ""
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if name, ok := strings.CutPrefix(line, "["); ok {
			family = strings.TrimSuffix(name, "]")
			continue
		}
		if key, rest, ok := strings.Cut(line, ": "); ok && family == "" {
			switch key {
			case "tag":
				b.tag = rest
			case "zone":
				b.zone = rest
			case "message":
				b.messages = append(b.messages, rest)
			case "frame":
				b.frames = append(b.frames, rest)
			default:
				return nil, fmt.Errorf("line %d: unknown key %q", n, key)
			}
			continue
		}
		spec, phrases, ok := strings.Cut(line, " => ")
		if !ok {
			return nil, fmt.Errorf("line %d: expected specification => phrase | phrase", n)
		}
		e := entry{line: n, family: family, spec: strings.TrimSpace(spec)}
		for phrase := range strings.SplitSeq(phrases, " | ") {
			e.phrases = append(e.phrases, strings.TrimSpace(phrase))
		}
		b.entries = append(b.entries, e)
	}
	if len(b.messages) == 0 || len(b.frames) == 0 {
		return nil, fmt.Errorf("expected at least one message and one frame")
	}
	return b, lines.Err()
}
