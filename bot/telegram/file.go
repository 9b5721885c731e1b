package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"carebell/chat"
)

// maxCaption is what a caption may have of Telegram's 1,024 UTF-16 units: a note must fit above it.
const maxCaption = 1024 - chat.MaxNote

// sendFile sends a picture as one that is seen in the chat, and any other file as a document, with the
// text of params as its caption.
func (c *Channel) sendFile(ctx context.Context, params tgbotapi.Params, file chat.File, result any) error {
	if err := file.Check(); err != nil {
		return err
	}
	method, field := "sendDocument", "document"
	if file.IsImage() {
		method, field = "sendPhoto", "photo"
	}
	if params["text"] != "" {
		params["caption"] = params["text"]
	}
	delete(params, "text")
	delete(params, "link_preview_options")
	body, kind, err := multipartBody(params, field, file)
	if err != nil {
		return &chat.SendError{Class: chat.MessagePermanent, Detail: "the file cannot be written"}
	}
	return c.exchange(ctx, c.cfg.HTTPTimeout, method, result, func(r *request) (*tgbotapi.APIResponse, error) {
		return upload(r, fmt.Sprintf(c.cfg.Endpoint, c.cfg.Token, method), kind, body)
	})
}

// upload posts a body and reads the answer as tgbotapi's MakeRequest does; its own UploadFiles loses
// the error's code.
func upload(r *request, url, kind string, body []byte) (*tgbotapi.APIResponse, error) {
	req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", kind)
	resp, err := r.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	var answer tgbotapi.APIResponse
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, err
	}
	if !answer.Ok {
		refused := &tgbotapi.Error{Code: answer.ErrorCode, Message: answer.Description}
		if answer.Parameters != nil {
			refused.ResponseParameters = *answer.Parameters
		}
		return nil, refused
	}
	return &answer, nil
}

var quoted = strings.NewReplacer("\\", "_", `"`, "_", "\r", "_", "\n", "_", "/", "_")

// printable drops what could end a header line.
func printable(r rune) rune {
	if r < ' ' {
		return -1
	}
	return r
}

func multipartBody(params tgbotapi.Params, field string, file chat.File) (body []byte, kind string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range params {
		if err := w.WriteField(name, value); err != nil {
			return nil, "", err
		}
	}
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", fmt.Sprintf(`form-data; name="%s"; filename="%s"`, field, quoted.Replace(strings.Map(printable, file.Name))))
	head.Set("Content-Type", strings.Map(printable, file.Type))
	part, err := w.CreatePart(head)
	if err != nil {
		return nil, "", err
	}
	if _, err := part.Write(file.Data); err != nil {
		return nil, "", err
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	return b.Bytes(), w.FormDataContentType(), nil
}
