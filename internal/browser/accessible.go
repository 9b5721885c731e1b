package browser

import (
	"encoding/json"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

// Part is something that a screen reader can tell of.
type Part struct {
	Role, Name string
	// Focusable by keyboard or by its own program.
	Focusable bool
}

// Accessible returns what a screen reader is given of the page, in the page's order.
func (tab *Tab) Accessible() []Part {
	tab.t.Helper()
	tree, err := chromedp.Call(tab.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		tab.t.Fatalf("read the accessibility tree: %v", err)
	}
	var parts []Part
	for _, n := range tree.Nodes {
		if n.Ignored || n.Role == nil {
			continue
		}
		p := Part{Role: text(n.Role)}
		if n.Name != nil {
			p.Name = text(n.Name)
		}
		for _, property := range n.Properties {
			if property.Name == accessibility.PropertyNameFocusable {
				p.Focusable = true
			}
		}
		parts = append(parts, p)
	}
	return parts
}

func text(v *accessibility.Value) string {
	var s string
	if err := json.Unmarshal([]byte(v.Value), &s); err != nil {
		return "" // no text
	}
	return s
}
