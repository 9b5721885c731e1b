package schedule_test

import (
	"slices"
	"testing"
	"time"

	"carebell/schedule"
)

func TestFindZones(t *testing.T) {
	for _, c := range []struct {
		place string
		want  []string
	}{
		{"Madrid", []string{"Europe/Madrid"}},
		{"madrid, Spain", []string{"Europe/Madrid"}},
		{"new york", []string{"America/New_York"}},
		{"São Paulo", []string{"America/Sao_Paulo"}},
		{"europe/berlin", []string{"Europe/Berlin"}},
		{"oslo", []string{"Europe/Oslo"}},
		{"nowhere", nil},
		{"", nil},
	} {
		if got := schedule.FindZones(c.place); !slices.Equal(got, c.want) {
			t.Errorf("FindZones(%q) = %v, want %v", c.place, got, c.want)
		}
	}
}

func TestEveryZoneLoads(t *testing.T) {
	for _, name := range schedule.FindZones("UTC") {
		if _, err := time.LoadLocation(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
