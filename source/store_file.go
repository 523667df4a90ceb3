package source

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"peel/source/archive"
	"peel/source/layer"
	"peel/source/layout"
	"peel/source/rootfs"
)

// fileStore is the file system: what is at a path is recognised by its content.
var fileStore = store{
	kind: aFile, gives: []Kind{OCILayout, OCIArchive, DockerArchive, RootFS},
	prefixes: []prefix{{"oci-archive:", OCIArchive}, {"oci:", OCILayout}, {"docker-archive:", DockerArchive}, {"docker-tar:", DockerArchive}, {"rootfs:", RootFS}},
	takes:    func(r *Reference) bool { return r.Path != "" },
	open:     (*opener).file,
	list:     listFiles,
	next:     []error{layout.ErrNotLayout, archive.ErrNotArchive},
	hints: []hint{
		{layout.ErrNotLayout, "name the directory that holds oci-layout and index.json"},
		{archive.ErrNotArchive, "write an archive with docker save, podman save or skopeo copy"},
		{io.ErrUnexpectedEOF, "the file was cut off: copy or save it again"},
		{fs.ErrNotExist, "check the path"},
		{fs.ErrPermission, "peel needs to read the file; it never needs root"},
	},
}

// aFile is the kind of a path that is yet to be recognised.
const aFile Kind = "file"

// file opens what is at a path, or comes from standard input.
func (o *opener) file() (*Image, string, error) {
	if o.ref.Path == "-" {
		return o.stdin()
	}
	return o.path()
}

func (o *opener) archiveOptions() archive.Options {
	form := map[Kind]archive.Form{DockerArchive: archive.Docker, OCIArchive: archive.OCI}[o.ref.Kind]
	return archive.Options{Form: form, Selector: o.ref.Selector, Platform: o.platform, Scan: o.opts.Scan}
}

func (o *opener) stdin() (*Image, string, error) {
	const where = "standard input"
	if o.ref.Kind == OCILayout {
		return nil, where, fmt.Errorf("%s is a file, not a layout directory", where)
	}
	in := o.opts.Stdin
	if in == nil {
		in = os.Stdin
	}
	img, err := o.await(func() (*Image, error) {
		br := bufio.NewReaderSize(in, rootfs.HeadLen)
		head, _ := br.Peek(rootfs.HeadLen)
		if o.ref.Kind == RootFS || o.ref.Kind == "" && rootfs.Recognise(head) {
			scan := o.opts.Scan
			if scan.Progress == nil {
				scan.Progress = new(layer.Progress)
			}
			img, err := rootfs.Stream(o.ctx, br, scan)
			return fromRootFS(img, err), err
		}
		img, err := archive.OpenStream(o.ctx, br, o.archiveOptions())
		if err != nil {
			return nil, err
		}
		return fromArchive(img), nil
	})
	return img, where, err
}

// fromRootFS is the image that stands for a root file system; nil if it could not
// be opened.
func fromRootFS(r *rootfs.Image, err error) *Image {
	if err != nil {
		return nil
	}
	return &Image{Image: r, Kind: RootFS, NoConfig: true}
}

func isLayout(dir string) bool {
	return exists(filepath.Join(dir, "index.json")) || exists(filepath.Join(dir, "oci-layout"))
}

// isRootFS looks at the beginning of a file. Others than regular ones are not
// opened twice.
func isRootFS(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, rootfs.HeadLen)
	n, err := io.ReadFull(f, head)
	return (err == nil || errors.Is(err, io.ErrUnexpectedEOF)) && rootfs.Recognise(head[:n])
}

// await runs what may hang in a read that nothing can interrupt, of a terminal
// or a pipe, and leaves it behind when the context ends.
func (o *opener) await(open func() (*Image, error)) (*Image, error) {
	type opened struct {
		img *Image
		err error
	}
	done := make(chan opened, 1)
	go func() {
		img, err := open()
		done <- opened{img, err}
	}()
	select {
	case r := <-done:
		return r.img, r.err
	case <-o.ctx.Done():
		go func() {
			if r := <-done; r.err == nil {
				r.img.Close()
			}
		}()
		return nil, context.Cause(o.ctx)
	}
}

// path opens a file or a directory, by what it is.
func (o *opener) path() (*Image, string, error) {
	path := o.ref.Path
	where := path
	if abs, err := filepath.Abs(path); err == nil {
		where = abs
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, where, err
	}
	if info.IsDir() {
		if o.ref.Kind == DockerArchive || o.ref.Kind == OCIArchive {
			return nil, where, fmt.Errorf("%s is a directory, not an archive", path)
		}
		if o.ref.Kind == RootFS || o.ref.Kind == "" && !isLayout(path) && rootfs.IsRoot(path) {
			img, err := rootfs.Directory(path)
			return fromRootFS(img, err), where, err
		}
		img, err := o.layout(path)
		return img, where, err
	}
	if o.ref.Kind == RootFS || o.ref.Kind == "" && isRootFS(path) {
		img, err := rootfs.File(path)
		return fromRootFS(img, err), where, err
	}
	if o.ref.Kind == OCILayout {
		return nil, where, fmt.Errorf("%s is a file, not a layout directory", path)
	}
	img, err := o.await(func() (*Image, error) {
		img, err := archive.Open(o.ctx, path, o.archiveOptions())
		if err != nil {
			return nil, err
		}
		return fromArchive(img), nil
	})
	return img, where, err
}

func (o *opener) layout(path string) (*Image, error) {
	dir, err := layout.OpenDir(path)
	if err != nil {
		return nil, err
	}
	idx, err := layout.Index(dir)
	if err != nil {
		dir.Close()
		return nil, err
	}
	found, err := layout.Open(o.ctx, layout.Store{Files: dir}, idx, o.ref.Selector, o.platform)
	if err != nil {
		dir.Close()
		return nil, err
	}
	img := &Image{Image: found.Image, Kind: OCILayout, close: dir.Close}
	img.named(found.Names)
	img.selected(found.Selection)
	return img, nil
}

func fromArchive(a *archive.Image) *Image {
	img := &Image{Image: a.Image, Kind: DockerArchive, close: a.Close, saved: a.Saved}
	img.named(a.Names)
	if a.Form == archive.OCI {
		img.Kind = OCIArchive
	}
	if a.Selection != nil {
		img.selected(a.Selection)
	}
	img.Notes = append(img.Notes, a.Notes...)
	if a.Broken != nil {
		img.Notes = append(img.Notes, a.Broken.Error())
	}
	return img
}
