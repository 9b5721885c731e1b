package nlp

import (
	"fmt"
	"time"

	"carebell/schedule"
)

// clockOf is the time of day of a clock as it was said; next is 1 when it belongs to the night
// after the day it was said with.
func (rs *resolver) clockOf(c clockTime) (at schedule.Clock, next int) {
	if c.only {
		distance := schedule.Clock(rs.prof.Clocks.MealDistance / time.Second)
		if c.minutes > 0 {
			distance = schedule.Clock(c.minutes * 60)
		}
		at = rs.prof.Clocks.of(c.part) + schedule.Clock(c.shift)*distance
		return schedule.Clock((int(at) + 86400) % 86400), 0
	}
	h := c.hour
	switch {
	case c.meridiem == 1:
		if h == 12 {
			h = 0
		}
	case c.meridiem == 2:
		if h < 12 {
			h += 12
		}
	default:
		h, next = hourIn(c.part, h)
	}
	if h == 24 {
		h, next = 0, 1
	}
	at = schedule.NewClock(h, c.minute) + schedule.Clock(c.second-60*c.early)
	if at < 0 {
		at += 86400
	}
	return at, next
}

// hourIn puts an hour of the 12-hour dial into its part of the day.
func hourIn(part, h int) (hour, next int) {
	if h > 12 {
		return h, 0
	}
	switch part {
	case dawn, morning, breakfast:
		if h == 12 {
			return 0, 0
		}
	case noon:
		if h < 11 {
			return h + 12, 0
		}
	case afternoon:
		if h < 12 {
			return h + 12, 0
		}
	case lunch:
		if h < 10 {
			return h + 12, 0
		}
	case evening, dinner:
		if h == 12 {
			return 0, 1
		}
		return h + 12, 0
	case night, bedtime, midnight:
		switch {
		case h == 12:
			return 0, 1
		case h >= 6:
			return h + 12, 0
		default:
			return h, 1
		}
	}
	return h, 0
}

func (rs *resolver) noteClock(c clockTime) {
	switch {
	case c.only:
		at, _ := rs.clockOf(c)
		rs.assume("default_clock", at.String())
	case c.hourOnly && c.meridiem == 0 && c.part == 0 && c.hour >= 1 && c.hour <= 11:
		rs.assume("24h", fmt.Sprintf("%02d:%02d", c.hour, c.minute))
	}
}
