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
	visible := visibleByDigest(t)
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
		if at := visible[in.Entry.Digest]; in.Reason == filetree.Deleted && len(at) > 0 {
			it.MovedTo = t.Path(at[0].node)
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

type place struct{ node, layer int }

// visibleByDigest lists one path for each inode that is alive and not empty.
func visibleByDigest(t *filetree.Tree) map[layer.Digest][]place {
	seen := make([]bool, len(t.Inodes))
	m := map[layer.Digest][]place{}
	top := len(t.Layers) - 1
	for n := range t.Nodes {
		v := t.At(n, top)
		if v == nil || v.Entry == nil || v.Inode == filetree.None || seen[v.Inode] || v.Entry.Size == 0 {
			continue
		}
		seen[v.Inode] = true
		m[v.Entry.Digest] = append(m[v.Entry.Digest], place{n, int(t.Inodes[v.Inode].Layer)})
	}
	return m
}

func duplicates(t *filetree.Tree, visible map[layer.Digest][]place) []Group {
	var groups []Group
	for d, at := range visible {
		if len(at) < 2 {
			continue
		}
		g := Group{Digest: d, Bytes: t.At(at[0].node, len(t.Layers)-1).Entry.Size}
		for _, p := range at {
			g.Paths = append(g.Paths, t.Path(p.node))
			g.Layers = append(g.Layers, p.layer)
		}
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Extra(), a.Extra()), cmp.Compare(a.Paths[0], b.Paths[0]))
	})
	return groups
}
