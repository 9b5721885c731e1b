package nlp

import "strings"

// every reads "every ..." in all its forms.
func (p *parse) every(i int) int {
	if _, _, _, counted := p.number(i + 1); !p.is(i, cEvery) && !(p.lex.unspaced && p.is(i, cOther) && counted) {
		return p.everyQ(i)
	}
	j := i + 1
	if p.punct(j, '/') {
		j++ // "c/8h"
	} else if p.at(i).end == p.at(i).start+1 {
		return i // the letter alone is none
	}
	j = p.skip(j, cThe)
	if all, _ := p.at(i).value(cEvery); all == 1 && p.lex.partAttributes {
		if u, is := p.at(j).value(cUnit); is && (u == week || u == month || u == year || u == weekend && !p.is(j, cWeekdays)) {
			p.fail("rule_unread", i, j+1) // "all week at 9" is a stretch of days
			return j + 1
		}
	}
	if p.is(j, cHoliday) {
		p.fail("holidays", i, j+1)
		return j + 1
	}
	if v, is := p.at(j).value(cMonthDay); is {
		p.setUnit(month, 1, i, j+1)
		p.r.rec.monthDays = append(p.r.rec.monthDays, v)
		return j + 1
	}
	if u, is := p.at(j).value(cEndOf); is && u == month {
		p.setUnit(month, 1, i, j+1)
		p.r.rec.monthDays = append(p.r.rec.monthDays, -1)
		return j + 1
	}
	if p.is(j, cOther) && !p.numbered(j) {
		if k := p.everyUnit(i, j+1, 2); k > j {
			return k
		}
	}
	// "every second tuesday": every other one; "every second tuesday of the month" is numbered.
	if n, k, ok := p.ordinal(j); ok {
		if p.at(j).kind == tNumber && p.at(k).plain() && p.at(k).kind == tWord && i > 0 && p.taken[i-1] == roleNone && p.content(i-1) {
			p.fail("rule_unread", i, k) // "call every 3rd patient"
			return k
		}
		if n >= 2 && n <= 4 && !p.r.rec.monthly() && !p.numbered(j) {
			if list, e := p.weekdaysAt(k); !list.empty() {
				p.setUnit(week, n, i, e)
				p.r.rec.weekdays |= list
				return e
			}
		}
		if e := p.ordinalWeekdays(j); e > j {
			p.setUnit(month, 1, i, e)
			return e
		}
		if n > 1 {
			if e := p.everyUnit(i, k, n); e > k {
				return e
			}
		}
		if n == -1 {
			if e := p.lastDay(j); e > j {
				p.setUnit(month, 1, i, e)
				return e
			}
		}
		if d, e, ok := p.day(j); ok {
			switch d.kind {
			case dCalendar:
				p.setUnit(year, 1, i, e)
				p.r.rec.yearDays = append(p.r.rec.yearDays, d)
				return e
			case dDayOfMonth:
				return p.monthDayList(i, j)
			}
		}
		if n >= 1 && n <= 31 && p.at(j).kind == tNumber {
			return p.monthDayList(i, j)
		}
	}
	if n, k, ok := p.dotted(j); ok && n <= 31 {
		if e := p.everyUnit(i, k, n); n > 1 && e > k && !p.numberedAt(k) {
			return e
		}
		if d, e, ok := p.day(j); ok && d.kind == dCalendar {
			p.setUnit(year, 1, i, e)
			p.r.rec.yearDays = append(p.r.rec.yearDays, d)
			return e
		}
		return p.monthDayList(i, j)
	}
	if n, k, _, ok := p.number(j); ok && n > 0 {
		// "every 4-6 hours" is no one interval.
		if m := k + 1; p.punct(k, '-') || p.is(k, cTo) || p.is(k, cAnd) {
			if _, e, _, ok := p.number(m); ok && p.is(e, cUnit) {
				p.fail("interval_range", i, e+1)
				return e + 1
			}
		}
	}
	if days, k := p.numbers(j); len(days) > 0 && (p.is(k, cOf) && p.ofTheMonth(k) > k || p.is(k, cAt) && !p.is(j, cArticle)) {
		p.setUnit(month, 1, i, k) // "todos los 15 a las 9", "cada 1 y 15 del mes"
		p.r.rec.monthDays = append(p.r.rec.monthDays, days...)
		return p.ofTheMonth(k)
	}
	if p.is(j, cDayMark) && p.is(j, cUnit) {
		// "todo dia 15", "todos los días 1 y 15"
		days, k := p.numbers(j + 1)
		if n, e, _, ok := p.number(j + 1); len(days) == 0 && ok && n >= 1 && n <= 31 {
			days, k = []int{n}, e
		}
		if len(days) > 0 && !p.isUnit(k) && !p.doseAfter(k) && !p.is(k, cOClock) && !p.counted(k) &&
			!p.is(k, cMeridiem) && !p.is(p.skip(k, cOf, cThe, cIn), cDaypart) {
			p.setUnit(month, 1, i, k)
			p.r.rec.monthDays = append(p.r.rec.monthDays, days...)
			return p.ofTheMonth(k)
		}
	}
	if k := p.everyUnit(i, j, 1); k > j {
		return k
	}
	if d, is := p.at(j).value(cWeekday); is && p.lex.unspaced && p.is(j+1, cTimes) {
		p.setUnit(week, 1, i, j+2) // 每周一次, which only looks like a weekday
		p.r.rec.perPeriod = d
		return j + 2
	}
	if list, k := p.weekdaysAt(j); !list.empty() {
		p.setUnit(week, 1, i, k)
		p.r.rec.weekdays |= list
		return k
	}
	if k := p.everyPart(i, j); k > j {
		return k
	}
	if d, e, ok := p.day(j); ok {
		switch d.kind {
		case dCalendar:
			p.setUnit(year, 1, i, e)
			p.r.rec.yearDays = append(p.r.rec.yearDays, d)
			return e
		case dDayOfMonth:
			return p.monthDayList(i, j)
		case dWeekend:
			p.setUnit(week, 1, i, e)
			p.r.rec.weekdays |= weekEnd
			return e
		}
	}
	if m, is := p.at(j).value(cMonth); is {
		p.setUnit(year, 1, i, j+1)
		p.r.rec.months = append(p.r.rec.months, m)
		return j + 1
	}
	if p.is(j, cMeals) {
		return p.meals(j)
	}
	return i
}

// counted reports whether the word at i may be what the number before it counts: a noun in the
// plural, or in the singular behind one. "5 exercícios" are counted, "5 pagar" are not.
func (p *parse) counted(i int) bool {
	t := p.at(i)
	if t.kind != tWord || !t.plain() {
		return false
	}
	if one, _, _, ok := p.number(i - 1); ok && one == 1 {
		return p.text[t.end-1] != 'r' // a verb: "todo dia 1 pagar"
	}
	return p.manyOf(i)
}

// manyOf reports whether the ordinary word at i has the ending of a plural.
func (p *parse) manyOf(i int) bool {
	w := p.text[p.at(i).start:p.at(i).end]
	for _, singular := range [...]string{"is", "ss", "us"} {
		if strings.HasSuffix(w, singular) {
			return false
		}
	}
	for _, plural := range [...]string{"s", "x", "en", "ern", "ий", "ов", "ек", "ок"} {
		if strings.HasSuffix(w, plural) {
			return true
		}
	}
	return false
}

// numbers reads days of the month as bare figures: "1 y 15".
func (p *parse) numbers(i int) (days []int, next int) {
	for {
		n, k, _, ok := p.number(i)
		if !ok || n < 1 || n > 31 || p.at(i).kind != tNumber {
			return days, next
		}
		days, next = append(days, n), k
		if i = p.skip(p.comma(k), cAnd, cPlusWord); i == k {
			return days, next
		}
		i = p.skip(i, cThe)
	}
}

// numbered reports whether an ordinal is that of a weekday in a month.
func (p *parse) numbered(j int) bool {
	_, k, ok := p.ordinal(j)
	if !ok {
		return false
	}
	set, e := p.weekdaysAt(k)
	return !set.empty() && p.monthFollows(e)
}

func (p *parse) numberedAt(k int) bool {
	set, e := p.weekdaysAt(k)
	return !set.empty() && p.monthFollows(e)
}

func (r *recurrence) monthly() bool { return r.set && r.unit == month }

// everyQ is the shorthand q6h.
func (p *parse) everyQ(i int) int {
	if !p.is(i, cHoursQ) {
		return i
	}
	n, j, _, ok := p.number(i + 1)
	if !ok {
		t := p.at(i + 1)
		if t.kind != tNumber || t.digits > 3 {
			return i
		}
		n, j = int(t.n), i+2
	}
	if p.punct(j, '-') && p.at(j+1).kind == tNumber {
		j += 2 // q4-6h: the shorter distance is the safe one to say, so it is refused below
		p.fail("interval_range", i, j)
	}
	if u, is := p.at(j).value(cUnit); is {
		p.setInterval(n*60, u, i, j+1)
		return j + 1
	}
	return i
}

// everyUnit reads "[3] days" behind "every"; n is what an ordinal or "other" said.
func (p *parse) everyUnit(i, j, n int) int {
	if n == 1 {
		if n60, unit, k, ok := p.quantity(j, true); ok {
			if v, plus := p.at(k).value(cPlus); plus && v == 30 && unit == hour {
				n60 += 30
				k++
			}
			// "every 1h30m"
			if unit == hour || unit == minute {
				if a, k2, ok := p.duration(j, true); ok && k2 > k {
					p.setStep(a.seconds, i, k2)
					return p.skip(k2, cInAfter)
				}
			}
			return p.afterEveryUnit(n60, unit, i, k)
		}
		num, k, _, ok := p.number(j)
		if !ok {
			return j
		}
		if list, e := p.weekdaysAt(k); !list.empty() {
			p.setUnit(week, num, i, e)
			p.r.rec.weekdays |= list
			return e
		}
		return j
	}
	if u, is := p.at(j).value(cUnit); is {
		return p.afterEveryUnit(n*60, u, i, j+1)
	}
	if list, e := p.weekdaysAt(j); !list.empty() {
		p.setUnit(week, n, i, e)
		p.r.rec.weekdays |= list
		return e
	}
	if part, is := p.at(j).value(cDaypart); is {
		p.setUnit(day, n, i, j+1)
		p.r.clocks = append(p.r.clocks, clockTime{part: part, only: true})
		p.r.clockAt = append(p.r.clockAt, i)
		return j + 1
	}
	return j
}

func (p *parse) afterEveryUnit(n60, unit, i, j int) int {
	switch unit {
	case hour, minute, second:
		j = p.skip(j, cInAfter)
	case week:
		// "every 2 weeks on monday": the days come as elements of their own.
	}
	p.setInterval(n60, unit, i, j)
	return j
}

// everyPart reads "every morning and evening", "every night", "each lunch".
func (p *parse) everyPart(i, j int) int {
	if p.lex.postpositions {
		if k := p.meals(j); k > j {
			return k
		}
	}
	if p.is(j, cDayparts) {
		if k := p.adverb(j); k > j {
			return k // "tous les matisn"
		}
	}
	k := p.skip(j, cBefore, cAfter, cWith)
	if _, is := p.at(k).value(cDaypart); !is {
		return j
	}
	e := p.clock(j)
	if e == j {
		return j
	}
	p.setUnit(day, 1, i, e)
	return e
}
