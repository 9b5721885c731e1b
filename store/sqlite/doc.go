// Package sqlite is the embedded database: everything that carebell must not forget, in one file,
// so that the program needs nothing beside itself. It owns the SQL of SQLite and nothing else: the
// nouns that it saves live in chat, schedule, conversations, delivery and bot, and the behaviour
// that it must show is defined by store/storetest.
//
// One process at a time: Open takes a lock beside the file. Writers queue on one connection and
// begin IMMEDIATE, so a transaction never fails half way for want of the write lock; readers have
// connections of their own and never wait (WAL). synchronous=FULL: what was committed survives a
// loss of power.
package sqlite
