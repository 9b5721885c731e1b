package webchat

import (
	"embed"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

//go:embed page.*.yaml
var wordFiles embed.FS

// pageLanguages are the languages of the page, the default first. A language is one more file.
var pageLanguages = []string{"en", "es"}

// catalogue holds every word of the page and of its errors.
type catalogue struct {
	words   map[string]map[string]string // language, key
	matcher language.Matcher
}

func loadWords() (*catalogue, error) {
	c := &catalogue{words: make(map[string]map[string]string)}
	tags := make([]language.Tag, len(pageLanguages))
	for i, lang := range pageLanguages {
		raw, err := wordFiles.ReadFile("page." + lang + ".yaml")
		if err != nil {
			return nil, fmt.Errorf("webchat: words of %s: %w", lang, err)
		}
		words := make(map[string]string)
		if err := yaml.Unmarshal(raw, &words); err != nil {
			return nil, fmt.Errorf("webchat: words of %s: %w", lang, err)
		}
		c.words[lang] = words
		if tags[i], err = language.Parse(lang); err != nil {
			return nil, fmt.Errorf("webchat: %s: %w", lang, err)
		}
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

// pick returns the page language that suits the first preference it can serve; each preference is a
// BCP 47 tag or an Accept-Language header.
func (c *catalogue) pick(preferences ...string) string {
	for _, p := range preferences {
		tags, _, err := language.ParseAcceptLanguage(p)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, i, confidence := c.matcher.Match(tags...); confidence > language.No {
			return pageLanguages[i]
		}
	}
	return pageLanguages[0]
}

// Text returns a page text in lang with {{.Name}} replaced from args. A key that is missing in
// lang is taken from the default language; a test sees to it that none is.
func (c *catalogue) Text(lang, key string, args map[string]any) string {
	text, ok := c.words[lang][key]
	if !ok {
		text = c.words[pageLanguages[0]][key]
	}
	for name, value := range args {
		text = strings.ReplaceAll(text, "{{."+name+"}}", fmt.Sprint(value))
	}
	return text
}
