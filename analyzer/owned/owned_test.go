package owned

import (
	"bytes"
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"peel/source/layer"
)

// filed is an index of one layer that holds these files.
func filed(files ...string) *Index {
	in := new(Collector).Begin()
	var idx layer.Index
	for i := 0; i < len(files); i += 2 {
		e := layer.Entry{Path: files[i], Size: int64(len(files[i+1])), Type: layer.Regular}
		idx.Entries = append(idx.Entries, e)
		if !in.Open(i/2, &e) {
			continue
		}
		for b := []byte(files[i+1]); len(b) > 0; {
			n := min(len(b), 7)
			in.Write(b[:n])
			b = b[n:]
		}
		in.Close(i/2, &e)
	}
	idx.SetFacts(FactsName, in.Facts())
	x := new(Index)
	x.Add(nil)
	x.Add(&idx)
	return x
}

func TestUnmodified(t *testing.T) {
	content := []byte("peel\n")
	sums := SumsOf(content, sha256.Sum256(content))
	c := func(kind sumKind) string { return sumString(kind, sums) }
	for _, x := range []struct {
		what, file, text, path, pkg string
	}{
		{"dpkg", "var/lib/dpkg/info/a.md5sums", c(md5Hex) + "  usr/share/a\n", "usr/share/a", "a"},
		{"dpkg, of an architecture", "var/lib/dpkg/info/a:amd64.md5sums", c(md5Hex) + "  usr/share/a\n", "usr/share/a", "a"},
		{"dpkg, capitals and carriage returns", "var/lib/dpkg/info/a.md5sums", strings.ToUpper(c(md5Hex)) + "  usr/share/a\r\n", "usr/share/a", "a"},
		{"distroless", "var/lib/dpkg/status.d/a.md5sums", c(md5Hex) + "  ./usr/share/a\n", "usr/share/a", "a"},
		{"merged /usr", "var/lib/dpkg/info/a.md5sums", c(md5Hex) + "  lib/x\n", "usr/lib/x", "a"},
		{"/usr not merged", "var/lib/dpkg/info/a.md5sums", c(md5Hex) + "  lib/x\n", "lib/x", "a"},
		{"a name with blanks", "var/lib/dpkg/info/a.md5sums", c(md5Hex) + "  usr/a b\n", "usr/a b", "a"},
		{"conffile", "var/lib/dpkg/status", "Package: a\nConffiles:\n /etc/a " + c(md5Hex) + " obsolete\nStatus: x\n", "etc/a", "a"},
		{"no conffile", "var/lib/dpkg/status", "Package: a\nDescription: b\n /etc/a " + c(md5Hex) + "\n", "etc/a", ""},
		{"apk", "lib/apk/db/installed", "P:a\nF:usr/bin\nR:x\na:0:0:755\nZ:Q1" + c(sha1Base64) + "\n\n", "usr/bin/x", "a"},
		{"apk, root", "usr/lib/apk/db/installed", "P:a\nF:\nR:x\nZ:Q1" + c(sha1Base64) + "\n", "x", "a"},
		{"apk, another package", "lib/apk/db/installed", "P:b\nF:usr\nR:y\n\nZ:Q1" + c(sha1Base64) + "\n", "usr/y", ""},
		{"pip", "opt/v/site-packages/n_a-1.0.dist-info/RECORD", "n_a/x.py,sha256=" + c(sha256Base64) + ",5\n", "opt/v/site-packages/n_a/x.py", "n_a"},
		{"pip, a script", "usr/lib/python3/site-packages/a-1.dist-info/RECORD", "../../../bin/a,sha256=" + c(sha256Base64) + ",5\n", "usr/bin/a", "a"},
		{"pip, quoted", "s/a-1.dist-info/RECORD", `"a,b.py",sha256=` + c(sha256Base64) + "=,5\n", "s/a,b.py", "a"},
		{"other sum", "var/lib/dpkg/info/a.md5sums", strings.Repeat("0", 32) + "  usr/share/a\n", "usr/share/a", ""},
		{"other path", "var/lib/dpkg/info/a.md5sums", c(md5Hex) + "  usr/share/b\n", "usr/share/a", ""},
		{"not the database", "home/a.md5sums", c(md5Hex) + "  usr/share/a\n", "usr/share/a", ""},
	} {
		pkg, ok := filed(x.file, x.text).Unmodified(x.path, sums)
		if pkg != x.pkg || ok != (x.pkg != "") {
			t.Errorf("%s: %q, %v", x.what, pkg, ok)
		}
		if _, ok := filed(x.file, x.text).Unmodified(x.path, Sums{}); ok {
			t.Errorf("%s: unmodified, though no sum is known", x.what)
		}
	}
}

// TestLocalPackages guards that an application that was installed from its own
// directory is not taken for somebody else's.
func TestLocalPackages(t *testing.T) {
	content := []byte("x")
	sums := SumsOf(nil, sha256.Sum256(content))
	record := "a.py,sha256=" + sumString(sha256Base64, sums) + ",1\n"
	x := filed("s/a-1.dist-info/RECORD", record, "s/a-1.dist-info/direct_url.json", `{"dir_info":{}}`)
	if pkg, ok := x.Unmodified("s/a.py", sums); ok {
		t.Errorf("of package %q", pkg)
	}
	if list := x.Packages("s/a.py"); !slices.Equal(list, []string{"a"}) {
		t.Errorf("packages %q", list)
	}
}

// TestVersions guards that each version of a database counts.
func TestVersions(t *testing.T) {
	old, now := SumsOf([]byte("old"), layer.Digest{}), SumsOf([]byte("new"), layer.Digest{})
	x := filed("var/lib/dpkg/info/a.md5sums", sumString(md5Hex, old)+"  etc/a\n", "var/lib/dpkg/info/a.md5sums", sumString(md5Hex, now)+"  etc/a\n")
	for _, s := range []Sums{old, now} {
		if _, ok := x.Unmodified("etc/a", s); !ok {
			t.Error("a version is not known")
		}
	}
}

// TestTooLarge guards the bound of what is kept.
func TestTooLarge(t *testing.T) {
	in := new(Collector).Begin()
	for i := range maxKept/maxDatabase + 2 {
		e := layer.Entry{Path: "var/lib/dpkg/status", Size: maxDatabase}
		if opened := in.Open(i, &e); opened != (i < maxKept/maxDatabase) {
			t.Fatalf("database %d: %v", i, opened)
		} else if opened {
			in.Write(make([]byte, maxDatabase))
			in.Close(i, &e)
		}
	}
	if in.Open(0, &layer.Entry{Path: "var/lib/dpkg/status", Size: maxDatabase + 1}) {
		t.Error("a database that is too large is kept")
	}
}

// TestTooManyLayers guards the bound of all layers together, with databases that
// cannot be packed; those that can are read as they were.
func TestTooManyLayers(t *testing.T) {
	all := new(Collector)
	keep := func(b []byte) (*Databases, bool) {
		in, e := all.Begin(), layer.Entry{Path: "var/lib/dpkg/status", Size: int64(len(b))}
		if !in.Open(0, &e) {
			return nil, false
		}
		in.Write(b)
		in.Close(0, &e)
		return in.Facts().(*Databases), true
	}
	text := bytes.Repeat([]byte("Package: a\n"), packFrom)
	kept, _ := keep(text)
	if d := &kept.list[0]; d.text() != string(text) || len(d.packed) > len(text)/10 {
		t.Errorf("%d bytes are kept of %d", len(d.packed), len(text))
	}
	noise := make([]byte, maxDatabase)
	rand.NewChaCha8([32]byte{}).Read(noise)
	n := 0
	for ; n < 100; n++ {
		if _, ok := keep(noise); !ok {
			break
		}
	}
	if n > maxPacked/maxDatabase+1 {
		t.Errorf("%d databases are kept", n)
	}
}

// FuzzDatabases gives any bytes to each parser.
func FuzzDatabases(f *testing.F) {
	f.Add("d41d8cd98f00b204e9800998ecf8427e  usr/a\n", "usr/a")
	f.Add("Package: a\nConffiles:\n /etc/a d41d8cd98f00b204e9800998ecf8427e obsolete\n", "etc/a")
	f.Add("P:a\nF:b\nR:c\nZ:Q12jmj7l5rSw0yVb/vlWAYkK/YBwk=\n\n", "b/c")
	f.Add("a,sha256=x,1\n\"b\",,\n../../c,sha256=y=,\n", "s/a")
	f.Fuzz(func(t *testing.T, text, path string) {
		for _, file := range []string{"var/lib/dpkg/info/x:amd64.md5sums", "var/lib/dpkg/status", "lib/apk/db/installed", "s/a-1.dist-info/RECORD", "s/b-1.dist-info/direct_url.json"} {
			if formatOf(file) == nil {
				t.Fatalf("%s has no parser", file)
			}
			x := filed(file, text)
			x.Unmodified(path, SumsOf([]byte(text), layer.Digest{}))
			x.Packages(path)
			for n, c := range x.claims {
				if c.kind == noSum || c.next >= int32(n) || c.next < noClaim {
					t.Errorf("claim %d: %+v", n, c)
				}
			}
		}
	})
}
