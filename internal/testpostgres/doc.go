// Package testpostgres gives each test a PostgreSQL database of its own. It finds the server's
// programs on the machine, runs one private cluster per test binary on a unix socket in a temporary
// folder, migrates one template database, and clones it for whoever asks. Nothing of it outlives the
// test binary, however that ends: a watchdog stops the server and removes the folder when the pipe
// to the test binary closes.
//
// A machine without PostgreSQL skips these tests with the reason, unless
// CAREBELL_TEST_POSTGRES=required. For figures, CAREBELL_TEST_POSTGRES_FSYNC=on makes the server as
// durable as in production.
package testpostgres
