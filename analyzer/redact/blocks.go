package redact

// blockLen is the length in bytes of the pieces that long forms are cut into.
const blockLen = 64

// base and baseOut roll the hash of the last blockLen bytes.
const base = 0x9E3779B97F4A7C15

var baseOut = func() uint64 {
	p := uint64(1)
	for range blockLen {
		p *= base
	}
	return p
}()

// blocks finds the pieces of long forms by a rolling hash: a key costs some
// entries of a table, where an automaton would need thousands of nodes. What of
// a key was cut off somewhere is found as well, but for the last piece.
type blocks struct {
	filter [1 << 16 / 8]byte // by the first 16 bits of the hash
	table  map[uint64][]block
}

type block struct {
	text string
	edge
}

func newBlocks(set *forms) *blocks {
	var b *blocks
	for s, e := range set.edges {
		if len(s) < blockLen {
			continue
		}
		if b == nil {
			b = &blocks{table: map[uint64][]block{}}
		}
		last := len(s) - blockLen
		for i := 0; i < last; i += blockLen {
			b.insert(s[i:i+blockLen], edge{head: headAt(i, e)})
		}
		b.insert(s[last:], edge{head: headAt(last, e), tail: e.tail})
	}
	return b
}

// headAt is what may be seen of the block at i of a form.
func headAt(i int, e edge) int {
	if i == 0 {
		return e.head
	}
	return 0
}

func (b *blocks) insert(s string, e edge) {
	var h uint64
	for i := range len(s) {
		h = h*base + uint64(s[i])
	}
	for i, old := range b.table[h] {
		if old.text == s {
			b.table[h][i].edge = edge{min(old.head, e.head), min(old.tail, e.tail)}
			return
		}
	}
	b.table[h] = append(b.table[h], block{s, e})
	b.filter[h>>51] |= 1 << (h >> 48 & 7)
}

// find is the block whose bytes are in window.
func (b *blocks) find(h uint64, window []byte) (edge, bool) {
	if b.filter[h>>51]&(1<<(h>>48&7)) == 0 {
		return edge{}, false
	}
	for _, bl := range b.table[h] {
		if bl.text == string(window) {
			return bl.edge, true
		}
	}
	return edge{}, false
}
