package layer

import (
	"io"

	"github.com/klauspost/compress/zstd"
)

// frameReader notes where the frames of a zstd stream begin (RFC 8878, section
// 3.1) while a decoder reads it through it: each can be decoded by itself. It
// stops noting at the first frame that does not say how much it holds, for
// nobody knows then where in the data the next one begins.
type frameReader struct {
	r     io.Reader
	found func(in, out int64)

	in, out int64 // of the next byte to look at; of the frame's data
	skip    int64 // bytes that are of no interest
	head    []byte
	state   frameState
	sum     bool // a checksum ends the frame
}

type frameState uint8

const (
	frameHeader frameState = iota
	frameBlock
	frameLost // where we are is not known any more
)

const (
	maxFrameHeader = 18 // RFC 8878, section 3.1.1.1, with the magic number
	blockHeader    = 3  // section 3.1.1.2
	frameChecksum  = 4
)

func (f *frameReader) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if f.state != frameLost {
		f.look(p[:n])
	}
	return n, err
}

func (f *frameReader) look(p []byte) {
	for len(p) > 0 && f.state != frameLost {
		if f.skip > 0 {
			n := min(f.skip, int64(len(p)))
			f.skip -= n
			f.in += n
			p = p[n:]
			continue
		}
		f.head = append(f.head, p[0])
		f.in++
		p = p[1:]
		if f.state == frameBlock {
			f.block()
		} else {
			f.header()
		}
	}
}

// header takes a frame's header as soon as enough of it is there.
func (f *frameReader) header() {
	var h zstd.Header
	if err := h.Decode(f.head); err != nil || h.HeaderSize > len(f.head) {
		if len(f.head) >= maxFrameHeader {
			f.state = frameLost
		}
		return
	}
	start := f.in - int64(len(f.head))
	// What was read of the first block goes the way of its kind.
	rest := append([]byte(nil), f.head[h.HeaderSize:]...)
	f.head = f.head[:0]
	f.in = start + int64(h.HeaderSize)
	if h.Skippable {
		f.skip = int64(h.SkippableSize)
		f.look(rest)
		return
	}
	if start > 0 {
		f.found(start, f.out)
	}
	if !h.HasFCS || h.FrameContentSize > 1<<62 {
		f.state = frameLost
		return
	}
	f.out += int64(h.FrameContentSize)
	f.state, f.sum = frameBlock, h.HasCheckSum
	f.look(rest)
}

// block takes a block's header.
func (f *frameReader) block() {
	if len(f.head) < blockHeader {
		return
	}
	v := uint32(f.head[0]) | uint32(f.head[1])<<8 | uint32(f.head[2])<<16
	f.head = f.head[:0]
	f.skip = int64(v >> 3)
	if kind := v >> 1 & 3; kind == 1 { // a run of one byte
		f.skip = 1
	} else if kind == 3 {
		f.state = frameLost
	}
	if v&1 == 0 {
		return
	}
	if f.sum {
		f.skip += frameChecksum
	}
	f.state = frameHeader
}
