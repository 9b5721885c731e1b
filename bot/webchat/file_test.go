package webchat_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"carebell/bot/webchat"
	"carebell/chat"
)

// A file is for whoever has the cookie of its transcript, under a name that leads nowhere else.
func TestFileIsItsPersonsAlone(t *testing.T) {
	s := newSite(t, webchat.Config{Burst: 100})
	ana, ben := newPerson(t, s), newPerson(t, s)
	nobody := &visitor{t: t, site: s, client: &http.Client{Transport: ana.client.Transport}}
	id, err := s.channel.Send(t.Context(), ana.person, chat.Message{Text: "your data", File: &chat.File{
		Name: `../../etc/"pass".html`, Type: "text/html; charset=utf-8", Data: []byte("<script>alert(1)</script>")}}, "k")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := s.channel.Send(t.Context(), ana.person, chat.Message{Text: "no file"}, "k2")
	if err != nil {
		t.Fatal(err)
	}
	get := func(v *visitor, path string) (*http.Response, string) {
		t.Helper()
		res, err := v.client.Get(s.server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res, string(body)
	}
	res, body := get(ana, "/chat/files/"+id)
	equal(t, "status", res.StatusCode, http.StatusOK)
	equal(t, "bytes", body, "<script>alert(1)</script>")
	equal(t, "type", res.Header.Get("Content-Type"), "application/octet-stream") // what could run is bytes
	equal(t, "sniffing", res.Header.Get("X-Content-Type-Options"), "nosniff")
	equal(t, "disposition", res.Header.Get("Content-Disposition"), `attachment; filename=file.._.._etc__pass_.html`)
	equal(t, "caches", res.Header.Get("Cache-Control"), "private, no-store")
	for _, c := range []struct {
		who    *visitor
		path   string
		status int
	}{
		{ben, "/chat/files/" + id, http.StatusNotFound},
		{nobody, "/chat/files/" + id, http.StatusUnauthorized},
		{ana, "/chat/files/" + plain, http.StatusNotFound},
		{ana, "/chat/files/c0123456789abcdef01234567", http.StatusNotFound},
		{ana, "/chat/files/..%2f..%2fetc%2fpasswd", http.StatusNotFound},
		{ana, "/chat/files/" + id + "/x", http.StatusNotFound},
	} {
		if res, body := get(c.who, c.path); res.StatusCode != c.status || strings.Contains(body, "alert") {
			t.Errorf("GET %s: %d %q, want %d", c.path, res.StatusCode, body, c.status)
		}
	}
	req, err := http.NewRequest(http.MethodGet, s.server.URL+"/chat/files/"+id, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	status, _ := ana.do(req)
	equal(t, "from another site", status, http.StatusForbidden)
	if err := s.channel.Delete(t.Context(), ana.person, id); err != nil {
		t.Fatal(err)
	}
	if res, _ := get(ana, "/chat/files/"+id); res.StatusCode != http.StatusNotFound {
		t.Errorf("after its message was removed: %d, want 404", res.StatusCode)
	}
}
