package webchat

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"carebell/locales"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

//go:embed page.*.yaml
var wordFiles embed.FS

// defaultLanguage is that of a person whose browser speaks none of the page's.
const defaultLanguage = "en"

// catalogue holds every word of the page and of its errors.
type catalogue struct {
	words     map[string]map[string]string // language, key
	languages []string                     // the default first; a language is one more file
	matcher   language.Matcher
}

func loadWords() (*catalogue, error) {
	files, err := fs.Glob(wordFiles, "page.*.yaml")
	if err != nil {
		return nil, fmt.Errorf("webchat: words: %w", err)
	}
	c := &catalogue{words: make(map[string]map[string]string), languages: []string{defaultLanguage}}
	for _, file := range files {
		lang := strings.TrimSuffix(strings.TrimPrefix(file, "page."), ".yaml")
		if c.words[lang], err = readWords(file, lang); err != nil {
			return nil, fmt.Errorf("webchat: words of %s: %w", lang, err)
		}
		if lang != defaultLanguage {
			c.languages = append(c.languages, lang)
		}
	}
	tags := make([]language.Tag, len(c.languages))
	for i, lang := range c.languages {
		if tags[i], err = language.Parse(lang); err != nil {
			return nil, fmt.Errorf("webchat: %s: %w", lang, err)
		}
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

// readWords reads the words of a language, and adds the direction that it is written in.
func readWords(file, lang string) (map[string]string, error) {
	raw, err := wordFiles.ReadFile(file)
	if err != nil {
		return nil, err
	}
	words := make(map[string]string)
	if err := yaml.Unmarshal(raw, &words); err != nil {
		return nil, err
	}
	for key, text := range words {
		words[key] = locales.Isolate(lang, text)
	}
	words["direction"] = "ltr"
	if locales.RightToLeft(lang) {
		words["direction"] = "rtl"
	}
	return words, nil
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
			return c.languages[i]
		}
	}
	return defaultLanguage
}

// Text returns a page text in lang with {{.Name}} replaced from args. A key that is missing in
// lang is taken from the default language; a test sees to it that none is.
func (c *catalogue) Text(lang, key string, args map[string]any) string {
	text, ok := c.words[lang][key]
	if !ok {
		text = c.words[defaultLanguage][key]
	}
	for name, value := range args {
		text = strings.ReplaceAll(text, "{{."+name+"}}", fmt.Sprint(value))
	}
	return text
}
