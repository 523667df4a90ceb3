package structured

import (
	"slices"
	"strings"

	"peel/analyzer/finding"
)

// file is what a parser works on.
type file struct {
	base     string // the name without directories, in lower case
	named    bool   // the parser was chosen by the name
	messages bool   // it holds what programs say, in some language
	in64     bool   // it has fields in base64, which are decoded where they are known
	text     string
	hits     []Hit
	seen     map[Hit]bool
	newlines []int // offsets, once they are needed
}

// line is the number of the line that has the byte at an offset.
func (f *file) line(off int) int {
	if f.newlines == nil {
		f.newlines = []int{}
		for i := 0; i < len(f.text); i++ {
			n := strings.IndexByte(f.text[i:], '\n')
			if n < 0 {
				break
			}
			i += n
			f.newlines = append(f.newlines, i)
		}
	}
	n, _ := slices.BinarySearch(f.newlines, off)
	return n + 1
}

// add takes a hit at an offset, once. The result, never nil, is valid until the
// next call.
func (f *file) add(h Hit, off int) *Hit {
	h.Line = f.line(off)
	key := Hit{ID: h.ID, Line: h.Line, Value: h.Value}
	if len(f.hits) >= maxHits || f.seen[key] {
		return &Hit{}
	}
	if f.seen == nil {
		f.seen = map[Hit]bool{}
	}
	f.seen[key] = true
	f.hits = append(f.hits, h)
	return &f.hits[len(f.hits)-1]
}

// secret takes a value that is in a place for secrets, unless it is none: a
// placeholder, a reference. The result is nil then.
func (f *file) secret(id, title string, off int, value string) *Hit {
	h, ok := judge(id, title, value)
	if !ok {
		return nil
	}
	return f.add(h, off)
}

// sure marks a hit as verified, unless it was lowered.
func (h *Hit) sure(why string) {
	if h == nil || h.Severity == finding.Info {
		return
	}
	h.Confidence = finding.Sure
	h.because(why)
}

func (h *Hit) because(why string) {
	if h.Reason != "" && why != "" {
		h.Reason += "; "
	}
	h.Reason += why
}

// lower gives a hit a lower severity, with the reason.
func (h *Hit) lower(s finding.Severity, why string) {
	if h == nil || h.Severity <= s {
		return
	}
	h.Severity = s
	h.because(why)
}

// eachLine calls fn with the offset of each line, and the line without its end.
func eachLine(s string, fn func(off int, line string)) {
	for off := 0; off < len(s); {
		n := strings.IndexByte(s[off:], '\n')
		if n < 0 {
			n = len(s) - off
		}
		fn(off, strings.TrimSuffix(s[off:off+n], "\r"))
		off += n + 1
	}
}
