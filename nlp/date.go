package nlp

// date reads one day or a list of days. Days in the plural or in a list are a recurrence and were
// tried before.
func (p *parse) date(i int) int {
	if p.at(i).kind == tSlash && len(p.r.dates) > 0 && !p.adjacent(i) {
		return i // "today ... blood pressure 14/9": the day was said already
	}
	d, j, ok := p.day(i)
	if !ok {
		return i
	}
	list := []datum{d}
	for {
		k := j
		for p.punct(k, ',') || p.punct(k, '&') || p.is(k, cAnd) {
			k++
		}
		if k == j {
			break
		}
		d2, end, ok := p.day(k)
		if ok && d2.kind == dDayOfMonth && d2.which == anyOf && d.kind == dCalendar && p.lex.unspaced {
			d2.kind, d2.m, d2.y = dCalendar, d.m, d.y // "5月9日和10日"
		}
		if !ok || d2.kind != d.kind && !(d.kind == dDayOfMonth && d2.kind == dCalendar) {
			break
		}
		list = append(list, d2)
		j = end
	}
	// "12 and 15 May": the month is said once.
	if last := list[len(list)-1]; last.kind == dCalendar {
		for n := range list {
			if list[n].kind == dDayOfMonth {
				list[n].kind, list[n].m, list[n].y = dCalendar, last.m, last.y
			}
		}
	}
	if k := p.skip(j, cOf); len(list) == 1 && d.kind == dCalendar && p.is(k, cEve) && !p.is(k, cOn) {
		if v, _ := p.at(k).value(cEve); v == 1 {
			list[0].plus = -1 // "5月5日前一天"
			j = k + 1
		}
	}
	bounded := j
	if p.lex.postpositions && len(list) == 1 && !p.is(j, cUntilAfter) && !p.is(j, cStartAfter) {
		bounded = p.clockBound(&list[0], j)
	}
	switch {
	case p.is(j, cUntilAfter) && len(list) == 1:
		p.r.until = &list[0]
		return p.skip(j, cUntilAfter)
	case p.is(j, cStartAfter) && len(list) == 1:
		p.r.start = &list[0]
		j = p.skip(j, cStartAfter)
		// "सोमवार से शुक्रवार तक": from one day to another.
		if e, k, ok := p.day(j); ok && p.is(k, cUntilAfter) {
			return p.fromTo(list[0], e, p.skip(k, cUntilAfter))
		}
		return j
	case bounded > j:
		return bounded
	case p.is(j, cExceptAfter):
		p.r.exceptDates = append(p.r.exceptDates, list...)
		return p.skip(j, cExceptAfter)
	}
	if end := p.ofTheMonth(j); end > j && list[0].kind == dDayOfMonth && list[0].which == anyOf && !p.r.rec.set {
		// "on the 1st of the month"
		p.setUnit(month, 1, i, end)
		for _, d := range list {
			p.r.rec.monthDays = append(p.r.rec.monthDays, d.n)
		}
		return end
	}
	p.r.dates = append(p.r.dates, list...)
	return j
}

// clockBound reads "शुक्रवार 9:00 बजे से शुरू", "... तक": a bound with its time, the word behind.
func (p *parse) clockBound(d *datum, j int) int {
	k, _ := p.clockLead(j)
	c, k, ok := p.clockItem(k, true)
	if !ok || c.only && !p.is(k, cUntilAfter) {
		return j
	}
	switch {
	case p.is(k, cUntilAfter):
		p.r.until, p.r.untilClock = d, &c
		return p.skip(k, cUntilAfter)
	case p.is(k, cStartAfter):
		if b, e, ok := p.clockItem(p.skip(k, cStartAfter), true); ok && !b.only && p.is(e-1, cOClock) && !p.r.rec.set {
			// "कल 10 से 11 बजे"
			p.r.dates = append(p.r.dates, *d)
			p.r.window, p.r.winFrom, p.r.winTo = true, c, b
			return p.skip(e, cUntilAfter)
		}
		p.r.start, p.r.startClock = d, &c
		return p.skip(k, cStartAfter)
	}
	return j
}

// fromTo is a stretch between two days: of the week (a recurrence) or of the calendar (bounds).
func (p *parse) fromTo(a, b datum, next int) int {
	daily := p.r.rec.set && p.r.rec.unit == day && p.r.rec.n == 1
	if to, _ := p.at(b.from - 1).value(cTo); a.kind == dWeekday && b.kind == dWeekday && !(to == 1 && daily) {
		p.r.start, p.r.until = nil, nil
		p.addWeekdays(weekRange(a.n, b.n))
		return next
	}
	if a.kind == dCalendar && b.kind == dDayOfMonth {
		b.kind, b.m, b.y = dCalendar, a.m, a.y
	}
	p.r.start, p.r.until = &a, &b
	return next
}

// day reads a single day.
func (p *parse) day(i int) (d datum, next int, ok bool) {
	j := p.skip(i, cOn, cThe)
	d, next, ok = p.bareDay(i, j)
	if !ok {
		return d, i, false
	}
	d.from = i
	switch {
	case d.kind == dWeekday && (d.which == anyOf || d.which == thisOne):
		// "friday 13 march", "Montag, den 16.3."
		k := p.comma(next)
		k2 := p.skip(k, cOn, cThe)
		if e, end, ok := p.bareDay(k, k2); ok && !p.is(k2, cWeekday) && p.r.fault == "" && (e.kind == dCalendar || e.kind == dAmbiguous || e.kind == dDayOfMonth) {
			e.weekday, e.from = d.n, i
			return e, end, true
		}
	case d.kind == dCalendar || d.kind == dAmbiguous:
		// "13 march, friday", "3月13日周五"
		k := p.comma(next)
		if v, is := p.at(k).value(cWeekday); is && !(p.is(k+1, cOrdinalSuffix)) && !p.weekdayRange(k) {
			d.weekday = v
			next = k + 1
		} else if p.punct(next, '(') {
			if v, is := p.at(next + 1).value(cWeekday); is && p.punct(next+2, ')') {
				d.weekday = v
				next += 3
			}
		}
	}
	return d, next, true
}

func (p *parse) bareDay(i, j int) (d datum, next int, ok bool) {
	if k := j + 1; p.is(j, cDayMark) && (p.at(k).kind == tSlash || p.at(k).kind == tISO || p.at(k).kind == tDash) {
		j = k // "dia 12/5"
	}
	t := p.at(j)
	switch t.kind {
	case tISO:
		return p.calendar(datum{kind: dCalendar, n: int(t.c), m: int(t.b), y: int(t.n)}, j, j+1)
	case tSlash, tDash, tDot:
		return p.numeric(i, j)
	}
	if p.is(j, cCompoundPart) && j > 0 && (p.is(j-1, cWeekday) || p.is(j-1, cWeekdays)) {
		return d, i, false
	}
	if u, is := t.value(cUnit); is && u == day && p.is(j+1, cAfter) {
		if v, is := p.at(j + 2).value(cRelativeDay); is && v == 1 {
			return datum{kind: dRelative, n: 2}, j + 3, true // "day after tmrw"
		}
	}
	if v, is := t.value(cRelativeDay); is {
		return datum{kind: dRelative, n: v}, j + 1, true
	}
	if v, is := t.value(cRelativePart); is {
		day, part := v/32, v%32
		if v < 0 {
			day, part = -1, v+32
		}
		return p.relativePart(day, part, j)
	}
	if d, next, ok = p.weekdayOne(j); ok {
		return d, next, true
	}
	if d, next, ok = p.monthDay(i, j); ok {
		return d, next, true
	}
	return p.period(j)
}

// relativePart is "tonight": a day and a part of it.
func (p *parse) relativePart(day, part, j int) (datum, int, bool) {
	if len(p.r.clocks) == 0 {
		p.r.clocks = append(p.r.clocks, clockTime{part: part, only: true})
		p.r.clockAt = append(p.r.clockAt, j)
	} else if c := &p.r.clocks[0]; c.part == 0 && c.meridiem == 0 {
		c.part = part
	}
	return datum{kind: dRelative, n: day}, j + 1, true
}
