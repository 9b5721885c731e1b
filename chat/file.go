package chat

// MaxFile is the most bytes of one File: what every channel takes, and what a row can well hold.
const MaxFile = 5 << 20

// File is one file that goes with a Message. Its JSON form is stored.
type File struct {
	// Name is what it is called where it is saved, with its extension and without a folder.
	Name string `json:"name"`
	// Type is its media type: application/json, text/calendar, image/png.
	Type string `json:"type"`
	// Alt is what a picture says to somebody who does not see it; empty for other files.
	Alt string `json:"alt,omitempty"`
	// Data are its bytes, at least one and at most MaxFile.
	Data []byte `json:"data,omitempty"`
}

// IsImage reports whether a channel may show the file as a picture. SVG is none: it can carry a program.
func (f File) IsImage() bool { return f.Type == "image/png" || f.Type == "image/jpeg" }

// Check is nil for a file that can be sent, and a MessagePermanent *SendError for any other.
func (f File) Check() error {
	detail := ""
	switch {
	case len(f.Data) == 0:
		detail = "the file is empty"
	case len(f.Data) > MaxFile:
		detail = "the file is too big"
	case f.Name == "" || f.Type == "":
		detail = "the file has no name or no type"
	default:
		return nil
	}
	return &SendError{Class: MessagePermanent, Detail: detail}
}
