package app_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"carebell/app"
)

func TestTemplatesOfOnesOwn(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	settings, err := app.Load(defaults(t), "", []string{"CAREBELL_TEMPLATES_DIR=" + dir}, languages)
	if err != nil || settings.TemplatesDir != dir {
		t.Fatalf("the folder is %q: %v", settings.TemplatesDir, err)
	}
	var out strings.Builder
	if err := app.LintTemplates(settings, &out); err != nil || !strings.Contains(out.String(), "5 templates in 9 languages are fine") {
		t.Errorf("lint says %q, %v", out.String(), err)
	}

	write("en.yaml", "reminder:\n  title: Note\n  body: \"Note of {time}, {date}: {message}\"\n")
	out.Reset()
	if err := (&app.PreviewCommand{Key: "reminder", Lang: "en"}).Preview(settings, &out); err != nil ||
		out.String() != "reminder, en: Note\nNote of 09:00, 2026-11-24: drink a glass of water\n\n" {
		t.Errorf("preview says %q, %v", out.String(), err)
	}
	for _, c := range []app.PreviewCommand{{Key: "no_such"}, {Lang: "xx"}} {
		if err := c.Preview(settings, &out); err == nil {
			t.Errorf("%+v is shown", c)
		}
	}

	// A fault stops the start before a database is opened.
	write("en.yaml", "reminder:\n  title: Note\n  body: \"{tim} {date} {message}\"\n")
	for name, err := range map[string]error{
		"lint": app.LintTemplates(settings, &out), "preview": (&app.PreviewCommand{}).Preview(settings, &out),
		"start": func() error { _, err := app.New(t.Context(), settings, nil, slog.New(slog.DiscardHandler)); return err }(),
	} {
		if err == nil || !strings.Contains(err.Error(), "en.yaml: reminder: {tim} is not one of its variables") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
