package nlp

import "strings"

// doubtfulParts keeps a misspelt part of the day ("evning") only where one is expected: "mooring" and
// "moaning" are words too.
func (p *parse) doubtfulParts() {
	for i := range p.toks {
		t := &p.toks[i]
		if !t.typo || !t.has(cDaypart) || t.has(cRelativeDay) {
			continue
		}
		b := p.at(i - 1)
		expected := b.has(cEvery) || b.has(cThis) || b.has(cRelativeDay) || b.has(cWeekday) || b.has(cWeekdays) || b.has(cAt) || b.has(cMeridiem) || b.has(cOClock) ||
			b.kind == tClock || b.has(cThe) && (p.is(i-2, cIn) || p.is(i-2, cOn) || p.is(i-2, cOf)) || b.has(cOf) && p.is(i-2, cOClock) || p.opens(i) && p.at(i+1).kind == tClock
		if !expected {
			t.senses, t.typo = nil, false
		}
	}
}

// leftRule reports whether a word such as "every" is left in the message of something that happens one
// time. It is a misread rule ("every flimday at 8") where it opens what is to be done, and where no day
// says that one time is meant. "Check every window tomorrow" is none.
func (p *parse) leftRule() (at int, left bool) {
	if p.r.rec.set {
		return 0, false
	}
	dated := p.r.hasOffset || len(p.r.dates) > 0
	for i := range p.toks {
		all, is := p.at(i).value(cEvery)
		if !is || p.taken[i] != roleNone || p.at(i).kind != tWord || i+1 >= len(p.toks) {
			continue
		}
		next := p.at(i + 1)
		if p.opens(i) && p.taken[i+1] == RoleClock && (next.kind == tNumber || next.kind == tClock) {
			return i, true // "every 9am"
		}
		if next.kind == tNumber && p.taken[i+1] == roleNone && p.at(i+2).plain() {
			return i, true // "every 2 dyas"
		}
		if p.lex.script == arabic && strings.HasPrefix(p.text[next.start:next.end], definite) {
			continue // "كل النوافذ" are all of them
		}
		if p.taken[i+1] != roleNone && !p.opens(i) || next.kind != tWord || next.has(cDose) || next.has(cMedical) || next.has(cOf) || next.has(cThe) {
			continue
		}
		first := i == 0 || p.taken[i-1] != roleNone
		switch {
		case first && !dated, p.opens(i):
			return i, true
		case !first && !dated && all == 0 && p.after(i+2):
			return i, true
		}
	}
	return 0, false
}

// after reports whether a time phrase stands at i, or the text ends.
func (p *parse) after(i int) bool { return p.closes(i) || p.taken[i] != roleNone }

// genitive reports whether the part of the day at i is said of the noun behind it: "रात की गोली",
// "晚上的药".
func (p *parse) genitive(i int) bool {
	if !p.lex.postpositions || !p.is(i, cDaypart) {
		return false
	}
	if strings.HasSuffix(p.text[p.at(i).start:p.at(i).end], " के") {
		n := p.at(i + 1)
		return p.content(i+1) && n.kind == tWord && p.lex.entries["के "+p.text[n.start:n.end]] == nil // "रात के लिए"
	}
	meal := p.is(i+2, cMeals) || p.is(i+2, cDaypart) && !p.lex.unspaced && !p.is(p.skip(i+3, cOf, cStartAfter), cBefore) && !p.is(i+3, cAfter) && !p.is(i+3, cWith)
	return p.is(i+1, cOf) && !p.is(i+1, cInAfter) && !p.is(i+1, cLink) && (p.content(i+2) || meal)
}

// definite is the Arabic article: a bare part of the day that has it makes a name with the noun before
// it, "تمارين الظهر".
const definite = "ال"

// leaveToNoun reports whether a part of the day describes a noun and comes after the time was said:
// "a las 7 pastilla de la noche". One that touches a bare hour says which of two it is all the same.
func (p *parse) leaveToNoun(i, part int) bool {
	if len(p.r.clocks) == 0 || p.r.clocks[0].only || !p.describes(i) {
		return false
	}
	last := &p.r.clocks[len(p.r.clocks)-1]
	if p.adjacent(i) && p.lastTaken(i) == RoleClock && last.hourOnly && last.part == 0 && last.meridiem == 0 {
		last.part = part
	}
	return true
}

// keepNouns gives a part of the day that was all that was said of the time back to its noun, for the
// message: "कल रात की गोली".
func (p *parse) keepNouns() {
	kept := p.r.clocks[:0]
	for _, c := range p.r.clocks {
		if !c.only || p.lex.unspaced || !p.genitive(c.from) || c.to != c.from+1 {
			kept = append(kept, c)
			continue
		}
		p.taken[c.from] = roleNone
		if len(p.r.dates) > 0 || p.r.rec.set {
			kept = append(kept, c) // "सुबह का अखबार" alone says no time
		}
	}
	p.r.clocks = kept
}

// counts reports whether the ordinal at i counts the weekday behind it, "second sunday", for which a
// month is missing.
func (p *parse) counts(i int) bool {
	n, _ := p.at(i).value(cOrdinal)
	return n > 0 && p.at(i).kind == tWord && !p.is(i, cWeekday) || p.is(i, cOrdinalSuffix) && p.at(i).glued && p.at(i-1).kind == tNumber && p.at(i-1).n <= 5
}
