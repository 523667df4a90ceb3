package sourcetest

import (
	"archive/tar"
	"io"
	"path"
	"strings"
	"time"
)

// Epoch is the time of everything that a description gives no time.
var Epoch = time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)

// File is one entry of a layer's tar. The constructors give the usual
// header; the methods return a changed copy, so they chain.
type File struct {
	// Header is written as it stands: no name is cleaned, no parent added.
	Header tar.Header

	// content gives Header.Size bytes; nil for an entry without any.
	content func() io.Reader
}

func newFile(typeflag byte, name string, mode int64) File {
	return File{Header: tar.Header{
		Typeflag: typeflag,
		Name:     name,
		Mode:     mode,
		ModTime:  Epoch,
	}}
}

// Dir is a directory. The name gets the final slash that real tools write.
func Dir(name string, mode int64) File {
	if !strings.HasSuffix(name, "/") {
		name += "/"
	}
	return newFile(tar.TypeDir, name, mode)
}

// Reg is a regular file of mode 0644.
func Reg(name, content string) File {
	return body(name, int64(len(content)), func() io.Reader { return strings.NewReader(content) })
}

// Zeros is a regular file of size zero bytes.
func Zeros(name string, size int64) File {
	return body(name, size, func() io.Reader { return io.LimitReader(zeroReader{}, size) })
}

// Random is a regular file of size bytes that do not compress. The same seed
// gives the same bytes, and a longer file begins with the shorter one.
func Random(name string, size int64, seed uint64) File {
	return body(name, size, func() io.Reader { return io.LimitReader(randomReader(seed), size) })
}

func body(name string, size int64, content func() io.Reader) File {
	f := newFile(tar.TypeReg, name, 0o644)
	f.Header.Size = size
	f.content = content
	return f
}

// Symlink is a symbolic link; the target is written as given.
func Symlink(name, target string) File {
	f := newFile(tar.TypeSymlink, name, 0o777)
	f.Header.Linkname = target
	return f
}

// Hardlink is a further name of target, an entry of the same layer.
func Hardlink(name, target string) File {
	f := newFile(tar.TypeLink, name, 0o644)
	f.Header.Linkname = target
	return f
}

// Whiteout deletes name, a file or a directory of a lower layer (OCI image
// spec, layer.md, "Whiteouts").
func Whiteout(name string) File {
	dir, base := path.Split(strings.TrimSuffix(name, "/"))
	return newFile(tar.TypeReg, dir+".wh."+base, 0)
}

// Opaque hides what lower layers hold in dir (OCI image spec, layer.md,
// "Opaque Whiteout").
func Opaque(dir string) File {
	return newFile(tar.TypeReg, path.Join(dir, ".wh..wh..opq"), 0)
}

// Char is a character device.
func Char(name string, major, minor int64) File { return device(tar.TypeChar, name, major, minor) }

// Block is a block device.
func Block(name string, major, minor int64) File { return device(tar.TypeBlock, name, major, minor) }

func device(typeflag byte, name string, major, minor int64) File {
	f := newFile(typeflag, name, 0o660)
	f.Header.Devmajor, f.Header.Devminor = major, minor
	return f
}

// Fifo is a named pipe.
func Fifo(name string) File { return newFile(tar.TypeFifo, name, 0o644) }

// GlobalHeader is a PAX global header ('g'), as git-archive writes one; no
// file comes of it.
func GlobalHeader(records map[string]string) File {
	return File{Header: tar.Header{
		Typeflag:   tar.TypeXGlobalHeader,
		Name:       "pax_global_header",
		PAXRecords: records,
	}}
}

// Mode sets the permission bits and setuid (04000), setgid, sticky.
func (f File) Mode(mode int64) File {
	f.Header.Mode = mode
	return f
}

// Owner sets the numeric owner; see OwnerNames.
func (f File) Owner(uid, gid int) File {
	f.Header.Uid, f.Header.Gid = uid, gid
	return f
}

// OwnerNames sets the owner's names, which image builders usually leave out.
func (f File) OwnerNames(user, group string) File {
	f.Header.Uname, f.Header.Gname = user, group
	return f
}

// MTime sets the modification time. Fractions of a second survive in PAX only.
func (f File) MTime(t time.Time) File {
	f.Header.ModTime = t
	return f
}

// Xattr adds an extended attribute as the PAX record SCHILY.xattr.key.
func (f File) Xattr(key, value string) File { return f.PAX("SCHILY.xattr."+key, value) }

// PAX adds one PAX record.
func (f File) PAX(key, value string) File {
	records := make(map[string]string, len(f.Header.PAXRecords)+1)
	for k, v := range f.Header.PAXRecords {
		records[k] = v
	}
	records[key] = value
	f.Header.PAXRecords = records
	return f
}

// Name sets the name verbatim: with "..", absolute, with control characters,
// invalid UTF-8, of any length. NUL alone cannot be written; use Layer.Tar.
func (f File) Name(name string) File {
	f.Header.Name = name
	return f
}

// Format asks for a tar flavour: tar.FormatUSTAR, tar.FormatGNU or
// tar.FormatPAX. Without it the plainest that can hold the header is taken.
func (f File) Format(format tar.Format) File {
	f.Header.Format = format
	return f
}

// Content gives the file's bytes.
func (f File) Content() io.Reader {
	if f.content == nil {
		return strings.NewReader("")
	}
	return f.content()
}
