package nlp

// duration reads "an hour and a half", "1h30m", "2 weeks". bare allows a unit without a number.
func (p *parse) duration(i int, bare bool) (a amount, next int, ok bool) {
	last := year + 1
	for {
		k := i
		if ok {
			k = p.skip(p.comma(k), cAnd, cPlusWord)
		}
		n60, unit, j, found := p.quantity(k, bare && !ok)
		if !found && ok && last == hour && p.at(i).kind == tNumber && p.at(i).glued && p.at(i).digits == 2 {
			a.seconds += int64(p.at(i).n) * 60 // 1h30
			return a, i + 1, true
		}
		if !found || ok && unitRank(unit) >= last {
			return a, i, ok
		}
		if v, plus := p.at(j).value(cPlus); plus && v > 0 && v < 60 {
			n60 += v
			j++
		}
		if !a.addUnit(n60, unit) {
			return amount{}, i, false
		}
		last = unitRank(unit)
		i, ok = j, true
	}
}

func unitRank(u int) int {
	if u == workday || u == weekend {
		return day
	}
	return u
}

// quantity is a number with its unit; the number comes in sixtieths, so that halves are whole.
func (p *parse) quantity(i int, bare bool) (n60, unit, next int, ok bool) {
	t := p.at(i)
	if v, is := t.value(cUnits); is {
		return v / 16 * 60, v % 16, i + 1, true
	}
	if v, is := t.value(cFraction); is {
		j := p.skip(i+1, cOf, cThe, cArticle)
		if u, is := p.at(j).value(cUnit); is {
			return v, u, j + 1, true
		}
	}
	if v, is := t.value(cMinutes); is && p.lex.postpositions {
		// "साढ़े तीन घंटे": the half stands before the number.
		if n60, unit, next, ok = p.quantity(i+1, false); ok && unit <= hour {
			return n60 + v, unit, next, true
		}
		return 0, 0, i, false
	}
	j := i
	switch {
	case t.kind == tDecimal && t.parts == 2 && t.digits <= 2 && t.bDigits <= 2,
		t.kind == tDot && t.parts == 2 && t.digits <= 2 && t.bDigits <= 2:
		n60 = int(t.n) * 60
		if t.bDigits == 1 {
			n60 += int(t.b) * 6
		} else {
			n60 += int(t.b) * 60 / 100
		}
		j = i + 1
	case t.kind == tSlash && t.parts == 2 && t.n > 0 && t.b > 0 && t.n < t.b:
		n60 = 60 * int(t.n) / int(t.b)
		j = i + 1
	default:
		n, k, _, is := p.number(i)
		if !is {
			if !t.has(cArticle) {
				if u, is := t.value(cUnit); is && bare {
					if one, is := p.at(i + 1).value(cNumber); p.lex.script == arabic && is && one == 1 && !p.is(i+2, cUnit) && !p.is(i+1, cUnit) {
						i++ // "ساعة واحدة"
					}
					return 60, u, i + 1, true
				}
				return 0, 0, i, false
			}
			n, k = 1, i+1
		}
		n60, j = n*60, k
		if v, is := p.at(j).value(cPlus); is && v > 0 && v < 60 {
			n60 += v
			j++
		}
	}
	if u, is := p.at(j).value(cUnit); is {
		return n60, u, j + 1, true
	}
	return 0, 0, i, false
}

func (a *amount) addUnit(n60, unit int) bool {
	const most = 100_000 * 60
	if n60 < 0 || n60 > most {
		return false
	}
	whole := n60%60 == 0
	switch unit {
	case second:
		a.seconds += int64(n60) / 60
	case minute:
		a.seconds += int64(n60)
	case hour:
		a.seconds += int64(n60) * 60
	case day, workday:
		if !whole {
			a.seconds += int64(n60) * 1440
			return true
		}
		a.days += n60 / 60
	case week:
		a.days += n60 * 7 / 60
	case month:
		if !whole {
			a.days += n60 % 60 * 30 / 60
		}
		a.months += n60 / 60
	case year:
		a.months += n60 * 12 / 60
	default:
		return false
	}
	return true
}
