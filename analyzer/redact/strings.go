package redact

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// Strings is for JSON text whose secrets are not known beforehand: it puts each
// string, keys too, to mask on its way to w, and leaves all else and the strings
// that mask does not change as they are. Only a string that was cut is held
// back: Close writes what is left of it, and does not close w.
func Strings(w io.Writer, mask func(string) string) io.WriteCloser {
	return &stringWriter{w: w, mask: mask}
}

type stringWriter struct {
	w       io.Writer
	mask    func(string) string
	inside  bool
	slashed bool
	literal []byte // the string so far, with its first quote
	out     []byte
}

// Write fails only where w does.
func (s *stringWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if !s.inside {
			i := bytes.IndexByte(p, '"')
			if i < 0 {
				s.out = append(s.out, p...)
				break
			}
			s.out = append(s.out, p[:i]...) // a few bytes, between two strings
			s.literal, s.inside = append(s.literal[:0], '"'), true
			p = p[i+1:]
			continue
		}
		i := s.end(p)
		if i < 0 {
			s.literal = append(s.literal, p...)
			break
		}
		s.literal = append(s.literal, p[:i+1]...)
		s.out = append(s.out, s.masked()...)
		s.inside = false
		p = p[i+1:]
		if len(s.out) >= maxHeld { // encoders write whole documents at once
			if err := s.drain(); err != nil {
				return 0, err
			}
		}
	}
	return n, s.drain()
}

// maxHeld is how many bytes are put together before they are written.
const maxHeld = 64 << 10

// end is the offset of the quote that ends the string; negative if p has none.
func (s *stringWriter) end(p []byte) int {
	for i, c := range p {
		switch {
		case s.slashed:
			s.slashed = false
		case c == '\\':
			s.slashed = true
		case c == '"':
			return i
		}
	}
	return -1
}

func (s *stringWriter) masked() []byte {
	text := string(s.literal[1 : len(s.literal)-1])
	if strings.IndexByte(text, '\\') >= 0 && json.Unmarshal(s.literal, &text) != nil {
		return s.literal
	}
	hidden := s.mask(text)
	if hidden == text {
		return s.literal
	}
	return []byte(`"` + quoteJSON(hidden, false) + `"`)
}

func (s *stringWriter) drain() error {
	if len(s.out) == 0 {
		return nil
	}
	_, err := s.w.Write(s.out)
	s.out = s.out[:0]
	return err
}

// Close writes what a broken text ends with, masked.
func (s *stringWriter) Close() error {
	if s.inside {
		s.out = append(s.out, s.mask(string(s.literal))...)
		s.inside = false
	}
	return s.drain()
}
