// Package telegram is the channel to Telegram: it receives updates by long poll and sends messages,
// both in package chat's nouns.
//
//	Bot API ──getUpdates──▶ decode ──▶ Inbox (durable) ──▶ only then the offset moves
//	                          └─ cannot be read ──▶ Inbox.Quarantine, with the reason
//	Bot API ◀─sendMessage── render ◀── Split ◀── delivery
//
// It owns the platform's JSON, limits, tags and error texts (errors.tsv). It does not own retries,
// pace or the order of messages (delivery), nor who is speaking and what to answer (bot, conversations).
//
// The Bot API has no idempotency key. So an error always says whether the request may have been
// carried out: it is certain only before a connection was there, or when Telegram itself refused.
//
// The bot's token is part of every URL. No error and no log line of this package holds a URL.
package telegram
