package registry

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// FuzzErrorBody guards that whatever a registry says in an error ends as one
// bounded message with the registry's name in it.
func FuzzErrorBody(f *testing.F) {
	for _, body := range []string{
		"", "{", "null", "[]", `{"errors":null}`, `{"errors":[null]}`, `{"errors":[{"code":7}]}`,
		`{"errors":[{"code":"DENIED","message":"no","detail":{"a":[1]}}]}`, "<html>", "\x1b]0;x\x07",
	} {
		f.Add(404, []byte(body), "blobs/sha256:00")
		f.Add(429, []byte(body), "manifests/1")
		f.Add(500, []byte(body), "")
	}
	f.Add(500, []byte(`{"errors":[{"code":"LONG","message":"`+strings.Repeat("words ", 9000)+`"}]}`), "manifests/1")
	ref, err := name.NewTag("example.org/team/app:1")
	if err != nil {
		f.Fatal(err)
	}
	s := &store{endpoint: endpoint{ref: ref}, host: "example.org", wire: &wire{host: "example.org"}, quota: new(quota)}
	f.Fuzz(func(t *testing.T, code int, body []byte, what string) {
		resp := &http.Response{StatusCode: code, Body: io.NopCloser(bytes.NewReader(body)), Request: &http.Request{}}
		err := transport.CheckError(resp, http.StatusOK)
		if err == nil {
			return
		}
		got := s.explain(context.Background(), what, err)
		if got == nil || !bytes.Contains([]byte(got.Error()), []byte("example.org")) {
			t.Errorf("%d %q: %v", code, body, got)
		}
		if len(got.Error()) > 2000+len(what) {
			t.Errorf("a message of %d bytes", len(got.Error()))
		}
		if code == http.StatusTooManyRequests && !errors.Is(got, ErrRateLimit) {
			t.Error(got)
		}
	})
}
