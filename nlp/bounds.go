package nlp

// bound reads where a series begins and ends: "starting monday", "until friday", "for 10 days",
// "10 times", "from 9 to 21".
func (p *parse) bound(i int) int {
	for _, try := range [...]func(int) int{p.clockRange, p.dateRange, p.untilBound, p.startBound, p.forBound, p.countBound} {
		if j := try(i); j > i {
			return j
		}
	}
	return i
}

// clockRange reads "from 9 to 21", "between 9:00 and 17:00", "9-17h": the window of an hourly rule.
func (p *parse) clockRange(i int) int {
	from := p.is(i, cFrom) || p.is(i, cStart)
	j := i
	if from {
		j = i + 1
	}
	j, _ = p.clockLead(j)
	a, k, ok := p.rangeClock(j)
	if !ok {
		return i
	}
	if !from && (p.r.rec.step == 0 || !p.adjacent(i)) && p.at(j).kind != tClock && !p.is(k-1, cOClock) && a.meridiem == 0 {
		return i
	}
	end := p.skip(k, cUntilAfter)
	to := k
	switch {
	case p.punct(k, '-') || p.is(k, cTo) || p.is(k, cUntil) || p.is(k, cStartAfter):
		to = k + 1
	case p.is(k, cAnd) && from:
		to = k + 1
	default:
		return i
	}
	_ = end
	to = p.skip(to, cTo)
	to, _ = p.clockLead(to)
	b, e, ok := p.rangeClock(to)
	if !ok || p.is(p.skip(e, cOf), cMonth) || p.punct(e, '.') && p.is(e+1, cMonth) {
		return i
	}
	if !from && p.at(to).kind != tClock && !p.is(e-1, cOClock) && b.meridiem == 0 && (p.r.rec.step == 0 || p.doseOrWordList(e)) {
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
	p.r.window, p.r.winFrom, p.r.winTo = true, a, b
	return p.skip(e, cUntilAfter, cOClock)
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
		return i
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

func (p *parse) untilBound(i int) int {
	j := p.skip(p.comma(i), cUntil)
	if j == p.comma(i) {
		return p.untilAfter(i)
	}
	if p.is(i, cBefore) {
		// "до завтрака" is before breakfast, not until breakfast.
		if _, _, meal := p.meal(i); meal || p.is(p.skip(i+1, cThe, cEvery), cMeals) {
			return i
		}
	}
	j = p.skip(j, cTo, cThe, cOn)
	if p.r.until != nil || p.r.untilClock != nil {
		if _, _, ok := p.day(j); ok {
			p.fail("contradiction", i, j)
		}
		return i
	}
	if d, k, ok := p.day(j); ok {
		c, k := p.boundClock(k)
		p.r.until, p.r.untilClock = &d, c
		return p.skip(k, cUntilAfter)
	}
	if k := p.skip(j, cIn); k > j || p.is(j, cUnit) {
		if a, e, ok := p.duration(k, true); ok {
			p.untilAmount(a)
			return e
		}
	}
	k, strong := p.clockLead(j)
	if c, e, ok := p.clockItem(k, true); ok && !(c.only && c.shift != 0) && (strong || !c.hourOnly || c.part != 0 || !p.doseOrWord(e)) {
		// "until friday 18:00" came above; here a clock, perhaps with its day behind.
		if d, e2, ok := p.day(e); ok && d.kind != dDayOfMonth {
			p.r.until = &d
			e = e2
		}
		p.r.untilClock = &c
		return p.skip(e, cUntilAfter)
	}
	if m, is := p.at(j).value(cMonth); is && p.lex.monthAlone(p, j) {
		// "until june": to the end of it
		p.r.until = &datum{kind: dEndOf, unit: month, m: m}
		return j + 1
	}
	return i
}

// monthAlone guards month names that are ordinary words ("may").
func (lex *lexicon) monthAlone(p *parse, j int) bool { return !p.at(j).has(cNotTime) }

func (p *parse) untilAmount(a amount) {
	switch {
	case a.months > 0:
		p.r.forN, p.r.forUnit = a.months, month
	case a.days > 0:
		p.r.forN, p.r.forUnit = a.days, day
	}
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

func (p *parse) startBound(i int) int {
	j := p.skip(i, cStart)
	if j == i {
		return p.startAfter(i)
	}
	j = p.skip(j, cOn, cThe, cAt, cFrom)
	if p.is(j, cNow) {
		p.r.startNow = true
		return p.skip(j+1, cOn, cStartAfter)
	}
	if d, k, ok := p.day(j); ok {
		c, k := p.boundClock(k)
		p.r.start, p.r.startClock = &d, c
		return p.skip(k, cStartAfter)
	}
	if k := p.skip(j, cIn); k > j {
		if a, e, ok := p.duration(k, true); ok && a.seconds == 0 && a.months == 0 {
			p.r.start = &datum{kind: dRelative, n: a.days}
			return e
		}
	}
	k, lead := p.clockLead(p.skip(i, cStart))
	if c, e, ok := p.clockItem(k, lead || p.at(k).kind == tNumber); ok && p.r.rec.set && p.r.startClock == nil {
		if d, e2, ok := p.day(e); ok && d.kind != dDayOfMonth {
			p.r.start = &d
			e = e2
		}
		p.r.startClock = &c
		return p.skip(e, cStartAfter)
	}
	return i
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
	if !ok || !p.is(e, cUntilAfter) {
		return i
	}
	p.r.window, p.r.winFrom, p.r.winTo = true, c, b
	return p.skip(e, cUntilAfter)
}

// forBound reads "for 10 days", "10 दिन तक".
func (p *parse) forBound(i int) int {
	j := p.skip(p.comma(i), cFor)
	lead := j > p.comma(i)
	if lead {
		named := p.is(j, cThe)
		j = p.skip(j, cThe, cFor)
		if _, _, _, counted := p.number(j); named && !counted && p.is(j, cUnit) {
			return i // "during the day"
		}
		if k, w := p.whichOne(j); w != anyOf {
			if _, _, _, counted := p.number(k); !counted {
				return i // "на следующей неделе" is a day, not a length
			}
			j = k
		}
	}
	if k, w := p.whichOne(j); !lead && w == nextOne {
		// "अगले 10 दिनों तक"
		if _, _, e, ok := p.quantity(k, false); ok && p.is(e, cForAfter) {
			j = k
		}
	}
	n60, unit, k, ok := p.quantity(j, lead)
	if !ok || n60%60 != 0 || n60 <= 0 {
		return i
	}
	if unit != day && unit != week && unit != month && unit != year && !(unit == hour || unit == minute) {
		return i
	}
	k = p.skip(k, cThe)
	after := p.skip(k, cForAfter)
	if !lead && after == k {
		// ", 10 days," behind a recurrence says the same.
		if !(p.r.rec.set && p.adjacent(i) && (p.closes(k) || p.punct(k, ','))) || p.is(k, cInAfter) {
			return i
		}
	}
	if unit == hour || unit == minute {
		// "for 30 minutes" is how long something takes, unless it bounds an hourly rule.
		if !p.r.rec.set || p.r.rec.step == 0 || !p.adjacent(i) {
			return i
		}
	}
	if p.r.forN != 0 {
		return p.contradict(i, after)
	}
	p.r.forN, p.r.forUnit = n60/60, unit
	return after
}

// countBound reads "10 times".
func (p *parse) countBound(i int) int {
	j := p.skip(p.comma(i), cFor)
	n, k, _, ok := p.number(j)
	if !ok || !p.is(k, cTimes) || n < 1 {
		return i
	}
	if n == 1 && j == i && p.r.rec.set && p.adjacent(i) {
		return k + 1 // "每6小时一次": once each time
	}
	if n == 1 && p.is(k+1, cEvery) {
		return i // "once every 3 days"
	}
	e := p.skip(k+1, cForAfter)
	next := p.skip(e, cEach, cArticle, cEvery, cThe, cIn, cOf, cAt, cOn)
	if p.is(next, cUnit) || p.is(e, cAdverb) {
		return i // "3 times a day"
	}
	if u, is := p.at(i - 1).value(cUnit); is && u >= day && u <= month && p.r.rec.set && p.prevEnd == i && !p.punct(i, ',') && p.r.rec.step == 0 {
		// "每周两次", "every day 3 times"
		if u == day {
			p.r.rec.perDay = n
		} else {
			p.r.rec.perPeriod = n
		}
		return e
	}
	if p.r.count != 0 {
		return p.contradict(i, e)
	}
	p.r.count = n
	return e
}

// exclusion reads "except sundays", "but not on weekends", "except on 13 March", "रविवार को छोड़कर".
func (p *parse) exclusion(i int) int {
	j := p.skip(p.comma(i), cExcept)
	if j == p.comma(i) {
		return p.exclusionAfter(i)
	}
	e := i
	for {
		k := p.skip(j, cOn, cThe, cEvery, cFor, cIn, cAt)
		if set, end := p.exceptedDays(k); !set.empty() && !p.datedWeekday(k, set, end) {
			p.r.exceptDays |= set
			e = end
		} else if d, end, ok := p.oneOf(j, k); ok {
			if d.kind == dWeekend {
				p.r.exceptDays |= weekEnd
			} else {
				p.r.exceptDates = append(p.r.exceptDates, d)
			}
			e = end
		} else if m, is := p.at(k).value(cMonth); is {
			p.r.exceptMonths = append(p.r.exceptMonths, m)
			e = k + 1
		} else {
			return max(e, i)
		}
		next := p.skip(p.comma(e), cAnd, cExcept)
		if next == e {
			return p.skip(e, cExceptAfter)
		}
		j = next
		// What follows "and" is excepted too only if it is a day.
		k = p.skip(j, cOn, cThe, cEvery)
		set, _ := p.exceptedDays(k)
		if _, _, ok := p.oneOf(j, k); !ok && set.empty() && !p.is(k, cMonth) {
			return p.skip(e, cExceptAfter)
		}
	}
}

// datedWeekday: "thu 8 january" is a day, not every thursday.
func (p *parse) datedWeekday(k int, set weekdaySet, end int) bool {
	if set.count() != 1 {
		return false
	}
	d, next, ok := p.day(k)
	return ok && next > end && d.kind != dWeekday
}

// oneOf reads a day at i, with the words before it, or at k without them.
func (p *parse) oneOf(i, k int) (d datum, next int, ok bool) {
	if d, next, ok = p.day(i); ok {
		return d, next, ok
	}
	return p.day(k)
}

func (p *parse) exceptedDays(k int) (weekdaySet, int) {
	if u, is := p.at(k).value(cUnit); is {
		switch u {
		case weekend:
			return weekEnd, k + 1
		case workday:
			return workWeek, k + 1
		}
	}
	if _, w := p.whichOne(k); w != anyOf {
		return 0, k
	}
	return p.weekdaysAt(k)
}

func (p *parse) exclusionAfter(i int) int {
	k := p.skip(i, cOn, cThe)
	set, e := p.exceptedDays(k)
	if set.empty() {
		return i
	}
	e2 := p.skip(e, cOn, cThe)
	if !p.is(e2, cExceptAfter) {
		if !p.is(e, cExceptAfter) {
			return i
		}
		e2 = e
	}
	p.r.exceptDays |= set
	return p.skip(e2, cExceptAfter)
}
