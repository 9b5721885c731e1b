package nlp

import (
	"regexp"
	"time"

	"carebell/schedule"

	"github.com/olebedev/when"
	"github.com/olebedev/when/rules"
	"github.com/olebedev/when/rules/br"
	"github.com/olebedev/when/rules/en"
	"github.com/olebedev/when/rules/nl"
	"github.com/olebedev/when/rules/ru"
)

// moment is our rule for the engine: the time phrase that the grammar found, with the target wall
// time already computed in its zone. It sets the offset from the reference and nothing else, so the
// engine's own field arithmetic (which knows no month ends and no daylight saving) has no say.
type moment struct {
	target time.Time
}

// Find gives the match that covers the whole phrase: the grammar has cut it out before.
func (m *moment) Find(phrase string) *rules.Match {
	return &rules.Match{Left: 0, Right: len(phrase), Text: phrase, Applier: m.apply}
}

func (m *moment) apply(_ *rules.Match, c *rules.Context, _ *rules.Options, ref time.Time) (bool, error) {
	c.Duration = m.target.Sub(ref)
	return true, nil
}

var engineOptions = &rules.Options{Distance: 5, MatchByOrder: true}

// throughEngine lets the rule engine bind the phrase to its time, and makes the rule of it.
func (rs *resolver) throughEngine(target time.Time) schedule.Rule {
	at := target
	engine := when.New(engineOptions)
	engine.Add(&moment{target})
	if res, err := engine.Parse(rs.p.text, rs.now); err == nil && res != nil {
		at = res.Time
	}
	return schedule.Once(at, rs.prof.Zone)
}

// digitOrTime is what a text must have before the stock rules are asked at all.
var digitOrTime = regexp.MustCompile(`\d|[\p{L}]{3}`)

// suggest asks the engine's stock rules for a reading of a text in which the grammar found no
// schedule. What they say is never a result, only an alternative beside the error.
func (ps *Parser) suggest(res *Result, text string, now time.Time, p Profile) {
	if len(text) > 200 || len(res.Spans) == 0 || !digitOrTime.MatchString(text) || len(res.Alternatives) > 0 {
		return
	}
	var stock []rules.Rule
	switch res.Language {
	case "en":
		stock = en.All
	case "ru":
		stock = ru.All
	case "pt":
		stock = br.All
	default:
		if primaryTag(p.Language) != "nl" {
			return
		}
		stock = nl.All
	}
	if at, ok := askStock(stock, text, now); ok && at.After(now) && at.Year() < 9999 {
		rule := schedule.Once(at, p.Zone)
		lex := ps.lexicons[ps.language(res.Language)]
		res.Alternatives = append(res.Alternatives, Reading{
			Kind: Once, Rule: rule, Message: res.Message, Why: "stock_rules", Echo: ps.describe(rule, lex, now),
		})
	}
}

func primaryTag(tag string) string {
	if len(tag) >= 2 {
		return tag[:2]
	}
	return tag
}

// askStock calls rules that are not ours, so a panic of theirs is only "nothing found".
func askStock(stock []rules.Rule, text string, now time.Time) (at time.Time, ok bool) {
	defer func() {
		if recover() != nil {
			at, ok = time.Time{}, false
		}
	}()
	engine := when.New(engineOptions)
	engine.Add(stock...)
	res, err := engine.Parse(text, now)
	if err != nil || res == nil {
		return time.Time{}, false
	}
	return res.Time, true
}
