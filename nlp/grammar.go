package nlp

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
	// described is the part of the day of the noun before the clock that comes: "pastilla de la noche".
	described int
	// early is how many minutes before the clock that comes something is to happen.
	early int
	// begins and ends are where the text has its first word of its own and its last, once bounded.
	begins, ends int
	bounded      bool
	// inList: what is read stands behind "and" in a list of times.
	inList bool
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

// longestRun is the most connectives in a row that any phrase has; it keeps "an an an ..." linear.
const longestRun = 12

// skip passes tokens that have one of the categories.
func (p *parse) skip(i int, cats ...category) int {
	for end := min(len(p.toks), i+longestRun); i < end; {
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
	p.labels()
	p.doubtfulParts()
	if p.lex.tomorrowIsMorning {
		p.mornings()
	}
	p.boundaries()
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
		if p.lex.postpositions && (role == RoleDate || role == RoleRecurrence || role == RoleClock || role == RoleZone && !p.lex.unspaced) {
			if !p.lex.unspaced {
				j = p.skip(j, cOn)
			} else if p.is(j, cOf) { // 在 belongs to what follows: "9点在门上写"
				j = p.skip(j, cOf)
			}
		}
		from := i
		for from < j && p.postposition(from) {
			from++
		}
		for k := from; k < j; k++ {
			p.taken[k] = role
		}
		p.prevEnd = j
		i = j
	}
	if len(p.r.dates) > 0 {
		p.dropAttribute()
	}
}

// labels takes the number behind a word such as "room", or before one such as "street", for a name:
// "room 0800 tomorrow" and "at 5 Main Street" are no clocks.
func (p *parse) labels() {
	for i := range p.toks {
		switch {
		case p.is(i, cLabel):
			k := i + 1
			for p.punct(k, '.') || p.punct(k, '#') || p.punct(k, ':') || p.is(k, cLabel) {
				k++
			}
			if p.name(k) || len(p.at(i).senses) == 1 {
				p.toks[i].senses = nil // without a number an ordinary word: "the night bus"
			}
		case p.is(i, cAddress) && !p.at(i).glued:
			for k := i - 1; k >= max(0, i-3); k-- {
				if t := p.at(k); t.kind == tNumber {
					p.name(k)
					break
				} else if !t.plain() {
					break
				}
			}
		}
	}
}

// mornings takes "mañana" for the morning where another part of the day stands in a list with it.
func (p *parse) mornings() {
	for i := range p.toks {
		v, is := p.at(i).value(cRelativeDay)
		part, beside := p.at(i + 2).value(cDaypart)
		if is && v == 1 && p.bareWord(i) && (p.is(i+1, cAnd) || p.punct(i+1, ',')) && beside && part > noon && part < bedtime && p.bareWord(i+2) {
			p.toks[i].senses = morningSense
		}
	}
}

var morningSense = []sense{{cDaypart, morning}}

// name makes the figure at k a name, unless what follows says that it is a time.
func (p *parse) name(k int) bool {
	t := p.at(k)
	switch t.kind {
	case tNumber, tSlash, tDash, tDot:
		if len(t.senses) == 0 && !p.is(k+1, cMeridiem) && !p.is(k+1, cOClock) && !p.is(k+1, cUnit) {
			t.kind, t.parts = tDecimal, 9
			return true
		}
	}
	return false
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
	before := i - 1
	if p.punct(before, '.') {
		before--
	}
	title, is := p.at(before).value(cTitle)
	if is && before < i-1 && t.has(cDaypart) && p.bareWord(i) {
		return true // "Dr. Noon"
	}
	if !is || !t.has(cWeekday) && !t.has(cWeekdays) && !t.has(cMonth) {
		return false
	}
	// A profession may stand alone, "see the doctor friday at 10": then the only day is one.
	return title == 0 || !t.has(cWeekday) || !p.onlyDay(i)
}

// onlyDay reports whether the weekday at i is the only word of the text that says which day.
func (p *parse) onlyDay(i int) bool {
	if !p.bareWord(i) {
		return true // "يوم الجمعة" is no name
	}
	for k := range p.toks {
		t := p.at(k)
		if k != i && (t.has(cRelativeDay) || t.has(cRelativePart) || t.has(cWeekday) || t.has(cWeekdays) || t.has(cEvery) || t.has(cAdverb) ||
			t.kind == tISO || t.kind == tSlash || t.kind == tDash || t.has(cMonth)) {
			return false
		}
	}
	return true
}

// element tries every kind of time expression at i and gives the end of the one that fits.
func (p *parse) element(i int) (int, Role) {
	t := p.at(i)
	if t.plain() {
		if t.kind == tWord && i > 0 && p.prevEnd == i && p.taken[i-1] == RoleClock {
			return p.try(p.zone, i), RoleZone // "9am Nairobi time"
		}
		return i, roleNone
	}
	if t.kind == tDecimal {
		return p.try(p.scheme, i), RoleRecurrence
	}
	if v, is := t.value(cAsNeeded); is && (v == 0 || p.dosed()) {
		p.r.asNeeded = true
		return i + 1, RoleRecurrence
	}
	if p.is(i, cForever) && (p.r.rec.set || p.adjacent(i)) {
		p.r.forever = true
		return i + 1, RoleBound
	}
	if p.penultimate(i) {
		p.fail("rule_unread", i, i+2)
		return i + 2, RoleRecurrence
	}
	if j := p.try(p.vagueAmount, i); j > i {
		return j, RoleDate
	}
	if j := p.try(p.offsetDay, i); j > i {
		return j, RoleDate
	}
	if j := p.try(p.exclusion, i); j > i {
		return j, RoleBound
	}
	if j := p.inclusion(i); j > i {
		return j, RoleBound
	}
	if j := p.bound(i); j > i {
		return p.skip(j, cStrict), RoleBound
	}
	if j := p.recurrence(i); j > i {
		return j, RoleRecurrence
	}
	if j := p.try(p.relative, i); j > i {
		return j, RoleDate
	}
	if j := p.try(p.zone, i); j > i {
		return j, RoleZone
	}
	if j := p.try(p.date, i); j > i {
		return j, RoleDate
	}
	if j := p.try(p.clock, i); j > i {
		return j, RoleClock
	}
	return i, roleNone
}

// dosed reports whether the text speaks of a medicine or of something that repeats, so that "if there is
// fever" says when to take it. "Tomorrow at 9 call the doctor if there is fever" has its time.
func (p *parse) dosed() bool {
	for k := range p.toks {
		if t := p.at(k); t.has(cEvery) || t.has(cAdverb) || t.has(cTimesADay) || t.has(cHoursQ) || t.has(cMedical) || t.has(cDose) {
			return true
		}
	}
	return false
}

// try reads one kind of expression at i. What a reading that came to nothing found at fault is no
// fault of the text: "in 72 hours" is no clock time of 72 hours.
func (p *parse) try(read func(int) int, i int) int {
	fault, from, to := p.r.fault, p.r.faultFrom, p.r.faultTo
	j := read(i)
	if j <= i {
		p.r.fault, p.r.faultFrom, p.r.faultTo = fault, from, to
	}
	return j
}

// adjacent reports whether the previous element ended here, or only punctuation lies between.
func (p *parse) adjacent(i int) bool {
	if p.prevEnd == 0 || i > p.prevEnd+longestRun {
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
	if p.bounded {
		return i <= p.begins
	}
	for k := range i {
		if !p.at(k).opening() {
			return false
		}
	}
	return true
}

func (t *token) opening() bool {
	return t.kind == tPunct || t.has(cCommand) || t.has(cRemind) || t.has(cPolite) || t.has(cLink)
}

// boundaries finds once where the text begins and ends, so that asking at every token stays linear.
// What words mean does not change any more.
func (p *parse) boundaries() {
	n := len(p.toks)
	for p.begins = 0; p.begins < n && p.at(p.begins).opening(); p.begins++ {
	}
	for p.ends = n; p.ends > 0 && p.at(p.ends-1).closing(); p.ends-- {
	}
	p.bounded = true
}

// closes reports whether the text ends at i, but for punctuation.
func (p *parse) closes(i int) bool {
	if p.bounded {
		return i >= p.ends
	}
	for ; i < len(p.toks); i++ {
		if !p.at(i).closing() {
			return false
		}
	}
	return true
}

func (t *token) closing() bool { return t.kind == tPunct || t.has(cPolite) }

func (p *parse) contradict(i, j int) int {
	p.fail("contradiction", i, j)
	return j
}

func (p *parse) fail(code string, i, j int) {
	if p.r.fault == "" {
		p.r.fault, p.r.faultFrom, p.r.faultTo = code, i, j
	}
}
