// Package waste tells which bytes of an image nobody can see any more, and why.
//
// Wasted bytes are the bytes of regular files in all layers minus the bytes
// visible in the merged file system: every copy but the last live one, a hard
// link's bytes once. Identical content at different paths is reported beside
// it, not inside it, for both copies are visible.
package waste

import (
	"cmp"
	"slices"

	"peel/analyzer/filetree"
	"peel/source/layer"
)

// Item is one dead copy of a file.
type Item struct {
	Path     string
	Bytes    int64 // uncompressed
	Reason   filetree.Reason
	Layer    int // holds the dead bytes
	KilledBy int // made them dead
	// MovedTo is a path where the same content is visible; "" if there is none.
	// Set only if Reason is Deleted: the content was moved, not dropped.
	MovedTo string
}

// Group is one content that is visible at several paths without being a hard link.
type Group struct {
	Digest layer.Digest
	Bytes  int64 // of one copy
	Paths  []string
	Layers []int // of each path
}

// Extra is what hard links would save: all copies but one.
func (g Group) Extra() int64 { return g.Bytes * int64(len(g.Paths)-1) }

// Summary is the waste of an image.
type Summary struct {
	Items      []Item  // biggest first
	Duplicates []Group // biggest saving first
	Size       int64   // bytes of regular files in all layers
	Wasted     int64   // sum of Items
	ByReason   map[filetree.Reason]int64
	// UserPercent is Wasted as a fraction of the bytes of all layers but the
	// first; nil if those hold no bytes. It may exceed 1: they can kill more than
	// they hold.
	UserPercent *float64
	// Efficiency is dive's figure; see the function of that name.
	Efficiency float64
}

// Summarize computes the waste of a tree, linear in its paths but for sorting.
func Summarize(t *filetree.Tree) *Summary {
	s := &Summary{ByReason: map[filetree.Reason]int64{}, Efficiency: Efficiency(t)}
	visible := visibleContents(t)
	for i := range t.Inodes {
		in := &t.Inodes[i]
		s.Size += in.Entry.Size
		if !in.Dead() || in.Entry.Size == 0 {
			continue
		}
		it := Item{
			Path: t.Path(int(in.Node)), Bytes: in.Entry.Size, Reason: in.Reason,
			Layer: int(in.Layer), KilledBy: int(in.KilledBy),
		}
		if in.Reason == filetree.Deleted {
			if at, ok := visible.first(in.Entry.Digest); ok {
				it.MovedTo = t.Path(int(at.node))
			}
		}
		s.Wasted += it.Bytes
		s.ByReason[it.Reason] += it.Bytes
		s.Items = append(s.Items, it)
	}
	slices.SortFunc(s.Items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Layer, b.Layer))
	})
	s.Duplicates = duplicates(t, visible)
	s.UserPercent = userPercent(t, s.Wasted)
	return s
}

func userPercent(t *filetree.Tree, wasted int64) *float64 {
	var user int64
	for i := 1; i < len(t.Layers); i++ {
		user += t.Layers[i].Size
	}
	if user == 0 {
		return nil
	}
	p := float64(wasted) / float64(user)
	return &p
}

// place is a path at which a content is visible.
type place struct {
	node, layer int32
	next        int32 // place of the same content, an index; None for no more
}

// contents are what the merged file system holds: for each digest the places
// that show it, in the order of the tree.
type contents struct {
	places []place
	ends   map[layer.Digest]ends
}

// ends are the first and the last place of a content.
type ends struct{ first, last int32 }

// visibleContents looks at one path for each inode that is alive and not empty.
// Nearly all contents are visible once, so nothing is allocated for each.
func visibleContents(t *filetree.Tree) *contents {
	seen := make([]bool, len(t.Inodes))
	c := &contents{places: make([]place, 0, len(t.Inodes)), ends: make(map[layer.Digest]ends, len(t.Inodes))}
	top := len(t.Layers) - 1
	for n := range t.Nodes {
		v := t.At(n, top)
		if v == nil || v.Entry == nil || v.Inode == filetree.None || seen[v.Inode] || v.Entry.Size == 0 {
			continue
		}
		seen[v.Inode] = true
		here := int32(len(c.places))
		c.places = append(c.places, place{int32(n), t.Inodes[v.Inode].Layer, filetree.None})
		e, again := c.ends[v.Entry.Digest]
		if again {
			c.places[e.last].next = here
			e.last = here
		} else {
			e = ends{here, here}
		}
		c.ends[v.Entry.Digest] = e
	}
	return c
}

// first is the first place of a content.
func (c *contents) first(d layer.Digest) (place, bool) {
	e, ok := c.ends[d]
	if !ok {
		return place{}, false
	}
	return c.places[e.first], true
}

func duplicates(t *filetree.Tree, visible *contents) []Group {
	var groups []Group
	for d, e := range visible.ends {
		if e.first == e.last {
			continue
		}
		g := Group{Digest: d, Bytes: t.At(int(visible.places[e.first].node), len(t.Layers)-1).Entry.Size}
		for i := e.first; i != filetree.None; i = visible.places[i].next {
			g.Paths = append(g.Paths, t.Path(int(visible.places[i].node)))
			g.Layers = append(g.Layers, int(visible.places[i].layer))
		}
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Extra(), a.Extra()), cmp.Compare(a.Paths[0], b.Paths[0]))
	})
	return groups
}
