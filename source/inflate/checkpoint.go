package inflate

import "io"

// Checkpoint is a place in a gzip stream where reading can begin without what
// lies before it: the boundary of two DEFLATE blocks (RFC 1951, section 3.2.3),
// which need not be at a byte, and the data that the blocks behind it may refer
// to.
type Checkpoint struct {
	In  int64 // offset in the stream of the byte in which the next block begins
	Bit uint8 // how many bits of this byte, 0 to 7, belong to the block before
	Out int64 // offset in the data
	// Window is the data before Out in the same gzip member, 32 KiB at most.
	// Nothing at the beginning of a member.
	Window []byte
}

// marker hands out checkpoints on the way.
type marker struct {
	in, out         int64 // distances
	lastIn, lastOut int64
	found           func(Checkpoint)
}

// Checkpoints makes z call found at a boundary of blocks whenever, since the last
// call or the beginning, it has read in bytes of the stream or out bytes of data.
// The window is valid during the call only. Reset ends it.
func (z *Reader) Checkpoints(in, out int64, found func(Checkpoint)) {
	if z.d != nil {
		z.d.mark = &marker{in: in, out: out, found: found}
	}
}

// at is called before each block header.
func (m *marker) at(d *decoder) {
	bit := (d.input.base+int64(d.input.pos))<<3 - int64(d.nbits)
	in, out := bit>>3, d.outBase+int64(d.pos)
	if in-m.lastIn < m.in && out-m.lastOut < m.out || out == m.lastOut {
		return
	}
	m.lastIn, m.lastOut = in, out
	m.found(Checkpoint{In: in, Bit: uint8(bit & 7), Out: out, Window: d.window()})
}

// window is the data that matches may refer to now.
func (d *decoder) window() []byte {
	return d.out[max(d.floor, d.pos-min(d.pos, windowSize)):d.pos]
}

// Resume returns a Reader of the data from c.Out on. r begins with the byte at
// c.In of the stream. The checksum of the member in which it begins cannot be
// verified, those that follow are. A checkpoint that is not of this stream gives
// an error or wrong data: hold the data against a digest.
func Resume(r io.Reader, c Checkpoint) (*Reader, error) {
	d := decoders.Get().(*decoder)
	z := &Reader{d: d, resumed: true}
	d.input.reset(r)
	d.input.base = c.In
	d.restart(c.Window)
	if c.Bit > 0 {
		b, err := d.next()
		if err != nil {
			z.fail(d.fault(noEOF(err)))
			return nil, z.err
		}
		d.bits, d.nbits = uint64(b)>>(c.Bit&7), uint(8-c.Bit&7)
	}
	d.outBase, z.read = c.Out-int64(d.pos), d.pos
	return z, nil
}

// restart makes d start with the window of an earlier reading.
func (d *decoder) restart(window []byte) {
	if len(window) > windowSize {
		window = window[len(window)-windowSize:]
	}
	d.clear()
	d.pos = uint(copy(d.out[:], window))
	d.state, d.final, d.floor = stateHeader, false, 0
}

// clear makes d forget what it has decoded.
func (d *decoder) clear() { d.pos, d.outBase, d.mark = 0, 0, nil }
