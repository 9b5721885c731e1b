package nlp

// offsetDay reads a day that is counted from another one: "two days before 5 may", "the day after friday",
// "la víspera del 5 de mayo", "5月5日前一天" with the count behind.
func (p *parse) offsetDay(i int) int {
	if p.r.rec.set || p.r.start != nil || p.r.until != nil {
		return i
	}
	k := p.skip(i, cOn, cThe)
	if p.lex.script == cyrillic && k == i && p.is(i, cFor) {
		k++ // "за два дня до 5 мая"
	}
	for _, k := range [...]int{i, k} {
		if v, is := p.at(k).value(cEve); is && v != 1 {
			return p.countedFrom(k+1, i, v-1)
		}
	}
	if p.lex.script == arabic && p.is(k, cBefore) {
		return p.beforeDay(k)
	}
	n60, unit, e, ok := p.quantity(k, true)
	if !ok || n60%60 != 0 || unit != day && unit != week {
		return i
	}
	if unit == week {
		n60 *= 7
	}
	switch {
	case p.is(e, cBefore) && !p.is(e, cAgo):
		return p.countedFrom(e+1, i, -n60/60)
	case p.is(e, cAfter) && !p.is(e, cInAfter):
		return p.countedFrom(e+1, i, n60/60)
	}
	return i
}

// vagueAmount refuses a stretch of time with two lengths: "in 2 to 3 hours", "2-3 hours before bed".
func (p *parse) vagueAmount(i int) int {
	k := p.skip(i, cIn)
	a, e, _, ok := p.number(k)
	if !ok || !p.punct(e, '-') && !(p.is(e, cAnd) && k > i && p.is(i, cIn)) && !p.is(e, cTo) && !p.is(e, cUntil) && !p.is(e, cStartAfter) {
		return i
	}
	b, e, _, ok := p.number(e + 1)
	if ok && b > a && p.is(e, cTimes) && p.r.rec.set && p.prevEnd == i {
		p.fail("interval_range", i, e+1) // 每天2到3次
		return e + 1
	}
	u, unit := p.at(e).value(cUnit)
	if !ok || b <= a || !unit || u > year {
		return i
	}
	end := e + 1
	if k == i && !p.is(end, cBefore) && !p.is(end, cInAfter) && !(p.is(end, cAfter) && !p.is(end, cWith)) || p.is(e, cOClock) && k == i {
		return i
	}
	p.fail("interval_range", i, end)
	return end
}

// countedFrom reads the day at j and keeps it moved by some days; i when there is none.
func (p *parse) countedFrom(j, i, days int) int {
	d, e, ok := p.day(j)
	if !ok || d.kind != dCalendar && d.kind != dAmbiguous && d.kind != dWeekday || days > 0 && d.kind == dWeekday {
		return i
	}
	d.plus += days
	d.from = i
	p.r.dates = append(p.r.dates, d)
	return e
}

// beforeDay reads "قبل 5 مايو بيوم" and "قبل يوم من 5 مايو".
func (p *parse) beforeDay(i int) int {
	if n60, unit, e, ok := p.quantity(i+1, true); ok && unit == day && n60%60 == 0 && p.is(e, cFrom) {
		return p.countedFrom(e+1, i, -n60/60)
	}
	d, e, ok := p.day(i + 1)
	if !ok || d.kind != dCalendar {
		return i
	}
	n60, unit, end, ok := p.quantity(e, true)
	if !ok || unit != day || n60%60 != 0 {
		return i
	}
	d.plus, d.from = -n60/60, i
	p.r.dates = append(p.r.dates, d)
	return end
}

// penultimate reports whether the last but one of something is meant, which no rule here can say.
func (p *parse) penultimate(i int) bool {
	last := func(k int) bool { v, is := p.at(k).value(cOrdinal); return is && v == -2 }
	counted := func(k int) bool {
		u, unit := p.at(k).value(cUnit)
		return p.is(k, cWeekday) || p.is(k, cWeekdays) || unit && (u == day || u == workday)
	}
	return last(i) && counted(i+1) || counted(i) && last(i+1)
}
