package bloat_test

import (
	"debug/elf"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/types"

	"peel/analyzer/bloat"
	"peel/analyzer/checktest"
	"peel/analyzer/finding"
	. "peel/source/sourcetest"
)

// mega is a file large enough to be told of.
func mega(name string, seed uint64) File { return Random(name, 1<<20, seed) }

// built is an image of a layer for each of the lists of files.
func built(layers ...[]File) (img Image) {
	for _, files := range layers {
		img.Layers = append(img.Layers, Layer{CreatedBy: "RUN make", Files: files})
	}
	return img
}

func files(list ...File) []File { return list }

// named gives an image the name of a registry's.
const named = "example.org/app:1"

// snippets are small files, such as the scripts of packages, which are the same
// in many packages.
func snippets(dir string) (list []File) {
	for i := range 20 {
		list = append(list, Random(dir+"/"+strconv.Itoa(i), 4000, uint64(i)))
	}
	return list
}

func layerPairs() []checktest.Pair {
	plain := built(files(mega("a", 1)))
	plain.Layers[0].MediaType = types.OCIUncompressedLayer
	packed := built(files(mega("a", 1)))
	packed.Layers[0].Compression, packed.Layers[0].MediaType = Gzip, types.OCILayer
	once := built(files(mega("a", 1), mega("b", 2)))
	return []checktest.Pair{
		{ID: "W001", Bad: built(files(mega("a", 1)), files(mega("a", 2))), Good: once},
		{ID: "W002", Bad: built(files(mega("a", 1), mega("b", 2)), files(Whiteout("a"))), Good: once},
		{ID: "W002", Bad: built(files(mega("d/a", 1), mega("b", 2)), files(Opaque("d"))), Good: once},
		{ID: "W003", Bad: built(files(mega("a", 1)), files(mega("a", 1).Mode(0o755))), Good: once},
		{ID: "W004", Bad: built(files(mega("a", 1)), files(mega("a", 1))), Good: once},
		{ID: "W005", Bad: built(files(mega("a", 1), mega("b", 1))), Good: built(files(mega("a", 1), Hardlink("b", "a")))},
		{ID: "W005", Bad: built(files(mega("a", 1), mega("b", 1))), Good: built(append(snippets("a"), snippets("b")...))},
		{ID: "W017", Bad: built(files(mega("a", 1)), nil), Good: once},
		{ID: "W017", Bad: built(files(mega("a", 1)), files(mega("a", 1))), Good: built(files(mega("a", 1)), files(Dir("b", 0o755)))},
		{ID: "W018", Bad: built(files(mega("a", 1)), files(mega("a", 2))), Good: built(files(mega("a", 1)), files(mega("b", 2)))},
		{ID: "W019", Bad: plain, BadName: named, Good: packed, GoodName: named},
		{ID: "W019", Bad: plain, BadName: named, Good: plain, Moot: true}, // not pushed
	}
}

// filePairs have a file of the kind, and one that only seems to be.
func filePairs() (list []checktest.Pair) {
	const py = "usr/lib/python3/dist-packages/"
	for _, p := range []struct {
		id        string
		bad, good []string
	}{
		{"W006", []string{"var/lib/apt/lists/x_Packages"}, []string{"srv/apt/lists/x_Packages"}},
		{"W006", []string{"mnt/rootfs/var/cache/apk/APKINDEX.gz"}, []string{"var/lib/apk/x"}},
		{"W007", []string{"home/jo/.cache/pip/http/a"}, []string{"usr/lib/python3/pip/a"}},
		{"W007", []string{"root/.npm/_cacache/content-v2/a"}, []string{"app/npm/a"}},
		{"W007", []string{"opt/conda/conda-meta/x", "opt/conda/pkgs/a"}, []string{"app/pkgs/a"}},
		{"W007", []string{"app/.yarn/cache/a.zip"}, []string{"app/.yarn/cache/a.zip", "app/.pnp.cjs"}},
		{"W007", []string{"work/out/CACHEDIR.TAG", "work/out/deps/a"}, []string{"work/venv/CACHEDIR.TAG", "work/venv/pyvenv.cfg", "work/venv/lib/a"}},
		{"W007", []string{"root/.cache/thing/a"}, []string{"root/.cache/ms-playwright/a"}},
		{"W007", []string{"usr/lib/ruby/gems/3.3.0/cache/rails-8.gem"}, []string{"usr/lib/ruby/gems/3.3.0/gems/rails-8/a"}},
		{"W008", []string{"app/.git/HEAD", "app/.git/objects/pack/a"}, []string{"app/.git/readme"}},
		{"W008", []string{"srv/x.git/HEAD", "srv/x.git/objects/a", "srv/x.git/refs/b"}, []string{"srv/x.git/a"}},
		{"W009", []string{"usr/share/doc/x/changelog.gz", "usr/share/locale/de/LC_MESSAGES/x.mo"}, []string{"usr/share/doc/x/copyright"}},
		{"W010", []string{"usr/include/stdio.h"}, []string{"app/include/stdio.h"}},
		{"W010", []string{"opt/jdk/bin/javac", "opt/jdk/jmods/java.base.jmod"}, []string{"opt/jre/bin/java", "opt/jre/jmods/java.base.jmod"}},
		{"W010", []string{"usr/local/go/pkg/tool/linux_amd64/link"}, []string{"usr/local/go-carbon/x"}},
		{"W012", []string{py + "a.py", py + "__pycache__/a.cpython-313.pyc"}, []string{py + "__pycache__/a.cpython-313.pyc"}},
		{"W012", []string{"app/a.py", "app/a.pyc"}, []string{"app/a.pyc"}},
		{"W013", []string{py + "pandas/tests/a.py"}, []string{py + "pandas/testing/a.py"}},
		{"W013", []string{"app/node_modules/x/package.json", "app/node_modules/x/examples/a"}, []string{"app/node_modules/test/index.js"}},
		{"W013", []string{"app/node_modules/@a/x/test/a"}, []string{"app/test/a"}},
		{"W014", []string{"app/.vscode/settings.json"}, []string{"app/node_modules/x/.vscode/settings.json"}},
		{"W014", []string{"app/node_modules/.cache/x/a"}, []string{"app/cache/x/a"}},
		{"W014", []string{"app/coverage/lcov.info", "app/coverage/a"}, []string{"app/coverage/a"}},
		{"W014", []string{"var/log/dpkg.log"}, []string{"var/lib/x/0001.log"}},
		{"W014", []string{"tmp/a"}, []string{"app/tmp/a"}},
		{"W015", []string{"opt/tool/bin/x", "opt/app/x-1.2.tar.gz", "opt/app/x-1.2/a"}, []string{"opt/app/x-1.2.tar.gz"}},
		{"W015", []string{"opt/a.deb"}, []string{"var/lib/x/a.deb"}},
		{"W020", []string{"app/dist/app.js.map"}, []string{"app/dist/app.js"}},
		{"W020", []string{"usr/lib/debug/.build-id/0a/b.debug"}, []string{"app/b.debug"}},
	} {
		list = append(list, checktest.Pair{ID: p.id, Bad: built(filled(p.bad)), Good: built(filled(p.good)), AnySeverity: true})
	}
	unstripped, stripped := Reg("app/server", program(20_000, elf.ET_DYN)), Reg("app/server", program(0, elf.ET_DYN))
	static := Reg("app/lib/x.a", "!<arch>\n"+strings.Repeat("\x00", 20_000))
	wide := Zeros("var/log/lastlog", 292*10_002)
	linked := built(files(Random("root/.conda/pkgs/a", 20_000, 1), Hardlink("opt/env/a", "root/.conda/pkgs/a")))
	return append(list,
		checktest.Pair{ID: "W007", Bad: built(filled([]string{"root/.conda/pkgs/a"})), Good: linked, AnySeverity: true},
		checktest.Pair{ID: "W020", Bad: built(files(static)), Good: built(filled([]string{"app/lib/x.a"})), AnySeverity: true},
		checktest.Pair{ID: "W011", Bad: built(files(unstripped)), Good: built(files(stripped)), AnySeverity: true},
		checktest.Pair{ID: "W011", Bad: built(files(unstripped)), Good: built(files(Reg("lib/modules/x.ko", program(20_000, elf.ET_REL)))), AnySeverity: true},
		checktest.Pair{ID: "W014", Bad: built(files(Reg("srv/core.12", program(20_000, elf.ET_CORE)))), Good: built(files(unstripped)), AnySeverity: true},
		checktest.Pair{ID: "W016", Bad: built(files(wide)), Good: built(files(Zeros("var/log/lastlog", 292*1001)))},
	)
}

// program is an ELF file with a symbol table of so many bytes.
func program(symbols int, typ elf.Type) string {
	const head, entry = 64, 64
	b := make([]byte, head, head+symbols+4*entry+5000)
	copy(b, elf.ELFMAG)
	b[elf.EI_CLASS], b[elf.EI_DATA], b[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), 1
	le := binary.LittleEndian
	le.PutUint16(b[16:], uint16(typ))
	b = append(b, make([]byte, 5000)...)
	symtab := len(b)
	b = append(b, make([]byte, symbols)...)
	names := len(b)
	b = append(b, "\x00.symtab\x00.shstrtab\x00"...)
	shoff := len(b)
	for _, s := range []struct{ name, typ, off, size int }{{}, {1, int(elf.SHT_SYMTAB), symtab, symbols}, {9, int(elf.SHT_STRTAB), names, shoff - names}} {
		h := make([]byte, entry)
		le.PutUint32(h, uint32(s.name))
		le.PutUint32(h[4:], uint32(s.typ))
		le.PutUint64(h[24:], uint64(s.off))
		le.PutUint64(h[32:], uint64(s.size))
		b = append(b, h...)
	}
	le.PutUint64(b[40:], uint64(shoff))
	le.PutUint16(b[58:], entry)
	le.PutUint16(b[60:], 3)
	le.PutUint16(b[62:], 2)
	return string(b)
}

// filled are files large enough to be told of.
func filled(names []string) (list []File) {
	for i, name := range names {
		list = append(list, Random(name, 20_000, uint64(i)))
	}
	return list
}

// What a later layer deletes is counted by W002; the check of its kind names it
// as information, and points there.
func TestDeletedCache(t *testing.T) {
	a := checktest.Analyze(t, built(files(mega("var/lib/apt/lists/a", 1), mega("app", 2)), files(Whiteout("var/lib/apt/lists"))), "")
	list := checktest.Findings(a, "W006")
	if len(list) != 1 || list[0].Severity != finding.Info || list[0].DeletedIn == nil || *list[0].DeletedIn != 1 || !slices.Equal(list[0].Also, []string{"W002"}) {
		t.Errorf("%+v", list)
	}
	if list = checktest.Findings(a, "W002"); len(list) != 1 || list[0].Severity != finding.Medium || *list[0].Bytes != 1<<20 {
		t.Errorf("%+v", list)
	}
}

// Guards against a finding for each file, and against leaving small ones out of
// the sum.
func TestGroups(t *testing.T) {
	var img Image
	for i := range 30 {
		name := strconv.Itoa(i)
		img.Layers = append(img.Layers, Layer{CreatedBy: "COPY x /", Files: files(
			Random("usr/share/doc/"+name, 1000, uint64(i)), Random("usr/share/man/"+name, 500, uint64(100+i)), Random("data/"+name, 9000, uint64(200+i)))})
	}
	list := checktest.Findings(checktest.Analyze(t, img, ""), "W009")
	if len(list) != 1 || *list[0].Bytes != 45_000 || list[0].PathCount != 2 ||
		!strings.Contains(list[0].Reason, "documentation 30.0 kB, manual pages 15.0 kB") || !strings.Contains(list[0].Reason, "the rest in 26 more") {
		t.Errorf("%+v", list)
	}
}

// A repository is told of however small it is, several of a layer at once; the
// path of a finding is of its layer.
func TestPlaces(t *testing.T) {
	img := built(files(mega("a", 1)), files(Reg("app/.git/HEAD", "x"), Reg("lib/.git/HEAD", "x")), files(Random("tmp/a", 9000, 2)), files(Random("tmp/b", 4000, 3), Random("var/log/c", 8000, 4)))
	a := checktest.Analyze(t, img, "")
	if list := checktest.Findings(a, "W008"); len(list) != 1 || list[0].Severity != finding.Low || list[0].PathCount != 2 {
		t.Errorf("%+v", list)
	}
	for _, f := range checktest.Findings(a, "W014") {
		if f.Path != "tmp" || *f.Layer != 2 || *f.Bytes != 21_000 {
			t.Errorf("%+v in layer %d", f, *f.Layer)
		}
	}
}

// No check of waste makes a pipeline fail that asks for grave findings.
func TestNeverHigh(t *testing.T) {
	for _, c := range bloat.Family.Checks {
		if c.Severity > finding.Medium {
			t.Errorf("%s is %v", c.ID, c.Severity)
		}
	}
}

func TestChecks(t *testing.T) {
	checktest.Walk(t, bloat.Family, slices.Concat(layerPairs(), filePairs()))
}
