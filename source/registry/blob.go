package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// minProgress is how much must come between two breaks of a connection for the
// second not to count as another try: a large layer over a bad line may break
// any number of times.
const minProgress = 256 << 10

// blob reads a blob over as many connections as it takes. Each goes on where the
// one before broke off, so whoever hashes what is read hashes the blob. It asks
// the registry each time: the address it redirects to may have expired.
type blob struct {
	store *store
	what  string // "blobs/sha256:…"
	size  int64  // promised; 0 or less if unknown
	ctx   context.Context
	end   context.CancelFunc

	mu       sync.Mutex // held by Read
	body     io.ReadCloser
	measured bool  // the answer's header says how long it is
	whole    bool  // the registry does not give parts
	off      int64 // of the next byte
	mark     int64 // of the last break
	tries    int   // that broke in a row
}

// openBlob opens a blob at its beginning, so that one that is not there shows.
func (s *store) openBlob(ctx context.Context, d v1.Descriptor) (io.ReadCloser, error) {
	inner, end := context.WithCancel(ctx)
	b := &blob{store: s, what: "blobs/" + d.Digest.String(), size: d.Size, ctx: inner, end: end}
	if err := b.reopen(); err != nil {
		end()
		return nil, err
	}
	return b, nil
}

// Read implements io.Reader.
func (b *blob) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		if b.body == nil {
			if err := b.reopen(); err != nil {
				return 0, err
			}
		}
		n, err := b.body.Read(p)
		b.off += int64(n)
		if err == nil || err == io.EOF && !b.early() {
			return n, err
		}
		b.body.Close()
		b.body = nil
		if err := b.broke(err); err != nil {
			return n, err
		}
		if n > 0 {
			return n, nil
		}
	}
}

// Close may be called while Read waits, which then ends.
func (b *blob) Close() error {
	b.end()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.body == nil {
		return nil
	}
	return b.body.Close()
}

// again is true for what may be over soon: a connection that breaks, and a
// network that is away after it was there.
func (b *blob) again(err error) bool {
	return errors.Is(err, ErrBroken) || b.off > 0 && errors.Is(err, ErrUnreachable)
}

// early is true at an end that is none: of an answer that did not say how long
// it is, and is shorter than the blob.
func (b *blob) early() bool { return !b.measured && b.off < b.size }

// broke says whether there will be another try, and waits for its time.
func (b *blob) broke(err error) error {
	if b.off-b.mark >= minProgress {
		b.tries = 0
	}
	b.mark = b.off
	b.tries++
	if !errors.Is(err, ErrBroken) {
		err = b.store.lost(b.ctx, err)
	}
	if !errors.Is(err, ErrBroken) {
		return err // the context's
	}
	if b.tries >= maxTries {
		return fmt.Errorf("%w (%d times, the last at byte %d of %s)", err, b.tries, b.off, b.what)
	}
	return b.store.pause(b.ctx, b.tries)
}

// reopen asks for what is still to come.
func (b *blob) reopen() error {
	for {
		err := b.request()
		if err == nil || !b.again(err) {
			return err
		}
		if err := b.broke(err); err != nil {
			return err
		}
	}
}

func (b *blob) request() error {
	header := http.Header{"Accept-Encoding": {"identity"}}
	if b.off > 0 && !b.whole {
		header.Set("Range", b.rest())
	}
	resp, err := b.store.get(b.ctx, b.what, header)
	if err != nil {
		return err
	}
	b.measured = resp.ContentLength >= 0
	switch resp.StatusCode {
	case http.StatusPartialContent:
		err = b.checkRange(resp.Header.Get("Content-Range"))
	case http.StatusRequestedRangeNotSatisfiable:
		resp.Body.Close()
		if !b.atEnd(resp.Header.Get("Content-Range")) {
			b.whole = true
			return b.request()
		}
		resp.Body, b.measured = http.NoBody, true
	case http.StatusOK:
		err = b.skip(resp.Body)
	}
	if err != nil {
		resp.Body.Close()
		return err
	}
	b.body = resp.Body
	return nil
}

// rest is the range still to come. Its end is named, for some do not know what
// an open one is.
func (b *blob) rest() string {
	if b.off < b.size {
		return fmt.Sprintf("bytes=%d-%d", b.off, b.size-1)
	}
	return fmt.Sprintf("bytes=%d-", b.off)
}

// skip passes over what was delivered before, where the answer is the whole
// blob. If it differs from what was, the digest will tell.
func (b *blob) skip(r io.Reader) error {
	if _, err := io.CopyN(io.Discard, r, b.off); err != nil {
		return b.store.lost(b.ctx, err)
	}
	return nil
}

// checkRange makes sure that an answer begins where it was to (RFC 9110, 14.4).
func (b *blob) checkRange(header string) error {
	spec, ok := strings.CutPrefix(header, "bytes ")
	from, _, dash := strings.Cut(spec, "-")
	if n, err := strconv.ParseInt(from, 10, 64); ok && dash && err == nil && n == b.off {
		return nil
	}
	return fmt.Errorf("going on with %s after byte %d: %s answered with the wrong part of it, %q", b.what, b.off, b.store.host, header)
}

// atEnd allows for a connection that broke after the last byte: there is no
// range to answer with.
func (b *blob) atEnd(header string) bool {
	return header == fmt.Sprintf("bytes */%d", b.off) || b.size > 0 && b.off == b.size
}
