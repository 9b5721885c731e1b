package locales

import (
	"fmt"
	"io/fs"
	"strings"
)

// readPlaces reads places/<language>.txt, "Zone: name" a line: what the cities are called that zones are
// named after. A language without the file, and a zone without a line, has the zone's own word.
func (c *Catalogue) readPlaces(folder fs.FS) error {
	c.places = map[string]map[string]string{}
	for _, lang := range c.languages {
		name := "places/" + lang + ".txt"
		if _, err := fs.Stat(folder, name); err != nil {
			continue
		}
		raw, err := fs.ReadFile(folder, name)
		if err != nil {
			return fmt.Errorf("load places %s: %w", name, err)
		}
		c.places[lang] = map[string]string{}
		for line := range strings.Lines(string(raw)) {
			if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
				continue
			}
			zone, city, ok := strings.Cut(strings.TrimSpace(line), ": ")
			if !ok {
				return fmt.Errorf("load places %s: %q is no zone and its name", name, line)
			}
			c.places[lang][zone] = city
		}
	}
	return nil
}

// Place is what people call the city of an IANA zone in a language: Asia/Kolkata is "कोलकाता",
// America/New_York "New York".
func (c *Catalogue) Place(lang, zone string) string {
	if city, ok := c.places[c.Match(lang)][zone]; ok {
		return city
	}
	return strings.ReplaceAll(zone[strings.LastIndex(zone, "/")+1:], "_", " ")
}
