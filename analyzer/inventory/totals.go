package inventory

import "peel/analyzer/filetree"

// Totals are the sums of an inventory. A file that several packages own counts
// once, and so do hard links; bytes are uncompressed.
type Totals struct {
	Installed int   // packages
	Bytes     int64 // of their files
	Gone      int   // packages that are removed or overwritten
	Dead      int64 // bytes that those still cost
}

// Totals sums up an inventory of the image that t is the tree of.
func (inv *Inventory) Totals(t *filetree.Tree) Totals {
	var sum Totals
	seen := map[int32]bool{}
	for i := range inv.Packages {
		p := &inv.Packages[i]
		shown := t.Top() // the last layer that shows it
		if p.State == Installed {
			sum.Installed++
		} else {
			sum.Gone++
			shown = p.RemovedBy - 1
		}
		for _, n := range p.Nodes {
			v := t.At(int(n), shown)
			if v == nil || v.Inode == filetree.None || seen[v.Inode] {
				continue
			}
			seen[v.Inode] = true
			switch in := &t.Inodes[v.Inode]; {
			case in.Dead():
				sum.Dead += in.Size
			case p.State == Installed:
				sum.Bytes += in.Size
			}
		}
	}
	return sum
}
