package nlp

// scheme reads how many are taken in the morning, at noon, in the evening and at night: "1-0-1",
// "1-1-1-0". Where it says more than once each, it also stays in the message.
func (p *parse) scheme(i int) int {
	counts, next := p.schemeCounts(i)
	if len(counts) < 3 || p.ratio(i) || p.is(i-1, cLabel) {
		return i
	}
	parts := [...]int{morning, noon, evening, night}
	taken, plain := 0, true
	for n, count := range counts {
		if count == 0 {
			continue
		}
		taken++
		plain = plain && count == 1
		// Weak, because figures of a clock say more closely when.
		p.r.clocks = append(p.r.clocks, clockTime{part: parts[n], only: true, weak: true, from: i, to: next})
		p.r.clockAt = append(p.r.clockAt, i)
	}
	if taken == 0 {
		return i
	}
	p.setUnit(day, 1, i, next)
	if p.punct(next, '/') && p.at(next).glued && p.at(next+1).kind == tNumber {
		plain = false // "0-0-1/2"
		next += 2
	}
	if !plain || p.is(next, cDose) {
		for k := i; k < next; k++ {
			p.toks[k].kind, p.toks[k].parts, p.toks[k].senses = tDecimal, 9, nil
			p.toks[k].n = -1
		}
		return i
	}
	return next
}

// schemeCounts are three or four figures of one digit with dashes between.
func (p *parse) schemeCounts(i int) (counts []int, next int) {
	t := p.at(i)
	if t.kind == tDash && t.parts == 3 && p.is(i+1, cDose) {
		return []int{int(t.n), int(t.b), int(t.c)}, i + 1 // "10-8-12 IE"
	}
	if t.kind == tDecimal && t.parts > 2 && t.n >= 0 {
		text := p.text[t.start:t.end]
		if len(text) != 5 && len(text) != 7 {
			return nil, i
		}
		for n := range len(text) {
			if n%2 == 1 && text[n] != '-' || n%2 == 0 && (text[n] < '0' || text[n] > '4') {
				return nil, i
			}
			if n%2 == 0 {
				counts = append(counts, int(text[n]-'0'))
			}
		}
		return counts, i + 1
	}
	for k := i; p.at(k).kind == tNumber && p.at(k).digits == 1 && p.at(k).n <= 4; k += 2 {
		counts, next = append(counts, int(p.at(k).n)), k+1
		if !p.punct(k+1, '-') {
			break
		}
	}
	if len(counts) > 4 || p.punct(next, '-') {
		return nil, i
	}
	return counts, next
}
