package nlp

import (
	"strings"
)

// partFits guards parts of the day that belong to the message: "9:00 Morning checkup", "cook dinner".
func (p *parse) partFits(i, end int) bool {
	if p.lex.partAttributes && p.is(i, cThe) && end == i+2 && p.content(end) && !p.at(i-1).has(cEvery) {
		return false // "the night splint"
	}
	if part, _ := p.at(end - 1).value(cDaypart); p.lex.partAttributes && p.is(i, cWith) && !p.is(i, cAt) && p.at(end).plain() &&
		(part == bedtime || p.is(end-2, cThe)) {
		return false // "with the sleep clinic", "with the lunch ladies"
	}
	if part, _ := p.at(i).value(cDaypart); len(p.r.clocks) > 0 && p.adjacent(i) && p.lastTaken(i) == RoleDate && part < breakfast {
		return true // "at half seven tomorrow evening"
	}
	part, _ := p.at(i).value(cDaypart)
	if p.lex.postpositions && part >= breakfast && p.is(end, cAnd) {
		if _, _, ok := p.meal(end + 1); ok {
			return true // "नाश्ते और रात के खाने के साथ"
		}
	}
	if end != i+1 || part < breakfast && !p.bareWord(i) || p.lex.unspaced {
		return true
	}
	sure := part == noon || part == midnight
	if part >= breakfast {
		return p.is(i-1, cEvery) || len(p.r.clocks) == 0 && p.adjacent(i) && p.closes(end)
	}
	if p.content(end) {
		if len(p.r.clocks) > 0 && !p.r.clocks[0].only {
			return false
		}
		return sure || p.adjacent(i) || p.is(i-1, cEvery) || p.is(i, cAlone) && p.opens(i)
	}
	return sure || p.adjacent(i) || p.opens(i) || p.is(i-1, cEvery) || p.is(i, cAlone) && p.closes(end) || part != bedtime && !p.at(i-1).plain()
}

// content reports whether a token belongs to what is to be done: an ordinary word, a dose, a medicine.
func (p *parse) content(i int) bool {
	t := p.at(i)
	return t.plain() || t.has(cDose) || t.has(cMedical)
}

// bareWord reports whether a token is one word, not a phrase such as "in the morning".
func (p *parse) bareWord(i int) bool {
	t := p.at(i)
	return !strings.Contains(p.text[t.start:t.end], " ")
}

// meal reads "before breakfast", "after lunch", "with dinner", "half an hour before bedtime".
func (p *parse) meal(i int) (c clockTime, next int, ok bool) {
	side, minutes, j, ok := p.aroundMeal(i)
	if p.lex.postpositions {
		// "नाश्ते से पहले", "早餐前", "早餐前30分钟"
		part, is := p.at(i).value(cDaypart)
		rest := false
		if !is {
			part, rest = p.at(i).value(cRest)
			is = rest
		}
		if !is || part < breakfast && part != bedtime {
			return c, i, false
		}
		if a, k, ok := p.duration(i+1, false); ok && part == bedtime && p.lex.unspaced && a.days == 0 && a.months == 0 && a.seconds%60 == 0 && a.seconds < 12*3600 {
			return clockTime{part: part, only: true, shift: -1, minutes: int(a.seconds / 60)}, k, true // "睡前2小时"
		}
		if side, minutes, j, ok = p.aroundMeal(p.skip(i+1, cOf, cStartAfter)); !ok {
			// "नाश्ते और रात के खाने के साथ": what stands behind the last holds for all.
			if p.is(i+1, cAnd) && !rest {
				if c, _, ok := p.meal(i + 2); ok && c.part > part {
					c.part = part
					return c, i + 1, true
				}
			}
			return c, i, false
		}
		return clockTime{part: part, only: true, shift: side, minutes: minutes}, j, true
	}
	if !ok {
		return c, i, false
	}
	j = p.skip(j, cThe, cOf)
	part, is := p.at(j).value(cDaypart)
	if !is && side != 0 {
		part, is = p.at(j).value(cRest)
	}
	if !is || part < breakfast && part != bedtime && minutes == 0 {
		return c, i, false
	}
	j++
	if p.lex.script == arabic && side != 0 && minutes == 0 {
		// "قبل الفطور بنصف ساعة": how long comes last.
		if a, k, ok := p.duration(p.skip(j, cLink), p.text[p.at(j).start:p.at(j).end] != "ساعة"); ok && a.days == 0 && a.months == 0 && a.seconds%60 == 0 && a.seconds < 12*3600 {
			minutes, j = int(a.seconds/60), k
		}
	}
	if part == bedtime && side < 0 && minutes == 0 {
		side = 0 // "before bed" is bedtime: only meals have a distance of their own
	}
	return clockTime{part: part, only: true, shift: side, minutes: minutes}, j, true
}

// aroundMeal reads what stands between a meal and a time: "before", "30 minutes after".
func (p *parse) aroundMeal(i int) (side, minutes, next int, ok bool) {
	k := p.skip(i, cWith, cIn)
	if a, j, ok := p.duration(k, k > i && p.lex.script == cyrillic); ok && a.months == 0 && a.days == 0 && a.seconds%60 == 0 && a.seconds < 12*3600 {
		if s, ok := p.side(j); ok && s != 0 {
			return s, int(a.seconds / 60), j + 1, true
		}
		return 0, 0, i, false
	}
	if side, ok = p.side(i); !ok {
		return 0, 0, i, false
	}
	next = i + 1
	if p.lex.unspaced && side != 0 {
		if a, j, ok := p.duration(next, false); ok && a.months == 0 && a.days == 0 && a.seconds%60 == 0 && a.seconds < 12*3600 {
			minutes, next = int(a.seconds/60), j
		}
	}
	return side, minutes, next, true
}

// side is what a word between a meal and a time means: -1 before, 1 after, 0 with.
func (p *parse) side(i int) (shift int, ok bool) {
	switch {
	case p.is(i, cBefore):
		return -1, true
	case p.is(i, cAfter):
		return 1, true
	case p.is(i, cWith):
		return 0, true
	}
	return 0, false
}
