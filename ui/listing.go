package ui

import (
	"cmp"
	"slices"
	"strings"

	"peel/analyzer/filetree"
)

// order is what a listing is sorted by.
type order uint8

const (
	bySize order = iota
	byWaste
	byChange
	byName
	orders
)

func (o order) String() string { return [...]string{"size", "waste", "changes", "name"}[o] }

// row is one line of a tree. Directories that hold nothing but one directory
// share its line: head is then the first of them.
type row struct {
	node, head int32
	depth      int32
}

// shape is what a listing shows of a view, and how.
type shape struct {
	order   order
	reverse bool
	flat    bool
	whole   bool // the image, not a layer of it: changes are not told apart
	hide    [filetree.Gone + 1]bool
	filter  *filter
}

// listing is the lines of a view. Sorted children are made when first needed,
// lines when something but the cursor changed.
type listing struct {
	view  *filetree.View
	shape shape
	folds *folds
	rows  []row

	keep    []bool // nodes that are listed if their directories are open
	matches int    // files and directories that the filter picks
	bytes   int64
	files   int // of the view

	// What is sorted stays while only the filter or the folds change.
	sortedFor sorting
	kids      []span    // of all shown children of a directory, in arena
	arena     []int32   // each node is the child of one
	flat      []int32   // all files; nil if not asked for yet
	room      []sortKey // to sort in
}

// span is a part of the arena; its end is 0 if it was not asked for yet.
type span struct{ from, to int32 }

// sorting is what the order of a listing depends on.
type sorting struct {
	view    *filetree.View
	order   order
	reverse bool
	whole   bool
}

// change is what a line says of a node.
func (l *listing) change(n int) filetree.Change {
	c := l.view.Change[n]
	if !l.shape.whole {
		return c
	}
	if c == filetree.Removed {
		return filetree.Gone
	}
	if c != filetree.Gone {
		return filetree.Unchanged
	}
	return c
}

// pick finds out which nodes are listed. plain and filtered are the folds to
// use without and with a filter.
func (l *listing) pick(plain, filtered *folds) {
	v := l.view
	l.keep = v.Shown
	if now := (sorting{v, l.shape.order, l.shape.reverse, l.shape.whole}); now != l.sortedFor {
		l.sortedFor, l.flat = now, nil
		l.forget()
	}
	l.matches, l.bytes, l.files = 0, 0, int(v.Files[0])
	hiding := l.shape.hide != [filetree.Gone + 1]bool{}
	f := l.shape.filter
	l.folds = plain
	if f == nil && !hiding && !l.shape.whole {
		plain.prepare(v.Tree, nil)
		return
	}
	nodes := v.Tree.Nodes
	keep := make([]bool, len(nodes))
	l.keep = keep
	if f == nil {
		for i := range nodes {
			keep[i] = l.wanted(i)
		}
		l.lift(nil)
		plain.prepare(v.Tree, nil)
		return
	}
	const (
		inside   = 1 // below a match
		excluded = 2
	)
	marks := make([]uint8, len(nodes))
	open := make([]bool, len(nodes))
	path, byPath := []byte(nil), f.byPath()
	ends := make([]int, 0, 64) // of the paths of the directories above
	for i := 1; i < len(nodes); i++ {
		p := nodes[i].Parent
		up := marks[p]
		if byPath {
			for len(ends) > 0 && int(nodes[stackNode(ends)].End) <= i {
				ends = ends[:len(ends)-2]
			}
			size := 0
			if len(ends) > 0 {
				size = ends[len(ends)-1]
			}
			path = append(append(path[:size], '/'), nodes[i].Name...)
			ends = append(ends, i, len(path))
		}
		if up&excluded != 0 || !v.Shown[i] {
			marks[i] = up
			continue
		}
		verdict := f.judge(v, i, strings.ToLower(nodes[i].Name), path)
		if verdict.excluded {
			marks[i] = excluded
			continue
		}
		marks[i] = up
		if verdict.match {
			marks[i] |= inside
		}
		keep[i] = (verdict.match || up&inside != 0) && l.wanted(i)
		if verdict.match && keep[i] {
			l.matches++
			if !isDir(v, i) {
				l.bytes += v.Size[i]
			}
			open[p] = true
		}
	}
	l.lift(open)
	filtered.prepare(v.Tree, open)
	l.folds = filtered
}

// stackNode is the node on top of a stack of pairs of node and length.
func stackNode(ends []int) int { return ends[len(ends)-2] }

// wanted reports whether a node is listed for its own sake, not for what is
// below it.
func (l *listing) wanted(n int) bool {
	v := l.view
	if !v.Shown[n] || l.shape.hide[l.change(n)] {
		return false
	}
	if l.shape.whole && v.Change[n] == filetree.Removed && v.Waste[n] == 0 {
		return false // of the whole image, nothing is left of it
	}
	leaf := int(v.Tree.Nodes[n].End) == n+1
	return leaf || !isDir(v, n) || !l.hasShown(n)
}

func (l *listing) hasShown(n int) bool {
	nodes := l.view.Tree.Nodes
	for c := n + 1; c < int(nodes[n].End); c = int(nodes[c].End) {
		if l.view.Shown[c] {
			return true
		}
	}
	return false
}

// lift keeps the directories of what is kept, and opens those above a match.
func (l *listing) lift(open []bool) {
	nodes := l.view.Tree.Nodes
	for i := len(nodes) - 1; i > 0; i-- {
		p := nodes[i].Parent
		if l.keep[i] {
			l.keep[p] = true
		}
		if open != nil && open[i] {
			open[p] = true
		}
	}
}

// children are the shown children of a node, in order; not all are listed.
func (l *listing) children(n int32) []int32 {
	nodes := l.view.Tree.Nodes
	if s := l.kids[n]; s.to != 0 {
		return l.arena[s.from:s.to:s.to]
	}
	if nodes[n].End == n+1 {
		return nil
	}
	start := len(l.arena)
	for c := n + 1; c < nodes[n].End; c = nodes[c].End {
		if l.view.Shown[c] {
			l.arena = append(l.arena, c)
		}
	}
	kids := l.arena[start:len(l.arena):len(l.arena)]
	l.sort(kids)
	l.kids[n] = span{int32(start), int32(len(l.arena))}
	return kids
}

// forget drops the order of the children, and keeps the room for the next.
func (l *listing) forget() {
	n := len(l.view.Tree.Nodes)
	if cap(l.kids) < n {
		l.kids, l.arena = make([]span, n), make([]int32, 1, n+1) // so that no span ends at 0
		return
	}
	l.kids, l.arena = l.kids[:n], l.arena[:1]
	clear(l.kids)
}

// hasListed reports whether anything below a directory is listed.
func (l *listing) hasListed(n int) bool {
	nodes := l.view.Tree.Nodes
	for c := n + 1; c < int(nodes[n].End); c = int(nodes[c].End) {
		if l.keep[c] {
			return true
		}
	}
	return false
}

// sortKey orders nodes by first, then second, biggest first, then by name.
type sortKey struct {
	first, second int64
	node          int32
}

func (l *listing) sort(nodes []int32) {
	if l.shape.order == byName {
		if l.shape.reverse {
			slices.Reverse(nodes)
		}
		return
	}
	if len(nodes) < 2 {
		return
	}
	sorted := l.room[:0]
	for _, n := range nodes {
		sorted = append(sorted, l.key(n))
	}
	l.room = sorted
	slices.SortFunc(sorted, func(a, b sortKey) int {
		switch {
		case a.first != b.first:
			return cmp.Compare(b.first, a.first)
		case a.second != b.second:
			return cmp.Compare(b.second, a.second)
		}
		return int(a.node - b.node)
	})
	for i := range sorted {
		nodes[i] = sorted[i].node
	}
	if l.shape.reverse {
		slices.Reverse(nodes)
	}
}

// changeRank puts what happened before what did not.
var changeRank = [...]int64{filetree.Unchanged: 0, filetree.Gone: 1, filetree.Added: 2, filetree.Modified: 3, filetree.Removed: 4}

func (l *listing) key(n int32) sortKey {
	v := l.view
	switch l.shape.order {
	case byWaste:
		return sortKey{v.Waste[n], v.Size[n], n}
	case byChange:
		return sortKey{changeRank[l.change(int(n))], v.Size[n] + v.Waste[n], n}
	}
	return sortKey{v.Size[n], v.Waste[n], n}
}

// build makes the lines.
func (l *listing) build() {
	l.rows = l.rows[:0]
	if l.shape.flat {
		l.buildFlat()
		return
	}
	l.descend(0, 0)
}

func (l *listing) descend(n, depth int32) {
	nodes := l.view.Tree.Nodes
	for _, c := range l.children(n) {
		if !l.keep[c] {
			continue
		}
		head := c
		for {
			kids := l.only(c)
			if kids < 0 {
				break
			}
			c = kids
		}
		l.rows = append(l.rows, row{node: c, head: head, depth: depth})
		if l.folds.open[c] && nodes[c].End > c+1 {
			l.descend(c, depth+1)
		}
	}
}

// only is the single listed child of a directory if that has children too, or
// -1.
func (l *listing) only(n int32) int32 {
	nodes := l.view.Tree.Nodes
	found := int32(-1)
	for c := n + 1; c < nodes[n].End; c = nodes[c].End {
		if !l.keep[c] {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = c
	}
	if found >= 0 && nodes[found].End > found+1 {
		return found
	}
	return -1 // none, or one with nothing below it
}

func (l *listing) buildFlat() {
	if l.flat == nil {
		l.flat = []int32{}
		for i := 1; i < len(l.view.Tree.Nodes); i++ {
			if l.view.Shown[i] && !isDir(l.view, i) {
				l.flat = append(l.flat, int32(i))
			}
		}
		l.sort(l.flat)
	}
	for _, n := range l.flat {
		if l.keep[n] {
			l.rows = append(l.rows, row{node: n, head: n})
		}
	}
}

// index finds the line of a node, or of the nearest listed directory above it.
func (l *listing) index(n int32) (int, bool) {
	nodes := l.view.Tree.Nodes
	for ; n > 0; n = nodes[n].Parent {
		for i := range l.rows {
			r := &l.rows[i]
			if r.node == n || r.head <= n && n <= r.node && l.inChain(r, n) {
				return i, true
			}
		}
	}
	return 0, false
}

func (l *listing) inChain(r *row, n int32) bool {
	for c := r.node; c >= r.head; c = l.view.Tree.Nodes[c].Parent {
		if c == n {
			return true
		}
	}
	return false
}
