package nlp

// clockRange reads "from 9 to 21", "between 9:00 and 17:00", "9-17h": the window of an hourly rule.
func (p *parse) clockRange(i int) int {
	from := p.is(i, cFrom) || p.is(i, cStart)
	j := i
	if from {
		j = i + 1
	}
	j, _ = p.clockLead(j)
	a, k, ok := p.rangeClock(j)
	meeting := p.meeting(i, j)
	if meeting {
		a, k, ok = clockTime{hour: int(p.at(j).n), hourOnly: true}, j+1, true
	}
	if !ok || !from && a.hour == 24 {
		return i // "ver 24 Horas às 21h"
	}
	hourly := meeting || p.hourlyFollows(k) // "9 to 5 every hour"
	if !from && !hourly && (p.r.rec.step == 0 || !p.adjacent(i)) && p.at(j).kind != tClock && !p.is(k-1, cOClock) && a.meridiem == 0 {
		return i
	}
	to := k
	switch {
	case p.punct(k, '-') || p.is(k, cTo) || p.is(k, cUntil) || p.is(k, cStartAfter):
		to = k + 1
	case p.is(k, cAnd) && from:
		to = k + 1
	default:
		return i
	}
	to = p.skip(to, cTo)
	to, _ = p.clockLead(to)
	b, e, ok := p.rangeClock(to)
	if !ok || p.at(j).kind == tClock && b.hourOnly && b.meridiem == 0 && b.part == 0 && b.hour < a.hour && p.is(e, cDose) || p.is(p.skip(e, cOf), cMonth) || p.punct(e, '.') && p.is(e+1, cMonth) {
		return i
	}
	if !from && !hourly && p.at(to).kind != tClock && !p.is(e-1, cOClock) && b.meridiem == 0 && (p.r.rec.step == 0 || p.doseOrWordList(e)) {
		return i
	}
	if b.part != 0 && a.part == 0 && a.meridiem == 0 && b.part >= afternoon && a.hour > b.hour {
		a.part = morning
	}
	if b.meridiem != 0 && a.meridiem == 0 && a.hour < b.hour && b.hour != 12 && a.part == 0 {
		a.meridiem = b.meridiem
	}
	if b.meridiem == 2 && a.meridiem == 0 && a.hour >= b.hour && a.hour <= 12 && a.part == 0 {
		a.meridiem = 1
	}
	if a.hourOnly && b.hourOnly && a.meridiem+b.meridiem == 0 && a.part+b.part == 0 && b.hour < a.hour && a.hour <= 12 {
		b.meridiem = 2 // "9 to 5"
	}
	if p.punct(e, '-') && p.hoursFollow(e) && !from {
		return i // "8h-12h-20h" is a list
	}
	p.r.window, p.r.winFrom, p.r.winTo = true, a, b
	return p.skip(e, cUntilAfter, cOClock)
}

// meeting reports whether two figures with a dash between them beside a day are from when to when
// something lasts: "tomorrow 10-11 physio". Small ones before an ordinary word, and whatever may be
// counted, are an amount: "tomorrow 2-3 walks".
func (p *parse) meeting(i, j int) bool {
	a, b := p.at(j), p.at(j+2)
	worded := p.is(j+1, cTo) && p.is(j+3, cMeridiem) // "1 to 2 pm tomorrow"
	if a.kind != tNumber || b.kind != tNumber || !(p.punct(j+1, '-') && b.glued) && !worded || a.digits > 2 || b.digits > 2 ||
		a.n > 24 || b.n > 24 || a.n < 1 || p.r.rec.step != 0 || len(p.r.clocks) > 0 {
		return false
	}
	e := j + 3
	half := p.is(e, cMeridiem) || p.is(e, cOClock)
	role := p.lastTaken(i)
	if half && p.opens(i) && p.dateFollows(e+1) && !p.closes(e+1) {
		return a.n <= 12 || a.n < b.n // "1-2pm tomorrow"
	}
	if !(p.adjacent(i) && (role == RoleDate || role == RoleRecurrence) || p.opens(i) && p.dateFollows(e) && !p.closes(e)) {
		return false
	}
	if half {
		return a.n <= 12 || a.n < b.n
	}
	if a.n >= b.n || p.doseAfter(e) || p.isUnit(e) || p.is(e, cUnit) || p.is(e, cMonth) || p.is(e, cMedical) || p.is(p.skip(e, cOf), cMonth) || p.is(e, cTimes) {
		return false
	}
	if !p.at(e).plain() {
		return true
	}
	return a.n >= 7 && b.n-a.n <= 4 && !p.is(e+1, cDose) && !p.manyOf(e)
}

// hourlyFollows reports whether the other end of a range and then "every 2 hours" follow.
func (p *parse) hourlyFollows(i int) bool {
	if p.r.rec.set && (p.r.rec.step != 0 || p.r.rec.unit > week) || !p.punct(i, '-') && !p.is(i, cTo) && !p.is(i, cUntil) {
		return false
	}
	p.inRange = true
	_, e, ok := p.clockItem(p.skip(i+1, cTo), true)
	p.inRange = false
	if !ok {
		return false
	}
	e = p.comma(e)
	if v, is := p.at(e).value(cAdverb); is {
		return v%16 == hour
	}
	if !p.is(e, cEvery) {
		return false
	}
	_, u, _, ok := p.quantity(e+1, true)
	return ok && (u == hour || u == minute)
}

// rangeClock is a clock at either end of a range, where a bare figure is enough.
func (p *parse) rangeClock(i int) (clockTime, int, bool) {
	p.inRange = true
	c, k, ok := p.clockItem(i, true)
	p.inRange = false
	if ok && c.only && c.part >= breakfast {
		return c, i, false
	}
	return c, k, ok
}

// dateRange reads "from monday to friday", "from 12 March until 20 March".
func (p *parse) dateRange(i int) int {
	j := p.skip(i, cFrom, cStart)
	if j == i {
		return p.dayRange(i)
	}
	a, k, ok := p.day(j)
	if !ok {
		// "del 1 al 10 de abril": the month is said once.
		n, end, is := p.dayNumber(p.skip(j, cThe, cOn, cDayMark))
		if !is || n < 1 || n > 31 {
			return i
		}
		a, k = datum{kind: dDayOfMonth, n: n, from: j}, end
	}
	to := p.rangeMark(k)
	b, e, okB := p.day(to)
	var aClock *clockTime
	if to == k || !okB {
		aClock, k = p.boundClock(k)
		to = p.rangeMark(k)
		b, e, okB = p.day(to)
	}
	if to == k {
		return i
	}
	if !okB || !ok && b.kind != dCalendar {
		return i
	}
	if a.kind == dDayOfMonth && b.kind == dCalendar {
		a.kind, a.m, a.y = dCalendar, b.m, b.y
	}
	if a.kind == dWeekday && b.kind == dWeekday {
		return p.fromTo(a, b, p.skip(e, cUntilAfter))
	}
	bClock, e := p.boundClock(e)
	e = p.fromTo(a, b, p.skip(e, cUntilAfter))
	if p.r.until != nil {
		p.r.startClock, p.r.untilClock = aClock, bClock
	}
	return e
}

// dayRange reads "March 15-20", "15-20 March": days of one month, with a dash between them alone.
func (p *parse) dayRange(i int) int {
	j := p.skip(i, cOn, cThe)
	if n, k, ok := p.dayNumber(j); ok && n >= 1 && p.punct(k, '-') && p.at(k+1).kind == tNumber {
		if b, e, ok := p.day(k + 1); ok && b.kind == dCalendar && b.n > n && e > k+2 {
			return p.fromTo(datum{kind: dCalendar, n: n, m: b.m, y: b.y, from: i}, b, e)
		}
		return i
	}
	if !p.is(j, cMonth) {
		return i
	}
	a, k, ok := p.day(i)
	if !ok || a.kind != dCalendar || a.y != 0 || !p.punct(k, '-') {
		return i
	}
	n, e, ok := p.dayNumber(k + 1)
	if !ok || n <= a.n || n > 31 || p.is(e, cOClock) || p.is(e, cMeridiem) || p.isUnit(e) || p.is(e, cDose) || p.at(k+1).kind != tNumber {
		return i
	}
	return p.fromTo(a, datum{kind: dDayOfMonth, n: n, from: k + 1}, e)
}

// boundClock is a time of day tied to a bound by a word: "until friday at 18:00".
func (p *parse) boundClock(i int) (*clockTime, int) {
	j, lead := p.clockLead(i)
	c, k, ok := p.clockItem(j, lead)
	if !ok || !lead && p.at(j).kind != tClock && c.meridiem == 0 && !c.only {
		return nil, i
	}
	if p.is(k, cAnd) || p.punct(k, ',') { // a list of times belongs to the pattern
		if e, strong := p.clockLead(p.skip(p.comma(k), cAnd)); strong || p.at(e).kind == tNumber || p.at(e).kind == tClock {
			if _, e2, ok := p.clockItem(e, true); ok && !p.doseOrWordList(e2) {
				return nil, i
			}
		}
	}
	return &c, k
}

// untilAfter reads languages that put the word behind: "शाम 6 बजे तक".
func (p *parse) untilAfter(i int) int {
	if len(p.lex.echo) == 0 || !p.r.rec.set && !p.lookUntilAfter(i) {
		return i
	}
	j, lead := p.clockLead(i)
	c, k, ok := p.clockItem(j, lead || true)
	if ok && p.is(k, cUntilAfter) && !c.only {
		if p.at(j).kind == tNumber && c.hourOnly && !p.is(k-1, cOClock) {
			return i
		}
		p.r.untilClock = &c
		return p.skip(k, cUntilAfter)
	}
	return i
}

func (p *parse) lookUntilAfter(i int) bool {
	for k := i; k < len(p.toks) && k < i+6; k++ {
		if p.is(k, cUntilAfter) {
			return true
		}
	}
	return false
}

// startAfter reads "सुबह 8 बजे से".
func (p *parse) startAfter(i int) int {
	if n, k, ok := p.dayNumber(i); ok && n >= 1 && n <= 31 && p.is(k, cStartAfter) {
		// "1 से 10 अप्रैल तक": the month is said once.
		if b, e, ok := p.day(k + 1); ok && b.kind == dCalendar && p.is(e, cUntilAfter) {
			return p.fromTo(datum{kind: dCalendar, n: n, m: b.m, y: b.y, from: i}, b, p.skip(e, cUntilAfter))
		}
	}
	j, lead := p.clockLead(i)
	if !p.r.rec.set || p.r.rec.step == 0 {
		return p.windowAfter(i)
	}
	c, k, ok := p.clockItem(j, lead || true)
	if !ok || !p.is(k, cStartAfter) || c.only {
		return i
	}
	e := p.skip(k, cStartAfter)
	b, k2, ok := p.clockItem(e, true)
	if ok && p.is(k2, cUntilAfter) {
		p.r.window, p.r.winFrom, p.r.winTo = true, c, b
		return p.skip(k2, cUntilAfter)
	}
	p.r.startClock = &c
	return e
}

// windowAfter is "9 बजे से 17 बजे तक" in front of the rule that it limits.
func (p *parse) windowAfter(i int) int {
	j, lead := p.clockLead(i)
	c, k, ok := p.clockItem(j, lead || p.at(j).kind == tNumber)
	if !ok || !p.is(k, cStartAfter) || c.only {
		return i
	}
	b, e, ok := p.clockItem(p.skip(k, cStartAfter), true)
	if !ok || !p.is(e, cUntilAfter) && !(p.r.rec.set && p.at(j).kind == tNumber && p.is(e-1, cOClock)) {
		return i
	}
	p.r.window, p.r.winFrom, p.r.winTo = true, c, b
	return p.skip(e, cUntilAfter)
}
