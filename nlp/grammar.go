package nlp

import "time"

// parse is the state of reading one text in one language.
type parse struct {
	lex  *lexicon
	text string
	toks []token
	r    reading
	// taken marks the role of each token; roleNone is left for the message.
	taken []Role
	// attribute is the token of an adverb that may only describe what follows: "weekly report".
	// It is one more than the index; 0 means none.
	attribute int
	// prev is the role of the element that ended at prevEnd.
	prevEnd int
	zones   *zoneTable
	// monthFirst: slash dates begin with the month.
	monthFirst bool
	// inRange: "9 to 21" is a range, not nine minutes to 21.
	inRange bool
}

func (p *parse) at(i int) *token {
	if i < 0 || i >= len(p.toks) {
		return &noToken
	}
	return &p.toks[i]
}

var noToken = token{kind: tPunct}

func (p *parse) is(i int, c category) bool { return p.at(i).has(c) }

func (p *parse) punct(i int, c byte) bool {
	t := p.at(i)
	return t.kind == tPunct && t.end == t.start+1 && p.text[t.start] == c
}

// skip passes tokens that have one of the categories.
func (p *parse) skip(i int, cats ...category) int {
	for i < len(p.toks) {
		found := false
		for _, c := range cats {
			if p.is(i, c) {
				found = true
				break
			}
		}
		if !found {
			return i
		}
		i++
	}
	return i
}

func (p *parse) comma(i int) int {
	if p.punct(i, ',') {
		return i + 1
	}
	return i
}

// run reads the whole text, element by element.
func (p *parse) run() {
	for i := 0; i < len(p.toks); {
		if p.taken[i] != roleNone || p.is(i, cNotTime) || p.at(i).kind == tQuote {
			i++
			continue
		}
		if p.titled(i) {
			i++
			continue
		}
		j, role := p.element(i)
		if j <= i {
			i++
			continue
		}
		if p.lex.postpositions && (role == RoleDate || role == RoleRecurrence || role == RoleClock) {
			j = p.skip(j, cOn)
		}
		for k := i; k < j; k++ {
			p.taken[k] = role
		}
		p.prevEnd = j
		i = j
	}
	if len(p.r.dates) > 0 {
		p.dropAttribute()
	}
}

// dropAttribute gives an adverb back to the message once something surer says when.
func (p *parse) dropAttribute() {
	if p.attribute == 0 {
		return
	}
	p.taken[p.attribute-1] = roleNone
	p.attribute = 0
	p.r.rec = recurrence{}
}

// titled reports whether a day or month at i is somebody's name: "Dr. Friday", "Sra. Domingo".
func (p *parse) titled(i int) bool {
	t := p.at(i)
	return (t.has(cWeekday) || t.has(cMonth)) && (p.is(i-1, cTitle) || p.punct(i-1, '.') && p.is(i-2, cTitle))
}

// element tries every kind of time expression at i and gives the end of the one that fits.
func (p *parse) element(i int) (int, Role) {
	t := p.at(i)
	if t.plain() || t.kind == tDecimal {
		return i, roleNone
	}
	if p.is(i, cAsNeeded) {
		p.r.asNeeded = true
		return i + 1, RoleRecurrence
	}
	if p.is(i, cForever) && (p.r.rec.set || p.adjacent(i)) {
		p.r.forever = true
		return i + 1, RoleBound
	}
	if j := p.exclusion(i); j > i {
		return j, RoleBound
	}
	if j := p.bound(i); j > i {
		return j, RoleBound
	}
	if j := p.recurrence(i); j > i {
		return j, RoleRecurrence
	}
	if j := p.relative(i); j > i {
		return j, RoleDate
	}
	if j := p.zone(i); j > i {
		return j, RoleZone
	}
	if j := p.date(i); j > i {
		return j, RoleDate
	}
	if j := p.clock(i); j > i {
		return j, RoleClock
	}
	return i, roleNone
}

// adjacent reports whether the previous element ended here, or only punctuation lies between.
func (p *parse) adjacent(i int) bool {
	if p.prevEnd == 0 {
		return false
	}
	for k := p.prevEnd; k < i; k++ {
		if t := p.at(k); t.kind != tPunct && !t.has(cAnd) && !t.has(cOf) {
			return false
		}
	}
	return true
}

// opens reports whether nothing but commands and punctuation stands before i.
func (p *parse) opens(i int) bool {
	for k := range i {
		t := p.at(k)
		if t.kind == tPunct || t.has(cCommand) || t.has(cRemind) || t.has(cPolite) || t.has(cLink) {
			continue
		}
		return false
	}
	return true
}

// closes reports whether the text ends at i, but for punctuation.
func (p *parse) closes(i int) bool {
	for ; i < len(p.toks); i++ {
		if t := p.at(i); t.kind != tPunct && !t.has(cPolite) {
			return false
		}
	}
	return true
}

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
	if v, ok := t.value(cOrdinal); ok {
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
		if v, plus := p.at(j).value(cPlus); plus && v == 30 {
			n60 += 30
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
					if one, is := p.at(i + 1).value(cNumber); is && one == 1 && !p.is(i+2, cUnit) && !p.is(i+1, cUnit) {
						i++ // "ساعة واحدة"
					}
					return 60, u, i + 1, true
				}
				return 0, 0, i, false
			}
			n, k = 1, i+1
		}
		n60, j = n*60, k
		if v, is := p.at(j).value(cPlus); is && v == 30 {
			n60 += 30
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
	if past || p.is(j, cAgo) {
		if past && (len(p.r.clocks) > 0 || p.is(j, cDaypart)) {
			return i
		}
		p.r.dates = append(p.r.dates, datum{kind: dRelative, n: -max(1, a.days+a.months*30), from: i})
		return p.skip(j, cAgo)
	}
	if a.seconds == 0 && a.months == 0 && a.days > 0 && (p.is(j, cFrom) || p.is(j, cAfter) || p.is(j, cOn)) && !p.r.rec.set {
		// "a week from friday", "two weeks after tomorrow"
		if d, e, ok := p.day(j + 1); ok && (d.kind == dRelative || d.kind == dWeekday) {
			d.plus = a.days
			p.r.dates = append(p.r.dates, d)
			return e
		}
	}
	after := p.skip(j, cInAfter)
	if !lead && after == j && (!(p.opens(i) && p.closes(j)) || p.is(j-1, cOClock)) {
		return i
	}
	if p.r.hasOffset {
		return p.contradict(i, after)
	}
	p.r.offset, p.r.hasOffset = a, true
	return after
}

func (p *parse) contradict(i, j int) int {
	p.fail("contradiction", i, j)
	return j
}

func (p *parse) fail(code string, i, j int) {
	if p.r.fault == "" {
		p.r.fault, p.r.faultFrom, p.r.faultTo = code, i, j
	}
}

// zone reads "UTC", "GMT+3", "New York time", "(Berlin)".
func (p *parse) zone(i int) int {
	j := p.skip(i, cOf, cIn, cZoneMark, cThe, cAt, cFrom)
	marked := false
	for k := i - 1; k < j; k++ {
		marked = marked || p.is(k, cZoneMark)
	}
	v, ok := p.at(j).value(cZone)
	if !ok || p.zones == nil {
		return i
	}
	name := p.lex.zones[v]
	j++
	abbreviation := name[0] == '*' // sure without the word for time
	if abbreviation {
		name = name[1:]
		// Letters such as PT, CT and est mean other things too: only behind a clock are they a zone.
		if name != "UTC" && (p.lastTaken(i) != RoleClock || !p.adjacent(i) || p.at(j-1).end-p.at(j-1).start == 2 && p.at(j).plain()) {
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
