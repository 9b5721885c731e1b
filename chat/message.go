package chat

// Format says how a Message's Text is to be read.
type Format string

const (
	// Plain text is shown exactly as it is; nothing in it is markup. The zero value.
	Plain Format = ""
	// HTML is the small neutral subset that each channel renders as well as it can:
	// b strong i em u s code pre a(href) blockquote, spoiler (hidden until asked for) and
	// time(unix) (an instant that a client may show in the device's own zone). Any other tag is
	// dropped and unbalanced ones are repaired by the adapter; user text inside must be escaped
	// with html.EscapeString.
	HTML Format = "html"
)

// Message is what carebell says, before a channel renders it. Its JSON form is stored.
type Message struct {
	Text   string `json:"text"`
	Format Format `json:"format,omitempty"`
	// Choices are rows of buttons (or numbered answers where a channel has no buttons).
	Choices [][]Choice `json:"choices,omitempty"`
	// Protect asks the channel to forbid forwarding and saving, where it can.
	Protect bool `json:"protect,omitempty"`
	// Silent asks for no sound.
	Silent bool `json:"silent,omitempty"`
	// File goes with the text, or alone with an empty one; nil: none. Only a channel whose
	// Capabilities say Files can send it. An edit never brings one.
	File *File `json:"file,omitempty"`
}

// Choice is one button: what it says and the opaque Data (at most 64 bytes) that a Tap brings back.
type Choice struct {
	Label string `json:"label"`
	Data  string `json:"data"`
}

// MaxChoiceData is the most bytes that a Choice's Data may have: the smallest limit of any channel.
const MaxChoiceData = 64

// MaxNote is how many UTF-16 units each part of a split message leaves free, so that a note ("sent
// late", "you may already have had this") can stand above any part without moving the cuts.
const MaxNote = 256
