package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"peel/source/sourcetest"
)

// box is the files of an OCI layout, to be filled with documents that no tool
// writes.
type box map[string][]byte

func (b box) put(mt types.MediaType, content []byte) v1.Descriptor {
	sum := sha256.Sum256(content)
	h := v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum[:])}
	b["blobs/sha256/"+h.Hex] = content
	return v1.Descriptor{MediaType: mt, Size: int64(len(content)), Digest: h}
}

func (b box) putJSON(mt types.MediaType, v any) v1.Descriptor { return b.put(mt, encode(v)) }

func encode(v any) []byte {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	// An absent digest comes out as ":", which no writer of JSON means.
	return bytes.ReplaceAll(out, []byte(`,"digest":":"`), nil)
}

// config describes layers by their diffIDs.
func config(diffIDs ...v1.Hash) *v1.ConfigFile {
	c := &v1.ConfigFile{OS: "linux", Architecture: "amd64", RootFS: v1.RootFS{Type: "layers", DiffIDs: diffIDs}}
	for range diffIDs {
		c.History = append(c.History, v1.History{CreatedBy: "RUN step"})
	}
	return c
}

func built(l sourcetest.Layer) sourcetest.Built {
	b, err := l.Build()
	if err != nil {
		panic(err)
	}
	return b
}

// image puts an ordinary image, which edit may make less so.
func (b box) image(edit func(*v1.Manifest), layers ...sourcetest.Layer) v1.Descriptor {
	m := v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1, Layers: []v1.Descriptor{}}
	diffIDs := []v1.Hash{}
	for _, l := range layers {
		x := built(l)
		m.Layers = append(m.Layers, b.put(types.OCILayer, x.Blob))
		diffIDs = append(diffIDs, x.DiffID)
	}
	m.Config = b.putJSON(types.OCIConfigJSON, config(diffIDs...))
	if edit != nil {
		edit(&m)
	}
	return b.putJSON(types.OCIManifestSchema1, m)
}

// index writes index.json.
func (b box) index(list ...v1.Descriptor) box {
	b["oci-layout"] = []byte(`{"imageLayoutVersion":"1.0.0"}`)
	b["index.json"] = encode(v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: list})
	return b
}

func (b box) dir(t testing.TB) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range b {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// tar writes the files by name, or as given.
func (b box) tar(names ...string) []byte {
	if names == nil {
		names = slices.Sorted(maps.Keys(b))
	}
	var buf bytes.Buffer
	tw := tar.NewWriter(&buf)
	for _, name := range names {
		must(tw.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(b[name])), Mode: 0o644}))
		_, err := tw.Write(b[name])
		must(err)
	}
	must(tw.Close())
	return buf.Bytes()
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// file writes an archive.
func file(t testing.TB, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
