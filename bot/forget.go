package bot

import (
	"context"
	"log/slog"
	"time"
)

// Forgetful is a store that still has the last word to people whose data was erased.
type Forgetful interface {
	// Forget takes away what is left of people who asked for it and whose last word has left, and
	// returns how many they were.
	Forget(ctx context.Context) (int, error)
}

// forgetEvery is how soon after its last word a person is gone.
const forgetEvery = 10 * time.Second

// Forget takes away what is left of erased people until ctx ends.
func Forget(ctx context.Context, store Forgetful, log *slog.Logger) {
	again := time.NewTicker(forgetEvery)
	defer again.Stop()
	for {
		if n, err := store.Forget(ctx); err != nil && ctx.Err() == nil {
			log.Error("what is left of erased people cannot be taken away; it is tried again", "err", err)
		} else if n > 0 {
			log.Info("erased people are gone", "people", n)
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return
		}
	}
}
