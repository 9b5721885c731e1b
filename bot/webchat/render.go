package webchat

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"carebell/chat"
)

// node is a piece of a message on the wire: text, or an element of the closed list with children.
// The page builds elements from it one by one, so that no markup ever reaches a parser there.
type node struct {
	Tag      string `json:"t,omitempty"` // "" for text
	Text     string `json:"s,omitempty"`
	Href     string `json:"href,omitempty"`
	Unix     int64  `json:"unix,omitempty"`
	Children []node `json:"c,omitempty"`
}

// tags is the closed list, with what each becomes.
var tags = map[string]string{
	"b": "b", "strong": "b", "i": "i", "em": "i", "u": "u", "s": "s", "code": "code", "pre": "pre",
	"a": "a", "blockquote": "blockquote", "spoiler": "spoiler", "time": "time",
}

// maxDepth is where nesting stops to be kept: deeper tags are dropped and their text stays.
const maxDepth = 16

// render turns a message's text into nodes. Tags off the list are dropped and their text stays,
// except where the text is no prose (script, style …); unbalanced tags are repaired.
func render(m chat.Message) []node {
	if m.Format != chat.HTML {
		return []node{{Text: visible(m.Text)}}
	}
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	roots, err := html.ParseFragment(strings.NewReader(m.Text), body)
	if err != nil { // too deep for any honest message: show it as it is
		return []node{{Text: visible(m.Text)}}
	}
	var out []node
	for _, root := range roots {
		out = appendNode(out, root, 0)
	}
	return out
}

func appendNode(out []node, n *html.Node, depth int) []node {
	switch n.Type {
	case html.TextNode:
		return appendText(out, visible(n.Data))
	case html.ElementNode:
	default:
		return out
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Iframe, atom.Noscript, atom.Noframes, atom.Noembed,
		atom.Xmp, atom.Plaintext, atom.Textarea, atom.Title, atom.Template, atom.Svg, atom.Math,
		atom.Object, atom.Select:
		return out
	case atom.Br:
		return appendText(out, "\n")
	}
	e, keep := element(n)
	if !keep || depth >= maxDepth {
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			out = appendNode(out, child, depth)
		}
		return out
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		e.Children = appendNode(e.Children, child, depth+1)
	}
	if len(e.Children) == 0 {
		return out
	}
	return append(out, e)
}

func element(n *html.Node) (node, bool) {
	tag, ok := tags[n.Data]
	if !ok {
		return node{}, false
	}
	e := node{Tag: tag}
	switch tag {
	case "a":
		if e.Href = safeLink(attribute(n, "href")); e.Href == "" {
			return node{}, false
		}
	case "time":
		var err error
		if e.Unix, err = strconv.ParseInt(attribute(n, "unix"), 10, 64); err != nil || e.Unix <= 0 || e.Unix > 253402300799 {
			return node{}, false // no instant of the years 1970 to 9999
		}
	}
	return e, true
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == name {
			return a.Val
		}
	}
	return ""
}

// safeLink returns an address that is safe to open, or "".
func safeLink(href string) string {
	u, err := url.Parse(strings.TrimSpace(href))
	if err != nil {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Host == "" {
			return ""
		}
	case "tel", "mailto":
	default:
		return ""
	}
	return u.String()
}

func appendText(out []node, s string) []node {
	if s == "" {
		return out
	}
	if last := len(out) - 1; last >= 0 && out[last].Tag == "" {
		out[last].Text += s
		return out
	}
	return append(out, node{Text: s})
}

// visible is chat.Clean without trimming, since the space between two pieces carries meaning, and
// with carebell's own isolates and right-to-left marks, which keep an Arabic line in order. What a
// person typed has lost such marks on its way in.
func visible(s string) string {
	var b strings.Builder
	for s != "" {
		i := strings.IndexAny(s, "\u2068\u2069\u200f")
		if i < 0 {
			i = len(s)
		}
		b.WriteString(clean(s[:i]))
		_, size := utf8.DecodeRuneInString(s[i:])
		b.WriteString(s[i : i+size])
		s = s[i+size:]
	}
	return b.String()
}

func clean(s string) string {
	trimmed := strings.Trim(s, " \t\n")
	if trimmed == "" {
		return s
	}
	start := strings.Index(s, trimmed)
	return s[:start] + chat.Clean(trimmed) + s[start+len(trimmed):]
}

// plain is the nodes' text alone.
func plain(nodes []node) string {
	var b strings.Builder
	for _, n := range nodes {
		b.WriteString(n.Text)
		b.WriteString(plain(n.Children))
	}
	return b.String()
}
