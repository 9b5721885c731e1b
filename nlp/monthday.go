package nlp

// numeric reads 12/05, 12.05.2026, 15-03-2026.
func (p *parse) numeric(i, j int) (d datum, next int, ok bool) {
	t := p.at(j)
	if t.digits > 2 || t.bDigits > 2 {
		return d, i, false
	}
	next = j + 1
	if t.kind == tSlash && t.parts == 2 && t.n == 1 && p.is(next, cPast) {
		return d, i, false // "1/2 past 9"
	}
	if t.kind == tSlash && t.parts == 2 && t.n == 24 && t.b == 7 {
		return d, i, false // "24/7" is always
	}
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
			after := p.at(next).kind == tClock || p.is(next, cAt) || p.punct(next, '@') || p.closes(next) || p.at(next).kind == tNumber && (p.is(next+1, cMeridiem) || p.is(next+1, cOClock))
			if !before && !after || p.is(j-1, cReading) || p.is(j-2, cReading) && p.at(j-1).plain() || p.is(next, cOClock) || p.is(next, cDose) || p.doseAfter(next) || p.is(j-1, cMedical) && t.n < t.b && t.b <= 4 {
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
	if t.b > 12 || t.b == 0 || t.n > 31 || t.n == 0 || p.lex.partAttributes && i == j || p.is(j-1, cTo) ||
		i == j && t.bDigits == 1 && !p.at(j).zero && p.content(j-1) && !p.opens(j) {
		return false // "set the thermostat to 21.5 at 9pm"
	}
	k := p.skip(j+1, cAt, cThe)
	clock := p.at(k).kind == tClock || (k > j+1 || p.opens(j) && p.at(k).kind == tDot) && (p.at(k).kind == tNumber || p.at(k).kind == tDot && p.at(k).parts == 2 && p.at(k).bDigits == 2 && p.at(k).n <= 24) || p.at(k).kind == tNumber && p.is(k+1, cOClock)
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

// monthDay reads "5 January", "April 15th", "the 20th", "3月15日", "first monday of april".
func (p *parse) monthDay(i, j int) (d datum, next int, ok bool) {
	// Month first.
	if m, is := p.at(j).value(cMonth); is {
		k := j + 1
		if e := p.skip(k, cOf); p.lex.postpositions && p.is(e, cEnd) {
			return datum{kind: dEndOf, unit: month, m: m}, e + 1, true // "अप्रैल के अंत"
		}
		if p.punct(k, '.') && p.at(k).glued {
			k++
		}
		if p.lex.monthLeads {
			k = p.skip(k, cThe, cOn, cDayMark, cOf)
		}
		n, e, is := p.dayNumber(k)
		if m := p.skip(e, cOf); is && p.is(m, cMonth) || is && (p.is(e, cOClock) || p.is(e, cMeridiem) && p.at(e).glued) {
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
		if p.is(e+1, cEnd) && n <= 12 {
			return datum{kind: dEndOf, unit: month, m: n}, e + 2, true // 4月底
		}
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
	if ordinal && n != 1 && p.at(k).kind == tWord && !p.lex.partAttributes && !p.lex.compounds && p.lex.script != arabic && !marked {
		return p.ordinalDay(i, j) // "limpar o quarto", "tercer piso": only the first is a day without a mark
	}
	if ordinal && p.lex.script == arabic && (p.opens(k) || j > i && !marked) && p.at(k).kind == tWord && (p.is(e, cPlus) && !p.is(e, cAnd) || p.is(e, cDaypart)) {
		return d, i, false // "الثامنة صباحا" is an hour
	}
	after := p.is(e, cDayMark) && (p.lex.unspaced || !p.is(e, cUnit)) // "15 días" are days
	if course := p.skip(e, cOf, cThe); marked && course > e && p.is(j-1, cUnit) && p.content(course) || marked && course > e && p.is(k-1, cUnit) && p.content(course) {
		return d, i, false // "day 3 of antibiotics" counts the days of a course
	}
	if p.is(k, cOrdinal) && n < 1 {
		return p.ordinalDay(i, j)
	}
	switch {
	case marked, after:
		e = p.skip(e, cDayMark)
	case ordinal && p.is(e, cTimes): // "the first time"
		return d, i, false
	case ordinal && !p.is(e, cWeekday) && !p.is(e, cUnit) && (j > i || p.adjacent(i) || p.opens(k)) && !p.at(e).plain():
	case ordinal && p.at(k).kind == tNumber && (p.is(e, cAt) || p.at(e).kind == tClock):
	case ordinal && j > i && !p.is(e, cWeekday) && !p.is(e, cUnit) && p.at(k).kind == tNumber:
	case j > i && p.is(j-1, cThe) && p.at(k).kind == tNumber && p.is(e, cAt):
		// "el 20 a las 16"
	case j > i && p.is(j-1, cThe) && p.at(k).kind == tNumber && (p.middle(e) || p.ofTheMonth(e) > e+1 || p.nextMonth(p.skip(e, cOf, cThe)) > e+1):
		// "le 15 à midi", "el 5 del mes"
	case p.r.rec.unit == month && p.r.rec.set && p.adjacent(i) && len(p.r.rec.monthDays)+len(p.r.rec.ordinals) == 0 && !p.anyAt(i, j) && !p.doseAfter(e) && !p.isUnit(e) && !p.is(e, cOClock):
		// "monthly on 15"
	case p.at(k).kind == tNumber && (j > i || p.is(e, cAnd)) && p.monthAfterList(e):
	case p.at(k).kind == tNumber && j > i && p.is(j-1, cThe) && p.atAfterList(e):
		// "el 12 y 13 a las 9"
	case p.at(k).kind == tNumber && p.markAfterList(e):
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
	if u, is := p.at(m).value(cUnit); is && u == month && m > e {
		if m2, w := p.whichOne(m + 1); w == nextOne || w == comingOne {
			return datum{kind: dDayOfMonth, n: n, which: w}, m2, true // "يوم 5 من الشهر القادم"
		}
	}
	return datum{kind: dDayOfMonth, n: n}, e, true
}

// nextMonth gives the end of "next month" at i, or i.
func (p *parse) nextMonth(i int) int {
	if k, w := p.whichOne(i); w == nextOne || w == comingOne {
		if u, is := p.at(k).value(cUnit); is && u == month {
			return k + 1
		}
	}
	return i
}

// middle reports whether noon or midnight stands at i.
func (p *parse) middle(i int) bool {
	part, is := p.at(i).value(cDaypart)
	return is && (part == noon || part == midnight)
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

// anyAt reports whether a word for a time of day stands in a stretch of tokens.
func (p *parse) anyAt(i, j int) bool {
	for ; i < j; i++ {
		if p.is(i, cAt) {
			return true
		}
	}
	return false
}

// markAfterList reports whether numbers and then the mark of a day follow: "1 и 15 числа".
func (p *parse) markAfterList(i int) bool {
	k := i
	for range 4 {
		next := p.skip(p.comma(k), cAnd)
		if next == k || p.at(next).kind != tNumber {
			return false
		}
		if k = next + 1; p.is(k, cDayMark) {
			return true
		}
	}
	return false
}

// atAfterList reports whether a second day of the month and then a time follow: "12 et le 13 à 9h".
func (p *parse) atAfterList(i int) bool {
	k := p.skip(i, cAnd)
	if k == i {
		return false
	}
	k = p.skip(k, cThe)
	t := p.at(k)
	return t.kind == tNumber && t.digits <= 2 && t.n >= 1 && t.n <= 31 && p.is(k+1, cAt) && !p.is(k+1, cOn)
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
	if t.kind == tNumber && t.digits == 4 && !t.zero && p.is(k+1, cYearMark) {
		if p.punct(k+2, '.') && p.at(k+2).glued {
			return int(t.n), k + 3
		}
		return int(t.n), k + 2
	}
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
