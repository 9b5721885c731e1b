package chat

// Capabilities are facts about a channel that others plan with; they never change while it runs.
type Capabilities struct {
	// Buttons: Choices are real buttons that come back as Tap. Otherwise they are numbered answers.
	Buttons bool
	// Edits and Deletes: a message that was sent can be changed or removed.
	Edits   bool
	Deletes bool
	// Receipts: the channel reports Delivered by itself.
	Receipts bool
	// Files: a Message's File arrives.
	Files bool
	// Idempotent: a second send with the same key arrives once, so a repeat needs no mark.
	Idempotent bool
}
