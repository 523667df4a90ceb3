package layer

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"strings"
)

const tarBlock = 512

// padded is n rounded up to whole blocks of a tar.
func padded(n int64) int64 { return (n + tarBlock - 1) &^ (tarBlock - 1) }

// storedSize is how many bytes follow a header, as far as it tells: of sparse
// files it tells how long they are, not what of them is stored.
func storedSize(hdr *tar.Header) int64 {
	if t := types[hdr.Typeflag]; t != Regular && t != 0 || isSparse(hdr) {
		return 0
	}
	return hdr.Size
}

// isSparse recognises the sparse files of GNU tar, in all formats that it has had.
func isSparse(hdr *tar.Header) bool {
	if hdr.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for k := range hdr.PAXRecords {
		if strings.HasPrefix(k, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// maxHeaders is more than what may lie before the content of a sparse file: PAX
// records, of which archive/tar takes a megabyte, and the map of its parts.
const maxHeaders = 4 << 20

// Content reads a regular file that Scan has found in this layer, with one range
// of its stored bytes. The content is held against the digest of e: a difference
// is ErrDigest in place of io.EOF, so that what was read counts only at the end.
func (s *Stored) Content(ctx context.Context, stored Ranger, e *Entry) (io.ReadCloser, error) {
	switch {
	case e.Type != Regular:
		return nil, fmt.Errorf("reading %q: a %s has no content of its own", e.Path, e.Type)
	case e.Kind == KindWithheld:
		return nil, fmt.Errorf("reading %q: the source cannot read its content", e.Path)
	case e.Size == 0:
		return io.NopCloser(strings.NewReader("")), nil
	case e.Offset < 0:
		return s.sparse(ctx, stored, e)
	}
	sec, err := s.Section(ctx, stored, e.Offset, e.Size)
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", e.Path, err)
	}
	return &content{r: sec, close: sec.Close, e: e, left: e.Size, sum: sha256.New()}, nil
}

// sparse reads the headers of a file again: which parts of it are stored only
// they tell.
func (s *Stored) sparse(ctx context.Context, stored Ranger, e *Entry) (io.ReadCloser, error) {
	start := ^e.Offset
	sec, err := s.Section(ctx, stored, start, min(maxHeaders+e.Size, s.Tar-start))
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", e.Path, err)
	}
	t := tar.NewReader(sec)
	hdr, err := t.Next()
	for err == nil && hdr.Typeflag == tar.TypeXGlobalHeader {
		hdr, err = t.Next()
	}
	if err != nil || hdr.Size != e.Size {
		sec.Close()
		return nil, fmt.Errorf("%w: reading %q: no file of %d bytes is there", ErrCorrupt, e.Path, e.Size)
	}
	return &content{r: t, close: sec.Close, e: e, left: e.Size, sum: sha256.New()}, nil
}

// content verifies what is read through it.
type content struct {
	r     io.Reader
	close func() error
	e     *Entry
	left  int64
	sum   hash.Hash
	err   error
}

func (c *content) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.sum.Write(p[:n])
	c.left -= int64(n)
	switch {
	case c.left == 0:
		c.err = c.verdict()
	case err == io.EOF:
		c.err = fmt.Errorf("%w: reading %q: %w", ErrCorrupt, c.e.Path, io.ErrUnexpectedEOF)
	case err != nil:
		c.err = fmt.Errorf("reading %q: %w", c.e.Path, err)
	}
	if n > 0 && c.left == 0 {
		return n, nil // the verdict comes alone
	}
	return n, c.err
}

func (c *content) verdict() error {
	if c.e.Digest == (Digest{}) {
		return io.EOF // listed by an index that has none
	}
	if got := Digest(c.sum.Sum(nil)); got != c.e.Digest {
		return fmt.Errorf("%w: %q has %s, and had %s when the layer was read", ErrDigest, c.e.Path, got, c.e.Digest)
	}
	return io.EOF
}

func (c *content) Close() error { return c.close() }
