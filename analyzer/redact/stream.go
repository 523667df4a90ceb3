package redact

import "io"

// stream masks bytes as they come.
//
// All matches are found, also those inside one another, and what overlaps or
// touches becomes one span, of whose ends no more is shown than each of its
// matches allows. What is shown is always the text that was there: since the
// mark is part of no value, nothing that was not found before can be found in
// the result.
type stream struct {
	r *Redactor

	buf    []byte // not yet decided; buf[0] is the byte at offset start
	start  int
	pos    int  // offset of the next byte to read
	origin int  // offset where the text begins: nothing matches across it
	prev   byte // the one before buf

	// What buf was made of, if the text came escaped: for each byte of buf how many
	// of source it stands for, 0 for those behind the first of a character.
	widths []uint8
	source []byte
	shown  int // bytes of buf that were put out or left out, while it is flushed
	used   int // bytes of source they stand for

	state  int32
	hash   uint64
	tokens []span // short values that end at pos: the next byte decides
	spans  []span // in order, apart from one another

	out    []byte
	masked bool
}

// span is a part of the text to be masked, but for what is before headEnd and
// from tailStart on. All are offsets.
type span struct{ from, to, headEnd, tailStart int }

func (s *stream) feed(p []byte) {
	s.buf = append(s.buf, p...)
	for _, c := range p {
		s.next(c)
	}
	s.flush(s.safe(), false)
}

// next reads the byte at pos, which is in buf.
func (s *stream) next(c byte) {
	if len(s.tokens) > 0 {
		s.decide(!inToken(c))
	}
	s.pos++
	a := s.r.short
	s.state = a.step(s.state, c)
	for n := a.nodes[s.state].match; n != 0; n = a.nodes[a.nodes[n].fail].match {
		nd := &a.nodes[n]
		s.match(c, int(nd.depth), edge{int(nd.head), int(nd.tail)})
	}
	if s.r.long != nil {
		s.roll(c)
	}
}

func (s *stream) roll(c byte) {
	s.hash = s.hash*base + uint64(c)
	n := s.pos - s.origin
	if n < blockLen {
		return
	}
	if n > blockLen {
		s.hash -= baseOut * uint64(s.buf[s.pos-blockLen-1-s.start])
	}
	i := s.pos - blockLen - s.start
	if e, ok := s.r.long.find(s.hash, s.buf[i:i+blockLen]); ok {
		s.match(c, blockLen, e)
	}
}

// match takes the n bytes before pos, of which c is the last.
func (s *stream) match(c byte, n int, e edge) {
	from := s.pos - n
	m := span{from, s.pos, from + e.head, s.pos - e.tail}
	if n >= minFree || s.buf[from-s.start] == passwordBegins && c == passwordEnds {
		s.add(m)
		return
	}
	before := s.prev
	if from > s.start {
		before = s.buf[from-1-s.start]
	}
	if from == s.origin || !inToken(before) {
		s.tokens = append(s.tokens, m)
	}
}

func (s *stream) decide(ends bool) {
	for _, m := range s.tokens {
		if ends {
			s.add(m)
		}
	}
	s.tokens = s.tokens[:0]
}

// inToken is true for what a short value must not stand beside; any character
// beyond ASCII is.
func inToken(c byte) bool {
	return c >= 0x80 || c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

func (s *stream) add(m span) {
	for n := len(s.spans); n > 0 && m.from <= s.spans[n-1].to; n-- {
		last := s.spans[n-1]
		m = span{min(m.from, last.from), max(m.to, last.to), min(m.headEnd, last.headEnd), max(m.tailStart, last.tailStart)}
		s.spans = s.spans[:n-1]
	}
	s.spans = append(s.spans, m)
}

// safe is the offset before which no match can begin that is still to be found.
func (s *stream) safe() int {
	n := s.pos - int(s.r.short.nodes[s.state].depth)
	if s.r.long != nil {
		n = min(n, s.pos-blockLen)
	}
	return max(n, s.start)
}

// flush puts out what is before safe. A span that ends there may yet grow,
// unless all was read.
func (s *stream) flush(safe int, all bool) {
	done, at := 0, s.start
	for done < len(s.spans) && (all || s.spans[done].to < safe) {
		at = s.mask(at, s.spans[done])
		done++
	}
	if done < len(s.spans) {
		safe = min(safe, s.spans[done].from)
	}
	s.spans = append(s.spans[:0], s.spans[done:]...)
	if safe <= s.start {
		return
	}
	if safe > at {
		s.show(at, safe)
	}
	s.prev = s.buf[safe-1-s.start]
	s.drop(safe - s.start)
	s.start = safe
}

// drop forgets the first n bytes of buf.
func (s *stream) drop(n int) {
	s.buf = append(s.buf[:0], s.buf[n:]...)
	if s.widths == nil {
		return
	}
	for ; s.shown < n; s.shown++ {
		s.used += int(s.widths[s.shown])
	}
	s.widths = append(s.widths[:0], s.widths[n:]...)
	s.source = append(s.source[:0], s.source[s.used:]...)
	s.shown, s.used = 0, 0
}

// mask puts out the text from at on, and the span.
func (s *stream) mask(at int, m span) int {
	s.masked = true
	s.show(at, m.headEnd)
	s.out = append(s.out, s.r.mark...)
	s.show(m.tailStart, m.to)
	return m.to
}

// show puts out the text between two offsets, as it came.
func (s *stream) show(from, to int) {
	from, to = from-s.start, to-s.start
	if s.widths == nil {
		s.out = append(s.out, s.buf[from:to]...)
		return
	}
	for ; s.shown < from; s.shown++ {
		s.used += int(s.widths[s.shown])
	}
	for ; s.shown < to; s.shown++ {
		w := int(s.widths[s.shown])
		s.out = append(s.out, s.source[s.used:s.used+w]...)
		s.used += w
	}
}

func (s *stream) end() {
	s.decide(true)
	s.flush(s.pos, true)
}

// restart begins another text, of which nothing was read.
func (s *stream) restart() {
	s.origin, s.state, s.hash = s.pos, 0, 0
}

// drain writes what was put out.
func (s *stream) drain(w io.Writer) error {
	if len(s.out) == 0 {
		return nil
	}
	_, err := w.Write(s.out)
	s.out = s.out[:0]
	return err
}
