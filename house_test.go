package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrows are the imports that each room may have of ours; the design draws them. A room that is not
// named may import nothing of ours.
var arrows = map[string][]string{
	"nlp":            {"schedule"},
	"templates":      {"chat", "schedule", "locales"},
	"conversations":  {"chart", "chat", "schedule", "nlp", "locales", "templates"},
	"delivery":       {"chat", "schedule", "templates", "locales"},
	"bot":            {"chat", "conversations"},
	"bot/telegram":   {"chat", "locales"},
	"bot/webchat":    {"chat", "locales"},
	"web":            {"chat"},
	"store/sqlite":   {"chat", "schedule", "conversations", "delivery", "bot", "bot/webchat", "migrations"},
	"store/postgres": {"chat", "schedule", "conversations", "delivery", "bot", "bot/webchat", "migrations"},
}

// everywhere are the rooms that may know all others: the wiring and what only tests use.
var everywhere = []string{"", "app", "store/storetest", "bot/channeltest"}

func TestImportsPointDown(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	packages := 0
	for decoder.More() {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		packages++
		room := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, "carebell"), "/")
		if slices.Contains(everywhere, room) || strings.HasPrefix(room, "internal/") {
			continue
		}
		for _, i := range p.Imports {
			if other, ours := strings.CutPrefix(i, "carebell/"); ours && !slices.Contains(arrows[room], other) {
				t.Errorf("%s imports %s: the arrow does not exist", room, other)
			}
		}
	}
	if packages < len(arrows) {
		t.Errorf("only %d packages were looked at", packages)
	}
}
