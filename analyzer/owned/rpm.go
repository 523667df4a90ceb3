package owned

import (
	"database/sql"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"strings"
	"time"

	_ "modernc.org/sqlite"
	"modernc.org/sqlite/vfs"
)

// isRPM is true for RPM's database in SQLite, which it has written since 4.16.
// Those before, in Berkeley DB, and SUSE's own are not read: their files are
// nobody's.
func isRPM(path string) bool {
	return path == "var/lib/rpm/rpmdb.sqlite" || path == "usr/lib/sysimage/rpm/rpmdb.sqlite"
}

const (
	// maxRPM bounds the time for one database: that of a full distribution takes
	// a second. What takes longer is made for it.
	maxRPM = 20 * time.Second
	// maxHeader is of the header of one package, in bytes; RPM's own bound.
	maxHeader = 256 << 20
)

// rpm reads the files of all packages with their sums. What is read of a database
// until it is found to be none counts.
func (x *Index) rpm(_, text string) {
	headers := make(chan []byte)
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		defer close(headers)
		eachHeader(text, func(h []byte) bool {
			select {
			case headers <- h:
				return true
			case <-stop:
				return false
			}
		})
	}()
	timer := time.NewTimer(maxRPM)
	defer timer.Stop()
	for {
		select {
		case h, more := <-headers:
			if !more {
				return
			}
			x.rpmHeader(h)
		case <-timer.C:
			return
		}
	}
}

// eachHeader visits the packages of a database until visit returns false. SQLite
// sees the bytes as a file that cannot change; it may break down on them.
func eachHeader(text string, visit func([]byte) bool) (err error) {
	defer func() {
		if e := recover(); e != nil {
			err = fmt.Errorf("reading an RPM database: %v", e)
		}
	}()
	name, system, err := vfs.New(oneFile(text))
	if err != nil {
		return fmt.Errorf("reading an RPM database: %w", err)
	}
	defer system.Close()
	db, err := sql.Open("sqlite", "file:rpmdb?mode=ro&immutable=1&vfs="+url.QueryEscape(name))
	if err != nil {
		return fmt.Errorf("reading an RPM database: %w", err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT blob FROM Packages WHERE length(blob) <= ?", maxHeader)
	if err != nil {
		return fmt.Errorf("reading an RPM database: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var header []byte
		if err := rows.Scan(&header); err != nil {
			return fmt.Errorf("reading an RPM database: %w", err)
		}
		if !visit(header) {
			return nil
		}
	}
	return rows.Err()
}

// rpmKinds are the sums by RPM's FILEDIGESTALGO, which are OpenPGP's numbers (RFC
// 9580, 9.5). Packages that do not tell theirs have MD5.
var rpmKinds = map[uint32]sumKind{0: md5Hex, 1: md5Hex, 2: sha1Hex, 8: sha256Hex}

func (x *Index) rpmHeader(b []byte) {
	h, ok := parseHeader(b)
	if !ok {
		return
	}
	kind, known := rpmKinds[first(h.numbers(tagDigestAlgorithm))]
	names, dirs, at, sums := h.strings(tagBaseNames), h.strings(tagDirNames), h.numbers(tagDirIndexes), h.strings(tagFileDigests)
	if !known || len(at) != len(names) || len(sums) != len(names) {
		return
	}
	pkg := first(h.strings(tagName))
	for i, name := range names {
		// Directories and links have no sum.
		if sums[i] != "" && int64(at[i]) < int64(len(dirs)) {
			x.claim(dirs[at[i]]+name, claim{pkg: pkg, sum: sums[i], kind: kind})
		}
	}
}

func first[T any](list []T) (v T) {
	if len(list) > 0 {
		v = list[0]
	}
	return v
}

// oneFile is a file system with one file, whatever it is called.
type oneFile string

// Open implements fs.FS.
func (o oneFile) Open(name string) (fs.File, error) {
	if strings.Contains(name, "-") { // a journal, a log
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return openFile{strings.NewReader(string(o))}, nil
}

type openFile struct{ *strings.Reader }

var (
	_ fs.File   = openFile{}
	_ io.Seeker = openFile{}
)

// Stat implements fs.File.
func (f openFile) Stat() (fs.FileInfo, error) { return info(f.Size()), nil }

// Close implements fs.File.
func (openFile) Close() error { return nil }

type info int64

func (i info) Size() int64      { return int64(i) }
func (info) Name() string       { return "rpmdb" }
func (info) Mode() fs.FileMode  { return 0o444 }
func (info) ModTime() time.Time { return time.Time{} }
func (info) IsDir() bool        { return false }
func (info) Sys() any           { return nil }

var _ fs.FileInfo = info(0)
