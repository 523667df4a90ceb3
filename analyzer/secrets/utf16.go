package secrets

import (
	"bytes"
	"unicode/utf8"
)

// utf16 is how a text's 16-bit characters are stored, if it has such.
type utf16 uint8

const (
	noUTF16 utf16 = iota
	littleEndian
	bigEndian
)

// sniffUTF16 looks for a byte order mark, or for what text in Latin letters is
// without one: every other byte zero, and the rest printable.
func sniffUTF16(head []byte) utf16 {
	if len(head) >= 2 {
		switch {
		case head[0] == 0xff && head[1] == 0xfe && (len(head) < 4 || head[2] != 0 || head[3] != 0):
			return littleEndian
		case head[0] == 0xfe && head[1] == 0xff:
			return bigEndian
		}
	}
	const least = 16
	pairs := len(head) / 2
	if len(head) < least || bytes.Count(head, nul)*10 < pairs*8 {
		return noUTF16
	}
	little, big := 0, 0
	for i := 0; i+1 < len(head); i += 2 {
		switch lo, hi := head[i], head[i+1]; {
		case hi == 0 && isText(lo):
			little++
		case lo == 0 && isText(hi):
			big++
		}
	}
	switch {
	case little*10 >= pairs*8:
		return littleEndian
	case big*10 >= pairs*8:
		return bigEndian
	}
	return noUTF16
}

var nul = []byte{0}

func isText(c byte) bool { return c >= ' ' && c < 0x7f || c == '\n' || c == '\r' || c == '\t' }

// transcode writes UTF-16 as UTF-8. Surrogates become question marks: no
// credential has any.
func (st *stream) transcode(p []byte) {
	var out [4096]byte
	n := 0
	for _, c := range p {
		if !st.text.half {
			st.text.first, st.text.half = c, true
			continue
		}
		st.text.half = false
		lo, hi := st.text.first, c
		if st.utf16 == bigEndian {
			lo, hi = hi, lo
		}
		r := rune(hi)<<8 | rune(lo)
		if r == 0xfeff {
			continue
		}
		if r >= 0xd800 && r < 0xe000 {
			r = '?'
		}
		n += utf8.EncodeRune(out[n:], r)
		if n > len(out)-utf8.UTFMax {
			st.store(out[:n])
			n = 0
		}
	}
	st.store(out[:n])
}
