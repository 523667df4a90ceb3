package inflate

import (
	"bufio"
	"io"
)

// Raw reads DEFLATE data (RFC 1951) that something else follows, as it is in a
// zip file. It takes no byte of its source that lies behind the end of the data.
// The zero value is at its end; it must not be used by two goroutines at once.
type Raw struct {
	d   *decoder // nil when closed
	in  exact
	end error // what follows the data that was given
}

// exact gives a decoder bytes of a bufio.Reader that stay in there until they
// are known to be the decoder's.
type exact struct {
	r     *bufio.Reader
	in    *input
	held  int   // bytes at the front of r that the decoder has, used or not
	most  int   // how many to give at once
	taken int64 // bytes discarded of r
}

// firstTake is how many bytes a decoder gets at first, and four times as many
// each time that it wants more: most members are small, and the rest of what
// they get is copied for nothing.
const firstTake = 2 << 10

// Read implements io.Reader for the input of a decoder.
func (e *exact) Read(p []byte) (int, error) {
	left := int(e.in.end) // what the decoder has not used, see input.more
	e.discard(e.held - left)
	if b, err := e.r.Peek(left + 1); len(b) <= left {
		return 0, err
	}
	b, _ := e.r.Peek(e.r.Buffered())
	n := copy(p[:min(len(p), e.most)], b[left:])
	e.held = left + n
	e.most = min(4*e.most, inSize)
	return n, nil
}

func (e *exact) discard(n int) {
	n, _ = e.r.Discard(n) // they are in the buffer
	e.held -= n
	e.taken += int64(n)
}

// Reset makes z read the data that begins at r, whatever it was before.
func (z *Raw) Reset(r *bufio.Reader) {
	if z.d == nil {
		z.d = decoders.Get().(*decoder)
	}
	z.in = exact{r: r, in: &z.d.input, most: firstTake}
	z.end = nil
	z.d.input.reset(&z.in)
	z.d.clear()
	z.d.begin()
}

// Next returns the next piece of data, as long as the buffer allows, 96 KB at
// least if there is so much. It is valid until the next call. The end comes as
// io.EOF with the last piece; other errors, those of Reader.Read, may come with
// the data before them.
func (z *Raw) Next() ([]byte, error) {
	if z.d == nil || z.end != nil {
		if z.end == nil {
			return nil, io.EOF
		}
		return nil, z.end
	}
	d := z.d
	d.slide()
	start := d.pos
	for d.state != stateEnd && d.pos < outSize && z.end == nil {
		z.end = d.decode()
	}
	if d.state == stateEnd {
		z.end = io.EOF
		z.in.discard(z.in.held - int(d.end-d.input.pos))
	} else if z.end != nil {
		z.in.discard(z.in.held)
	}
	return d.out[start:d.pos], z.end
}

// Taken is how many bytes of the source were taken since Reset. At the end that
// is the length of the DEFLATE data; after an error it is more or less, for
// nobody knows where that was to end.
func (z *Raw) Taken() int64 { return z.in.taken }

// Close gives the buffers of z back. Reset makes it usable again.
func (z *Raw) Close() {
	if z.d != nil {
		z.d.src, z.d.input.err = nil, nil
		decoders.Put(z.d)
		z.d = nil
	}
	z.in = exact{}
}

// Next returns the next piece of data, without a copy, valid until the next
// call. The end comes as io.EOF with the last piece or after it; errors are
// those of Read.
func (z *Reader) Next() ([]byte, error) {
	if err := z.fill(); err != nil {
		return nil, err
	}
	p := z.d.out[z.read:z.d.pos]
	z.read = z.d.pos
	if z.err == io.EOF {
		return p, io.EOF
	}
	return p, nil
}
