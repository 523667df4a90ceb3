package storage

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	tarsplit "github.com/vbatts/tar-split/tar/storage"

	"peel/source/layer"
)

// clean is a name of a tar as a path below the layer's directory.
func clean(name string) string { return strings.TrimPrefix(filepath.Clean("/"+name), "/") }

// beginSkipped opens the content of a file that the driver did not unpack. That of
// a whiteout is gone; what AUFS's hard links lead to lies under their names.
func (r *reader) beginSkipped(e *tarsplit.Entry, path string) error {
	if !layer.IsLinked(path) {
		r.skipped = true
		return nil
	}
	if err := r.findLinks(); err != nil {
		return err
	}
	if link := r.links[path]; link != "" {
		f, err := r.dir.open(link)
		if err == nil {
			r.file = f
			return nil
		}
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("reading %q of layer %.12s: %w", link, r.id, err)
		}
	}
	r.skipped = true
	return r.withhold(e)
}

// findLinks reads the headers of the layer once more, for its hard links into
// AUFS's directory of links.
func (r *reader) findLinks() error {
	if r.links != nil {
		return nil
	}
	headers := &reader{id: r.id}
	if err := r.layer.openList(headers); err != nil {
		return err
	}
	defer headers.Close()
	r.links = map[string]string{}
	for t := tar.NewReader(headers); ; {
		hdr, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: the list of files of layer %.12s: %w", ErrDamaged, r.id, err)
		}
		if hdr.Typeflag != tar.TypeLink {
			continue
		}
		if target := clean(hdr.Linkname); layer.IsLinked(target) && r.links[target] == "" {
			r.links[target] = clean(hdr.Name)
		}
	}
}
