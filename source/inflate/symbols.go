package inflate

import (
	"encoding/binary"
	"errors"
)

// errYield says that decoding cannot go on with the input that is buffered,
// and that there is data to deliver first.
var errYield = errors.New("inflate: input is used up")

// inMargin is how many buffered bytes the fast loop needs for one turn: three
// refills, of at most 7 bytes each and reading 8.
const inMargin = 32

// distNeed is the most bits that a distance takes, with its extra bits. What a
// refill provides, at least 56, is enough for two literals and a length, or
// for a distance, but not always for all of it.
const distNeed = maxCodeBits + 13

// readSymbols decodes the symbols of a compressed block (RFC 1951, section
// 3.2.3) until the block ends or out is full. When the buffered input is used
// up it reads more, or returns errYield if out has data after start.
func (d *decoder) readSymbols(start uint) error {
	for d.pos < outSize {
		if d.end-d.input.pos >= inMargin {
			if done, err := d.fastSymbols(); done || err != nil {
				return err
			}
			continue
		}
		d.top()
		e, dist, used, ok := d.peekSymbol()
		if used > d.nbits {
			if err := d.moreSymbols(start); err != nil {
				return err
			}
			continue
		}
		if !ok {
			return d.fault(ErrCorrupt)
		}
		d.take(used)
		switch {
		case e&entryLiteral != 0:
			d.out[d.pos] = byte(e >> entryValue)
			d.pos++
		case e&entryEnd != 0:
			d.endBlock()
			return nil
		default:
			length := uint(e >> entryValue)
			copyBytes(&d.out, d.pos, dist, length)
			d.pos += length
		}
	}
	return nil
}

// moreSymbols gets more input for readSymbols.
func (d *decoder) moreSymbols(start uint) error {
	if d.input.err == nil && d.pos > start {
		return errYield
	}
	if err := d.more(); err != nil {
		return d.fault(noEOF(err))
	}
	return nil
}

// peekSymbol decodes the next literal, end of block or match, without taking
// its bits, of which there are used, at most 48. The entry it returns has the
// whole length of a match, and no bits. ok is false for what is not valid.
//
// When used is more than d.nbits the result is made up from bits that are not
// there yet, and nothing of it counts.
func (d *decoder) peekSymbol() (e uint32, dist, used uint, ok bool) {
	bits := d.bits
	e, used, bits = lookUp(d.lit[:], litBits, bits)
	if e&entryInvalid != 0 {
		return 0, 0, used, false
	}
	if e&(entryLiteral|entryException) != 0 || used > d.nbits {
		return e, 0, used, true
	}
	o, n, _ := lookUp(d.dist[:], distBits, bits)
	used += n
	dist = uint(o >> entryValue)
	ok = o&entryInvalid == 0 && dist <= d.pos-d.floor
	return e, dist, used, ok
}

// lookUp finds the entry for the next bits, adds the extra bits to its value,
// and returns it with the number of bits used and the bits after them.
func lookUp(table []uint32, tableBits uint, bits uint64) (e uint32, used uint, rest uint64) {
	e = table[bits&(1<<tableBits-1)]
	if e&entryLink != 0 {
		bits >>= tableBits
		used = tableBits
		width := e >> entryCode & 15
		e = table[uint64(e>>entryValue)+bits&(1<<width-1)]
	}
	n := e & 0xff
	extra := uint32(bits&(1<<n-1)) >> (e >> entryCode & 15) // 0 but for matches
	e += extra << entryValue
	return e &^ 0xfff, used + uint(n), bits >> n
}

// fastSymbols is readSymbols for as long as there is plenty of input and of
// room, which leaves only the data itself to be checked. It stops with less
// than inMargin bytes of input, when out is full, or at the end of the block,
// which it reports as done.
//
// It has the time of the whole package, hence its length: its state is in
// local variables, and a turn is at most three literals, or two and a match.
// Here, unlike elsewhere, bits may hold bits of the stream above nbits, and
// only the low six bits of nbits count: it is decreased by whole entries.
func (d *decoder) fastSymbols() (done bool, err error) {
	var (
		bits  = d.bits
		nbits = uint64(d.nbits)
		ip    = d.input.pos
		limit = min(d.end-inMargin, inSize)
		pos   = d.pos
		floor = d.floor
	)
loop:
	for ip <= limit && pos < outSize {
		bits |= binary.LittleEndian.Uint64(d.buf[ip:]) << (nbits & 63)
		ip += uint(^(nbits >> 3) & 7)
		nbits |= 56

		e := d.lit[bits&litMask]
		if e&entryLiteral != 0 {
			bits >>= e & 63
			nbits -= uint64(e)
			d.out[pos] = byte(e >> entryValue)
			pos++
			e = d.lit[bits&litMask]
			if e&entryLiteral != 0 {
				bits >>= e & 63
				nbits -= uint64(e)
				d.out[pos] = byte(e >> entryValue)
				pos++
				e = d.lit[bits&litMask]
				if e&entryLiteral != 0 {
					bits >>= e & 63
					nbits -= uint64(e)
					d.out[pos] = byte(e >> entryValue)
					pos++
					continue
				}
			}
		}
		if e&entryException != 0 {
			if e&entryLink != 0 {
				bits >>= litBits
				nbits -= litBits
				e = d.lit[uint64(e>>entryValue)+bits&(1<<(e>>entryCode&15)-1)]
				if e&entryLiteral != 0 {
					bits >>= e & 63
					nbits -= uint64(e)
					d.out[pos] = byte(e >> entryValue)
					pos++
					continue
				}
			}
			if e&entryException != 0 {
				bits >>= e & 63
				nbits -= uint64(e)
				if e&entryEnd != 0 {
					done = true
				} else {
					err = ErrCorrupt
				}
				break loop
			}
		}
		length := uint(e>>entryValue) + uint(bits&(1<<(e&63)-1)>>(e>>entryCode&15))
		bits >>= e & 63
		nbits -= uint64(e)

		if nbits&63 < distNeed {
			bits |= binary.LittleEndian.Uint64(d.buf[ip:]) << (nbits & 63)
			ip += uint(^(nbits >> 3) & 7)
			nbits |= 56
		}
		e = d.dist[bits&distMask]
		if e&entryException != 0 {
			if e&entryLink != 0 {
				bits >>= distBits
				nbits -= distBits
				e = d.dist[uint64(e>>entryValue)+bits&(1<<(e>>entryCode&15)-1)]
			}
			if e&entryException != 0 {
				err = ErrCorrupt
				break loop
			}
		}
		dist := uint(e>>entryValue) + uint(bits&(1<<(e&63)-1)>>(e>>entryCode&15))
		bits >>= e & 63
		nbits -= uint64(e)
		if dist > pos-floor {
			err = ErrCorrupt
			break loop
		}
		if dist < wordSize {
			copyRun(&d.out, pos, dist, length)
			pos += length
			continue
		}
		// The source is below outSize, as the distance is more than the two
		// literals that pos may be over it: the mask only says so. Most
		// matches are done before the loop, for it costs more to find out
		// where to stop than to copy more than necessary.
		to, from := (*[maxSpan]byte)(d.out[pos:]), (*[maxSpan]byte)(d.out[(pos-dist)&outMask:])
		pos += length
		copyWord(to, from, 0)
		copyWord(to, from, 8)
		copyWord(to, from, 16)
		copyWord(to, from, 24)
		length &= matchMask
		for i := uint(32); i < length; i += 16 {
			copyWord(to, from, i)
			copyWord(to, from, i+8)
		}
	}

	nbits &= 63
	d.input.pos = ip - uint(nbits>>3)
	d.nbits = uint(nbits & 7)
	d.bits = bits & (1<<d.nbits - 1)
	d.pos = pos
	if err != nil {
		return false, d.fault(err)
	}
	if done {
		d.endBlock()
	}
	return done, nil
}
