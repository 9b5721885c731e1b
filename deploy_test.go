package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"carebell/app"
	"carebell/web"

	"github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v3"
)

const operations = "docs/operations.md"

// foreign are the variables that Kubernetes gives to a pod beside a Service named carebell: they are
// named only to say why they must not be there.
var foreign = []string{"CAREBELL_PORT", "CAREBELL_SERVICE_HOST"}

// languages are enough for settings that do not choose one.
var languages = []string{"en"}

// setting reports whether a variable is a setting, or names the file of a secret.
func setting(name string) bool {
	_, err := app.Load(defaults, "", []string{name + "="}, languages)
	return err == nil || !strings.Contains(err.Error(), name+": found an unknown setting")
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path) // #nosec G304 -- the repository's own files
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// shipped are the files that an operator reads or runs.
func shipped(t *testing.T) []string {
	t.Helper()
	files := []string{operations}
	err := filepath.WalkDir("deploy", func(path string, _ fs.DirEntry, err error) error {
		if ext := filepath.Ext(path); ext == ".yaml" || ext == ".sql" {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < 9 {
		t.Fatalf("only %d files were found (%v)", len(files), err)
	}
	return files
}

func TestNamedSettingsExist(t *testing.T) {
	variable := regexp.MustCompile(`CAREBELL_[A-Z_]*[A-Z]`)
	for _, file := range shipped(t) {
		for _, name := range slices.Compact(slices.Sorted(slices.Values(variable.FindAllString(read(t, file), -1)))) {
			if known := setting(name); known == slices.Contains(foreign, name) {
				t.Errorf("%s: %s: known as a setting: %v", file, name, known)
			}
		}
	}
}

func TestOperationsExplainEverySetting(t *testing.T) {
	var tree map[string]any
	if err := yaml.Unmarshal(defaults, &tree); err != nil {
		t.Fatal(err)
	}
	keys := []string{}
	for section, value := range tree {
		if inner, ok := value.(map[string]any); ok {
			for key := range inner {
				keys = append(keys, section+"."+key)
			}
			continue
		}
		keys = append(keys, section)
	}
	if text := read(t, operations); len(keys) < 15 {
		t.Errorf("only %d keys were looked at", len(keys))
	} else {
		for _, key := range keys {
			if !strings.Contains(text, "| `"+key+"` |") {
				t.Errorf("%s has no row for %s", operations, key)
			}
		}
	}
}

// container is what the files say of one process.
type container struct {
	Name string
	Env  []struct {
		Name, Value string
		ValueFrom   map[string]any `yaml:"valueFrom"`
	}
	StartupProbe   probe `yaml:"startupProbe"`
	LivenessProbe  probe `yaml:"livenessProbe"`
	ReadinessProbe probe `yaml:"readinessProbe"`
}

type probe struct {
	HTTPGet struct{ Path string } `yaml:"httpGet"`
}

func kubernetes(t *testing.T, path string) container {
	t.Helper()
	var manifest struct {
		Spec struct {
			Template struct {
				Spec struct{ Containers []container }
			}
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, path)), &manifest); err != nil {
		t.Fatal(err)
	}
	if len(manifest.Spec.Template.Spec.Containers) != 1 {
		t.Fatalf("%s: %d containers", path, len(manifest.Spec.Template.Spec.Containers))
	}
	return manifest.Spec.Template.Spec.Containers[0]
}

// secretValues stand for what the secrets hold.
var secretValues = map[string]string{
	"CAREBELL_DATABASE_URL":         "postgres://carebell:secret@database:5432/carebell",
	"CAREBELL_DATABASE_MIGRATE_URL": "postgres://carebell_owner:secret@database:5432/carebell",
	"CAREBELL_TELEGRAM_TOKEN":       "123456:secret",
}

// The settings that the files give are accepted as a whole.
func TestDeployedSettingsLoad(t *testing.T) {
	environments := map[string][]string{}
	for _, path := range []string{"deploy/kubernetes/deployment.yaml", "deploy/kubernetes/migrate.yaml"} {
		for _, e := range kubernetes(t, path).Env {
			value := e.Value
			if e.ValueFrom != nil {
				value = secretValues[e.Name]
			}
			environments[path] = append(environments[path], e.Name+"="+value)
		}
	}
	var compose struct {
		Services map[string]struct{ Environment map[string]string }
	}
	if err := yaml.Unmarshal([]byte(read(t, "deploy/compose.yaml")), &compose); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, service := range []string{"migrate", "carebell"} {
		path := "deploy/compose.yaml: " + service
		for name, value := range compose.Services[service].Environment {
			if secret, ok := strings.CutSuffix(name, "_FILE"); ok {
				value = filepath.Join(folder, secret)
				if err := os.WriteFile(value, []byte(secretValues[secret]+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			environments[path] = append(environments[path], name+"="+value)
		}
	}
	for path, environment := range environments {
		s, err := app.Load(defaults, "", environment, languages)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if !s.Database.Postgres() || (s.Database.MigrateURL != "") != strings.Contains(path, "migrate") {
			t.Errorf("%s: the migration alone has the owner's login, and both have the database", path)
		}
	}
	if len(environments) != 4 {
		t.Errorf("%d environments were looked at", len(environments))
	}
}

type nobody struct{ web.Reporter }

// A probe's path answers on an address that is not loopback, where pages do not.
func TestProbesAskWhatAnswers(t *testing.T) {
	server, err := web.New(web.Config{Addr: "0.0.0.0:8080"}, nobody{}, nil, prometheus.NewRegistry(), nil, app.NewLogger(app.Settings{LogLevel: "error"}, io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path string) int {
		w := httptest.NewRecorder()
		server.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://10.0.0.7:8080"+path, nil))
		return w.Code
	}
	c := kubernetes(t, "deploy/kubernetes/deployment.yaml")
	for name, p := range map[string]probe{"startup": c.StartupProbe, "liveness": c.LivenessProbe, "readiness": c.ReadinessProbe} {
		if code := ask(p.HTTPGet.Path); code != http.StatusOK {
			t.Errorf("%s: %s answers %d", name, p.HTTPGet.Path, code)
		}
	}
	if code := ask("/"); code != http.StatusForbidden {
		t.Errorf("a page answers %d", code)
	}
	if text := read(t, "deploy/compose.yaml"); !strings.Contains(text, "http://127.0.0.1:8080/readyz") {
		t.Error("compose asks something else than /readyz")
	}
}

// metricNames are the names that the code registers: a composite literal's Name beside a Help, or a
// call whose first two arguments are a name and its help.
func metricNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	text := func(e ast.Expr) string {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			s, err := strconv.Unquote(l.Value)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		return ""
	}
	note := func(name, help ast.Expr) {
		if n := text(name); strings.HasPrefix(n, "carebell_") && strings.Contains(text(help), " ") {
			names[n] = true
		}
	}
	for path, text := range sources(t) {
		file, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if len(n.Args) > 1 {
					note(n.Args[0], n.Args[1])
				}
			case *ast.CompositeLit:
				fields := map[string]ast.Expr{}
				for _, e := range n.Elts {
					if pair, ok := e.(*ast.KeyValueExpr); ok {
						if key, ok := pair.Key.(*ast.Ident); ok {
							fields[key.Name] = pair.Value
						}
					}
				}
				note(fields["Name"], fields["Help"])
			}
			return true
		})
	}
	return names
}

// sources are the program's own files of Go, tests left out.
func sources(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || exists(filepath.Join(path, "go.mod"))):
			return fs.SkipDir
		case filepath.Ext(path) == ".go" && !strings.HasSuffix(path, "_test.go"):
			files[path] = read(t, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// source is all of them in one.
func source(t *testing.T) string {
	t.Helper()
	return strings.Join(slices.Collect(maps.Values(sources(t))), "\n")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// Each line that an operator may look up is one that the program can say.
func TestExplainedLinesAreSaid(t *testing.T) {
	_, section, _ := strings.Cut(read(t, operations), "\n## What the lines mean\n")
	section, _, _ = strings.Cut(section, "\n## ")
	_, section, _ = strings.Cut(section, "\n| line |")
	code := source(t)
	lines := 0
	for row := range strings.Lines(section) {
		cells := strings.Split(row, "|")
		if len(cells) < 4 {
			continue
		}
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[1], -1) {
			lines++
			for part := range strings.SplitSeq(m[1], "; ") {
				// What the program fills in stands in capitals.
				for _, words := range regexp.MustCompile(` ?\b(?:N|HOST)\b ?`).Split(part, -1) {
					if !strings.Contains(code, strings.TrimPrefix(words, "found ")) {
						t.Errorf("%s explains %q, which nothing says", operations, words)
					}
				}
			}
		}
	}
	if lines < 25 {
		t.Errorf("only %d lines were looked at", lines)
	}
}

func TestOperationsNameEveryMetric(t *testing.T) {
	inCode := metricNames(t)
	if len(inCode) < 20 {
		t.Errorf("only %d metrics were found in the code", len(inCode))
	}
	_, section, found := strings.Cut(read(t, operations), "\n## Metrics\n")
	if !found {
		t.Fatal("there is no section of metrics")
	}
	inText := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(carebell_[a-z_]+)`").FindAllStringSubmatch(section, -1) {
		inText[m[1]] = true
	}
	for _, name := range slices.Sorted(maps.Keys(inCode)) {
		if !inText[name] {
			t.Errorf("%s does not explain %s", operations, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(inText)) {
		if !inCode[name] {
			t.Errorf("%s explains %s, which is not in the code", operations, name)
		}
	}
}
