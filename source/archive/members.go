// Package archive reads images from tar files: docker-archives in every shape
// that tools have written, and OCI archives.
//
// A plain tar file is read at random: its members are found once, and layers
// are sections of the file. A compressed one, or a pipe, can only be read from
// front to back: its layers are scanned as they go by, before the manifest that
// tells their order is known.
package archive

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"peel/source/layer"
	"peel/source/oci"
)

const (
	// maxMembers bounds the members of an archive: a few for each layer.
	maxMembers = 100_000
	// maxKept bounds the documents kept in memory of a stream, all together.
	maxKept = 256 << 20
	// maxOther bounds those documents that are no JSON, though they should be.
	maxOther = 64 << 10
	// maxHops bounds the symbolic links between members.
	maxHops = 16
)

// ErrNotArchive says that a file is no tar, or that no image is in it.
var ErrNotArchive = errors.New("not an image archive")

// member is one file in an archive.
type member struct {
	size int64
	open func() (io.ReadCloser, error) // nil for a layer of a stream
	link string                        // of a symbolic or hard link: the member meant
	// Of a layer in a stream:
	index *layer.Index
	err   error
}

// members are an archive's files by their clean names.
type members map[string]*member

// clean makes "./blobs/x" and "/blobs/x" the same as "blobs/x".
func clean(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

// get follows links; older docker and podman write a layer that occurs twice
// as a symbolic link to the first.
func (m members) get(name string) (*member, error) {
	name = clean(name)
	for range maxHops {
		f, ok := m[name]
		if !ok {
			return nil, fmt.Errorf("the archive has no %q: %w", name, fs.ErrNotExist)
		}
		if f.link == "" {
			return f, nil
		}
		name = f.link
	}
	return nil, fmt.Errorf("the archive's link %q leads nowhere: %w", name, fs.ErrNotExist)
}

// Open implements layout.Files.
func (m members) Open(name string) (io.ReadCloser, error) {
	f, err := m.get(name)
	if err != nil {
		return nil, err
	}
	if f.open == nil {
		if f.size > oci.MaxManifest {
			return nil, fmt.Errorf("%w: %q has %d bytes", oci.ErrTooLarge, clean(name), f.size)
		}
		return nil, fmt.Errorf("%w: %q is a layer, where a document should be", ErrNotArchive, clean(name))
	}
	return f.open()
}

func (m members) document(name string, max int64) ([]byte, error) {
	f, err := m.get(name)
	if err != nil {
		return nil, err
	}
	rc, err := m.Open(name)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	b, err := io.ReadAll(io.LimitReader(rc, max+1))
	switch {
	case err != nil:
	case int64(len(b)) > max:
		err = fmt.Errorf("%w: more than %d bytes", oci.ErrTooLarge, max)
	case int64(len(b)) < f.size:
		err = fmt.Errorf("the archive is truncated in it: %w", io.ErrUnexpectedEOF)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return b, nil
}

// add takes the members that are not content in; done says that it did.
func (m members) add(hdr *tar.Header) (done bool, err error) {
	if len(m) >= maxMembers {
		return false, fmt.Errorf("%w: more than %d members", ErrNotArchive, maxMembers)
	}
	name := clean(hdr.Name)
	switch hdr.Typeflag {
	case tar.TypeSymlink:
		m[name] = &member{link: clean(path.Join(path.Dir("/"+name), hdr.Linkname))}
		return true, nil
	case tar.TypeLink:
		m[name] = &member{link: clean(hdr.Linkname)}
		return true, nil
	case tar.TypeReg:
		return false, nil
	case tar.TypeGNUSparse:
		return false, fmt.Errorf("the member %q is sparse, which no tool that saves images writes", hdr.Name)
	}
	return true, nil
}

// index finds the members of a plain tar.
func index(r io.ReaderAt, size int64) (members, error) { return indexOf(r, size, maxMembers) }

// indexOf is index for at most a number of members.
func indexOf(r io.ReaderAt, size int64, most int) (members, error) {
	m := members{}
	section := io.NewSectionReader(r, 0, size)
	tr := tar.NewReader(section)
	for {
		hdr, err := tr.Next()
		if err == io.EOF {
			return m, nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return m, truncated(err, m)
		}
		if len(m) >= most {
			return m, fmt.Errorf("%w: more than %d members", ErrNotArchive, most)
		}
		done, err := m.add(hdr)
		if err != nil {
			return m, err
		}
		if done {
			continue
		}
		offset, err := section.Seek(0, io.SeekCurrent)
		if err != nil {
			return m, err
		}
		m[clean(hdr.Name)] = &member{size: hdr.Size, open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.NewSectionReader(r, offset, hdr.Size)), nil
		}}
	}
}

func truncated(err error, m members) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the archive is truncated behind member %d: %w", len(m), err)
	}
	return fmt.Errorf("%w: reading the tar behind member %d: %w", ErrNotArchive, len(m), err)
}

// stream reads an archive from front to back. Whatever looks like a layer is
// scanned; JSON documents are kept.
func stream(ctx context.Context, r io.Reader, opts layer.Options) (members, error) {
	m := members{}
	kept := int64(0)
	tr := tar.NewReader(r)
	for {
		hdr, err := tr.Next()
		if err == io.EOF {
			return m, nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			if cause := context.Cause(ctx); cause != nil {
				return m, cause
			}
			return m, truncated(err, m)
		}
		done, err := m.add(hdr)
		if err != nil {
			return m, err
		}
		if done {
			continue
		}
		f, err := take(ctx, tr, hdr, opts)
		if err != nil {
			return m, err
		}
		if f.index == nil {
			if kept += f.size; kept > maxKept {
				return m, fmt.Errorf("%w: more than %d bytes of documents", oci.ErrTooLarge, maxKept)
			}
		}
		m[clean(hdr.Name)] = f
	}
}

// headLen is enough to recognise a tar by its magic number.
const headLen = 512

// take reads one member of a stream, as a document or as a layer.
func take(ctx context.Context, r io.Reader, hdr *tar.Header, opts layer.Options) (*member, error) {
	head := make([]byte, min(hdr.Size, headLen))
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, fmt.Errorf("the archive is truncated in %q: %w", hdr.Name, err)
	}
	whole := io.MultiReader(bytes.NewReader(head), r)
	if !looksLikeLayer(head) && (hdr.Size <= maxOther || isJSON(head) && hdr.Size <= oci.MaxConfig) {
		b, err := io.ReadAll(whole)
		if err != nil {
			return nil, fmt.Errorf("the archive is truncated in %q: %w", hdr.Name, err)
		}
		return &member{size: hdr.Size, open: func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(b)), nil
		}}, nil
	}
	// Whatever it is: if a manifest calls it a layer, this tells what is wrong.
	opts.Digest, opts.DiffID, opts.Size = "", "", hdr.Size
	idx, err := layer.Scan(ctx, whole, opts)
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	return &member{size: hdr.Size, index: idx, err: err}, nil
}

func isJSON(head []byte) bool {
	t := bytes.TrimLeft(head, " \t\r\n")
	return len(t) > 0 && (t[0] == '{' || t[0] == '[')
}

func looksLikeLayer(head []byte) bool {
	switch layer.Sniff(head) {
	case layer.KindTar, layer.KindGzip, layer.KindZstd:
		return true
	}
	// An empty layer is a tar of zeros alone, and the first tars had no magic
	// number: but what begins with a checksummed header is one.
	return len(head) == headLen && (len(bytes.Trim(head, "\x00")) == 0 || isHeader(head))
}

func isHeader(block []byte) bool {
	hdr, err := tar.NewReader(bytes.NewReader(block)).Next()
	return err == nil && hdr.Name != ""
}
