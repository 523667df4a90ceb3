package archive

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync/atomic"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/zstd"

	"peel/source/inflate"
	"peel/source/layer"
	"peel/source/layout"
	"peel/source/oci"
)

// Form is what an archive's table of contents is.
type Form int

// The forms of archives. Docker since version 25 writes both tables in one file.
const (
	Any    Form = iota // what is there; OCI's where both are, for it says more
	Docker             // manifest.json
	OCI                // index.json
)

// Options of Open.
type Options struct {
	Form     Form
	Selector oci.Selector
	Platform *v1.Platform  // wanted; nil: the host's, if there is a choice
	Scan     layer.Options // for layers that have to be scanned while opening
}

// Image is an image of an archive.
type Image struct {
	oci.Image
	Form      Form
	Names     []string       // in the archive
	Selection *oci.Selection // nil if Form is Docker: there is no manifest then
	Streamed  bool           // the layers were scanned while opening
	Saved     bool           // an engine saved it: it has a manifest.json
	Broken    error          // where the archive breaks off, if it does
	Notes     []string       // what was worked around
	close     func() error
}

// Close closes the file.
func (i *Image) Close() error {
	if i.close == nil {
		return nil
	}
	return i.close()
}

// Open opens an archive file. A compressed one is read to its end here.
func Open(ctx context.Context, path string, opts Options) (*Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	img, err := openFile(ctx, f, opts)
	if err != nil || img.Streamed {
		f.Close()
		return img, err
	}
	img.close = f.Close
	return img, nil
}

func openFile(ctx context.Context, f *os.File, opts Options) (*Image, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return OpenStream(ctx, f, opts)
	}
	return OpenReaderAt(ctx, f, info.Size(), opts)
}

// OpenReaderAt opens an archive of size bytes. A compressed one is read to its
// end here.
func OpenReaderAt(ctx context.Context, r io.ReaderAt, size int64, opts Options) (*Image, error) {
	head := make([]byte, headLen)
	n, err := r.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if isCompressed(head[:n]) {
		return OpenStream(ctx, io.NewSectionReader(r, 0, size), opts)
	}
	if n < headLen || !looksLikeLayer(head[:n]) {
		return nil, fmt.Errorf("%w: it is %s, not a tar", ErrNotArchive, describe(head[:n]))
	}
	m, broken := index(r, size)
	return open(ctx, m, broken, opts)
}

func describe(head []byte) string {
	if k := layer.Sniff(head); k != layer.KindUnknown {
		return k.String()
	}
	return "of an unknown kind"
}

func isCompressed(head []byte) bool {
	k := layer.Sniff(head)
	return k == layer.KindGzip || k == layer.KindZstd
}

// OpenStream reads an archive from front to back, plain or compressed, and
// scans its layers as they go by.
func OpenStream(ctx context.Context, r io.Reader, opts Options) (*Image, error) {
	opts.Scan.Entries = new(atomic.Int64)
	r = &until{ctx, r}
	if opts.Scan.Progress != nil {
		r = &counter{r, &opts.Scan.Progress.Stored}
		opts.Scan.Progress = nil // counts the archive, not each layer anew
	}
	br := bufio.NewReaderSize(r, 128<<10)
	tar, err := decompress(br)
	if err != nil {
		return nil, err
	}
	defer tar.Close()
	m, streamErr := stream(ctx, tar, opts.Scan)
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	if len(m) == 0 && streamErr == nil {
		streamErr = fmt.Errorf("%w: it is empty", ErrNotArchive)
	}
	img, err := open(ctx, m, streamErr, opts)
	if err != nil {
		return nil, err
	}
	img.Streamed = true
	return img, nil
}

func decompress(br *bufio.Reader) (io.ReadCloser, error) {
	head, err := br.Peek(headLen)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch layer.Sniff(head) {
	case layer.KindGzip:
		z, err := inflate.NewReader(br)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotArchive, err)
		}
		return z, nil
	case layer.KindZstd:
		z, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	if len(head) < headLen || !looksLikeLayer(head) {
		return nil, fmt.Errorf("%w: it is %s, not a tar", ErrNotArchive, describe(head))
	}
	return io.NopCloser(br), nil
}

// open finds the image among the members. If the reading of the archive broke
// off with broken, that is the error unless the image is whole nevertheless.
func open(ctx context.Context, m members, broken error, opts Options) (*Image, error) {
	_, ociErr := m.get("index.json")
	_, dockerErr := m.get("manifest.json")
	var img *Image
	var err error
	switch {
	case ociErr == nil && opts.Form != Docker:
		img, err = openOCI(ctx, m, opts)
		if err != nil && dockerErr == nil && opts.Form == Any && !isChoice(err) {
			var second error
			if img, second = openDocker(m, opts); second == nil {
				err = nil
			}
		}
		if err == nil && dockerErr == nil && opts.Form == Any && shuffled(img) {
			if other, second := openDocker(m, opts); second == nil {
				img = other
				img.Notes = append(img.Notes, "the order of the layers is taken from manifest.json: in the OCI manifest it is not the config's, as Docker 25.0.0 wrote it")
			}
		}
	case dockerErr == nil && opts.Form != OCI:
		img, err = openDocker(m, opts)
	case broken == nil:
		err = notFound(m, opts.Form)
	}
	if err = errors.Join(broken, err); err != nil && img == nil {
		return nil, err
	}
	img.Broken, img.Saved = broken, dockerErr == nil
	return img, nil
}

// shuffled reports whether plain layers are not in the config's order: the
// digest of a plain layer is its diffID. Docker 25.0.0 wrote such manifests.
func shuffled(img *Image) bool {
	if img.Selection == nil {
		return false
	}
	blobs, err := img.Blobs()
	if err != nil {
		return false
	}
	for _, b := range blobs {
		mt := types.MediaType(b.MediaType)
		if (mt == types.OCIUncompressedLayer || mt == types.DockerUncompressedLayer) && b.Digest != b.DiffID {
			return true
		}
	}
	return false
}

// isChoice tells errors that the user has to resolve from those that another
// table of contents may.
func isChoice(err error) bool {
	var c *oci.ChoiceError
	return errors.As(err, &c) || errors.Is(err, oci.ErrPlatform)
}

func notFound(m members, f Form) error {
	want := map[Form]string{Any: "neither manifest.json nor index.json", Docker: "no manifest.json", OCI: "no index.json"}
	return fmt.Errorf("%w: among its %d members is %s", ErrNotArchive, len(m), want[f])
}

func openOCI(ctx context.Context, m members, opts Options) (*Image, error) {
	idx, err := layout.Index(m)
	if err != nil {
		return nil, err
	}
	found, err := layout.Open(ctx, store{layout.Store{Files: m}, m}, idx, opts.Selector, opts.Platform)
	if err != nil {
		return nil, err
	}
	return &Image{Image: found.Image, Form: OCI, Names: found.Names, Selection: found.Selection}, nil
}

func openDocker(m members, opts Options) (*Image, error) {
	list, err := savedImages(m)
	if err != nil {
		return nil, err
	}
	s, err := pickSaved(m, list, opts.Selector)
	if err != nil {
		return nil, err
	}
	img, err := newDockerImage(m, s)
	if err != nil {
		return nil, err
	}
	return &Image{Image: img, Form: Docker, Names: askedFirst(s.RepoTags, opts.Selector)}, nil
}

// askedFirst puts the name that was asked for before the others.
func askedFirst(names []string, sel oci.Selector) []string {
	i := slices.IndexFunc(names, func(n string) bool { return sel.Matches(n) })
	if sel.Name == "" || i < 0 {
		return names
	}
	return slices.Concat(names[i:i+1], names[:i], names[i+1:])
}

// store is a layout in an archive, whose layers may have been scanned already.
type store struct {
	layout.Store
	members members
}

var _ oci.Scanned = store{}

// Scanned implements oci.Scanned.
func (s store) Scanned(h v1.Hash) (*layer.Index, error, bool) {
	f, err := s.members.get(layout.BlobName(h))
	if err != nil || f.index == nil {
		return nil, nil, false
	}
	return f.index, f.err, true
}

// counter counts the bytes of a stream as they are read.
type counter struct {
	r io.Reader
	n *atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// until is a reader that ends with a context: what is decompressed from it may
// go on for long without anybody looking.
type until struct {
	ctx context.Context
	r   io.Reader
}

func (u *until) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.r.Read(p)
}
