package rootfs

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"peel/source/layer"
	"peel/source/oci"
)

// system makes a small root file system.
func system(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{"etc", "usr/bin", "var/tmp", "home/u"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"etc/passwd": "root:x:0:0::/:/bin/sh\n", "usr/bin/sh": "#!", "usr/bin/empty": "", "home/u/big": strings.Repeat("big", 100_000)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{
		os.Symlink("usr/bin", filepath.Join(dir, "bin")),
		os.Symlink("/etc/passwd", filepath.Join(dir, "home/u/out")),
		os.Symlink("../../../../..", filepath.Join(dir, "home/up")),
		os.Link(filepath.Join(dir, "usr/bin/sh"), filepath.Join(dir, "usr/bin/zsh")),
		os.Chmod(filepath.Join(dir, "var/tmp"), 0o777|os.ModeSticky),
		os.Chmod(filepath.Join(dir, "usr/bin/sh"), 0o755|os.ModeSetuid),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func scan(t *testing.T, img *Image, err error) *layer.Index {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := img.Blobs()
	if err != nil || len(blobs) != 1 {
		t.Fatal(blobs, err)
	}
	if blobs[0].Index != nil {
		return blobs[0].Index
	}
	return read(t, blobs[0])
}

func read(t *testing.T, b oci.Blob) *layer.Index {
	t.Helper()
	r, err := b.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	idx, err := layer.Scan(t.Context(), io.Reader(r), layer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return idx
}

// summary is what two readings of one system agree in: times have other precisions.
func summary(idx *layer.Index) []string {
	var list []string
	for _, e := range idx.Entries {
		e.Offset, e.ModTime = 0, e.ModTime/int64(time.Second)
		if e.Type == layer.Hardlink {
			e.Mode, e.ModTime = 0, 0
		}
		list = append(list, strings.Join([]string{e.Path, e.Type.String(), e.Link, e.Digest.String(), e.Time().String()}, " "))
	}
	slices.Sort(list)
	return list
}

// TestDirectory holds a directory against the tar that GNU tar makes of it.
func TestDirectory(t *testing.T) {
	dir := system(t)
	img, err := Directory(dir)
	got := scan(t, img, err)
	cmd := exec.Command("tar", "--sort=name", "-C", dir, "-cf", "-", ".")
	b, err := cmd.Output()
	if err != nil {
		t.Skip("tar: ", err)
	}
	img, err = Stream(t.Context(), bytes.NewReader(b), layer.Options{})
	want := scan(t, img, err)
	if g, w := summary(got), summary(want); !slices.Equal(g, w) {
		t.Errorf("the directory gives\n%s\nits tar\n%s", strings.Join(g, "\n"), strings.Join(w, "\n"))
	}
	if !Recognise(b[:min(len(b), HeadLen)]) || !IsRoot(dir) {
		t.Error("it is not recognised")
	}
}

// TestDirectoryIsLeftAlone guards that links lead nowhere and that what may not be
// read is listed.
func TestDirectoryIsLeftAlone(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read everything")
	}
	dir := system(t)
	if err := os.Chmod(filepath.Join(dir, "etc/passwd"), 0); err != nil {
		t.Fatal(err)
	}
	img, err := Directory(dir)
	idx := scan(t, img, err)
	if idx.Withheld != 1 {
		t.Errorf("%d files withheld, want 1", idx.Withheld)
	}
}

// TestDirectoryStops guards that nothing goes on reading when nobody wants it.
func TestDirectoryStops(t *testing.T) {
	r, err := openTree(t.Context(), system(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestRecognise(t *testing.T) {
	tarOf := func(names ...string) []byte {
		dir := t.TempDir()
		for _, n := range names {
			path := filepath.Join(dir, n)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(n), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		b, err := exec.Command("tar", "-C", dir, "-cf", "-", ".").Output()
		if err != nil {
			t.Skip("tar: ", err)
		}
		return b
	}
	root := tarOf("etc/passwd", "usr/bin/sh", ".dockerenv")
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(root)
	z.Close()
	for _, test := range []struct {
		name string
		b    []byte
		want bool
	}{
		{"a root", root, true},
		{"a packed root", packed.Bytes(), true},
		{"cut", root[:4000], true},
		{"sources", tarOf("main.go", "etc/conf"), false},
		{"an image", tarOf("manifest.json", "blobs/sha256/00"), false},
		{"homes alone", tarOf("home/u/x"), false},
		{"nothing", nil, false},
		{"text", []byte("etc/passwd usr bin"), false},
	} {
		if got := Recognise(test.b); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func FuzzRecognise(f *testing.F) {
	f.Add([]byte("ustar"))
	f.Fuzz(func(_ *testing.T, b []byte) { Recognise(b) })
}
