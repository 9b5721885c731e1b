package delivery

import "slices"

// Status is where a message stands. The zero value is no status.
type Status string

// The statuses. Their meanings are drawn in the package comment.
const (
	Pending   Status = "pending"
	Paused    Status = "paused"
	Sending   Status = "sending"
	Sent      Status = "sent"
	Delivered Status = "delivered"
	Read      Status = "read"
	Failed    Status = "failed"
	Unknown   Status = "unknown"
	Expired   Status = "expired"
	Cancelled Status = "cancelled"
)

var arrows = map[Status][]Status{
	Pending:   {Sending, Paused, Cancelled, Expired},
	Paused:    {Pending, Cancelled, Expired},
	Sending:   {Sent, Failed, Unknown, Expired, Pending},
	Sent:      {Delivered, Read},
	Delivered: {Read},
	Unknown:   {Pending, Delivered, Read, Failed},
	Failed:    {Pending},
}

// CanBecome reports whether the status machine has an arrow from s to next.
func (s Status) CanBecome(next Status) bool { return slices.Contains(arrows[s], next) }
