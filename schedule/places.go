package schedule

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// zoneNames are the canonical names of the IANA time zone database (zone.tab), one a line.
//
//go:embed zones.txt
var zoneNames string

// placeNames are cities as people call them, and countryNames countries and regions; both say how their
// lines are read.
//
//go:embed places.txt
var placeNames string

//go:embed countries.txt
var countryNames string

// most is how many zones a country may have for its name to say where somebody is: with more, the city
// is needed.
const most = 4

// FindZones lists the IANA zones that a place names: the whole name of a zone ("Europe/Madrid"), a city
// in one of the languages ("madrid", "Нью-Йорк", "北京市", "Valencia, España"), or a country with few
// zones, whatever the case, the accents and the hyphens. It is empty for a place that is not known,
// sorted otherwise, and several when several places have the name: then somebody must be asked.
func FindZones(place string) []string {
	place = strings.NewReplacer("，", ",", "、", ",", "،", ",", "（", "(").Replace(place)
	name, where := place, ""
	if i := strings.IndexAny(place, ",("); i >= 0 {
		name, where = place[:i], strings.Trim(place[i:], ",() ")
	}
	wanted, known := fold(name), atlas()
	if wanted == "" {
		return nil
	}
	if zone, ok := known.zones[wanted]; ok {
		return []string{zone}
	}
	found := known.find(wanted)
	if country := known.countries[fold(where)]; where != "" && country != nil {
		found = slices.DeleteFunc(found, func(zone string) bool { return !slices.Contains(country, zone) })
		if len(found) == 0 { // a town that is not known, in a country that is
			found = slices.Clone(known.places[fold(where)])
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// names is what is known of places, by their folded names.
type names struct {
	zones     map[string]string   // whole names of zones
	places    map[string][]string // cities, and countries with few zones
	countries map[string][]string // countries and regions with all their zones
	cities    []string            // the folded cities of zones, for what is typed in part
}

func (n *names) find(wanted string) []string {
	if found := n.places[wanted]; found != nil {
		return slices.Clone(found)
	}
	for _, suffix := range []string{"市", "省"} {
		if short, ok := strings.CutSuffix(wanted, suffix); ok {
			return slices.Clone(n.places[short])
		}
	}
	var found []string
	for _, city := range n.cities { // "buenos", "ho chi"
		if len(wanted) >= 4 && strings.HasPrefix(city, wanted+"_") {
			found = append(found, n.places[city]...)
		}
	}
	return found
}

var atlas = sync.OnceValue(func() *names {
	n := &names{zones: map[string]string{}, places: map[string][]string{}, countries: map[string][]string{}}
	for zone := range strings.FieldsSeq(zoneNames) {
		n.zones[fold(zone)] = zone
		city := fold(zone[strings.LastIndex(zone, "/")+1:])
		n.cities = append(n.cities, city)
		n.places[city] = append(n.places[city], zone)
	}
	delete(n.places, "utc")
	eachLine(placeNames, func(zones, called []string) {
		for _, name := range called {
			n.places[name] = append(n.places[name], zones...)
		}
	})
	eachLine(countryNames, func(zones, called []string) {
		var main, all []string
		for _, zone := range zones {
			bare := strings.Trim(zone, "()")
			if all = append(all, bare); bare == zone {
				main = append(main, zone)
			}
		}
		for _, name := range called {
			n.countries[name] = append(n.countries[name], all...)
			if len(main) <= most {
				n.places[name] = append(n.places[name], main...)
			}
		}
	})
	return n
})

// eachLine takes a list of names apart: "Zone Zone: name | name".
func eachLine(list string, line func(zones, called []string)) {
	for text := range strings.Lines(list) {
		zones, called, ok := strings.Cut(text, ": ")
		if !ok || strings.HasPrefix(text, "#") {
			continue
		}
		var folded []string
		for name := range strings.SplitSeq(called, "|") {
			folded = append(folded, fold(name))
		}
		line(strings.Fields(zones), folded)
	}
}

// letters are those that their decomposition does not make comparable.
var letters = strings.NewReplacer("ß", "ss", "ø", "o", "ł", "l", "đ", "d", "ı", "i", "æ", "ae", "œ", "oe",
	"ة", "ه", "ى", "ي", "ک", "ك", "ی", "ي", "ـ", "", "ँ", "ं")

// fold makes names comparable: no case and no accents, one underscore for whatever stands between words.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(width.Fold.String(s))) {
		switch {
		case unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Devanagari, r), r == '़': // in Hindi the marks are vowels
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '/':
			b.WriteRune(r)
		case unicode.Is(unicode.Cf, r): // joiners and direction marks
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(letters.Replace(b.String())), "_")
}
