package migrations

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
)

// Migration is one numbered step and whether it was applied.
type Migration struct {
	Name    string
	Applied bool
	At      time.Time // UTC; zero unless Applied
}

// NewerError means that the database was migrated by a later version of the program.
type NewerError struct{ Found, Known int64 }

func (e *NewerError) Error() string {
	return fmt.Sprintf("the database is at step %d and this version knows only %d: install the version that migrated it, or a later one", e.Found, e.Known)
}

// Up applies what is missing. It touches nothing when nothing is, so that a login that may not
// migrate can start on tables that are up to date. A *NewerError means that it must not start.
func Up(ctx context.Context, p *goose.Provider) error {
	found, known, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migration status: %w", err)
	}
	if found > known {
		return &NewerError{Found: found, Known: known}
	}
	if found == known {
		return nil
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// List lists every step, oldest first.
func List(ctx context.Context, p *goose.Provider) ([]Migration, error) {
	steps, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", err)
	}
	out := make([]Migration, len(steps))
	for i, s := range steps {
		out[i] = Migration{Name: filepath.Base(s.Source.Path), Applied: s.State == goose.StateApplied, At: s.AppliedAt.UTC()}
	}
	return out, nil
}
