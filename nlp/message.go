package nlp

import "strings"

// commands takes what only addresses carebell: "/schedule", "remind me to", "please".
func (p *parse) commands() {
	i := 0
	for i < len(p.toks) {
		t := p.at(i)
		switch {
		case p.punct(i, '/') && p.is(i+1, cCommand) && p.at(i+1).glued:
			p.taken[i], p.taken[i+1] = RoleCommand, RoleCommand
			i += 2
			if p.punct(i, '@') && p.at(i).glued { // /schedule@carebell_bot
				for i < len(p.toks) && p.at(i).glued {
					p.taken[i] = RoleCommand
					i++
				}
			}
			continue
		case t.has(cPolite) && t.has(cNotTime) && p.at(i+1).kind != tPunct && !p.is(i+1, cRemind) && !p.is(i+1, cCommand): // "good morning Bob" is a message
			return
		case p.toSomebody(i):
			return
		case t.has(cPolite) || t.has(cRemind) || t.has(cCommand) && (i == 0 || p.is(i-1, cPolite) || i == 1 && p.at(0).kind == tPunct):
		case i == 0 && t.kind == tPunct && (p.is(1, cRemind) || p.is(1, cPolite) || p.is(1, cCommand)): // "¿Puedes recordarme ...?"
		case i > 0 && p.taken[i-1] == RoleCommand && (p.punct(i, ':') || p.punct(i, ',') || p.punct(i, '-') || p.punct(i, '!')):
		case i > 0 && p.taken[i-1] == RoleCommand && t.kind == tPunct && (p.is(i+1, cRemind) || p.is(i+1, cPolite)): // "Hola. ¿Puedes ...?"
		default:
			return
		}
		p.taken[i] = RoleCommand
		i++
	}
}

// toSomebody reports whether the infinitive at i reminds somebody else: it is what is to be done, as in
// "recordar a mamá tomar la pastilla".
func (p *parse) toSomebody(i int) bool {
	if v, is := p.at(i).value(cCommand); !is || v != 1 {
		return false
	}
	k := i + 1
	return (p.is(k, cAt) || p.is(k, cTo)) && (p.at(k+1).plain() || p.is(k+1, cTitle)) && p.at(k+1).kind == tWord
}

// thanks takes what only thanks or begs at the end: "..., please", "... call mom? Thanks!".
func (p *parse) thanks() (end int) {
	end = len(p.toks)
	for i := end - 1; i > 0 && p.taken[i] == roleNone; i-- {
		if p.at(i).kind == tPunct && !p.punct(i, '?') && !p.punct(i, ')') && !p.punct(i, '!') || p.punct(i, '!') && end == len(p.toks) && p.is(i-1, cPolite) {
			continue
		}
		polite, is := p.at(i).value(cPolite)
		if !is || polite == 2 && p.at(i-1).kind != tPunct && p.taken[i-1] == roleNone || polite != 2 && polite != 3 {
			break
		}
		end = i
	}
	for i := end; i < len(p.toks); i++ {
		p.taken[i] = RoleCommand
	}
	return end
}

// asked takes the question mark of a request that is a question: "can you remind me ...?"
func (p *parse) asked() {
	last := p.thanks() - 1
	if !p.punct(last, '?') || p.taken[last] != roleNone {
		return
	}
	for i := 0; i < last && p.taken[i] == RoleCommand; i++ {
		t := p.at(i)
		remind, _ := t.value(cRemind)
		polite, _ := t.value(cPolite)
		if remind == 1 || polite == 1 || p.text[t.start:t.end] == "¿" {
			p.taken[last] = RoleCommand
			return
		}
	}
}

// links takes "to", "that" between a reminder and its message, wherever the two meet.
func (p *parse) links() {
	reminded, clause := false, false
	for i := range p.toks {
		t := p.at(i)
		if p.taken[i] == roleNone && t.has(cRemind) && (i == 0 || p.taken[i-1] != roleNone || p.closes(i+1) || p.lex.unspaced) {
			p.taken[i] = RoleCommand
		}
		reminded = reminded || p.taken[i] == RoleCommand
	}
	if !reminded {
		return
	}
	for i := range p.toks {
		clause = clause || i > 0 && p.taken[i-1] == RoleCommand && p.linked(i-1)
		behind := i == 0 || p.taken[i-1] != roleNone || p.punct(i-1, ',') && i > 1 && p.taken[i-2] != roleNone
		if clause && p.is(i, cThe) {
			continue // "lembre-me que amanhã às 9 a Sônia ...": the article of the clause
		}
		if p.taken[i] == roleNone && p.is(i, cLink) && behind {
			// "to" may stand behind a comma: "erinnere mich daran, die Tabletten zu nehmen".
			p.taken[i] = RoleCommand
			if p.punct(i+1, ',') && i+2 < len(p.toks) {
				p.taken[i+1] = RoleCommand
			}
		}
	}
}

// linked reports whether the word at i is a link, or a way to ask for a reminder that ends with one:
// "lembre-me que".
func (p *parse) linked(i int) bool {
	t := p.at(i)
	if t.has(cLink) {
		return true
	}
	w := p.text[t.start:t.end]
	last := p.lex.entries[w[strings.LastIndexByte(w, ' ')+1:]]
	return t.has(cRemind) && last != nil && hasSense(last, cLink)
}

// edges takes the connectives that a time phrase leaves at the edge of the message: "and" between
// two phrases, a bracket around one.
func (p *parse) edges() {
	n := len(p.toks)
	for i := 0; i < n; {
		if p.taken[i] != roleNone {
			i++
			continue
		}
		j := i
		content := false
		for j < n && p.taken[j] == roleNone {
			t := p.at(j)
			if t.kind != tPunct && !connective(t) {
				content = true
			}
			j++
		}
		inner := i > 0 && p.taken[i-1] != RoleCommand || j < n
		if content && j < n {
			// "physiotherapy for | monday": the preposition belongs to the time.
			// One that has a preposition of its own needs no second: "turn him over | in half an hour".
			own := p.is(j, cIn) || p.is(j, cAt)
			for k := j - 1; k > i && connective(p.at(k)) && !p.is(k, cWith) && !p.is(k, cUntilAfter); k-- {
				if p.at(k).glued && p.at(k-1).kind == tNumber && p.at(k).end == p.at(k).start+1 {
					break // "seat 12A | at 7am"
				}
				if p.postposition(k) && p.taken[j] != RoleCommand {
					break
				}
				if own && p.is(k, cFor) && !p.is(k, cAnd) && !p.is(k, cAt) && !p.is(k, cIn) && !p.is(k, cOn) {
					break
				}
				p.taken[k] = p.taken[j]
			}
		}
		// In Chinese "and" before somebody is "with": "中午和老王吃饭".
		if content && i > 0 && p.taken[i-1] != RoleCommand && p.is(i, cAnd) && connective(p.at(i)) && !p.lex.unspaced {
			p.taken[i] = p.taken[i-1]
		}
		if !content && inner && j == n && j == i+1 && p.particle(i) {
			i = j
			continue // "Ruf Mama um 10 Uhr an"
		}
		if !content && inner {
			role := RoleCommand
			if i > 0 {
				role = p.taken[i-1]
			}
			for k := i; k < j; k++ {
				p.taken[k] = role
			}
		}
		i = j
	}
}

// particle reports whether the word at i, the last of the text, is the second half of a verb that the
// message begins with.
func (p *parse) particle(i int) bool {
	if t := p.at(i); !p.lex.compounds || t.kind != tWord || t.has(cPolite) || p.is(i-1, cUnit) {
		return false
	}
	for k := range i {
		if p.taken[k] == roleNone && p.content(k) {
			return true
		}
	}
	return false
}

// postposition reports whether the word at k belongs to the noun before it: "रवि को | कल".
func (p *parse) postposition(k int) bool {
	t := p.at(k)
	return p.lex.postpositions && !p.lex.unspaced && k > 0 && p.taken[k-1] == roleNone && (p.content(k-1) || p.is(k-1, cTitle)) &&
		(t.has(cOn) || t.has(cOf) || t.has(cTo)) && !t.has(cAnd)
}

func connective(t *token) bool {
	if len(t.senses) == 0 {
		return false
	}
	for _, s := range t.senses {
		switch s.cat {
		case cAnd, cOf, cThe, cOn, cAt, cIn, cFor, cTo, cLink, cFrom, cInAfter, cUntilAfter, cStrict, cForAfter, cPlusWord, cStart, cArticle, cEach, cPolite, cStartAfter, cOClock, cWith, cBefore, cAfter:
		default:
			return false
		}
	}
	return true
}

const outerPunctuation = " \t\r\n,;:-–—.、，。：；।،؛·•|"

// innerCommas are those that part two halves of a message and stay where the time between them goes.
const innerCommas = ",，،"

// message joins what no role took, as it was typed.
func (p *parse) message(original string, n *normal, spans []Span) (string, []Span) {
	var pieces, commas []string
	comma := ""
	for i := 0; i < len(p.toks); {
		if p.taken[i] != roleNone {
			j := i
			for j < len(p.toks) && p.taken[j] == p.taken[i] {
				j++
			}
			spans = append(spans, Span{p.taken[i], n.original(int(p.at(i).start)), n.original(int(p.at(j - 1).end))})
			i = j
			continue
		}
		j := i
		for j < len(p.toks) && p.taken[j] == roleNone {
			j++
		}
		start, end := n.original(int(p.at(i).start)), n.original(int(p.at(j-1).end))
		i = j
		piece := original[start:end]
		cut := strings.TrimLeft(piece, outerPunctuation)
		if strings.ContainsAny(piece[:len(piece)-len(cut)], innerCommas) {
			comma = "" // one on either side: the time was an aside
		}
		start += len(piece) - len(cut)
		piece = strings.TrimRight(cut, outerPunctuation)
		behind := strings.TrimSpace(cut[len(piece):])
		piece = brackets(piece)
		if piece == "" || piece == "/" || piece == "@" {
			continue
		}
		pieces, commas = append(pieces, piece), append(commas, comma)
		if comma = ""; behind != "" && strings.Trim(behind, innerCommas) == "" {
			comma = behind // "BP was 150/95, [today at 14:50] measure again"
		}
		at := strings.Index(original[start:end], piece) + start
		spans = append(spans, Span{RoleMessage, at, at + len(piece)})
	}
	sep := " "
	if p.lex.unspaced {
		sep = ""
	}
	if len(pieces) == 1 {
		return pieces[0], spans
	}
	var b strings.Builder
	for i, piece := range pieces {
		b.WriteString(commas[i])
		if i > 0 && (sep != "" || commas[i] == "" && asciiEdge(pieces[i-1], piece)) {
			b.WriteByte(' ')
		}
		b.WriteString(piece)
	}
	return b.String(), spans
}

func asciiEdge(a, b string) bool { return a[len(a)-1] < 0x80 || b[0] < 0x80 }

// brackets drops the half of a pair whose other half went with the time phrase.
func brackets(s string) string {
	for _, pair := range [...][2]string{{"(", ")"}, {"[", "]"}, {"（", "）"}} {
		if strings.HasPrefix(s, pair[0]) && !strings.Contains(s, pair[1]) {
			s = strings.TrimLeft(s[len(pair[0]):], outerPunctuation)
		}
		if strings.HasPrefix(s, pair[1]) {
			s = strings.TrimLeft(s[len(pair[1]):], outerPunctuation)
		}
		if strings.HasSuffix(s, pair[0]) {
			s = strings.TrimRight(s[:len(s)-len(pair[0])], outerPunctuation)
		}
		if strings.HasSuffix(s, pair[1]) && !strings.Contains(s, pair[0]) {
			s = strings.TrimRight(s[:len(s)-len(pair[1])], outerPunctuation)
		}
	}
	return s
}

// medical reports whether a token that is left for the message, or the rule, speaks of a medicine.
func (p *parse) medical() bool {
	for i := range p.toks {
		t := p.at(i)
		if t.has(cTimesADay) || t.has(cHoursQ) && p.taken[i] == RoleRecurrence {
			return true
		}
		if dose, is := t.value(cDose); p.taken[i] == roleNone && (t.has(cMedical) || is && dose == 0) {
			return true
		}
	}
	return false
}
