package source_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	ocilayout "github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"peel/source"
	"peel/source/oci"
	. "peel/source/sourcetest"
)

// company is an image with an artifact of each way to attach one.
func company(t *testing.T) (entries []Entry, want []string) {
	t.Helper()
	img := Image{Names: []string{"1.0"}, Layers: []Layer{{Files: []File{Reg("a", "b")}}}}
	h, err := Digest(img)
	if err != nil {
		t.Fatal(err)
	}
	sign := func([]byte) []byte { return []byte("signed") }
	sbom := Artifact{Type: "application/spdx+json", Subject: img, Blobs: []ArtifactBlob{{MediaType: "application/spdx+json", Content: `{"spdxVersion":"SPDX-2.3"}`}}}
	return []Entry{img, Signature(h, SimpleSigning(h), sign), sbom}, []string{"application/spdx+json", "application/vnd.dev.cosign.simplesigning.v1+json"}
}

// mediaTypes are those of all parts, and each must have its bytes.
func mediaTypes(t *testing.T, list []oci.Companion) (types []string) {
	t.Helper()
	for _, c := range list {
		for _, p := range c.Parts {
			if len(p.Raw) == 0 || c.Subject == "" || c.Via == "" {
				t.Errorf("%+v", c)
			}
			types = append(types, p.MediaType)
		}
	}
	slices.Sort(types)
	return types
}

// push puts the entries of a layout into a registry, as oras and cosign do: by
// their digests, and by their names if they have one.
func push(t *testing.T, host string, entries []Entry) {
	t.Helper()
	dir := t.TempDir()
	if err := OCILayout(dir, entries...); err != nil {
		t.Fatal(err)
	}
	idx, err := ocilayout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	m, err := idx.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range m.Manifests {
		img, err := idx.Image(d.Digest)
		if err != nil {
			t.Fatal(err)
		}
		target := host + "@" + d.Digest.String()
		if tag := d.Annotations["org.opencontainers.image.ref.name"]; tag != "" {
			target = host + ":" + tag
		}
		ref, err := name.ParseReference(target)
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(ref, img); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCompanions guards that what is attached is found in layouts, in registries
// with the referrers API, and in those that have only its tags.
func TestCompanions(t *testing.T) {
	entries, want := company(t)
	quiet := registry.Logger(log.New(io.Discard, "", 0))
	serve := func(h http.Handler) string {
		srv := httptest.NewServer(h)
		t.Cleanup(srv.Close)
		host := strings.TrimPrefix(srv.URL, "http://") + "/team/app"
		push(t, host, entries)
		return "registry:" + host + ":1.0"
	}
	dir := t.TempDir()
	if err := OCILayout(dir, entries...); err != nil {
		t.Fatal(err)
	}
	for what, ref := range map[string]string{
		"layout":   dir,
		"with API": serve(registry.New(quiet, registry.WithReferrersSupport(true))),
		"tags":     serve(registry.New(quiet)),
	} {
		img, err := source.Open(t.Context(), ref, source.Options{})
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		list, err := img.Companions(t.Context())
		if got := mediaTypes(t, list); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", what, got, err)
		}
		img.Close()
	}
}

// TestCompanionsThatCannotBeHad guards that a registry which refuses, lies or
// hangs keeps nobody from the image, and is not taken for one that has nothing.
func TestCompanionsThatCannotBeHad(t *testing.T) {
	entries, _ := company(t)
	inner := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	var answer http.HandlerFunc
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/referrers/") && answer != nil {
			answer(w, r)
			return
		}
		inner.ServeHTTP(w, r)
	}))
	defer srv.Close()
	host := strings.TrimPrefix(srv.URL, "http://") + "/team/app"
	push(t, host, entries)
	page := 0
	for what, c := range map[string]struct {
		answer http.HandlerFunc
		fails  bool
		parts  int
	}{
		"forbidden": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, true, 1},
		"broken":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, true, 1},
		"no index":  {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }, false, 2},
		"a web page": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<html>")
		}, false, 2},
		"null digest": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"schemaVersion":2,"manifests":[{}]}`) }, false, 1},
		"not there": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":3,"digest":"sha256:%s"}]}`, strings.Repeat("0", 64))
		}, true, 1},
		"pages without end": {func(w http.ResponseWriter, r *http.Request) {
			page++
			w.Header().Set("Link", fmt.Sprintf(`<http://198.51.100.1%s?page=%d>; rel="next"`, r.URL.Path, page))
			fmt.Fprint(w, `{"schemaVersion":2,"manifests":[]}`)
		}, true, 1},
	} {
		answer = c.answer
		img, err := source.Open(t.Context(), "registry:"+host+":1.0", source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		list, err := img.Companions(t.Context())
		if got := mediaTypes(t, list); (err != nil) != c.fails || len(got) != c.parts {
			t.Errorf("%s: %v, %v", what, got, err)
		}
		img.Close()
	}
	if page != 10 {
		t.Errorf("%d pages were asked for", page)
	}
	answer = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	img, err := source.Open(t.Context(), "registry:"+host+":1.0", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("nobody waits")
	cancel(gone)
	if _, err := img.Companions(ctx); !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
}

// A layout as cosign save makes it has the image and what is signed side by side.
func TestCosignSave(t *testing.T) {
	entries, _ := company(t)
	dir := t.TempDir()
	if err := OCILayout(dir, entries[:2]...); err != nil {
		t.Fatal(err)
	}
	idx, err := ocilayout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := idx.IndexManifest()
	saved := t.TempDir()
	p, err := ocilayout.Write(saved, empty.Index)
	if err != nil {
		t.Fatal(err)
	}
	for i, kind := range []string{"dev.cosignproject.cosign/image", "dev.cosignproject.cosign/sigs"} {
		var img v1.Image
		if img, err = idx.Image(m.Manifests[i].Digest); err != nil {
			t.Fatal(err)
		}
		if err := p.AppendImage(img, ocilayout.WithAnnotations(map[string]string{"kind": kind})); err != nil {
			t.Fatal(err)
		}
	}
	img, err := source.Open(t.Context(), saved, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	if list, err := img.Companions(t.Context()); err != nil || len(mediaTypes(t, list)) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
}
