package source_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"peel/source"
	"peel/source/oci"
	. "peel/source/sourcetest"
)

const (
	provenance = "https://slsa.dev/provenance/v1"
	statement  = `{"predicate":{"buildDefinition":{}}}`
)

// attested is the index that buildkit makes of an image for two platforms.
func attested() Index {
	arm := Image{Platform: &v1.Platform{OS: "linux", Architecture: "arm64"}, Layers: []Layer{{Files: []File{Reg("b", "arm")}}}}
	amd := Image{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}, Layers: []Layer{{Files: []File{Reg("b", "amd")}}}}
	return Index{Annotations: map[string]string{"note": "of the index"}, Entries: []Entry{
		amd, arm,
		Attestation{For: arm, Statements: map[string]string{provenance: `{"of":"arm"}`}},
		Attestation{For: amd, Statements: map[string]string{provenance: statement, "https://spdx.dev/Document": "{}"}},
	}}
}

// TestAttestations guards that each source finds the statements about the image
// that was chosen, and of no other.
func TestAttestations(t *testing.T) {
	dir := t.TempDir()
	var tar, zipped bytes.Buffer
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(OCIArchive(&tar, attested()))
	check(OCILayout(filepath.Join(dir, "layout"), attested()))
	check(OCILayout(filepath.Join(dir, "flat"), attested().Entries...))
	z := gzip.NewWriter(&zipped)
	_, err := z.Write(tar.Bytes())
	check(errors.Join(err, z.Close()))
	check(os.WriteFile(filepath.Join(dir, "a.tar"), tar.Bytes(), 0o600))
	check(os.WriteFile(filepath.Join(dir, "a.tar.gz"), zipped.Bytes(), 0o600))
	for _, ref := range []string{"layout", "flat", "a.tar", "a.tar.gz", "registry"} {
		t.Run(ref, func(t *testing.T) {
			path := filepath.Join(dir, ref)
			if ref == "registry" {
				path = pushed(t, attested())
			}
			img, err := source.Open(context.Background(), path, source.Options{Platform: "linux/amd64"})
			if err != nil {
				t.Fatal(err)
			}
			defer img.Close()
			list, err := img.Attestations(context.Background())
			if err != nil || len(list) != 2 {
				t.Fatalf("%d attestations, %v", len(list), err)
			}
			if a := list[0]; a.PredicateType != provenance || string(a.Raw) != statement || a.MediaType != "application/vnd.in-toto+json" {
				t.Errorf("%+v", a)
			}
			if ref == "flat" {
				return
			}
			if around := img.Annotations(); len(around) == 0 || around[len(around)-1].Values["note"] != "of the index" {
				t.Errorf("annotations %+v", around)
			}
		})
	}
}

func pushed(t *testing.T, index Index) string {
	t.Helper()
	srv := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(srv.Close)
	host := strings.TrimPrefix(srv.URL, "http://") + "/team/app:1"
	ref, err := name.ParseReference(host)
	if err != nil {
		t.Fatal(err)
	}
	idx, err := V1Index(index)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(ref, idx); err != nil {
		t.Fatal(err)
	}
	return "registry:" + host
}

// TestAttestationsThatCannotBeRead guards that they do not touch the image, and
// that the others are still read.
func TestAttestationsThatCannotBeRead(t *testing.T) {
	for what, c := range map[string]struct {
		spoil func(path string) error
		want  error
	}{
		"missing": {os.Remove, oci.ErrMissing},
		"altered": {func(path string) error {
			return os.WriteFile(path, []byte(strings.Replace(statement, "{}", "[]", 1)), 0o600)
		}, nil},
	} {
		dir := t.TempDir()
		if err := OCILayout(dir, attested()); err != nil {
			t.Fatal(err)
		}
		spoilt := false
		blobs, _ := filepath.Glob(filepath.Join(dir, "blobs/sha256/*"))
		for _, path := range blobs {
			if b, err := os.ReadFile(path); err == nil && string(b) == statement {
				spoilt = c.spoil(path) == nil
			}
		}
		if !spoilt {
			t.Fatal("the statement is not there")
		}
		img, err := source.Open(context.Background(), dir, source.Options{Platform: "linux/amd64"})
		if err != nil {
			t.Fatal(err)
		}
		list, err := img.Attestations(context.Background())
		if err == nil || c.want != nil && !errors.Is(err, c.want) || len(list) != 1 {
			t.Errorf("%s: %d attestations, %v", what, len(list), err)
		}
		img.Close()
	}
}
