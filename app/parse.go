package app

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"carebell/nlp"
)

// ParseCommand is "carebell parse": it explains what a phrase means, in words or as JSON.
type ParseCommand struct {
	Lang  string `help:"Language of the phrase, BCP 47." default:"en"`
	TZ    string `name:"tz" help:"IANA zone of the person." default:"UTC"`
	Now   string `help:"The moment it is said, RFC 3339; the present one when left out."`
	JSON  bool   `name:"json" help:"Print one JSON object."`
	Batch bool   `help:"Read JSON lines {\"lang\",\"now\",\"tz\",\"input\"} and print one object a line."`

	Phrase []string `arg:"" optional:"" help:"The phrase."`
}

// maxLine is the longest line of a batch that is read, in bytes; a longer one is an error of its own.
const maxLine = 1 << 20

// instantForm is RFC 3339 with the offset always in figures.
const instantForm = "2006-01-02T15:04:05-07:00"

// Run reads the phrase, or a batch from stdin, and writes to stdout. now is the present moment for
// phrases that name none. The error is about reading, writing and the flags; a phrase that is not
// understood is an answer, not an error.
func (c *ParseCommand) Run(stdin io.Reader, stdout io.Writer, now func() time.Time) error {
	parser := nlp.New()
	if c.Batch {
		return runBatch(parser, stdin, stdout, now)
	}
	input := strings.Join(c.Phrase, " ")
	if input == "" {
		return fmt.Errorf("parse: expected a phrase, such as: carebell parse \"daily at 9:00 Take it\"")
	}
	req := parseRequest{Lang: c.Lang, Now: c.Now, TZ: c.TZ, Input: input}
	at, profile, err := req.read(now, zones{})
	if err != nil {
		return fmt.Errorf("parse: %w", err)
	}
	res := parser.Parse(input, at, profile)
	out := bufio.NewWriter(stdout)
	if c.JSON {
		b, err := json.Marshal(answerOf(parser, res, at))
		if err != nil {
			return fmt.Errorf("parse: write answer: %w", err)
		}
		_, _ = out.Write(b) // an error stays with the writer until Flush
		_ = out.WriteByte('\n')
	} else {
		explain(out, parser, input, res, at)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("parse: write answer: %w", err)
	}
	return nil
}

type parseRequest struct {
	Lang  string `json:"lang"`
	Now   string `json:"now"`
	TZ    string `json:"tz"`
	Input string `json:"input"`
}

// zones remembers the zones of a batch.
type zones map[string]*time.Location

func (z zones) load(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	if loc, ok := z[name]; ok {
		return loc, nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fmt.Errorf("tz: expected an IANA zone such as Europe/London, found %q", name)
	}
	z[name] = loc
	return loc, nil
}

func (r parseRequest) read(now func() time.Time, z zones) (time.Time, nlp.Profile, error) {
	loc, err := z.load(r.TZ)
	if err != nil {
		return time.Time{}, nlp.Profile{}, err
	}
	var at time.Time
	if r.Now == "" {
		at = now()
	} else if at, err = time.Parse(time.RFC3339, r.Now); err != nil {
		return time.Time{}, nlp.Profile{}, fmt.Errorf("now: expected RFC 3339 such as 2026-03-11T10:00:00Z, found %q", r.Now)
	}
	return at.In(loc), nlp.Profile{Language: r.Lang, Zone: loc}, nil
}

// parseAnswer is the contract of --json and --batch: every key is always there.
type parseAnswer struct {
	Kind         string        `json:"kind"`
	RRule        string        `json:"rrule"`
	Occurrences  []string      `json:"occurrences"`
	Total        any           `json:"total"`
	Message      string        `json:"message"`
	Assumptions  []string      `json:"assumptions"`
	Alternatives []alternative `json:"alternatives"`
	Error        string        `json:"error"`

	Language   string     `json:"language"`
	Ask        string     `json:"ask"`
	Echo       string     `json:"echo"`
	Confidence float64    `json:"confidence"`
	Spans      []spanJSON `json:"spans"`
}

type alternative struct {
	Kind        string   `json:"kind"`
	Occurrences []string `json:"occurrences"`
	Total       any      `json:"total"`
	Message     string   `json:"message"`
	Echo        string   `json:"echo"`
	Why         string   `json:"why"`
}

type spanJSON struct {
	Role  string `json:"role"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

func refusal(code, sentence string) parseAnswer {
	return parseAnswer{
		Kind: string(nlp.Failure), Occurrences: []string{}, Total: 0, Assumptions: []string{},
		Alternatives: []alternative{}, Error: code + ": " + sentence, Spans: []spanJSON{},
	}
}

func answerOf(parser *nlp.Parser, res nlp.Result, now time.Time) parseAnswer {
	a := refusal("", "")
	a.Error = ""
	a.Kind, a.Message, a.Language, a.Ask, a.Confidence = string(res.Kind), res.Message, res.Language, res.Ask, res.Confidence
	if res.Err != nil {
		a.Error = res.Err.Error()
	} else {
		a.Occurrences, a.Total = happens(res.Rule, now)
		a.Echo = parser.Describe(res.Rule, res.Language, now)
		if res.Kind == nlp.Recurring {
			a.RRule = res.Rule.String()
		}
	}
	for _, s := range res.Assumptions {
		a.Assumptions = append(a.Assumptions, s.String())
	}
	for _, r := range res.Alternatives {
		o, total := happens(r.Rule, now)
		a.Alternatives = append(a.Alternatives, alternative{
			Kind: string(r.Kind), Occurrences: o, Total: total, Message: r.Message, Echo: r.Echo, Why: r.Why,
		})
	}
	for _, s := range res.Spans {
		a.Spans = append(a.Spans, spanJSON{string(s.Role), s.Start, s.End})
	}
	return a
}

// runBatch answers line by line, in order. A line that cannot be read is answered with an error.
func runBatch(parser *nlp.Parser, stdin io.Reader, stdout io.Writer, now func() time.Time) error {
	in := bufio.NewReaderSize(stdin, 64<<10)
	out := bufio.NewWriterSize(stdout, 64<<10)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	known := zones{}
	for {
		line, long, err := readLine(in)
		if line = bytes.TrimSpace(line); len(line) > 0 || long {
			if err := enc.Encode(batchAnswer(parser, line, long, now, known)); err != nil {
				return fmt.Errorf("parse: write answer: %w", err)
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("parse: read batch: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("parse: write answers: %w", err)
	}
	return nil
}

// readLine reads up to the end of a line; of one that is too long it keeps nothing and says so.
func readLine(in *bufio.Reader) (line []byte, long bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			long, line = true, nil
		} else if !long {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, long, err
		}
	}
}

func batchAnswer(parser *nlp.Parser, line []byte, long bool, now func() time.Time, known zones) parseAnswer {
	if long {
		return refusal("bad_line", fmt.Sprintf("The line is longer than %d bytes.", maxLine))
	}
	var req parseRequest
	if err := json.Unmarshal(line, &req); err != nil {
		return refusal("bad_line", "Expected one JSON object with lang, now, tz and input.")
	}
	at, profile, err := req.read(now, known)
	if err != nil {
		return refusal("bad_line", err.Error())
	}
	return answerOf(parser, parser.Parse(req.Input, at, profile), at)
}
