package registry

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestTagPages guards that all pages are asked for, of this repository alone,
// and that pages without end do end.
func TestTagPages(t *testing.T) {
	page := func(w http.ResponseWriter, link string, tags ...string) {
		if link != "" {
			w.Header().Set("Link", link)
		}
		fmt.Fprintf(w, `{"name":"team/app","tags":["%s"]}`, strings.Join(tags, `","`))
	}
	tests := map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request, nth int)
		want   []string
		err    error
	}{
		"one":  {func(w http.ResponseWriter, _ *http.Request, _ int) { page(w, "", "1", "2") }, []string{"1", "2"}, nil},
		"none": {func(w http.ResponseWriter, _ *http.Request, _ int) { io.WriteString(w, `{"tags":null}`) }, nil, nil},
		"two": {func(w http.ResponseWriter, r *http.Request, nth int) {
			if r.URL.Query().Get("last") == "2" {
				page(w, "", "3")
				return
			}
			page(w, `</v2/team/app/tags/list?n=1000&last=2>; rel="next"`, "1", "2")
		}, []string{"1", "2", "3"}, nil},
		"link to elsewhere": {func(w http.ResponseWriter, r *http.Request, _ int) {
			if r.URL.Query().Get("a") != "" {
				page(w, "", "2")
				return
			}
			page(w, `<http://192.0.2.1/v2/other/tags/list?a=b>; rel="next"`, "1")
		}, []string{"1", "2"}, nil},
		"circle": {func(w http.ResponseWriter, _ *http.Request, _ int) {
			page(w, `</v2/team/app/tags/list?n=1000>; rel="next"`, "1")
		}, []string{"1"}, nil},
		"other link":  {func(w http.ResponseWriter, _ *http.Request, _ int) { page(w, `<x?y>; rel="help"`, "1") }, []string{"1"}, nil},
		"no JSON":     {func(w http.ResponseWriter, _ *http.Request, _ int) { io.WriteString(w, "tags") }, nil, ErrNotRegistry},
		"not allowed": {func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusForbidden) }, nil, ErrUnauthorized},
		"not there":   {func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusNotFound) }, nil, ErrNotFound},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFaulty(t, tt.answer)
			got, err := f.connected(t, Options{}).tags(t.Context())
			if !slices.Equal(got, tt.want) || !errors.Is(err, tt.err) {
				t.Errorf("%q, %v; want %q, %v", got, err, tt.want, tt.err)
			}
			for _, r := range f.asked {
				if r.URL.Path != "/v2/team/app/tags/list" {
					t.Errorf("asked for %s", r.URL)
				}
			}
		})
	}
	t.Run("too many", func(t *testing.T) {
		f := newFaulty(t, func(w http.ResponseWriter, r *http.Request, nth int) {
			page(w, fmt.Sprintf(`<?n=1000&last=%d>; rel="next"`, nth), strings.Split(strings.Repeat(",x", 9999), ",")...)
		})
		got, err := f.connected(t, Options{}).tags(t.Context())
		if len(got) != maxTags || err != nil || len(f.asked) != maxTags/10_000 {
			t.Errorf("%d tags in %d pages, %v", len(got), len(f.asked), err)
		}
	})
}
