// Package bolt reads the files of bbolt databases (go.etcd.io/bbolt) while
// somebody else writes to them: without a lock, a mapping or a copy.
//
// bbolt itself locks what it opens, which a reader of a running program's
// database must not do, and it follows the page numbers and lengths of a file
// without looking, which ends the process where a file is damaged. This package
// looks, and reads the few pages that are asked for.
//
// View is the entrance.
package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"time"
)

// ErrDamaged is given for what bbolt has not written so.
var ErrDamaged = errors.New("the database is damaged")

// errChanged says that a transaction ended while the file was read.
var errChanged = errors.New("the database changes too fast to be read")

const (
	// tries is how often a file is read that changes meanwhile. A reading takes
	// about a millisecond, and containerd commits a few times a second at most.
	tries = 20
	pause = 5 * time.Millisecond

	magic   = 0xED0CDAED
	version = 2
	// metaSize is what a meta page holds behind its header, the checksum last.
	metaSize = 64

	// Page sizes that bbolt makes: that of the operating system, or one that the
	// program names. bbolt looks for the second meta page at the same ones.
	minPageSize = 1 << 10
	maxPageSize = 16 << 20
)

// View gives what read makes of the database's root bucket at one moment: what
// a transaction that ends meanwhile has changed is read again.
//
// A transaction writes to none of the pages that the one before it has left in
// use. As long as no other has ended, the pages read are those of one state.
func View[T any](file io.ReaderAt, read func(*Bucket) (T, error)) (T, error) {
	return viewWithin(maxRead, file, read)
}

func viewWithin[T any](most int64, file io.ReaderAt, read func(*Bucket) (T, error)) (T, error) {
	var none T
	for n := range tries {
		if n > 0 {
			time.Sleep(pause)
		}
		before, err := lastMeta(file)
		if err != nil {
			return none, err
		}
		tx := &tx{file: file, meta: *before, left: most}
		out, err := read(&Bucket{tx: tx, root: before.root})
		after, again := lastMeta(file)
		if again != nil {
			return none, again
		}
		if *after == *before {
			return out, err
		}
	}
	return none, errChanged
}

// meta is the part of a meta page that readers need.
type meta struct {
	order    binary.ByteOrder // of the machine that wrote the file
	pageSize int64
	root     uint64 // page of the root bucket
	pages    uint64 // how many have ever been in use
	tx       uint64
}

// lastMeta reads both meta pages and takes the later one that is whole: the
// other is being written, perhaps.
func lastMeta(file io.ReaderAt) (*meta, error) {
	first, err := metaAt(file, 0)
	if err != nil && !errors.Is(err, ErrDamaged) {
		return nil, err
	}
	if first != nil {
		second, err := metaAt(file, first.pageSize)
		if err == nil && second.pageSize == first.pageSize && second.tx > first.tx {
			return second, nil
		}
		return first, nil
	}
	for size := int64(minPageSize); size <= maxPageSize; size <<= 1 {
		second, err := metaAt(file, size)
		if err == nil && second.pageSize == size {
			return second, nil
		}
	}
	return nil, fmt.Errorf("%w: it does not begin as one", ErrDamaged)
}

func metaAt(file io.ReaderAt, off int64) (*meta, error) {
	b := make([]byte, headerSize+metaSize)
	if _, err := file.ReadAt(b, off); err == io.EOF {
		return nil, fmt.Errorf("%w: it is too short", ErrDamaged)
	} else if err != nil {
		return nil, err
	}
	b = b[headerSize:]
	m := &meta{order: binary.LittleEndian}
	if binary.BigEndian.Uint32(b) == magic {
		m.order = binary.BigEndian
	}
	sum := fnv.New64a()
	sum.Write(b[:56])
	if m.order.Uint32(b) != magic || m.order.Uint32(b[4:]) != version || m.order.Uint64(b[56:]) != sum.Sum64() {
		return nil, fmt.Errorf("%w: its meta page makes no sense", ErrDamaged)
	}
	m.pageSize = int64(m.order.Uint32(b[8:]))
	if m.pageSize < minPageSize || m.pageSize > maxPageSize || m.pageSize&(m.pageSize-1) != 0 {
		return nil, fmt.Errorf("%w: pages of %d bytes", ErrDamaged, m.pageSize)
	}
	m.root, m.pages, m.tx = m.order.Uint64(b[16:]), m.order.Uint64(b[40:]), m.order.Uint64(b[48:])
	return m, nil
}
