package rpmdb

import (
	"context"
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

const (
	sqliteMagic = "SQLite format 3\x00"
	// maxQuery bounds the time for one database: that of a full distribution takes
	// a second. What takes longer is made for it.
	maxQuery = 20 * time.Second
	// maxHeader is of the header of one package, in bytes; RPM's own bound.
	maxHeader = 256 << 20
)

// inSQLite reads RPM's format since 4.16. SQLite sees the bytes as a file that
// cannot change; it may break down on them.
func inSQLite(db string, visit func([]byte) bool) (err error) {
	defer func() {
		if e := recover(); e != nil {
			err = fmt.Errorf("%w: %v", errDamaged, e)
		}
	}()
	name, system, err := vfs.New(oneFile(db))
	if err != nil {
		return err
	}
	defer system.Close()
	conn, err := sql.Open("sqlite", "file:rpmdb?mode=ro&immutable=1&vfs="+url.QueryEscape(name))
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.Background(), maxQuery)
	defer cancel()
	rows, err := conn.QueryContext(ctx, "SELECT blob FROM Packages WHERE length(blob) <= ?", maxHeader)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var header []byte
		if err := rows.Scan(&header); err != nil {
			return err
		}
		if !visit(header) {
			return nil
		}
	}
	return rows.Err()
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
