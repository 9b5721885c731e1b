// Command carebell schedules messages by chat and delivers them.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // zones must be known on a machine that has none

	"carebell/app"
	"carebell/locales"

	"github.com/alecthomas/kong"
)

//go:embed config.yaml
var defaults []byte

type commandLine struct {
	Config string `help:"A YAML file of settings that override the defaults (see config.yaml)." type:"path"`

	Serve   serve            `cmd:"" default:"1" help:"Run carebell (the default)."`
	Parse   app.ParseCommand `cmd:"" help:"Explain what a phrase means."`
	Migrate struct {
		Up     migrateUp     `cmd:"" help:"Bring the database to the newest version."`
		Status migrateStatus `cmd:"" help:"List the steps of the database and whether they were applied."`
	} `cmd:"" help:"Look after the database's tables."`
	Templates struct {
		Lint    templatesLint    `cmd:"" help:"Check the templates, with those of templates.dir."`
		Preview templatesPreview `cmd:"" help:"Show the templates as people would read them."`
	} `cmd:"" help:"Look after the templates."`
	Retry   retry   `cmd:"" help:"List the reminders that failed, and try them again. With SQLite stop carebell first."`
	Version version `cmd:"" help:"Print the version."`
}

type (
	serve            struct{}
	migrateUp        struct{}
	migrateStatus    struct{}
	version          struct{}
	templatesLint    struct{}
	templatesPreview struct {
		app.PreviewCommand `embed:""`
	}
	retry struct {
		app.RetryCommand `embed:""`
	}
)

func main() {
	var cli commandLine
	k := kong.Parse(&cli, kong.Name("carebell"),
		kong.Description("Schedules messages for patients by chat, and delivers them."), kong.UsageOnError())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	k.BindTo(os.Stdin, (*io.Reader)(nil))
	k.BindTo(os.Stdout, (*io.Writer)(nil))
	k.Bind(time.Now)
	if err := k.Run(&cli); err != nil {
		fmt.Fprintln(os.Stderr, "carebell:", err)
		os.Exit(1)
	}
}

func (c *commandLine) settings() (app.Settings, error) {
	catalogue, err := locales.Load()
	if err != nil {
		return app.Settings{}, err
	}
	return app.Load(defaults, c.Config, os.Environ(), catalogue.Languages())
}

func (serve) Run(ctx context.Context, c *commandLine) error {
	settings, err := c.settings()
	if err != nil {
		return fmt.Errorf("the settings need mending:\n%w", err)
	}
	return app.Serve(ctx, settings, app.NewLogger(settings, os.Stderr), os.Stdout)
}

func (migrateUp) Run(ctx context.Context, c *commandLine) error {
	settings, err := c.settings()
	if err != nil {
		return err
	}
	return app.MigrateUp(ctx, settings, os.Stdout)
}

func (migrateStatus) Run(ctx context.Context, c *commandLine) error {
	settings, err := c.settings()
	if err != nil {
		return err
	}
	return app.MigrateStatus(ctx, settings, os.Stdout)
}

func (r *retry) Run(ctx context.Context, c *commandLine, now func() time.Time) error {
	settings, err := c.settings()
	if err != nil {
		return err
	}
	return app.Retry(ctx, &r.RetryCommand, settings, os.Stdout, os.Stderr, now())
}

func (templatesLint) Run(c *commandLine) error {
	settings, err := c.settings()
	if err != nil {
		return err
	}
	return app.LintTemplates(settings, os.Stdout)
}

func (t *templatesPreview) Run(c *commandLine) error {
	settings, err := c.settings()
	if err != nil {
		return err
	}
	return t.Preview(settings, os.Stdout)
}

func (version) Run() error {
	_, err := fmt.Println("carebell", app.Version)
	return err
}
