// Package nlp turns words into a schedule.Rule and the text of a message: "eye drops every 6 hours
// until friday" becomes a rule that happens every six hours and the message "eye drops".
//
//	text ─ normalise ─▶ lex ─▶ grammar ─▶ reading ─ resolve ─▶ Result
//	          │           │        │                   │
//	    digits, case,   lexicons/  language-neutral,   now, zone, defaults;
//	    accents, with   one data   over tokens         a single time goes through
//	    an offset map   file each                      the rule engine `when`
//
// What words mean is data: one file per language under lexicons/. How they combine is the grammar,
// which knows no language. When that is on a calendar is schedule's business. The package is pure:
// it reads no clock, logs nothing and keeps no state between calls, so a Parser may be shared.
//
// Neighbours: schedule below; conversations and the parse command above.
package nlp

//go:generate go -C .. run ./nlp/corpusgen
