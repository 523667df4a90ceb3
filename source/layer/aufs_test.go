package layer

import (
	"archive/tar"
	"bytes"
	"io"
	"strings"
	"testing"
)

// texts is an inspector that keeps what it is shown, by path.
type texts struct{ path, all string }

func (*texts) Name() string                { return "texts" }
func (t *texts) Begin() LayerInspector     { return t }
func (t *texts) Open(_ int, e *Entry) bool { t.path = e.Path; return true }
func (t *texts) Write(p []byte)            { t.all += t.path + "=" + string(p) + " " }
func (*texts) Close(int, *Entry)           {}
func (t *texts) Facts() any                { return t.all }

func aufsTar(t *testing.T, entries ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, hdr := range entries {
		content := hdr.Linkname
		if hdr.Mode = max(hdr.Mode, 0o644); hdr.Typeflag == tar.TypeReg {
			hdr.Size, hdr.Linkname = int64(len(content)), ""
		}
		if err := w.WriteHeader(&hdr); err != nil {
			t.Fatal(err)
		}
		if hdr.Typeflag == tar.TypeReg {
			io.WriteString(w, content)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// aufs has of each kind of name that AUFS left in layers; the content of a file
// stands in Linkname.
var aufs = []tar.Header{
	{Typeflag: tar.TypeDir, Name: ".wh..wh.plnk/"},
	{Typeflag: tar.TypeReg, Name: ".wh..wh.plnk/12.7", Linkname: "linked content", Mode: 0o4755, Uid: 5},
	{Typeflag: tar.TypeReg, Name: ".wh..wh.plnk/.wh.13.7", Linkname: "odd name"},
	{Typeflag: tar.TypeReg, Name: ".wh..wh.plnk/14.7"},
	{Typeflag: tar.TypeDir, Name: ".wh..wh.orph/"},
	{Typeflag: tar.TypeReg, Name: ".wh..wh.orph/1", Linkname: "orphan"},
	{Typeflag: tar.TypeReg, Name: ".wh..wh.aufs"},
	{Typeflag: tar.TypeReg, Name: "d/.wh..wh.tmp", Linkname: "x"},
	{Typeflag: tar.TypeReg, Name: "d/.wh..wh..opq"},
	{Typeflag: tar.TypeReg, Name: "d/.wh.gone"},
	{Typeflag: tar.TypeLink, Name: "a", Linkname: ".wh..wh.plnk/12.7"},
	{Typeflag: tar.TypeLink, Name: "d/b", Linkname: "./.wh..wh.plnk/12.7"},
	{Typeflag: tar.TypeLink, Name: "odd", Linkname: ".wh..wh.plnk/.wh.13.7"},
	{Typeflag: tar.TypeLink, Name: "empty", Linkname: ".wh..wh.plnk/14.7"},
	{Typeflag: tar.TypeLink, Name: "hard", Linkname: "a"},
	{Typeflag: tar.TypeLink, Name: "dangling", Linkname: ".wh..wh.plnk/15.7"},
	{Typeflag: tar.TypeReg, Name: "c", Linkname: "after"},
}

// TestAUFS guards that what AUFS left of itself is no part of the image, and that
// the files which its hard links stand for are: with their content, which
// inspectors see, and their attributes.
func TestAUFS(t *testing.T) {
	blob := aufsTar(t, aufs...)
	seen := new(texts)
	idx, err := Scan(t.Context(), bytes.NewReader(blob), Options{Checkpoints: true, Inspectors: []Inspector{seen}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range idx.Entries {
		got = append(got, idx.Entries[i].Type.String()+" "+idx.Entries[i].Path)
	}
	const want = "opaque d, whiteout d/gone, file a, file d/b, file odd, file empty, hardlink hard, hardlink dangling, file c"
	if strings.Join(got, ", ") != want {
		t.Errorf("entries are %s\nwant %s", strings.Join(got, ", "), want)
	}
	if want := "a=linked content d/b=linked content odd=odd name c=after "; seen.all != want {
		t.Errorf("inspectors saw %q, want %q", seen.all, want)
	}
	if len(idx.Problems) != 1 || idx.Problems[0].What != ProblemAUFS || idx.Problems[0].Count != 8 {
		t.Errorf("problems are %+v", idx.Problems)
	}
	s := &Stored{Compression: "none", Bytes: idx.StoredBytes, Tar: idx.TarBytes}
	for _, i := range []int{2, 3} {
		e := &idx.Entries[i]
		r, err := s.Content(t.Context(), Ranges(bytes.NewReader(blob)), e)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(r); err != nil || string(text) != "linked content" {
			t.Errorf("%s has %q, %v", e.Path, text, err)
		}
		if e.Mode != 0o4755 || e.UID != 5 {
			t.Errorf("%s has mode %o, owner %d", e.Path, e.Mode, e.UID)
		}
	}
}

// TestAUFSLimits guards the memory that linked contents take, and that what was
// not shown to inspectors is told; and the number of entries.
func TestAUFSLimits(t *testing.T) {
	big := strings.Repeat("x", maxLinked+1)
	blob := aufsTar(t, tar.Header{Typeflag: tar.TypeReg, Name: ".wh..wh.plnk/1", Linkname: big}, tar.Header{Typeflag: tar.TypeLink, Name: "a", Linkname: ".wh..wh.plnk/1"})
	seen := new(texts)
	idx, err := Scan(t.Context(), bytes.NewReader(blob), Options{Inspectors: []Inspector{seen}})
	if err != nil || len(idx.Entries) != 1 || idx.Entries[0].Size != maxLinked+1 || idx.Entries[0].Digest == (Digest{}) {
		t.Fatalf("%+v, %v", idx, err)
	}
	if seen.all != "" || len(idx.Problems) != 2 || idx.Problems[1].What != ProblemUnseen {
		t.Errorf("inspectors saw %d bytes, problems are %+v", len(seen.all), idx.Problems)
	}
	if _, err := Scan(t.Context(), bytes.NewReader(aufsTar(t, aufs...)), Options{MaxEntries: 4}); err == nil {
		t.Error("more entries than the limit were taken")
	}
}

func TestIsSkipped(t *testing.T) {
	for path, want := range map[string]bool{
		"a": false, "a.wh.b": false, ".wh.a": true, "d/.wh.a": true, "d/.wh..wh..opq": true, ".wh.d/a": false,
		".wh..wh.plnk/1.2": true, ".wh..wh.orph/a/b": true, "d/.wh..wh.tmp": true, "": false,
	} {
		if got := IsSkipped(path); got != want {
			t.Errorf("%q: %v, want %v", path, got, want)
		}
	}
}
