package nlp

import "strings"

// afterOClock reads what may follow "9 Uhr": minutes, halves, am/pm.
func (p *parse) afterOClock(c clockTime, i, j int, lead bool) (clockTime, int, bool) {
	if v, is := p.at(j).value(cPlus); is {
		c = c.plus(v)
		j, c = p.meridiem(j+1, c)
		return p.checked(c, i, j)
	}
	if t := p.at(j); t.kind == tNumber && t.glued && t.digits == 2 && t.n >= 60 && !p.lex.unspaced && !p.doseAfter(j+1) {
		c.minute = int(t.n) // "9h65"
		return p.checked(c, i, j+1)
	}
	k := p.skip(j, cPlusWord, cAnd)
	if _, e, _, is := p.number(k); is && p.lex.unspaced && p.at(k).n > 0 && e == k+1 && p.is(e, cUnit) && strings.HasSuffix(p.text[:p.at(e).end], "分钟") && p.content(e+1) {
		return p.checked(c, i, j) // "8点20分钟散步" is how long
	}
	if v, is := p.at(k).value(cPlus); is && k > j {
		c = c.plus(v)
		j, c = p.meridiem(k+1, c)
		return p.checked(c, i, j)
	}
	if m, k, words, is := p.number(k); is && m < 60 && m >= 0 {
		minuteUnit := false
		if u, is := p.at(k).value(cUnit); is && u == minute {
			k++
			minuteUnit = true
		}
		figures := k == j+1 && (p.at(j).digits == 2 || p.at(j).glued) && p.at(j).kind == tNumber && !p.is(k, cOClock)
		// "seize heures trente kiné", "13 h 20 vaccin": minutes as people round them are minutes even
		// before an ordinary word.
		round := m >= 10 && m%5 == 0 && (words || p.at(j).digits == 2) && !p.is(k, cOClock) && !p.doseAfter(k) && !p.isUnit(k) && k > j
		if minuteUnit || round || (words && !p.is(k, cOClock) || figures) && !p.doseAfter(k) && !p.at(k).plain() && !p.isUnit(k) || figures && (p.at(j).glued || p.at(j).zero && p.at(j).digits == 2 && !p.doseAfter(k) && !p.isUnit(k)) { // "9 h 05 rappeler ..."
			c.minute, c.hourOnly = m, false
			j, c = p.meridiem(k, c)
			return p.checked(c, i, j)
		}
	}
	if p.is(j, cMinus) {
		if v, k, _, is := p.number(j + 1); is && v < 60 {
			if u, is := p.at(k).value(cUnit); is && u == minute {
				k++
			}
			c = c.plus(-v)
			j, c = p.meridiem(k, c)
			return p.checked(c, i, j)
		}
	}
	j, c = p.meridiem(j, c)
	return p.checked(c, i, j)
}

// minutesInWords reads "y veinte", "menos diez", "thirty" behind an hour.
func (p *parse) minutesInWords(j int, hourInWords bool) (m, next int, ok bool) {
	switch {
	case p.is(j, cMinus):
		n, k, _, is := p.number(j + 1)
		if is && n > 0 && n < 60 && !p.doseAfter(k) {
			return -n, k, true
		}
	case p.is(j, cPlusWord):
		n, k, words, is := p.number(j + 1)
		if is && words && n > 0 && n < 60 && !p.doseAfter(k) && !p.isUnit(k) {
			return n, k, true
		}
	case hourInWords:
		n, k, words, is := p.number(j)
		if is && words && n >= 5 && n < 60 && !p.doseAfter(k) && !p.isUnit(k) && !p.at(k).plain() {
			return n, k, true
		}
	}
	return 0, j, false
}

// spoken reads clocks with the minutes first: "half past nine", "ten to eight", "halb zehn".
func (p *parse) spoken(i int, lead bool) (c clockTime, next int, ok bool) {
	m, j := 0, i
	if v, is := p.at(i).value(cMinutes); is {
		m, j = v, i+1
		if p.punct(j, '-') && p.at(j).glued && p.at(j+1).glued && p.lex.hourBehind {
			j++ // "пол-одиннадцатого"
		}
		if p.lex.partAttributes && p.is(j, cAt) {
			return c, i, false // "one pill at 9 and half at 21"
		}
	} else if t := p.at(i); t.kind == tSlash && t.n == 1 && (t.b == 2 || t.b == 4) && p.is(i+1, cPast) {
		m, j = 60/int(t.b), i+2 // "1/2 past 9"
	} else if p.is(i, cBack) {
		j = i + 1
		if v, is := p.at(j).value(cFraction); is && v < 60 {
			m, j = -v, j+1
		} else if n, k, _, is := p.number(j); is && n < 60 {
			if tens, _ := p.at(j).value(cNumber); tens >= 20 && n > tens && k == j+2 && !p.is(k, cNumber) && !p.is(k, cUnit) && p.at(k).kind != tNumber {
				n, k = tens, j+1 // "без двадцати девять"
			}
			m, j = -n, k
			if u, is := p.at(j).value(cUnit); is && u == minute {
				j++
			}
		} else {
			return c, i, false
		}
	} else {
		n, k, _, is := p.number(i)
		if !is || n < 1 || n > 59 || p.inRange {
			return c, i, false
		}
		if u, is := p.at(k).value(cUnit); is && u == minute {
			k++
		}
		switch {
		case p.is(k, cPast):
			m, j = n, k+1
		case p.is(k, cBeforeHour) && (n%5 == 0 || lead || k > i+1 || p.at(i).kind != tNumber):
			m, j = -n, k+1
		case p.lex.hourBehind && p.is(k, cOrdinal) && k > i+1:
			m, j = n-60, k // "двадцать минут девятого"
		default:
			return c, i, false
		}
	}
	j = p.skip(j, cThe, cAt)
	if p.is(j, cMinutes) && !p.is(i, cMinutes) {
		if c, next, ok = p.spoken(j, lead); ok {
			return c.plus(m), next, true // "fünf vor halb zehn"
		}
		return c, i, false
	}
	h, k, _, is := p.number(j)
	if !is {
		h, k, is = p.ordinal(j)
	}
	// "halb acht Tabletten": half a number is no count.
	counted := p.doseAfter(k) && !((p.is(i, cMinutes) || p.is(i, cBack)) && p.is(k, cDose) && !p.at(k).glued && !p.measure(k))
	if is && p.at(j).kind != tClock && h >= 1 && h <= 24 && !counted && (!p.isUnit(k) || p.is(k, cDaypart)) {
		c = clockTime{hour: h, spoken: true, hourOnly: true}.plus(m)
		if p.is(k, cOClock) {
			k++
		}
		k, c = p.meridiem(k, c)
		return p.checked(c, i, k)
	}
	if part, is := p.at(j).value(cDaypart); is && (part == noon || part == midnight) {
		h := 12
		if part == midnight {
			h = 24
		}
		c = clockTime{hour: h}.plus(m)
		if c.hour >= 24 {
			c.hour -= 24
		}
		return c, j + 1, true
	}
	return c, i, false
}

// plus moves a clock by minutes on the dial.
func (c clockTime) plus(m int) clockTime {
	c.hourOnly = false
	c.minute += m
	for c.minute < 0 {
		c.minute += 60
		c.hour--
	}
	for c.minute >= 60 {
		c.minute -= 60
		c.hour++
	}
	if c.hour == 0 && c.spoken {
		c.hour = 12
	}
	return c
}

// military reads "0900" and "1430 hours".
func (p *parse) military(i int, lead bool) (c clockTime, next int, ok bool) {
	t := p.at(i)
	if (t.digits == 3 || t.digits == 4) && p.is(i+1, cMeridiem) && t.n >= 100 && t.n/100 <= 12 && t.n%100 <= 59 {
		next, c = p.meridiem(i+1, clockTime{hour: int(t.n) / 100, minute: int(t.n) % 100}) // "230pm"
		return p.checked(c, i, next)
	}
	if t.digits != 4 || t.n/100 > 24 || t.n%100 > 59 {
		return c, i, false
	}
	u, hours := p.at(i + 1).value(cUnit)
	hours = hours && u == hour || p.is(i+1, cOClock)
	late := lead && t.n >= 600 && t.n%5 == 0 && (p.closes(i+1) || !p.content(i+1) && p.at(i+1).kind == tWord) // "a las 1930"
	if !hours && !(lead && t.zero) && !late && !p.rounds(i) {
		return c, i, false
	}
	next = i + 1
	if hours {
		next++
	}
	return p.checked(clockTime{hour: int(t.n) / 100, minute: int(t.n) % 100}, i, next)
}

// rounds reports whether four digits are a time as it stands on a ward's sheet: beside a day or a
// rule, or in a list with one that begins with a nought ("0800 and 2000 daily"), to full five
// minutes. Years, codes and telephone numbers are none.
func (p *parse) rounds(i int) bool {
	t := p.at(i)
	if t.n%5 != 0 || p.at(i+1).kind == tNumber && p.at(i+1).digits > 2 || p.at(i-1).kind == tNumber || p.is(i+1, cDose) || p.at(i-1).kind == tPunct && p.at(i).glued && !p.punct(i-1, '/') {
		return false
	}
	if !t.zero {
		beside := p.opens(i) && (p.is(i+1, cRelativePart) || p.is(i+1, cRelativeDay)) || p.adjacent(i) && p.lastTaken(i) == RoleDate && p.closes(i+1) && p.opens(i-1)
		if beside && t.n >= 600 && t.n < 2400 {
			return true // "1900 tonight"
		}
		first := p.at(i - 2)
		return (p.is(i-1, cAnd) || p.punct(i-1, ',') || p.punct(i-1, '/')) && first.kind == tNumber && first.digits == 4 && p.taken[i-2] == roleNone && p.inList
	}
	if second := p.at(i + 2); second.kind == tNumber && second.digits == 4 && (p.is(i+1, cAnd) || p.punct(i+1, ',') || p.punct(i+1, '/')) {
		return true
	}
	return p.adjacent(i) || p.opens(i) || p.closes(i+1) && p.prevEnd > 0 || p.dateFollows(i+1) && !p.closes(i+1)
}
