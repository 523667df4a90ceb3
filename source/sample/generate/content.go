package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"peel/source/sourcetest"
)

// source gives pseudo-random numbers from a specified stream. It does not use
// math/rand's IntN, whose way of rounding may change between Go releases.
type source struct{ r io.Reader }

func newSource(seed uint64) source {
	const enough = 1 << 40
	return source{sourcetest.Random("", enough, seed).Content()}
}

func (s source) intn(n int) int {
	var b [4]byte
	s.read(b[:])
	return int(binary.LittleEndian.Uint32(b[:]) % uint32(n))
}

func (s source) read(b []byte) {
	if _, err := io.ReadFull(s.r, b); err != nil {
		panic(err) // the stream has no end
	}
}

// The blocks and the lines that all content is put together from. They fit
// into gzip's window of 32 kB, so that a layer pays for them once.
var (
	blocks = makeBlocks(10, 256)
	lines  = makeLines(40)
)

func makeBlocks(n, size int) [][]byte {
	s := newSource(1)
	all := make([][]byte, n)
	for i := range all {
		all[i] = make([]byte, size)
		s.read(all[i])
	}
	return all
}

// makeLines gives lines of some 80 bytes.
func makeLines(n int) []string {
	words := strings.Fields("the shop order of a cart with item price and stock is sent when user adds to page " +
		"basket checkout total for each customer session may be stored until it expires see also configuration")
	s := newSource(2)
	all := make([]string, n)
	for i := range all {
		line := words[s.intn(len(words))]
		for len(line) < 76 {
			line += " " + words[s.intn(len(words))]
		}
		all[i] = line + "\n"
	}
	return all
}

// pattern is size bytes that look like compiled code to a reader and yet
// compress well.
func pattern(size int, seed uint64) []byte {
	s := newSource(seed)
	var out []byte
	for len(out) < size {
		out = append(out, blocks[s.intn(len(blocks))]...)
	}
	return out[:size]
}

// prose is size bytes of English words in lines, the last byte a newline.
func prose(size int, seed uint64) string {
	s := newSource(seed)
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(lines[s.intn(len(lines))])
	}
	return b.String()[:size-1] + "\n"
}

// The two e_type values of an ELF file.
const (
	executable = 2
	shared     = 3
)

// elf is a valid, stripped x86-64 ELF file of size bytes: the header, one
// PT_LOAD segment that covers it all, no sections, no interpreter.
func elf(kind uint16, size int, seed uint64) string {
	const headerSize, segmentSize, base = 64, 56, 0x400000
	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
				panic(err) // fixed-size values only
			}
		}
	}
	b.WriteString("\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9))
	put(kind, uint16(62), uint32(1)) // EM_X86_64, EV_CURRENT
	put(uint64(base+headerSize+segmentSize), uint64(headerSize), uint64(0))
	put(uint32(0), uint16(headerSize), uint16(segmentSize), uint16(1), uint16(0), uint16(0), uint16(0))
	put(uint32(1), uint32(5), uint64(0), uint64(base), uint64(base)) // PT_LOAD, read and execute
	put(uint64(size), uint64(size), uint64(0x1000))
	b.Write(pattern(size-b.Len(), seed))
	return b.String()
}

// catalog is the shop's articles as JSON; a later version has other prices.
func catalog(items int, version uint64) string {
	s := newSource(900 + version)
	var b strings.Builder
	fmt.Fprintf(&b, "{\n  \"version\": %d,\n  \"items\": [\n", version)
	for i := range items {
		comma := ","
		if i == items-1 {
			comma = ""
		}
		fmt.Fprintf(&b, "    {\"sku\": \"ACME-%05d\", \"name\": \"Anvil, size %d\", \"price_cents\": %d, \"currency\": \"EUR\"}%s\n",
			i, i%40, 1000+s.intn(90)*50, comma)
	}
	b.WriteString("  ]\n}\n")
	return b.String()
}

// gzipped is text as man pages and changelogs are stored, without a name or
// a time in the header.
func gzipped(text string) string {
	var b bytes.Buffer
	zw, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	// A bytes.Buffer takes all that is written to it.
	_, _ = io.WriteString(zw, text)
	_ = zw.Close()
	return b.String()
}

// at gives the files of one step the same modification time.
func at(t time.Time, files ...sourcetest.File) []sourcetest.File {
	for i := range files {
		files[i] = files[i].MTime(t)
	}
	return files
}
