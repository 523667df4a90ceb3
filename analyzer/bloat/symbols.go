package bloat

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"strings"

	"peel/source/layer"
)

// Bounds of what is looked at of an ELF file.
const (
	// maxSections bounds the section header table. Programs have some forty;
	// object files, which are left alone, may have one a function.
	maxSections = 4096
	// namesLead is how far before the table the sections' names are looked for,
	// which linkers put there, and their greatest length.
	namesLead = 64 << 10
	// leastELF is the size below which there is nothing worth stripping.
	leastELF = 4096
)

// symbols is what strip(1) would take from an ELF file, in bytes, and what kind
// of file it is.
type symbols struct {
	table int64 // .symtab and its strings
	debug int64 // .debug_* and the like
	guess bool  // sections were told by their types: the names were out of reach
	core  bool  // a core dump
	split bool  // debug symbols taken from another file, without its code
}

// Symbols is what a Collector found in one layer.
type Symbols struct {
	files map[int]symbols // by index into Index.Entries
}

// Collector looks at the section headers of ELF files as they go by. It keeps
// nothing of their contents.
type Collector struct{}

var _ layer.Inspector = Collector{}

// FactsName is that of the symbols in programs that a Collector measures.
const FactsName = "symbols"

// Name implements layer.Inspector.
func (Collector) Name() string { return FactsName }

// Begin implements layer.Inspector. The result is a *Symbols.
func (Collector) Begin() layer.LayerInspector {
	return &collector{found: &Symbols{files: map[int]symbols{}}}
}

// window is a range of a file that is kept while the file goes by.
type window struct {
	from, to int64
	buf      []byte
}

func (w *window) set(from, to int64) { w.from, w.to, w.buf = from, to, w.buf[:0] }

// take keeps what of p, which begins at an offset of the file, is in the window.
func (w *window) take(at int64, p []byte) {
	from, to := max(w.from+int64(len(w.buf))-at, 0), min(w.to-at, int64(len(p)))
	if from < to {
		w.buf = append(w.buf, p[from:to]...)
	}
}

func (w *window) full() bool { return int64(len(w.buf)) == w.to-w.from }

// collector looks at one layer.
type collector struct {
	found *Symbols
	size  int64 // of the file
	at    int64 // bytes seen
	head  window
	table window // what leads up to the section headers, and these
	names window // if they come later
	shape
}

// shape is what a file's header says.
type shape struct {
	ok       bool // it is an ELF file, as far as is known
	typ      elf.Type
	order    binary.ByteOrder
	wide     bool // 64 bits
	shoff    int64
	entry    int
	count    int
	nameSect int
}

const (
	ehdr32, ehdr64 = 52, 64
	shdr32, shdr64 = 40, 64
)

// Open implements layer.LayerInspector.
func (c *collector) Open(_ int, e *layer.Entry) bool {
	if e.Size < leastELF {
		return false
	}
	c.size, c.at, c.shape = e.Size, 0, shape{ok: true}
	c.head.set(0, ehdr64)
	c.names.set(0, 0)
	return true
}

// Write implements layer.LayerInspector.
func (c *collector) Write(p []byte) {
	at := c.at
	c.at += int64(len(p))
	if !c.ok {
		return
	}
	if !c.head.full() {
		if at == 0 && len(p) >= len(elf.ELFMAG) && string(p[:len(elf.ELFMAG)]) != elf.ELFMAG {
			c.ok = false
			return
		}
		if c.head.take(at, p); !c.head.full() {
			return
		}
		if c.ok = c.read(c.head.buf); !c.ok {
			return
		}
		c.table.set(max(0, c.shoff-namesLead), c.shoff+int64(c.count*c.entry))
		if c.table.from < at { // the header came in pieces
			c.table.from = min(at, c.shoff)
		}
	}
	if !c.table.full() {
		if c.table.take(at, p); !c.table.full() {
			return
		}
		c.expectNames()
	}
	c.names.take(at, p)
}

// read reads a file's header (System V ABI, "ELF Header"); false if there is
// nothing to look for.
func (c *collector) read(head []byte) bool {
	if string(head[:4]) != elf.ELFMAG {
		return false
	}
	switch elf.Data(head[elf.EI_DATA]) {
	case elf.ELFDATA2LSB:
		c.order = binary.LittleEndian
	case elf.ELFDATA2MSB:
		c.order = binary.BigEndian
	default:
		return false
	}
	c.typ = elf.Type(c.order.Uint16(head[16:]))
	counts, least := 48, shdr32
	switch elf.Class(head[elf.EI_CLASS]) {
	case elf.ELFCLASS64:
		off := c.order.Uint64(head[40:])
		if off > uint64(c.size) {
			return false
		}
		c.wide, c.shoff, counts, least = true, int64(off), 60, shdr64
	case elf.ELFCLASS32:
		c.shoff = int64(c.order.Uint32(head[32:]))
	default:
		return false
	}
	c.entry = int(c.order.Uint16(head[counts-2:]))
	c.count, c.nameSect = int(c.order.Uint16(head[counts:])), int(c.order.Uint16(head[counts+2:]))
	if c.typ == elf.ET_CORE { // told by the header alone
		c.count = 0
		return true
	}
	return (c.typ == elf.ET_EXEC || c.typ == elf.ET_DYN) && c.shoff > 0 && c.entry >= least &&
		c.count > 0 && c.count <= maxSections && c.shoff+int64(c.count*c.entry) <= c.size
}

// section is a section header (System V ABI, "Section Header").
type section struct {
	name      uint32
	typ       elf.SectionType
	flags     elf.SectionFlag
	off, size int64
	link      int
}

func (c *collector) section(i int) (s section) {
	b := c.table.buf[int(c.shoff-c.table.from)+i*c.entry:]
	s.name, s.typ = c.order.Uint32(b), elf.SectionType(c.order.Uint32(b[4:]))
	var off, size uint64
	if c.wide {
		s.flags, off, size = elf.SectionFlag(c.order.Uint64(b[8:])), c.order.Uint64(b[24:]), c.order.Uint64(b[32:])
		s.link = int(c.order.Uint32(b[40:]))
	} else {
		s.flags, off, size = elf.SectionFlag(c.order.Uint32(b[8:])), uint64(c.order.Uint32(b[16:])), uint64(c.order.Uint32(b[20:]))
		s.link = int(c.order.Uint32(b[24:]))
	}
	if off > uint64(c.size) || size > uint64(c.size)-off { // not in the file
		off, size = 0, 0
	}
	s.off, s.size = int64(off), int64(size)
	return s
}

// expectNames asks for the sections' names if they come after their headers.
func (c *collector) expectNames() {
	if c.nameSect >= c.count {
		return
	}
	if s := c.section(c.nameSect); s.off >= c.table.to {
		c.names.set(s.off, s.off+min(s.size, namesLead))
	}
}

// nameTable is the names of the sections; nil if they were out of reach.
func (c *collector) nameTable() []byte {
	if c.nameSect >= c.count {
		return nil
	}
	s := c.section(c.nameSect)
	switch {
	case s.off >= c.table.to && c.names.full():
		return c.names.buf
	case s.size > 0 && s.off >= c.table.from && s.off+s.size <= c.table.to:
		return c.table.buf[s.off-c.table.from:][:s.size]
	}
	return nil
}

// Close implements layer.LayerInspector.
func (c *collector) Close(i int, _ *layer.Entry) {
	if !c.ok || !c.head.full() || !c.table.full() {
		return
	}
	if c.typ == elf.ET_CORE {
		c.found.files[i] = symbols{core: true}
		return
	}
	if s := c.symbols(); s.split || s.table+s.debug > 0 {
		c.found.files[i] = s
	}
}

// leastDebug is how many sections debug symbols have at least: information,
// abbreviations and lines.
const leastDebug = 3

func (c *collector) symbols() (s symbols) {
	names := c.nameTable()
	var unnamed, count int64
	code, hollow := false, false
	for i := range c.count {
		sect := c.section(i)
		if sect.flags&elf.SHF_EXECINSTR != 0 {
			hollow = hollow || sect.typ == elf.SHT_NOBITS
			code = code || sect.typ == elf.SHT_PROGBITS
		}
		switch {
		case sect.flags&elf.SHF_ALLOC != 0: // is loaded
		case sect.typ == elf.SHT_SYMTAB:
			s.table += sect.size
			if sect.link < c.count && sect.link != c.nameSect {
				if str := c.section(sect.link); str.typ == elf.SHT_STRTAB && str.flags&elf.SHF_ALLOC == 0 {
					s.table += str.size
				}
			}
		case names != nil && isDebug(nameAt(names, sect.name)):
			s.debug += sect.size
		case names == nil && sect.typ == elf.SHT_PROGBITS:
			unnamed += sect.size
			count++
		}
	}
	if count >= leastDebug {
		s.debug, s.guess = unnamed, true
	}
	s.split = hollow && !code
	// Sections of a hostile file may overlap.
	s.table = min(s.table, c.size)
	s.debug = min(s.debug, c.size-s.table)
	return s
}

func nameAt(names []byte, off uint32) string {
	if uint64(off) >= uint64(len(names)) {
		return ""
	}
	name, _, _ := bytes.Cut(names[off:], []byte{0})
	return string(name)
}

// isDebug reports whether strip takes a section of this name (binutils, bfd/elf.c).
func isDebug(name string) bool {
	for _, p := range []string{".debug", ".zdebug", ".gnu.debuglto_", ".stab", ".gdb_index", ".line"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// Facts implements layer.LayerInspector.
func (c *collector) Facts() any { return c.found }
