package packages

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"peel/source/sourcetest"
)

// baits are names that catalogers read.
var baits = []string{
	"var/lib/dpkg/status", "var/lib/dpkg/info/a.md5sums", "lib/apk/db/installed", "usr/lib/sysimage/rpm/rpmdb.sqlite", "var/lib/rpm/Packages",
	"var/lib/rpm/Packages.db", "var/lib/pacman/local/a/desc", "node_modules/a/package.json", "x/a-1.dist-info/METADATA", "x/a-1.dist-info/RECORD",
	"x/a-1.egg-info/PKG-INFO", "a.jar", "a.war", "opt/a.deps.json", "a.dll", "a.exe", "specifications/a.gemspec", "vendor/composer/installed.json",
	"lib/modules/6.1/kernel/a.ko", "boot/vmlinuz-6", "nix/var/nix/db/db.sqlite", "a.gguf", "a.safetensors", "opt/bitnami/.spdx-a.spdx", "usr/bin/python3.11",
	"etc/os-release", "usr/lib/R/library/a/DESCRIPTION", "snap/manifest.yaml", "x/a.rockspec", "conaninfo.txt", "packages.lock.json", "usr/bin/x",
	"Applications/a.app/Contents/Info.plist", "wp-content/plugins/a/a.php", "usr/share/php/.registry/a.reg", "opt/jdk/release", "var/db/pkg/a/b-1/CONTENTS",
}

// magics are beginnings that make bytes look like something.
var magics = []string{
	"", "\x7fELF\x02\x01\x01", "MZ\x90\x00", "\xcf\xfa\xed\xfe", "PK\x03\x04", "SQLite format 3\x00", "{\"name\":\"a\",\"version\":", "GGUF\x03\x00\x00\x00",
	"Package: a\nVersion: ", "\xff Go buildinf:\x08\x02", "\x00\x06\x15\x61", "RpmP", "<?xml", "\x7fELF\x01\x02UPX!",
}

// TestGarbage guards against catalogers that break down or hang on bytes that
// are not what their name says: peel ends, and the good package is found.
func TestGarbage(t *testing.T) {
	for n, magic := range magics {
		t.Run(fmt.Sprintf("%q", magic), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(n), 1))
			var list files
			for _, b := range baits {
				junk := make([]byte, 200+r.IntN(9000))
				for i := range junk {
					junk[i] = byte(r.Uint32() >> (i % 3 * 8))
				}
				list = append(list, reg(b, magic+string(junk)))
			}
			got := find(t, append(list, npm("node_modules/good", "good", "1.0.0")))
			if !strings.Contains(strings.Join(lines(got), "\n"), "good 1.0.0 npm") {
				t.Errorf("%q, partial %q", lines(got), got.Partial)
			}
		})
	}
}

// TestDeepArchives guards against archives in archives without end, which syft
// follows with a temporary file for each.
func TestDeepArchives(t *testing.T) {
	deep := library(t, "innermost", "1.0")
	for range maxNesting {
		deep = jar(t, "lib/inner.jar", deep)
	}
	if r := find(t, files{reg("ok.jar", deep)}); len(r.Packages) != 1 || len(r.Partial) > 0 {
		t.Errorf("at the bound: %q, partial %q", lines(r), r.Partial)
	}
	bomb := jar(t, "lib/big.jar", strings.Repeat("0", maxNested+1))
	r := find(t, files{reg("deep.jar", jar(t, "x.jar", deep)), reg("big.jar", bomb), npm("node_modules/good", "good", "1.0.0")})
	if len(r.Packages) != 1 || len(r.Partial) != 2 || !strings.Contains(r.Partial[0], "deep.jar") {
		t.Errorf("beyond it: %q, partial %q", lines(r), r.Partial)
	}
}

// TestHostileRPM guards against databases of Berkeley DB that go-rpmdb does not
// survive: an entry that is beyond its page, a value on pages that form a ring.
func TestHostileRPM(t *testing.T) {
	const size = 512
	for name, edit := range map[string]func(hash, value []byte){
		"beyond": func(hash, _ []byte) { hash[29] = 0xff },
		"ring":   func(_, value []byte) { value[16] = 2 },
		"stuck":  func(_, value []byte) { value[25] = 13 },
	} {
		db := make([]byte, 3*size)
		meta, hash, value := db[:size], db[size:2*size], db[2*size:]
		copy(meta[12:], "\x61\x15\x06\x00\x09\x00\x00\x00\x00\x02")
		meta[25], meta[32] = 8, 2
		copy(hash[20:], "\x02\x00\x00\x00\x00\x0d\xf0\x01\xe0\x01")
		copy(hash[480:], "\x03\x00\x00\x00\x02")
		value[25] = 7
		edit(hash, value)
		got := find(t, files{reg("var/lib/rpm/Packages", string(db)), npm("node_modules/good", "good", "1.0.0")})
		if len(got.Packages) != 1 || !strings.Contains(strings.Join(got.Notes, "\n"), "the database is damaged") {
			t.Errorf("%s: %q, notes %q, partial %q", name, lines(got), got.Notes, got.Partial)
		}
	}
}

// TestLoops guards against links that lead nowhere.
func TestLoops(t *testing.T) {
	got := find(t, files{
		sourcetest.Symlink("var/lib/dpkg", "../lib/dpkg"), sourcetest.Symlink("a", "b"), sourcetest.Symlink("b", "a"),
		sourcetest.Symlink("x.jar", "x.jar"), sourcetest.Symlink("etc/os-release", "../../../../a"), sourcetest.Symlink("up", "../../.."),
		npm("node_modules/good", "good", "1.0.0"), sourcetest.Symlink("node_modules/loop", "."),
	})
	if len(got.Packages) != 1 || len(got.Partial) > 0 {
		t.Errorf("%q, partial %q", lines(got), got.Partial)
	}
}

// FuzzBait guards the catalogers as peel drives them.
func FuzzBait(f *testing.F) {
	for n := range baits {
		f.Add(byte(n), []byte("{}"))
	}
	f.Add(byte(0), []byte("Package: a\nStatus: install ok installed\nVersion: 1\n"))
	f.Fuzz(func(t *testing.T, n byte, b []byte) {
		find(t, files{reg(baits[int(n)%len(baits)], string(b))}, files{sourcetest.Whiteout(baits[int(n)%len(baits)])})
	})
}
