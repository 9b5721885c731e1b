// Package channeltest is what every channel must do, written as tests in the nouns of package chat.
//
// A channel's own tests call Run with a constructor of a Harness: the real adapter, running, with one
// person at the other end of a real (fake or embedded) platform. The suite knows no platform: what it
// needs of one (say, tap, look at the screen) is the Harness.
//
//	channeltest.Run(t, func(t *testing.T) channeltest.Harness { return newHarness(t) })
//
// It does not cover a platform's own wire, limits and error texts; each adapter tests those itself.
package channeltest
