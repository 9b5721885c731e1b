package nlp

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

// weekdayOne reads a weekday with what says which one: "next friday", "vendredi prochain".
func (p *parse) weekdayOne(j int) (d datum, next int, ok bool) {
	if p.is(j, cAfterNext) {
		if v, is := p.at(j + 1).value(cWeekday); is {
			return datum{kind: dWeekday, n: v, which: nextWeeks, plus: 7}, j + 2, true // "übernächsten Montag"
		}
		if u, is := p.at(j + 1).value(cUnit); is && u == week {
			m := p.comma(p.skip(j+2, cOn, cThe))
			if v, is := p.at(m).value(cWeekday); is {
				return datum{kind: dWeekday, n: v, which: nextWeeks, plus: 7}, m + 1, true
			}
			return datum{kind: dPeriod, n: 2, unit: week}, j + 2, true
		}
		return d, j, false
	}
	k, w := p.whichOne(j)
	if v, _ := p.at(j).value(cPrevious); v == 1 && w == previous {
		return d, j, false // "le kiné passe mercredi": only behind the day
	}
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
		if v, is := p.at(k).value(cUnit); is && v == weekend && (w != anyOf || p.lex.unspaced || p.opens(k) && (p.is(k+1, cAt) || p.at(k+1).kind == tClock || p.closes(k+1)) || k > 0 && (p.is(k-1, cThe) || p.is(k-1, cOn)) || p.lex.postpositions && p.is(k+1, cOn)) {
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
	if v2, is := p.at(next).value(cAhead); is && (w == anyOf || w == thisOne) {
		return datum{kind: dWeekday, n: v, plus: v2}, next + 1, true // "mercredi en huit"
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

// period reads "next week", "next month", "end of the month".
func (p *parse) period(j int) (d datum, next int, ok bool) {
	if u, is := p.at(j).value(cEndOf); is {
		return datum{kind: dEndOf, unit: u}, j + 1, true
	}
	if m := p.nextMonth(j); m > j && p.lex.postpositions && p.is(p.skip(m, cOf), cEnd) {
		return datum{kind: dOrdinal, n: -1, which: nextOne}, p.skip(m, cOf) + 1, true // 下月底, "अगले महीने के अंत"
	}
	if p.is(j, cEnd) {
		k := p.skip(j+1, cOf, cThe)
		if m := p.nextMonth(k); m > k {
			return datum{kind: dOrdinal, n: -1, which: nextOne}, m, true // "end of next month"
		}
		k = p.skip(k, cOf, cThe, cThis)
		if u, is := p.at(k).value(cUnit); is && (u == month || u == week || u == year) {
			if m, w := p.whichOne(k + 1); u == month && (w == nextOne || w == comingOne) {
				return datum{kind: dOrdinal, n: -1, which: nextOne}, m, true // "fin du mois prochain"
			}
			return datum{kind: dEndOf, unit: u}, k + 1, true
		}
		if m, is := p.at(k).value(cMonth); is {
			return datum{kind: dEndOf, unit: month, m: m}, k + 1, true
		}
		return d, j, false
	}
	k, w := p.whichOne(j)
	if v, is := p.at(k).value(cMonthDay); is && w != anyOf {
		return datum{kind: dDayOfMonth, n: v}, k + 1, true // "zum nächsten Monatsersten"
	}
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
