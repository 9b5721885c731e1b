package app

import (
	"time"

	"carebell/chat"
)

// Settings are the validated settings; config.yaml documents each.
type Settings struct {
	Admins []chat.Address

	ServiceName      string
	ServiceEmergency string

	Language string
	Zone     *time.Location

	DatabasePath string // the SQLite file
	HTTPAddr     string

	Telegram Telegram
	Delivery Delivery

	LogLevel  string
	LogFormat string
}

// Telegram is on when it has a token.
type Telegram struct {
	Token         string
	Endpoint      string
	PerSecond     float64
	PerChatSecond float64
	PerChatBurst  int
}

// Delivery is how messages leave.
type Delivery struct {
	Workers     int
	RepeatAfter time.Duration
	OnTime      time.Duration
}
