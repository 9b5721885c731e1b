package nlp

import (
	"time"

	"carebell/schedule"
)

func (ps *Parser) describe(rule schedule.Rule, lex *lexicon, now time.Time) string { return "" }
