// Package filetree merges the layers of an image into one tree that knows every
// layer's version of every path.
//
// A Builder takes layer indexes from the bottom up and gives immutable Trees; a
// Tree gives a View for each layer. The rules are those of the OCI image spec
// (layer.md, "Applying Changesets"), and where it leaves a choice, those of
// `umoci unpack`: the live paths of a Tree are what a real unpack writes.
package filetree

import (
	"sort"
	"strings"

	"peel/source/layer"
)

// None stands for "no node", "no inode", "no layer".
const None = -1

// Tree is the merged file system of the layers added so far. It never changes
// and may be read from many goroutines.
//
// Nodes lie in preorder, the children of a directory sorted by name; Nodes[0]
// is the root. The children of i are found by
//
//	for c := i + 1; c < int(t.Nodes[i].End); c = int(t.Nodes[c].End) { … }
type Tree struct {
	Nodes    []Node
	Versions []Version // grouped by node, bottom layer first
	Inodes   []Inode
	Layers   []LayerStat // one for each layer of the image; those not added are zero
}

// Node is a path that exists, or existed, in some layer.
type Node struct {
	Name   string // last element of the path; "" for the root
	Parent int32  // None for the root
	End    int32  // the nodes below this one are Nodes[i+1:End]
	First  int32  // its versions are Versions[First : First+Count]
	Count  int32
}

// Change is what a layer does to a path.
type Change uint8

// The changes. In a View a directory of which only something below changed is Modified.
const (
	Unchanged Change = iota // also: written again exactly as it was
	Added
	Modified
	Removed // by this layer
	Gone    // in a View: removed by an earlier layer, and its bytes still ship
)

func (c Change) String() string {
	return [...]string{"unchanged", "added", "modified", "removed", "gone"}[c]
}

// Version is what one layer says of one path.
type Version struct {
	// Entry is the object that is at the path from this layer on: for a hard
	// link the entry of the file it links to. Nil if the layer removes the path.
	Entry   *layer.Entry
	Layer   int32
	Inode   int32 // into Tree.Inodes, None if this is no regular file
	Change  Change
	Type    layer.Type // of Entry, which need not be fetched for it; 0 if that is nil
	Linked  bool       // written as a hard link: the bytes came with another path
	Implied bool       // a directory that the tar does not list, but something below it
}

// Reason tells why the bytes of an inode are dead.
type Reason uint8

// The reasons of waste.
const (
	Alive       Reason = iota // visible in the merged file system
	Overwritten               // other content, or another type, is now at the path
	Deleted                   // a whiteout, an opaque directory or a replaced parent took it
	Metadata                  // same content written again with other mode, owner, xattrs or time
	Identical                 // same content and metadata written again
)

var reasonNames = [...]string{"", "overwritten", "deleted", "metadata-only", "identical"}

func (r Reason) String() string { return reasonNames[r] }

// Inode is the bytes that one layer stores for one regular file, whatever the
// number of hard links to it.
type Inode struct {
	Entry    *layer.Entry
	Size     int64 // of Entry, which need not be fetched for it
	Node     int32 // the path that carried the bytes
	Layer    int32 // the layer that holds them
	KilledBy int32 // the layer that took the last link away; None if alive
	Killer   int32 // the node that was its last link; None if alive
	Reason   Reason
}

// Dead reports whether no path shows the inode's bytes any more.
func (in *Inode) Dead() bool { return in.KilledBy != None }

// LayerStat sums up what one layer does. Paths that are directories are not
// counted; bytes are uncompressed file bytes, those of hard links once.
type LayerStat struct {
	Merged    bool  // the layer is part of the tree
	Size      int64 // of the regular files in it
	Wasted    int64 // of those, dead in the merged file system
	Kills     int64 // bytes of lower layers that this layer made dead
	Files     int   // paths it writes
	Added     int
	Modified  int
	Rewritten int // written again exactly as they were
	Removed   int
}

// VersionsOf returns every layer's version of a node, bottom layer first.
func (t *Tree) VersionsOf(node int) []Version {
	n := &t.Nodes[node]
	return t.Versions[n.First : n.First+n.Count]
}

// At returns the version of a node in force once layer is applied, or nil if
// no layer up to there says anything of it. A nil Entry means it is removed.
func (t *Tree) At(node, layer int) *Version {
	vs := t.VersionsOf(node)
	for i := len(vs) - 1; i >= 0; i-- {
		if int(vs[i].Layer) <= layer {
			return &vs[i]
		}
	}
	return nil
}

// Path returns the path of a node, with a leading slash. It may hold any byte.
func (t *Tree) Path(node int) string {
	if node <= 0 {
		return "/"
	}
	var parts []string
	size := 0
	for n := node; n > 0; n = int(t.Nodes[n].Parent) {
		parts = append(parts, t.Nodes[n].Name)
		size += len(t.Nodes[n].Name) + 1
	}
	var b strings.Builder
	b.Grow(size)
	for i := len(parts) - 1; i >= 0; i-- {
		b.WriteByte('/')
		b.WriteString(parts[i])
	}
	return b.String()
}

// Lookup finds the node of a path; symbolic links are not followed.
func (t *Tree) Lookup(path string) (int, bool) {
	node := 0
	for name := range strings.SplitSeq(path, "/") {
		if name == "" {
			continue
		}
		if node = t.child(node, name); node == None {
			return None, false
		}
	}
	return node, true
}

// child searches between two children, which begin and end anywhere: the middle
// of what is left lies in some child, and the way up leads to it.
func (t *Tree) child(node int, name string) int {
	lo, hi := node+1, int(t.Nodes[node].End)
	for lo < hi {
		c := lo + (hi-lo)/2
		for int(t.Nodes[c].Parent) != node {
			c = int(t.Nodes[c].Parent)
		}
		switch have := t.Nodes[c].Name; {
		case have == name:
			return c
		case have < name:
			lo = int(t.Nodes[c].End)
		default:
			hi = c
		}
	}
	return None
}

// Top is the index of the topmost layer that was merged, or None.
func (t *Tree) Top() int {
	return sort.Search(len(t.Layers), func(i int) bool { return !t.Layers[i].Merged }) - 1
}
