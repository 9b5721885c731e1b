package delivery_test

import (
	"testing"
	"time"

	"carebell/delivery"
)

func TestArrows(t *testing.T) {
	all := []delivery.Status{delivery.Pending, delivery.Paused, delivery.Sending, delivery.Sent, delivery.Delivered,
		delivery.Read, delivery.Failed, delivery.Unknown, delivery.Expired, delivery.Cancelled}
	for _, s := range []delivery.Status{delivery.Read, delivery.Expired, delivery.Cancelled} {
		for _, next := range all {
			if s.CanBecome(next) {
				t.Errorf("%s is an end, yet can become %s", s, next)
			}
		}
	}
	for _, c := range []struct {
		from, to delivery.Status
		want     bool
	}{
		{delivery.Pending, delivery.Sending, true},
		{delivery.Pending, delivery.Sent, false}, // nothing is sent without a claim
		{delivery.Sent, delivery.Pending, false}, // what arrived is never sent again
		{delivery.Unknown, delivery.Pending, true},
		{delivery.Unknown, delivery.Sent, false},
		{delivery.Failed, delivery.Pending, true},
	} {
		if got := c.from.CanBecome(c.to); got != c.want {
			t.Errorf("%s → %s: %v, want %v", c.from, c.to, got, c.want)
		}
	}
}

func TestWindow(t *testing.T) {
	due := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		next time.Time
		want time.Duration
	}{
		{time.Time{}, 2 * time.Hour},
		{due.Add(24 * time.Hour), 2 * time.Hour},
		{due.Add(time.Hour), 30 * time.Minute}, // never past half the way to the next dose
	} {
		if got := delivery.Window(2*time.Hour, due, c.next); got != c.want {
			t.Errorf("next %v: %v, want %v", c.next, got, c.want)
		}
	}
}
