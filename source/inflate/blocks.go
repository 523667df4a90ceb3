package inflate

import "sync"

const (
	// windowSize is how far back a match may reach (RFC 1951, section 2).
	windowSize = 32 << 10

	// outSize is the window and the room for fresh data before the window is
	// moved down again. A power of two, so that an index can be masked.
	outSize = 128 << 10
	outMask = outSize - 1

	// outPad is room after outSize for what the symbol loop writes past it: a
	// few literals, and maxSpan bytes for a match.
	outPad = 640
)

// The states of a decoder, which are what it reads next.
type state uint8

const (
	stateHeader  state = iota // a block header
	stateStored               // the bytes of a stored block
	stateSymbols              // the symbols of a compressed block
	stateEnd                  // nothing: the final block is done
)

// decoder decodes one DEFLATE stream (RFC 1951) after another from its input
// into out. out[:pos] is decoded data, of which the last windowSize bytes are
// the window of the matches to come.
type decoder struct {
	input
	tables

	state state
	final bool // the present block is the last
	fixed bool // tables are those of the fixed codes

	stored  uint    // bytes left of a stored block
	pos     uint    // end of the decoded data in out
	floor   uint    // start in out of this stream's data: matches stay above it
	outBase int64   // offset in the data, of all streams, of out[0]
	mark    *marker // nil: nobody wants checkpoints
	out     [outSize + outPad]byte

	lens [fixedLitLen + fixedDist]uint8 // scratch of readCodes
	pre  [preSize]uint32                // scratch of readCodes
}

// decoders are kept because they are large: the clearing of a new one costs as
// much as the decoding of a small layer.
var decoders = sync.Pool{New: func() any { return new(decoder) }}

// begin makes d start a new DEFLATE stream, at the present byte of the input.
// Data that is already in out stays, but is out of reach for matches.
func (d *decoder) begin() {
	d.state, d.final = stateHeader, false
	d.floor = d.pos
}

// slide makes room in out by moving the window down. All of out[:pos] must
// have been delivered.
func (d *decoder) slide() {
	if d.pos < outSize {
		return
	}
	shift := d.pos - windowSize
	copy(d.out[:windowSize], d.out[shift:d.pos])
	d.pos = windowSize
	d.outBase += int64(shift)
	d.floor -= min(d.floor, shift)
}

// decode decodes into out from pos until it is full, the stream ends (see
// state), or the buffered input is used up; in the last case it reads more
// only if it has decoded nothing yet, so that what is decoded is never held
// back for a reader that blocks. The data up to pos is valid with an error
// too.
func (d *decoder) decode() error {
	start := d.pos
	for d.state != stateEnd && d.pos < outSize {
		if starved := d.nbits == 0 && d.input.pos == d.end; starved && d.pos > start {
			return nil
		}
		if err := d.step(start); err != nil {
			if err == errYield {
				return nil
			}
			return err
		}
	}
	return nil
}

// step decodes a block header, or as much of the data of the present block as
// the buffers allow.
func (d *decoder) step(start uint) error {
	switch d.state {
	case stateHeader:
		if d.mark != nil {
			d.mark.at(d)
		}
		return d.readHeader()
	case stateStored:
		return d.copyStored()
	default:
		return d.readSymbols(start)
	}
}

// endBlock follows the last symbol or byte of a block.
func (d *decoder) endBlock() {
	d.state = stateHeader
	if d.final {
		d.state = stateEnd
		d.align()
	}
}

// readHeader reads a block header (RFC 1951, section 3.2.3) with the lengths
// or codes that follow it.
func (d *decoder) readHeader() error {
	if err := d.need(3); err != nil {
		return err
	}
	d.final = d.take(1) == 1
	switch d.take(2) {
	case 0:
		return d.readStored()
	case 1:
		d.useFixed()
		return nil
	case 2:
		return d.readCodes()
	}
	return d.fault(ErrCorrupt)
}

// readStored reads the lengths of a stored block (RFC 1951, section 3.2.4).
func (d *decoder) readStored() error {
	d.take(d.nbits & 7)
	if err := d.need(32); err != nil {
		return err
	}
	n, inverse := d.take(16), d.take(16)
	if n != ^inverse&0xffff {
		return d.fault(ErrCorrupt)
	}
	d.align()
	d.stored = n
	d.state = stateStored
	if n == 0 {
		d.endBlock()
	}
	return nil
}

// copyStored copies the bytes of a stored block that are buffered and fit.
func (d *decoder) copyStored() error {
	if d.input.pos == d.end {
		if err := d.more(); err != nil {
			return d.fault(noEOF(err))
		}
	}
	from := d.buf[d.input.pos:d.end]
	n := uint(copy(d.out[d.pos:outSize], from[:min(d.stored, uint(len(from)))]))
	d.pos += n
	d.input.pos += n
	d.stored -= n
	if d.stored == 0 {
		d.endBlock()
	}
	return nil
}

// useFixed prepares for the symbols of a block with fixed codes.
func (d *decoder) useFixed() {
	if !d.fixed {
		d.tables = *fixed
		d.fixed = true
	}
	d.state = stateSymbols
}

// preOrder is the order of the lengths of the code of the code lengths (RFC
// 1951, section 3.2.7).
var preOrder = [numPreSyms]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// readCodes reads the codes of a block with dynamic codes (RFC 1951, section
// 3.2.7) and prepares for its symbols.
func (d *decoder) readCodes() error {
	d.fixed = false
	if err := d.need(14); err != nil {
		return err
	}
	numLit, numDist, numPre := d.take(5)+257, d.take(5)+1, d.take(4)+4
	if numLit > maxLitLen || numDist > maxDist {
		return d.fault(ErrCorrupt)
	}
	var lens [numPreSyms]uint8
	for _, sym := range preOrder[:numPre] {
		if err := d.need(3); err != nil {
			return err
		}
		lens[sym] = uint8(d.take(3))
	}
	if !build(d.pre[:], preBits, lens[:], preTemplate[:]) {
		return d.fault(ErrCorrupt)
	}
	if err := d.readLens(numLit + numDist); err != nil {
		return err
	}
	if !build(d.lit[:], litBits, d.lens[:numLit], litTemplate[:]) ||
		!build(d.dist[:], distBits, d.lens[numLit:numLit+numDist], distTemplate[:]) {
		return d.fault(ErrCorrupt)
	}
	d.state = stateSymbols
	return nil
}

// readLens reads n code lengths to d.lens.
func (d *decoder) readLens(n uint) error {
	for i := uint(0); i < n; {
		sym, err := d.preSymbol()
		if err != nil {
			return err
		}
		if sym < 16 {
			d.lens[i] = uint8(sym)
			i++
			continue
		}
		var value uint8
		var repeat uint
		switch sym {
		case 16:
			if i == 0 {
				return d.fault(ErrCorrupt)
			}
			value = d.lens[i-1]
			err = d.need(2)
			repeat = 3 + d.take(2)
		case 17:
			err = d.need(3)
			repeat = 3 + d.take(3)
		default:
			err = d.need(7)
			repeat = 11 + d.take(7)
		}
		if err != nil {
			return err
		}
		if i+repeat > n {
			return d.fault(ErrCorrupt)
		}
		for end := i + repeat; i < end; i++ {
			d.lens[i] = value
		}
	}
	return nil
}

// preSymbol reads a symbol of the code of the code lengths.
func (d *decoder) preSymbol() (uint, error) {
	for {
		if d.nbits < preBits {
			d.top()
		}
		e := d.pre[d.bits&(preSize-1)]
		if n := uint(e & 0xff); n <= d.nbits {
			if e&entryException != 0 {
				return 0, d.fault(ErrCorrupt)
			}
			d.take(n)
			return uint(e >> entryValue), nil
		}
		// The bits that are there are the start of a longer code.
		if err := d.more(); err != nil {
			return 0, d.fault(noEOF(err))
		}
	}
}
