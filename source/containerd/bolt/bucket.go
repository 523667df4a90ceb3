package bolt

import (
	"fmt"
	"io"
	"iter"
)

const (
	// maxRead bounds the bytes of pages, keys and values that one View takes in.
	// The images of containerd are some hundred bytes each.
	maxRead = 64 << 20
	// maxPage bounds one page with those that continue it.
	maxPage = 32 << 20
	// maxDepth bounds the branches above a leaf. Each level multiplies the leaves
	// by dozens at least.
	maxDepth = 16
	// maxID keeps the place of a page within what a file may have.
	maxID = 1 << 38

	headerSize  = 16 // of a page, of an element, and of a bucket in its parent
	branchPage  = 1
	leafPage    = 2
	leafIsInner = 1
)

// tx is one state of the database.
type tx struct {
	file io.ReaderAt
	meta meta
	left int64 // bytes that may still be taken in
}

// take counts bytes against what one View may take in.
func (t *tx) take(n int64) error {
	if t.left -= n; t.left < 0 {
		return fmt.Errorf("%w: too much is in it, or it is a loop", ErrDamaged)
	}
	return nil
}

// page reads a page with those that continue it.
func (t *tx) page(id uint64) ([]byte, error) {
	if id < 2 || id >= t.meta.pages || id > maxID {
		return nil, fmt.Errorf("%w: it has no page %d", ErrDamaged, id)
	}
	b, err := t.read(id, 1)
	if err != nil {
		return nil, err
	}
	if t.meta.order.Uint64(b) != id {
		return nil, fmt.Errorf("%w: page %d says that it is another", ErrDamaged, id)
	}
	more := int64(t.meta.order.Uint32(b[12:]))
	if more == 0 {
		return b, nil
	}
	if (more+1)*t.meta.pageSize > maxPage {
		return nil, fmt.Errorf("%w: page %d is of %d pages", ErrDamaged, id, more+1)
	}
	return t.read(id, more+1)
}

func (t *tx) read(id uint64, pages int64) ([]byte, error) {
	size := pages * t.meta.pageSize
	if err := t.take(size); err != nil {
		return nil, err
	}
	b := make([]byte, size)
	_, err := t.file.ReadAt(b, int64(id)*t.meta.pageSize)
	if err == io.EOF {
		return nil, fmt.Errorf("%w: it ends before page %d does", ErrDamaged, id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading page %d: %w", id, err)
	}
	return b, nil
}

// Bucket is a map of keys to values and to further buckets.
type Bucket struct {
	tx     *tx
	root   uint64 // its topmost page, or
	inline []byte // the only one, which lies in the parent
}

// Item is what a bucket has under a key.
type Item struct {
	Key    string
	Value  []byte  // nil for a bucket
	Bucket *Bucket // nil for a value
}

// Items gives what is in the bucket, in the order of the keys. It ends with the
// first error.
func (b *Bucket) Items() iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		page, err := b.inline, error(nil)
		if page == nil {
			page, err = b.tx.page(b.root)
		}
		if err == nil {
			_, err = b.tx.walk(page, 0, yield)
		}
		if err != nil {
			yield(Item{}, err)
		}
	}
}

// Sub is the bucket under a key; nil if there is none.
func (b *Bucket) Sub(key string) (*Bucket, error) {
	for item, err := range b.Items() {
		if err != nil {
			return nil, err
		}
		if item.Key == key {
			return item.Bucket, nil
		}
	}
	return nil, nil
}

// walk yields the items of a page and of those below it, until yield has enough.
func (t *tx) walk(page []byte, depth int, yield func(Item, error) bool) (more bool, err error) {
	elements, err := t.elements(page)
	if err != nil {
		return false, err
	}
	if t.meta.order.Uint16(page[8:]) == leafPage {
		return t.leaf(page, elements, yield)
	}
	if depth == maxDepth {
		return false, fmt.Errorf("%w: its pages lie more than %d deep", ErrDamaged, maxDepth)
	}
	for at := range elements {
		below, err := t.page(t.meta.order.Uint64(page[headerSize*(at+1)+8:]))
		if err != nil {
			return false, err
		}
		if more, err = t.walk(below, depth+1, yield); !more || err != nil {
			return false, err
		}
	}
	return true, nil
}

// elements is how many of them a page has; each of them lies within it.
func (t *tx) elements(page []byte) (int, error) {
	if len(page) < headerSize {
		return 0, fmt.Errorf("%w: a page of %d bytes", ErrDamaged, len(page))
	}
	kind, count := t.meta.order.Uint16(page[8:]), int(t.meta.order.Uint16(page[10:]))
	if kind != leafPage && kind != branchPage {
		return 0, fmt.Errorf("%w: a page of kind %#x where data should be", ErrDamaged, kind)
	}
	if (count+1)*headerSize > len(page) {
		return 0, fmt.Errorf("%w: a page of %d bytes with %d elements", ErrDamaged, len(page), count)
	}
	return count, nil
}

func (t *tx) leaf(page []byte, elements int, yield func(Item, error) bool) (more bool, err error) {
	for n := range elements {
		item, err := t.item(page[headerSize*(n+1):])
		if err != nil {
			return false, err
		}
		if !yield(item, nil) {
			return false, nil
		}
	}
	return true, nil
}

// item takes an element of a leaf apart: flags, where the key begins, counted
// from the element, length of key and value.
func (t *tx) item(b []byte) (Item, error) {
	order := t.meta.order
	flags, pos := order.Uint32(b), uint64(order.Uint32(b[4:]))
	middle := pos + uint64(order.Uint32(b[8:]))
	end := middle + uint64(order.Uint32(b[12:]))
	if end > uint64(len(b)) {
		return Item{}, fmt.Errorf("%w: an element reaches beyond its page", ErrDamaged)
	}
	// Elements may share their bytes in a file that means harm: they count each.
	if err := t.take(int64(end - pos)); err != nil {
		return Item{}, err
	}
	item := Item{Key: string(b[pos:middle]), Value: b[middle:end:end]}
	if flags&leafIsInner == 0 {
		return item, nil
	}
	if len(item.Value) < headerSize {
		return Item{}, fmt.Errorf("%w: a bucket of %d bytes", ErrDamaged, len(item.Value))
	}
	item.Bucket = &Bucket{tx: t, root: order.Uint64(item.Value)}
	if item.Bucket.root == 0 {
		item.Bucket.inline = item.Value[headerSize:]
	}
	item.Value = nil
	return item, nil
}
