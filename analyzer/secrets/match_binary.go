package secrets

import "encoding/binary"

// minPrintable is the least number of printable bytes in a row, keyword
// included, that a secret in a binary is taken to have: each such run fills an
// aligned group of eight. The shortest that is looked for, a URL with a
// password, is hardly shorter.
const minPrintable = 15

// findBinary is find for binaries. Code and tables of numbers, which are most of
// them, are passed over: a group of eight bytes is looked at only if it or one
// of its neighbours is printable throughout. Keywords outside of printable runs
// of minPrintable bytes may be missed.
func (m *matcher) findBinary(hits []hit, b []byte, from, to int) []hit {
	i, end := max(from-2, 0), min(to+m.reach, len(b)-3)
	f := &m.filter
	before, here := true, len(b) >= i+8 && printable(binary.LittleEndian.Uint64(b[i:]))
	for i+16 <= len(b) && i < end {
		p := (*[16]byte)(b[i:])
		after := printable(binary.LittleEndian.Uint64(p[8:]))
		if before || here || after {
			w := binary.LittleEndian.Uint64(p[:8]) | caseBits<<32 | caseBits
			v := binary.LittleEndian.Uint32(p[6:10]) | caseBits
			h0 := hashGram(uint32(w)) >> (32 - filterBits)
			h1 := hashGram(uint32(w>>16)) >> (32 - filterBits)
			h2 := hashGram(uint32(w>>32)) >> (32 - filterBits)
			h3 := hashGram(v) >> (32 - filterBits)
			if f[h0>>6]&(1<<(h0&63)) != 0 || f[h1>>6]&(1<<(h1&63)) != 0 ||
				f[h2>>6]&(1<<(h2&63)) != 0 || f[h3>>6]&(1<<(h3&63)) != 0 {
				hits = m.look(hits, b, i, i+8, from, to)
			}
		}
		before, here = here, after
		i += 8
	}
	return m.look(hits, b, i, end, from, to)
}

// printable reports whether eight bytes are ASCII and no control characters.
func printable(w uint64) bool {
	const each = 0x0101010101010101
	return (w|(w-each*' ')&^w)&(each*0x80) == 0
}
