package nlp_test

import (
	"strings"
	"testing"

	"carebell/nlp"
)

// TestOtherLanguage: a phrase clearly in another language than the profile's is understood in that one.
func TestOtherLanguage(t *testing.T) {
	parser := nlp.New()
	for _, profile := range []string{"en", "es", "de"} {
		right, all := map[string]int{}, map[string]int{}
		for _, lang := range parser.Languages() {
			if lang == profile {
				continue
			}
			for _, r := range readCorpus(t, "testdata/corpus/generated-"+lang+".tsv") {
				if r.kind == "error" || strings.Contains(r.input, "/") {
					continue // slash dates follow the profile
				}
				all[lang]++
				if r.judge(parser.Parse(r.input, r.now, nlp.Profile{Language: profile, Zone: r.zone})) == "" {
					right[lang]++
				} else if testing.Verbose() {
					t.Logf("%s under %s: %q", lang, profile, r.input)
				}
			}
		}
		for lang, n := range all {
			// The rest are phrases such as "15:00" or "25/05 10:00" that are no language's own.
			if right[lang]*100 < n*97 {
				t.Errorf("profile %s: %d of %d phrases in %s", profile, right[lang], n, lang)
			}
		}
		t.Logf("profile %s: %v of %v", profile, right, all)
	}
}
