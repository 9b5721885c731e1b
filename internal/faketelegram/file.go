package faketelegram

import (
	"bytes"
	"errors"
	"image"
	_ "image/jpeg" // what sendPhoto takes
	_ "image/png"  // what sendPhoto takes
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// Limits of the real server for what is uploaded.
const (
	MaxCaption  = 1024     // UTF-16 units after the entities were parsed
	MaxPhoto    = 10 << 20 // bytes
	MaxDocument = 50 << 20 // bytes
)

// File is an upload: the part of a multipart form that has a file name.
type File struct {
	// Field is the form's field that it came in: document, photo.
	Field string `json:"field"`
	Name  string `json:"name"`
	// Type is the media type that the sender named.
	Type string `json:"type"`
	Data []byte `json:"data"`
}

// isSend tells whether a method puts a message on somebody's screen.
func isSend(method string) bool {
	return method == "sendMessage" || method == "sendDocument" || method == "sendPhoto"
}

// uploaded is the first file of a form that has been read.
func uploaded(r *http.Request) (*File, error) {
	for field, headers := range r.MultipartForm.File {
		if len(headers) == 0 {
			continue
		}
		part, err := headers[0].Open()
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(part)
		return &File{Field: field, Name: headers[0].Filename, Type: headers[0].Header.Get("Content-Type"), Data: data}, errors.Join(err, part.Close())
	}
	return nil, nil
}

// sendFileLocked is sendDocument and sendPhoto.
func (s *Server) sendFileLocked(method string, p url.Values, file *File, e *Entry) (any, *apiFault) {
	field, most := "document", MaxDocument
	if method == "sendPhoto" {
		field, most = "photo", MaxPhoto
	}
	caption, entities, failed := formatted(p, "caption", "caption_entities")
	if failed != nil {
		return nil, failed
	}
	rows, failed := keyboard(p.Get("reply_markup"))
	if failed != nil {
		return nil, failed
	}
	if _, failed := s.roomLocked(p); failed != nil {
		return nil, failed
	}
	switch {
	case file == nil && p.Get(field) != "":
		return nil, badRequest("wrong remote file identifier specified: Wrong string length")
	case file == nil || file.Field != field:
		return nil, badRequest("there is no %s in the request", field)
	case len(file.Data) == 0:
		return nil, badRequest("file must be non-empty")
	case len(file.Data) > MaxDocument:
		return nil, &apiFault{code: http.StatusRequestEntityTooLarge, text: "Request Entity Too Large"}
	case len(file.Data) > most:
		return nil, badRequest("file of size %d bytes is too big for a photo; the maximum size is %d bytes", len(file.Data), most)
	case units(caption) > MaxCaption:
		return nil, badRequest("message caption is too long")
	}
	if method == "sendPhoto" {
		if failed := checkPhoto(file.Data); failed != nil {
			return nil, failed
		}
	}
	rm, failed := s.openRoomLocked(p)
	if failed != nil {
		return nil, failed
	}
	m := s.newMessageLocked(rm, true, caption)
	m.entities, m.rows, m.file = entities, rows, file
	e.MessageID, e.Text, e.Buttons = m.id, m.text, m.labels()
	return s.wire(m), nil
}

func checkPhoto(data []byte) *apiFault {
	picture, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return badRequest("IMAGE_PROCESS_FAILED")
	}
	w, h := picture.Width, picture.Height
	if w+h > 10_000 || w > 20*h || h > 20*w {
		return badRequest("PHOTO_INVALID_DIMENSIONS")
	}
	return nil
}

// wire writes the file into a message as the Bot API does.
func (f *File) wire(w map[string]any, message int) {
	id := "file-" + strconv.Itoa(message)
	if f.Field == "photo" {
		picture, _, _ := image.DecodeConfig(bytes.NewReader(f.Data)) // it was checked
		w["photo"] = []map[string]any{{"file_id": id, "file_unique_id": id, "width": picture.Width, "height": picture.Height, "file_size": len(f.Data)}}
		return
	}
	w["document"] = map[string]any{"file_id": id, "file_unique_id": id, "file_name": f.Name, "mime_type": f.Type, "file_size": len(f.Data)}
}
