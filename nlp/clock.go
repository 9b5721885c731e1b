package nlp

import "strings"

// clock reads one or more times of day.
func (p *parse) clock(i int) int {
	j, lead := p.clockLead(i)
	c, k, ok := p.clockItem(j, lead)
	if !ok {
		return i
	}
	c.weak = !lead && c.meridiem == 0 && c.part == 0 && !p.adjacent(i) && !p.opens(i)
	if c.only && !lead && c.shift == 0 && !p.partFits(i, k) {
		return i
	}
	list := []clockTime{c}
	for k < len(p.toks) {
		next := k
		for p.punct(next, ',') || p.punct(next, '&') || p.punct(next, '/') || p.is(next, cAnd) {
			next++
		}
		if next == k && c.only && p.punct(next, '-') && p.is(next+1, cDaypart) {
			next++ // "सुबह-शाम"
		}
		if next == k && !(p.lex.unspaced && c.only && p.is(next, cDaypart)) { // 早晚
			break
		}
		start, strong := p.clockLead(next)
		c2, end, ok := p.clockItem(start, true)
		// A figure behind "and" is a time only when nothing counts with it.
		if !ok || !strong && c2.hourOnly && c2.part == 0 && c2.meridiem == 0 && p.doseOrWordList(end) {
			break
		}
		if _, _, unit := p.duration(start, false); unit && c2.hourOnly && !p.is(end-1, cOClock) {
			break
		}
		if !strong && list[0].only && c2.hourOnly && c2.meridiem == 0 {
			break // "one pill in the morning and two at night"
		}
		list = append(list, c2)
		k = end
	}
	// "8 and 10 pm": what is said once at the end holds for all.
	last := list[len(list)-1]
	for n := range list[:len(list)-1] {
		c := &list[n]
		if c.meridiem == 0 && c.part == 0 && !c.only && last.meridiem != 0 && c.hour <= last.hour && c.hour <= 12 {
			c.meridiem = last.meridiem
		}
	}
	if len(p.r.clocks) > 0 && !p.mergeClocks(list, i, k) {
		return k
	}
	for n := range list {
		list[n].from, list[n].to = i, k
		p.r.clockAt = append(p.r.clockAt, i)
	}
	p.r.clocks = append(p.r.clocks, list...)
	return k
}

// mergeClocks joins a part of the day and a figure that belong together; false when it did.
func (p *parse) mergeClocks(list []clockTime, i, end int) (add bool) {
	last := &p.r.clocks[len(p.r.clocks)-1]
	first := list[0]
	switch {
	case len(list) == 1 && first.only && !last.only:
		// "9:00 ... in the evening"
		if last.part == 0 && last.meridiem == 0 {
			for n := range p.r.clocks {
				if c := &p.r.clocks[n]; c.part == 0 && c.meridiem == 0 && !c.only {
					c.part = first.part
				}
			}
			return false
		}
	case last.only && last.shift == 0 && first.only && len(p.r.clocks) == 1 && len(list) == 1 && p.adjacent(i) && last.part < breakfast:
		// "every night at bedtime": the second says it more closely
		first.from, first.to = i, end
		p.r.clocks[0] = first
		return false
	case last.only && last.shift == 0 && !first.only && len(p.r.clocks) == 1:
		for n := range list {
			if list[n].part == 0 && list[n].meridiem == 0 {
				list[n].part = last.part
			}
		}
		p.r.clocks = append(p.r.clocks[:0], list...)
		return false
	}
	return true
}

// partFits guards parts of the day that belong to the message: "9:00 Morning checkup", "cook dinner".
func (p *parse) partFits(i, end int) bool {
	if end != i+1 || !p.bareWord(i) || p.lex.unspaced {
		return true
	}
	part, _ := p.at(i).value(cDaypart)
	sure := part == noon || part == midnight
	if part >= breakfast {
		return p.is(i-1, cEvery) || p.adjacent(i) && p.closes(end)
	}
	if p.at(end).plain() {
		if len(p.r.clocks) > 0 && !p.r.clocks[0].only {
			return false
		}
		return sure || p.adjacent(i) || p.is(i-1, cEvery)
	}
	return sure || p.adjacent(i) || p.opens(i) || p.is(i-1, cEvery) || part != bedtime && !p.at(i-1).plain()
}

// bareWord reports whether a token is one word, not a phrase such as "in the morning".
func (p *parse) bareWord(i int) bool {
	t := p.at(i)
	return !strings.Contains(p.text[t.start:t.end], " ")
}

func (p *parse) doseOrWordList(i int) bool {
	return p.is(i, cDose) || p.at(i).kind == tWord && len(p.at(i).senses) == 0 && p.is(i+1, cDose)
}

func (p *parse) clockLead(i int) (j int, lead bool) {
	j = i
	for j < len(p.toks) {
		t := p.at(j)
		switch {
		case t.has(cAt):
			lead = true
		case t.has(cOn) || t.has(cThe) || t.has(cStrict) || p.punct(j, '@'):
			lead = lead || p.punct(j, '@')
		default:
			return j, lead
		}
		j++
	}
	return j, lead
}

// clockItem reads a single time of day. lead says that a word such as "at" stands before it.
func (p *parse) clockItem(i int, lead bool) (c clockTime, next int, ok bool) {
	if c, next, ok = p.meal(i); ok {
		return c, next, true
	}
	// A part of the day before the figure: "下午3点", "शाम 6 बजे".
	if part, is := p.at(i).value(cCompoundPart); is && i > 0 && (p.is(i-1, cWeekday) || p.is(i-1, cWeekdays)) {
		return clockTime{part: part, only: true}, i + 1, true
	}
	if part, is := p.at(i).value(cDaypart); is && part >= breakfast && !p.lex.unspaced {
		return clockTime{part: part, only: true}, i + 1, true
	} else if is {
		k := p.skip(i+1, cOn, cStrict)
		k2, strong := p.clockLead(k)
		post := false
		if _, j, _, number := p.number(k2); number && p.lex.postpositions && !p.lex.unspaced {
			post = p.is(j, cAnd) // "सुबह 8 और रात 8 बजे"
		}
		if c, next, ok = p.figure(k2, strong || post); ok && c.part == 0 {
			c.part = part
			return c, next, true
		}
		if v, plus := p.at(i + 1).value(cPlus); plus && (part == noon || part == midnight) {
			h := 12
			if part == midnight {
				h = 0
			}
			return clockTime{hour: h}.plus(v), i + 2, true // "meio-dia e meia"
		}
		return clockTime{part: part, only: true}, p.skip(i+1, cStrict), true
	}
	if c, next, ok = p.figure(i, lead); !ok {
		return c, i, false
	}
	if c.meridiem == 0 {
		k := p.skip(next, cOf, cThe, cIn, cOn)
		if part, is := p.at(k).value(cDaypart); is && !(k == next && p.at(i).kind == tClock && p.bareWord(k) && p.at(k+1).plain()) {
			c.part = part
			next = k + 1
		}
	}
	return c, p.skip(next, cStrict), true
}

// meal reads "before breakfast", "after lunch", "with dinner", "half an hour before bedtime".
func (p *parse) meal(i int) (c clockTime, next int, ok bool) {
	side, minutes, j, ok := p.aroundMeal(i)
	if p.lex.postpositions {
		// "नाश्ते से पहले", "早餐前", "早餐前30分钟"
		part, is := p.at(i).value(cDaypart)
		if !is || part < breakfast && part != bedtime {
			return c, i, false
		}
		if side, minutes, j, ok = p.aroundMeal(p.skip(i+1, cOf, cStartAfter)); !ok {
			return c, i, false
		}
		return clockTime{part: part, only: true, shift: side, minutes: minutes}, j, true
	}
	if !ok {
		return c, i, false
	}
	j = p.skip(j, cThe, cOf)
	part, is := p.at(j).value(cDaypart)
	if !is || part < breakfast && part != bedtime && minutes == 0 {
		return c, i, false
	}
	j++
	if p.lex.script == arabic && side != 0 && minutes == 0 {
		// "قبل الفطور بنصف ساعة": how long comes last.
		if a, k, ok := p.duration(p.skip(j, cLink), false); ok && a.days == 0 && a.months == 0 && a.seconds%60 == 0 && a.seconds < 12*3600 {
			minutes, j = int(a.seconds/60), k
		}
	}
	return clockTime{part: part, only: true, shift: side, minutes: minutes}, j, true
}

// aroundMeal reads what stands between a meal and a time: "before", "30 minutes after".
func (p *parse) aroundMeal(i int) (side, minutes, next int, ok bool) {
	if a, j, ok := p.duration(p.skip(i, cWith, cIn), false); ok && a.months == 0 && a.days == 0 && a.seconds%60 == 0 && a.seconds < 12*3600 {
		if s, ok := p.side(j); ok && s != 0 {
			return s, int(a.seconds / 60), j + 1, true
		}
		return 0, 0, i, false
	}
	if side, ok = p.side(i); !ok {
		return 0, 0, i, false
	}
	next = i + 1
	if p.lex.unspaced && side != 0 {
		if a, j, ok := p.duration(next, false); ok && a.months == 0 && a.days == 0 && a.seconds%60 == 0 && a.seconds < 12*3600 {
			minutes, next = int(a.seconds/60), j
		}
	}
	return side, minutes, next, true
}

// side is what a word between a meal and a time means: -1 before, 1 after, 0 with.
func (p *parse) side(i int) (shift int, ok bool) {
	switch {
	case p.is(i, cBefore):
		return -1, true
	case p.is(i, cAfter):
		return 1, true
	case p.is(i, cWith):
		return 0, true
	}
	return 0, false
}

// figure reads the hour itself.
func (p *parse) figure(i int, lead bool) (c clockTime, next int, ok bool) {
	t := p.at(i)
	switch {
	case t.kind == tClock:
		c = clockTime{hour: int(t.n), minute: int(t.b), second: int(t.c), zero: t.zero}
		next = i + 1
		if p.is(next, cDose) && !lead && !p.adjacent(i) || p.ratio(i) {
			return c, i, false
		}
		next, c = p.meridiem(next, c)
		if u, is := p.at(next).value(cUnit); p.is(next, cOClock) || is && u == hour {
			next++
			next, c = p.meridiem(next, c)
		}
		return p.checked(c, i, next)
	case t.kind == tDot && t.parts == 2:
		if t.digits > 2 || t.bDigits != 2 || t.b > 59 || t.n > 24 || p.doseAfter(i+1) {
			return c, i, false
		}
		c = clockTime{hour: int(t.n), minute: int(t.b)}
		next, c = p.meridiem(i+1, c)
		if p.is(next, cOClock) {
			next++
			lead = true
		}
		if !lead && c.meridiem == 0 && !p.adjacent(i) && !p.dateFollows(next) {
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
	n, j, words, is := p.number(i)
	if !is {
		// Some languages say the hour as an ordinal: "الساعة التاسعة".
		v, k, ord := p.ordinal(i)
		if !ord || !lead || p.at(i).kind != tWord || v < 1 || v > 24 || p.is(k, cWeekday) || p.is(k, cMonth) || p.is(k, cUnit) {
			return c, i, false
		}
		n, j, words = v, k, true
	}
	if t.kind == tNumber && t.digits > 2 {
		return p.military(i, lead)
	}
	c = clockTime{hour: n, hourOnly: true, spoken: words}
	if p.is(j, cOClock) {
		// "2 horas" may also be how long something takes.
		if p.is(j, cUnit) && !lead && !p.adjacent(i) && !p.is(j+1, cDaypart) && !p.is(p.skip(j+1, cOf, cThe), cDaypart) && !p.dateFollows(j+1) &&
			!(p.at(j).glued && (p.opens(i) || p.closes(j+1))) && !p.lex.unspaced {
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
	if m, k, is := p.minutesInWords(j, words); is && (lead || p.adjacent(i) || p.opens(i) && (p.dateFollows(k) || p.closes(k))) {
		c = c.plus(m)
		k, c = p.meridiem(k, c)
		return p.checked(c, i, k)
	}
	if p.doseAfter(j) && !(lead && n <= 24 && p.is(j, cDose) && !p.at(j).glued && !p.measure(j)) || p.isUnit(j) {
		return c, i, false
	}
	daypart := p.skip(j, cOf, cThe, cIn, cOn)
	if !lead && p.is(i-1, cAnd) && len(p.r.clocks) > 0 && p.r.clocks[0].only {
		return c, i, false // "one pill in the morning and two at night"
	}
	if p.is(daypart, cDaypart) && (daypart > j || lead || p.adjacent(i) || !p.bareWord(j)) && !p.is(j, cBefore) {
		return p.checked(c, i, j)
	}
	// A bare figure needs a word before it, or a date beside it and no word that it could count.
	if lead && n <= 24 {
		return p.checked(c, i, j)
	}
	if p.opens(i) && n <= 24 && n > 0 && p.dateFollows(j) && !p.closes(j) {
		return p.checked(c, i, j)
	}
	if lead && t.kind == tNumber && p.closes(j) {
		return p.checked(c, i, j)
	}
	if p.adjacent(i) && n <= 24 && !p.at(j).plain() && !p.is(j, cMonth) && p.lastTaken(i) != RoleClock &&
		p.lastTaken(i) != RoleBound && !p.is(j, cMedical) {
		return p.checked(c, i, j)
	}
	return c, i, false
}

// ratio reports whether a word near a pair of numbers says that it is a proportion.
func (p *parse) ratio(i int) bool {
	return p.is(i+1, cRatio) || p.is(i-1, cRatio) || p.is(i-2, cRatio)
}

// measure reports whether a dose is a unit of measurement, which never stands behind an hour.
func (p *parse) measure(i int) bool { return p.at(i).end-p.at(i).start <= 3 }

func (p *parse) lastTaken(i int) Role {
	for k := i - 1; k >= 0; k-- {
		if p.taken[k] != roleNone {
			return p.taken[k]
		}
	}
	return roleNone
}

// isUnit reports whether what stands at i counts with the number before it.
func (p *parse) isUnit(i int) bool {
	u, is := p.at(i).value(cUnit)
	return is && u < workday && !p.is(i, cOClock) || p.is(i, cTimes)
}

// timely reports whether what stands at i belongs to a time phrase or the text ends.
func (p *parse) timely(i int) bool {
	return p.closes(i) || p.is(i, cDaypart) || p.is(i, cOf) || p.is(i, cMeridiem)
}

func (p *parse) dateFollows(i int) bool {
	i = p.skip(p.comma(i), cOn, cThe)
	t := p.at(i)
	return p.closes(i) && p.opens(i-1) || t.has(cRelativeDay) || t.has(cWeekday) || t.has(cEvery) || t.has(cAdverb) || t.has(cWeekdays)
}

func (p *parse) meridiem(i int, c clockTime) (int, clockTime) {
	if v, is := p.at(i).value(cMeridiem); is {
		c.meridiem = int8(v)
		i++
		if p.punct(i, '.') && p.at(i).glued && !p.closes(i) {
			i++
		}
	}
	return i, c
}

// afterOClock reads what may follow "9 Uhr": minutes, halves, am/pm.
func (p *parse) afterOClock(c clockTime, i, j int, lead bool) (clockTime, int, bool) {
	if v, is := p.at(j).value(cPlus); is {
		c = c.plus(v)
		j, c = p.meridiem(j+1, c)
		return p.checked(c, i, j)
	}
	k := p.skip(j, cPlusWord, cAnd)
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
		if minuteUnit || (words && !p.is(k, cOClock) || figures) && !p.doseAfter(k) && !p.at(k).plain() && !p.isUnit(k) || figures && p.at(j).glued {
			c.minute, c.hourOnly = m, false
			j, c = p.meridiem(k, c)
			return p.checked(c, i, j)
		}
	}
	if m, is := p.at(j).value(cMinus); is {
		_ = m
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
	} else if p.is(i, cBack) {
		j = i + 1
		if v, is := p.at(j).value(cFraction); is && v < 60 {
			m, j = -v, j+1
		} else if n, k, _, is := p.number(j); is && n < 60 {
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
		case p.is(k, cBeforeHour):
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
	if is && p.at(j).kind != tClock && h >= 1 && h <= 24 && !p.doseAfter(k) && !p.isUnit(k) {
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
	if t.digits != 4 || t.n/100 > 24 || t.n%100 > 59 {
		return c, i, false
	}
	u, hours := p.at(i + 1).value(cUnit)
	if hours = hours && u == hour; !hours && !(lead && t.zero) {
		return c, i, false
	}
	next = i + 1
	if hours {
		next++
	}
	return p.checked(clockTime{hour: int(t.n) / 100, minute: int(t.n) % 100}, i, next)
}

// checked refuses a clock that does not exist, and keeps where it stood.
func (p *parse) checked(c clockTime, i, next int) (clockTime, int, bool) {
	wrong := c.hour > 24 || c.hour == 24 && c.minute > 0 || c.minute > 59 || c.second > 59 ||
		c.meridiem != 0 && (c.hour > 12 && c.meridiem == 1 || c.hour == 0 && c.meridiem == 2)
	if wrong {
		p.fail("impossible_clock", i, next)
	}
	return c, next, true
}
