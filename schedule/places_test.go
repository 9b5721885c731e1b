package schedule_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"carebell/schedule"
)

func TestFindZones(t *testing.T) {
	for _, c := range []struct{ place, want string }{
		{"Madrid", "Europe/Madrid"},
		{"madrid, Spain", "Europe/Madrid"},
		{"new york", "America/New_York"},
		{"São Paulo", "America/Sao_Paulo"},
		{"sao-paulo", "America/Sao_Paulo"},
		{"europe/berlin", "Europe/Berlin"},
		{"oslo", "Europe/Oslo"},
		{"buenos", "America/Argentina/Buenos_Aires"},
		{"nowhere", ""},
		{"", ""},
		{"?", ""},

		{"Москва", "Europe/Moscow"}, {"санкт петербург", "Europe/Moscow"}, {"Новосибирск", "Asia/Novosibirsk"}, {"Орёл", "Europe/Moscow"},
		{"北京", "Asia/Shanghai"}, {"北京市", "Asia/Shanghai"}, {"上海", "Asia/Shanghai"}, {"香港", "Asia/Hong_Kong"}, {"台北", "Asia/Taipei"}, {"臺北", "Asia/Taipei"},
		{"दिल्ली", "Asia/Kolkata"}, {"मुंबई", "Asia/Kolkata"}, {"लखनऊ", "Asia/Kolkata"}, {"دلهي", "Asia/Kolkata"},
		{"القاهرة", "Africa/Cairo"}, {"القاهره", "Africa/Cairo"}, {"الرياض", "Asia/Riyadh"}, {"دبي", "Asia/Dubai"}, {"أبو ظبي", "Asia/Dubai"},
		{"Lisboa", "Europe/Lisbon"}, {"Londres", "Europe/London"}, {"Mumbai", "Asia/Kolkata"}, {"Montréal", "America/Toronto"},
		{"München", "Europe/Berlin"}, {"MUENCHEN", "Europe/Berlin"}, {"Wien", "Europe/Vienna"}, {"Nueva York", "America/New_York"}, {"ＴＯＫＹＯ", "Asia/Tokyo"},

		// Countries: one clock, few clocks, too many to choose from.
		{"Deutschland", "Europe/Berlin"}, {"भारत", "Asia/Kolkata"}, {"Argentina", "America/Argentina/Buenos_Aires"},
		{"Portugal", "Atlantic/Azores Europe/Lisbon"}, {"Portugal continental", "Europe/Lisbon"}, {"España", "Atlantic/Canary Europe/Madrid"},
		{"Россия", ""}, {"USA", ""},

		// Names that several places have.
		{"Valencia", "America/Caracas Europe/Madrid"}, {"Valencia, España", "Europe/Madrid"}, {"Valencia (Venezuela)", "America/Caracas"},
		{"Córdoba", "America/Argentina/Cordoba America/Mexico_City Europe/Madrid"},
		{"Santiago", "America/Santiago America/Santo_Domingo Europe/Madrid"}, {"Santiago de Compostela", "Europe/Madrid"}, {"Santiago de Chile", "America/Santiago"},
		{"Guadalajara", "America/Mexico_City Europe/Madrid"}, {"Guadalajara, México", "America/Mexico_City"},
		{"Cartagena", "America/Bogota Europe/Madrid"}, {"Mérida", "America/Caracas America/Merida Europe/Madrid"},
		{"Trujillo", "America/Caracas America/Lima America/Tegucigalpa Europe/Madrid"},
		{"San José", "America/Costa_Rica America/Los_Angeles"}, {"Birmingham", "America/Chicago Europe/London"}, {"Birmingham, UK", "Europe/London"},
		{"León", "America/Managua America/Mexico_City Europe/Madrid"}, {"Granada", "America/Grenada America/Managua Europe/Madrid"},
		{"Tripoli", "Africa/Tripoli Asia/Beirut"}, {"طرابلس", "Africa/Tripoli Asia/Beirut"}, {"Hyderabad", "Asia/Karachi Asia/Kolkata"},
		{"عمان", "Asia/Amman Asia/Muscat"}, {"Georgia", "America/New_York Asia/Tbilisi"}, {"Washington", "America/Los_Angeles America/New_York"},
		{"La Paz", "America/La_Paz America/Mazatlan"}, {"Petersburg", "America/Indiana/Petersburg Europe/Moscow"},
		{"Moscow", "Europe/Moscow"}, {"Moscow, Idaho", "America/Boise America/Los_Angeles"}, {"Paris", "Europe/Paris"}, {"Dublin", "Europe/Dublin"},
		{"Athens", "Europe/Athens"}, {"London", "Europe/London"}, {"London, Ontario", "America/Toronto America/Winnipeg"},
		{"Santa", ""}, {"Port", "America/Port-au-Prince America/Port_of_Spain Pacific/Port_Moresby"},
	} {
		if got := strings.Join(schedule.FindZones(c.place), " "); got != c.want {
			t.Errorf("FindZones(%q) = %q, want %q", c.place, got, c.want)
		}
	}
}

// Every name of the lists is found, with all zones of its line, in capitals too; and every zone loads.
func TestListsOfPlaces(t *testing.T) {
	names := 0
	for _, file := range []string{"places.txt", "countries.txt"} {
		for _, line := range readLines(t, file) {
			zones, called, ok := strings.Cut(line, ": ")
			if !ok {
				t.Fatalf("%s: %q has no names", file, line)
			}
			var main []string
			for zone := range strings.FieldsSeq(zones) {
				bare := strings.Trim(zone, "()")
				if !slices.Contains(readLines(t, "zones.txt"), bare) {
					t.Errorf("%s: %s is no zone", file, bare)
				}
				if bare == zone {
					main = append(main, zone)
				}
			}
			for name := range strings.SplitSeq(called, " | ") {
				names++
				if file == "countries.txt" && len(main) > 4 {
					continue
				}
				for _, typed := range []string{name, strings.ToUpper(name), " " + strings.ReplaceAll(name, " ", "-")} {
					got := schedule.FindZones(typed)
					if missing := slices.DeleteFunc(slices.Clone(main), func(z string) bool { return slices.Contains(got, z) }); len(missing) > 0 {
						t.Errorf("%s: %q gives %v, without %v", file, typed, got, missing)
					}
				}
			}
		}
	}
	if names < 5000 {
		t.Errorf("only %d names", names)
	}
}

// Every zone is known to this program, and its whole name means it alone.
func TestEveryZoneLoads(t *testing.T) {
	for _, name := range readLines(t, "zones.txt") {
		if _, err := time.LoadLocation(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := schedule.FindZones(name); !slices.Equal(got, []string{name}) {
			t.Errorf("FindZones(%q) = %v", name, got)
		}
	}
}

// readLines are the lines of a list, without its comments.
func readLines(t *testing.T, file string) []string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			kept = append(kept, line)
		}
	}
	return kept
}
