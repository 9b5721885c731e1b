package nlp

import (
	"unicode"
	"unicode/utf8"
)

// shortDaySenses are what a short weekday becomes once it is sure.
var shortDaySenses = [8][]sense{
	1: {{cWeekday, 1}}, 2: {{cWeekday, 2}}, 3: {{cWeekday, 3}}, 4: {{cWeekday, 4}},
	5: {{cWeekday, 5}}, 6: {{cWeekday, 6}}, 7: {{cWeekday, 7}},
}

// shortDays decides for each short weekday ("sat", "mer", "so") whether it is one or the ordinary
// word that it also spells. It is one in a list or range of days, beside a figure or a part of the
// day, and behind words such as "every" and "on".
func (p *parse) shortDays(original string, n *normal) {
	for i := range p.toks {
		v, is := p.toks[i].value(cShortDay)
		if !is {
			continue
		}
		if p.sureDay(i, original, n) {
			p.toks[i].senses = shortDaySenses[v]
			continue
		}
		p.toks[i].forget(cShortDay)
	}
}

func (p *parse) sureDay(i int, original string, n *normal) bool {
	day := func(k int) bool { return p.is(k, cShortDay) || p.is(k, cWeekday) }
	link := func(k int) bool {
		return p.punct(k, '-') || p.punct(k, ',') || p.punct(k, '/') || p.punct(k, '&') || p.punct(k, '+') || p.is(k, cAnd) || p.is(k, cTo)
	}
	prev := p.at(i - 1)
	switch {
	case link(i+1) && (day(i+2) || link(i+2) && day(i+3)), link(i-1) && (day(i-2) || link(i-2) && day(i-3)):
		return true
	case day(i + 1), day(i - 1):
		return true
	case prev.has(cEvery), prev.has(cNext), prev.has(cComing), prev.has(cExcept), prev.has(cUntil), prev.has(cOrdinal), prev.has(cOther):
		return true
	case p.opens(i) && p.closes(i+1):
		return true
	}
	if p.lex.postpositions {
		return p.sureDayBefore(i)
	}
	if p.lex.capitalDays {
		r, _ := utf8.DecodeRuneInString(original[n.original(int(p.at(i).start)):])
		if !unicode.IsUpper(r) && !p.opens(i) {
			return false
		}
	}
	if prev.has(cThis) || prev.has(cOn) || prev.has(cStart) {
		return !p.at(i+1).plain() || p.closes(i+1)
	}
	if p.closes(i+1) && prev.plain() {
		return true // "call bob sat"
	}
	k := i + 1
	if p.punct(k, '.') && p.at(k).glued {
		k++
	}
	k = p.comma(k)
	at := p.skip(k, cAt, cThe, cOn)
	next := p.at(at)
	switch {
	case next.kind == tClock, next.kind == tSlash && next.n <= 31, next.kind == tISO, next.kind == tDash, next.kind == tNumber && next.digits <= 2 && !p.is(at+1, cDose), next.kind == tDot && at > k:
		return true
	case at > k && (next.has(cNumber) || next.has(cMinutes)), next.has(cDaypart), next.has(cDayparts), next.has(cCompoundPart):
		return true
	}
	return p.at(k).kind == tWord && (p.at(k).has(cMonth) || p.at(k).has(cNext))
}

// sureDayBefore decides where the words that make a day sure stand behind it: "मंगल को", "शुक्र तक",
// "सोम 9 बजे"; "मंगल ग्रह" is a planet, and "गुरु को फोन" a call.
func (p *parse) sureDayBefore(i int) bool {
	prev, next := p.at(i-1), p.at(i+1)
	if u, is := prev.value(cUnit); is && u == week || prev.has(cThis) {
		return true // "अगले हफ्ते मंगल"
	}
	switch {
	case next.has(cExceptAfter), next.has(cUntilAfter), next.has(cEvery), next.has(cDaypart), next.has(cAt), next.has(cNext), next.has(cMonth):
		return true
	case next.kind == tClock, next.kind == tNumber && p.is(i+2, cOClock), next.has(cMinutes), next.has(cNumber) && p.is(i+2, cOClock):
		return true
	case next.has(cStartAfter):
		at := p.at(i + 2)
		return at.has(cEvery) || at.has(cAdverb) || at.kind == tClock || at.kind == tNumber || p.closes(i+2)
	}
	return next.has(cOn) && next.has(cLink) || next.has(cOn) && !next.has(cOf)
}
