package source_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"peel/source"
	"peel/source/registry"
)

// tagServer is a registry that has tags in pages, and no image.
func tagServer(t *testing.T, pages ...string) (host string) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v2/":
		case "/v2/team/app/tags/list":
			n := 0
			fmt.Sscan(r.URL.Query().Get("page"), &n)
			if n+1 < len(pages) {
				w.Header().Set("Link", fmt.Sprintf("</v2/team/app/tags/list?page=%d>; rel=\"next\"", n+1))
			}
			fmt.Fprintf(w, `{"name":"team/app","tags":[%s]}`, pages[n])
		default:
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, `{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known"}]}`)
		}
	}))
	t.Cleanup(srv.Close)
	return strings.TrimPrefix(srv.URL, "http://")
}

func TestTags(t *testing.T) {
	surroundings(t)
	host := tagServer(t, `"1.9","1.10.0","1.10","edge","sha256-00.sig"`, `"latest","v2","v10","1.10-alpine","007","1.10"`)
	want := []string{"latest", "007", "1.10.0", "1.10-alpine", "1.10", "1.9", "v10", "v2", "edge", "sha256-00.sig"}
	for _, image := range []string{host + "/team/app", host + "/team/app:1", "registry:" + host + "/team/app", "registry://" + host + "/team/app"} {
		got, err := source.Tags(context.Background(), image, source.Options{})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q with %v", image, got, err)
		}
	}
	if _, err := source.Tags(context.Background(), host+"/team/none", source.Options{}); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("%v", err)
	}
	if _, err := source.Tags(context.Background(), "UPPER", source.Options{}); !errors.Is(err, source.ErrReference) {
		t.Errorf("%v", err)
	}
}

// Guards against a registry that sends its client round and round.
func TestTagsEnd(t *testing.T) {
	surroundings(t)
	host := tagServer(t, ``, ``, `"late"`)
	if got, err := source.Tags(context.Background(), host+"/team/app", source.Options{}); err != nil || len(got) != 0 {
		t.Errorf("%q with %v", got, err)
	}
}

func TestTagQuery(t *testing.T) {
	here := []source.Entry{{Name: "docker.io/library/debian:12"}, {Name: "localhost:5000/app"}, {Name: "quay.io/a/b:1", Kind: source.Registry}}
	for line, want := range map[string]string{
		"alpine:": "alpine", "alpine:3.1": "alpine", "quay.io/a/b:": "quay.io/a/b", "example.com:5000/a/b:": "example.com:5000/a/b", "registry:debian:1": "registry:debian",
		"registry://debian:": "registry://debian", "registry:example.com/a:": "registry:example.com/a",
		"": "", "alpine": "", "example.com:5000/a": "", "example.com:50": "", "localhost:": "", "debian:": "", "library/debian:": "",
		"localhost:5000/app:": "", "docker:": "", "docker:alpine:": "", "containers-storage:a:": "", "oci:dir:": "", "registry:": "",
		"sample:": "", "a@sha256:": "", "UPPER:": "", "two words:": "", "./dir:": "", "/a:": "", ":": "",
	} {
		got, ok := source.TagQuery(line, here)
		if got != want || ok != (want != "") {
			t.Errorf("%q asks for %q, want %q", line, got, want)
		}
	}
}
