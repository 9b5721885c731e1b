package campaign

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The mutants fit the sources as they are: whoever changes a line that one of them replaces changes it
// there too.
func TestMutantsFit(t *testing.T) {
	for _, m := range Mutants {
		for _, e := range m.Edits {
			text, err := os.ReadFile(filepath.Join("..", "..", e.File)) // #nosec G304 -- our own source
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(text), e.Old); n != 1 || e.Old == e.New {
				t.Errorf("%s: %s has %d times what it replaces, want once:\n%s", m.Name, e.File, n, e.Old)
			}
		}
	}
}

// Each mutant is built from the module's own sources and must fail what is to catch it; the sources
// as they are must pass the same. It is slow, so it belongs to the long form.
func TestMutantsAreCaught(t *testing.T) {
	if !Long() {
		t.Skipf("it builds carebell once for each mutant: %s=long", faultsVariable)
	}
	module := filepath.Join(t.TempDir(), "carebell")
	copyModule(t, module)
	checked := map[string]bool{} // what passes without any mutant
	for _, m := range Mutants {
		t.Run(m.Caught, func(t *testing.T) { caught(t, module, m, checked) })
	}
}

func caught(t *testing.T, module string, m Mutant, checked map[string]bool) {
	Rounds(t, "mutant: "+m.Name, 1, 1, func(t *testing.T, r *Round) {
		if !checked[m.Caught] {
			if out, err := campaign(t, module, m.Caught); err != nil {
				t.Fatalf("%s fails without a mutant: %v\n%s", m.Caught, err, tail(out))
			}
			checked[m.Caught] = true
		}
		for _, e := range m.Edits {
			defer mutate(t, module, e)()
		}
		if out, err := campaign(t, module, "^$"); err != nil {
			t.Fatalf("the mutant does not compile: %v\n%s", err, out)
		}
		out, err := campaign(t, module, m.Caught)
		if err == nil {
			t.Fatalf("%s does not catch it\n%s", m.Caught, tail(out))
		}
		for line := range strings.Lines(out) { // how it was found
			if strings.Contains(line, "_test.go:") && !strings.Contains(line, "replay with") {
				t.Logf("caught by %s: %s", m.Caught, strings.TrimSpace(line))
				break
			}
		}
		r.Add("caught", 1)
	})
}

// campaign runs tests of this package in a copy of the module, in the short form.
func campaign(t *testing.T, module, tests string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-timeout=5m", "-v", "-run", tests, "./internal/campaign") // #nosec G204 -- the tests' own names
	cmd.Dir = module
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, faultsVariable+"=") && !strings.HasPrefix(v, progressVariable+"=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// mutate makes one edit and returns what takes it back.
func mutate(t *testing.T, module string, e Edit) (restore func()) {
	t.Helper()
	path := filepath.Join(module, e.File)
	text, err := os.ReadFile(path) // #nosec G304 -- a copy of our own source
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), e.Old); n != 1 {
		t.Fatalf("%s has %d times what the mutant replaces, want once:\n%s", e.File, n, e.Old)
	}
	write := func(s string) {
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil { // #nosec G703 -- a copy of our own source
			t.Fatal(err)
		}
	}
	write(strings.Replace(string(text), e.Old, e.New, 1))
	return func() { write(string(text)) }
}

// copyModule copies what go test needs of the module.
func copyModule(t *testing.T, to string) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && name != "." || name == "bench" || name == "data"):
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, name), 0o750)
		case !d.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(path) // #nosec G304 G122 -- our own source
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), text, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}
