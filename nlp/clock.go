package nlp

import "strings"

// clock reads one or more times of day.
func (p *parse) clock(i int) int {
	if part, is := p.at(i).value(cDaypart); is && p.describes(i) {
		if k, lead := p.clockLead(i + 1); lead {
			if _, _, ok := p.figure(k, true); ok {
				p.described = part
				return i
			}
		}
	}
	if k := p.beforeClock(i); k > i {
		return k
	}
	j, lead := p.clockLead(i)
	c, k, ok := p.clockItem(j, lead)
	if !ok {
		return i
	}
	if !c.only {
		c.early, p.early = p.early, 0
	}
	if c.part == 0 && c.meridiem == 0 {
		c.part, p.described = p.described, 0
	}
	c.weak = !lead && c.meridiem == 0 && c.part == 0 && !p.adjacent(i) && !p.opens(i) && p.at(j).kind != tNumber
	c.weak = c.weak || !lead && c.hourOnly && c.meridiem == 0 && c.part == 0 && p.opens(i) && p.is(k, cAdverb) // "2 weekly tablets at 9"
	if c.only && !lead && c.shift == 0 && c.part >= breakfast && len(p.r.clocks) > 0 && !p.r.clocks[0].only && !p.is(j, cWith) {
		return i // "half past one lunch with Sam": the meal is what is to be done
	}
	if c.only && !lead && c.shift == 0 && !p.partFits(i, k) && !p.severalParts(i) {
		return i
	}
	if c.only && c.shift == 0 && p.leaveToNoun(i, c.part) {
		return i
	}
	list := []clockTime{c}
	for k < len(p.toks) {
		next := k
		for p.punct(next, ',') || p.punct(next, '&') || p.punct(next, '/') || p.is(next, cAnd) {
			next++
		}
		hours := p.is(k-1, cOClock) && p.at(k-1).glued && p.hoursFollow(k)
		if hours && p.punct(next, '-') {
			next++ // "8h-12h-20h"
		}
		if next == k && c.only && p.punct(next, '-') && p.is(next+1, cDaypart) {
			next++ // "सुबह-शाम"
		}
		row := next == k && p.inRow(i, k)
		if next == k && !hours && !row && !(c.only && c.shift == 0 && p.is(next, cDaypart) && (p.lex.unspaced || p.severalParts(i))) { // 早晚, "matin midi et soir"
			break
		}
		if last := list[len(list)-1]; last.only && last.shift != 0 && p.is(next, cOf) && p.is(next+1, cDaypart) {
			next++ // "antes de desayunar y de cenar"
		}
		start, strong := p.clockLead(next)
		p.inList = true
		c2, end, ok := p.clockItem(start, true)
		p.inList = false
		// A figure behind "and" is a time only when nothing counts with it.
		if !ok || !strong && c2.hourOnly && c2.part == 0 && c2.meridiem == 0 && p.doseOrWordList(end) {
			break
		}
		if _, _, unit := p.duration(start, false); unit && c2.hourOnly && c2.part == 0 && !p.is(end-1, cOClock) {
			break
		}
		if !strong && list[0].only && c2.hourOnly && c2.meridiem == 0 {
			break // "one pill in the morning and two at night"
		}
		if len(list) == 1 && list[0].hourOnly && c2.hourOnly && c2.hour > 12 && c2.part != 0 {
			list[0].minute, list[0].part, list[0].hourOnly = c2.hour, c2.part, false // "às 7 e 15 da manhã"
			k = end
			break
		}
		if last := list[len(list)-1]; last.only && last.shift != 0 && c2.only && c2.shift == 0 && c2.part >= breakfast && p.is(end-1, cDaypart) && !p.is(start, cWith) {
			c2.shift, c2.minutes = last.shift, last.minutes
		}
		list = append(list, c2)
		k = end
	}
	list[0].weak = list[0].weak && len(list) == 1
	// "8 and 10 pm": what is said once at the end holds for all.
	last := list[len(list)-1]
	for n := range list[:len(list)-1] {
		c := &list[n]
		if c.meridiem == 0 && c.part == 0 && !c.only && last.meridiem != 0 && c.hour <= last.hour && c.hour <= 12 {
			c.meridiem = last.meridiem
		}
	}
	if p.lex.unspaced && !c.only && p.is(k, cBefore) && !p.is(k, cStrict) {
		if _, _, ok := p.duration(k+1, false); !ok {
			k++ // 8点前
		}
	}
	if len(p.r.clocks) > 0 && !p.mergeClocks(list, i, k) {
		return k
	}
	for n := range list {
		list[n].from, list[n].to = i, k
		p.r.clockAt = append(p.r.clockAt, i)
	}
	p.r.clocks = append(p.r.clocks, list...)
	return k
}

// inRow reports whether the clock before k goes on without a comma in a row of three or more that are
// surely times: "8am 2pm 8pm". Two may be from when to when.
func (p *parse) inRow(i, k int) bool {
	next := func(k int) int {
		t := p.at(k)
		switch {
		case t.kind == tNumber && t.digits <= 2 && p.is(k+1, cOClock) && !p.at(k+1).glued:
			return k + 2
		case p.is(k+1, cMeridiem) && (t.kind == tNumber && t.digits <= 2 || t.kind == tClock):
			return k + 2
		case t.kind == tClock:
			return k + 1
		}
		return k
	}
	first, _ := p.clockLead(i)
	n := 0
	for e := next(first); e > first && n < longestRun; e = next(first) {
		first = e
		n++
	}
	return n > 2 && next(k) > k
}

// beforeClock reads "30 min before" where the time that it counts from stands right behind, perhaps
// after a word: "30 min before my 3pm appointment".
func (p *parse) beforeClock(i int) int {
	a, k, ok := p.duration(i, false)
	if !ok || a.days != 0 || a.months != 0 || a.seconds%60 != 0 || a.seconds > 6*3600 || !p.is(k, cBefore) || p.early != 0 {
		return i
	}
	j := p.skip(k+1, cThe, cAt)
	if p.at(j).plain() && p.at(j).kind == tWord && p.timed(j+1) {
		j++
	}
	if p.timed(j) {
		p.early = int(a.seconds / 60)
		return k + 1
	}
	// "30 min before my appointment at 15:00" may be either of two times.
	for words := 0; words < 4 && !p.closes(j); words++ {
		if t := p.at(j); !t.plain() && !t.has(cOf) && !t.has(cThe) && !t.has(cTimes) || t.has(cFood) || t.has(cMeals) {
			break
		}
		j++
		if e := p.skip(j, cOf, cThe, cAt, cOn); p.timed(e) && words > 0 || e > j && p.timed(e) {
			p.fail("contradiction", i, e+1)
			return k + 1
		}
	}
	return i
}

// timed reports whether a figure at i is a time without any word before it.
func (p *parse) timed(i int) bool {
	fault, from, to := p.r.fault, p.r.faultFrom, p.r.faultTo
	c, _, ok := p.figure(i, true)
	p.r.fault, p.r.faultFrom, p.r.faultTo = fault, from, to
	return ok && (!c.hourOnly || c.meridiem != 0 || p.is(i+1, cOClock))
}

// severalParts reports whether bare parts of the day follow each other in their order and the last of
// them is told apart: "matin midi et soir", "1 cp matin et soir". Where a part may describe the noun
// behind it, nothing may follow.
func (p *parse) severalParts(i int) bool {
	last, n, and := 0, 0, false
	for {
		part, is := p.at(i).value(cDaypart)
		if !is || part <= last || part >= midnight || !p.bareWord(i) {
			break
		}
		last = part
		n++
		i++
		if p.is(i, cAnd) && p.is(i+1, cDaypart) {
			and = true
			i++
		} else if p.punct(i, ',') && p.is(i+1, cDaypart) {
			i++
		}
	}
	return n > 1 && (!p.lex.partAttributes || and && !p.content(i))
}

// closer reports whether a says more closely than b when in the day: bedtime than evening, after
// dinner than night.
func closer(a, b clockTime) bool {
	if !a.only || !b.only || b.shift != 0 {
		return false
	}
	switch a.part {
	case bedtime, dinner:
		return b.part == evening || b.part == night
	case breakfast:
		return b.part == morning || b.part == dawn
	case lunch:
		return b.part == noon || b.part == afternoon
	}
	return false
}

// mergeClocks joins a part of the day and a figure that belong together; false when it did.
func (p *parse) mergeClocks(list []clockTime, i, end int) (add bool) {
	last := &p.r.clocks[len(p.r.clocks)-1]
	first := list[0]
	switch {
	case len(list) == 1 && len(p.r.clocks) == 1 && closer(*last, first):
		return false // "melatonin before bed every night"
	case len(list) == 1 && len(p.r.clocks) == 1 && closer(first, *last):
		first.from, first.to = i, end
		p.r.clocks[0] = first
		return false
	case len(list) == 1 && first.only && !last.only:
		// "9:00 ... in the evening"
		if last.part == 0 && last.meridiem == 0 {
			for n := range p.r.clocks {
				if c := &p.r.clocks[n]; c.part == 0 && c.meridiem == 0 && !c.only {
					c.part = first.part
				}
			}
			return false
		}
	case last.only && last.shift == 0 && first.only && len(p.r.clocks) == 1 && len(list) == 1 && p.adjacent(i) && last.part < breakfast:
		// "every night at bedtime": the second says it more closely
		first.from, first.to = i, end
		p.r.clocks[0] = first
		return false
	case last.only && last.shift == 0 && !first.only && len(p.r.clocks) == 1 && misfits(last.part, first) && (p.wordsBetween(last.to, i) || p.zoneBetween(last.to, i) || p.wordsBefore(last.from)) && p.taken[last.from] == RoleClock:
		for k := last.from; k < last.to; k++ {
			p.taken[k] = roleNone // "watch Midnight in Paris at 9pm"
		}
		p.r.clocks = append(p.r.clocks[:0], list...)
		return false
	case last.only && last.shift == 0 && !first.only && len(p.r.clocks) == 1:
		if (last.part >= breakfast && p.wordsBetween(last.to, i) || p.describes(last.from)) && p.taken[last.from] == RoleClock {
			for k := last.from; k < last.to; k++ {
				p.taken[k] = roleNone // "早餐会明天8:30": the meal is what is to be done
			}
		}
		noun := p.describes(last.from)
		for n := range list {
			if list[n].part == 0 && list[n].meridiem == 0 && (!noun || list[n].hourOnly) {
				list[n].part = last.part
			}
		}
		p.r.clocks = append(p.r.clocks[:0], list...)
		return false
	}
	return true
}

// misfits reports whether a figure cannot be at the noon or midnight that was said apart from it.
func misfits(part int, c clockTime) bool {
	h := c.hour
	if c.meridiem == 2 && h < 12 {
		h += 12
	}
	switch part {
	case noon:
		return h > 2 && h < 11 || h > 14
	case midnight:
		return h > 3 && h < 24 && !(h == 12 && c.meridiem != 2)
	}
	return false
}

// describes reports whether a part of the day at i belongs to the noun before it: "la pastilla de la
// noche a las 22".
func (p *parse) describes(i int) bool {
	if p.genitive(i) {
		return !p.lex.unspaced || i == 0 || p.taken[i-1] == roleNone
	}
	if prev := p.at(i - 1); i > 0 && p.taken[i-1] == roleNone && p.bareWord(i) && !p.lex.unspaced && prev.kind == tWord && (prev.has(cArticle) || prev.has(cNumber)) {
		return true // "regarder Une nuit à Rome"
	}
	w := p.text[p.at(i).start:p.at(i).end]
	if p.lex.script == arabic && p.bareWord(i) && strings.HasPrefix(w, definite) {
		return i > 0 && p.at(i-1).kind == tWord && p.taken[i-1] == roleNone && p.content(i-1)
	}
	for _, of := range [...]string{"de la ", "du ", "da ", "do ", "del ", "de l'"} {
		if strings.HasPrefix(w, of) {
			return i > 0 && p.taken[i-1] == roleNone && p.at(i-1).kind == tWord && p.content(i-1)
		}
	}
	return false
}

// wordsBetween reports whether something of the message stands between two elements.
func (p *parse) wordsBetween(i, j int) bool {
	for ; i < j; i++ {
		if p.taken[i] == roleNone && p.content(i) {
			return true
		}
	}
	return false
}

// zoneBetween reports whether a place that could name a zone stands between and was not read as one.
func (p *parse) zoneBetween(i, j int) bool {
	for ; i < j; i++ {
		if p.taken[i] == roleNone && p.is(i, cZone) {
			return true
		}
	}
	return false
}

func (p *parse) doseOrWordList(i int) bool {
	return p.is(i, cDose) || p.at(i).kind == tWord && len(p.at(i).senses) == 0 && p.is(i+1, cDose)
}

func (p *parse) clockLead(i int) (j int, lead bool) {
	j = i
	for end := min(len(p.toks), i+longestRun); j < end; {
		t := p.at(j)
		switch {
		case t.has(cAt):
			lead = true
		case t.has(cOn) || t.has(cThe) || t.has(cStrict) || p.punct(j, '@'):
			lead = lead || p.punct(j, '@')
		default:
			return j, lead
		}
		j++
	}
	return j, lead
}

// clockItem reads a single time of day. lead says that a word such as "at" stands before it.
func (p *parse) clockItem(i int, lead bool) (c clockTime, next int, ok bool) {
	if c, next, ok = p.meal(i); ok {
		return c, next, true
	}
	// A part of the day before the figure: "下午3点", "शाम 6 बजे".
	if part, is := p.at(i).value(cCompoundPart); is && i > 0 && (p.is(i-1, cWeekday) || p.is(i-1, cWeekdays)) {
		return clockTime{part: part, only: true}, i + 1, true
	}
	if part, is := p.at(i).value(cDaypart); is && part >= breakfast && !p.lex.unspaced {
		return clockTime{part: part, only: true}, i + 1, true
	} else if is {
		k := p.skip(i+1, cOn, cStrict)
		k2, strong := p.clockLead(k)
		post := false
		if _, j, _, number := p.number(k2); number && p.lex.postpositions && !p.lex.unspaced {
			post = p.is(j, cAnd) || p.is(j, cStartAfter) // "सुबह 8 और रात 8 बजे", "सुबह 9 से शाम 5 बजे तक"
		} else if number && p.at(k2).kind == tNumber && p.at(k2).digits <= 2 && (p.closes(j) || p.is(j, cAnd) && p.at(j+1).kind == tNumber && p.closes(j+2)) {
			post = true // "friday night 10", "tomorrow morning 9 or 10"
		}
		if c, next, ok = p.figure(k2, strong || post); ok && c.part == 0 {
			c.part = part
			return c, p.skip(next, cStrict), true
		}
		if v, plus := p.at(i + 1).value(cPlus); plus && (part == noon || part == midnight) {
			h := 12
			if part == midnight {
				h = 0
			}
			return clockTime{hour: h}.plus(v), i + 2, true // "meio-dia e meia"
		}
		return clockTime{part: part, only: true}, p.skip(i+1, cStrict), true
	}
	if c, next, ok = p.figure(i, lead); !ok {
		return c, i, false
	}
	if c.meridiem == 0 {
		k := p.skip(next, cOf, cThe, cIn, cOn)
		if part, is := p.at(k).value(cDaypart); is && !(k == next && part >= breakfast) && !(p.genitive(k) && !p.lex.unspaced) && !(p.lex.partAttributes && k == next && p.at(i).kind == tClock && p.bareWord(k) && p.content(k+1)) {
			c.part = part
			next = k + 1
		}
	}
	return c, p.skip(next, cStrict), true
}

// checked refuses a clock that does not exist, and keeps where it stood.
func (p *parse) checked(c clockTime, i, next int) (clockTime, int, bool) {
	wrong := c.hour > 24 || c.hour == 24 && c.minute > 0 || c.minute > 59 || c.second > 59 ||
		c.meridiem != 0 && (c.hour > 12 && c.meridiem == 1 || c.hour == 0 && c.meridiem == 2)
	if wrong {
		p.fail("impossible_clock", i, next)
	}
	return c, next, true
}
