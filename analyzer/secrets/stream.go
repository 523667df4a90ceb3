package secrets

import "bytes"

// Sizes of a stream's buffer, in bytes.
const (
	// streamBuf holds all of a small file, which is then scanned only if its
	// digest was not seen before.
	streamBuf = 256 << 10
	// lookBehind and lookAhead are the context that stays around what is
	// scanned: no rule looks further.
	lookBehind = 2 << 10
	lookAhead  = 8 << 10
)

// stream cuts a text of any length into overlapping pieces and scans them.
type stream struct {
	buf     []byte
	from    int  // what is before it in buf has been scanned
	flushed bool // buf is not all of the text
	utf16   utf16
	text    text
	s       *Scanner
}

func newStream(s *Scanner) *stream {
	return &stream{s: s, buf: make([]byte, 0, streamBuf)}
}

// reset begins a text, of which head is the beginning.
func (st *stream) reset(head []byte) {
	st.utf16 = sniffUTF16(head)
	st.buf, st.from, st.flushed = st.buf[:0], 0, false
	st.text.reset(st.s, st.utf16 == noUTF16 && isBinary(head))
}

func (st *stream) write(p []byte) {
	if st.utf16 != noUTF16 {
		st.transcode(p)
		return
	}
	st.store(p)
}

func (st *stream) store(p []byte) {
	for len(p) > 0 {
		room := st.buf[len(st.buf):cap(st.buf)]
		n := copy(room, p)
		st.buf = st.buf[:len(st.buf)+n]
		p = p[n:]
		if len(p) > 0 {
			st.flush()
		}
	}
}

// flush scans what has its context, and makes room.
func (st *stream) flush() {
	to := (len(st.buf) - lookAhead) &^ 1
	st.text.scan(st.buf, st.from, to)
	keep := max(to-lookBehind, 0) &^ 1
	n := copy(st.buf, st.buf[keep:])
	st.buf = st.buf[:n]
	st.text.shift(keep)
	st.from, st.flushed = to-keep, true
}

// rest scans what was not yet.
func (st *stream) rest() { st.text.scan(st.buf, st.from, len(st.buf)) }

// finish scans the rest and returns what was found; nil for nothing.
func (st *stream) finish() *content {
	st.rest()
	return st.content()
}

func (st *stream) content() *content {
	c := mergeMatches(st.text.found)
	if st.text.tired {
		if c == nil {
			c = new(content)
		}
		c.notes = append(c.notes, "it has so much that looks like a secret that not all was looked at")
	}
	return c
}

// isBinary is what layer.Sniff takes for it: a NUL is near the beginning.
func isBinary(head []byte) bool {
	return bytes.IndexByte(head, 0) >= 0
}
