package secrets

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"

	"peel/source/inflate"
)

// The parts of a zip file that is read front to back (APPNOTE.TXT, 4.3.7).
const (
	zipLocal      = "PK\x03\x04"
	zipDescriptor = "PK\x07\x08"
	zipHeaderLen  = 30
	zipStored     = 0
	zipDeflated   = 8
	zipEncrypted  = 1 << 0
	zipStreamed   = 1 << 3 // sizes follow the data
	zip64Extra    = 1
)

var errZip = errors.New("its files cannot be told apart without its directory")

var inflaters = sync.Pool{New: func() any { return flate.NewReader(nil) }}

// zipHeader is the local header of one member.
type zipHeader struct {
	flags, method uint16
	size          int64 // packed
	name          string
}

// maxZip is the size of the largest zip that is read whole, for its directory
// tells sizes and thereby allows the faster decoder. Larger ones, and those
// within another, are read front to back.
const maxZip = 32 << 20

// zip looks at the files of a zip: jars, wheels, eggs, office files.
func (u *unpacker) zip(r *bufio.Reader, name string, depth int) error {
	if u.held {
		return u.zipStream(r, name, depth)
	}
	u.s.zips.Lock()
	u.held = true
	defer u.release()
	b := u.s.zipSpace(u.size)
	n, err := io.ReadFull(r, b)
	switch b = b[:n]; err {
	case nil: // there may be more
		rest := bufferOf(io.MultiReader(bytes.NewReader(b), r))
		defer readers.Put(rest)
		return u.zipStream(rest, name, depth)
	case io.EOF, io.ErrUnexpectedEOF:
	default:
		return err
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(n))
	if err != nil {
		return u.zipStream(bufio.NewReader(bytes.NewReader(b)), name, depth)
	}
	for _, f := range z.File {
		if err := u.zipFile(b, f, name, depth); err != nil {
			return err
		}
	}
	return nil
}

// zipSpace is room for a zip file of a size that is known if it is the outermost
// archive, and one byte more.
func (s *Scanner) zipSpace(size int64) []byte {
	want := int(min(max(size, 4<<20), maxZip)) + 1
	if cap(s.zipBuf) < want {
		s.zipBuf = make([]byte, want)
	}
	return s.zipBuf[:cap(s.zipBuf)]
}

// zipFile looks at one file of a zip in memory. What is broken is passed over.
func (u *unpacker) zipFile(b []byte, f *zip.File, name string, depth int) error {
	off, err := f.DataOffset()
	if err != nil || f.Flags&zipEncrypted != 0 || off < 0 || uint64(off) > uint64(len(b)) || f.CompressedSize64 > uint64(len(b))-uint64(off) {
		return nil
	}
	data := b[off : uint64(off)+f.CompressedSize64]
	inner := joinInner(name, f.Name)
	switch f.Method {
	case zip.Store:
		err = u.inner(bytes.NewReader(data), inner, depth)
	case zip.Deflate:
		err = u.deflated(data, f, inner, depth)
	}
	if errors.Is(err, errBudget) || errors.Is(err, errMembers) {
		return err
	}
	return nil
}

// gzipHeader makes a gzip stream of deflated data, with the trailer that the
// directory of the zip has the parts of.
const gzipHeader = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

func (u *unpacker) deflated(data []byte, f *zip.File, name string, depth int) error {
	trailer := binary.LittleEndian.AppendUint32(nil, f.CRC32)
	trailer = binary.LittleEndian.AppendUint32(trailer, uint32(f.UncompressedSize64))
	z, err := inflate.NewReader(io.MultiReader(strings.NewReader(gzipHeader), bytes.NewReader(data), bytes.NewReader(trailer)))
	if err != nil {
		return err
	}
	defer z.Close()
	return u.inner(z, name, depth)
}

func (u *unpacker) zipStream(r *bufio.Reader, name string, depth int) error {
	for {
		h, err := readZipHeader(r)
		if err != nil || h == nil {
			return err
		}
		if err := u.zipMember(r, h, name, depth); err != nil {
			return err
		}
	}
}

func readZipHeader(r *bufio.Reader) (*zipHeader, error) {
	var b [zipHeaderLen]byte
	if sig, err := r.Peek(4); err != nil || string(sig) != zipLocal {
		return nil, nil // the directory, or what was put behind it
	}
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	h := &zipHeader{flags: le.Uint16(b[6:]), method: le.Uint16(b[8:]), size: int64(le.Uint32(b[18:]))}
	rest := make([]byte, int(le.Uint16(b[26:]))+int(le.Uint16(b[28:])))
	if _, err := io.ReadFull(r, rest); err != nil {
		return nil, err
	}
	n := int(le.Uint16(b[26:]))
	h.name = string(rest[:n])
	if h.size == 0xffffffff {
		h.size = zip64Size(rest[n:])
	}
	return h, nil
}

// zip64Size finds the packed size in the extra fields (4.5.3); -1 if it is not
// there.
func zip64Size(extra []byte) int64 {
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		extra = extra[4:]
		if n > len(extra) {
			break
		}
		if id == zip64Extra && n >= 16 {
			return int64(binary.LittleEndian.Uint64(extra[8:]) & (1<<63 - 1))
		}
		extra = extra[n:]
	}
	return -1
}

func (u *unpacker) zipMember(r *bufio.Reader, h *zipHeader, name string, depth int) error {
	inner := joinInner(name, h.name)
	streamed := h.flags&zipStreamed != 0 && h.size <= 0
	switch {
	case h.size < 0 || streamed && (h.method != zipDeflated || h.flags&zipEncrypted != 0):
		return errZip
	case streamed:
		if err := u.inflated(r, inner, depth); err != nil {
			return err
		}
		return skipDescriptor(r)
	}
	part := &io.LimitedReader{R: r, N: h.size}
	var err error
	switch {
	case h.size == 0 || h.flags&zipEncrypted != 0:
	case h.method == zipStored:
		err = u.inner(part, inner, depth)
	case h.method == zipDeflated:
		err = u.inflated(part, inner, depth)
	}
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, part); err != nil {
		return err
	}
	if h.flags&zipStreamed != 0 {
		return skipDescriptor(r)
	}
	return nil
}

// inflated looks at a deflated member, whose end the data itself shows.
func (u *unpacker) inflated(r io.Reader, name string, depth int) error {
	z := inflaters.Get().(io.ReadCloser)
	defer inflaters.Put(z)
	if err := z.(flate.Resetter).Reset(r, nil); err != nil {
		return err
	}
	if err := u.inner(z, name, depth); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, &budgetReader{z, u})
	return err
}

// skipDescriptor skips what follows a member whose sizes were not known before:
// a CRC and two sizes of 4 or of 8 bytes. Which, shows what comes next.
func skipDescriptor(r *bufio.Reader) error {
	b, err := r.Peek(28)
	if len(b) < 12 {
		return err
	}
	skip := 12
	if string(b[:4]) == zipDescriptor {
		skip = 16
	}
	if len(b) >= skip+12 && b[skip] != 'P' && string(b[skip+8:skip+10]) == "PK" {
		skip += 8
	}
	_, err = r.Discard(skip)
	return err
}
