package campaign

import (
	"math"
	"syscall"
	"testing"
	"unsafe"
)

// limitFiles lets no file of a running process grow beyond so many bytes: its writes there fail, as
// on a full disk.
func limitFiles(t *testing.T, p *Process, most uint64) {
	t.Helper()
	limit := syscall.Rlimit{Cur: most, Max: math.MaxUint64}
	if _, _, failed := syscall.Syscall6(syscall.SYS_PRLIMIT64, uintptr(p.PID()), syscall.RLIMIT_FSIZE, // #nosec G103 -- a struct for the kernel
		uintptr(unsafe.Pointer(&limit)), 0, 0, 0); failed != 0 {
		t.Fatalf("prlimit: %v", failed)
	}
}

func unlimitFiles(t *testing.T, _ *site, p *Process) { limitFiles(t, p, math.MaxUint64) }
