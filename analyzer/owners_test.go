package analyzer_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/analyzer/secrets"
	"peel/source"
	"peel/source/layer"
	. "peel/source/sourcetest"
)

// TestOwners guards whose a file is in each layer, and who changed it since.
func TestOwners(t *testing.T) {
	list := func(paths ...string) string {
		return strings.Repeat("0", 32) + "  " + strings.Join(paths, "\n"+strings.Repeat("0", 32)+"  ") + "\n"
	}
	desc := Image{Names: []string{"owned:1"}, Layers: []Layer{
		{Files: []File{
			Reg("usr/a", "as it came"), Reg("usr/b", "b"), Reg("usr/c", "c"), Symlink("usr/link", "a"), Dir("usr/dir", 0o755),
			Reg("var/lib/dpkg/info/one.md5sums", list("usr/a", "usr/b", "usr/link", "usr/dir")),
			Reg("var/lib/dpkg/info/two.md5sums", list("usr/c")),
			Reg("var/lib/dpkg/status", "Package: one\nVersion: 1\n\nPackage: two\nVersion: 2\n"),
		}},
		{Files: []File{Reg("usr/a", "changed"), Reg("usr/b", "b").Mode(0o600), Whiteout("var/lib/dpkg/info/two.md5sums")}},
		{Files: []File{Reg("var/lib/dpkg/info/one.md5sums", list("usr/a")), Reg("var/lib/dpkg/status", "Package: one\nVersion: 1.1\n")}},
		{Files: []File{Whiteout("usr/a"), Reg("usr/b", "own")}},
	}}
	var b bytes.Buffer
	if err := DockerArchive25(&b, desc); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	scanner, err := secrets.New(secrets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	opts := analyzer.Options{Secrets: scanner}
	img, err := source.Open(t.Context(), path, source.Options{Scan: layer.Options{Inspectors: opts.Inspectors()}})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	a, err := analyzer.Start(t.Context(), img, opts).Wait()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path    string
		layer   int
		pkg     string
		version string
		changed int
	}{
		{"usr/a", 0, "one", "1", filetree.None},
		{"usr/a", 1, "one", "1", 1},
		{"usr/a", 2, "one", "1.1", filetree.None}, // the package's list is newer than the change
		{"usr/a", 3, "", "", 0},                   // it is deleted
		{"usr/b", 1, "one", "1", filetree.None},   // its mode alone
		{"usr/b", 3, "", "", 0},                   // the package lists it no longer
		{"usr/c", 0, "two", "2", filetree.None},
		{"usr/c", 1, "", "", 0}, // the package is removed
		{"usr/link", 0, "", "", 0},
		{"usr/dir", 0, "", "", 0},
	} {
		node, ok := a.Tree.Lookup(test.path)
		if !ok {
			t.Fatalf("no %s", test.path)
		}
		got := a.Owners(node, test.layer)
		switch {
		case test.pkg == "" && len(got) == 0:
		case len(got) != 1 || got[0].Package != test.pkg || got[0].Version != test.version || got[0].ChangedBy != test.changed || got[0].Compared:
			t.Errorf("%s at layer %d: %+v", test.path, test.layer+1, got)
		}
	}
}
