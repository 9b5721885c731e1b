// Package bot takes updates in, in order, and turns each into one committed turn. It owns the order
// of arrivals per chat, the retry of a turn that failed and the answer to a tap. It does not own
// what is said (conversations), how a platform speaks (bot/telegram, bot/webchat), SQL (store), or
// sending (delivery).
//
//	adapter ── Receive ──▶ inbox ── first of each chat ──▶ Load ─▶ Step ─▶ Commit ──▶ delivery wakes
//	                                                         ▲               │
//	                                                         └─ ErrConflict ─┘
//
// An update is durable before its adapter tells the platform so, and it is handled in the same
// transaction that saves its turn: a crash anywhere repeats nothing and loses nothing.
package bot
