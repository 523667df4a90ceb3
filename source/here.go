package source

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"peel/source/archive"
	"peel/source/layout"
	"peel/source/oci"
)

const (
	// maxLooked bounds the names in a directory that are looked at: a directory of
	// more is no place where somebody keeps a few images.
	maxLooked = 5000
	// maxFound bounds the files and layouts that are listed of it.
	maxFound = 200
)

// listFiles finds the archives and layouts of a directory, and the layout that it
// may be itself. It goes no deeper.
func listFiles(ctx context.Context, opts ListOptions) Answer {
	dir := opts.Dir
	if dir == "" {
		dir = "."
	}
	a := Answer{Where: dir}
	if abs, err := filepath.Abs(dir); err == nil {
		a.Where = abs
	}
	d, err := os.Open(dir)
	if err != nil {
		a.Err = err
		return a
	}
	defer d.Close()
	found := 0
	if a.layout(ctx, opts.Dir, ".") {
		found++
	}
	names, err := d.ReadDir(maxLooked)
	if err != nil && !errors.Is(err, io.EOF) {
		a.Err = err
	}
	for _, n := range names {
		if ctx.Err() != nil {
			a.Err = context.Cause(ctx)
			break
		}
		if found == maxFound {
			break
		}
		if a.file(ctx, opts.Dir, n.Name()) {
			found++
		}
	}
	return a
}

// file takes in what is there under a name. What cannot be read is passed over:
// it is most likely no image at all.
func (a *Answer) file(ctx context.Context, dir, name string) bool {
	path := filepath.Join(dir, name)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return false
	case info.IsDir():
		return a.layout(ctx, dir, name)
	case !info.Mode().IsRegular():
		return false
	}
	if is, err := archive.Recognise(path); err != nil || !is {
		return false
	}
	images, err := archive.List(ctx, path)
	path = dotted(path)
	file := Entry{
		Reference: path, Name: path, Kind: aFile, Location: filepath.Join(a.Where, name),
		Size: info.Size(), Created: info.ModTime().UTC(),
	}
	if err != nil || len(images) == 0 {
		a.Entries = append(a.Entries, file)
		return true
	}
	for i, l := range images {
		e := file
		e.take(l)
		if sel := selectorOf(i, images); sel != "" {
			e.Reference, e.Name, e.Size = path+sel, path+sel, l.Size
		}
		a.Entries = append(a.Entries, e)
	}
	return true
}

// take fills in what is known of an image in a file.
func (e *Entry) take(l oci.Listed) {
	e.ID, e.Digest, e.Platform, e.Index = l.ID, l.Digest, l.Platform, l.Index
	if !l.Created.IsZero() {
		e.Created = l.Created
	}
}

// dotted writes a path so that it cannot be taken for a name.
func dotted(path string) string {
	if filepath.IsAbs(path) || path == "." {
		return path
	}
	return "." + string(filepath.Separator) + path
}

// layout takes in the images of a layout directory.
func (a *Answer) layout(ctx context.Context, dir, name string) bool {
	path := filepath.Join(dir, name)
	// index.json alone is a common name.
	if !exists(filepath.Join(path, "index.json")) || !exists(filepath.Join(path, "oci-layout")) && !exists(filepath.Join(path, "blobs")) {
		return false
	}
	d, err := layout.OpenDir(path)
	if err != nil {
		return false
	}
	defer d.Close()
	list, err := layout.List(ctx, d)
	if err != nil {
		return false
	}
	path = dotted(path)
	for i, l := range list {
		e := Entry{Reference: string(OCILayout) + ":" + path, Name: path, Kind: OCILayout, Location: filepath.Join(a.Where, name), Size: l.Size}
		e.take(l)
		if sel := selectorOf(i, list); sel != "" {
			e.Reference += sel
			e.Name += sel
		}
		a.Entries = append(a.Entries, e)
	}
	return len(list) > 0
}

// selectorOf picks an image among those of a file: not at all if it is alone, by
// its name if no other has it, else by its digest or its place.
func selectorOf(i int, list []oci.Listed) string {
	l := &list[i]
	if len(list) == 1 {
		return ""
	}
	same := 0
	for _, o := range list {
		if len(l.Names) > 0 && (oci.Selector{Name: l.Names[0]}).Matches(o.Names...) {
			same++
		}
	}
	if same == 1 {
		return ":" + l.Names[0]
	}
	if l.Digest != "" {
		return "@" + l.Digest
	}
	return oci.Selector{Number: i + 1}.String()
}
