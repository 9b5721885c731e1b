package sqlite

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// ErrLocked means that another process has this database open.
var ErrLocked = errors.New("another carebell already uses this data folder; stop it first, or give this one a folder of its own (CAREBELL_DATA_DIR)")

// fileLock holds the file's advisory lock for as long as the process lives. The system drops it
// when the process dies, however it dies, so a leftover file never blocks a start.
type fileLock struct{ file *os.File }

func lockFile(path string) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // #nosec G304 -- the operator's own data folder
	if err != nil {
		return nil, fmt.Errorf("open the lock file: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrLocked
		}
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	return &fileLock{file: f}, nil
}

func (l *fileLock) release() error {
	if l == nil {
		return nil
	}
	return l.file.Close()
}
