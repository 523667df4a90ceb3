package rpmdb

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// RPM's format until 4.16: a hash table of Berkeley DB, whose values lie on pages
// of their own. libdb 5.3, src/dbinc/db_page.h.
const (
	bdbMagic    = 0x00061561
	bdbMetaSize = 72
	bdbPageHead = 26
	bdbOffPage  = 12 // size of an entry that tells of a value elsewhere

	minPage, maxPage = 512, 65536

	pageUnsorted, pageOverflow, pageMeta, pageHash = 2, 7, 8, 13
	entryOffPage                                   = 3
)

// berkeley is a database that is being read.
type berkeley struct {
	db    string
	order binary.ByteOrder // that of the machine which wrote it
	size  int              // of a page
	used  []bool           // pages of values that were read: each belongs to one
}

func isBerkeley(db string) bool {
	if len(db) < bdbMetaSize {
		return false
	}
	n := le32(db, 12)
	return n == bdbMagic || n == bits.ReverseBytes32(bdbMagic)
}

func inBerkeley(db string, visit func([]byte) bool) error {
	b := berkeley{db: db, order: binary.LittleEndian}
	if le32(db, 12) != bdbMagic {
		b.order = binary.BigEndian
	}
	b.size = int(b.u32(db, 20))
	if b.size < minPage || b.size > maxPage || b.size&(b.size-1) != 0 || db[24] != 0 || db[25] != pageMeta {
		return fmt.Errorf("%w: its first page is none of a hash table's", errDamaged)
	}
	pages := len(db) / b.size
	if last := b.u32(db, 32); int64(last) >= int64(pages) {
		return fmt.Errorf("%w: page %d is beyond its end", errDamaged, last)
	}
	b.used = make([]bool, pages)
	for n := range pages {
		more, err := b.values(n, visit)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// values visits the values that a page tells of. Of its entries, each second one
// is a key's.
func (b *berkeley) values(n int, visit func([]byte) bool) (more bool, err error) {
	page := b.page(n)
	if page[25] != pageHash && page[25] != pageUnsorted {
		return true, nil
	}
	entries := int(b.u16(page, 20))
	if entries%2 != 0 || bdbPageHead+2*entries > b.room() {
		return false, fmt.Errorf("%w: page %d has %d entries", errDamaged, n, entries)
	}
	for i := 1; i < entries; i += 2 {
		at := int(b.u16(page, bdbPageHead+2*i))
		if at >= b.size {
			return false, fmt.Errorf("%w: an entry of page %d is beyond its end", errDamaged, n)
		}
		if page[at] != entryOffPage {
			continue
		}
		if at+bdbOffPage > b.room() {
			return false, fmt.Errorf("%w: an entry of page %d is cut off", errDamaged, n)
		}
		value, err := b.value(b.u32(page, at+4))
		if err != nil {
			return false, err
		}
		if !visit(value) {
			return false, nil
		}
	}
	return true, nil
}

// value is what lies on a chain of pages.
func (b *berkeley) value(n uint32) (value []byte, err error) {
	for n != 0 {
		if int64(n) >= int64(len(b.used)) || b.used[n] {
			return nil, fmt.Errorf("%w: page %d is no part of one value alone", errDamaged, n)
		}
		b.used[n] = true
		page := b.page(int(n))
		if page[25] != pageOverflow {
			return nil, fmt.Errorf("%w: page %d is none of a value's", errDamaged, n)
		}
		end := b.size
		next := b.u32(page, 16)
		if next == 0 {
			end = bdbPageHead + int(b.u16(page, 22))
		}
		if next == 0 && end > b.room() {
			return nil, fmt.Errorf("%w: page %d has more than it has room for", errDamaged, n)
		}
		value = append(value, page[bdbPageHead:end]...)
		n = next
	}
	return value, nil
}

// room is where a page ends, of those that offsets of 16 bits can tell.
func (b *berkeley) room() int { return min(b.size, math.MaxUint16) }

func (b *berkeley) page(n int) string { return b.db[n*b.size : (n+1)*b.size] }

func (b *berkeley) u32(s string, at int) uint32 { return b.order.Uint32([]byte(s[at : at+4])) }

func (b *berkeley) u16(s string, at int) uint16 { return b.order.Uint16([]byte(s[at : at+2])) }
