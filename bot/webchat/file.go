package webchat

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"strconv"

	"carebell/chat"
)

// wireFile is a message's file as the page gets it: where it is, never its bytes.
type wireFile struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	// Image: it is shown in the conversation, and Alt says what is on it.
	Image bool   `json:"image,omitempty"`
	Alt   string `json:"alt,omitempty"`
}

func fileOnWire(messageID string, f *chat.File) *wireFile {
	if f == nil {
		return nil
	}
	return &wireFile{Name: visible(f.Name), URL: base + "/files/" + messageID, Image: f.IsImage(), Alt: visible(f.Alt)}
}

// shownTypes are the media types that a file is served as; any other is bytes to the browser.
var shownTypes = map[string]bool{"image/png": true, "image/jpeg": true, "application/json": true, "text/calendar": true, "text/plain": true}

// file serves the file of one message to the person whose transcript has it, and to nobody else. It is
// found by the message's id: its name leads to nothing here.
func (c *Channel) file(w http.ResponseWriter, r *http.Request) {
	who, ok := c.speaker(w, r)
	if !ok {
		return
	}
	id := r.PathValue("message")
	if !messageName.MatchString(id) {
		c.fail(w, r, http.StatusNotFound, "no_file", nil)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), c.cfg.SaveTimeout)
	defer cancel()
	f, err := c.transcript.File(ctx, who, id)
	if errors.Is(err, ErrNoMessage) {
		c.fail(w, r, http.StatusNotFound, "no_file", nil)
		return
	}
	if err != nil {
		c.log.Error("web chat could not read a file", "err", err)
		c.fail(w, r, http.StatusServiceUnavailable, "not_read", nil)
		return
	}
	kind, disposition := "application/octet-stream", "attachment"
	if shownTypes[f.Type] {
		kind = f.Type
	}
	if f.IsImage() {
		disposition = "inline"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(f.Data)))
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": plainName(f.Name)}))
	h.Set("Cache-Control", "private, no-store") // what is erased here is erased there
	_, _ = w.Write(f.Data)                      // the reader may be gone
}

// plainName is a file's name without what a path or a header is made of.
func plainName(name string) string {
	clean := []rune(chat.Clean(name))
	for i, r := range clean {
		if r == '/' || r == '\\' || r == ':' || r == '"' || r < ' ' {
			clean[i] = '_'
		}
	}
	if len(clean) == 0 || clean[0] == '.' {
		clean = append([]rune("file"), clean...)
	}
	return string(clean)
}
