package nlp

// date reads one day or a list of days. Days in the plural or in a list are a recurrence and were
// tried before.
func (p *parse) date(i int) int {
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
	case p.lex.postpositions && len(list) == 1 && p.clockBound(&list[0], j) > j:
		return p.clockBound(&list[0], j)
	case p.is(j, cExceptAfter):
		p.r.exceptDates = append(p.r.exceptDates, list...)
		return p.skip(j, cExceptAfter)
	}
	p.r.dates = append(p.r.dates, list...)
	return j
}

// clockBound reads "शुक्रवार 9:00 बजे से शुरू", "... तक": a bound with its time, the word behind.
func (p *parse) clockBound(d *datum, j int) int {
	k, _ := p.clockLead(j)
	c, k, ok := p.clockItem(k, true)
	if !ok || c.only {
		return j
	}
	switch {
	case p.is(k, cUntilAfter):
		p.r.until, p.r.untilClock = d, &c
		return p.skip(k, cUntilAfter)
	case p.is(k, cStartAfter):
		p.r.start, p.r.startClock = d, &c
		return p.skip(k, cStartAfter)
	}
	return j
}

// fromTo is a stretch between two days: of the week (a recurrence) or of the calendar (bounds).
func (p *parse) fromTo(a, b datum, next int) int {
	if a.kind == dWeekday && b.kind == dWeekday {
		p.r.start, p.r.until = nil, nil
		p.addWeekdays(weekRange(a.n, b.n), true)
		return next
	}
	if a.kind == dCalendar && b.kind == dDayOfMonth {
		b.kind, b.m, b.y = dCalendar, a.m, a.y
	}
	p.r.start, p.r.until = &a, &b
	return next
}

// weekdayRange reports whether a range of weekdays begins at i.
func (p *parse) weekdayRange(i int) bool {
	to := p.rangeMark(i + 1)
	_, _, _, ok := p.anyWeekday(to)
	return to > i+1 && ok
}

func weekRange(from, to int) (s weekdaySet) {
	for d := from; ; d = d%7 + 1 {
		s.add(d)
		if d == to {
			return s
		}
	}
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
		if e, end, ok := p.bareDay(k, k2); ok && p.r.fault == "" && (e.kind == dCalendar || e.kind == dAmbiguous || e.kind == dDayOfMonth) {
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

// numeric reads 12/05, 12.05.2026, 15-03-2026.
func (p *parse) numeric(i, j int) (d datum, next int, ok bool) {
	t := p.at(j)
	if t.digits > 2 || t.bDigits > 2 {
		return d, i, false
	}
	next = j + 1
	if t.parts == 2 {
		if t.kind == tDot {
			// 15.3. or, with a word before it, 15.03; otherwise a clock or a decimal.
			dot := p.punct(next, '.') && p.at(next).glued
			if !dot && (t.bDigits == 2 && t.b <= 59 && !p.dotDate(i, j) || p.doseAfter(next)) {
				return d, i, false
			}
			if dot {
				next++
			} else if !p.dotDate(i, j) {
				return d, i, false
			}
		} else {
			before := p.opens(j) || j > i || p.adjacent(j)
			after := p.at(next).kind == tClock || p.is(next, cAt) || p.closes(next)
			if !before && !after || p.is(next, cDose) || p.doseAfter(next) || p.is(j-1, cMedical) {
				return d, i, false
			}
			if t.n > 31 || t.b > 31 || t.n > 12 && t.b > 12 || t.n == 0 || t.b == 0 {
				if t.n > 31 || t.b > 31 {
					return d, i, false // a ratio such as 120/80
				}
				p.fail("impossible_date", j, next)
			}
		}
	}
	y := 0
	if t.parts == 3 {
		y = int(t.c)
		if y < 100 {
			y += 2000
		}
	}
	d = datum{kind: dCalendar, n: int(t.n), m: int(t.b), y: y}
	if t.kind == tSlash || t.kind == tDash {
		if p.monthFirst {
			d.n, d.m = d.m, d.n
		}
		switch {
		case d.m > 12 && d.n <= 12:
			d.n, d.m = d.m, d.n
		case d.n <= 12 && d.m <= 12 && d.n != d.m:
			d.kind = dAmbiguous
		}
	}
	return p.calendar(d, j, next)
}

// dotDate: a dotted pair is a date when a word for a date stands before it and a clock behind it.
func (p *parse) dotDate(i, j int) bool {
	t := p.at(j)
	if t.b > 12 || t.b == 0 || t.n > 31 || t.n == 0 {
		return false
	}
	k := p.skip(j+1, cAt, cThe)
	clock := p.at(k).kind == tClock || k > j+1 && p.at(k).kind == tNumber || p.at(k).kind == tNumber && p.is(k+1, cOClock)
	return clock || j > i && p.is(j-1, cOn) && !p.is(j-1, cAt)
}

// calendar refuses a day that no year has, or that its own year does not have.
func (p *parse) calendar(d datum, j, next int) (datum, int, bool) {
	y := d.y
	if y == 0 {
		y = 2000
	}
	if d.kind == dCalendar && (d.m < 1 || d.m > 12 || d.n < 1 || d.n > daysIn(y, d.m)) || y < 1 || y > 9998 {
		p.fail("impossible_date", j, next)
	}
	return d, next, true
}

func daysIn(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// weekdayOne reads a weekday with what says which one: "next friday", "vendredi prochain".
func (p *parse) weekdayOne(j int) (d datum, next int, ok bool) {
	k, w := p.whichOne(j)
	k = p.skip(k, cThe)
	// "next week tuesday", "下周二"
	if u, is := p.at(k).value(cUnit); is && u == week && w != anyOf {
		m := p.comma(p.skip(k+1, cOn, cThe, cOf))
		if v, is := p.at(m).value(cWeekday); is && p.is(m, cWeekday) {
			if w == nextOne {
				w = nextWeeks
			}
			return datum{kind: dWeekday, n: v, which: w}, m + 1, true
		}
	}
	if n, m, ord := p.ordinal(k); ord && n == -1 && w == anyOf && p.is(m, cWeekday) && !p.monthFollows(m+1) && !p.is(p.skip(m+1, cOf, cThe, cIn), cMonth) && !p.r.rec.set {
		k, w = m, previous // "last friday"
	}
	v, is := p.at(k).value(cWeekday)
	if !is {
		if v, is := p.at(k).value(cUnit); is && v == weekend && (w != anyOf || k > 0 && (p.is(k-1, cThe) || p.is(k-1, cOn))) {
			next = k + 1
			if w == anyOf {
				next, w = p.whichOne(next)
			}
			return datum{kind: dWeekend, which: w}, next, true
		}
		return d, j, false
	}
	if p.at(k).glued && p.punct(k-1, '-') && p.at(k-1).glued {
		return d, j, false
	}
	next = k + 1
	if p.punct(next, '.') && p.at(next).glued && p.at(k).end-p.at(k).start <= 4 {
		next++
	}
	if p.is(next, cAfter) && p.is(next+1, cNext) {
		// "the monday after next"
		return datum{kind: dWeekday, n: v, which: nextWeeks, plus: 7}, next + 2, true
	}
	if u, is := p.at(next).value(cUnit); is && u == week && w == anyOf && p.lex.monthLeads {
		return datum{kind: dWeekday, n: v, plus: 7}, next + 1, true // "monday week"
	}
	if n, is := p.at(next).value(cOrdinal); is && n == -1 && w == anyOf && !p.is(next+1, cWeekday) && !p.is(next+1, cUnit) {
		return datum{kind: dWeekday, n: v, which: previous}, next + 1, true // "lundi dernier"
	}
	if w == anyOf {
		m := p.skip(next, cOf, cThe)
		if m2, w2 := p.whichOne(m); m2 > m {
			if u, is := p.at(p.skip(m2, cThe)).value(cUnit); is && u == week {
				if w2 == nextOne {
					w2 = nextWeeks
				}
				return datum{kind: dWeekday, n: v, which: w2}, p.skip(m2, cThe) + 1, true
			}
			if m == next {
				next, w = m2, w2
			}
		}
		// "la semana que viene", "semaine prochaine": the unit first.
		if u, is := p.at(m).value(cUnit); is && u == week && w == anyOf {
			if m2, w2 := p.whichOne(m + 1); m2 > m+1 {
				if w2 == nextOne {
					w2 = nextWeeks
				}
				return datum{kind: dWeekday, n: v, which: w2}, m2, true
			}
		}
	}
	return datum{kind: dWeekday, n: v, which: w}, next, true
}

func (p *parse) whichOne(i int) (int, which) {
	t := p.at(i)
	switch {
	case t.has(cNext):
		return i + 1, nextOne
	case t.has(cComing):
		return i + 1, comingOne
	case t.has(cPrevious):
		return i + 1, previous
	case t.has(cThis):
		j := i + 1
		if p.is(j, cComing) {
			return j + 1, comingOne
		}
		return j, thisOne
	}
	return i, anyOf
}

// monthDay reads "5 January", "April 15th", "the 20th", "3月15日", "first monday of april".
func (p *parse) monthDay(i, j int) (d datum, next int, ok bool) {
	// Month first.
	if m, is := p.at(j).value(cMonth); is {
		k := j + 1
		if p.punct(k, '.') && p.at(k).glued {
			k++
		}
		if p.lex.monthLeads {
			k = p.skip(k, cThe, cOn, cDayMark, cOf)
		}
		n, e, is := p.dayNumber(k)
		if m := p.skip(e, cOf); is && p.is(m, cMonth) || is && p.is(e, cOClock) {
			return d, i, false
		}
		if is && n >= 1 && n <= 31 && !p.is(e, cMonth) && !p.isUnit(e) && !p.is(e, cDose) {
			e = p.skip(e, cDayMark)
			y, e := p.yearAfter(e)
			return p.calendar(datum{kind: dCalendar, n: n, m: m, y: y}, j, e)
		}
		if is && (n > 31 || n == 0) && p.at(k).digits == 2 && !p.is(e, cDose) && !p.isUnit(e) {
			p.fail("impossible_date", j, e)
			return datum{kind: dCalendar, n: 1, m: m}, e, true
		}
		return d, i, false
	}
	// Year first: 2026年3月15日.
	if t := p.at(j); t.kind == tNumber && t.digits == 4 {
		if u, is := p.at(j + 1).value(cUnit); is && u == year {
			if d, next, ok = p.monthDay(j+2, j+2); ok && d.kind == dCalendar {
				d.y = int(t.n)
				return p.calendar(d, j, next)
			}
		}
		return d, i, false
	}
	k := p.skip(j, cDayMark)
	marked := k > j
	for m := i; m < j; m++ {
		marked = marked || p.is(m, cDayMark)
	}
	n, e, is := p.dayNumber(k)
	if !is {
		return p.ordinalDay(i, j)
	}
	// 3月15日: a number, the word for month, a number, the mark of a day.
	if u, is := p.at(e).value(cUnit); is && u == month && p.lex.unspaced && n >= 1 {
		if n2, e2, is := p.dayNumber(e + 1); is {
			e2 = p.skip(e2, cDayMark)
			return p.calendar(datum{kind: dCalendar, n: n2, m: n}, j, e2)
		}
		return d, i, false
	}
	m := p.skip(e, cOf, cThe, cDayMark)
	if v, is := p.at(m).value(cMonth); is && n <= 99 {
		m++
		if p.punct(m, '.') && p.at(m).glued && !p.closes(m) {
			m++
		}
		y, m := p.yearAfter(m)
		return p.calendar(datum{kind: dCalendar, n: n, m: v, y: y}, j, m)
	}
	_, _, ordinal := p.ordinal(k)
	if !ordinal {
		_, _, ordinal = p.dotted(k)
	}
	after := p.is(e, cDayMark)
	if p.is(k, cOrdinal) && n < 1 {
		return p.ordinalDay(i, j)
	}
	switch {
	case marked, after:
		e = p.skip(e, cDayMark)
	case ordinal && !p.is(e, cWeekday) && !p.is(e, cUnit) && (j > i || p.adjacent(i) || p.opens(k)) && !p.at(e).plain():
	case ordinal && p.at(k).kind == tNumber && (p.is(e, cAt) || p.at(e).kind == tClock):
	case ordinal && j > i && !p.is(e, cWeekday) && !p.is(e, cUnit) && p.at(k).kind == tNumber:
	case j > i && p.is(j-1, cThe) && p.at(k).kind == tNumber && p.is(e, cAt):
		// "el 20 a las 16"
	case p.r.rec.unit == month && p.r.rec.set && p.adjacent(i) && !p.doseAfter(e) && !p.isUnit(e) && !p.is(e, cOClock):
		// "monthly on 15"
	case p.at(k).kind == tNumber && j > i && p.monthAfterList(e):
	case p.at(k).kind == tNumber && p.monthlyAfter(e):
	case len(p.r.dates) > 0 && p.r.dates[len(p.r.dates)-1].kind == dDayOfMonth && p.is(i-1, cAnd) && p.adjacent(i):
	default:
		return p.ordinalDay(i, j)
	}
	if n < 1 || n > 31 {
		if marked || ordinal || after {
			p.fail("impossible_date", j, e)
			return datum{kind: dDayOfMonth, n: 1}, e, true
		}
		return d, i, false
	}
	// "the 15th of next month"
	m = p.skip(e, cOf, cThe)
	if m2, w := p.whichOne(m); m2 > m && w != anyOf {
		if u, is := p.at(m2).value(cUnit); is && u == month {
			return datum{kind: dDayOfMonth, n: n, which: w}, m2 + 1, true
		}
	}
	return datum{kind: dDayOfMonth, n: n}, e, true
}

// monthlyAfter reports whether "of each month" follows a list of numbers that begins before i.
func (p *parse) monthlyAfter(i int) bool {
	for k := i; k < len(p.toks) && k < i+12; k++ {
		t := p.at(k)
		if t.has(cEvery) {
			u, is := p.at(p.skip(k+1, cThe)).value(cUnit)
			return is && u == month
		}
		if t.kind != tNumber && t.kind != tPunct && !t.has(cAnd) && !t.has(cOf) && !t.has(cThe) && !t.has(cOn) && !t.has(cDayMark) && !t.has(cOrdinalSuffix) {
			return false
		}
	}
	return false
}

// monthAfterList reports whether numbers and then a month follow: "12 and 15 May".
func (p *parse) monthAfterList(i int) bool {
	k := i
	for n := 0; n < 4; n++ {
		next := p.skip(p.comma(k), cAnd, cThe)
		if next == k {
			return false
		}
		_, e, ok := p.dayNumber(next)
		if !ok {
			return false
		}
		if p.is(p.skip(e, cOf), cMonth) {
			return true
		}
		k = e
	}
	return false
}

// dayNumber is a number as days of a month have it: 15, 15th, 15., fifteenth.
func (p *parse) dayNumber(i int) (n, next int, ok bool) {
	if n, next, ok = p.ordinal(i); ok {
		return n, next, true
	}
	if n, next, ok = p.dotted(i); ok && !p.closes(next) {
		return n, next, true
	}
	t := p.at(i)
	if t.kind == tNumber && t.digits > 2 {
		return 0, i, false
	}
	n, next, _, ok = p.number(i)
	return n, next, ok
}

func (p *parse) yearAfter(i int) (y, next int) {
	k := p.skip(p.comma(i), cOf)
	t := p.at(k)
	u, unit := p.at(k + 1).value(cUnit)
	if t.kind == tNumber && t.digits == 4 && !t.zero && (!unit || u == year) && !p.is(k+1, cDose) {
		next = k + 1
		if unit {
			next++
		}
		if p.is(next, cOrdinalSuffix) || p.is(next, cDayMark) {
			next++
		}
		return int(t.n), next
	}
	return 0, i
}

// ordinalDay reads "first monday of april", "last day of the month".
func (p *parse) ordinalDay(i, j int) (d datum, next int, ok bool) {
	n, k, is := p.ordinal(j)
	if !is || p.at(j).kind == tNumber && n > 5 {
		return d, i, false
	}
	w := 0
	if v, is := p.at(k).value(cWeekday); is {
		w = v
	} else if u, is := p.at(k).value(cUnit); !is || u != day && u != workday || n != -1 {
		return d, i, false
	} else if u == workday {
		w = 8
	}
	k = p.skip(k+1, cOf, cThe, cIn)
	if m, is := p.at(k).value(cMonth); is {
		return datum{kind: dOrdinal, n: n, weekday: w, m: m}, k + 1, true
	}
	if k2, which := p.whichOne(k); k2 > k {
		if u, is := p.at(k2).value(cUnit); is && u == month {
			return datum{kind: dOrdinal, n: n, weekday: w, which: which}, k2 + 1, true
		}
	}
	return d, i, false
}

// period reads "next week", "next month", "end of the month".
func (p *parse) period(j int) (d datum, next int, ok bool) {
	if u, is := p.at(j).value(cEndOf); is {
		return datum{kind: dEndOf, unit: u}, j + 1, true
	}
	if p.is(j, cEnd) {
		k := p.skip(j+1, cOf, cThe, cThis)
		if u, is := p.at(k).value(cUnit); is && (u == month || u == week || u == year) {
			return datum{kind: dEndOf, unit: u}, k + 1, true
		}
		return d, j, false
	}
	k, w := p.whichOne(j)
	if w == nextOne || w == comingOne {
		if u, is := p.at(k).value(cUnit); is && (u == week || u == month || u == year || u == day) {
			if u == month {
				// "next month on the 5th"
				m := p.skip(p.comma(k+1), cOf)
				if e, end, ok := p.day(m); ok && e.kind == dDayOfMonth {
					e.which = nextOne
					return e, end, true
				}
			}
			return datum{kind: dPeriod, n: 1, unit: u}, k + 1, true
		}
		return d, j, false
	}
	if u, is := p.at(j).value(cUnit); is && (u == week || u == month || u == year) {
		if e := p.skip(j+1, cOf); p.is(e, cEnd) && (e > j+1 || p.lex.unspaced) {
			return datum{kind: dEndOf, unit: u}, e + 1, true // "महीने के अंत"
		}
		if k, w := p.whichOne(j + 1); k > j+1 && (w == nextOne || w == comingOne) {
			m := p.comma(p.skip(k, cOn, cThe))
			if v, is := p.at(m).value(cWeekday); is && u == week {
				return datum{kind: dWeekday, n: v, which: nextWeeks}, m + 1, true
			}
			if u == month {
				if e, end, ok := p.day(p.comma(k)); ok && e.kind == dDayOfMonth {
					e.which = nextOne
					return e, end, true
				}
			}
			return datum{kind: dPeriod, n: 1, unit: u}, k, true
		}
	}
	return d, j, false
}
