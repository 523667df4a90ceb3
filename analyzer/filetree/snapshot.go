package filetree

import (
	"slices"
	"strings"

	"peel/source/layer"
)

// Tree returns the tree of the layers added so far. It shares nothing that
// later calls of Add change.
func (b *Builder) Tree() *Tree {
	s := &snapshot{b: b, t: &Tree{
		Nodes:  make([]Node, 0, len(b.nodes)),
		Layers: slices.Clone(b.stats),
	}}
	s.renumber = make([]int32, len(b.nodes))
	s.walk()
	s.inodes()
	s.t.countVersions()
	return s.t
}

type snapshot struct {
	b        *Builder
	t        *Tree
	renumber []int32 // node of the builder → node of the tree
	inode    []int32 // likewise for inodes; None for those superseded in their layer
}

// walk lays the nodes out in preorder.
func (s *snapshot) walk() {
	total := 0
	for i := range s.b.nodes {
		total += len(s.b.nodes[i].versions)
	}
	s.t.Versions = make([]Version, 0, total)
	type frame struct{ node, next int32 }
	stack := []frame{{node: 0}}
	s.emit(0, None)
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		kids := s.b.nodes[top.node].children
		if int(top.next) == len(kids) {
			s.t.Nodes[s.renumber[top.node]].End = int32(len(s.t.Nodes))
			stack = stack[:len(stack)-1]
			continue
		}
		k := kids[top.next]
		top.next++
		s.emit(k, s.renumber[top.node])
		stack = append(stack, frame{node: k})
	}
}

func (s *snapshot) emit(n, parent int32) {
	node := &s.b.nodes[n]
	if !node.sorted {
		slices.SortFunc(node.children, func(x, y int32) int {
			return strings.Compare(s.b.nodes[x].name, s.b.nodes[y].name)
		})
		node.sorted = true
	}
	s.renumber[n] = int32(len(s.t.Nodes))
	s.t.Nodes = append(s.t.Nodes, Node{
		Name: node.name, Parent: parent,
		First: int32(len(s.t.Versions)), Count: int32(len(node.versions)),
	})
	for _, v := range node.versions {
		if v.Entry != nil {
			v.Type = v.Entry.Type
		}
		s.t.Versions = append(s.t.Versions, v)
	}
}

// inodes copies the inodes that count, tells why the dead ones died, and sums
// their bytes up by layer.
func (s *snapshot) inodes() {
	s.inode = make([]int32, len(s.b.inodes))
	s.t.Inodes = make([]Inode, 0, len(s.b.inodes))
	for i := range s.b.inodes {
		if s.b.inodes[i].void {
			s.inode[i] = None
			continue
		}
		s.inode[i] = int32(len(s.t.Inodes))
		in := s.b.inodes[i].Inode
		in.Node, in.Size = s.renumber[in.Node], in.Entry.Size
		if in.Dead() {
			in.Killer = s.renumber[in.Killer]
		}
		s.t.Inodes = append(s.t.Inodes, in)
	}
	for i := range s.t.Versions {
		if v := &s.t.Versions[i]; v.Inode != None {
			v.Inode = s.inode[v.Inode]
		}
	}
	for i := range s.t.Inodes {
		in := &s.t.Inodes[i]
		st := &s.t.Layers[in.Layer]
		st.Size += in.Entry.Size
		if in.Dead() {
			in.Reason = s.t.reason(in)
			st.Wasted += in.Entry.Size
			s.t.Layers[in.KilledBy].Kills += in.Entry.Size
		}
	}
}

// reason compares a dead inode with what took the place of its last link.
func (t *Tree) reason(in *Inode) Reason {
	v := t.At(int(in.Killer), int(in.KilledBy))
	switch {
	case v == nil || v.Entry == nil:
		return Deleted
	case v.Entry.Type != layer.Regular || v.Entry.Digest != in.Entry.Digest || v.Entry.Size != in.Entry.Size:
		return Overwritten
	case v.Entry.SameMeta(in.Entry):
		return Identical
	}
	return Metadata
}

func (t *Tree) countVersions() {
	for i := range t.Nodes {
		for _, v := range t.VersionsOf(i) {
			t.count(i, v)
		}
	}
}

func (t *Tree) count(node int, v Version) {
	e := v.Entry
	if e == nil { // removed: what it was is in the version before
		before := t.At(node, int(v.Layer)-1)
		if before != nil && before.Entry != nil && before.Entry.Type != layer.Directory {
			t.Layers[v.Layer].Removed++
		}
		return
	}
	if e.Type == layer.Directory {
		return
	}
	st := &t.Layers[v.Layer]
	st.Files++
	switch v.Change {
	case Added:
		st.Added++
	case Modified:
		st.Modified++
	case Unchanged:
		st.Rewritten++
	}
}
