package nlp

import (
	"time"
)

// relative reads "in 2 hours", "2 hours from now", and a duration that is all there is.
func (p *parse) relative(i int) int {
	j := p.skip(i, cIn)
	lead := j > i
	past := p.is(i, cAgoBefore)
	if past {
		j = i + 1
	}
	a, j, ok := p.duration(j, lead)
	if !ok {
		return i
	}
	if !lead && !past && j == i+3 && p.is(i+1, cOClock) && p.at(i+1).glued && p.at(i+2).kind == tNumber && p.at(i+2).glued {
		return i // "9h30" is a clock
	}
	if past || p.is(j, cAgo) {
		if past && (len(p.r.clocks) > 0 || p.is(j, cDaypart)) {
			return i
		}
		p.r.dates = append(p.r.dates, datum{kind: dRelative, n: -max(1, a.days+a.months*30), from: i})
		return p.skip(j, cAgo)
	}
	if lead && p.is(j, cAfter) {
		if _, _, ok := p.meal(i); ok {
			return i // "через час после ужина"
		}
	}
	if a.seconds == 0 && a.months == 0 && a.days > 0 && (p.is(j, cFrom) || p.is(j, cAfter) || !lead && p.is(j, cOn)) && !p.r.rec.set {
		// "a week from friday", "two weeks after tomorrow"
		if d, e, ok := p.day(j + 1); ok && (d.kind == dRelative || d.kind == dWeekday) {
			d.plus = a.days
			p.r.dates = append(p.r.dates, d)
			return e
		}
	}
	after := p.skip(j, cInAfter, cStrict)
	exact := after > j && p.skip(j, cInAfter) == j // "9h30 précises" is a clock
	if !lead && (after == j || exact) && (!(p.opens(i) && (p.closes(j) || p.stated(i, j))) || p.is(j-1, cOClock) || p.lex.unspaced && a.seconds == 0) {
		return i
	}
	if p.r.hasOffset {
		return p.contradict(i, after)
	}
	p.r.offset, p.r.hasOffset, p.r.offsetAt = a, true, i
	return after
}

// stated reports whether the hours and minutes from i to j, each with its letter, are how long from now:
// "1h 20m walk the dog". Beside a day, a rule or a clock they are how long something takes.
func (p *parse) stated(i, j int) bool {
	if j != i+4 || p.at(i).kind != tNumber || p.at(i+2).kind != tNumber || !p.at(i+1).glued || !p.at(i+3).glued || p.is(i+1, cOClock) && p.at(i).n > 4 || !p.at(j).plain() && !p.is(j, cMedical) {
		return false
	}
	for k := j; k < len(p.toks); k++ {
		t := p.at(k)
		if t.kind != tWord && t.kind != tPunct && t.kind != tQuote || t.has(cRelativeDay) || t.has(cRelativePart) || t.has(cWeekday) || t.has(cWeekdays) || t.has(cMonth) ||
			t.has(cEvery) || t.has(cAdverb) || t.has(cDaypart) || t.has(cDayparts) || t.has(cUnit) || t.has(cUnits) {
			return false
		}
	}
	return true
}

// zone reads "UTC", "GMT+3", "New York time", "(Berlin)".
func (p *parse) zone(i int) int {
	j := p.skip(i, cOf, cIn, cZoneMark, cThe, cAt, cFrom)
	marked := false
	for k := i - 1; k < j; k++ {
		marked = marked || p.is(k, cZoneMark)
	}
	v, ok := p.at(j).value(cZone)
	if p.zones == nil {
		return i
	}
	if !ok {
		return p.cityZone(i, j, marked)
	}
	name := p.lex.zones[v]
	j++
	abbreviation := name[0] == '*' // sure without the word for time
	if abbreviation {
		name = name[1:]
		// Letters such as PT, CT and est mean other things too: only behind a clock are they a zone.
		// Two of them before an ordinary word only behind am or pm, as Americans write it; "3pm CT
		// scan" stays a scan.
		american := len(p.r.clocks) > 0 && p.r.clocks[len(p.r.clocks)-1].meridiem != 0 && name != "America/Chicago"
		short := p.at(j-1).end-p.at(j-1).start == 2 && p.at(j).plain() && !american
		if name != "UTC" && p.bareWord(j-1) && !p.is(j, cZoneMark) && (p.lastTaken(i) != RoleClock || !p.adjacent(i) || short) {
			return i
		}
	}
	if (p.punct(j, '+') || p.punct(j, '-')) && p.at(j).glued && p.at(j+1).kind != tWord && abbreviation {
		t := p.at(j + 1)
		if h := int(t.n); (t.kind == tNumber || t.kind == tClock) && h <= 14 && t.glued {
			seconds := h * 3600
			if t.kind == tClock {
				seconds += int(t.b) * 60
			}
			if p.punct(j, '-') {
				seconds = -seconds
			}
			p.r.zone = time.FixedZone("", seconds)
			return j + 2
		}
	}
	if !abbreviation && !marked {
		k := p.skip(j, cZoneMark)
		bracket := p.punct(i-1, '(') && p.punct(j, ')')
		if k == j && !bracket {
			return i
		}
		j = k
	}
	loc := p.zones.load(name)
	if loc == nil {
		return i
	}
	j = p.skip(j, cZoneMark)
	p.r.zone = loc
	return j
}

// cityZone reads the zone of a city that no lexicon names, behind a clock and beside the word for
// time: "9am Nairobi time", "9:00 hora de Manila".
func (p *parse) cityZone(i, j int, marked bool) int {
	if p.lastTaken(i) != RoleClock || !p.adjacent(i) {
		return i
	}
	for e := j + 1; e <= j+3 && p.at(e-1).plain() && p.at(e-1).kind == tWord; e++ {
		if !marked && !p.is(e, cZoneMark) {
			continue
		}
		loc := p.zones.city(p.text[p.at(j).start:p.at(e-1).end])
		if loc == nil {
			continue
		}
		p.r.zone = loc
		return p.skip(e, cZoneMark)
	}
	return i
}
