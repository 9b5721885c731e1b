package nlp

import (
	"unicode"
	"unicode/utf8"
)

// names gives days to the message that are part of a name: a street ("calle 5 de Mayo"), a place
// ("星期五餐厅"), somebody or something ("Plácido Domingo", "the Sunday Times"). Where a name is only
// likely and no other day is said, the text is refused: to guess would be silently wrong.
func (p *parse) names(original string, n *normal) {
	upper := func(k int) bool {
		if k < 0 || k >= len(p.toks) {
			return false
		}
		r, _ := utf8.DecodeRuneInString(original[n.original(int(p.at(k).start)):])
		return unicode.IsUpper(r)
	}
	if p.lex.unspaced {
		p.persons()
		p.verbs()
	}
	for i := range p.toks {
		if v, is := p.at(i).value(cAddress); is && v == 1 {
			p.street(i)
			p.streetBehind(i)
		} else if is {
			p.streetBehind(i)
		}
	}
	for i := range p.toks {
		t := p.at(i)
		if v, _ := t.value(cAddress); v == 1 {
			continue
		}
		if being, is := t.value(cBeing); is {
			if being == 1 {
				p.called(i)
			}
			if being < 2 {
				p.subject(i)
			}
			p.toks[i].forget(cBeing)
			continue
		}
		if p.toldOf(i) && p.onlyDay(i) {
			p.fail("name_or_day", i, i+1)
			t.senses = nil
			continue
		}
		if p.lex.unspaced {
			p.namedPlace(i)
			continue
		}
		if titled := t.has(cAdverb) && p.lex.lowerDays || t.has(cRelativeDay) && p.at(i-1).has(cPlace); titled && upper(i) && p.bareWord(i) && !p.opens(i) && p.at(i-1).kind == tWord &&
			(p.at(i-1).plain() || p.at(i-1).has(cPlace)) {
			if p.onlyDay(i) {
				p.fail("name_or_day", i, i+1) // "regarder Quotidien", "Bar Mañana"
			}
			t.senses = nil
			continue
		}
		if prev, next := p.at(i-1), p.at(i+1); t.has(cOrdinal) && t.has(cWeekday) && prev.has(cThe) && !prev.has(cOn) && next.kind == tWord && next.plain() {
			if p.onlyDay(i) {
				p.fail("name_or_day", i, i+1) // "a quarta consulta às 9h"
			}
			t.senses = nil
			continue
		}
		if !t.has(cWeekday) && !t.has(cWeekdays) || t.typo || !p.bareWord(i) || p.opens(i) {
			continue
		}
		var likely bool
		prev, next := p.at(i-1), p.at(i+1)
		capital := next.kind == tWord && next.plain() && upper(i+1)
		switch {
		case prev.has(cPlace):
			likely = !p.lex.lowerDays || upper(i)
		case p.lex.partAttributes: // "read the Sunday Times", "watch Wednesday Addams"
			likely = capital && !p.timesBeside(i) && (prev.has(cThe) && !p.is(i-2, cOn) || prev.plain() && prev.kind == tWord && !upper(i-1))
		case p.lex.compounds: // "Robinson und Freitag lesen"
			likely = prev.has(cAnd) && p.at(i-2).plain() && upper(i-2) && next.plain()
		case p.lex.lowerDays && upper(i):
			plain := prev.kind == tWord && (prev.plain() || prev.has(cAnd) && p.at(i-2).plain() && upper(i-2))
			likely = prev.has(cTo) && !prev.has(cUntil) && !prev.has(cThe) && p.at(i-2).plain() ||
				plain && (upper(i-1) && i > 1 || next.kind == tWord && next.plain() && !p.timesBeside(i)) ||
				prev.has(cForAfter) && p.at(i-2).plain()
			likely = likely || prev.has(cAnd) && p.at(i-2).plain() && upper(i-2) && p.closes(i+1)
			likely = likely || (prev.has(cFor) || prev.has(cLink)) && p.at(i-2).plain() && !p.opens(i-1)
			likely = likely || prev.has(cTitle) && !p.timesBeside(i)                                           // "le docteur Samedi"
			likely = likely || prev.plain() && upper(i-1) && next.has(cAnd) && upper(i+2) && !p.timesBeside(i) // "Juan Domingo y Abril"
		}
		switch {
		case !likely:
		case p.onlyDay(i):
			p.fail("name_or_day", i, i+1)
			p.toks[i].senses = nil
		default:
			p.toks[i].senses = nil
		}
	}
	for i := range p.toks {
		t := &p.toks[i]
		if v, street := t.value(cAddress); len(t.senses) == 1 && (street && v == 1 || t.has(cPlace)) {
			t.senses = nil // for all the rest an ordinary word
		}
	}
}

// timesBeside reports whether a time of day stands right behind the word at i.
func (p *parse) timesBeside(i int) bool {
	k := p.skip(p.comma(i+1), cAt, cThe)
	t := p.at(k)
	return t.kind == tClock || t.kind == tNumber || t.has(cDaypart) || k > i+1 && t.has(cNumber)
}

// toldOf reports whether something is told of whoever has the weekday at i for a name, and no time of
// day makes it an errand: "Friday is my dog", "Doctor Friday likes tea".
func (p *parse) toldOf(i int) bool {
	t, next := p.at(i), p.at(i+1)
	if !t.has(cWeekday) && !t.has(cWeekdays) || t.typo || next.kind != tWord {
		return false
	}
	for k := range p.toks {
		if c := p.at(k); c.kind == tClock || c.kind == tNumber || c.has(cDaypart) || c.has(cOClock) {
			return false
		}
	}
	if v, is := next.value(cBeing); is && v == 2 {
		return true
	}
	begins := p.opens(i-1) || p.is(i-2, cThe) && p.opens(i-2)
	return i > 0 && p.is(i-1, cTitle) && begins && next.plain()
}

// called takes the day, month or part of the day behind a verb that gives a name: "is called Sunday".
func (p *parse) called(i int) {
	k := p.skip(i+1, cThe)
	t := p.at(k)
	if !t.has(cWeekday) && !t.has(cWeekdays) && !t.has(cMonth) && !t.has(cShortDay) && !t.has(cDaypart) || p.lex.unspaced && !p.closes(k+1) {
		return
	}
	if p.onlyDay(k) {
		p.fail("name_or_day", k, k+1)
	}
	p.toks[k].senses = nil
}

// subject takes the day or month that is the name of whoever the verb at i is about: "Domingo Robles
// vive en ...", "April lives with us".
func (p *parse) subject(i int) {
	for k := i - 1; k >= max(0, i-3); k-- {
		t := p.at(k)
		if t.plain() && t.kind == tWord {
			continue
		}
		if !t.has(cWeekday) && !t.has(cWeekdays) && !t.has(cMonth) && !t.has(cShortDay) || !p.bareWord(k) {
			return
		}
		if !p.opens(k) && !p.at(k-1).plain() && !p.is(k-1, cThe) && !p.is(k-1, cTitle) && !p.is(k-1, cAnd) {
			return
		}
		if p.onlyDay(k) {
			p.fail("name_or_day", k, k+1)
		}
		p.toks[k].senses = nil
		return
	}
}

// street takes the day that a street is named after: "улица 8 Марта", "Straße des 17. Juni".
func (p *parse) street(i int) {
	k := p.skip(i+1, cOf, cThe, cOn)
	d, e, ok := p.dayNumber(k)
	if m := p.skip(e, cOf, cThe); !ok || d < 1 || d > 31 || !p.is(m, cMonth) {
		return
	} else {
		e = m + 1
	}
	if t := p.at(p.skip(e, cOf)); t.kind == tNumber && t.digits == 4 && t.n > 1500 {
		e = p.skip(e, cOf) + 1
	}
	for ; k < e; k++ {
		t := &p.toks[k]
		t.senses = nil
		if t.kind == tNumber {
			t.kind, t.parts = tDecimal, 9
		}
	}
}

// streetBehind takes the day before the word for the street: "4th of July Street", "15 अगस्त रोड".
func (p *parse) streetBehind(i int) {
	k := i - 1
	if p.punct(k, '-') {
		k--
	}
	if !p.is(k, cMonth) {
		return
	}
	e := k + 1
	for k--; k >= 0 && k > i-7 && p.at(k).kind != tNumber; k-- {
		if t := p.at(k); t.kind != tPunct && !t.has(cOf) && !t.has(cOrdinalSuffix) && !t.has(cThe) {
			return
		}
	}
	if k < 0 || p.at(k).kind != tNumber || p.at(k).digits > 2 {
		return
	}
	p.toks[k].kind, p.toks[k].parts = tDecimal, 9
	for ; k < e; k++ {
		p.toks[k].senses = nil
	}
}

// namedPlace takes the weekday that a place is named after, written onto it: "明天去星期五餐厅".
func (p *parse) namedPlace(i int) {
	u, unit := p.at(i).value(cUnit)
	if !p.is(i, cWeekday) && !(unit && u == weekend) || !p.is(i+1, cPlace) || !p.at(i+1).glued {
		return
	}
	goes := i > 0 && p.at(i).glued && (p.at(i-1).plain() || p.is(i-1, cLink) || p.is(i-1, cOn) && !p.opens(i-1))
	if goes || !p.onlyDay(i) {
		p.toks[i].senses = nil
	}
}

// persons takes the weekday that begins somebody's name where the title stands behind it: "打给周一鸣医生".
// In "周一看医生" a verb stands between.
func (p *parse) persons() {
	title := func(k, v int) bool { n, is := p.at(k).value(cTitle); return is && n == v }
	for i := 1; i < len(p.toks); i++ {
		if !p.is(i, cWeekday) || !p.at(i).glued || p.opens(i) {
			continue
		}
		e := i + 1
		for e < i+3 && p.at(e).glued && (p.at(e).plain() || p.at(e).kind == tNumber && !p.is(e+1, cOClock)) {
			e++
		}
		sought := title(i-1, titleSeek) || title(i-1, 0)
		if e > i+1 && title(e, titleBehind) && p.at(e).glued && (sought || p.at(i-1).plain() && !p.onlyDay(i)) {
			for k := i; k < e; k++ {
				p.toks[k].senses = nil
				p.toks[k].kind = tWord
			}
		}
	}
	for i := range p.toks {
		if title(i, titleBehind) || title(i, titleSeek) {
			p.toks[i].forget(cTitle)
		}
	}
}

// verbs leaves to the message a verb that can say how long ("吃7天") where no stretch of time follows
// it: "每隔6小时吃一次药".
func (p *parse) verbs() {
	for i := range p.toks {
		if v, is := p.at(i).value(cFor); is && v == 1 {
			if _, _, ok := p.duration(i+1, false); !ok {
				p.toks[i].forget(cFor)
			}
		}
	}
}

// The values of a title that stands behind the name, and of a verb whose object may be somebody.
const (
	titleBehind = 2
	titleSeek   = 3
)

// namedDay gives the token of a feast such as "Good Friday", which is on no calendar here, or of a
// name such as "Monday Night Football", which may say the day too, where a text names no other day.
func (p *parse) namedDay() (at int, code string) {
	if len(p.r.dates) > 0 || p.r.rec.set || p.r.hasOffset {
		return 0, ""
	}
	for i := range p.toks {
		if v, _ := p.at(i).value(cHoliday); v == 2 && p.taken[i] == roleNone {
			return i, "holidays"
		}
		if p.is(i, cDayName) && p.taken[i] == roleNone {
			return i, "name_or_day"
		}
	}
	return 0, ""
}
