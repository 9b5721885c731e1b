package app_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"carebell/app"
	"carebell/internal/teststores"
	"carebell/locales"
)

// childVariable makes this test binary be the program itself, so that a test can kill it.
const childVariable = "CAREBELL_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		if err := child(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(teststores.Main(m))
}

// child is what main does with `carebell serve`.
func child() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	catalogue, err := locales.Load()
	if err != nil {
		return err
	}
	file, err := os.ReadFile("../config.yaml")
	if err != nil {
		return err
	}
	settings, err := app.Load(file, "", os.Environ(), catalogue.Languages())
	if err != nil {
		return err
	}
	a, err := app.New(ctx, settings, nil, app.NewLogger(settings, os.Stderr))
	if err != nil {
		return err
	}
	return a.Run(ctx, func(addr string) { a.Banner(os.Stdout, addr) })
}
