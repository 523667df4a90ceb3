package owned

import (
	"encoding/binary"
	"strings"
)

// Tags of an RPM header, and the types of their values (rpm.org, "RPM Package
// Format", "Header").
const (
	tagName            = 1000
	tagVersion         = 1001
	tagRelease         = 1002
	tagEpoch           = 1003
	tagFileDigests     = 1035
	tagDirIndexes      = 1116
	tagBaseNames       = 1117
	tagDirNames        = 1118
	tagDigestAlgorithm = 5011

	typeInt32       = 4
	typeString      = 6
	typeStringArray = 8
	typeI18N        = 9
)

// maxTags is what a header has at most, by RPM itself.
const maxTags = 65535

// rpmHeader is what RPM knows of a package: an index of tags, and their values.
type rpmHeader struct {
	index []byte // entries of tag, type, offset and count, 4 bytes each
	data  []byte
}

// parseHeader takes a header as databases have it, without the magic of a file.
func parseHeader(b []byte) (h rpmHeader, ok bool) {
	if len(b) < 8 {
		return h, false
	}
	n, size := int64(binary.BigEndian.Uint32(b)), int64(binary.BigEndian.Uint32(b[4:]))
	b = b[8:]
	if n > maxTags || 16*n+size > int64(len(b)) {
		return h, false
	}
	return rpmHeader{b[:16*n], b[16*n : 16*n+size]}, true
}

// values finds a tag: its type, how many values it has, and where they begin.
func (h rpmHeader) values(tag uint32) (kind, count uint32, data []byte) {
	for e := h.index; len(e) >= 16; e = e[16:] {
		off := binary.BigEndian.Uint32(e[8:])
		if binary.BigEndian.Uint32(e) == tag && int64(off) < int64(len(h.data)) {
			return binary.BigEndian.Uint32(e[4:]), binary.BigEndian.Uint32(e[12:]), h.data[off:]
		}
	}
	return 0, 0, nil
}

func (h rpmHeader) strings(tag uint32) (list []string) {
	kind, count, data := h.values(tag)
	if kind != typeString && kind != typeStringArray && kind != typeI18N {
		return nil
	}
	rest := string(data)
	for range count {
		s, after, ok := strings.Cut(rest, "\x00")
		if !ok {
			break
		}
		list, rest = append(list, s), after
	}
	return list
}

func (h rpmHeader) numbers(tag uint32) (list []uint32) {
	kind, count, data := h.values(tag)
	if kind != typeInt32 {
		return nil
	}
	for ; count > 0 && len(data) >= 4; count-- {
		list, data = append(list, binary.BigEndian.Uint32(data)), data[4:]
	}
	return list
}
