package chat

import "time"

// Progress is what a platform tells about a message after it was sent.
type Progress string

// Delivered: the device has it. Read: the person opened it. Read implies Delivered.
const (
	Delivered Progress = "delivered"
	Read      Progress = "read"
)

// Receipt is a platform's word on a message that was sent before. The same Receipt may come twice,
// and late.
type Receipt struct {
	To Address
	// MessageID is the id that the platform gave when the message was sent.
	MessageID string
	Progress  Progress
	// At is when it happened by the platform's clock, in UTC.
	At time.Time
}
