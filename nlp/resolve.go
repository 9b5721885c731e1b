package nlp

import (
	"time"

	"carebell/schedule"
)

// resolver turns a reading into a rule: here now, the zone and the defaults come in.
type resolver struct {
	ps       *Parser
	p        *parse
	prof     Profile
	now      time.Time // in the zone of the text
	zone     *time.Location
	today    schedule.Date
	clock    schedule.Clock
	original string
	n        normal
	res      Result
}

func (rs *resolver) result() Result {
	p := rs.p
	rs.zone = rs.prof.Zone
	if p.r.zone != nil {
		rs.zone = p.r.zone
		rs.now = rs.now.In(rs.zone)
	}
	// Today is the person's own; a zone in the text is about the clock alone.
	rs.today, rs.clock = schedule.DateOf(rs.now.In(rs.prof.Zone)), schedule.ClockOf(rs.now)
	rs.res = Result{Language: p.lex.lang, Confidence: 1}
	rs.weakClocks()
	p.keepNouns()
	rs.secondClock()
	p.links()
	p.asked()
	p.edges()
	rs.res.Message, rs.res.Spans = p.message(rs.original, &rs.n, make([]Span, 0, 8))
	rs.res.Medical = p.medical()
	if p.r.asNeeded {
		return rs.fail("as_needed")
	}
	if p.r.fault != "" {
		at := Span{Start: rs.n.original(int(p.at(p.r.faultFrom).start)), End: rs.n.original(int(p.at(p.r.faultTo - 1).end))}
		rs.faultAlternatives()
		return rs.failAt(p.r.fault, at)
	}
	for _, d := range p.r.dates {
		if k := d.from - 1; d.kind == dWeekday && k >= 0 && p.taken[k] == roleNone && p.counts(k) {
			return rs.failAt("rule_unread", Span{Start: rs.n.original(int(p.at(k).start)), End: rs.n.original(int(p.at(k + 1).end))})
		}
	}
	if i, code := p.namedDay(); code != "" {
		return rs.failAt(code, Span{Start: rs.n.original(int(p.at(i).start)), End: rs.n.original(int(p.at(i).end))})
	}
	rs.implied()
	if i, left := p.leftRule(); left {
		return rs.failAt("rule_unread", Span{Start: rs.n.original(int(p.at(i).start)), End: rs.n.original(int(p.at(i + 1).end))})
	}
	var code string
	if p.r.rec.set {
		code = rs.recurring()
	} else {
		code = rs.once()
	}
	if code != "" {
		return rs.fail(code)
	}
	return rs.finish()
}

// fail keeps message, spans and alternatives, and drops what a result would have.
func (rs *resolver) fail(code string) Result { return rs.failAt(code, Span{}) }

func (rs *resolver) failAt(code string, span Span) Result {
	r := &rs.res
	r.Kind, r.Rule, r.Ask, r.Confidence, r.Assumptions = Failure, schedule.Rule{}, "", 0, nil
	r.Err = &Error{Code: code, Sentence: sentences[code], Span: span}
	rs.echoes()
	return *r
}

func (rs *resolver) finish() Result {
	r := &rs.res
	for i := range rs.p.toks {
		if t := &rs.p.toks[i]; t.typo && rs.p.taken[i] != roleNone {
			rs.assume("typo", rs.original[rs.n.original(int(t.start)):rs.n.original(int(t.end))])
			r.Confidence -= 0.1
		}
	}
	if _, ok := r.Rule.Next(rs.now); !ok {
		return rs.fail("past_time")
	}
	r.Confidence = max(0.1, r.Confidence-0.05*float64(len(r.Assumptions))-0.1*float64(len(r.Alternatives)))
	rs.echoes()
	return *r
}

func (rs *resolver) echoes() {
	r := &rs.res
	if len(r.Alternatives) > 3 {
		r.Alternatives = r.Alternatives[:3]
	}
	for i := range r.Alternatives {
		a := &r.Alternatives[i]
		a.Message = r.Message
		a.Kind = Recurring
		if a.Rule.IsOnce() {
			a.Kind = Once
		}
		a.Echo = rs.ps.describe(a.Rule, rs.p.lex, rs.now.In(rs.prof.Zone))
	}
}

func (rs *resolver) assume(code, value string) {
	rs.res.Assumptions = append(rs.res.Assumptions, Assumption{code, value})
}

func (rs *resolver) alternative(why string, rule schedule.Rule) {
	if rule.IsZero() {
		return
	}
	if _, ok := rule.Next(rs.now); !ok {
		return
	}
	rs.res.Alternatives = append(rs.res.Alternatives, Reading{Rule: rule, Why: why})
}

// weakClocks gives back to the message what only looks like a time when there is a surer one:
// "mix 1:10 tomorrow at 9:00".
func (rs *resolver) weakClocks() {
	p := rs.p
	strong, weak := 0, 0
	for _, c := range p.r.clocks {
		if c.weak {
			weak++
		} else {
			strong++
		}
	}
	if strong == 0 || weak == 0 {
		return
	}
	kept := p.r.clocks[:0]
	for _, c := range p.r.clocks {
		if !c.weak {
			kept = append(kept, c)
			continue
		}
		for i := c.from; i < c.to; i++ {
			p.taken[i] = roleNone
		}
	}
	p.r.clocks = kept
}

// secondClock refuses a text that has a time left beside the one that was read: "the 9:30 appointment
// is moved to 11:00".
func (rs *resolver) secondClock() {
	p := rs.p
	if len(p.r.clocks) == 0 {
		return
	}
	for i := range p.toks {
		if t := p.at(i); t.kind == tClock && p.taken[i] == roleNone && (p.is(i-1, cTo) || p.is(i-1, cAt)) && p.taken[i-1] == roleNone && !p.ratio(i) {
			p.fail("contradiction", i, i+1)
			return
		}
	}
}

// implied adds the recurrence that a bound or a list speaks of without naming it.
func (rs *resolver) implied() {
	r := &rs.p.r
	if r.rec.set || r.hasOffset {
		return
	}
	bounded := r.forN > 0 && r.forUnit >= day || r.count > 0 || r.until != nil || r.start != nil || !r.exceptDays.empty()
	switch {
	case len(r.dates) > 1 && allDaysOfMonth(r.dates):
		r.rec.set, r.rec.unit, r.rec.n = true, month, 1
		rs.assume("recurrence", "monthly")
	case bounded && len(r.dates) == 0 && (len(r.clocks) > 0 || r.until != nil && r.start != nil || r.startClock != nil || r.untilClock != nil || !r.exceptDays.empty() && !rs.p.lex.unspaced):
		r.rec.set, r.rec.unit, r.rec.n = true, day, 1
		rs.assume("recurrence", "daily")
	case !bounded && rs.p.partsRead(): // "morning and evening take the blood pressure"
		r.rec.set, r.rec.unit, r.rec.n = true, day, 1
		rs.assume("recurrence", "daily")
	case bounded && len(r.dates) > 0 && allWeekdays(r.dates):
		r.rec.set, r.rec.unit, r.rec.n = true, week, 1
		rs.assume("recurrence", "weekly")
	case bounded && len(r.dates) == 1 && r.start == nil && (len(r.clocks) > 0 || r.dates[0].kind == dRelative):
		d := r.dates[0]
		r.start, r.dates = &d, nil
		r.rec.set, r.rec.unit, r.rec.n = true, day, 1
		rs.assume("recurrence", "daily")
	}
}

func allDaysOfMonth(ds []datum) bool {
	for _, d := range ds {
		if d.kind != dDayOfMonth || d.which != anyOf || d.weekday != 0 {
			return false
		}
	}
	return true
}

func allWeekdays(ds []datum) bool {
	for _, d := range ds {
		if d.kind != dWeekday {
			return false
		}
	}
	return true
}

// mine puts a rule that was said in another zone into the user's own.
func (rs *resolver) at(date schedule.Date, clock schedule.Clock) (time.Time, bool) {
	at, shifted := date.At(clock).In(rs.zone)
	return at, shifted
}

func (rs *resolver) onceAt(date schedule.Date, clock schedule.Clock) schedule.Rule {
	at, _ := rs.at(date, clock)
	return schedule.Once(at, rs.prof.Zone)
}
