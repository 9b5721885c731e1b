// Package postgres is the database for anything serious: any number of processes work on one
// PostgreSQL (15 or later, or Supabase), none of them special. It owns the SQL of PostgreSQL, the
// roles that each transaction takes, and who is alive; the nouns that it saves live in chat,
// schedule, conversations, delivery and bot, and the behaviour that it must show is defined by
// store/storetest.
//
// Every transaction takes one of three roles (carebell_app commits turns, carebell_worker sends and
// records, carebell_metrics counts) with SET LOCAL, so that row-level security holds and nothing of
// one transaction is left for the next one of the pooled connection. Transactions are READ
// COMMITTED and lock what they decide on; a deadlock is tried again.
//
// Who is alive: each process holds a session advisory lock on a connection of its own and names it
// in its row of instances. Whoever can take the lock that a row names fences that row: its process
// is gone, and what it had claimed is recovered at once. The same connection hears what others
// commit (LISTEN) and holds the named locks of what only one process may do.
package postgres
