package storage

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/vbatts/tar-split/tar/asm"
	tarsplit "github.com/vbatts/tar-split/tar/storage"

	"peel/source/layer"
)

// skippedLayer adds a layer of which the driver has unpacked some files alone: the
// others are those that unpackers skip.
func (s *testStore) skippedLayer(headers []tar.Header, unpacked map[string]string) {
	s.t.Helper()
	var packed, list bytes.Buffer
	w := tar.NewWriter(&packed)
	for _, h := range headers {
		content := h.PAXRecords["content"]
		h.PAXRecords, h.Size, h.Mode = nil, int64(len(content)), 0o644
		if err := w.WriteHeader(&h); err != nil {
			s.t.Fatal(err)
		}
		io.WriteString(w, content)
	}
	w.Close()
	id := fmt.Sprintf("%x", sha256.Sum256(packed.Bytes()))
	z := gzip.NewWriter(&list)
	stream, done, err := asm.NewInputTarStreamWithDone(&packed, tarsplit.NewJSONPacker(z), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, stream); err != nil {
		s.t.Fatal(err)
	}
	if err := <-done; err != nil {
		s.t.Fatal(err)
	}
	z.Close()
	s.write(s.driver+"-layers/"+id+".tar-split.gz", list.Bytes())
	for name, content := range unpacked {
		s.write(s.driver+"/"+id+"/diff/"+name, []byte(content))
	}
	s.layers = append(s.layers, map[string]any{"id": id, "parent": "", "diff-digest": "sha256:" + id, "diff-size": 1})
	s.image([]string{"localhost/app:latest"}, id)
}

func (s *testStore) scanned() *layer.Index {
	s.t.Helper()
	img, _, err := Open(context.Background(), "app", s.done())
	if err != nil {
		s.t.Fatal(err)
	}
	defer img.Close()
	blobs, err := img.Blobs()
	if err != nil {
		s.t.Fatal(err)
	}
	idx, err := scan(blobs[0])
	if err != nil || idx.DiffID != blobs[0].DiffID {
		s.t.Fatalf("%+v: %v", idx, err)
	}
	return idx
}

func with(content string) map[string]string { return map[string]string{"content": content} }

// TestSkipped reads layers with contents that drivers do not unpack: of AUFS's
// metadata, and of whiteouts that have one. podman 4.3.1 takes such images, and
// vfs keeps nothing of the former, overlay nothing of the latter.
func TestSkipped(t *testing.T) {
	s := newStore(t)
	s.skippedLayer([]tar.Header{
		{Typeflag: tar.TypeReg, Name: ".wh..wh.plnk/12.7", PAXRecords: with("linked content")},
		{Typeflag: tar.TypeReg, Name: ".wh..wh.orph/1", PAXRecords: with("orphan")},
		{Typeflag: tar.TypeReg, Name: "d/.wh.gone", PAXRecords: with("a whiteout with words")},
		{Typeflag: tar.TypeLink, Name: "d/a", Linkname: "/.wh..wh.plnk/12.7"},
		{Typeflag: tar.TypeReg, Name: "b", PAXRecords: with("after")},
	}, map[string]string{"d/a": "linked content", "b": "after"})
	idx := s.scanned()
	var got []string
	for i := range idx.Entries {
		e := &idx.Entries[i]
		got = append(got, fmt.Sprint(e.Type, " ", e.Path, " ", e.Size))
	}
	if want := "whiteout d/gone 0, file d/a 14, file b 5"; strings.Join(got, ", ") != want {
		t.Errorf("entries are %v", got)
	}
	if idx.Withheld != 0 || idx.Entries[1].Digest != sha256.Sum256([]byte("linked content")) {
		t.Errorf("%d files withheld, %+v", idx.Withheld, idx.Entries[1])
	}
	if n := len(idx.Problems); n == 0 || idx.Problems[n-1].What != layer.ProblemSkipped {
		t.Errorf("problems are %+v", idx.Problems)
	}
}

// TestSkippedLinkGone lists a file whose content is nowhere in the store.
func TestSkippedLinkGone(t *testing.T) {
	s := newStore(t)
	s.skippedLayer([]tar.Header{
		{Typeflag: tar.TypeReg, Name: ".wh..wh.plnk/12.7", PAXRecords: with("linked content")},
		{Typeflag: tar.TypeLink, Name: "a", Linkname: ".wh..wh.plnk/12.7"},
	}, map[string]string{"b": ""})
	if idx := s.scanned(); idx.Withheld != 1 || idx.Entries[0].Kind != layer.KindWithheld {
		t.Errorf("%+v", idx)
	}
}
