package inflate

import "io"

const (
	// inSize is how many compressed bytes are asked of the reader at once.
	inSize = 64 << 10

	// inPad lets the symbol loop load whole words, and load ahead of what it
	// will use, without leaving the array.
	inPad = 64

	// maxEmptyReads is how often a reader may return (0, nil) in a row.
	maxEmptyReads = 100
)

// input is the compressed side of a decoder: a buffer of bytes read ahead
// from src, and the bits already taken from it.
//
// The bits are in the order of RFC 1951, section 3.1.1: the next bit of the
// stream is the lowest of bits. Bits at and above nbits are zero between
// calls.
type input struct {
	src   io.Reader
	err   error // error of src, kept until the buffered bytes are used
	base  int64 // offset in the compressed stream of buf[0]
	pos   uint  // next byte of buf to move to bits
	end   uint  // end of the valid bytes in buf
	bits  uint64
	nbits uint
	buf   [inSize + inPad]byte
}

// reset makes in read from src, with nothing buffered.
func (in *input) reset(src io.Reader) {
	in.src, in.err, in.base = src, nil, 0
	in.pos, in.end, in.bits, in.nbits = 0, 0, 0, 0
}

// offset returns the place in the compressed stream, in bytes, of the first
// byte with a bit that is not yet used.
func (in *input) offset() int64 {
	return in.base + int64(in.pos) - int64((in.nbits+7)>>3)
}

// fault returns err at the present place.
func (in *input) fault(err error) error {
	return &Error{Offset: in.offset(), Err: err}
}

// more reads at least one more byte from src, moving the unused bytes to the
// front of the buffer. It returns the error of src, io.EOF included as it is,
// when src has no more.
func (in *input) more() error {
	if in.err != nil {
		return in.err
	}
	n := copy(in.buf[:], in.buf[in.pos:in.end])
	in.base += int64(in.pos)
	in.pos, in.end = 0, uint(n)
	for range maxEmptyReads {
		n, err := in.src.Read(in.buf[in.end:inSize])
		in.end += uint(n)
		in.err = err
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	in.err = io.ErrNoProgress
	return in.err
}

// top moves buffered bytes to bits until it holds at least 56, or the buffer is
// empty. It does not read from src.
func (in *input) top() {
	for in.nbits < 56 && in.pos < in.end {
		in.bits |= uint64(in.buf[in.pos]) << (in.nbits & 63)
		in.pos++
		in.nbits += 8
	}
}

// need makes at least n bits available, n at most 56, reading from src as
// necessary. The end of the input is io.ErrUnexpectedEOF.
func (in *input) need(n uint) error {
	for in.nbits < n {
		in.top()
		if in.nbits >= n {
			break
		}
		if err := in.more(); err != nil {
			return in.fault(noEOF(err))
		}
	}
	return nil
}

// take removes the next n bits, which must be available, and returns them as a
// number. n is at most 56.
func (in *input) take(n uint) uint {
	v := uint(in.bits & (1<<(n&63) - 1))
	in.bits >>= n & 63
	in.nbits -= n
	return v
}

// align drops the bits up to the next byte boundary of the stream and gives
// the whole bytes in bits back to the buffer, so that bytes can be read with
// next.
func (in *input) align() {
	in.pos -= in.nbits >> 3
	in.bits, in.nbits = 0, 0
}

// next returns the next byte of the stream, which must be at a byte boundary
// (see align). The end of the input is io.EOF, as it is.
func (in *input) next() (byte, error) {
	if in.pos == in.end {
		if err := in.more(); err != nil {
			return 0, err
		}
	}
	c := in.buf[in.pos]
	in.pos++
	return c, nil
}

// full reads len(p) bytes of the stream, which must be at a byte boundary, to
// p.
func (in *input) full(p []byte) error {
	for i := range p {
		c, err := in.next()
		if err != nil {
			return in.fault(noEOF(err))
		}
		p[i] = c
	}
	return nil
}
