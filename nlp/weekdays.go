package nlp

// alternate reads "un mardi sur deux", "los martes alternos".
func (p *parse) alternate(i int) int {
	j := p.skip(i, cArticle, cThe, cOn)
	if p.is(j, cOther) && p.is(j+1, cWeekdays) && !p.is(i-1, cEvery) {
		set, e := p.weekdaysAt(j + 1) // "alternate Mondays"
		p.setUnit(week, 2, i, e)
		p.r.rec.weekdays |= set
		return e
	}
	set, e := p.weekdaysAt(j)
	if set.empty() || !p.is(e, cOtherAfter) {
		return i
	}
	p.setUnit(week, 2, i, e+1)
	p.r.rec.weekdays |= set
	return e + 1
}

// weekdaysAt reads a list or range of weekdays in any form.
func (p *parse) weekdaysAt(i int) (weekdaySet, int) {
	var set weekdaySet
	end := i
	j := i
	if v, is := p.at(i).value(cDaySet); is {
		return weekdaySet(v), i + 1
	}
	for {
		d, _, k, ok := p.anyWeekday(j)
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
		if j == end && !p.is(j, cWeekday) { // "Mon Wed Fri", 周一周三
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
		p.addWeekdays(set)
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
	p.addWeekdays(set)
	return e
}

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
	return w == anyOf && p.is(j, cWeekdays) || p.is(j, cDayparts) || p.is(j+1, cDayparts) || p.at(j).has(cOther)
}

func (p *parse) addWeekdays(set weekdaySet) {
	p.dropAttribute()
	r := &p.r.rec
	r.weekdays |= set
	if !r.set {
		r.set, r.unit, r.n, r.loose = true, week, 1, true
		return
	}
	if r.unit == day && r.step == 0 && r.n == 1 {
		r.unit = week
	}
}
