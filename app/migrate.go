package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// MigrateUp brings the database to the newest version and says what it is now.
func MigrateUp(ctx context.Context, s Settings, w io.Writer) error {
	store, err := OpenStore(ctx, s, nil, NewLogger(s, os.Stderr))
	if err != nil {
		return err
	}
	err = store.Migrate(ctx)
	if err == nil {
		_, err = fmt.Fprintln(w, "the database is up to date")
	}
	return errors.Join(err, store.Close())
}

// MigrateStatus lists every step and whether it was applied.
func MigrateStatus(ctx context.Context, s Settings, w io.Writer) error {
	store, err := OpenStore(ctx, s, nil, NewLogger(s, os.Stderr))
	if err != nil {
		return err
	}
	list, err := store.Migrations(ctx)
	for _, m := range list {
		state := "pending"
		if m.Applied {
			state = "applied " + m.At.UTC().Format(time.RFC3339)
		}
		if _, werr := fmt.Fprintf(w, "%-30s %s\n", m.Name, state); werr != nil {
			err = errors.Join(err, werr)
		}
	}
	return errors.Join(err, store.Close())
}
