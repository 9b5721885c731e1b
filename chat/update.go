package chat

import "time"

// Kind says what a person did.
type Kind string

// The kinds of Update.
const (
	Text        Kind = "text"        // wrote Text
	Edited      Kind = "edited"      // changed an earlier message of their own (MessageID) to Text
	Tap         Kind = "tap"         // pressed a Choice: Data, on the message MessageID
	Settings    Kind = "settings"    // chose Language or Zone with a control of the channel's own
	Blocked     Kind = "blocked"     // closed the door: nothing can be sent to them
	Unblocked   Kind = "unblocked"   // opened it again
	Unsupported Kind = "unsupported" // sent something that has no words: a sticker, a photo, a file
)

// Update is one thing that a person did on a channel, decoded. It is what the inbox keeps, so its
// JSON form is stored: fields may be added, never renamed.
type Update struct {
	// ID is the platform's own id of this update, unique within the channel. The same update
	// delivered twice carries the same ID: that is what makes receiving idempotent.
	ID   string  `json:"id"`
	Kind Kind    `json:"kind"`
	From Address `json:"from"`

	// Text as typed, valid UTF-8, without control, bidi and zero-width characters (see Clean).
	Text string `json:"text,omitempty"`
	// Data is the Choice's Data that came back with a Tap. It is untrusted.
	Data string `json:"data,omitempty"`
	// TapID is what the channel needs to answer a Tap with a toast.
	TapID string `json:"tap_id,omitempty"`
	// MessageID is the platform's id of the message written, edited or tapped on.
	MessageID string `json:"message_id,omitempty"`
	// ReplyTo is the platform's id of the message that a Text quotes.
	ReplyTo string `json:"reply_to,omitempty"`

	// Name is what the platform calls the person; empty when it does not say.
	Name string `json:"name,omitempty"`
	// Language is a BCP 47 hint of the platform, or for Settings the choice made; may be empty.
	Language string `json:"language,omitempty"`
	// Zone is the IANA zone of the person's device, or for Settings the choice made; may be empty.
	Zone string `json:"zone,omitempty"`
	// Invite is the code with which a person started the chat (a deep link's parameter).
	Invite string `json:"invite,omitempty"`

	// SentAt is when the person acted by the platform's clock, in UTC. Relative times count from it.
	SentAt time.Time `json:"sent_at"`
}
