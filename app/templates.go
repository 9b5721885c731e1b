package app

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"carebell/chat"
	"carebell/templates"
)

// LintTemplates reads the templates with those of the settings' folder. The error lists what keeps carebell
// from starting; what only falls back to English is written to w.
func LintTemplates(s Settings, w io.Writer) error {
	set, err := templates.Read(s.TemplatesDir)
	if err != nil {
		return fmt.Errorf("the templates need mending:\n%w", err)
	}
	for _, m := range set.Missing() {
		if _, err := fmt.Fprintln(w, "note:", m); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(w, "%d templates in %d languages are fine\n", len(set.All()), len(set.Languages()))
	return err
}

// PreviewCommand is "carebell templates preview": it shows messages as they would read.
type PreviewCommand struct {
	Lang string `help:"Only this language."`
	Key  string `arg:"" optional:"" help:"Only this template."`
}

// Preview writes the templates, filled with values of usual length, without their markup.
func (c *PreviewCommand) Preview(s Settings, w io.Writer) error {
	set, err := templates.Read(s.TemplatesDir)
	if err != nil {
		return fmt.Errorf("the templates need mending:\n%w", err)
	}
	if _, err := set.Get(c.Key); c.Key != "" && err != nil {
		return fmt.Errorf("%w; carebell templates preview shows all", err)
	}
	if c.Lang != "" && !slices.Contains(set.Languages(), c.Lang) {
		return errors.New("--lang: expected one of " + strings.Join(set.Languages(), ", "))
	}
	for _, t := range set.All() {
		for _, lang := range set.Languages() {
			if c.Key != "" && c.Key != t.Key || c.Lang != "" && c.Lang != lang {
				continue
			}
			m, err := set.Sample(t.Key, lang)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "%s, %s: %s\n%s\n\n", t.Key, lang, set.Title(t.Key, lang), chat.PlainText(m.Text)); err != nil {
				return err
			}
		}
	}
	return nil
}
