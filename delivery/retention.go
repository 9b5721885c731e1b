package delivery

import (
	"context"
	"log/slog"
	"time"
)

// Retention is how long what has ended is kept, so that the tables that are worked on stay small.
// What may still happen is never taken away, nor consents, the audit log, or series.
type Retention struct {
	// Updates are what people wrote or tapped, once handled. Their words are emptied when they are
	// handled; what is kept lets a second delivery of the same update be one.
	Updates time.Duration
	// Replies are answers, notices and their conversations, once over.
	Replies time.Duration
	// Messages are occurrences with their attempts and history, and the web chat's transcript.
	Messages time.Duration
}

// Archive is the database as Retain needs it.
type Archive interface {
	// Purge takes away at most limit rows of each kind that ended longer ago than r says, and returns
	// how many.
	Purge(ctx context.Context, r Retention, limit int) (int64, error)
}

// How Retain works: in steps that hold no lock for long, and again after a while.
const (
	purgeStep  = 500
	purgeEvery = time.Hour
	purgePause = 50 * time.Millisecond
)

// Retain takes old rows away until ctx ends.
func Retain(ctx context.Context, archive Archive, r Retention, log *slog.Logger) {
	for ctx.Err() == nil {
		total := int64(0)
		for ctx.Err() == nil {
			n, err := archive.Purge(ctx, r, purgeStep)
			if err != nil && ctx.Err() == nil {
				log.Error("old rows cannot be taken away; it is tried again in an hour", "err", err)
			}
			if total += n; err != nil || n == 0 {
				break
			}
			pause(ctx, purgePause) // whoever sends goes first
		}
		if total > 0 {
			log.Info("old rows were taken away", "rows", total)
		}
		pause(ctx, purgeEvery)
	}
}
