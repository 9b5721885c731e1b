package templates

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"carebell/locales"

	"go.yaml.in/yaml/v3"
)

//go:embed *.yaml
var files embed.FS

// shared is the file of what all languages of a template share.
const shared = "templates.yaml"

// Load reads and checks the embedded templates.
func Load() (*Set, error) { return Read("") }

// Read reads the embedded templates and, over them, those of a folder: what a file of it says of a key
// replaces the whole of what is embedded, and new keys are added. "" is no folder. The error lists
// every Fault; a wording that only falls back to English is none (Missing).
func Read(folder string) (*Set, error) {
	s := &Set{wordings: map[string]map[string]wording{}}
	faults := s.add(files, "")
	if folder != "" {
		if _, err := os.ReadDir(folder); err != nil {
			return nil, fmt.Errorf("templates: %w; name a folder that exists, or none", err)
		}
		faults = append(faults, s.add(os.DirFS(folder), folder)...)
	}
	faults = append(faults, s.lintTogether()...)
	if len(faults) > 0 {
		errs := make([]error, len(faults))
		for i, f := range faults {
			errs[i] = f
		}
		return nil, errors.Join(errs...)
	}
	return s, nil
}

// add reads the files of one folder over what is there already.
func (s *Set) add(folder fs.FS, where string) (faults []Fault) {
	var declared []Template
	if fault := decode(folder, where, shared, &declared); fault != nil {
		faults = append(faults, *fault)
	}
	faults = append(faults, lintDeclared(path.Join(where, shared), declared)...)
	for _, t := range declared {
		if i := slices.IndexFunc(s.templates, func(old Template) bool { return old.Key == t.Key }); i >= 0 {
			s.templates[i] = t
		} else {
			s.templates = append(s.templates, t)
		}
	}
	names, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return append(faults, Fault{File: where, What: err.Error(), Do: "name the files <language>.yaml"})
	}
	for _, name := range names {
		if name == shared {
			continue
		}
		lang, file := strings.TrimSuffix(name, ".yaml"), path.Join(where, name)
		words := map[string]wording{}
		if fault := decode(folder, where, name, &words); fault != nil {
			faults = append(faults, *fault)
			continue
		}
		if !s.spoken(lang) {
			faults = append(faults, Fault{File: file, What: "carebell does not speak " + lang, Do: "name the file by one of the languages of locales"})
			continue
		}
		if s.wordings[lang] == nil {
			s.wordings[lang] = map[string]wording{}
		}
		for key, w := range words {
			s.wordings[lang][key] = wording{Title: locales.Isolate(lang, w.Title), Body: locales.Isolate(lang, w.Body), file: file}
		}
	}
	return faults
}

// spoken reports whether a folder may have that language: the embedded one decides which there are.
func (s *Set) spoken(lang string) bool {
	_, err := fs.Stat(files, lang+".yaml")
	return err == nil
}

// decode reads one file strictly: a misspelt name is a fault, not silence. A missing file is empty.
func decode(folder fs.FS, where, name string, into any) *Fault {
	raw, err := fs.ReadFile(folder, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		d := yaml.NewDecoder(bytes.NewReader(raw))
		d.KnownFields(true)
		if err = d.Decode(into); errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err != nil {
		return &Fault{File: path.Join(where, name), What: err.Error(), Do: "mend the YAML; the embedded files show the form"}
	}
	return nil
}
