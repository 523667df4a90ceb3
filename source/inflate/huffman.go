package inflate

import "math/bits"

// A decoding table has one entry for every value of the next tableBits bits.
// Codes that are longer have a link there to a second table, in the same
// array, which is indexed with the bits that follow. One entry holds all that
// the symbol loop needs, so that it does not have to look at the symbol:
//
//	bit  31     literal (litlen table only)
//	bits 16-30  literal byte, base of the length or distance, or, in a link,
//	            the index of the second table
//	bit  15     exception: one of the three following is set
//	bit  14     link to a second table
//	bit  13     end of block
//	bit  12     no valid symbol
//	bits 8-11   bits of the code in this table (in a link: index bits of the
//	            second table), which is where the extra bits start
//	bits 0-7    bits to remove: those of the code in this table and the extra
//	            bits of RFC 1951, section 3.2.5
//
// The number of bits to remove is in the low byte because it is the value
// needed first, to find the next entry.
const (
	entryLiteral   = 1 << 31
	entryException = 1 << 15
	entryLink      = 1 << 14
	entryEnd       = 1 << 13
	entryInvalid   = 1 << 12
	entryValue     = 16 // shift of bits 16-30
	entryCode      = 8  // shift of bits 8-11
)

const (
	maxCodeBits = 15 // longest litlen and distance code

	maxLitLen = 286 // litlen symbols that a dynamic block may describe
	maxDist   = 30  // distance symbols that a dynamic block may describe

	endOfBlock = 256 // litlen symbol

	numPreSyms  = 19 // symbols of the code of the code lengths
	preBits     = 7  // longest code of these
	preSize     = 1 << preBits
	litBits     = 11
	litMask     = 1<<litBits - 1
	distBits    = 8
	distMask    = 1<<distBits - 1
	fixedLitLen = 288 // symbols of the fixed codes, those without meaning
	fixedDist   = 32  // included (RFC 1951, section 3.2.6)

	// The most entries that a complete code needs, second tables included,
	// as zlib's enough.c counts them: "enough 288 11 15" and "enough 32 8 15".
	litSize  = 2342
	distSize = 402
)

// The meaning of the symbols, as the entry without the bits of the code. The
// index is the symbol, in the fixed codes' range.
var (
	litTemplate  = litEntries()
	distTemplate = distEntries()
	preTemplate  = preEntries()
)

// The tables of a block with fixed codes.
var fixed = fixedTables()

// tables are the decoding tables of one block.
type tables struct {
	lit  [litSize]uint32
	dist [distSize]uint32
}

func litEntries() (t [fixedLitLen]uint32) {
	for i := range endOfBlock {
		t[i] = entryLiteral | uint32(i)<<entryValue
	}
	t[endOfBlock] = entryException | entryEnd
	base := uint32(3)
	for i := endOfBlock + 1; i < 285; i++ {
		extra := uint32(max(0, (i-261)/4))
		t[i] = base<<entryValue | extra
		base += 1 << extra
	}
	t[285] = 258 << entryValue
	t[286] = entryException | entryInvalid
	t[287] = entryException | entryInvalid
	return t
}

func distEntries() (t [fixedDist]uint32) {
	base := uint32(1)
	for i := range maxDist {
		extra := uint32(max(0, (i-2)/2))
		t[i] = base<<entryValue | extra
		base += 1 << extra
	}
	t[30] = entryException | entryInvalid
	t[31] = entryException | entryInvalid
	return t
}

func preEntries() (t [numPreSyms]uint32) {
	for i := range t {
		t[i] = uint32(i) << entryValue
	}
	return t
}

func fixedTables() *tables {
	var lens [fixedLitLen]uint8
	for i := range lens {
		switch {
		case i < 144:
			lens[i] = 8
		case i < 256:
			lens[i] = 9
		case i < 280:
			lens[i] = 7
		default:
			lens[i] = 8
		}
	}
	t := new(tables)
	build(t.lit[:], litBits, lens[:], litTemplate[:])
	for i := range fixedDist {
		lens[i] = 5
	}
	build(t.dist[:], distBits, lens[:fixedDist], distTemplate[:])
	return t
}

// build makes the decoding table of the canonical code (RFC 1951, section
// 3.2.2) in which symbol i has lens[i] bits, 0 for a symbol that is not used.
// The first 1<<tableBits entries of table are the direct table, second tables
// follow.
//
// It returns false, and leaves the table unusable, for a code that has too
// many or too few codewords. As in zlib and compress/flate, two codes with
// too few are valid: one with no symbol at all (a block without matches needs
// no distances), and one with a single symbol of one bit. What they leave
// without meaning is an invalid entry.
func build(table []uint32, tableBits uint, lens []uint8, template []uint32) bool {
	var count [maxCodeBits + 1]uint16
	for _, n := range lens {
		count[n&15]++
	}
	unused := count[0]
	count[0] = 0
	used := uint16(len(lens)) - unused

	longest := uint(maxCodeBits)
	for longest > 0 && count[longest] == 0 {
		longest--
	}
	if longest <= 1 && used <= 1 {
		buildDegenerate(table[:1<<tableBits], lens, template)
		return true
	}

	// The Kraft sum, in units of the longest code, must be exactly one.
	// start becomes the place of the first symbol of each length when the
	// symbols are in the order of their codes.
	var start [maxCodeBits + 2]uint16
	space := uint32(0)
	for n := uint(1); n <= maxCodeBits; n++ {
		start[n+1] = start[n] + count[n]
		space += uint32(count[n]) << (maxCodeBits - n)
	}
	if space != 1<<maxCodeBits {
		return false
	}

	var sorted [fixedLitLen]uint16
	for sym, n := range lens {
		if n != 0 {
			sorted[start[n&15]] = uint16(sym)
			start[n&15]++
		}
	}
	fill(table, tableBits, longest, &count, sorted[:used], template)
	return true
}

// buildDegenerate makes the table of a code with no symbol, or with one of one
// bit, which is a 0.
func buildDegenerate(table []uint32, lens []uint8, template []uint32) {
	invalid := uint32(entryException | entryInvalid)
	zero := invalid
	for sym, n := range lens {
		if n == 1 {
			zero = withCode(template[sym], 1)
		}
	}
	for i := 0; i < len(table); i += 2 {
		table[i], table[i+1] = zero, invalid
	}
}

// withCode completes a template entry for a code of n bits in its table.
func withCode(template uint32, n uint) uint32 {
	return template + uint32(n)<<entryCode + uint32(n)
}

// fill writes the entries of a complete code, the symbols sorted by code.
//
// Codes are sent with their first bit lowest, so the index of a code is the
// code with its bits reversed, repeated at every multiple of 1<<n. fill makes
// the table of the shortest length first and doubles it at each longer
// length: an entry is written once and the repeats are a copy.
func fill(table []uint32, tableBits, longest uint, count *[maxCodeBits + 1]uint16, sorted []uint16, template []uint32) {
	n := uint(1)
	for count[n] == 0 {
		n++
	}
	code, next := uint(0), 0 // code is reversed, next indexes sorted
	size := uint(1) << n     // n is at most tableBits: that few symbols fill a code
	for ; n <= min(longest, tableBits); n++ {
		for range count[n] {
			table[code] = withCode(template[sorted[next]], n)
			next++
			code = nextCode(code, n)
		}
		if n < tableBits {
			copy(table[size:], table[:size])
			size <<= 1
		}
	}
	for ; size < 1<<tableBits; size <<= 1 {
		copy(table[size:], table[:size])
	}
	fillLong(table, tableBits, longest, count, code, sorted[next:], template)
}

// fillLong writes the second tables, of the codes longer than tableBits. code
// is the first of them, reversed, as left by the last code of tableBits.
func fillLong(table []uint32, tableBits, longest uint, count *[maxCodeBits + 1]uint16, code uint, sorted []uint16, template []uint32) {
	n := tableBits + 1
	if n > longest {
		return
	}
	mask := uint(1)<<tableBits - 1
	prefix := ^uint(0) // direct index of the present second table
	start, size := uint(0), uint(1)<<tableBits
	left := uint(count[n])
	for _, sym := range sorted {
		for left == 0 {
			n++
			left = uint(count[n])
		}
		if code&mask != prefix {
			// As wide as it takes for the codes from here on to fill it.
			prefix = code & mask
			start += size
			width := n - tableBits
			room := uint(1)<<width - min(left, 1<<width)
			for room > 0 {
				width++
				room = room << 1
				room -= min(room, uint(count[tableBits+width]))
			}
			size = 1 << width
			table[prefix] = entryException | entryLink |
				uint32(start)<<entryValue | uint32(width)<<entryCode | uint32(tableBits)
		}
		e := withCode(template[sym], n-tableBits)
		for i := code >> tableBits; i < size; i += 1 << (n - tableBits) {
			table[start+i] = e
		}
		left--
		code = nextCode(code, n)
	}
}

// nextCode returns the code after code among those of n bits, both reversed:
// it adds one at bit n-1 with the carry going down. After the last code, all
// ones, it returns the code as it is; nothing follows it in a complete code.
func nextCode(code, n uint) uint {
	ones := ^code & (1<<n - 1)
	if ones == 0 {
		return code
	}
	top := uint(1) << (bits.Len(ones) - 1)
	return code&(top-1) | top
}
