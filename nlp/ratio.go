package nlp

// ratios gives pairs such as 1:10 to the message where they are a proportion: beside a word for one,
// beside what is mixed ("solution 1:10"), and as the first of two that look like clocks where nothing
// says that it is one ("soak the cup 1:20 at 14:00").
func (p *parse) ratios() {
	for i := range p.toks {
		t := p.at(i)
		if t.kind != tClock || t.parts != 2 || t.zero || t.digits > 1 || p.is(i+1, cMeridiem) || p.is(i+1, cOClock) || p.is(i+1, cMeridiemLetter) && p.at(i+1).glued {
			continue
		}
		round := t.n == 1 && t.b%10 == 0 && t.b != 30 && !p.is(i-1, cRelativeDay) && !p.is(i-1, cWeekday)
		if p.is(i-1, cAt) {
			continue
		}
		if p.mixed(i) && (round || p.otherClock(i)) || t.n == 1 && p.at(i-1).plain() && p.at(i-1).kind == tWord && i > 0 && !p.listed(i) && p.sureClock(i) {
			t.kind, t.parts = tDecimal, 9
		}
	}
	for i := range p.toks {
		if v, is := p.at(i).value(cRatio); is && v == 1 {
			p.toks[i].forget(cRatio) // for all the rest an ordinary word
		}
	}
}

// forget takes one category from a token; what else the word means, it keeps.
func (t *token) forget(c category) {
	var rest []sense
	for _, s := range t.senses {
		if s.cat != c {
			rest = append(rest, s)
		}
	}
	t.senses = rest
}

// mixed reports whether the pair at i stands right behind the name of a mixture, perhaps with words
// between ("solution de chlore 1:10", "Lösung von 1:10"), or before one ("1:10的消毒液").
func (p *parse) mixed(i int) bool {
	is := func(k int) bool { v, ok := p.at(k).value(cRatio); return ok && v == 1 }
	between := func(k int) bool { return p.at(k).plain() || !p.is(k, cAt) && p.is(k, cOf) }
	for _, step := range [...]int{-1, 1} {
		k := i + step
		for words := 0; words < 3 && between(k); words++ {
			k += step
		}
		if is(k) {
			return true
		}
	}
	return false
}

// otherClock reports whether some other token says when in the day.
func (p *parse) otherClock(i int) bool {
	for k := range p.toks {
		t := p.at(k)
		if k != i && (t.kind == tClock || t.kind == tNumber && (p.is(k+1, cOClock) || p.is(k+1, cMeridiem)) || (t.kind == tNumber || t.has(cNumber) || t.kind == tDot) && p.is(k-1, cAt) || t.has(cDaypart) || t.has(cDayparts) || t.has(cRelativePart)) {
			return true
		}
	}
	return false
}

// sureClock reports whether another figure than the one at i is surely a time of day: behind a word
// such as "at", with its word for the hour, or at an edge of the text.
func (p *parse) sureClock(i int) bool {
	for k := range p.toks {
		t := p.at(k)
		figure := t.kind == tClock || t.kind == tNumber && t.digits <= 2 || t.kind == tDot
		if k == i || !figure || k > i && k <= i+1 {
			continue
		}
		if p.is(k-1, cAt) || p.is(k+1, cOClock) || p.is(k+1, cMeridiem) || t.kind == tClock && (p.opens(k) || p.closes(k+1) || p.is(k-1, cRelativeDay) || p.is(k-1, cWeekday)) {
			return true
		}
	}
	return false
}

// listed reports whether the pair at i stands in a list or range.
func (p *parse) listed(i int) bool {
	link := func(k int) bool {
		return p.punct(k, ',') || p.punct(k, '-') || p.punct(k, '/') || p.punct(k, '&') || p.is(k, cAnd) || p.is(k, cTo) || p.is(k, cUntil)
	}
	return link(i-1) || link(i+1) && !p.closes(i+1)
}
