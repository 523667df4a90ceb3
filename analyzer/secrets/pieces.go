package secrets

import (
	"bufio"
	"io"
	"sync"

	"peel/source/layer"
)

// pieces are the contents of a member, piece by piece. A piece is valid until
// the next call; the end is io.EOF, with the last piece or after it. Decoders
// give what lies in their window, and most members are one piece: these are
// looked at where they lie.
type pieces interface {
	Next() ([]byte, error)
}

// budget stops the pieces of an unpacker when enough was unpacked.
type budget struct {
	pieces
	u *unpacker
}

func (b budget) Next() ([]byte, error) {
	if b.u.left <= 0 {
		return nil, errBudget
	}
	p, err := b.pieces.Next()
	if int64(len(p)) > b.u.left {
		p, err = p[:b.u.left], errBudget
	}
	b.u.left -= int64(len(p))
	return p, err
}

// first returns the first piece, as long as it must be to tell what it is.
func (b budget) first() ([]byte, error) {
	p, err := b.Next()
	for err == nil && len(p) < layer.SniffLen {
		whole := append(make([]byte, 0, 2*layer.SniffLen), p...)
		p, err = b.Next()
		p = append(whole, p...)
	}
	return p, err
}

// readBuf is how much of what is no decoder of ours is read at once.
const readBuf = 32 << 10

var pieceBufs = sync.Pool{New: func() any { return new([readBuf]byte) }}

// readPieces are the pieces of a reader.
type readPieces struct {
	r   io.Reader
	buf *[readBuf]byte
}

func piecesOf(r io.Reader) *readPieces {
	return &readPieces{r, pieceBufs.Get().(*[readBuf]byte)}
}

func (s *readPieces) close() { pieceBufs.Put(s.buf) }

func (s *readPieces) Next() ([]byte, error) {
	n := 0
	for n < readBuf {
		m, err := s.r.Read(s.buf[n:])
		n += m
		if err != nil {
			return s.buf[:n], err
		}
	}
	return s.buf[:], nil
}

// pieceReader reads pieces of which one is already there.
type pieceReader struct {
	pieces
	p   []byte
	err error
}

func (r *pieceReader) Read(b []byte) (int, error) {
	for len(r.p) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.p, r.err = r.Next()
	}
	n := copy(b, r.p)
	r.p = r.p[n:]
	return n, nil
}

var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, readBuf) }}

func bufferOf(r io.Reader) *bufio.Reader {
	br := readers.Get().(*bufio.Reader)
	br.Reset(r)
	return br
}
