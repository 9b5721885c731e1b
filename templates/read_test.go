package templates_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"carebell/chat"
	"carebell/templates"
)

// folder writes files of one's own.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAFolderOverridesAndAdds(t *testing.T) {
	s, err := templates.Read(folder(t, map[string]string{
		"templates.yaml": "- key: eye_drops\n  max_lateness: 30m\n  required: [medication]\n  subject: medication\n",
		"en.yaml":        "eye_drops:\n  title: Eye drops\n  body: \"👁 <b>{time}</b> {medication}\\n{date}\"\nreminder:\n  title: Note\n  body: \"{time} {date}: {message}\"\n",
		"ar.yaml":        "reminder:\n  title: تذكير\n  body: \"{message} الساعة {time} {date}\"\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ key, lang, want string }{
		{"reminder", "en", "09:00 Tue 24 Nov: walk"},                                           // replaced
		{"reminder", "es", "⏰ <b>09:00</b> · walk\n<i>Tue 24 Nov</i>"},                         // as embedded
		{"eye_drops", "en", "👁 <b>09:00</b> aspirin &lt;100 mg&gt;\nTue 24 Nov"},               // added
		{"eye_drops", "de-AT", "👁 <b>09:00</b> aspirin &lt;100 mg&gt;\nTue 24 Nov"},            // not in German: English
		{"reminder", "ar", "\u2068walk\u2069 الساعة \u206809:00\u2069 \u2068Tue 24 Nov\u2069"}, // isolated like the embedded ones
	} {
		if m, err := s.Render(row.key, row.lang, values); err != nil || m.Text != row.want {
			t.Errorf("%s in %s: %q %v, want %q", row.key, row.lang, m.Text, err, row.want)
		}
	}
	if missing := s.Missing(); len(missing) != 8 || !strings.Contains(missing[0].Error(), "ar.yaml: eye_drops: there are no words for it") {
		t.Errorf("missing: %v", missing)
	}
	if m, err := s.Sample("eye_drops", "en"); err != nil || chat.PlainText(m.Text) != "👁 09:00 aspirin 100 mg\n2026-11-24" {
		t.Errorf("sample: %q %v", m.Text, err)
	}
	if whole, err := templates.Load(); err != nil || len(whole.Missing()) > 0 {
		t.Errorf("the embedded templates: %v %v", whole.Missing(), err)
	}
}

// Each fault names its file, its key and what to do.
func TestFaults(t *testing.T) {
	const fine = "- key: drops\n  max_lateness: 30m\n  required: [message]\n  subject: message\n"
	body := func(body string) map[string]string {
		return map[string]string{"templates.yaml": fine, "en.yaml": "drops:\n  title: Drops\n  body: \"" + body + "\"\n"}
	}
	declared := func(line string) map[string]string {
		files := body("{time} {date} {message}")
		files["templates.yaml"] = line
		return files
	}
	for name, row := range map[string]struct {
		files map[string]string
		want  string
	}{
		"an unknown variable":  {body("{time} {date} {message} {pill}"), "en.yaml: drops: {pill} is not one of its variables; use one of"},
		"a lone brace":         {body("{time} {date} {message"), "en.yaml: drops: a brace stands alone"},
		"no slot":              {body("{date} {message}"), "en.yaml: drops: {time} is not said in every message"},
		"a slot left out":      {body("{date} {message}[[ {name} {time}]]"), "en.yaml: drops: {time} is not said in every message"},
		"no subject":           {body("{time} {date}"), "en.yaml: drops: {message} is not said in every message"},
		"an open tag":          {body("<b>{time} {date} {message}"), `en.yaml: drops: "b" stays open`},
		"tags that cross":      {body("<b><i>{time}</b></i> {date} {message}"), "en.yaml: drops: </b> closes nothing"},
		"an unknown tag":       {body("<table>{time} {date} {message}</table>"), `en.yaml: drops: "<table>" is no tag`},
		"a lone sign":          {body("{time} < {date} {message}"), `en.yaml: drops: "<" is no tag`},
		"an open bracket":      {body("{time} {date} {message}[[ {name}"), `en.yaml: drops: "[[" stays open`},
		"a tag over a bracket": {body("{time} {date} {message}[[ <b>{name}]]</b>"), "en.yaml: drops: a ]] closes nothing, or a tag stays open before it"},
		"a bracket in another": {body("{time} {date} {message}[[ {name}[[x]]]]"), "en.yaml: drops: a [[ stands inside another"},
		"too long":             {body("{time} {date} {message}" + strings.Repeat("🙂", 2000)), "en.yaml: drops: it takes 40"},
		"no body":              {map[string]string{"templates.yaml": fine, "en.yaml": "drops:\n  title: Drops\n"}, "en.yaml: drops: it has no title or no body; give it both"},
		"markup in a title":    {map[string]string{"templates.yaml": fine, "en.yaml": "drops:\n  title: <b>Drops</b>\n  body: \"{time} {date} {message}\"\n"}, "en.yaml: drops: its title has markup"},
		"no English":           {map[string]string{"templates.yaml": fine}, "en.yaml: drops: there are no English words for it"},
		"a key of nobody":      {map[string]string{"es.yaml": "reminde:\n  title: A\n  body: b\n"}, "es.yaml: reminde: no template has that key"},
		"a language of nobody": {map[string]string{"xx.yaml": "reminder:\n  title: A\n  body: b\n"}, "xx.yaml: carebell does not speak xx"},
		"a misspelt name":      {map[string]string{"en.yaml": "reminder:\n  titel: A\n"}, "field titel not found"},
		"broken YAML":          {map[string]string{"en.yaml": "reminder: ["}, "mend the YAML"},
		"no lateness":          {declared("- key: drops\n  required: [message]\n  subject: message\n"), "templates.yaml: drops: max_lateness is 0s; give a time up to 24h0m0s"},
		"too much lateness":    {declared("- key: drops\n  max_lateness: 48h\n  required: [message]\n  subject: message\n"), "templates.yaml: drops: max_lateness is 48h0m0s"},
		"half a nag":           {declared("- key: drops\n  max_lateness: 1h\n  asks: dose\n  nag_times: 2\n  subject: message\n"), "templates.yaml: drops: nag_every 0s, nag_times 2"},
		"a nag without a question": {declared("- key: drops\n  max_lateness: 1h\n  nag_every: 30m\n  nag_times: 2\n  subject: message\n"),
			"templates.yaml: drops: it nags and asks nothing"},
		"another question":  {declared("- key: drops\n  max_lateness: 1h\n  asks: mood\n  subject: message\n"), `templates.yaml: drops: asks is "mood"`},
		"no such subject":   {declared("- key: drops\n  max_lateness: 1h\n  optional: [pill]\n  subject: pill\n"), `templates.yaml: drops: subject is "pill"`},
		"two required":      {declared("- key: drops\n  max_lateness: 1h\n  required: [message, dose]\n  subject: message\n"), "templates.yaml: drops: {dose} is required, but"},
		"a key in capitals": {declared("- key: Drops\n  max_lateness: 1h\n  subject: message\n"), `templates.yaml: Drops: "Drops" is no key`},
		"a key twice":       {declared(fine + fine), "templates.yaml: drops: the key is there twice; keep one"},
		"a bad variable":    {declared("- key: drops\n  max_lateness: 1h\n  optional: [\"a b\"]\n  subject: message\n"), `templates.yaml: drops: "a b" is no variable`},
	} {
		dir := folder(t, row.files)
		_, err := templates.Read(dir)
		if err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), "; ") {
			t.Errorf("%s: %v, want %q", name, err, row.want)
		}
		if err != nil && name != "no English" && !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: the error does not name the folder's file: %v", name, err)
		}
	}
	if _, err := templates.Read(filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "name a folder that exists") {
		t.Errorf("no folder: %v", err)
	}
	if _, err := templates.Read(folder(t, body("{time} {date} {message}"))); err != nil {
		t.Errorf("what the faults begin from is itself refused: %v", err)
	}
}
