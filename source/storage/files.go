package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
)

// files opens what lies in the directories of layers: itself where it may, and
// through a child in a user namespace where only that one may.
type files struct {
	mu    sync.Mutex
	child *child
	why   error // why there is no child
}

func newFiles() *files { return new(files) }

func (f *files) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.child == nil {
		return nil
	}
	c := f.child
	f.child, f.why = nil, fs.ErrClosed
	return c.close()
}

// asOwner opens a file as a user who owns all of the store.
func (f *files) asOwner(dir, name string) (*os.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.child == nil && f.why == nil {
		f.child, f.why = startChild()
	}
	if f.child == nil {
		return nil, fmt.Errorf("%w: %w", fs.ErrPermission, f.why)
	}
	return f.child.open(dir, name)
}

// directory is that of one layer. Nothing outside of it is opened, wherever the
// links in it lead.
type directory struct {
	path  string
	root  *os.File // nil if only the child may look into it
	files *files
}

func (f *files) dir(path string) (*directory, error) {
	root, err := os.Open(path)
	if err != nil && !errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("opening a layer: %w", err)
	}
	return &directory{path: path, root: root, files: f}, nil
}

// open opens a regular file by its path, relative and clean.
func (d *directory) open(name string) (*os.File, error) {
	if d.root == nil {
		return d.files.asOwner(d.path, name)
	}
	f, err := openBeneath(d.root, name)
	if errors.Is(err, fs.ErrPermission) {
		return d.files.asOwner(d.path, name)
	}
	return f, err
}

func (d *directory) close() {
	if d.root != nil {
		d.root.Close()
	}
}

// errNotFile is given for what has become something else than a file.
var errNotFile = errors.New("it is no regular file")

// regular returns the file, if it is one.
func regular(f *os.File) (*os.File, error) {
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errNotFile
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
