//go:build !linux

package campaign

import "testing"

func limitFiles(t *testing.T, _ *Process, _ uint64) { t.Fatal("only Linux can do that") }

func unlimitFiles(*testing.T, *site, *Process) {}
