// Package campaign breaks carebell on purpose and judges what became of each message. It is used by
// tests only.
//
//	Doses ──▶ database ◀── Process, or an engine of the test's own ──HTTP──▶ the fake platform
//	              │             ▲ killed, paused, without a database …             │
//	              └── Read ──▶ Facts ──▶ Judge ◀── Calls ◀──────────────────── Ledger
//
// Each test is one line of the table in docs/reliability.md. It runs in rounds: a few in the short
// form, which `go test ./...` runs, many in the long one (CAREBELL_TEST_FAULTS=long). A round begins
// with its seed, which is printed; CAREBELL_TEST_SEED begins with that one again. CAREBELL_TEST_PROGRESS
// names a file in which finished rounds are noted with their figures, and skipped when run again.
//
// What it calls lost, and what an unmarked repeat, stands with Judge.
package campaign
