package delivery

import (
	"time"

	"carebell/schedule"
)

// Priorities: the classes of what leaves. A lower number leaves first.
const (
	PriorityReply     = 0 // somebody waits for an answer
	PriorityCritical  = 1 // messages of a time-critical template
	PriorityNormal    = 2
	PriorityBroadcast = 3
)

// PriorityOf is the priority of a series' messages.
func PriorityOf(s schedule.Series) int {
	if s.TimeCritical {
		return PriorityCritical
	}
	return PriorityNormal
}

// HeadStarts is how much earlier than the last class each one counts as due, by priority: what is due
// leaves in the order of its due time less its head start. So a class leaves before the next one,
// unless a message of that has waited longer by the difference: none is kept back for ever.
func HeadStarts() []time.Duration {
	return []time.Duration{PriorityReply: 80 * time.Minute, PriorityCritical: 75 * time.Minute, PriorityNormal: time.Hour, PriorityBroadcast: 0}
}

// Turn is what due rows are sorted by. A priority outside of the classes counts as the nearest one.
func Turn(priority int, due time.Time) time.Time {
	return due.Add(-HeadStarts()[min(max(priority, PriorityReply), PriorityBroadcast)])
}
