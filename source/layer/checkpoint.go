package layer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"sync"

	"github.com/klauspost/compress/zstd"

	"peel/source/inflate"
)

// A reading leaves a checkpoint whenever it has gone so far: one file of a
// registry's layer then costs 300 kB in the mean, and the checkpoints of a layer
// take two or three per cent of its stored bytes. Marks cost next to nothing; they
// keep what is fetched behind a file small.
const (
	checkpointIn  = 400 << 10 // stored bytes
	checkpointOut = 2 << 20   // bytes of the tar
	markOut       = 64 << 10
)

// Checkpoint is a place in the stored bytes of a layer where reading can begin
// without what lies before it: a block of gzip, with the 32 KiB of data that it
// may refer to, or a frame of zstd.
type Checkpoint struct {
	In     int64  // offset of the stored byte with the first bit
	Out    int64  // offset in the uncompressed tar
	Bit    uint8  // bits of the byte at In that lie before
	Window []byte // the data before Out that is needed, packed; nil for none
}

// Mark is a place in the stored bytes that all of the tar before Out lies before.
type Mark struct{ In, Out int64 }

// windowLimit is what an unpacked window may have (RFC 1951, section 2).
const windowLimit = 32 << 10

// packWindow makes a window smaller.
func packWindow(w []byte) []byte {
	if len(w) == 0 {
		return nil
	}
	return slices.Clip(windowPacker().EncodeAll(w, nil))
}

// unpackWindow gives a window back. What is no window is an error.
func unpackWindow(p []byte) ([]byte, error) {
	if len(p) == 0 {
		return nil, nil
	}
	w, err := windowUnpacker().DecodeAll(p, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: reading a checkpoint: %w", ErrCorrupt, err)
	}
	return w, nil
}

// Ranger gives parts of the stored bytes of a layer.
type Ranger interface {
	// Range reads up to n bytes from off on. Fewer come only at the end.
	Range(ctx context.Context, off, n int64) (io.ReadCloser, error)
}

// Ranges makes a Ranger of bytes that can be read at any place.
func Ranges(r io.ReaderAt) Ranger { return ranges{r} }

type ranges struct{ io.ReaderAt }

func (r ranges) Range(_ context.Context, off, n int64) (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(r, off, n)), nil
}

// Stored is what is needed to begin reading anywhere in a layer.
type Stored struct {
	Compression string       // "none", "gzip" or "zstd"
	Bytes       int64        // as stored
	Tar         int64        // bytes of the uncompressed tar
	Checkpoints []Checkpoint // ascending; without any, reading begins at the first byte
	Marks       []Mark       // ascending; without any, reading ends at the last
}

// Section reads n bytes of the uncompressed tar, from off on. It asks stored for
// one range: from the checkpoint before off to the mark behind the end. Bytes are
// not verified: hold them against a digest. A stream that ends or breaks before
// the section does is ErrCorrupt; other errors are those of stored.
func (s *Stored) Section(ctx context.Context, stored Ranger, off, n int64) (io.ReadCloser, error) {
	if off < 0 || n < 0 {
		return nil, fmt.Errorf("%w: a section of %d bytes at %d", ErrCorrupt, n, off)
	}
	from, to := s.around(off, n)
	r, err := stored.Range(ctx, from.In, to-from.In)
	if err != nil {
		return nil, err
	}
	out := &section{raw: &rawReader{r: r}, left: n}
	if out.tar, err = s.decode(out.raw, from); err == nil {
		_, err = io.CopyN(io.Discard, out.tar, off-from.Out)
	}
	if err != nil {
		out.Close()
		return nil, out.broken(err)
	}
	return out, nil
}

// around is the checkpoint before a section, and where the stored bytes of the
// section end at the latest.
func (s *Stored) around(off, n int64) (from Checkpoint, to int64) {
	if s.Compression == "none" {
		return Checkpoint{In: off, Out: off}, off + n
	}
	c := s.Checkpoints
	if i := sort.Search(len(c), func(i int) bool { return c[i].Out > off }); i > 0 {
		from = c[i-1]
	}
	to = s.Bytes
	if i := sort.Search(len(s.Marks), func(i int) bool { return s.Marks[i].Out >= off+n }); i < len(s.Marks) {
		to = s.Marks[i].In
	}
	return from, max(to, from.In)
}

// decode begins to decompress at a checkpoint.
func (s *Stored) decode(raw io.Reader, from Checkpoint) (io.ReadCloser, error) {
	switch s.Compression {
	case "none":
		return io.NopCloser(raw), nil
	case "zstd":
		return openZstd(raw)
	case "gzip":
		return openGzip(raw, from)
	}
	return nil, fmt.Errorf("%w: %q", ErrFormat, s.Compression)
}

func openGzip(raw io.Reader, from Checkpoint) (io.ReadCloser, error) {
	if from.In == 0 {
		z := new(inflate.Reader)
		if err := z.Reset(raw); err != nil {
			return nil, err
		}
		return z, nil
	}
	window, err := unpackWindow(from.Window)
	if err != nil {
		return nil, err
	}
	return inflate.Resume(raw, inflate.Checkpoint{In: from.In, Bit: from.Bit, Out: from.Out, Window: window})
}

// places are where reading can begin and end, as a reading comes by them.
type places struct {
	checkpoints []Checkpoint
	marks       []Mark
	in, out     int64 // of the last checkpoint
}

// block takes a boundary of gzip blocks.
func (p *places) block(c inflate.Checkpoint) {
	end := c.In
	if c.Bit > 0 {
		end++ // the block before ends in this byte
	}
	p.marks = append(p.marks, Mark{end, c.Out})
	if p.far(c.In, c.Out) {
		p.checkpoints = append(p.checkpoints, Checkpoint{In: c.In, Out: c.Out, Bit: c.Bit, Window: packWindow(c.Window)})
	}
}

// frame takes the beginning of a zstd frame.
func (p *places) frame(in, out int64) {
	if n := len(p.marks); n == 0 || out-p.marks[n-1].Out >= markOut {
		p.marks = append(p.marks, Mark{in, out})
	}
	if p.far(in, out) {
		p.checkpoints = append(p.checkpoints, Checkpoint{In: in, Out: out})
	}
}

// far reports whether it is time for a checkpoint, and takes it for one then.
func (p *places) far(in, out int64) bool {
	if in-p.in < checkpointIn && out-p.out < checkpointOut {
		return false
	}
	p.in, p.out = in, out
	return true
}

// section ends when its bytes have been read, whatever follows.
type section struct {
	raw  *rawReader
	tar  io.ReadCloser // nil if it could not be opened
	left int64
}

func (s *section) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n, err := s.tar.Read(p[:min(int64(len(p)), s.left)])
	if s.left -= int64(n); s.left == 0 {
		return n, nil
	}
	return n, s.broken(err)
}

func (s *section) Close() error {
	if s.tar != nil {
		s.tar.Close() // gives buffers back
	}
	return s.raw.r.Close()
}

// broken is the error of a section that cannot be read to its end.
func (s *section) broken(err error) error {
	switch {
	case err == nil:
		return nil
	case s.raw.err != nil:
		return s.raw.err
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	if errors.Is(err, ErrCorrupt) || errors.Is(err, ErrFormat) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}

// rawReader tells a store that fails from a stream that is broken.
type rawReader struct {
	r   io.ReadCloser
	err error
}

func (r *rawReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

// The window coders serve all goroutines; each call works alone.
var (
	windowPacker = sync.OnceValue(func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false))
		if err != nil {
			panic(err) // the options are constant
		}
		return e
	})
	windowUnpacker = sync.OnceValue(func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(windowLimit))
		if err != nil {
			panic(err)
		}
		return d
	})
)
