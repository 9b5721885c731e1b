// Package app puts the house together: it reads the settings, opens the database, builds each room
// with what it needs, and starts and stops them in order. It is the only package besides main that
// knows them all, and it decides nothing that a person would notice.
package app
