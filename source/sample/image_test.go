package sample_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"path"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/sample"
)

// image is the sample, read as plainly as can be: nothing here is shared with
// the program, so that its reading is checked against another one.
type image struct {
	index  v1.IndexManifest
	config v1.ConfigFile
	layers []layer
}

// layer is the entries of one tar, in order.
type layer []entry

type entry struct {
	*tar.Header
	digest [sha256.Size]byte
}

func open(t *testing.T) image {
	t.Helper()
	files := map[string][]byte{}
	walk(t, bytes.NewReader(sample.Archive()), func(hdr *tar.Header, content []byte) { files[hdr.Name] = content })
	blob := func(d v1.Descriptor) []byte {
		b := files["blobs/sha256/"+d.Digest.Hex]
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != d.Digest.Hex || int64(len(b)) != d.Size {
			t.Errorf("blob %s has other bytes", d.Digest)
		}
		return b
	}
	var img image
	var m v1.Manifest
	decode(t, files["index.json"], &img.index)
	decode(t, blob(img.index.Manifests[0]), &m)
	decode(t, blob(m.Config), &img.config)
	for i, d := range m.Layers {
		img.layers = append(img.layers, readLayer(t, blob(d), img.config.RootFS.DiffIDs[i]))
	}
	return img
}

func decode(t *testing.T, b []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatal(err)
	}
}

func readLayer(t *testing.T, blob []byte, diffID v1.Hash) layer {
	t.Helper()
	zr, err := gzip.NewReader(bytes.NewReader(blob))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(zr)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != diffID.Hex {
		t.Errorf("layer %s has other bytes", diffID)
	}
	var l layer
	walk(t, bytes.NewReader(b), func(hdr *tar.Header, content []byte) {
		hdr.Name = strings.TrimSuffix(hdr.Name, "/")
		l = append(l, entry{hdr, sha256.Sum256(content)})
	})
	return l
}

func walk(t *testing.T, r io.Reader, visit func(*tar.Header, []byte)) {
	t.Helper()
	tr := tar.NewReader(r)
	for {
		hdr, err := tr.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		visit(hdr, content)
	}
}

// version is what one layer made of a path.
type version struct {
	entry
	layer int // from 1
}

func (v version) regular() bool { return v.Typeflag == tar.TypeReg }

// merge lays the layers over each other (OCI image spec, layer.md). It gives
// the merged file system and tells gone of every regular file that a later
// layer replaced or removed.
func (img image) merge(gone func(old version, by version)) map[string]version {
	live := map[string]version{}
	remove := func(by version, is func(name string) bool) {
		for name, v := range live {
			if is(name) {
				if v.regular() {
					gone(v, by)
				}
				delete(live, name)
			}
		}
	}
	for i, l := range img.layers {
		for _, e := range l {
			dir, base := path.Split(e.Name)
			by := version{e, i + 1}
			switch hidden, whiteout := strings.CutPrefix(base, ".wh."); {
			case base == ".wh..wh..opq":
				remove(by, func(name string) bool { return strings.HasPrefix(name, dir) && live[name].layer <= i })
			case whiteout:
				remove(by, func(name string) bool {
					return name == dir+hidden || strings.HasPrefix(name, dir+hidden+"/")
				})
			default:
				if old, ok := live[e.Name]; ok && old.regular() {
					gone(old, by)
				}
				live[e.Name] = by
			}
		}
	}
	return live
}
