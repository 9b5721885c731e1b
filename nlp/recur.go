package nlp

// recurrence reads whatever says that something repeats.
func (p *parse) recurrence(i int) int {
	if p.is(i, cEnd) && !p.is(i, cOrdinal) && p.r.rec.monthly() && p.adjacent(i) && !p.is(p.skip(i+1, cOf, cThe), cUnit) {
		p.r.rec.monthDays = append(p.r.rec.monthDays, -1) // 每月底
		return i + 1
	}
	if p.lex.postpositions && p.isMonth(i) {
		// "महीने के आखिरी शुक्रवार"
		if j := p.skip(i+1, cOf); j > i+1 {
			if n, k, ok := p.ordinal(j); ok && n != 0 {
				if set, e := p.weekdaysAt(k); !set.empty() && !p.r.rec.set {
					p.setUnit(month, 1, i, e)
					p.r.rec.ordinals = append(p.r.rec.ordinals, n)
					p.r.rec.weekdays |= set
					return e
				}
			}
			if n, k, ok := p.ordinal(j); ok && n == -1 && !p.r.rec.set {
				if u, is := p.at(k).value(cUnit); is && (u == day || u == workday) {
					return p.lastDay(j) // "महीने के आखिरी दिन हर महीने"
				}
			}
			// "महीने की 1 और 15 तारीख को"
			if days, k := p.numbers(j); len(days) > 0 && !p.r.rec.set && (p.is(k, cDayMark) || p.is(k, cOn)) {
				p.setUnit(month, 1, i, k)
				p.r.rec.monthDays = append(p.r.rec.monthDays, days...)
				return p.skip(k, cDayMark, cOn)
			}
		}
	}
	if v, _ := p.at(i).value(cHoliday); v == 1 {
		p.fail("holidays", i, i+1)
		return i + 1
	}
	if v, is := p.at(p.skip(i, cOn, cThe)).value(cMonthDay); is {
		j := p.skip(i, cOn, cThe)
		p.setUnit(month, 1, i, j+1)
		p.r.rec.monthDays = append(p.r.rec.monthDays, v)
		return j + 1
	}
	tries := [...]func(int) int{p.scheme, p.rate, p.stepByStep, p.endOfEvery, p.alternate, p.every, p.timesADay, p.adverb, p.meals, p.ordinalBehind, p.ordinalWeekdays, p.weekdayList}
	for _, try := range tries {
		if k := p.try(try, i); k > i {
			return k
		}
	}
	if j := p.skip(i, cOn, cAt, cThe, cOf, cIn); j > i {
		for _, try := range tries {
			if k := p.try(try, j); k > j {
				return k
			}
		}
	}
	return i
}

// rate reads "a day" behind a dose: "1 tablet a day in the morning".
func (p *parse) rate(i int) int {
	if !p.is(i-1, cDose) || p.r.rec.set {
		return i
	}
	k := p.skip(i, cEach, cArticle, cThe)
	if u, is := p.at(k).value(cUnit); !is || u != day || k == i {
		return i
	}
	n := 1
	for m := i - 2; m >= max(0, i-4); m-- {
		if v, _, _, ok := p.number(m); ok {
			n = v
			break
		}
	}
	p.setUnit(day, 1, i, k+1)
	p.r.rec.rate = n > 1
	return k + 1
}

// endOfEvery reads "the end of every month".
func (p *parse) endOfEvery(i int) int {
	j := p.skip(i, cThe)
	k := p.skip(j+1, cOf)
	if !p.is(j, cEnd) || p.is(j, cOrdinal) || !p.is(k, cEvery) || !p.isMonth(p.skip(k+1, cThe)) {
		return i
	}
	k = p.skip(k+1, cThe)
	p.setUnit(month, 1, i, k+1)
	p.r.rec.monthDays = append(p.r.rec.monthDays, -1)
	return k + 1
}

// stepByStep reads "de 8 em 8 horas", "de hora em hora".
func (p *parse) stepByStep(i int) (next int) {
	if k := p.skip(i, cOf); p.at(k).kind == tSlash && p.at(k).parts == 2 && p.at(k).n == p.at(k).b {
		if u, is := p.at(k + 1).value(cUnit); is && u == hour {
			p.setInterval(int(p.at(k).n)*60, hour, i, k+2) // "12/12h"
			return k + 2
		}
	}
	if n, k, _, ok := p.number(i); ok && n > 1 {
		dash := p.punct(k, '-')
		if dash {
			k++
		}
		if v, is := p.at(k).value(cAdverb); is && v/16 == 1 && (v%16 == hour || dash && v%16 > day) {
			p.setInterval(n*60, v%16, i, k+1) // "6 hourly", "3-monthly"
			return k + 1
		}
	}
	if !p.is(i, cFrom) && !p.is(i, cOf) {
		if i == 0 || !p.is(i-1, cRemind) {
			return i
		}
		i-- // the word belongs to the reminder: "lembre-me de 6 em 6 horas"
		defer func() {
			if next == i {
				next = i + 1
			}
		}()
	}
	if u, is := p.at(i + 1).value(cUnit); is && p.is(i+2, cIn) {
		if u2, is := p.at(i + 3).value(cUnit); is && u == u2 {
			p.setInterval(60, u, i, i+4)
			return i + 4
		}
	}
	n, j, _, ok := p.number(i + 1)
	if !ok || !p.is(j, cIn) {
		return i
	}
	m, k, _, ok := p.number(j + 1)
	u, is := p.at(k).value(cUnit)
	if !ok || !is || m != n {
		return i
	}
	p.setInterval(n*60, u, i, k+1)
	return k + 1
}

// setUnit notes the period of the recurrence; two that differ contradict each other.
func (p *parse) setUnit(unit, n, i, j int) {
	p.dropAttribute()
	r := &p.r.rec
	if r.set && !r.loose && (r.unit != unit || r.n != n) && !(r.unit == 0) {
		switch {
		case r.unit == day && r.n == 1: // "every day ... weekly": the narrower one holds
		case unit == day && n == 1:
			return
		case r.perDay > 0:
		default:
			p.fail("contradiction", i, j)
			return
		}
	}
	if r.loose && unit == day && n == 1 {
		r.set = true
		return
	}
	r.set, r.unit, r.n, r.loose = true, unit, n, false
}

// setInterval notes "every n units", where n comes in sixtieths.
func (p *parse) setInterval(n60, unit, i, j int) {
	if n60 <= 0 {
		p.fail("interval_zero", i, j)
		return
	}
	switch unit {
	case second:
		p.setStep(int64(n60)/60, i, j)
	case minute:
		p.setStep(int64(n60), i, j)
	case hour:
		p.setStep(int64(n60)*60, i, j)
	case workday:
		p.setUnit(week, 1, i, j)
		p.r.rec.weekdays |= workWeek
	case weekend:
		p.setUnit(week, max(1, n60/60), i, j)
		p.r.rec.weekdays |= weekEnd
	default:
		if n60%60 != 0 {
			if unit == day {
				p.setStep(int64(n60)*1440, i, j)
				return
			}
			p.fail("interval_fraction", i, j)
			return
		}
		if n60/60 > 1000 {
			p.fail("interval_too_long", i, j)
			return
		}
		p.setUnit(unit, n60/60, i, j)
	}
}

func (p *parse) setStep(seconds int64, i, j int) {
	p.dropAttribute()
	if p.r.rec.set && p.r.rec.step != 0 && p.r.rec.step != seconds {
		p.fail("contradiction", i, j)
		return
	}
	if p.r.rec.set && p.r.rec.step == 0 && p.r.rec.unit != day && p.r.rec.unit != week {
		p.fail("contradiction", i, j)
		return
	}
	p.r.rec.set, p.r.rec.step = true, seconds
}
