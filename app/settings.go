package app

import (
	"time"

	"carebell/chat"
	"carebell/delivery"
)

// Settings are the validated settings; config.yaml documents each.
type Settings struct {
	Admins []chat.Address

	ServiceName      string
	ServiceEmergency string

	Language string
	Zone     *time.Location

	// TemplatesDir holds templates of the house, over those that are embedded; empty: none.
	TemplatesDir string

	Database DatabaseSettings
	HTTPAddr string
	// OpenMetrics: /metrics answers on every address.
	OpenMetrics bool

	Telegram Telegram
	Delivery Delivery

	Retention delivery.Retention

	LogLevel  string
	LogFormat string
}

// DatabaseSettings name a SQLite file or a PostgreSQL server.
type DatabaseSettings struct {
	Path       string // the SQLite file; empty with PostgreSQL
	URL        string // PostgreSQL's; empty with SQLite
	MigrateURL string // of the owner of the tables, when that is another login
}

// Postgres reports whether the database is a PostgreSQL server.
func (d DatabaseSettings) Postgres() bool { return d.URL != "" }

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
	Lease       time.Duration
	RepeatAfter time.Duration
	OnTime      time.Duration
}
