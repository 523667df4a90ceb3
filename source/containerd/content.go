package containerd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/oci"
)

// content is the content store: every blob in a file of its digest's name.
type content struct {
	dir   *os.Root
	image *image // for which it is read
}

var (
	_ oci.Store   = (*content)(nil)
	_ oci.Partial = (*content)(nil)
	_ io.Closer   = (*content)(nil)
)

func blobName(h v1.Hash) string { return path.Join("blobs", h.Algorithm, h.Hex) }

// Manifest implements oci.Store.
func (c *content) Manifest(_ context.Context, d v1.Descriptor) (io.ReadCloser, error) {
	rc, err := c.get(d)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: manifest %s was not pulled; to fetch it: %s", oci.ErrMissing, d.Digest, c.image.fetch())
	}
	return rc, err
}

// Blob implements oci.Store.
func (c *content) Blob(_ context.Context, d v1.Descriptor) (io.ReadCloser, error) {
	rc, err := c.get(d)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: containerd does not keep layers once they are unpacked (discard_unpacked_layers), or that another image had unpacked already; to fetch them: %s: %w", ErrIncomplete, c.image.fetch(), oci.ErrMissing)
	}
	return rc, err
}

// Has implements oci.Partial.
func (c *content) Has(d v1.Descriptor) bool {
	info, err := c.dir.Stat(blobName(d.Digest))
	return err == nil && info.Mode().IsRegular()
}

func (c *content) get(d v1.Descriptor) (io.ReadCloser, error) {
	if d.Data != nil {
		return io.NopCloser(strings.NewReader(string(d.Data))), nil
	}
	f, err := regular(c.dir.OpenFile(blobName(d.Digest), os.O_RDONLY|syscall.O_NONBLOCK, 0))
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("%w: %s", ErrClosed, d.Digest)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Close releases the directory.
func (c *content) Close() error { return c.dir.Close() }
