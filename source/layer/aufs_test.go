package layer

import (
	"archive/tar"
	"bytes"
	"io"
	"strings"
	"testing"
)

// TestAUFS guards that what AUFS left of itself is no part of the image, and that
// the files which its hard links stand for are.
func TestAUFS(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range []struct {
		kind       byte
		name, text string
	}{
		{tar.TypeDir, ".wh..wh.plnk/", ""},
		{tar.TypeReg, ".wh..wh.plnk/12.7", "linked content"},
		{tar.TypeDir, ".wh..wh.orph/", ""},
		{tar.TypeReg, ".wh..wh.orph/1", "orphan"},
		{tar.TypeReg, ".wh..wh.aufs", ""},
		{tar.TypeReg, "d/.wh..wh.tmp", "x"},
		{tar.TypeReg, "d/.wh..wh..opq", ""},
		{tar.TypeReg, "d/.wh.gone", ""},
		{tar.TypeLink, "a", ".wh..wh.plnk/12.7"},
		{tar.TypeLink, "b", ".wh..wh.plnk/12.7"},
		{tar.TypeReg, "c", "after"},
	} {
		hdr := &tar.Header{Typeflag: e.kind, Name: e.name, Mode: 0o644}
		if e.kind == tar.TypeLink {
			hdr.Linkname = e.text
		} else {
			hdr.Size = int64(len(e.text))
		}
		if err := w.WriteHeader(hdr); err != nil {
			t.Fatal(err)
		}
		if e.kind == tar.TypeReg {
			io.WriteString(w, e.text)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	idx, err := Scan(t.Context(), bytes.NewReader(b.Bytes()), Options{Checkpoints: true})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range idx.Entries {
		got = append(got, idx.Entries[i].Type.String()+" "+idx.Entries[i].Path)
	}
	if want := "opaque d, whiteout d/gone, file a, file b, file c"; strings.Join(got, ", ") != want {
		t.Errorf("entries are %s\nwant %s", strings.Join(got, ", "), want)
	}
	s := &Stored{Compression: "none", Bytes: idx.StoredBytes, Tar: idx.TarBytes}
	for _, i := range []int{2, 3} {
		r, err := s.Content(t.Context(), Ranges(bytes.NewReader(b.Bytes())), &idx.Entries[i])
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(r); err != nil || string(text) != "linked content" {
			t.Errorf("%s has %q, %v", idx.Entries[i].Path, text, err)
		}
	}
	if len(idx.Problems) != 1 || idx.Problems[0].What != ProblemAUFS || idx.Problems[0].Count != 6 {
		t.Errorf("problems are %+v", idx.Problems)
	}
}
