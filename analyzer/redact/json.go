package redact

import (
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonWriter masks what the strings of JSON text say, however they are escaped
// (RFC 8259, section 7), and each for itself. What it does not mask goes out
// byte for byte.
type jsonWriter struct {
	stream
	w      io.Writer
	inside bool
	escape []byte // begun, as it was read: at most the two of a surrogate pair
}

// Lengths of escapes, in bytes.
const (
	shortEscape = 2 // \n
	unitEscape  = 6 // \u20ac
)

// Write fails only where w does.
func (j *jsonWriter) Write(p []byte) (int, error) {
	for _, c := range p {
		j.read(c)
		if n := len(j.buf); n > 0 && n%maxHeld == 0 { // a string may be long
			j.flush(j.safe(), false)
		}
	}
	if j.inside {
		j.flush(j.safe(), false)
	}
	return len(p), j.drain(j.w)
}

// Close writes what was held back of a text that ends within a string.
func (j *jsonWriter) Close() error {
	for len(j.escape) > 0 {
		j.literally()
	}
	j.end()
	return j.drain(j.w)
}

func (j *jsonWriter) read(c byte) {
	switch {
	case !j.inside:
		j.out = append(j.out, c)
		j.inside = c == '"'
	case len(j.escape) > 0:
		j.escape = append(j.escape, c)
		j.unescape()
	case c == '\\':
		j.escape = append(j.escape, c)
	case c == '"':
		j.end()
		j.restart()
		j.out = append(j.out, c)
		j.inside = false
	default:
		j.says(c)
	}
}

// says adds a byte that stands for itself.
func (j *jsonWriter) says(c byte) {
	j.buf, j.widths, j.source = append(j.buf, c), append(j.widths, 1), append(j.source, c)
	j.next(c)
}

// spells adds a character that the first n bytes of the escape stand for, and
// reads the others again.
func (j *jsonWriter) spells(r rune, n int) {
	j.source = append(j.source, j.escape[:n]...)
	var char [utf8.UTFMax]byte
	for i, c := range char[:utf8.EncodeRune(char[:], r)] {
		j.buf, j.widths = append(j.buf, c), append(j.widths, 0)
		if i == 0 {
			j.widths[len(j.widths)-1] = uint8(n)
		}
		j.next(c)
	}
	j.again(n)
}

// literally takes the backslash for itself, since what follows it makes no escape.
func (j *jsonWriter) literally() {
	j.says('\\')
	j.again(1)
}

// again reads what is behind the first n bytes of the escape once more.
func (j *jsonWriter) again(n int) {
	var rest [2 * unitEscape]byte
	more := copy(rest[:], j.escape[n:])
	j.escape = j.escape[:0]
	for _, c := range rest[:more] {
		j.read(c)
	}
}

// short are the characters that escapes of two bytes stand for.
var short = map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unescape looks whether the escape is whole with the byte that came.
func (j *jsonWriter) unescape() {
	n := len(j.escape)
	switch c := j.escape[n-1]; {
	case n == shortEscape && c != 'u':
		if r, ok := short[c]; ok {
			j.spells(r, n)
			return
		}
		j.literally()
	case n == shortEscape, n == unitEscape+1 && c == '\\', n == unitEscape+shortEscape && c == 'u': // more must come
	case n > unitEscape && n <= unitEscape+shortEscape: // a half of a pair, alone
		j.spells(utf8.RuneError, unitEscape)
	case !isHex(c) && n > unitEscape:
		j.spells(utf8.RuneError, unitEscape)
	case !isHex(c):
		j.literally()
	case n == unitEscape:
		if r := unit(j.escape); !isHigh(r) {
			j.spells(r, n) // a low half alone is encoded as U+FFFD
		}
	case n == 2*unitEscape:
		if r := utf16.DecodeRune(unit(j.escape), unit(j.escape[unitEscape:])); r != utf8.RuneError {
			j.spells(r, n)
			return
		}
		j.spells(utf8.RuneError, unitEscape)
	}
}

// unit is the number that \uXXXX stands for.
func unit(escape []byte) rune {
	n, _ := strconv.ParseUint(string(escape[shortEscape:unitEscape]), 16, 16)
	return rune(n)
}

// isHigh is true for the first half of a surrogate pair.
func isHigh(r rune) bool { return 0xD800 <= r && r < 0xDC00 }

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}
