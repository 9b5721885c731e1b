package chat

import (
	"strings"

	"golang.org/x/net/html"
)

// PlainText is the text of a chat.HTML message with its markup taken away.
func PlainText(markup string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(markup))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			b.WriteString(html.UnescapeString(string(z.Raw())))
		}
	}
}
