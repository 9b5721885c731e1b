package postgres

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"testing"

	"carebell/internal/testpostgres"
)

var testServer = testpostgres.New(func(ctx context.Context, url string) error {
	s, err := Open(ctx, Config{URL: url, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	return errors.Join(s.Migrate(ctx), s.Close())
})

func TestMain(m *testing.M) { os.Exit(testServer.Main(m)) }

// Server is the one server of this test binary, for the tests from outside the package.
func Server() *testpostgres.Server { return testServer }
