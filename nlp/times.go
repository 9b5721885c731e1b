package nlp

// adverb reads "daily", "weekly", "fortnightly", "mornings".
func (p *parse) adverb(i int) int {
	if p.is(i, cAdverb) && p.is(i-1, cThe) && p.taken[i-1] == roleNone && p.lex.script == latin && !p.lex.partAttributes && p.bareWord(i) {
		return i // "comprar el diario": a newspaper
	}
	if v, is := p.at(i).value(cAdverb); is {
		fresh := !p.r.rec.set
		p.setInterval(v/16*60, v%16, i, i+1)
		if fresh && p.at(i+1).plain() && p.at(i+1).kind == tWord && !p.lex.unspaced {
			p.attribute = i + 1
		}
		return i + 1
	}
	if _, _, _, counted := p.number(i - 1); counted && p.lex.partAttributes && p.bareWord(i) && p.taken[i-1] == roleNone {
		return i // "five nights"
	}
	if v, is := p.at(i).value(cDayparts); is {
		add := func(v int) {
			p.r.clocks = append(p.r.clocks, clockTime{part: v, only: true})
			p.r.clockAt = append(p.r.clockAt, i)
		}
		j := i + 1
		if n := len(p.r.clocks); n > 0 {
			if last := &p.r.clocks[n-1]; last.only {
				if last.part != v && !closer(*last, clockTime{part: v, only: true}) {
					add(v) // "eine Tablette morgens und zwei abends"
				}
			} else if last.part == 0 && last.meridiem == 0 {
				last.part = v
			}
		} else {
			add(v)
			for {
				k := p.skip(p.comma(j), cAnd)
				v2, is := p.at(k).value(cDayparts)
				if !is {
					v2, is = p.at(k).value(cDaypart) // "jeden Morgen und Abend"
				}
				if !is || k == j {
					break
				}
				add(v2)
				j = k + 1
			}
			// "abends um 8": the figure takes the place of the part.
			if j == i+1 {
				if k, lead := p.clockLead(j); lead {
					if c, e, ok := p.figure(k, true); ok && !p.r.rec.set {
						c.part = v
						p.r.clocks = append(p.r.clocks[:0], c)
						p.setPart()
						return e
					}
				}
			}
		}
		p.setPart()
		return j
	}
	return i
}

// setPart makes a part of the day in the plural repeat daily unless something else says how.
func (p *parse) setPart() {
	if !p.r.rec.set && len(p.r.dates) > 0 && allWeekdays(p.r.dates) {
		p.r.rec.set, p.r.rec.unit, p.r.rec.n = true, week, 1
		return
	}
	if !p.r.rec.set && len(p.r.dates) == 0 {
		p.r.rec.set, p.r.rec.unit, p.r.rec.n, p.r.rec.loose = true, day, 1, true
	}
}

// timesADay reads "twice a day", "3 times daily", "BID", "once a week".
func (p *parse) timesADay(i int) int {
	if v, is := p.at(i).value(cTimesADay); is {
		p.setUnit(day, 1, i, i+1)
		p.setPerDay(v, i)
		j := i + 1
		if p.punct(j, '.') && p.at(j).glued {
			j++
		}
		return j
	}
	if v, k, _, ok := p.number(i); ok && v >= 1 && v <= 7 {
		// "7 days a week"
		u, is := p.at(k).value(cUnit)
		w, is2 := p.at(p.skip(k+1, cEach, cArticle, cEvery, cThe)).value(cUnit)
		if e := p.skip(k+1, cEach, cArticle, cEvery, cThe); is && is2 && u == day && w == week && e > k+1 {
			if v == 7 {
				p.setUnit(day, 1, i, e+1)
			} else {
				p.setUnit(week, 1, i, e+1)
				p.r.rec.perPeriod = v
			}
			return e + 1
		}
	}
	if a, k, _, ok := p.number(i); ok && (p.punct(k, '-') && p.at(k+1).kind == tNumber || p.is(k, cTo) || p.is(k, cUntil) || p.is(k, cStartAfter)) {
		if b, m, _, ok := p.number(k + 1); ok && b > a && p.is(m, cTimes) {
			if e := p.timesADay(k + 1); e > m {
				p.fail("interval_range", i, m+1) // "3-4 times a day"
				return e
			}
		}
	}
	n, j := 0, i
	if v, is := p.at(i).value(cNTimes); is {
		n, j = v, i+1
	} else if v, k, _, ok := p.number(i); ok && (p.is(k, cTimes) || p.punct(k, '-') && p.is(k+1, cTimes) && p.at(k+1).glued) {
		n, j = v, k+1
		if n == 0 {
			p.fail("interval_zero", i, j)
		}
		if !p.is(k, cTimes) {
			j++ // "3-mal"
		}
	} else if p.is(i, cTimes) && p.is(i+1, cEach) {
		n, j = 1, i+1 // "раз в день"
	} else {
		return p.timesBehind(i)
	}
	if n == 1 && (p.is(j, cEvery) || p.is(j, cHoursQ)) {
		if e := p.every(j); e > j {
			return e // "once every 8 hours"
		}
	}
	k := p.skip(j, cEach, cArticle, cEvery, cThe, cOf, cIn, cAt, cOn)
	if p.punct(j, '/') && p.is(j+1, cUnit) {
		k = j + 1 // "3x/day"
	}
	if n == 1 && k > j {
		// "раз в 2 дня"
		if n60, u, e, ok := p.quantity(k, false); ok && n60 > 60 {
			p.setInterval(n60, u, i, e)
			return e
		}
	}
	if u, is := p.at(k).value(cUnit); is && k > j || is && u == day {
		switch {
		case u == day:
			p.setUnit(day, 1, i, k+1)
			p.setPerDay(n, i)
		case n == 1 && (u == week || u == month || u == year):
			p.setUnit(u, 1, i, k+1)
		case u == week && n <= 7, u == month && n <= 31:
			p.setUnit(u, 1, i, k+1)
			p.r.rec.perPeriod = n
		default:
			return i
		}
		return k + 1
	}
	if v, is := p.at(j).value(cAdverb); is {
		switch {
		case v%16 == day:
			p.setUnit(day, 1, i, j+1)
			p.setPerDay(n, i)
		case n == 1:
			p.setUnit(v%16, 1, i, j+1)
		case v == 16+week, v == 16+month:
			p.setUnit(v%16, 1, i, j+1)
			p.r.rec.perPeriod = n
		default:
			return i
		}
		return j + 1
	}
	return i
}

// setPerDay notes how many times a day; two numbers that differ contradict each other.
func (p *parse) setPerDay(n, i int) {
	if p.r.rec.perDay > 0 && p.r.rec.perDay != n {
		p.fail("contradiction", i, i+1)
	}
	p.r.rec.perDay = n
}

// timesBehind reads "दिन में तीन बार", "в день 3 раза": the period first.
func (p *parse) timesBehind(i int) int {
	j := p.skip(i, cEvery, cArticle, cEach)
	if n, k, _, ok := p.number(j); ok && n == 1 {
		j = k
	}
	u, is := p.at(j).value(cUnit)
	if v, adverb := p.at(j).value(cAdverb); adverb && v/16 == 1 {
		u, is = v%16, true
	}
	if !is || u != day && u != week && u != month {
		return i
	}
	j = p.skip(j+1, cEach, cInAfter, cOf)
	n, k, ok := 0, j, false
	if v, is := p.at(j).value(cNTimes); is {
		n, k, ok = v, j+1, true
	} else if n, k, _, ok = p.number(j); ok {
		ok = p.is(k, cTimes)
		k++
	}
	switch {
	case !ok && u == day && n > 0 && p.is(k-1, cDose) && !p.r.rec.set && p.lex.postpositions && !p.lex.unspaced:
		p.setUnit(day, 1, i, j)
		p.r.rec.rate = n > 1 // "दिन में दो गोली"
		return j
	case !ok:
		return i
	case u == day:
		p.setUnit(day, 1, i, k)
		p.setPerDay(n, i)
	case n == 1:
		p.setUnit(u, 1, i, k)
	default:
		p.setUnit(u, 1, i, k)
		p.r.rec.perPeriod = n
	}
	return k
}

// meals reads "with meals", "before each meal".
func (p *parse) meals(i int) int {
	shift, minutes, j, _ := p.aroundMeal(i)
	j = p.skip(j, cThe, cEvery)
	if p.lex.postpositions {
		s, m, k, ok := p.aroundMeal(p.skip(j+1, cOf, cStartAfter))
		if !p.is(j, cMeals) || !ok {
			return i
		}
		shift, minutes, j = s, m, k-1
	} else if !p.is(j, cMeals) || j == i && !p.is(i-1, cEvery) {
		return i
	}
	j++
	if p.lex.script == arabic && shift != 0 && minutes == 0 {
		if a, k, ok := p.duration(p.skip(j, cLink), false); ok && a.days == 0 && a.months == 0 && a.seconds%60 == 0 && a.seconds < 12*3600 {
			minutes, j = int(a.seconds/60), k // "قبل الأكل ب 15 دقيقة"
		}
	}
	if p.r.rec.perDay > 0 && len(p.r.clocks) == 0 && p.r.rec.perDay != 3 {
		return j // "twice a day with meals": the number says how often
	}
	p.setUnit(day, 1, i, j)
	if len(p.r.clocks) > 0 {
		return j
	}
	for _, part := range [...]int{breakfast, lunch, dinner} {
		p.r.clocks = append(p.r.clocks, clockTime{part: part, only: true, shift: shift, minutes: minutes})
		p.r.clockAt = append(p.r.clockAt, i)
	}
	return j
}
