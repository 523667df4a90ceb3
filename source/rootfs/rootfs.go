// Package rootfs reads root file systems that are no images: a directory, or a tar
// of one, as docker export, buildx (type=tar) and debootstrap write them. Each is
// taken for an image of one layer without a config.
//
// Directory and File are the entrances; Recognise and IsRoot tell what is one.
package rootfs

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/zstd"

	"peel/source/layer"
	"peel/source/oci"
)

// Image is a root file system in the place of an image.
type Image struct {
	v1.Image // without layers, and with an empty config
	blob     oci.Blob
}

var _ oci.Image = (*Image)(nil)

// Blobs implements oci.Image.
func (i *Image) Blobs() ([]oci.Blob, error) { return []oci.Blob{i.blob}, nil }

func of(blob oci.Blob) *Image {
	blob.MediaType = string(types.OCIUncompressedLayer)
	return &Image{empty.Image, blob}
}

// File opens a tar file, plain or compressed.
func File(path string) (*Image, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	return of(oci.Blob{Size: info.Size(), Open: func(context.Context) (io.ReadCloser, error) { return os.Open(path) }}), nil
}

// Stream reads a tar to its end, for it cannot be read again.
func Stream(ctx context.Context, r io.Reader, opts layer.Options) (*Image, error) {
	idx, err := layer.Scan(ctx, r, opts)
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	return of(oci.Blob{Digest: idx.Digest, DiffID: idx.DiffID, Index: idx, ReadErr: err}), nil
}

// Directory opens a directory. It is read as a tar that is made as it is read:
// nothing outside is looked at, wherever links lead, and other file systems that
// are mounted in it are left out.
func Directory(path string) (*Image, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is no directory", path)
	}
	return of(oci.Blob{Unpacked: true, Open: func(ctx context.Context) (io.ReadCloser, error) { return openTree(ctx, path) }}), nil
}

// HeadLen is how much of a file Recognise wants to see.
const HeadLen = 256 << 10

// top are the names at the root of a system (FHS 3.0, section 3), and those that
// engines leave there.
var top = map[string]bool{
	"bin": true, "boot": true, "dev": true, "etc": true, "home": true, "lib": true, "lib32": true, "lib64": true, "libx32": true,
	"media": true, "mnt": true, "opt": true, "proc": true, "root": true, "run": true, "sbin": true, "srv": true, "sys": true,
	"tmp": true, "usr": true, "var": true, ".dockerenv": true, "": true,
}

// telling are names of which a root file system has one at the least.
var telling = []string{"bin", "etc", "usr", "lib", "sbin", "var"}

// Recognise reports whether a file that begins so is a tar of a root file system:
// all names that can be seen are below directories of such a system.
func Recognise(head []byte) bool {
	r, err := plain(head)
	if err != nil {
		return false
	}
	t := tar.NewReader(r)
	seen := map[string]bool{}
	for {
		hdr, err := t.Next()
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			break // the head ends
		}
		name := strings.Trim(strings.TrimPrefix(hdr.Name, "./"), "/")
		first, _, _ := strings.Cut(name, "/")
		if first == "." {
			first = ""
		}
		if hdr.Typeflag != tar.TypeXGlobalHeader && !top[first] {
			return false
		}
		seen[first] = true
	}
	return hasAny(func(name string) bool { return seen[name] })
}

// plain decompresses the beginning of a file.
func plain(head []byte) (io.Reader, error) {
	switch layer.Sniff(head[:min(len(head), layer.SniffLen)]) {
	case layer.KindGzip:
		return gzip.NewReader(bytes.NewReader(head))
	case layer.KindZstd:
		z, err := zstd.NewReader(bytes.NewReader(head), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, err
		}
		return io.LimitReader(z.IOReadCloser(), 16*HeadLen), nil
	}
	return bytes.NewReader(head), nil
}

// IsRoot reports whether a directory looks like a root file system.
func IsRoot(dir string) bool {
	n := 0
	for _, name := range telling {
		if info, err := os.Lstat(filepath.Join(dir, name)); err == nil && (info.IsDir() || info.Mode()&os.ModeSymlink != 0) {
			n++
		}
	}
	return n >= 2
}

func hasAny(has func(string) bool) bool {
	for _, name := range telling {
		if has(name) {
			return true
		}
	}
	return false
}
