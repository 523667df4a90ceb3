package packages

import (
	"cmp"
	"slices"

	"peel/analyzer/filetree"
	"peel/analyzer/inventory"
	"peel/source/layer"
)

// maxLargest is how many of the largest unowned files are named.
const maxLargest = 20

// unowned finds the visible files that no package claims, hard links once.
func (c *catalog) unowned(top int) {
	t := c.img.tree
	seen := map[int32]bool{}
	for n := range c.owned {
		if v := t.At(int(n), top); v != nil && v.Inode != filetree.None {
			seen[v.Inode] = true
		}
	}
	out := &c.inv.Unowned
	for n := range t.Nodes {
		v := t.At(n, top)
		if v == nil || v.Entry == nil || v.Type == layer.Directory || c.owned[int32(n)] {
			continue
		}
		if v.Inode != filetree.None {
			if seen[v.Inode] {
				continue
			}
			seen[v.Inode] = true
			size := t.Inodes[v.Inode].Size
			out.Bytes += size
			largest(&out.Largest, inventory.File{Path: t.Path(n), Bytes: size, Layer: int(v.Layer)})
		}
		out.Files++
	}
}

// largest keeps a list of the largest files, in order.
func largest(list *[]inventory.File, f inventory.File) {
	at, _ := slices.BinarySearchFunc(*list, f, func(a, b inventory.File) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Path, b.Path))
	})
	if at < maxLargest && f.Bytes > 0 {
		*list = slices.Insert(*list, at, f)
		*list = (*list)[:min(len(*list), maxLargest)]
	}
}
