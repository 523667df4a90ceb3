package packages

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"

	"github.com/klauspost/compress/s2"
)

// partSize is how much of a file is packed together: little enough to be
// unpacked for a few bytes, enough to compress.
const partSize = 64 << 10

// content is a file as it is remembered: all of it, or those parts that a
// cataloger has been seen to read. What lies between reads as zeros.
type content struct {
	size  int64
	parts []part
	// cut is where the file went on but nothing more of it was kept, which
	// reading beyond reports; 0 if everything that matters is here.
	cut int64
}

// part is a run of bytes of a file, compressed if that pays.
type part struct {
	off    int64
	size   int32
	packed bool
	data   []byte
}

// errCut is for reading what was not kept.
var errCut = errors.New("the file is too large to be kept whole")

// stored is the memory that the content takes.
func (c *content) stored() int64 {
	var n int64
	for i := range c.parts {
		n += int64(len(c.parts[i].data)) + 48
	}
	return n
}

// maxHeld is how much of a file is held as it is until it is known whether it is
// to be kept, which few programs are. Nearly all are smaller.
const maxHeld = 4 << 20

// packer builds a content from bytes that come in order.
type packer struct {
	hold    bool // to be set before a file's first bytes
	held    []byte
	raw     []byte // not yet packed
	scratch []byte
	off     int64 // of raw
	parts   []part
}

func (p *packer) reset() {
	p.hold, p.held = false, p.held[:0]
	p.raw, p.off, p.parts = p.raw[:0], 0, nil
}

func (p *packer) write(b []byte) {
	if p.hold {
		if len(p.held)+len(b) <= maxHeld {
			p.held = append(p.held, b...)
			return
		}
		p.hold = false
		p.write(p.held)
	}
	for len(b) > 0 {
		n := min(partSize-len(p.raw), len(b))
		p.raw = append(p.raw, b[:n]...)
		b = b[n:]
		if len(p.raw) == partSize {
			p.flush()
		}
	}
}

func (p *packer) flush() {
	if len(p.raw) == 0 {
		return
	}
	p.parts = append(p.parts, p.pack(p.off, p.raw))
	p.off += int64(len(p.raw))
	p.raw = p.raw[:0]
}

func (p *packer) pack(off int64, raw []byte) part {
	if p.scratch == nil {
		p.scratch = make([]byte, s2.MaxEncodedLen(partSize))
	}
	pt := part{off: off, size: int32(len(raw))}
	if enc := s2.Encode(p.scratch, raw); len(enc) < len(raw)-len(raw)/8 {
		pt.packed, pt.data = true, slices.Clone(enc)
	} else {
		pt.data = slices.Clone(raw)
	}
	return pt
}

// shorten drops what lies beyond n bytes, to the part.
func (p *packer) shorten(n int64) {
	p.raw = p.raw[:0]
	for i := len(p.parts); i > 0 && p.parts[i-1].off >= n; i-- {
		p.parts = p.parts[:i-1]
	}
	if i := len(p.parts); i > 0 {
		p.off = p.parts[i-1].off + int64(p.parts[i-1].size)
	}
}

// content ends the file, of which size bytes went by. If it was held, it is good
// only until the packer's next file; see packed.
func (p *packer) content(size int64) *content {
	if p.hold {
		return &content{size: size, parts: []part{{size: int32(size), data: p.held}}}
	}
	p.flush()
	c := &content{size: size, parts: slices.Clip(p.parts)}
	if p.off < size {
		c.cut = p.off
	}
	p.reset()
	return c
}

// packed is a copy of the content that is its own.
func (c *content) packed() *content {
	if c.cut > 0 || len(c.parts) != 1 {
		return c // was not held
	}
	var p packer
	p.write(c.parts[0].data)
	return p.content(c.size)
}

// find reports which of some words occur, each no longer than a part.
func (c *content) find(words map[string][]byte) map[string]bool {
	found := map[string]bool{}
	look := func(b []byte) {
		for name, w := range words {
			if !found[name] && bytes.Contains(b, w) {
				found[name] = true
			}
		}
	}
	if len(c.parts) == 1 && !c.parts[0].packed {
		look(c.parts[0].data)
		return found
	}
	r, longest := c.open(), 0
	for _, w := range words {
		longest = max(longest, len(w))
	}
	buf := make([]byte, longest+partSize)
	kept := 0
	for len(found) < len(words) {
		n, err := io.ReadFull(r, buf[kept:])
		look(buf[:kept+n])
		if err != nil {
			break
		}
		kept = copy(buf, buf[len(buf)-longest:])
	}
	return found
}

// span is a run of bytes from off up to end.
type span struct{ off, end int64 }

// spanGap is what two spans may lie apart and still be kept as one.
const spanGap = 64

// only is the content reduced to spans.
func (c *content) only(spans []span) *content {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.off, b.off) })
	merged := spans[:0]
	for _, s := range spans {
		s.end = min(s.end, c.size)
		if n := len(merged); n > 0 && s.off <= merged[n-1].end+spanGap {
			merged[n-1].end = max(merged[n-1].end, s.end)
		} else if s.off < s.end {
			merged = append(merged, s)
		}
	}
	var p packer
	out := &content{size: c.size}
	r := c.open()
	buf := make([]byte, partSize)
	for _, s := range merged {
		for off := s.off; off < s.end; off += partSize {
			b := buf[:min(s.end-off, partSize)]
			if _, err := r.ReadAt(b, off); err != nil && err != io.EOF {
				return nil
			}
			out.parts = append(out.parts, p.pack(off, b))
		}
	}
	return out
}

// reader reads a content from anywhere. It is for one goroutine at a time, as
// files are.
type reader struct {
	*io.SectionReader
	at *readerAt
}

func (c *content) open() *reader {
	at := &readerAt{c: c}
	return &reader{io.NewSectionReader(at, 0, c.size), at}
}

// Close implements io.Closer.
func (r *reader) Close() error { return nil }

// cacheParts is how many parts a reader keeps unpacked: binaries are read at a
// few places in turn.
const cacheParts = 4

type readerAt struct {
	c     *content
	cache [cacheParts]struct {
		part int // +1
		data []byte
	}
	next int
	saw  func(off, end int64) // may be nil
	lost func()               // called for reading what was not kept; may be nil
}

// ReadAt implements io.ReaderAt.
func (r *readerAt) ReadAt(p []byte, off int64) (int, error) {
	if off >= r.c.size {
		return 0, io.EOF
	}
	want := p[:min(int64(len(p)), r.c.size-off)]
	if r.saw != nil {
		r.saw(off, off+int64(len(want)))
	}
	if r.c.cut > 0 && off+int64(len(want)) > r.c.cut {
		if r.lost != nil {
			r.lost()
		}
		return 0, errCut
	}
	if err := r.fill(want, off); err != nil {
		return 0, err
	}
	if len(want) < len(p) {
		return len(want), io.EOF
	}
	return len(want), nil
}

func (r *readerAt) fill(p []byte, off int64) error {
	i, found := slices.BinarySearchFunc(r.c.parts, off, func(pt part, off int64) int { return cmp.Compare(pt.off, off) })
	if !found && i > 0 {
		i-- // the one that begins before
	}
	clear(p)
	end := off + int64(len(p))
	for ; i < len(r.c.parts) && r.c.parts[i].off < end; i++ {
		pt := &r.c.parts[i]
		if pt.off+int64(pt.size) <= off {
			continue
		}
		data, err := r.unpack(i)
		if err != nil {
			return err
		}
		if pt.off >= off {
			copy(p[pt.off-off:], data)
		} else {
			copy(p, data[off-pt.off:])
		}
	}
	return nil
}

func (r *readerAt) unpack(i int) ([]byte, error) {
	pt := &r.c.parts[i]
	if !pt.packed {
		return pt.data, nil
	}
	for n := range r.cache {
		if r.cache[n].part == i+1 {
			return r.cache[n].data, nil
		}
	}
	slot := &r.cache[r.next]
	r.next = (r.next + 1) % cacheParts
	data, err := s2.Decode(slot.data[:cap(slot.data)], pt.data)
	if err != nil {
		return nil, err
	}
	slot.part, slot.data = i+1, data
	return data, nil
}
