package owned

import (
	"crypto/sha256"
	"slices"
	"testing"

	"peel/source/layer"
)

// lookup asks some databases for a path.
func lookup(path string, s Sums, files ...string) []Owner {
	x := filed(files...)
	l := NewLookup(path)
	for i := range x.unread {
		l.Add(&Databases{x.unread}, i)
	}
	return l.Owners(s)
}

func TestLookup(t *testing.T) {
	content := []byte("peel\n")
	sums := Sums{SHA256: SumsOf(nil, sha256.Sum256(content)).SHA256}
	all := SumsOf(content, sha256.Sum256(content))
	c := func(kind sumKind) string { return sumString(kind, all) }
	const status = "Package: b\nVersion: 9\n\nPackage: a\nStatus: ok\nVersion: 1:2.3-4\nDepends: c\n\nPackage: c\nVersion: 7\n"
	for _, x := range []struct {
		what, path string
		files      []string
		want       []Owner
	}{
		{"dpkg", "usr/a", []string{"var/lib/dpkg/status", status, "var/lib/dpkg/info/a:amd64.md5sums", c(md5Hex) + "  usr/a\n"},
			[]Owner{{Package: "a", Version: "1:2.3-4", Manager: "dpkg", List: 1}}},
		{"the first paragraph", "usr/a", []string{"var/lib/dpkg/status", status, "var/lib/dpkg/info/b.md5sums", c(md5Hex) + "  usr/a\n"},
			[]Owner{{Package: "b", Version: "9", Manager: "dpkg", List: 1}}},
		{"the last paragraph", "usr/a", []string{"var/lib/dpkg/status", status, "var/lib/dpkg/info/c.md5sums", c(md5Hex) + "  usr/a\n"},
			[]Owner{{Package: "c", Version: "7", Manager: "dpkg", List: 1}}},
		{"no version", "usr/a", []string{"var/lib/dpkg/status.d/a.md5sums", c(md5Hex) + "  usr/a\n"},
			[]Owner{{Package: "a", Manager: "dpkg"}}},
		{"merged /usr", "lib/a", []string{"var/lib/dpkg/info/a.md5sums", c(md5Hex) + "  usr/lib/a\n"},
			[]Owner{{Package: "a", Manager: "dpkg"}}},
		{"apk", "bin/x", []string{"lib/apk/db/installed", "P:z\nV:2\n\nC:Q1\nP:a\nV:1.0-r0\nF:bin\nR:x\nZ:Q1" + c(sha1Base64) + "\n"},
			[]Owner{{Package: "a", Version: "1.0-r0", Manager: "apk"}}},
		{"pip", "s/a.py", []string{"s/a_b-1.0.dist-info/RECORD", "a.py,sha256=" + c(sha256Base64) + ",5\n"},
			[]Owner{{Package: "a_b", Version: "1.0", Manager: "pip", Compared: true, Unmodified: true}}},
		{"pip, changed", "s/a.py", []string{"s/a-1.0.dist-info/RECORD", "a.py,sha256=AAAA,5\n"},
			[]Owner{{Package: "a", Version: "1.0", Manager: "pip", Compared: true}}},
		{"rpm", "usr/bin/a", []string{"usr/lib/sysimage/rpm/rpmdb.sqlite", rpmDatabase(t, header(tag{tagName, "a"}, tag{tagVersion, "1.2"}, tag{tagRelease, "3.el9"},
			tag{tagEpoch, []uint32{1}}, tag{tagBaseNames, []string{"a"}}, tag{tagDirNames, []string{"/usr/bin/"}}, tag{tagDirIndexes, []uint32{0}},
			tag{tagFileDigests, []string{c(sha256Hex)}}, tag{tagDigestAlgorithm, []uint32{8}}))},
			[]Owner{{Package: "a", Version: "1:1.2-3.el9", Manager: "rpm", Compared: true, Unmodified: true}}},
		{"two packages", "usr/a", []string{"var/lib/dpkg/info/a.md5sums", c(md5Hex) + "  usr/a\n", "var/lib/dpkg/info/b.md5sums", c(md5Hex) + "  usr/a\n"},
			[]Owner{{Package: "a", Manager: "dpkg"}, {Package: "b", Manager: "dpkg", List: 1}}},
		{"none", "usr/b", []string{"var/lib/dpkg/status", status, "var/lib/dpkg/info/a.md5sums", c(md5Hex) + "  usr/ab\n"}, nil},
	} {
		if got := lookup(x.path, sums, x.files...); !slices.Equal(got, x.want) {
			t.Errorf("%s: %+v, want %+v", x.what, got, x.want)
		}
	}
	// All sums at hand, dpkg's can be compared too.
	if got := lookup("usr/a", all, "var/lib/dpkg/info/a.md5sums", c(md5Hex)+"  usr/a\n"); len(got) != 1 || !got[0].Unmodified {
		t.Errorf("%+v", got)
	}
}

// FuzzLookup asks a lookup and an index the same.
func FuzzLookup(f *testing.F) {
	f.Add("d41d8cd98f00b204e9800998ecf8427e  usr/a\n", "usr/a")
	f.Add("Package: a\nConffiles:\n /etc/a d41d8cd98f00b204e9800998ecf8427e obsolete\n", "etc/a")
	f.Add("P:a\nF:b\nR:c\nZ:Q12jmj7l5rSw0yVb/vlWAYkK/YBwk=\n\nP:", "b/c")
	f.Add("a,sha256=x,1\n\"b\",,\n../../c,sha256=y=,\n", "s/a")
	f.Fuzz(func(t *testing.T, text, path string) {
		for _, file := range []string{"var/lib/dpkg/info/x:amd64.md5sums", "var/lib/dpkg/status", "lib/apk/db/installed"} {
			want := map[string]bool{}
			for _, pkg := range filed(file, text).Packages(path) {
				want[pkg] = true
			}
			got := lookup(path, SumsOf(nil, layer.Digest{}), file, text)
			for _, o := range got {
				if !want[o.Package] {
					t.Errorf("%s: %q lists it", file, o.Package)
				}
				delete(want, o.Package)
			}
			if len(want) > 0 {
				t.Errorf("%s: not found: %v", file, want)
			}
		}
	})
}
