package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	tarsplit "github.com/vbatts/tar-split/tar/storage"

	"peel/source/inflate"
	"peel/source/layer"
	"peel/source/oci"
)

// Limits of tar-split files.
const (
	// maxSegment bounds the headers and the padding between two files.
	maxSegment = 64 << 20
	// maxWithheld bounds the files whose contents cannot be read.
	maxWithheld = layer.DefaultMaxEntries
)

// advice is for images whose layers cannot be read.
const advice = "an archive that podman save writes can be read"

// dir is where the files of a layer lie.
func (l *layerRecord) dir() (string, error) {
	place, ok := drivers[l.store.driver]
	if !ok {
		return "", fmt.Errorf("%w: the storage driver %s, whose files only the kernel can show: %s", ErrUnsupported, l.store.driver, advice)
	}
	dir := place(l.store.root, l.ID)
	if _, err := os.Lstat(filepath.Join(l.store.root, l.store.driver, l.ID, "composefs-data")); err == nil {
		return "", fmt.Errorf("%w: layer %.12s is kept as composefs: %s", ErrUnsupported, l.ID, advice)
	}
	return dir, nil
}

// open gives the tar that the layer was made of. What it returns is a
// layer.Withholder.
func (l *layerRecord) open(_ context.Context, f *files) (io.ReadCloser, error) {
	dir, err := l.dir()
	if err != nil {
		return nil, err
	}
	r := &reader{id: l.ID, layer: l}
	if err := l.openList(r); err != nil {
		return nil, err
	}
	if r.dir, err = f.dir(dir); err != nil {
		r.packed.Close()
		return nil, err
	}
	return r, nil
}

// openList opens what a layer's files are listed in: tar-split, or the table of
// contents of a layer that was pulled in part.
func (l *layerRecord) openList(r *reader) error {
	packed, err := os.Open(filepath.Join(l.store.root, l.store.driver+"-layers", l.ID+".tar-split.gz"))
	if errors.Is(err, fs.ErrNotExist) {
		r.remade = true
		r.list, r.packed, err = l.openContents()
		return err
	}
	if err != nil {
		return err
	}
	z, err := inflate.NewReader(packed)
	if err != nil {
		packed.Close()
		return fmt.Errorf("%w: the list of files of layer %.12s: %w", ErrDamaged, l.ID, err)
	}
	r.list, r.packed = tarsplit.NewJSONUnpacker(z), packed
	return nil
}

// reader puts a tar together again. It is a layer.Withholder.
type reader struct {
	id     string
	layer  *layerRecord
	remade bool // from a table of contents
	list   tarsplit.Unpacker
	packed io.Closer
	dir    *directory

	segment []byte
	file    io.ReadCloser // nil for one that is withheld or skipped
	left    int64         // bytes of the file
	sum     hash.Hash     // of the file, if its digest is known
	want    []byte        // that digest
	name    string
	off     int64 // of what is read next, in the tar
	err     error

	skipped bool              // the content of what unpackers skip was not there
	links   map[string]string // the first hard link to each file of AUFS; nil until asked for

	reading sync.Mutex // Close comes from another goroutine
	closed  bool

	mu       sync.Mutex
	withheld map[int64]layer.Digest // by where they begin in the tar
}

var (
	_ layer.Withholder = (*reader)(nil)
	_ layer.Remaker    = (*reader)(nil)
	_ layer.Skipper    = (*reader)(nil)
)

// Skipped implements layer.Skipper.
func (r *reader) Skipped() bool {
	r.reading.Lock()
	defer r.reading.Unlock()
	return r.skipped
}

// Remade implements layer.Remaker.
func (r *reader) Remade() bool { return r.remade }

func (r *reader) Read(p []byte) (int, error) {
	r.reading.Lock()
	defer r.reading.Unlock()
	if r.closed {
		return 0, fs.ErrClosed
	}
	for len(r.segment) == 0 && r.left == 0 {
		if r.err == nil {
			r.err = r.next()
		}
		if r.err != nil {
			return 0, r.err
		}
	}
	var n int
	if len(r.segment) > 0 {
		n = copy(p, r.segment)
		r.segment = r.segment[n:]
	} else if n, r.err = r.content(p); r.err != nil {
		return n, r.err
	}
	r.off += int64(n)
	return n, nil
}

// next goes on to the next piece of the tar.
func (r *reader) next() error {
	e, err := r.list.Next()
	if err == io.EOF {
		return io.EOF
	}
	if err != nil {
		return fmt.Errorf("%w: the list of files of layer %.12s: %w", ErrDamaged, r.id, err)
	}
	switch {
	case e.Type == tarsplit.SegmentType && len(e.Payload) <= maxSegment:
		r.segment = e.Payload
		return nil
	case e.Type == tarsplit.FileType && e.Size >= 0:
		if e.Size == 0 {
			return nil
		}
		return r.begin(e)
	}
	return fmt.Errorf("%w: the list of files of layer %.12s has an entry that makes no sense", ErrDamaged, r.id)
}

// begin opens the file of an entry.
func (r *reader) begin(e *tarsplit.Entry) error {
	r.name, r.left, r.sum = e.GetName(), e.Size, nil
	if r.remade {
		r.sum, r.want = sha256.New(), e.Payload
	}
	if r.dir == nil {
		return nil // only the headers are asked for
	}
	path := clean(r.name)
	f, err := r.dir.open(path)
	if errors.Is(err, fs.ErrNotExist) && layer.IsSkipped(path) {
		return r.beginSkipped(e, path)
	}
	switch {
	case err == nil:
		r.file = f
		return nil
	case errors.Is(err, fs.ErrPermission):
		return r.withhold(e)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: the content of %q is not in layer %.12s of the store", oci.ErrMissing, r.name, r.id)
	}
	return fmt.Errorf("reading %q of layer %.12s: %w", r.name, r.id, err)
}

func (r *reader) withhold(e *tarsplit.Entry) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.withheld == nil {
		r.withheld = map[int64]layer.Digest{}
	}
	if len(r.withheld) == maxWithheld {
		return fmt.Errorf("%w: %d files of layer %.12s cannot be read", layer.ErrLimit, maxWithheld, r.id)
	}
	r.withheld[r.off] = standIn(e)
	return nil
}

// standIn stands for the digest of what cannot be read: tar-split knows its
// length and its CRC-64, a table of contents its sha256, so that equal contents
// are seen to be.
func standIn(e *tarsplit.Entry) layer.Digest {
	b := binary.BigEndian.AppendUint64([]byte("contents known by length and CRC-64 alone"), uint64(e.Size))
	return sha256.Sum256(append(b, e.Payload...))
}

// Withheld implements layer.Withholder.
func (r *reader) Withheld(off int64) (layer.Digest, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d, ok := r.withheld[off]
	return d, ok
}

// content gives the next bytes of the file, zeros for one that is withheld.
func (r *reader) content(p []byte) (int, error) {
	p = p[:min(int64(len(p)), r.left)]
	if r.file == nil {
		clear(p)
		r.left -= int64(len(p))
		return len(p), nil
	}
	n, err := r.file.Read(p)
	r.left -= int64(n)
	if r.sum != nil {
		r.sum.Write(p[:n])
	}
	if r.left == 0 || err != nil {
		r.file.Close()
		r.file = nil
	}
	switch {
	case r.left == 0 && r.sum != nil && !bytes.Equal(r.sum.Sum(nil), r.want):
		return n, fmt.Errorf("%w: %q of layer %.12s is not what the table of contents has", ErrDamaged, r.name, r.id)
	case r.left == 0:
		return n, nil
	case err == io.EOF:
		return n, fmt.Errorf("%w: %q of layer %.12s is %d bytes shorter than it was", ErrDamaged, r.name, r.id, r.left)
	case err != nil:
		return n, fmt.Errorf("reading %q of layer %.12s: %w", r.name, r.id, err)
	}
	return n, nil
}

func (r *reader) Close() error {
	r.reading.Lock()
	defer r.reading.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	if r.file != nil {
		r.file.Close()
	}
	if r.dir != nil {
		r.dir.close()
	}
	return r.packed.Close()
}
