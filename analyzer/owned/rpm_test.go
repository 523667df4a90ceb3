package owned

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// tag is one entry of an RPM header: a string, strings or numbers.
type tag struct {
	tag   uint32
	value any
}

func header(tags ...tag) []byte {
	var index, data []byte
	put := binary.BigEndian.AppendUint32
	for _, t := range tags {
		off, kind, count := uint32(len(data)), uint32(typeStringArray), 0
		switch v := t.value.(type) {
		case string:
			kind, count = typeString, 1
			data = append(data, v+"\x00"...)
		case []string:
			count = len(v)
			data = append(data, strings.Join(v, "\x00")+"\x00"...)
		case []uint32:
			kind, count = typeInt32, len(v)
			for _, n := range v {
				data = put(data, n)
			}
		}
		index = put(put(put(put(index, t.tag), kind), off), uint32(count))
	}
	return append(append(put(put(nil, uint32(len(tags))), uint32(len(data))), index...), data...)
}

// rpmDatabase is one in SQLite with these headers.
func rpmDatabase(t testing.TB, headers ...[]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rpmdb.sqlite")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		if _, err := db.Exec("INSERT INTO Packages (blob) VALUES (?)", h); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestRPM(t *testing.T) {
	content := []byte("peel\n")
	s := SumsOf(content, sha256.Sum256(content))
	list := func(name, sum string, algorithm ...uint32) []byte {
		tags := []tag{{tagName, name}, {tagBaseNames, []string{"doc", "a"}}, {tagDirNames, []string{"/usr/", "/bin/"}},
			{tagDirIndexes, []uint32{0, 1}}, {tagFileDigests, []string{"", sum}}}
		if len(algorithm) > 0 {
			tags = append(tags, tag{tagDigestAlgorithm, algorithm})
		}
		return header(tags...)
	}
	for _, c := range []struct {
		what   string
		header []byte
		path   string
		pkg    string
	}{
		{"SHA-256", list("p", sumString(sha256Hex, s), 8), "usr/bin/a", "p"},
		{"SHA-1", list("p", sumString(sha1Hex, s), 2), "bin/a", "p"},
		{"MD5, of old", list("p", sumString(md5Hex, s)), "bin/a", "p"},
		{"a sum of another kind", list("p", sumString(sha256Hex, s), 1), "bin/a", ""},
		{"a kind that is not known", list("p", sumString(sha256Hex, s), 99), "bin/a", ""},
		{"modified", list("p", strings.Repeat("0", 64), 8), "bin/a", ""},
		{"a directory", list("p", sumString(sha256Hex, s), 8), "usr/doc", ""},
		{"directories that are not there", header(tag{tagBaseNames, []string{"a"}}, tag{tagDirIndexes, []uint32{7}}, tag{tagFileDigests, []string{sumString(md5Hex, s)}}), "a", ""},
		{"cut off", list("p", sumString(sha256Hex, s), 8)[:60], "bin/a", ""},
	} {
		for _, db := range []string{"var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite"} {
			text := rpmDatabase(t, []byte("no header"), list("other", "x", 8), c.header)
			if pkg, ok := filed(db, text).Unmodified(c.path, s); pkg != c.pkg || ok != (c.pkg != "") {
				t.Errorf("%s in %s: %q, %v", c.what, db, pkg, ok)
			}
			if pkg, ok := filed(db, text[:len(text)/2]).Unmodified(c.path, Sums{}); ok {
				t.Errorf("%s in half a database: %q", c.what, pkg)
			}
		}
	}
}

// FuzzRPM gives any bytes to the reader of headers, and puts them into a
// database, at any place.
func FuzzRPM(f *testing.F) {
	whole := rpmDatabase(f, header(tag{tagName, "p"}, tag{tagBaseNames, []string{"a"}}, tag{tagDirNames, []string{"/"}}, tag{tagDirIndexes, []uint32{0}}, tag{tagFileDigests, []string{"x"}}))
	f.Add([]byte("\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x03\xe8\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00\x01p\x00"), uint16(0))
	f.Add([]byte{255, 255, 255, 255}, uint16(100))
	f.Fuzz(func(_ *testing.T, b []byte, at uint16) {
		new(Index).rpmHeader(b)
		db := []byte(whole)
		copy(db[int(at)%len(db):], b)
		new(Index).rpm("", string(db))
	})
}
