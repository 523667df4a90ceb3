package packages

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"
)

// noise is bytes of which a part compresses.
func noise(n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	b := make([]byte, n)
	for i := range b {
		if i/1000%3 > 0 {
			b[i] = byte(r.Uint32())
		}
	}
	return b
}

func packed(b []byte) *content {
	var p packer
	for rest := b; len(rest) > 0; {
		n := min(len(rest), 10_007)
		p.write(rest[:n])
		rest = rest[n:]
	}
	return p.content(int64(len(b)))
}

func TestContent(t *testing.T) {
	for _, n := range []int{0, 1, partSize - 1, partSize, partSize + 1, 5*partSize + 77} {
		want := noise(n, uint64(n))
		c := packed(want)
		got, err := io.ReadAll(c.open())
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %v, or others", n, err)
		}
		if n > 3*partSize && c.stored() >= int64(n) {
			t.Errorf("%d bytes take %d", n, c.stored())
		}
	}
}

func TestContentReducedToSpans(t *testing.T) {
	whole := noise(5*partSize, 1)
	spans := []span{{4 * partSize, 9 * partSize}, {10, 20}, {15, 40}, {100, 200}, {partSize - 5, partSize + 5}, {7, 7}}
	c := packed(whole).only(slices.Clone(spans))
	want := make([]byte, len(whole))
	for _, s := range spans {
		end := min(s.end, int64(len(whole)))
		copy(want[s.off:end], whole[s.off:end])
	}
	got, err := io.ReadAll(c.open())
	if err != nil || len(got) != len(want) {
		t.Fatal(len(got), err)
	}
	for _, s := range spans {
		if end := min(s.end, int64(len(want))); !bytes.Equal(got[s.off:end], want[s.off:end]) {
			t.Errorf("span %v differs", s)
		}
	}
	if c.stored() > 2*partSize {
		t.Errorf("it takes %d bytes", c.stored())
	}
}

func TestContentCutShort(t *testing.T) {
	var p packer
	p.write(noise(3*partSize, 1))
	p.shorten(partSize)
	c := p.content(10 * partSize)
	lost := false
	r := c.open()
	r.at.lost = func() { lost = true }
	b := make([]byte, partSize)
	if _, err := r.ReadAt(b, 0); err != nil || lost {
		t.Errorf("what was kept: %v, lost %v", err, lost)
	}
	if _, err := r.ReadAt(b, 2*partSize); !errors.Is(err, errCut) || !lost {
		t.Errorf("what was not: %v, lost %v", err, lost)
	}
}

// TestGlobs guards that the index of patterns finds what the patterns match.
func TestGlobs(t *testing.T) {
	patterns := slices.Concat(wanted.globs, wanted.paths, companions, []string{"**/{a,b}/c", "**/x{1,2}.{y,z}", "*", "**/q*", "/a/*/b"})
	g := newGlobs(patterns)
	for _, name := range []string{
		"/", "/a", "/a/x/b", "/z/b/c", "/x1.y", "/o/x2.z", "/qq", "/var/lib/dpkg/status", "/var/lib/dpkg/status.d/a", "/lib/apk/db/installed",
		"/usr/lib/sysimage/rpm/rpmdb.sqlite", "/app/node_modules/a/package.json", "/a/b.jar", "/usr/bin/python3.11", "/usr/lib/libpython3.so.1",
		"/x/six-1.dist-info/METADATA", "/x/six-1.dist-info/RECORD", "/lib/modules/6.1/kernel/a.ko", "/boot/vmlinuz-6", "/opt/a.dll", "/usr/lib/libQt5Core.so.5",
		"/opt/x/specifications/a-1.gemspec", "/etc/os-release", "/usr/share/doc/a/copyright", "/nix/store/x", "/a.b.c", "/.", "/..", "/ünï", "/var/lib/pacman/local/a/desc",
	} {
		var want, got []string
		for _, p := range patterns {
			if doublestar.MatchUnvalidated(p, name) {
				want = append(want, p)
			}
		}
		g.match(name, func(i int) bool { got = append(got, patterns[i]); return true })
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(slices.Compact(got), slices.Compact(want)) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	for _, p := range []string{"/var/lib/dpkg/status", "/app/a.jar", "/x/six-1.dist-info/METADATA", "/usr/lib/sysimage/rpm/rpmdb.sqlite"} {
		if !g.any(p) {
			t.Errorf("%s is not wanted", p)
		}
	}
}

// FuzzArchive guards the reduction of archives: it reads any bytes, and takes no
// more room than they do.
func FuzzArchive(f *testing.F) {
	f.Add([]byte(library(f, "a", "1")))
	f.Add([]byte(jar(f, "a/b.jar", library(f, "b", "2"), "x.class", strings.Repeat("c", 3000))))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := packed(b)
		small, left := reduceArchive(c)
		if small == nil {
			return
		}
		if small.size >= c.size && !left {
			t.Errorf("%d bytes became %d", c.size, small.size)
		}
		if _, err := io.ReadAll(small.open()); err != nil {
			t.Error(err)
		}
	})
}
