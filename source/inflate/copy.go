package inflate

import "encoding/binary"

const (
	// wordSize is the shortest distance at which a match can be copied by
	// words.
	wordSize = 8

	// matchMask limits the length of a match, which is at most 258 (RFC 1951,
	// section 3.2.5), in a way the compiler understands.
	matchMask = 511

	// maxSpan is how much a copy may touch for a match of up to matchMask
	// bytes: whole words, two at a time.
	maxSpan = 544
)

// strides has for a distance below 8 the largest multiple of it that fits in
// 8: how far a run of that period goes on with the same word.
var strides = [wordSize]uint8{8, 8, 8, 6, 8, 5, 6, 7}

// copyWord copies one word of a match. The copy of a match by words must be in
// order: a word may be what the one before has written.
func copyWord(to, from *[maxSpan]byte, i uint) {
	binary.LittleEndian.PutUint64(to[i:], binary.LittleEndian.Uint64(from[i:]))
}

// copyRun copies a match of length bytes to out[pos:] from dist bytes before,
// dist less than wordSize: a run of one byte or of a short pattern. It fills a
// word with the pattern and writes that, so that up to maxSpan bytes after pos
// may change.
func copyRun(out *[outSize + outPad]byte, pos, dist, length uint) {
	to := (*[maxSpan]byte)(out[pos:])
	length &= matchMask
	v := binary.LittleEndian.Uint64(out[pos-dist:])
	v &= 1<<(dist*8) - 1
	v |= v << (dist * 8)
	v |= v << (dist * 16)
	v |= v << (dist * 32)
	stride := uint(strides[dist&(wordSize-1)])
	for i := uint(0); i < length; i += stride {
		binary.LittleEndian.PutUint64(to[i:], v)
	}
}

// copyBytes copies a match of any distance (RFC 1951, section 3.2.3): the
// source and the copy may overlap, and the copy then repeats.
func copyBytes(out *[outSize + outPad]byte, pos, dist, length uint) {
	for end := pos + length; pos < end; pos++ {
		out[pos] = out[pos-dist]
	}
}
