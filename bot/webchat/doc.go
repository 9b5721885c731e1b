// Package webchat is the channel that needs no platform: a chat page served over HTTP by the same
// process, for a person at a browser.
//
// It owns its page (page/, embedded; plain ES modules, no build step, nothing from elsewhere), the
// page's words (page.en.yaml, page.es.yaml), and the wire between the two. It does not own the
// conversation (bot, conversations), what is sent when (delivery), or the tables (store). web mounts
// its Handler at /chat.
//
//	page ──POST /chat/updates──▶ Inbox.Receive, then Transcript.Append   (200 once both are durable)
//	page ◀──GET /chat/events──── Transcript.List after Last-Event-ID     (server-sent events)
//	page ──POST /chat/ack──────▶ Receipts.Receipt: delivered
//	delivery ──Send/Edit/Delete▶ Transcript, then a wake-up to the open pages
//
// The transcript is the truth and a stream only reads it: what is pushed live and what is caught up
// after a lost connection go the same way. Each change to a message takes the next number of its
// person's sequence, and that number is the event's id. Toasts alone are not kept.
//
// One person is one cookie of 256 random bits; the address is derived from it by SHA-256, so that
// nothing which is stored lets anybody in.
package webchat
