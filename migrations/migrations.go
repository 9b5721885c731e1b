// Package migrations embeds the numbered SQL that builds each database. A migration that has
// shipped never changes; the next change is the next number. Both folders build the same tables
// with the same meanings, each in its database's own words.
package migrations

import "embed"

// SQLite holds sqlite/*.sql in goose's format.
//
//go:embed sqlite/*.sql
var SQLite embed.FS

// Postgres holds postgres/*.sql in goose's format.
//
//go:embed postgres/*.sql
var Postgres embed.FS
