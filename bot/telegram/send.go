package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"carebell/chat"
)

// Send sends one part (see Split) and gives the message's id. The key is not used: Telegram knows none.
// The id is empty with a nil error when the message was delivered but removed at once by somebody else.
// The error is a *chat.SendError.
func (c *Channel) Send(ctx context.Context, to chat.Address, part chat.Message, key string) (messageID string, err error) {
	params, err := c.message(to, part)
	if err != nil {
		return "", err
	}
	if part.Silent {
		params["disable_notification"] = "true"
	}
	if part.Protect {
		params["protect_content"] = "true"
	}
	var sent struct {
		MessageID int64 `json:"message_id"`
	}
	if part.File != nil {
		err = c.sendFile(ctx, params, *part.File, &sent)
	} else {
		err = c.call(ctx, c.cfg.HTTPTimeout, "sendMessage", params, &sent)
	}
	if err != nil {
		return "", meaning(err)
	}
	return strconv.FormatInt(sent.MessageID, 10), nil
}

// Edit replaces text and choices of a message. What is the same already is success; what cannot be
// edited any more is class Gone. m must be one part: a longer one is refused as MessagePermanent.
func (c *Channel) Edit(ctx context.Context, to chat.Address, messageID string, m chat.Message) error {
	if m.File != nil {
		return &chat.SendError{Class: chat.MessagePermanent, Detail: "an edit brings no file"}
	}
	if len(c.Split(m)) > 1 {
		return &chat.SendError{Class: chat.MessagePermanent, Detail: "an edit must fit one message"}
	}
	params, err := c.message(to, m)
	if err != nil {
		return err
	}
	if params["message_id"], err = number(messageID); err != nil {
		return &chat.SendError{Class: chat.Gone, Detail: "not a message id of this channel"}
	}
	if params["reply_markup"] == "" {
		params["reply_markup"] = `{"inline_keyboard":[]}` // said outright: the old buttons go
	}
	return meaning(c.call(ctx, c.cfg.HTTPTimeout, "editMessageText", params, nil))
}

// Delete removes a message. What is gone already is success; what may not be removed any more (after
// 48 hours) is class Gone.
func (c *Channel) Delete(ctx context.Context, to chat.Address, messageID string) error {
	chatID, err := chatID(to)
	if err != nil {
		return err
	}
	id, err := number(messageID)
	if err != nil {
		return &chat.SendError{Class: chat.Gone, Detail: "not a message id of this channel"}
	}
	err = meaning(c.call(ctx, c.cfg.HTTPTimeout, "deleteMessage", tgbotapi.Params{"chat_id": chatID, "message_id": id}, nil))
	var se *chat.SendError
	if errors.As(err, &se) && se.Class == chat.Gone && strings.HasSuffix(se.Detail, "message to delete not found") {
		return nil
	}
	return err
}

// meaning is the SendError of a failed call; nil for what the table calls benign.
func meaning(err error) error {
	var ce *callError
	if !errors.As(err, &ce) {
		return err
	}
	if se := ce.sendError(); se != nil {
		return se
	}
	return nil
}

// message writes the parameters that sending and editing share.
func (c *Channel) message(to chat.Address, m chat.Message) (tgbotapi.Params, error) {
	chatID, err := chatID(to)
	if err != nil {
		return nil, err
	}
	params := tgbotapi.Params{
		"chat_id":              chatID,
		"text":                 strings.ToValidUTF8(m.Text, "\uFFFD"),
		"link_preview_options": `{"is_disabled":true}`, // nobody wrote what a preview would show
	}
	if m.Format == chat.HTML {
		params["parse_mode"] = "HTML"
		params["text"] = render(parse(m.Text), telegramDialect)
	}
	if rows := keyboard(m.Choices); len(rows) > 0 {
		markup, err := json.Marshal(map[string]any{"inline_keyboard": rows})
		if err != nil {
			return nil, &chat.SendError{Class: chat.MessagePermanent, Detail: "the choices cannot be written"}
		}
		params["reply_markup"] = string(markup)
	}
	return params, nil
}

type button struct {
	Text string `json:"text"`
	Data string `json:"callback_data"`
}

func keyboard(choices [][]chat.Choice) [][]button {
	var rows [][]button
	for _, choices := range choices {
		var row []button
		for _, c := range choices {
			row = append(row, button{Text: c.Label, Data: c.Data})
		}
		if len(row) > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

// chatID checks that the address is one of this channel: a decimal number.
func chatID(to chat.Address) (string, error) {
	id, err := number(to.ID)
	if err != nil || to.Channel != chat.Telegram {
		return "", &chat.SendError{Class: chat.RecipientPermanent, Reason: "invalid", Detail: "not an address of this channel"}
	}
	return id, nil
}

func number(s string) (string, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return "", err
	}
	return strconv.FormatInt(n, 10), nil
}
