package secrets

import (
	"encoding/binary"
	"slices"

	"peel/analyzer/secrets/bigram"
)

// A keyword is what a rule's text cannot do without, found in any case.
type keyword struct {
	text string // lower case, at least minKeyword bytes
	// next and prev narrow what follows and goes before; nil is any byte, and
	// the beginning of the text. Short keywords need them: see grams.
	next, prev *charset
}

// minKeyword is the length of the shortest keyword. Shorter ones occur
// everywhere.
const minKeyword = 3

// matcher finds keywords. It looks at every second position only, at the four
// bytes there, case folded: each keyword has two such grams, one of which lies
// at an even position. A bitmap tells nearly all positions that begin none;
// there is no chain of dependent loads as in an automaton, so it runs at some
// 2 GB/s where four interleaved automata give 0.8 (BenchmarkMatcher).
type matcher struct {
	filter   [1 << (filterBits - 6)]uint64
	slots    []slot // open addressing by gram; a power of two
	entries  []gramEntry
	keywords []keyword
	reach    int // the last gram of any keyword, and one
}

// filterBits is the size of the filter, 128 KB. What it lets through for nothing
// costs more, as a branch that was not foreseen, than its place in the cache.
const filterBits = 21

// slot leads from a gram to its entries.
type slot struct {
	gram  uint32
	first uint32
	count uint32 // 0: the slot is free
}

// gramEntry says which keyword has a gram, and where in it.
type gramEntry struct {
	keyword uint16
	offset  int8 // the keyword begins this many bytes before the gram
}

// hit is an occurrence of a keyword.
type hit struct {
	pos     int
	keyword uint16
}

const caseBits = 0x20202020

func hashGram(g uint32) uint32 { return g * 0x9e3779b1 }

func newMatcher(keywords []keyword) *matcher {
	m := &matcher{keywords: keywords}
	byGram := map[uint32][]gramEntry{}
	for n, k := range keywords {
		for _, g := range k.grams() {
			g, e := g.gram, gramEntry{uint16(n), int8(g.offset)}
			m.reach = max(m.reach, int(e.offset)+2)
			if !slices.Contains(byGram[g], e) {
				byGram[g] = append(byGram[g], e)
			}
		}
	}
	size := 64
	for size < 4*len(byGram) {
		size *= 2
	}
	m.slots = make([]slot, size)
	grams := make([]uint32, 0, len(byGram))
	for g := range byGram {
		grams = append(grams, g)
	}
	slices.Sort(grams)
	for _, g := range grams {
		m.add(g, byGram[g])
	}
	return m
}

func (m *matcher) add(gram uint32, entries []gramEntry) {
	h := hashGram(gram) >> (32 - filterBits)
	m.filter[h>>6] |= 1 << (h & 63)
	i := int(hashGram(gram)>>8) & (len(m.slots) - 1)
	for m.slots[i].count != 0 {
		i = (i + 1) & (len(m.slots) - 1)
	}
	m.slots[i] = slot{gram, uint32(len(m.entries)), uint32(len(entries))}
	m.entries = append(m.entries, entries...)
}

// gramAt is a gram and its distance from the beginning of its keyword.
type gramAt struct {
	gram   uint32
	offset int
}

// grams gives the grams that betray the keyword at an even and at an odd
// position.
func (k keyword) grams() (out []gramAt) {
	t := []byte(k.text)
	put := func(g []byte, off int) { out = append(out, gramAt{binary.LittleEndian.Uint32(g) | caseBits, off}) }
	switch {
	case len(t) >= 5:
		n := rarest(t)
		put(t[n:n+4], n)
		put(t[n+1:n+5], n+1)
	case len(t) == 4:
		put(t, 0)
		if k.prev != nil && (k.next == nil || k.prev.size() < k.next.size()) {
			for c := range k.prev.each() {
				put([]byte{c, t[0], t[1], t[2]}, -1)
			}
			break
		}
		for c := range k.next.each() {
			put([]byte{t[1], t[2], t[3], c}, 1)
		}
	default:
		for c := range k.next.each() {
			put([]byte{t[0], t[1], t[2], c}, 0)
		}
		for c := range k.prev.each() {
			put([]byte{c, t[0], t[1], t[2]}, -1)
		}
	}
	return out
}

// rarest is where the five bytes begin that are the least like a word: of
// "contentful" the grams "tful" and "ntfu", not "cont".
func rarest(t []byte) int {
	best, at := float32(-1), 0
	for n := 0; n+5 <= len(t) && n < 100; n++ {
		// Each gram is found by itself: the commoner one counts.
		first := bigram.Rareness(t[n], t[n+1]) + bigram.Rareness(t[n+1], t[n+2]) + bigram.Rareness(t[n+2], t[n+3])
		second := bigram.Rareness(t[n+1], t[n+2]) + bigram.Rareness(t[n+2], t[n+3]) + bigram.Rareness(t[n+3], t[n+4])
		if r := min(first, second); r > best {
			best, at = r, n
		}
	}
	return at
}

// find appends the keywords that begin in b[from:to], in order but for
// neighbours. from must be even. What lies before and behind that range is
// looked at, and keywords must lie wholly in b.
func (m *matcher) find(hits []hit, b []byte, from, to int) []hit {
	// A keyword may be found by a gram before it, or far behind its beginning.
	i, end := max(from-2, 0), min(to+m.reach, len(b)-3)
	f := &m.filter
	for i+12 <= len(b) && i < end {
		p := (*[12]byte)(b[i:])
		w := binary.LittleEndian.Uint64(p[:8]) | caseBits<<32 | caseBits
		v := binary.LittleEndian.Uint32(p[6:10]) | caseBits
		h0 := hashGram(uint32(w)) >> (32 - filterBits)
		h1 := hashGram(uint32(w>>16)) >> (32 - filterBits)
		h2 := hashGram(uint32(w>>32)) >> (32 - filterBits)
		h3 := hashGram(v) >> (32 - filterBits)
		if f[h0>>6]&(1<<(h0&63)) != 0 || f[h1>>6]&(1<<(h1&63)) != 0 ||
			f[h2>>6]&(1<<(h2&63)) != 0 || f[h3>>6]&(1<<(h3&63)) != 0 {
			hits = m.probe(hits, b, i, uint32(w), from, to)
			hits = m.probe(hits, b, i+2, uint32(w>>16), from, to)
			hits = m.probe(hits, b, i+4, uint32(w>>32), from, to)
			hits = m.probe(hits, b, i+6, v, from, to)
		}
		i += 8
	}
	return m.look(hits, b, i, end, from, to)
}

// look probes the even positions of [i, end).
func (m *matcher) look(hits []hit, b []byte, i, end, from, to int) []hit {
	for ; i < end; i += 2 {
		hits = m.probe(hits, b, i, binary.LittleEndian.Uint32(b[i:])|caseBits, from, to)
	}
	return hits
}

// probe appends the keywords that the gram at b[i:] betrays.
func (m *matcher) probe(hits []hit, b []byte, i int, g uint32, from, to int) []hit {
	h := hashGram(g)
	if f := h >> (32 - filterBits); m.filter[f>>6]&(1<<(f&63)) == 0 {
		return hits
	}
	return m.verify(hits, b, i, g, from, to)
}

func (m *matcher) verify(hits []hit, b []byte, i int, g uint32, from, to int) []hit {
	s := int(hashGram(g)>>8) & (len(m.slots) - 1)
	for m.slots[s].gram != g {
		if m.slots[s].count == 0 {
			return hits
		}
		s = (s + 1) & (len(m.slots) - 1)
	}
	for _, e := range m.entries[m.slots[s].first:][:m.slots[s].count] {
		p := i - int(e.offset)
		if p >= from && p < to && m.keywords[e.keyword].at(b, p) {
			hits = append(hits, hit{p, e.keyword})
		}
	}
	return hits
}

// at reports whether the keyword is at b[p:].
func (k *keyword) at(b []byte, p int) bool {
	end := p + len(k.text)
	if p < 0 || end > len(b) {
		return false
	}
	for i := 0; i < len(k.text); i++ {
		if lower[b[p+i]] != k.text[i] {
			return false
		}
	}
	if k.next != nil && (end == len(b) || !k.next.has(b[end])) {
		return false
	}
	return k.prev == nil || p == 0 || k.prev.has(b[p-1])
}
