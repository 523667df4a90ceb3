package secrets

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

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

// zipHeader is the local header of one member.
type zipHeader struct {
	flags, method uint16
	size          int64 // packed
	name          string
}

// zip looks at the files of a zip: jars, wheels, eggs, office files. It is read
// front to back, without its directory, so that what the directory has lost is
// looked at too.
func (u *unpacker) zip(r *bufio.Reader, name string, depth int) error {
	var z inflate.Raw
	defer z.Close()
	for {
		h, err := readZipHeader(r)
		if err != nil || h == nil {
			return err
		}
		if err := u.zipMember(r, &z, h, name, depth); err != nil {
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

func (u *unpacker) zipMember(r *bufio.Reader, z *inflate.Raw, h *zipHeader, name string, depth int) error {
	inner := joinInner(name, h.name)
	streamed := h.flags&zipStreamed != 0 && h.size <= 0
	encrypted := h.flags&zipEncrypted != 0
	switch {
	case streamed && h.method == zipStored && !encrypted:
		return u.rest(r, inner, depth)
	case h.size < 0, streamed && (h.method != zipDeflated || encrypted):
		return errZip
	case h.method == zipDeflated && !encrypted && (streamed || h.size > 0):
		if err := u.inflated(r, z, h, inner, depth); err != nil {
			return err
		}
	default:
		part := &io.LimitedReader{R: r, N: h.size}
		if h.method == zipStored && h.size > 0 && !encrypted {
			if err := u.read(part, inner, depth); err != nil {
				return err
			}
		}
		if _, err := io.Copy(io.Discard, part); err != nil {
			return err
		}
	}
	if h.flags&zipStreamed != 0 {
		return skipDescriptor(r)
	}
	return nil
}

// inflated looks at a deflated member. The data itself shows where it ends.
func (u *unpacker) inflated(r *bufio.Reader, z *inflate.Raw, h *zipHeader, name string, depth int) error {
	z.Reset(r)
	if err := u.inner(z, name, depth); isLimit(err) {
		return err
	}
	err := u.drain(z)
	switch left := h.size - z.Taken(); {
	case isLimit(err):
		return err
	case left > 0: // it ended early, or is broken
		_, err = io.CopyN(io.Discard, r, left)
		return err
	case err != nil && h.size <= 0, h.size > 0 && left < 0:
		return errZip
	}
	return nil
}

// drain unpacks what nobody wanted of a member, for its end is where the next
// one begins.
func (u *unpacker) drain(z *inflate.Raw) error {
	in := budget{z, u}
	for {
		if _, err := in.Next(); err != nil {
			return unlessEOF(err)
		}
	}
}

// rest looks at a stored member whose length only the directory knows, with all
// that follows it: nothing is lost but the names of what is stored there.
func (u *unpacker) rest(r *bufio.Reader, name string, depth int) error {
	if err := u.read(r, name, depth); err != nil {
		return err
	}
	return errZip
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
