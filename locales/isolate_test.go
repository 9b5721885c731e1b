package locales_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"carebell/locales"

	"golang.org/x/text/unicode/bidi"
)

func TestIsolate(t *testing.T) {
	for _, row := range []struct{ lang, text, want string }{
		{"en", "call {{.Name}} with /help", "call {{.Name}} with /help"},
		{"ar", "وقتك: {{.Clock}} ({{.Place}}).", "وقتك: \u2068{{.Clock}}\u2069 (\u2068{{.Place}}\u2069)."},
		{"ar", "تم · #{{.Code}}", "تم · \u2068#{{.Code}}\u2069"},
		{"ar", "أهلًا{{if .Name}} {{.Name}}{{end}}.", "أهلًا{{if .Name}} \u2068{{.Name}}\u2069{{end}}."},
		{"ar", "مثل /cancel 1.", "مثل \u2068/cancel 1\u2069."},
		{"ar", "غدا 15:00 تناول", "غدا \u206815:00\u2069 تناول"},
		{"ar", "بعد 30 دقيقة", "بعد 30 دقيقة"},
		{"ar", "مثل Asia/Riyadh.", "مثل \u2068Asia/Riyadh\u2069."},
		{"ar", "💊 <b>{time}</b>[[, {dose}]]\nجرعة <i>{time}</i>", "\u200f💊 <b>\u2068{time}\u2069</b>[[, \u2068{dose}\u2069]]\nجرعة <i>\u2068{time}\u2069</i>"},
		{"ar", "• {{.Clock}}، {{.Text}}", "\u200f• \u2068{{.Clock}}\u2069، \u2068{{.Text}}\u2069"},
		{"ar", "توقف|stop", "توقف|stop"},
		{"ar", "/help", "/help"},
		{"fa-IR", "ساعت {{.Clock}}", "ساعت \u2068{{.Clock}}\u2069"},
		{"he", "בשעה {{.Clock}}", "בשעה \u2068{{.Clock}}\u2069"},
		{"az-Arab", "{{.Clock}}", "\u200f\u2068{{.Clock}}\u2069"},
	} {
		if got := locales.Isolate(row.lang, row.text); got != row.want {
			t.Errorf("%s: %q is %q, want %q", row.lang, row.text, got, row.want)
		}
	}
}

// onScreen is a line as it stands on a screen, read from the left: what is written from right to left
// comes back to front. Isolates are laid out as they are: the part within by itself, as one neutral.
func onScreen(t *testing.T, line string) string {
	t.Helper()
	var kept []string
	for {
		before, rest, ok := strings.Cut(line, "\u2068")
		inside, after, closed := strings.Cut(rest, "\u2069")
		if !ok || !closed {
			break
		}
		kept = append(kept, inside)
		line = before + "\ufffc" + after
	}
	var p bidi.Paragraph
	if _, err := p.SetString(line, bidi.DefaultDirection(bidi.LeftToRight)); err != nil {
		t.Fatal(err)
	}
	order, err := p.Order()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	runs := make([]string, order.NumRuns())
	for i := range runs {
		run := order.Run(i)
		runs[i] = run.String()
		if run.Direction() == bidi.RightToLeft {
			runs[i] = bidi.ReverseString(run.String())
		}
	}
	if order.Direction() == bidi.RightToLeft { // the first run stands at the right
		for i := len(runs) - 1; i >= 0; i-- {
			out = append(out, runs[i])
		}
	} else {
		out = runs
	}
	screen := strings.Join(out, "")
	if n := strings.Count(screen, "\ufffc"); n != len(kept) {
		t.Fatalf("%d of %d isolated parts are on the screen", n, len(kept))
	}
	if order.Direction() == bidi.RightToLeft {
		for i := len(kept) - 1; i >= 0; i-- {
			screen = strings.Replace(screen, "\ufffc", kept[i], 1)
		}
		return screen
	}
	for _, k := range kept {
		screen = strings.Replace(screen, "\ufffc", k, 1)
	}
	return screen
}

// A code, a place, a command and a list's line stand whole and on their side of an Arabic sentence.
func TestArabicStandsInOrder(t *testing.T) {
	c := load(t)
	for _, row := range []struct {
		key  string
		args locales.Args
		want []string // from the left
	}{
		{"card_saved", locales.Args{"Code": "K7Q2"}, []string{"#K7Q2", "·", "ظفحلا"}},
		{"zone_set", locales.Args{"Clock": "09:05", "Place": "New York"}, []string{"(New York)", "09:05", ":كتقو"}},
		{"status_line", locales.Args{"Moment": "09:05", "Text": "aspirin 100 mg", "Status": "ok"}, []string{"ok", ":aspirin 100 mg", "09:05", "•"}},
		{"stop_back", nil, []string{"START", "ةملك"}},
		{"cancel_unknown", nil, []string{"./cancel 1", "/list"}},
		{"card_changed", locales.Args{"Was": "09:00", "Now": "10:00"}, []string{"10:00", "←", "09:00"}},
	} {
		screen := onScreen(t, c.Text("ar", row.key, row.args))
		rest := screen
		for _, want := range row.want {
			_, after, ok := strings.Cut(rest, want)
			if !ok {
				t.Errorf("%s stands as %q, want %q from the left", row.key, screen, row.want)
				break
			}
			rest = after
		}
	}
	// Without isolation the same sentence is out of order: the test can fail.
	if screen := onScreen(t, "تم الحفظ · #K7Q2"); strings.Contains(screen, "#K7Q2") {
		t.Errorf("even unisolated it is in order: %q", screen)
	}
}

func TestFallback(t *testing.T) {
	c, err := locales.Read(fstest.MapFS{
		"en.yaml": {Data: []byte("hello: \"Hello\"\nbye: \"Bye\"\ncount:\n  one: \"{{.Count}} pill\"\n  other: \"{{.Count}} pills\"\n")},
		"pt.yaml": {Data: []byte("hello: \"Olá\"\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ lang, key, want string }{
		{"pt-BR", "hello", "Olá"}, {"pt", "hello", "Olá"}, {"pt-BR", "bye", "Bye"}, {"ja", "hello", "Hello"}, {"pt-BR", "no_such_key", ""},
	} {
		if got := c.Text(row.lang, row.key, nil); got != row.want {
			t.Errorf("%s of %s: %q, want %q", row.key, row.lang, got, row.want)
		}
	}
	if got := c.Count("pt-BR", "count", 3, nil); got != "3 pills" {
		t.Errorf("a count that the language lacks: %q", got)
	}
	if _, err := locales.Read(fstest.MapFS{"en.yaml": {Data: []byte("hello: [")}}); err == nil || !strings.Contains(err.Error(), "en.yaml") {
		t.Errorf("a broken file: %v", err)
	}
}

// Every key of every catalogue says something, in each plural form, and never its own name.
func TestNothingRaw(t *testing.T) {
	c := load(t)
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	args := locales.Args{"Clock": "09:00", "Moment": c.Moment("en", now, now), "Name": "Ana"}
	for key, text := range raw(t)[locales.Fallback] {
		_, counts := text.(map[string]any)
		for _, lang := range c.Languages() {
			for n := range 120 {
				got := c.Text(lang, key, args)
				if counts {
					got = c.Count(lang, key, n, args)
				}
				if got == "" || got == key || strings.Contains(got, "{{") {
					t.Fatalf("%s: %s says %q for %d", lang, key, got, n)
				}
				if !counts {
					break
				}
			}
		}
	}
}
