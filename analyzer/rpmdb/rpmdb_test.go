package rpmdb

import (
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	rpm "github.com/anchore/go-rpmdb/pkg"
)

// real is the databases of real distributions that go-rpmdb is tested with.
func real(t testing.TB) map[string]string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/anchore/go-rpmdb").Output()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, name := range Names {
		list, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "pkg", "testdata", "*", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range list {
			found[filepath.Base(filepath.Dir(path))] = path
		}
	}
	return found
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestRealDatabases reads those of many distributions, big-endian ones too, and
// finds as many packages as go-rpmdb.
func TestRealDatabases(t *testing.T) {
	formats := map[string]bool{}
	for name, path := range real(t) {
		db, err := rpm.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := db.ListPackages()
		if err != nil {
			t.Fatal(err)
		}
		db.Close()
		text := read(t, path)
		formats[text[:4]] = true
		got := 0
		if err := Headers(text, func([]byte) bool { got++; return true }); err != nil || got != len(want) {
			t.Errorf("%s: %d packages, %v, want %d", name, got, err, len(want))
		}
	}
	if len(formats) < 3 {
		t.Errorf("%d formats", len(formats))
	}
}

// A database of Berkeley DB with one value, of two pages.
func berkeleyOf(value string) []byte {
	const size = 512
	db := make([]byte, 4*size)
	put32, put16 := binary.LittleEndian.PutUint32, binary.LittleEndian.PutUint16
	put32(db[12:], bdbMagic)
	put32(db[20:], size)
	db[25] = pageMeta
	put32(db[32:], 3)
	hash := db[size:]
	hash[25] = pageHash
	put16(hash[20:], 2)
	put16(hash[bdbPageHead:], 500)
	put16(hash[bdbPageHead+2:], 480)
	hash[480] = entryOffPage
	put32(hash[484:], 2)
	first, second := db[2*size:], db[3*size:]
	first[25], second[25] = pageOverflow, pageOverflow
	put32(first[16:], 3)
	n := copy(first[bdbPageHead:size], value)
	put16(second[22:], uint16(copy(second[bdbPageHead:], value[n:])))
	return db
}

// A database of SUSE's with one value.
func ndbOf(value string) []byte {
	db := make([]byte, ndbPage, ndbPage+ndbBlock+len(value))
	copy(db, ndbMagic)
	db[12] = 1
	for at := ndbHead; at < ndbPage; at += ndbBlock {
		copy(db[at:], ndbSlot)
	}
	db[ndbHead+4] = 7
	binary.LittleEndian.PutUint32(db[ndbHead+8:], ndbPage/ndbBlock)
	blob := make([]byte, ndbBlock)
	copy(blob, ndbBlob)
	blob[4], blob[12] = 7, byte(len(value))
	return append(append(db, blob...), value...)
}

// TestHostile guards against what go-rpmdb does not survive: each is an error.
func TestHostile(t *testing.T) {
	long := strings.Repeat("x", 500)
	for name, c := range map[string]struct {
		db   []byte
		edit func(db []byte)
	}{
		"an entry beyond its page":    {berkeleyOf(long), func(b []byte) { b[512+bdbPageHead+3] = 0xff }},
		"an entry at a page's end":    {berkeleyOf(long), func(b []byte) { copy(b[512+bdbPageHead+2:], "\xff\x01"); b[512+511] = entryOffPage }},
		"too many entries":            {berkeleyOf(long), func(b []byte) { b[512+21] = 0xfe }},
		"a value that has no end":     {berkeleyOf(long), func(b []byte) { b[3*512+16] = 2 }},
		"a value on a page of others": {berkeleyOf(long), func(b []byte) { b[2*512+25] = pageHash }},
		"a value beyond the end":      {berkeleyOf(long), func(b []byte) { b[512+485] = 1 }},
		"more than a page":            {berkeleyOf(long), func(b []byte) { b[3*512+23] = 2 }},
		"pages beyond the end":        {berkeleyOf(long), func(b []byte) { b[33] = 1 }},
		"encrypted":                   {berkeleyOf(long), func(b []byte) { b[24] = 1 }},
		"no slot":                     {ndbOf("x"), func(b []byte) { b[ndbHead+16] = 0 }},
		"a package beyond the end":    {ndbOf("x"), func(b []byte) { b[ndbHead+11] = 0xff }},
		"a package of 4 GiB":          {ndbOf("x"), func(b []byte) { b[ndbPage+15] = 0xff }},
		"another's package":           {ndbOf("x"), func(b []byte) { b[ndbPage+4] = 8 }},
		"a version to come":           {ndbOf("x"), func(b []byte) { b[4] = 1 }},
		"too many slots":              {ndbOf("x"), func(b []byte) { b[13] = 0xff }},
	} {
		count := func() (n int, err error) {
			err = Headers(string(c.db), func([]byte) bool { n++; return true })
			return n, err
		}
		if n, err := count(); n != 1 || err != nil {
			t.Errorf("%s: before, %d packages, %v", name, n, err)
		}
		c.edit(c.db)
		if n, err := count(); !errors.Is(err, errDamaged) {
			t.Errorf("%s: %d packages, %v", name, n, err)
		}
	}
	if err := Headers("SQLite format 3\x00 and no more", nil); err == nil {
		t.Error("a database of SQLite with nothing in it is none")
	}
	if err := Headers("Package: a\n", nil); !errors.Is(err, ErrUnknown) {
		t.Errorf("a list of packages: %v", err)
	}
}

func FuzzHeaders(f *testing.F) {
	f.Add(berkeleyOf(strings.Repeat("x", 500)))
	f.Add(ndbOf("x"))
	f.Fuzz(func(t *testing.T, db []byte) {
		if strings.HasPrefix(string(db), sqliteMagic) {
			t.Skip() // is SQLite's
		}
		total := 0
		_ = Headers(string(db), func(h []byte) bool { total += len(h); return true })
		if total > len(db) {
			t.Errorf("%d bytes of headers in %d", total, len(db))
		}
	})
}
