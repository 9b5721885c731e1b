// Package schedule owns all calendar arithmetic: what a rule is (Rule), when it happens next
// (Occurrence), and how wall-clock time meets a time zone (Wall, Date, Clock).
//
// A Rule is one of three things:
//
//	once      one instant
//	wall      a recurrence on the wall clock of a zone: "every day at 09:00 in Madrid"
//	elapsed   a recurrence counted in elapsed time: "every 6 hours"
//
// Wall rules are expanded in floating local time and localised afterwards, so that daylight saving
// can neither lose nor double a slot: a time inside the spring gap moves forward by the gap, a
// repeated time in autumn is its first occurrence (RFC 5545 section 3.3.5). Seeking is arithmetic:
// the age of a rule does not matter.
//
// The package reads no clock, imports nothing of carebell and knows no words; nlp turns words into
// rules, delivery asks for the next occurrence, store keeps the text form (RFC 5545).
package schedule
