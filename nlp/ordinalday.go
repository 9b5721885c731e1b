package nlp

// ordinalWeekdays reads "first and third thursday [of each month]".
func (p *parse) ordinalWeekdays(i int) int {
	var list []int
	j := i
	for {
		n, k, ok := p.ordinal(j)
		if !ok {
			if n, k, ok = p.dotted(j); !ok {
				break
			}
		}
		list = append(list, n)
		j = k
		k = p.skip(p.comma(j), cAnd, cThe)
		if k == j {
			break
		}
		if _, _, ok := p.ordinal(k); !ok {
			if _, _, ok := p.dotted(k); !ok {
				break
			}
		}
		j = k
	}
	if len(list) == 0 {
		return i
	}
	days, e := p.weekdaysAt(j)
	if days.empty() {
		if u, is := p.at(j).value(cUnit); is && u == day && len(list) == 1 && list[0] > 0 && (p.monthFollows(j+1) || p.r.rec.monthly()) {
			// "first day of each month"
			if !p.r.rec.monthly() {
				p.setUnit(month, 1, i, j+1)
			}
			p.r.rec.monthDays = append(p.r.rec.monthDays, list[0])
			return p.ofTheMonth(j + 1)
		}
		if u, is := p.at(j).value(cUnit); is && len(list) == 1 && list[0] == -1 && (u == day || u == workday) && (p.monthFollows(j+1) || p.r.rec.monthly()) {
			return p.lastDay(i)
		}
		return i
	}
	for _, n := range list {
		if n < -1 || n == 0 || n > 5 {
			return i
		}
	}
	// Behind "every month" too: "each month on the first monday".
	if !p.monthFollows(e) && !p.r.rec.monthly() && !p.is(i-1, cEvery) {
		// "first and third thursday" without a month still is a recurrence.
		if len(list) < 2 {
			return i
		}
	}
	if !p.r.rec.monthly() {
		p.setUnit(month, 1, i, e)
	}
	p.r.rec.ordinals = append(p.r.rec.ordinals, list...)
	p.r.rec.weekdays |= days
	return p.ofTheMonth(e)
}

// ordinalBehind reads "الاثنين الأول من كل شهر", "اليوم الأخير من كل شهر", "el día último de cada mes": the
// ordinal stands behind what it counts.
func (p *parse) ordinalBehind(i int) int {
	d, weekday := p.at(i).value(cWeekday)
	u, unit := p.at(i).value(cUnit)
	n, e, ok := p.ordinal(i + 1)
	if !ok || n == 0 || n > 5 || n < -1 || !p.monthFollows(e) || p.r.rec.monthly() || p.at(i+1).kind != tWord {
		return i
	}
	switch k := p.skip(e, cOf, cThe, cIn, cOn); {
	case !p.is(k, cEvery) && p.ofTheMonth(e) == e, p.nextOne(p.ofTheMonth(e)):
		return i
	case weekday && p.lex.script == arabic:
		p.setUnit(month, 1, i, e)
		p.r.rec.ordinals = append(p.r.rec.ordinals, n)
		p.r.rec.weekdays.add(d)
	case unit && u == day && (p.lex.script == arabic || n == -1):
		p.setUnit(month, 1, i, e)
		p.r.rec.monthDays = append(p.r.rec.monthDays, n)
	case unit && u == workday && n == -1:
		p.setUnit(month, 1, i, e)
		p.r.rec.lastWork = true
	default:
		return i
	}
	return p.ofTheMonth(e)
}

// nextOne reports whether "القادم" stands at i: one month, not every.
func (p *parse) nextOne(i int) bool {
	_, w := p.whichOne(i)
	return w != anyOf
}

// monthFollows reports whether "of every month", "of the month" comes next.
func (p *parse) monthFollows(i int) bool {
	k := p.skip(i, cOf, cThe, cIn, cOn)
	if p.is(k, cEvery) {
		k = p.skip(k+1, cThe)
		if _, _, w, ok := p.number(k); ok && !w {
			k++
		}
	}
	u, is := p.at(k).value(cUnit)
	return is && u == month || p.is(k, cAdverb) && is2month(p.at(k))
}

func (p *parse) isMonth(i int) bool {
	u, is := p.at(i).value(cUnit)
	return is && u == month
}

func is2month(t *token) bool {
	v, _ := t.value(cAdverb)
	return v%16 == month
}

// ofTheMonth passes "of the month"; "of every 2 months" is left to every.
func (p *parse) ofTheMonth(i int) int {
	k := p.skip(i, cOf, cThe, cIn)
	if u, is := p.at(k).value(cUnit); is && u == month {
		return k + 1
	}
	return i
}

// lastDay reads "last day", "last working day" of a month.
func (p *parse) lastDay(i int) int {
	n, k, ok := p.ordinal(i)
	if !ok || n != -1 {
		return i
	}
	u, is := p.at(k).value(cUnit)
	if !is || u != day && u != workday {
		return i
	}
	if !p.r.rec.monthly() {
		p.setUnit(month, 1, i, k+1)
	}
	if u == workday {
		p.r.rec.lastWork = true
	} else {
		p.r.rec.monthDays = append(p.r.rec.monthDays, -1)
	}
	return p.ofTheMonth(k + 1)
}

// monthDayList reads "15th", "1st and 15th" behind "every".
func (p *parse) monthDayList(i, j int) int {
	var days []int
	e := j
	for {
		k := p.skip(e, cThe, cDayMark, cOn)
		n, end, ok := p.ordinal(k)
		if !ok {
			if n, end, ok = p.dotted(k); !ok {
				d, stop, is := p.day(k)
				if !is || d.kind != dDayOfMonth {
					break
				}
				n, end = d.n, stop
			}
		}
		if n < 1 || n > 31 || p.isUnit(end) || p.is(end, cDose) {
			break
		}
		days = append(days, n)
		e = p.skip(end, cDayMark)
		next := p.skip(p.comma(e), cAnd)
		if next == e {
			break
		}
		e = next
	}
	if len(days) == 0 {
		return i
	}
	p.setUnit(month, 1, i, e)
	p.r.rec.monthDays = append(p.r.rec.monthDays, days...)
	return p.ofTheMonth(e)
}
