// Package delivery is the one road out: it claims what is due, renders it, paces it, sends it and
// records what became of it. It owns retries, repeats, lateness, expiry, the worker pool and the
// status machine. It does not own SQL (store implements Queue), words (templates, locales), or any
// platform (a channel adapter is a Sender).
//
// A message is in exactly one Status:
//
//	           cancel, pause, expire
//	pending ──────────────────────────▶ cancelled | paused | expired
//	   │ ▲
//	   │ │ retry at, 429, hand-back; manual retry of failed; one marked repeat of unknown
//	   ▼ │
//	sending ──▶ sent ──▶ delivered ──▶ read
//	   ├──────▶ failed    for a reason that will not change
//	   ├──────▶ expired   before any request, when it is later than its maximum lateness
//	   └──────▶ unknown   the request may have arrived, or not
//
// One send is four steps, each safe against a crash before and after it:
//
//	claim   lease + fencing token, and the next occurrence, in one transaction
//	intent  one attempt row, committed before the request
//	request to the platform
//	outcome under the same token; nothing is recorded once somebody else holds the row
//
// A row found with a lease that ended and no intent goes again, clean. One with an intent and no
// outcome is unknown: it is repeated once, marked, after RepeatAfter.
package delivery
