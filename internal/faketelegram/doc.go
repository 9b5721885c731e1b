// Package faketelegram is a strict stand-in for the Telegram Bot API, for tests and for trying things
// by hand: real HTTP, the real limits, the real error texts, and a ledger of all that arrived.
//
//	carebell ──HTTP──▶ Server ──▶ chats, updates, taps        Person: Start, Say, Tap, Block …
//	                     │
//	                     └──▶ Ledger (what came, in order)    Fault: what the next answer shall be
//
// A Server lives in the test's process, so its ledger outlives a client that is killed. It imports
// nothing of ours and knows no carebell noun. Time comes from Config.Now; only the length of a long
// poll is real time. What it knows of the real server: offsets forget, one poller, taps live 150 s and
// updates 24 h, 4,096 UTF-16 units after entities, the HTML tags, 64 bytes of callback data.
package faketelegram
