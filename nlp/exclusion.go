package nlp

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
		} else if p.is(k, cHoliday) {
			p.fail("holidays", i, k+1)
			e = k + 1
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
		if _, _, ok := p.oneOf(j, k); !ok && set.empty() && !p.is(k, cMonth) && !p.is(k, cHoliday) {
			return p.skip(e, cExceptAfter)
		}
	}
}

// inclusion reads "including weekends": days that an "every day" has anyway, and that other rules gain.
func (p *parse) inclusion(i int) int {
	j := p.skip(p.comma(i), cInclude)
	if j == p.comma(i) && !(p.is(i-1, cInclude) && p.prevEnd == i) {
		return i
	}
	if p.punct(j, '.') && p.at(j).glued {
		j++
	}
	e := i
	for {
		k := p.skip(j, cOn, cThe, cEvery, cIn, cAt)
		if set, end := p.exceptedDays(k); !set.empty() && !p.datedWeekday(k, set, end) {
			if p.r.rec.set && p.r.rec.unit == week {
				p.r.rec.weekdays |= set
			}
			e = end
		} else if p.is(k, cHoliday) {
			e = k + 1
		} else {
			return e
		}
		if j = p.skip(p.comma(e), cAnd, cInclude); j == e {
			return e
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
	if p.is(k, cHoliday) && p.is(p.skip(k+1, cOn, cThe), cExceptAfter) {
		e = p.skip(p.skip(k+1, cOn, cThe), cExceptAfter)
		p.fail("holidays", i, e)
		return e
	}
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
