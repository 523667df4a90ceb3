package secrets

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
)

// The parts of a zip file that are read front to back (APPNOTE.TXT, 4.3.7): the
// directory at its end is not needed, so nothing of it is kept.
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

// zip looks at the files of a zip: jars, wheels, eggs, office files.
func (u *unpacker) zip(r *bufio.Reader, name string, depth int) error {
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
