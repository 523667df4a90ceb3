package source_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source"
	"peel/source/oci"
	"peel/source/sourcetest"
)

// TestPartialIndex opens what a tool has exported of one platform: the whole
// index, and the blobs of one image.
func TestPartialIndex(t *testing.T) {
	dir := t.TempDir()
	var entries []sourcetest.Entry
	for _, arch := range []string{"amd64", "arm64", "s390x"} {
		entries = append(entries, sourcetest.Image{
			Platform: &v1.Platform{OS: "linux", Architecture: arch},
			Layers:   []sourcetest.Layer{{CreatedBy: "COPY " + arch, Files: []sourcetest.File{sourcetest.Reg("arch", arch)}}},
		})
	}
	if err := sourcetest.OCILayout(dir, sourcetest.Index{Entries: entries, Names: []string{"multi"}}); err != nil {
		t.Fatal(err)
	}
	for _, m := range index(t, dir, index(t, dir, v1.Hash{}).Manifests[0].Digest).Manifests {
		if m.Platform.Architecture != "s390x" {
			os.Remove(filepath.Join(dir, "blobs/sha256", m.Digest.Hex))
		}
	}
	img, err := source.Open(context.Background(), "oci:"+dir, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	sourcetest.Check(t, img)
	if notes := strings.Join(img.Notes, "\n"); img.Platform.Architecture != "s390x" || !strings.Contains(notes, "also names linux/amd64, linux/arm64") {
		t.Errorf("%s with notes %q", img.Platform, notes)
	}
	_, err = source.Open(context.Background(), "oci:"+dir, source.Options{Platform: "linux/arm64"})
	if !errors.Is(err, oci.ErrPlatform) || !strings.Contains(err.Error(), "linux/arm64 is not here, only linux/s390x") {
		t.Errorf("%v, want what there is", err)
	}
}

// index reads index.json, or an index among the blobs.
func index(t *testing.T, dir string, h v1.Hash) v1.IndexManifest {
	t.Helper()
	path := filepath.Join(dir, "index.json")
	if h != (v1.Hash{}) {
		path = filepath.Join(dir, "blobs", h.Algorithm, h.Hex)
	}
	var m v1.IndexManifest
	raw, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}
