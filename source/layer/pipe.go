package layer

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"

	"peel/source/inflate"
)

// A layer flows through three goroutines, so that a single big layer keeps
// more than one core busy:
//
//	stored bytes ─ hash, decompress ─▶ chunks ─┬─▶ hash (diffID)
//	                                           └─▶ tar walk, file hashes, inspectors
const (
	chunkSize  = 256 << 10
	chunkQueue = 4
	storedBuf  = 128 << 10
)

type chunk struct {
	buf  []byte
	n    int
	uses atomic.Int32
}

var chunks = sync.Pool{New: func() any { return &chunk{buf: make([]byte, chunkSize)} }}

func (c *chunk) done() {
	if c.uses.Add(-1) == 0 {
		chunks.Put(c)
	}
}

// sums is what is known of a layer's bytes after the last of them.
type sums struct {
	digest, diffID string
	compression    string
	stored, tar    int64
	readErr        error // the source failed
	decodeErr      error // the compression is broken, or a limit was hit
}

// pipe decodes a layer in the background; it is an io.Reader of the tar.
type pipe struct {
	walkQ, hashQ chan *chunk
	group        sync.WaitGroup
	quit         chan struct{} // closed when the walker needs no more
	sums         sums
	places       *places // nil: nobody wants them

	cur *chunk
	off int
	n   int64 // bytes of the tar that were read
}

func newPipe(ctx context.Context, blob io.Reader, opts *Options) *pipe {
	p := &pipe{
		walkQ: make(chan *chunk, chunkQueue), hashQ: make(chan *chunk, chunkQueue),
		quit: make(chan struct{}),
	}
	if opts.Checkpoints {
		p.places = new(places)
	}
	p.group.Go(func() { p.produce(ctx, blob, opts) })
	p.group.Go(p.hashTar)
	return p
}

// Read gives the next bytes of the tar. All errors of the source end as io.EOF
// here: the tar then looks truncated, and wait tells why.
func (p *pipe) Read(b []byte) (int, error) {
	for p.cur == nil || p.off == p.cur.n {
		if !p.next() {
			return 0, io.EOF
		}
	}
	n := copy(b, p.cur.buf[p.off:p.cur.n])
	p.off += n
	p.n += int64(n)
	return n, nil
}

func (p *pipe) next() bool {
	if p.cur != nil {
		p.cur.done()
		p.cur = nil
	}
	c, ok := <-p.walkQ
	if ok {
		p.cur, p.off = c, 0
	}
	return ok
}

// drain reads the rest, and reports whether any of it is not zero.
func (p *pipe) drain() (trailing bool) {
	for p.cur != nil || p.next() {
		if !trailing {
			trailing = len(bytes.Trim(p.cur.buf[p.off:p.cur.n], "\x00")) > 0
		}
		p.off = p.cur.n
		if !p.next() {
			break
		}
	}
	return trailing
}

// stop gives up: what is still unread stays so.
func (p *pipe) stop() {
	close(p.quit)
	p.drain()
}

func (p *pipe) wait() sums {
	p.group.Wait()
	return p.sums
}

func (p *pipe) hashTar() {
	h := sha256.New()
	for c := range p.hashQ {
		h.Write(c.buf[:c.n])
		c.done()
	}
	p.sums.diffID = digestString(h)
	if p.sums.compression == "none" {
		p.sums.digest = p.sums.diffID
	}
}

func digestString(h hash.Hash) string { return "sha256:" + hex.EncodeToString(h.Sum(nil)) }

func (p *pipe) produce(ctx context.Context, blob io.Reader, opts *Options) {
	defer close(p.hashQ)
	defer close(p.walkQ)
	in := &storedReader{ctx: ctx, r: blob, max: opts.maxStored(), progress: &opts.Progress.Stored}
	tar, err := p.open(in)
	if err == nil {
		err = p.pump(ctx, tar, opts)
		if c, ok := tar.(io.Closer); ok {
			c.Close()
		}
	}
	stopped := errors.Is(err, errStopped)
	if err != nil && !stopped && in.err == nil {
		p.sums.decodeErr = err
	}
	if !stopped && !errors.Is(err, ErrLimit) && in.err == nil {
		io.Copy(io.Discard, in) // the digest is of all bytes, also those behind the end
	}
	p.sums.stored, p.sums.readErr = in.n, in.err
	if in.hash != nil {
		p.sums.digest = digestString(in.hash)
	}
}

var errStopped = errors.New("stopped")

// fill is io.ReadFull, but leaves the reader's own error as it is: a truncated
// stream and the end of one must be told apart.
func fill(r io.Reader, b []byte) (n int, err error) {
	for idle := 0; n < len(b) && err == nil; {
		var m int
		m, err = r.Read(b[n:])
		n += m
		if idle++; m > 0 {
			idle = 0
		} else if idle > 100 && err == nil {
			err = io.ErrNoProgress
		}
	}
	return n, err
}

// open recognises the compression.
func (p *pipe) open(in *storedReader) (io.Reader, error) {
	br := bufio.NewReaderSize(in, storedBuf)
	head, _ := br.Peek(6)
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		p.sums.compression = "gzip"
		in.startHash(br)
		z, err := inflate.NewReader(br)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		if p.places != nil {
			z.Checkpoints(math.MaxInt64, markOut, p.places.block)
		}
		return z, nil
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")), isSkippable(head):
		p.sums.compression = "zstd"
		in.startHash(br)
		if p.places != nil {
			return openZstd(&frameReader{r: br, found: p.places.frame})
		}
		return openZstd(br)
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")):
		return nil, fmt.Errorf("%w: the layer is compressed with xz", ErrFormat)
	case bytes.HasPrefix(head, []byte("BZh")):
		return nil, fmt.Errorf("%w: the layer is compressed with bzip2", ErrFormat)
	}
	p.sums.compression = "none"
	return br, nil
}

// isSkippable recognises a skippable frame (RFC 8878, 3.1.2), with which a
// zstd stream may begin.
func isSkippable(head []byte) bool {
	return len(head) >= 4 && head[0]&0xf0 == 0x50 && head[1] == 0x2a && head[2] == 0x4d && head[3] == 0x18
}

func openZstd(r io.Reader) (io.ReadCloser, error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxZstdWindow))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return z.IOReadCloser(), nil
}

// pump cuts the tar into chunks for both consumers.
func (p *pipe) pump(ctx context.Context, tar io.Reader, opts *Options) error {
	for {
		c := chunks.Get().(*chunk)
		n, err := fill(tar, c.buf)
		c.n = n
		c.uses.Store(2)
		p.sums.tar += int64(n)
		opts.Progress.Tar.Store(p.sums.tar)
		p.hashQ <- c
		p.walkQ <- c
		switch {
		case p.sums.tar > opts.MaxBytes: // also if it has just ended
			return fmt.Errorf("%w: the layer unpacks to more than %d bytes", ErrLimit, opts.MaxBytes)
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("%w: %w", ErrCorrupt, err)
		case ctx.Err() != nil:
			return errStopped
		}
		select {
		case <-p.quit:
			return errStopped
		default:
		}
	}
}

// storedReader counts and, once asked to, hashes the bytes of a layer as stored.
type storedReader struct {
	ctx      context.Context // a decoder may read long before it gives anything
	r        io.Reader
	max      int64
	hash     hash.Hash
	n        int64
	err      error // other than io.EOF
	progress *atomic.Int64
}

// startHash begins to hash; what is already buffered counts.
func (s *storedReader) startHash(br *bufio.Reader) {
	s.hash = sha256.New()
	buffered, _ := br.Peek(br.Buffered())
	s.hash.Write(buffered)
}

func (s *storedReader) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.err = err
		return 0, err
	}
	if s.n >= s.max {
		return 0, io.EOF
	}
	n, err := s.r.Read(b[:min(int64(len(b)), s.max-s.n)])
	if s.hash != nil {
		s.hash.Write(b[:n])
	}
	s.n += int64(n)
	s.progress.Add(int64(n))
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
