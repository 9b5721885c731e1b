// Package conversations decides what to say. Step takes the whole state of a person's
// conversations, one update and the time, and returns a Turn: what is said, what changes. It is
// pure: the same state, update and time give the same Turn. It touches no database, network or
// clock; randomness comes in with the state.
//
// It owns the order of interpretation (STOP and START, words of an emergency, taps, answers to an open
// question, commands, free language), the drafts and their steps, and the data that a button carries. It
// does not own words (locales, templates), what a phrase means (nlp), when that is (schedule), or
// how a turn is saved (bot, store).
//
// A draft is one open conversation, at one step:
//
//	          consent missing   zone unknown, wall clock   no time / passed   unclear
//	text ──▶ [consent] ──────▶ [zone ⇄ place] ───────────▶ [when] ──────────▶ [choose]
//	                                                       no text ▼               │
//	                             [change] ◀──Change── [card] ◀── [message] ◀──────-┘
//	                                 └── new version ──▶ │ Confirm
//	                                                     ▼
//	   dropped ◀──Cancel (Restore) ──                  done (Undo for 60 s)
//
// What a draft can become by words is in amend.go; how often a dose is meant, in often.go. The other flows
// are drawn in their files: consent.go, zone.go, dose.go, list.go, pick.go (which one is meant), edit.go,
// pause.go, cancel.go, stop.go (everything ends), emergency.go.
//
// A step that needs nothing is passed over, so most requests go straight to the card. Each button
// names its draft and that draft's version; a tap on any other version changes nothing.
package conversations
