package secrets

import (
	"slices"
	"strings"

	"peel/source/layer"
)

// content is what one content holds, wherever in an image it lies.
type content struct {
	matches []match
	notes   []string // why not all of it was looked at
}

// Hits is what one layer holds. It becomes the layer's result.
type Hits struct {
	files []fileHits
}

// fileHits is one entry of a layer and the secrets in it.
type fileHits struct {
	entry   int // into Index.Entries
	content *content
}

// inspector is a Scanner's view of one layer.
type inspector struct {
	s    *Scanner
	st   *stream
	hits *Hits

	started bool
}

var _ layer.LayerInspector = (*inspector)(nil)

// Begin implements layer.Inspector. The result of what it returns is a *Hits.
func (s *Scanner) Begin() layer.LayerInspector {
	return &inspector{s: s, st: s.pool.Get().(*stream), hits: new(Hits)}
}

// Open implements layer.LayerInspector.
func (in *inspector) Open(_ int, e *layer.Entry) bool {
	in.started = false
	return e.Size >= minSecretFile
}

// minSecretFile is the size of the smallest file that can hold a secret worth
// the name.
const minSecretFile = 8

// Write implements layer.LayerInspector.
func (in *inspector) Write(p []byte) {
	if !in.started {
		in.started = true
		in.st.reset(p[:min(len(p), layer.SniffLen)])
	}
	in.st.write(p)
}

// Close implements layer.LayerInspector.
func (in *inspector) Close(i int, e *layer.Entry) {
	if c := in.content(e); c != nil {
		in.hits.files = append(in.hits.files, fileHits{i, c})
	}
}

// content scans what is left of a file, unless the same was seen before.
func (in *inspector) content(e *layer.Entry) *content {
	if in.st.flushed {
		return in.st.finish() // most of the work is done
	}
	in.s.mu.Lock()
	c, ok := in.s.seen[e.Digest]
	in.s.mu.Unlock()
	if ok {
		return c
	}
	c = in.st.finish()
	in.s.mu.Lock()
	in.s.seen[e.Digest] = c
	in.s.mu.Unlock()
	return c
}

// Result implements layer.LayerInspector.
func (in *inspector) Result() any {
	in.s.pool.Put(in.st)
	in.st = nil
	return in.hits
}

// settle keeps of matches that overlap the one that says most, and one of each
// value. Nil is for nothing.
func settle(found []match) *content {
	if len(found) == 0 {
		return nil
	}
	slices.SortStableFunc(found, func(a, b match) int { return int(b.rank) - int(a.rank) })
	c := new(content)
	for _, f := range found {
		if !slices.ContainsFunc(c.matches, f.covered) {
			c.matches = append(c.matches, f)
		}
	}
	slices.SortStableFunc(c.matches, func(a, b match) int {
		return int(max(min(a.start-b.start, 1), -1))
	})
	return c
}

// covered reports whether a match of at least the same rank says the same: it
// overlaps, or has the same value. The PEM block within a key file that was
// parsed is one; so is a token as a variable's value.
func (f match) covered(by match) bool {
	if f.inner != by.inner {
		return false
	}
	if f.start < by.end && by.start < f.end && f.start != f.end {
		return true
	}
	return f.value == by.value && f.rule.check == by.rule.check ||
		f.rank <= rankAssigned && by.rank > f.rank && (strings.Contains(by.value, f.value) || slices.Contains(by.more, f.value))
}
