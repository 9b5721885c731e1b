// Package chat holds the nouns that every channel shares: who is spoken to (Address), what arrived
// (Update), what leaves (Message with Choices), what became of it (Receipt, SendError) and what a
// channel can do (Capabilities).
//
// It knows no platform's JSON, no database and no conversation. Channel adapters translate between
// a platform and these nouns; bot, conversations and delivery speak only these nouns.
//
//	platform ──decode──▶ Update ──▶ bot ──▶ conversations
//	platform ◀──encode── Message ◀── delivery
//	platform ──────────▶ Receipt ──▶ delivery
package chat
