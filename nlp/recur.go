package nlp

// recurrence reads whatever says that something repeats.
func (p *parse) recurrence(i int) int {
	tries := [...]func(int) int{p.stepByStep, p.alternate, p.every, p.timesADay, p.adverb, p.meals, p.ordinalWeekdays, p.weekdayList}
	for _, try := range tries {
		if k := try(i); k > i {
			return k
		}
	}
	if j := p.skip(i, cOn, cAt, cThe, cOf, cIn); j > i {
		for _, try := range tries {
			if k := try(j); k > j {
				return k
			}
		}
	}
	return i
}

// stepByStep reads "de 8 em 8 horas", "de hora em hora".
func (p *parse) stepByStep(i int) (next int) {
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

// alternate reads "un mardi sur deux", "los martes alternos".
func (p *parse) alternate(i int) int {
	j := p.skip(i, cArticle, cThe, cOn)
	set, e := p.weekdaysAt(j)
	if set.empty() || !p.is(e, cOtherAfter) {
		return i
	}
	p.setUnit(week, 2, i, e+1)
	p.r.rec.weekdays |= set
	return e + 1
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

// every reads "every ..." in all its forms.
func (p *parse) every(i int) int {
	if !p.is(i, cEvery) {
		return p.everyQ(i)
	}
	j := i + 1
	j = p.skip(j, cThe)
	if p.is(j, cOther) && !p.numbered(j) {
		if k := p.everyUnit(i, j+1, 2); k > j {
			return k
		}
	}
	// "every second tuesday": every other one; "every second tuesday of the month" is numbered.
	if n, k, ok := p.ordinal(j); ok {
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
	if n, k, _, ok := p.number(j); ok && n >= 1 && n <= 31 && p.at(j).kind == tNumber && p.is(k, cOf) && p.ofTheMonth(k) > k {
		p.setUnit(month, 1, i, k)
		p.r.rec.monthDays = append(p.r.rec.monthDays, n)
		return p.ofTheMonth(k)
	}
	if p.is(j, cDayMark) && p.is(j, cUnit) {
		// "todo dia 15"
		if n, k, _, ok := p.number(j + 1); ok && n >= 1 && n <= 31 && !p.isUnit(k) && !p.doseAfter(k) && !p.is(k, cOClock) && !p.at(k).plain() {
			p.setUnit(month, 1, i, k)
			p.r.rec.monthDays = append(p.r.rec.monthDays, n)
			return p.ofTheMonth(k)
		}
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

// everyPart reads "every morning and evening", "every night", "each lunch".
func (p *parse) everyPart(i, j int) int {
	if p.lex.postpositions {
		if k := p.meals(j); k > j {
			return k
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

// adverb reads "daily", "weekly", "fortnightly", "mornings".
func (p *parse) adverb(i int) int {
	if v, is := p.at(i).value(cAdverb); is {
		fresh := !p.r.rec.set
		p.setInterval(v/16*60, v%16, i, i+1)
		if fresh && p.at(i+1).plain() && p.at(i+1).kind == tWord && !p.lex.unspaced {
			p.attribute = i + 1
		}
		return i + 1
	}
	if v, is := p.at(i).value(cDayparts); is {
		add := func(v int) {
			p.r.clocks = append(p.r.clocks, clockTime{part: v, only: true})
			p.r.clockAt = append(p.r.clockAt, i)
		}
		j := i + 1
		if n := len(p.r.clocks); n > 0 {
			if last := &p.r.clocks[n-1]; last.only {
				if last.part != v {
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
		p.r.rec.perDay = v
		j := i + 1
		if p.punct(j, '.') && p.at(j).glued {
			j++
		}
		return j
	}
	n, j := 0, i
	if v, is := p.at(i).value(cNTimes); is {
		n, j = v, i+1
	} else if v, k, _, ok := p.number(i); ok && (p.is(k, cTimes) || p.punct(k, '-') && p.is(k+1, cTimes) && p.at(k+1).glued) {
		n, j = v, k+1
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
			p.r.rec.perDay = n
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
			p.r.rec.perDay = n
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

// timesBehind reads "दिन में तीन बार", "в день 3 раза": the period first.
func (p *parse) timesBehind(i int) int {
	j := p.skip(i, cEvery, cArticle, cEach)
	if n, k, _, ok := p.number(j); ok && n == 1 {
		j = k
	}
	u, is := p.at(j).value(cUnit)
	every := 0
	if v, adverb := p.at(j).value(cAdverb); adverb && v/16 == 1 {
		u, is, every = v%16, true, v
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
	_ = every
	switch {
	case !ok:
		return i
	case u == day:
		p.setUnit(day, 1, i, k)
		p.r.rec.perDay = n
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

// weekdaysAt reads a list or range of weekdays in any form.
func (p *parse) weekdaysAt(i int) (weekdaySet, int) {
	var set weekdaySet
	end := i
	j := i
	for {
		d, plural, k, ok := p.anyWeekday(j)
		if !ok {
			if u, is := p.at(j).value(cUnit); is && (u == workday || u == weekend) && j > i {
				if u == workday {
					set |= workWeek
				} else {
					set |= weekEnd
				}
				end = j + 1
			}
			break
		}
		_ = plural
		end = k
		if d == 0 {
			set |= weekEnd
		} else {
			set.add(d)
		}
		if to := p.rangeMark(k); to > k {
			if d2, _, k2, ok := p.anyWeekday(to); ok {
				set |= weekRange(d, d2)
				end = p.skip(k2, cUntilAfter)
			}
		} else if p.lex.unspaced {
			// 周一三五: figures written onto a weekday are weekdays.
			for {
				k := end
				if p.is(k, cAnd) || p.punct(k, ',') {
					k++
				}
				t := p.at(k)
				if t.kind != tNumber || !t.glued || len(t.senses) == 0 || t.n < 1 || t.n > 6 || p.is(k+1, cOClock) || p.is(k+1, cUnit) || p.is(k+1, cDose) || p.is(k+1, cTimes) {
					break
				}
				set.add(int(t.n))
				end = k + 1
			}
			if p.is(end, cTimes) {
				return 0, i // 每周三次 is three times a week
			}
		}
		j = end
		if d, fused := p.at(j).value(cAndWeekday); fused && (!p.lex.unspaced || p.at(j).glued) {
			set.add(d)
			end, j = j+1, j+1
		}
		for p.punct(j, ',') || p.punct(j, '&') || p.punct(j, '/') || p.punct(j, '+') || p.is(j, cAnd) {
			j++
		}
		if j == end {
			break
		}
		j = p.skip(j, cOn, cThe, cEvery)
	}
	return set, end
}

func (p *parse) rangeMark(k int) int {
	if p.punct(k, '-') || p.is(k, cTo) || p.is(k, cUntil) || p.is(k, cStartAfter) {
		return p.skip(k+1, cThe, cTo, cOn)
	}
	return k
}

func (p *parse) anyWeekday(i int) (d int, plural bool, next int, ok bool) {
	t := p.at(i)
	if v, is := t.value(cWeekdays); is {
		return v, true, i + 1, true
	}
	v, is := t.value(cWeekday)
	if !is {
		return 0, false, i, false
	}
	next = i + 1
	if p.punct(next, '.') && p.at(next).glued && t.end-t.start <= 4 && !p.closes(next) {
		next++
	}
	return v, false, next, true
}

// weekdayList reads weekdays that repeat by themselves: in the plural, in a list, in a range.
func (p *parse) weekdayList(i int) int {
	j := p.skip(i, cFrom, cThe)
	if u, is := p.at(j).value(cUnit); is && (u == workday || u == weekend) && p.pluralUnit(j) {
		set := workWeek
		if u == weekend {
			set = weekEnd
		}
		e := j + 1
		if k := p.skip(p.comma(e), cAnd); k > e {
			if more, end := p.weekdaysAt(k); !more.empty() {
				set, e = set|more, end
			}
		}
		p.addWeekdays(set, false)
		return e
	}
	set, e := p.weekdaysAt(j)
	if set.empty() {
		return i
	}
	_, plural, _, _ := p.anyWeekday(j)
	single := set.count() == 1
	if single && !plural {
		return i
	}
	if !p.sureWeekdays(j, e) {
		return i
	}
	p.addWeekdays(set, !plural)
	return e
}

// sureWeekdays guards short names that are words of their own ("sun and moon", "sat").
func (p *parse) sureWeekdays(i, e int) bool { return e > i }

// pluralUnit: "weekdays", "fines de semana" repeat; "this weekend" does not.
func (p *parse) pluralUnit(j int) bool {
	if u, _ := p.at(j).value(cUnit); u == workday {
		return true
	}
	_, w := p.whichOne(j - 1)
	if w != anyOf {
		return false
	}
	_, w = p.whichOne(j + 1)
	return w == anyOf && p.is(j, cWeekdays) || p.is(j, cDayparts) || p.at(j).has(cOther)
}

func (p *parse) addWeekdays(set weekdaySet, loose bool) {
	p.dropAttribute()
	r := &p.r.rec
	r.weekdays |= set
	if !r.set {
		r.set, r.unit, r.n, r.loose = true, week, 1, true
		_ = loose
		return
	}
	if r.unit == day && r.step == 0 && r.n == 1 {
		r.unit = week
	}
}
