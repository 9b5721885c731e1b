package nlp

// figure reads the hour itself.
func (p *parse) figure(i int, lead bool) (c clockTime, next int, ok bool) {
	t := p.at(i)
	switch {
	case t.kind == tClock:
		c = clockTime{hour: int(t.n), minute: int(t.b), second: int(t.c), zero: t.zero}
		next = i + 1
		if p.is(next, cDose) && !lead && !p.adjacent(i) && !p.opens(i) || p.ratio(i) {
			return c, i, false
		}
		next, c = p.meridiem(next, c)
		if u, is := p.at(next).value(cUnit); p.is(next, cOClock) || is && u == hour {
			next++
			next, c = p.meridiem(next, c)
		}
		return p.checked(c, i, next)
	case t.kind == tDot && t.parts == 2:
		if t.digits > 2 || t.bDigits != 2 || t.b > 59 || t.n > 24 || p.doseAfter(i+1) && !(lead && p.is(i+1, cDose) && !p.at(i+1).glued && !p.measure(i+1)) {
			return c, i, false
		}
		c = clockTime{hour: int(t.n), minute: int(t.b)}
		next, c = p.meridiem(i+1, c)
		if p.is(next, cOClock) {
			next++
			lead = true
		}
		begins := p.opens(i) && t.digits == 2 // "20.15 antibiotic"
		if !lead && c.meridiem == 0 && !p.adjacent(i) && !p.dateFollows(next) && !begins {
			return c, i, false
		}
		if !lead && p.at(next).plain() && p.is(next+1, cDose) {
			return c, i, false
		}
		return p.checked(c, i, next)
	}
	if c, next, ok = p.spoken(i, lead); ok {
		return c, next, true
	}
	if v, is := t.value(cFraction); is && v >= 45 && p.is(i+1, cOClock) {
		return p.checked(clockTime{hour: v / 60, minute: v % 60, spoken: true}, i, i+2) // "डेढ़ बजे"
	}
	if u, is := t.value(cUnit); is && u == hour && lead && t.has(cOClock) && p.is(i+1, cDaypart) {
		return p.checked(clockTime{hour: 1, hourOnly: true, spoken: true}, i, i+1) // "в час дня"
	}
	if p.dashClock(i, lead) {
		next, c := p.meridiem(i+3, clockTime{hour: int(t.n), minute: int(p.at(i + 2).n), zero: t.zero})
		return p.checked(c, i, next)
	}
	n, j, words, is := p.number(i)
	if !is {
		// Some languages say the hour as an ordinal: "الساعة التاسعة".
		v, k, ord := p.ordinal(i)
		told := p.lex.script == arabic && (p.opens(i) || p.is(i-1, cOn) && p.opens(i-1)) && (p.is(k, cPlus) && !p.is(k, cAnd) || p.is(k, cDaypart)) // "الثامنة إلا ربعا صباحا"
		if !ord || !lead && !told || p.at(i).kind != tWord || t.has(cWeekday) || v < 1 || v > 24 || p.is(k, cWeekday) || p.is(k, cMonth) || p.is(k, cUnit) {
			return c, i, false
		}
		n, j, words = v, k, true
	}
	if t.kind == tNumber && t.digits > 2 {
		return p.military(i, lead)
	}
	c = clockTime{hour: n, hourOnly: true, spoken: words}
	if p.is(j, cOClock) && n == 24 && p.punct(j+1, '/') && p.at(j+2).n == 24 {
		return c, i, false // "24h/24"
	}
	if p.is(j, cOClock) {
		// "2 horas" may also be how long something takes.
		if p.is(j, cUnit) && !lead && !p.adjacent(i) && !p.is(j+1, cDaypart) && !p.is(p.skip(j+1, cOf, cThe), cDaypart) && !p.dateFollows(j+1) &&
			!(p.at(j).glued && (p.opens(i) || p.closes(j+1) || p.hoursFollow(j+1))) && !p.lex.unspaced {
			return c, i, false
		}
		return p.afterOClock(c, i, j+1, lead)
	}
	if p.is(j, cOrdinalSuffix) && p.at(j).glued && !p.is(j, cMeridiem) {
		return c, i, false
	}
	k, c := p.meridiem(j, c)
	if k > j {
		return p.checked(c, i, k)
	}
	if v, is := p.at(j).value(cPlus); is && (lead || words || p.adjacent(i) || p.timely(j+1)) {
		c = c.plus(v)
		k, c = p.meridiem(j+1, c)
		return p.checked(c, i, k)
	}
	if m, k, is := p.minutesInWords(j, words); is && (lead || p.adjacent(i) || p.opens(i) && (p.dateFollows(k) || p.closes(k) || p.is(p.skip(k, cOf, cThe, cIn), cDaypart))) {
		c = c.plus(m)
		k, c = p.meridiem(k, c)
		return p.checked(c, i, k)
	}
	raised := p.is(i-1, cTo) && p.is(j, cDose) && p.otherClock(i) // "passer à 2 comprimés demain à 9h"
	if p.doseAfter(j) && !(lead && n <= 24 && p.is(j, cDose) && !p.at(j).glued && !p.measure(j) && !raised) || p.isUnit(j) && !(lead && p.is(j, cDaypart)) {
		return c, i, false
	}
	daypart := p.skip(j, cOf, cThe, cIn, cOn)
	if !lead && p.is(i-1, cAnd) && len(p.r.clocks) > 0 && p.r.clocks[0].only {
		return c, i, false // "one pill in the morning and two at night"
	}
	if p.is(daypart, cDaypart) && (n <= 24 || lead) && (daypart > j || lead || p.adjacent(i) || !p.bareWord(j) || p.lex.script == arabic) && !p.is(j, cBefore) {
		return p.checked(c, i, j)
	}
	// A bare figure needs a word before it, or a date beside it and no word that it could count.
	if lead && n <= 24 {
		return p.checked(c, i, j)
	}
	if p.lex.postpositions && n <= 24 && p.oclockBehindList(j) {
		return p.checked(c, i, j) // "9 और 21 बजे"
	}
	if p.opens(i) && n <= 24 && n > 0 && p.dateFollows(j) && !p.closes(j) && !p.hourlyRule(j) {
		return p.checked(c, i, j)
	}
	if lead && t.kind == tNumber && p.closes(j) {
		return p.checked(c, i, j)
	}
	if after := p.comma(j); p.is(i-1, cDayparts) && n <= 4 && after > j && (p.is(after, cDayparts) || p.is(after, cDaypart)) {
		return c, i, false // "morgens 1, abends 2 Tabletten"
	}
	if n >= 13 && t.kind == tNumber && p.adjacent(i) && p.lastTaken(i) == RoleDate && p.is(i-1, cWeekday) && len(p.r.dates) == 1 && len(p.r.clocks) == 0 && p.closes(j) {
		p.fail("contradiction", i, j) // "viernes 13": the hour or the day of the month
		return c, j, true
	}
	if _, e, _, also := p.number(j + 1); also && (p.is(j, cTo) || p.is(j, cUntil)) && !lead && p.at(e).plain() && p.at(e).kind == tWord && !p.lex.unspaced && !p.inRange {
		return c, i, false // "on monday 2 to 3 walks"
	}
	if p.adjacent(i) && n <= 24 && !p.at(j).plain() && !p.is(j, cMonth) && p.lastTaken(i) != RoleClock &&
		p.lastTaken(i) != RoleBound && !p.is(j, cMedical) {
		return p.checked(c, i, j)
	}
	return c, i, false
}

// dashClock reports whether "9-00" and "8-30" stand at i: minutes that are no second hour, behind a
// word such as "at" or full hours.
func (p *parse) dashClock(i int, lead bool) bool {
	h, m := p.at(i), p.at(i+2)
	if h.kind != tNumber || h.digits > 2 || h.n > 24 || !p.punct(i+1, '-') || !p.at(i+1).glued || m.kind != tNumber || !m.glued || m.digits != 2 || m.n > 59 {
		return false
	}
	if p.is(i+3, cDose) || p.isUnit(i+3) || p.at(i+3).glued && p.at(i+3).kind != tWord && !p.punct(i+3, '.') && !p.punct(i+3, ',') {
		return false
	}
	return m.n == 0 && (lead || p.adjacent(i) || p.opens(i) || p.closes(i+3)) || lead && (m.n >= 25 || m.n%15 == 0 && p.lex.script == cyrillic) && m.n%5 == 0
}

// ratio reports whether a word near a pair of numbers says that it is a proportion.
func (p *parse) ratio(i int) bool {
	return p.is(i+1, cRatio) || p.is(i-1, cRatio) || p.is(i-2, cRatio) || p.is(i-3, cRatio)
}

// measure reports whether a dose is a unit of measurement, which never stands behind an hour.
func (p *parse) measure(i int) bool {
	v, _ := p.at(i).value(cDose)
	return v == 2 || p.at(i).end-p.at(i).start <= 3
}

func (p *parse) lastTaken(i int) Role {
	if p.prevEnd == 0 {
		if i > 0 {
			return p.taken[0] // nothing but commands, which begin the text
		}
		return roleNone
	}
	// Behind the last element nothing is taken.
	for k := min(i, p.prevEnd) - 1; k >= 0; k-- {
		if p.taken[k] != roleNone {
			return p.taken[k]
		}
	}
	return roleNone
}

// isUnit reports whether what stands at i counts with the number before it.
func (p *parse) isUnit(i int) bool {
	if p.is(i, cZoneMark) && p.is(p.skip(i+1, cOf, cIn, cThe), cZone) {
		return false // "a las 9 hora de Madrid"
	}
	u, is := p.at(i).value(cUnit)
	return is && u < workday && !p.is(i, cOClock) || p.is(i, cTimes)
}

// timely reports whether what stands at i belongs to a time phrase or the text ends.
func (p *parse) timely(i int) bool {
	return p.closes(i) || p.is(i, cDaypart) || p.is(i, cOf) || p.is(i, cMeridiem)
}

// hoursFollow reports whether another hour with its sign stands at i, perhaps behind a dash: "6h 14h 22h".
func (p *parse) hoursFollow(i int) bool {
	if p.punct(i, '-') || p.punct(i, '/') {
		i++
	}
	return p.at(i).kind == tNumber && p.at(i).digits <= 2 && p.is(i+1, cOClock) && p.at(i+1).glued
}

// oclockBehindList reports whether further hours and then the word for them follow.
func (p *parse) oclockBehindList(i int) bool {
	for range 4 {
		next := p.skip(p.comma(i), cAnd)
		if next == i || p.at(next).kind != tNumber || p.at(next).digits > 2 {
			return false
		}
		if i = next + 1; p.is(i, cOClock) {
			return true
		}
	}
	return false
}

// hourlyRule reports whether "every 8 hours" stands at i: the figure before it is an amount.
func (p *parse) hourlyRule(i int) bool {
	if i = p.skip(p.comma(i), cOn, cThe); !p.is(i, cEvery) {
		return false
	}
	_, u, _, ok := p.quantity(p.skip(i+1, cThe), true)
	return ok && u <= hour
}

func (p *parse) dateFollows(i int) bool {
	i = p.skip(p.comma(i), cOn, cThe)
	t := p.at(i)
	return p.closes(i) && p.opens(i-1) || t.has(cRelativeDay) || t.has(cWeekday) || t.has(cEvery) || t.has(cAdverb) || t.has(cWeekdays)
}

func (p *parse) meridiem(i int, c clockTime) (int, clockTime) {
	// "2:30p", "at 8a": the letter alone, written onto a figure that is surely a time.
	if v, is := p.at(i).value(cMeridiemLetter); is && p.at(i).glued && c.hour <= 12 && (p.at(i-1).kind == tClock || p.at(i-1).kind == tNumber && (p.is(i-2, cAt) || p.punct(i-2, '@') || p.opens(i-1) || p.inList)) {
		c.meridiem = int8(v)
		return i + 1, c
	}
	if v, is := p.at(i).value(cMeridiem); is {
		c.meridiem = int8(v)
		i++
		if p.punct(i, '.') && p.at(i).glued && !p.closes(i) {
			i++
		}
	}
	return i, c
}
