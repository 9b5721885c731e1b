package locales_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"carebell/schedule"
)

func TestPlace(t *testing.T) {
	c := load(t)
	for _, row := range []struct{ lang, zone, want string }{
		{"en", "America/New_York", "New York"}, {"es-MX", "America/New_York", "Nueva York"}, {"de", "Europe/Vienna", "Wien"},
		{"ru", "Europe/Moscow", "Москва"}, {"ar", "Africa/Cairo", "القاهرة"}, {"hi", "Asia/Kolkata", "कोलकाता"}, {"zh", "Asia/Shanghai", "上海"},
		{"fr", "Europe/London", "Londres"}, {"pt", "Europe/Lisbon", "Lisboa"}, {"ru", "Etc/GMT+3", "GMT+3"},
	} {
		if got := c.Place(row.lang, row.zone); got != row.want {
			t.Errorf("Place(%s, %s) = %q, want %q", row.lang, row.zone, got, row.want)
		}
	}
}

// What a city is called here may be typed back, and means its zone.
func TestPlacesAreKnown(t *testing.T) {
	c := load(t)
	for _, lang := range c.Languages() {
		names := placesOf(t, lang)
		if len(names) == 0 {
			t.Errorf("%s: no places", lang)
		}
		for zone, city := range names {
			if _, err := time.LoadLocation(zone); err != nil {
				t.Errorf("%s: %v", lang, err)
			}
			if strings.ContainsAny(city, ",،，、(（") { // with its state, which is no part of its name
				continue
			}
			if got := schedule.FindZones(city); !slices.Contains(got, zone) {
				t.Errorf("%s: %q is %s and is read as %v", lang, city, zone, got)
			}
		}
	}
}

// placesOf are the zones that have another name in a language.
func placesOf(t *testing.T, lang string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("places/" + lang + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		if zone, city, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && !strings.HasPrefix(line, "#") {
			all[zone] = city
		}
	}
	return all
}
