package nlp_test

import (
	"testing"
	"time"

	"carebell/nlp"
)

// TestMedical: what is counted without being a medicine makes no message a medicine's.
func TestMedical(t *testing.T) {
	parser := nlp.New()
	now := time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		lang, text string
		want       bool
	}{
		{"en", "drink a glass of water at 15:00", false},
		{"en", "walk 5 km tomorrow at 9:00", false},
		{"en", "2 tablets tomorrow at 9:00", true},
		{"en", "Lisinopril 10 mg tomorrow at 9:00", true},
		{"de", "morgen um 9 Uhr ein Glas Wasser trinken", false},
		{"de", "morgen um 9 Uhr zwei Tabletten", true},
		{"es", "mañana a las 9 beber 2 vasos de agua", false},
		{"es", "mañana a las 9 dos gotas", true},
		{"fr", "demain à 9h boire un verre d'eau", false},
		{"fr", "demain à 9h un comprimé", true},
		{"pt", "amanhã às 9h beber um copo de água", false},
		{"ru", "завтра в 9:00 выпить стакан воды", false},
		{"ru", "завтра в 9:00 таблетка", true},
		{"zh", "明天上午9点喝2杯水", false},
		{"zh", "明天上午9点2片阿司匹林", true},
		{"hi", "कल सुबह 9 बजे एक गिलास पानी", false},
		{"ar", "غدا الساعة 9:00 كوب ماء", false},
	} {
		if r := parser.Parse(c.text, now, nlp.Profile{Language: c.lang}); r.Err != nil || r.Medical != c.want {
			t.Errorf("%s %q: medical %v (error %v), want %v", c.lang, c.text, r.Medical, r.Err, c.want)
		}
	}
}
