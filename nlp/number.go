package nlp

// number reads a number in figures or words; inWords tells which.
func (p *parse) number(i int) (n, next int, inWords, ok bool) {
	t := p.at(i)
	if t.kind == tNumber {
		if t.digits > 4 || t.glued && p.at(i-1).kind == tWord && !p.lex.unspaced && len(p.at(i-1).senses) == 0 {
			return 0, i, false, false
		}
		return int(t.n), i + 1, len(t.senses) > 0, true
	}
	v, ok := t.value(cNumber)
	if !ok {
		return 0, i, false, false
	}
	next = i + 1
	if v >= 20 && v < 100 && v%10 == 0 {
		k := next
		if p.punct(k, '-') || p.is(k, cPlusWord) {
			k++
		}
		if u, ok := p.at(k).value(cNumber); ok && u >= 1 && u <= 9 {
			return v + u, k + 1, true, true
		}
	}
	return v, next, true, true
}

// ordinal reads "first", "1st", "last".
func (p *parse) ordinal(i int) (n, next int, ok bool) {
	t := p.at(i)
	if v, ok := t.value(cOrdinal); ok && v > -2 {
		if v >= 20 && v%10 == 0 || v == 20 {
			if p.punct(i+1, '-') {
				if u, ok := p.at(i + 2).value(cOrdinal); ok && u < 10 && u > 0 {
					return v + u, i + 3, true
				}
			}
		}
		return v, i + 1, true
	}
	if t.kind == tNumber && t.digits <= 2 && p.is(i+1, cOrdinalSuffix) {
		next := p.at(i + 1)
		if next.glued {
			return int(t.n), i + 2, true
		}
		if p.at(i+1).kind == tWord && p.text[p.at(i).end] == '-' {
			return int(t.n), i + 2, true
		}
	}
	if t.kind == tNumber && t.digits <= 2 && p.punct(i+1, '-') && p.is(i+2, cOrdinalSuffix) && p.at(i+2).glued {
		return int(t.n), i + 3, true
	}
	// "twenty first" and its like: tens as a number before an ordinal unit.
	if v, ok := t.value(cNumber); ok && v >= 20 && v%10 == 0 {
		k := i + 1
		if p.punct(k, '-') {
			k++
		}
		if u, ok := p.at(k).value(cOrdinal); ok && u > 0 && u < 10 {
			return v + u, k + 1, true
		}
	}
	return 0, i, false
}

// dotted reads the "15." of languages that write ordinals with a dot.
func (p *parse) dotted(i int) (n, next int, ok bool) {
	t := p.at(i)
	if t.kind == tNumber && t.digits <= 2 && p.punct(i+1, '.') && p.at(i+1).glued {
		return int(t.n), i + 2, true
	}
	return 0, i, false
}

// doseAfter reports whether what stands at i makes the number before it a quantity of something.
func (p *parse) doseAfter(i int) bool {
	t := p.at(i)
	if t.has(cDose) {
		return true
	}
	if t.kind == tPunct && t.start < t.end {
		switch p.text[t.start] {
		case '%', '/', '$', '+', '*', '=':
			return true
		}
	}
	if t.kind == tWord && t.glued && len(t.senses) == 0 && !p.lex.unspaced {
		return true
	}
	return p.punct(i, '-') && t.glued && p.at(i+1).kind == tNumber && p.at(i+1).glued && p.doseOrWord(i+2)
}

func (p *parse) doseOrWord(i int) bool { return p.is(i, cDose) || p.at(i).plain() }
