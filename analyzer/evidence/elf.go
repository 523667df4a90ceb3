package evidence

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
)

// ELF is what the first bytes of an executable tell of it (System V ABI, "ELF
// Header" and "Program Header").
type ELF struct {
	Machine elf.Machine
	Class   elf.Class // 32 or 64 bits
	Type    elf.Type
	Data    elf.Data // byte order
	// Interp is the dynamic loader that the kernel starts in its place; "" for a
	// static one. It is not known if InterpUnknown.
	Interp        string
	InterpUnknown bool
}

// Where the fields of the header lie, by class.
type elfLayout struct {
	phoff, phentsize, phnum int
	pOffset, pFilesz        int // in a program header
	wide                    bool
}

var elfLayouts = map[elf.Class]elfLayout{
	elf.ELFCLASS32: {phoff: 28, phentsize: 42, phnum: 44, pOffset: 4, pFilesz: 16},
	elf.ELFCLASS64: {phoff: 32, phentsize: 54, phnum: 56, pOffset: 8, pFilesz: 32, wide: true},
}

// maxInterp bounds the loader's name: the kernel's PATH_MAX.
const maxInterp = 4096

// parseELF reads a header from a file's first bytes; nil if it is not whole.
func parseELF(head []byte) *ELF {
	if len(head) < 52 || string(head[:4]) != elf.ELFMAG {
		return nil
	}
	e := &ELF{Class: elf.Class(head[elf.EI_CLASS]), Data: elf.Data(head[elf.EI_DATA])}
	l, ok := elfLayouts[e.Class]
	if !ok || l.wide && len(head) < 64 {
		return nil
	}
	var order binary.ByteOrder
	switch e.Data {
	case elf.ELFDATA2LSB:
		order = binary.LittleEndian
	case elf.ELFDATA2MSB:
		order = binary.BigEndian
	default:
		return nil
	}
	e.Type, e.Machine = elf.Type(order.Uint16(head[16:])), elf.Machine(order.Uint16(head[18:]))
	e.interp(head, l, order)
	return e
}

func (e *ELF) interp(head []byte, l elfLayout, order binary.ByteOrder) {
	word := func(b []byte) uint64 {
		if l.wide {
			return order.Uint64(b)
		}
		return uint64(order.Uint32(b))
	}
	size := uint64(len(head))
	off, entry := word(head[l.phoff:]), uint64(order.Uint16(head[l.phentsize:]))
	for range order.Uint16(head[l.phnum:]) {
		if off > size || entry < uint64(l.pFilesz+8) || size-off < entry {
			e.InterpUnknown = true
			return
		}
		ph := head[off : off+entry]
		off += entry
		if elf.ProgType(order.Uint32(ph)) != elf.PT_INTERP {
			continue
		}
		at, n := word(ph[l.pOffset:]), word(ph[l.pFilesz:])
		if at > size || n > maxInterp || size-at < n {
			e.InterpUnknown = true
			return
		}
		name, _, _ := bytes.Cut(head[at:at+n], []byte{0})
		e.Interp = string(name)
		return
	}
}
