package schedule

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// zoneNames are the canonical names of the IANA time zone database (zone.tab), one a line.
//
//go:embed zones.txt
var zoneNames string

// FindZones lists the IANA zones that a place names: the whole name ("Europe/Madrid") or its city
// ("madrid", "new york", "São Paulo"), whatever the case and the accents. It is empty for a place
// that is no zone's city, and sorted otherwise.
func FindZones(place string) []string {
	wanted := fold(place)
	if wanted == "" {
		return nil
	}
	var exact, partial []string
	for name := range strings.FieldsSeq(zoneNames) {
		whole := fold(name)
		city := whole[strings.LastIndex(whole, "/")+1:]
		switch {
		case whole == wanted:
			return []string{name}
		case city == wanted:
			exact = append(exact, name)
		case len(wanted) >= 4 && strings.HasPrefix(city, wanted):
			partial = append(partial, name)
		}
	}
	if len(exact) == 0 {
		exact = partial
	}
	slices.Sort(exact)
	return exact
}

// fold makes names comparable: no case, no accents, spaces as in the database.
func fold(s string) string {
	if i := strings.IndexAny(s, ",("); i >= 0 {
		s = s[:i] // "Madrid, Spain"
	}
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s)
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(plain)), " ", "_")
}
