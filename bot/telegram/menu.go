package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

type menuLine struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// publishMenu sets the command list of each language, trying again while Telegram cannot be reached.
// A menu that is refused is a fault of its words; the channel works without it.
func (c *Channel) publishMenu(ctx context.Context) {
	for _, language := range slices.Sorted(maps.Keys(c.cfg.Commands)) {
		var lines []menuLine
		for _, cmd := range c.cfg.Commands[language] {
			lines = append(lines, menuLine{Command: strings.TrimPrefix(cmd.Name, "/"), Description: cmd.Description})
		}
		list, err := json.Marshal(lines)
		if err != nil || len(lines) == 0 {
			continue
		}
		base, region, _ := strings.Cut(language, "-") // the API knows two-letter codes only
		if _, shadowed := c.cfg.Commands[base]; shadowed && region != "" || base != "" && len(base) != 2 {
			continue
		}
		params := tgbotapi.Params{"commands": string(list), "language_code": strings.ToLower(base)}
		var trouble backoff
		for ctx.Err() == nil {
			err := c.call(ctx, c.cfg.HTTPTimeout, "setMyCommands", params, nil)
			if err == nil || ctx.Err() != nil {
				break
			}
			var ce *callError
			if errors.As(err, &ce) && ce.status >= 400 && ce.status < 500 && ce.status != http.StatusTooManyRequests {
				c.log.Warn("the menu of commands was not taken", "language", language, "err", err)
				break
			}
			wait := trouble.next()
			if ce != nil {
				wait = max(wait, ce.retryAfter)
			}
			c.pause(ctx, wait)
		}
	}
}
