package nlp

// nightBetween reads "from saturday to sunday" behind the night that lies between the two: it is one
// night, that of the first, but for its small hours.
func (p *parse) nightBetween(i int) int {
	if part, is := p.at(i - 1).value(cDaypart); !is || part != night {
		return i
	}
	j := p.skip(i, cFrom, cOf, cThe, cOn, cStart)
	a, is := p.at(j).value(cWeekday)
	if mark := p.at(j + 1); !is || mark.kind != tWord && !p.punct(j+1, '-') || mark.has(cAnd) {
		return i
	}
	k := p.skip(j+2, cThe, cTo, cOn)
	if b, is := p.at(k).value(cWeekday); !is || b != a%7+1 {
		return i
	}
	day := a
	at, _ := p.clockLead(k + 1)
	if c, _, ok := p.clockItem(at, at > k+1); ok && !c.only && c.meridiem != 2 && (c.hour < 6 || c.hour == 12) {
		day = a%7 + 1 // its small hours
	}
	p.r.dates = append(p.r.dates, datum{kind: dWeekday, n: day, from: i})
	return k + 1
}
