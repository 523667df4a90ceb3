package redact

// stream masks bytes as they come.
//
// All matches are found, also those inside one another, and what overlaps or
// touches becomes one span, of whose ends no more is shown than each of its
// matches allows. What is shown is always the text that was there: since the
// mark is part of no value, nothing that was not found before can be found in
// the result.
type stream struct {
	r    *Redactor
	json *jsonState // nil: any text

	buf   []byte // not yet decided; buf[0] is the byte at offset start
	start int
	pos   int  // offset of the next byte to read
	prev  byte // the one before buf

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
	if s.json != nil {
		s.json.next(c, s.pos)
	}
	s.pos++
	a := s.r.short
	s.state = a.step(s.state, c)
	for n := a.nodes[s.state].match; n != 0; n = a.nodes[a.nodes[n].fail].match {
		nd := &a.nodes[n]
		s.match(int(nd.depth), edge{int(nd.head), int(nd.tail)})
	}
	if s.r.long != nil {
		s.roll(c)
	}
}

func (s *stream) roll(c byte) {
	s.hash = s.hash*base + uint64(c)
	if s.pos < blockLen {
		return
	}
	if s.pos > blockLen {
		s.hash -= baseOut * uint64(s.buf[s.pos-blockLen-1-s.start])
	}
	i := s.pos - blockLen - s.start
	if e, ok := s.r.long.find(s.hash, s.buf[i:i+blockLen]); ok {
		s.match(blockLen, e)
	}
}

// match takes the n bytes before pos.
func (s *stream) match(n int, e edge) {
	from := s.pos - n
	m := span{from, s.pos, from + e.head, s.pos - e.tail}
	if s.json != nil && !s.json.allows(from) {
		return
	}
	if n >= minFree {
		s.add(m)
		return
	}
	before := s.prev
	if from > s.start {
		before = s.buf[from-1-s.start]
	}
	if from == 0 || !inToken(before) {
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
		s.out = append(s.out, s.buf[at-s.start:safe-s.start]...)
	}
	s.prev = s.buf[safe-1-s.start]
	s.buf = append(s.buf[:0], s.buf[safe-s.start:]...)
	s.start = safe
}

// mask puts out the text from at on, and the span.
func (s *stream) mask(at int, m span) int {
	s.masked = true
	s.out = append(s.out, s.buf[at-s.start:m.headEnd-s.start]...)
	s.out = append(s.out, s.r.mark...)
	s.out = append(s.out, s.buf[m.tailStart-s.start:m.to-s.start]...)
	return m.to
}

func (s *stream) end() {
	s.decide(true)
	s.flush(s.pos, true)
}
