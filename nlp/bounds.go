package nlp

// bound reads where a series begins and ends: "starting monday", "until friday", "for 10 days",
// "10 times", "from 9 to 21".
func (p *parse) bound(i int) int {
	for _, try := range [...]func(int) int{p.nightBetween, p.inMonth, p.clockRange, p.dateRange, p.untilBound, p.startBound, p.forBound, p.countBound} {
		if j := p.try(try, i); j > i {
			return j
		}
	}
	return i
}

// inMonth reads "every day at 9 in april", the days of the coming april, and "every year in may".
func (p *parse) inMonth(i int) int {
	j := p.skip(i, cIn, cOn, cOf)
	if j == i {
		return i
	}
	m, is := p.at(j).value(cMonth)
	rule := p.r.rec.set && p.r.rec.step == 0
	if !is || len(p.r.rec.months) > 0 || p.r.until != nil {
		return i
	}
	if _, e, number := p.dayNumber(j + 1); number && !p.is(e, cOClock) && !p.is(e, cMeridiem) {
		return i
	}
	if y, _ := p.yearAfter(j + 1); y > 0 {
		return i
	}
	if !rule && !(p.opens(i) && (p.is(j+1, cEvery) || p.is(j+1, cAdverb) || p.is(j+1, cWeekdays))) {
		return i
	}
	p.r.rec.months = append(p.r.rec.months, m)
	if rule && (p.r.rec.unit == month || p.r.rec.unit == year) {
		return j + 1 // "every first monday in june" is one of each year
	}
	p.r.until = &datum{kind: dEndOf, unit: month, m: m, from: i}
	return j + 1
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
		if _, k, ok := p.day(j); ok {
			return p.contradict(i, k)
		}
		return i
	}
	d, k, ok := p.day(p.skip(p.skip(p.comma(i), cUntil), cTo, cOn)) // "the" belongs to "the 20th"
	if !ok {
		d, k, ok = p.day(j)
	}
	if ok {
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
	if c, e, ok := p.clockItem(k, true); ok && !(c.only && c.shift != 0) && (strong || !c.hourOnly || c.part != 0 || c.meridiem != 0 || !p.doseOrWord(e)) {
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

// forBound reads "for 10 days", "10 दिन तक".
func (p *parse) forBound(i int) int {
	j := p.skip(p.comma(i), cFor)
	lead := j > p.comma(i)
	if lead {
		named := p.is(j, cThe)
		j = p.skip(j, cThe, cFor)
		if p.is(j-1, cEach) && p.is(j, cUnit) && p.is(i-1, cDose) {
			return i // "2 comprimidos por dia"
		}
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
	if !lead {
		// "les 3 prochains jours"
		n, k, _, ok := p.number(p.skip(j, cThe, cOn, cIn))
		if e, w := p.whichOne(k); ok && n > 1 && w == nextOne && p.r.forN == 0 && (p.opens(i) || p.r.rec.set) {
			if u, is := p.at(e).value(cUnit); is && u >= day && u <= month {
				p.r.forN, p.r.forUnit = n, u
				return e + 1
			}
		}
		if k := p.skip(j, cThe, cOn); k > j && p.is(k, cNext) {
			j = k
		}
	}
	if k, w := p.whichOne(j); !lead && w == nextOne {
		// "अगले 10 दिनों तक"
		_, u, e, ok := p.quantity(k, false)
		if ok && p.is(e, cForAfter) {
			j = k
		}
		if n60, _, _, ok := p.quantity(k, false); ok && n60 > 60 && u >= day && u <= month && (p.opens(i) || p.r.rec.set) {
			j, lead = k, true // "next 5 days at 8am"
		}
		if ok && u <= hour && p.is(p.comma(e), cEvery) {
			j, lead = k, true // "следующие 3 часа каждые 30 минут"
		}
	}
	n60, unit, k, ok := p.quantity(j, lead)
	if ok && !lead && p.lex.unspaced && p.r.rec.monthly() && p.is(k-1, cDayMark) {
		return i // 每月15日
	}
	if !ok || n60%60 != 0 || n60 <= 0 {
		return i
	}
	if unit != day && unit != week && unit != month && unit != year && !(unit == hour || unit == minute) {
		return i
	}
	for p.is(k, cThe) && !p.is(k, cAt) {
		k++
	}
	after := p.skip(k, cForAfter)
	if !lead && after == k {
		// ", 10 days," behind a recurrence says the same.
		bound := p.r.rec.set && (p.closes(k) || p.punct(k, ',')) || p.r.start != nil && (p.closes(k) || p.is(k, cAt))
		course := n60 > 60 && (unit == day || unit == week) && (p.opens(i) && (p.partsFollow(k) || p.clockFollows(k)) || p.clockFollows(k) && (p.is(i-1, cMedical) || p.is(i-1, cDose)) || p.closes(k) && p.adjacent(i) && p.partsRead())
		if !(bound && p.adjacent(i)) && !course || p.is(k, cInAfter) {
			return i
		}
	}
	if unit == hour || unit == minute {
		// "for 30 minutes" is how long something takes, unless it bounds an hourly rule.
		behind := p.r.rec.set && p.r.rec.step > 0 && p.adjacent(i)
		_, u, _, ahead := p.quantity(p.comma(after)+1, true)
		if ahead = ahead && lead && p.is(p.comma(after), cEvery) && u <= hour; !behind && !ahead {
			return i
		}
	}
	if p.r.forN != 0 {
		return p.contradict(i, after)
	}
	p.r.forN, p.r.forUnit = n60/60, unit
	return after
}

// partsFollow reports whether two parts of the day follow, so that the days before them are a course:
// "5 days morning and evening".
func (p *parse) partsFollow(i int) bool {
	j, _ := p.clockLead(i)
	a, k, ok := p.clockItem(j, false)
	j, _ = p.clockLead(p.skip(p.comma(k), cAnd))
	b, _, also := p.clockItem(j, false)
	return ok && also && a.only && b.only && a.part != b.part
}

// clockFollows reports whether a word such as "at" and a time of day follow, so that the days before
// them are a course: "7 days at 9am".
func (p *parse) clockFollows(i int) bool {
	if p.is(i, cDayparts) {
		return true // "5 Tage morgens"
	}
	j, lead := p.clockLead(i)
	if !lead {
		return false
	}
	_, _, ok := p.clockItem(j, true)
	return ok
}

// partsRead reports whether nothing but two or more parts of the day has been read.
func (p *parse) partsRead() bool {
	for _, c := range p.r.clocks {
		if !c.only {
			return false
		}
	}
	return len(p.r.clocks) > 1 && len(p.r.dates) == 0 && !p.r.hasOffset
}

// countBound reads "10 times".
func (p *parse) countBound(i int) int {
	j := p.skip(p.comma(i), cFor)
	n, k, _, ok := p.number(j)
	if ok && p.is(i, cTimes) && j > i && n > 1 && p.r.rec.set && p.adjacent(i) && !p.isUnit(k) && !p.doseAfter(k) && !p.at(k).plain() && !p.is(k, cUnit) && p.r.count == 0 {
		p.r.count = n // "daily x 10"
		return k
	}
	if !ok || !p.is(k, cTimes) || n < 1 {
		return i
	}
	if n == 1 && p.lex.unspaced && j == i && i > 0 && p.taken[i-1] == roleNone && p.content(i-1) && p.at(i).glued && p.at(k+1).glued && (p.content(k+1) || p.is(k+1, cReading) || p.is(k+1, cFood)) {
		return i // "翻一次身": the count belongs to the verb
	}
	if n == 1 && p.r.rec.set && (j == i && p.adjacent(i) || p.lex.unspaced) {
		return k + 1 // "每6小时一次": once each time
	}
	if n == 1 && p.is(k+1, cEvery) {
		return i // "once every 3 days"
	}
	if w := p.at(k); w.end == w.start+1 && (p.at(k+1).kind == tNumber || p.at(k+1).kind == tDecimal) && !p.is(k+2, cOClock) && !p.is(k+2, cMeridiem) {
		return i // "4 x 500 mg"
	}
	e := p.skip(k+1, cForAfter)
	next := p.skip(e, cEach, cArticle, cEvery, cThe, cIn, cOf, cAt, cOn)
	if _, _, _, period := p.quantity(next, false); n == 1 && next > e && period {
		return i // "1 раз в 3 дня"
	}
	if p.is(next, cUnit) || p.is(e, cAdverb) || p.punct(e, '/') && p.is(e+1, cUnit) {
		return i // "3 times a day", "4x/day"
	}
	if u, is := p.at(i - 1).value(cUnit); is && u >= day && u <= month && p.r.rec.set && p.prevEnd == i && !p.punct(i, ',') && p.r.rec.step == 0 {
		// "每周两次", "every day 3 times"
		if u == day {
			p.setPerDay(n, i)
		} else {
			p.r.rec.perPeriod = n
		}
		return e
	}
	if r := p.r.rec; p.lex.unspaced && j == i && r.set && r.unit == day && r.n == 1 && r.step == 0 && n <= 6 && len(p.r.clocks) == 0 && p.at(i).glued && p.taken[i-1] == roleNone {
		p.setPerDay(n, i) // 每天吃两次药
		return e
	}
	if p.r.count != 0 {
		return p.contradict(i, e)
	}
	p.r.count = n
	return e
}
