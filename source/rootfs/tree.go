package rootfs

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"peel/source/layer"
)

// tree is a directory as a tar. It is a layer.Withholder: files that may not be
// read are listed without their contents.
type tree struct {
	*io.PipeReader
	stop context.CancelFunc

	mu       sync.Mutex
	withheld map[int64]layer.Digest
}

var _ layer.Withholder = (*tree)(nil)

func openTree(ctx context.Context, dir string) (*tree, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	r, w := io.Pipe()
	t := &tree{PipeReader: r, stop: stop, withheld: map[int64]layer.Digest{}}
	go func() {
		tw := &writer{ctx: ctx, tree: t, dir: dir, device: deviceOf(info), links: map[inode]string{}, out: &counted{w: w}}
		tw.tar = tar.NewWriter(tw.out)
		w.CloseWithError(tw.write())
	}()
	return t, nil
}

// Close ends the reading.
func (t *tree) Close() error {
	t.stop()
	return t.PipeReader.Close()
}

// Withheld implements layer.Withholder.
func (t *tree) Withheld(off int64) (layer.Digest, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	d, ok := t.withheld[off]
	return d, ok
}

func (t *tree) withhold(off int64, name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.withheld[off] = sha256.Sum256([]byte("withheld " + name)) // equal to none
}

// writer makes the tar.
type writer struct {
	ctx    context.Context
	tree   *tree
	dir    string
	device uint64
	links  map[inode]string // the first name of files that have several
	out    *counted
	tar    *tar.Writer
}

// inode names a file, whatever its name.
type inode struct{ device, number uint64 }

func (w *writer) write() error {
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if w.ctx.Err() != nil {
			return context.Cause(w.ctx)
		}
		if err != nil {
			if path == w.dir || !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return nil // listed already, and nobody may look into it; or gone by now
		}
		return w.entry(path, d)
	})
	if err != nil {
		return fmt.Errorf("reading the directory: %w", err)
	}
	return w.tar.Close()
}

func (w *writer) entry(path string, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return nil //nolint:nilerror // gone by now
	}
	if info.Mode()&fs.ModeSocket != 0 {
		return nil // a tar has no such type
	}
	name, err := filepath.Rel(w.dir, path)
	if err != nil {
		return err
	}
	link := ""
	if info.Mode()&fs.ModeSymlink != 0 {
		if link, err = os.Readlink(path); err != nil {
			return nil //nolint:nilerror // gone by now
		}
	}
	hdr, err := tar.FileInfoHeader(info, link)
	if err != nil {
		return err
	}
	hdr.Name, hdr.Uname, hdr.Gname, hdr.Format = filepath.ToSlash(name), "", "", tar.FormatPAX
	if info.IsDir() {
		hdr.Name += "/"
	}
	for k, v := range xattrsOf(path) {
		if hdr.PAXRecords == nil {
			hdr.PAXRecords = map[string]string{}
		}
		hdr.PAXRecords["SCHILY.xattr."+k] = v
	}
	if err := w.file(path, hdr, info); err != nil {
		return err
	}
	if info.IsDir() && path != w.dir && deviceOf(info) != w.device {
		return filepath.SkipDir // another file system, such as /proc
	}
	return nil
}

// file writes an entry, and the content if it has one.
func (w *writer) file(path string, hdr *tar.Header, info fs.FileInfo) error {
	if info.Mode().IsRegular() {
		if id, several := inodeOf(info); several {
			if first, ok := w.links[id]; ok {
				hdr.Typeflag, hdr.Linkname, hdr.Size = tar.TypeLink, first, 0
				return w.tar.WriteHeader(hdr)
			}
			w.links[id] = hdr.Name
		}
	}
	if err := w.tar.WriteHeader(hdr); err != nil {
		return fmt.Errorf("writing %q: %w", hdr.Name, err)
	}
	if !info.Mode().IsRegular() || hdr.Size == 0 {
		return nil
	}
	f, err := openSame(path, info)
	if err != nil {
		w.tree.withhold(w.out.n, hdr.Name)
		_, err = io.CopyN(w.tar, zeros{}, hdr.Size)
		return err
	}
	defer f.Close()
	n, err := io.Copy(w.tar, io.LimitReader(&reading{w.ctx, f}, hdr.Size))
	if w.ctx.Err() != nil {
		return context.Cause(w.ctx)
	}
	if n < hdr.Size { // it has become shorter, or cannot be read to its end
		_, err = io.CopyN(w.tar, zeros{}, hdr.Size-n)
	}
	return err
}

// openSame opens a file, unless there is another one now.
func openSame(path string, info fs.FileInfo) (*os.File, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	if now, err := f.Stat(); err != nil || !os.SameFile(info, now) {
		f.Close()
		return nil, fs.ErrNotExist
	}
	return f, nil
}

// counted knows where in the tar it is.
type counted struct {
	w io.Writer
	n int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// reading ends with its context, and takes errors for the end.
type reading struct {
	ctx context.Context
	f   *os.File
}

func (r *reading) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, io.EOF
	}
	n, err := r.f.Read(p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
