package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"carebell/nlp"

	"github.com/olebedev/when"
	"github.com/olebedev/when/rules"
	"github.com/olebedev/when/rules/br"
	"github.com/olebedev/when/rules/common"
	"github.com/olebedev/when/rules/en"
	"github.com/olebedev/when/rules/ru"
)

func carebell() tool {
	parser := nlp.New()
	return tool{name: "carebell", read: func(_ int, r row) answer {
		result := parser.Parse(r.input, r.now, nlp.Profile{Language: r.lang, Zone: r.zone})
		a := answer{kind: string(result.Kind), message: result.Message, total: "0", knowsTotal: true, knowsMessage: true}
		if result.Kind == nlp.Failure {
			return a
		}
		for _, o := range result.Rule.Upcoming(r.now, 3) {
			a.first = append(a.first, o.At.Format(time.RFC3339))
		}
		if n, endless := result.Rule.Total(r.now); endless {
			a.total = "inf"
		} else {
			a.total = strconv.Itoa(n)
		}
		return a
	}}
}

// whenPeer is olebedev/when with its stock rules of the phrase's language. Its Chinese rules panic.
func whenPeer() tool {
	byLanguage := map[string]*when.Parser{}
	for lang, all := range map[string][]rules.Rule{"en": en.All, "ru": ru.All, "pt": br.All} {
		w := when.New(nil)
		w.Add(all...)
		w.Add(common.All...)
		byLanguage[lang] = w
	}
	return tool{name: "when", read: func(_ int, r row) (a answer) {
		a.kind = "error"
		w := byLanguage[base(r.lang)]
		if w == nil {
			return a
		}
		defer func() {
			if recover() != nil {
				a = answer{kind: "error"}
			}
		}()
		found, err := w.Parse(r.input, r.now.In(r.zone))
		if err != nil || found == nil {
			return a
		}
		return answer{kind: "once", first: []string{found.Time.Format(time.RFC3339)}}
	}}
}

type nodeAnswer struct {
	Chrono      *string  `json:"chrono"`
	ChronoClock bool     `json:"chronoClock"`
	RRule       []string `json:"rrule"`
}

// nodePeers installs the npm peers and lets them read every row.
func nodePeers(rows []row) ([]tool, error) {
	if _, err := os.Stat("peers/node_modules"); err != nil {
		install := exec.Command("npm", "install", "--silent")
		install.Dir = "peers"
		if out, err := install.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("npm install: %w: %s", err, bytes.TrimSpace(out))
		}
	}
	var in bytes.Buffer
	for _, r := range rows {
		if err := json.NewEncoder(&in).Encode(map[string]string{"lang": r.lang, "now": r.now.Format(time.RFC3339), "tz": r.zone.String(), "input": r.input}); err != nil {
			return nil, err
		}
	}
	read := exec.Command("node", "read.mjs")
	read.Dir, read.Stdin, read.Stderr = "peers", &in, os.Stderr
	out, err := read.Output()
	if err != nil {
		return nil, fmt.Errorf("node: %w", err)
	}
	var answers []nodeAnswer
	for line := range strings.Lines(string(out)) {
		var a nodeAnswer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			return nil, err
		}
		answers = append(answers, a)
	}
	if len(answers) != len(rows) {
		return nil, fmt.Errorf("%d answers to %d phrases", len(answers), len(rows))
	}
	return []tool{
		{name: "chrono-node", read: func(i int, r row) answer { return chronoAnswer(answers[i], r) }},
		{name: "rrule.js", read: func(i int, r row) answer { return rruleAnswer(answers[i], r) }},
	}, nil
}

// chronoAnswer gives a date without a clock the nine o'clock that it means here: the peer should not
// lose for a default that it cannot know.
func chronoAnswer(n nodeAnswer, r row) answer {
	if n.Chrono == nil {
		return answer{kind: "error"}
	}
	wall := *n.Chrono
	if !n.ChronoClock {
		wall = wall[:11] + "09:00:00"
	}
	return answer{kind: "once", first: local(r, wall)}
}

func rruleAnswer(n nodeAnswer, r row) answer {
	if len(n.RRule) == 0 {
		return answer{kind: "error"}
	}
	return answer{kind: "recurring", first: local(r, n.RRule...)}
}

// local are wall clock times as instants in the row's zone.
func local(r row, walls ...string) []string {
	var out []string
	for _, w := range walls {
		if at, err := time.ParseInLocation("2006-01-02T15:04:05", w, r.zone); err == nil {
			out = append(out, at.Format(time.RFC3339))
		}
	}
	return out
}

func base(lang string) string {
	b, _, _ := strings.Cut(lang, "-")
	return b
}
