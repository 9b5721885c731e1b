package nlp

// ratios gives pairs such as 1:10 to the message where they are a proportion: beside a word for one,
// beside what is mixed ("solution 1:10"), and as the first of two that look like clocks where nothing
// says that it is one ("soak the cup 1:20 at 14:00").
func (p *parse) ratios() {
	for i := range p.toks {
		t := p.at(i)
		if (t.kind == tNumber || t.kind == tDot || t.kind == tClock) && p.price(i) {
			t.kind, t.parts = tDecimal, 9
			continue
		}
		if t.kind == tSlash && p.fraction(i) {
			t.kind, t.parts = tDecimal, 9
			continue
		}
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

// price reports whether a sign for money stands at the figure at i: "pay $9.50 tomorrow".
func (p *parse) price(i int) bool {
	sign := func(k int) bool {
		t := p.at(k)
		if t.kind != tPunct || t.start >= t.end {
			return false
		}
		switch p.text[t.start:t.end] {
		case "$", "€", "£", "¥", "₹", "₽":
			return true
		}
		return false
	}
	return sign(i-1) || sign(i+1)
}

// fraction reports whether the pair at i is a part of something and no date: beside what is mixed
// ("dilute 1/10"), or as "au 1/10" where the text names its day elsewhere.
func (p *parse) fraction(i int) bool {
	t := p.at(i)
	if t.parts != 2 || t.n >= t.b || t.n < 1 {
		return false
	}
	to := p.is(i-1, cTo) && !p.is(i-1, cUntil)
	if p.mixed(i) || p.ratio(i) {
		return t.n == 1 && !p.is(i-1, cOn) || p.otherDay(i)
	}
	return to && t.n == 1 && p.otherDay(i) && i > 1 && p.at(i-2).plain()
}

// otherDay reports whether some other token than the one at i says which day, or how often.
func (p *parse) otherDay(i int) bool {
	for k := range p.toks {
		t := p.at(k)
		if k != i && (t.has(cRelativeDay) || t.has(cRelativePart) || t.has(cWeekday) || t.has(cWeekdays) || t.has(cEvery) || t.has(cAdverb) || t.has(cMonth) || t.kind == tISO || t.kind == tSlash && t.n <= 31 && t.b <= 12) {
			return true
		}
	}
	return false
}

// amounts gives a range of something that is counted to the message: "2 à 3 comprimés", "от 2 до 3
// таблеток", "entre 2 y 3 gotas", "Seiten 10 bis 20".
func (p *parse) amounts() {
	for i := range p.toks {
		and := p.is(i, cAnd) && p.is(i-2, cFrom)
		if !and && !p.is(i, cTo) && !p.is(i, cUntil) && !p.is(i, cStartAfter) {
			continue
		}
		a, e, _, ok := p.number(i + 1)
		b, k, _, also := p.number(i - 1)
		if !ok || !also || k != i || b >= a || p.is(e, cOClock) || p.is(e, cMeridiem) {
			continue
		}
		from := i - 1
		if p.is(from-1, cFrom) {
			from--
		}
		behind := a <= 100 && (p.is(e, cDose) || p.at(e).plain() && p.at(e).kind == tWord && p.is(e+1, cDose)) && !(p.is(from-1, cAt) && from == i-1 && !p.is(from-1, cOf))
		before := p.is(from-1, cDose) && !p.counted(e) && p.at(from-2).kind != tNumber && !p.is(from-2, cNumber)
		if !behind && !before || from < i-1 && behind && a-b > 2 && p.otherDay(i) {
			continue // "from 8 to 20 drops every 4 hours"
		}
		for k := from; k < e; k++ {
			t := &p.toks[k]
			t.senses = nil
			if t.kind == tNumber {
				t.kind, t.parts = tDecimal, 9
			}
		}
	}
}
