package waste

import (
	"peel/analyzer/filetree"
	"peel/source/layer"
)

// Efficiency is the figure that dive shows under this name, by dive's formula:
// for every path the smallest size it ever had, divided by the sum of all its
// sizes, over all paths; 1 for an image without bytes.
//
// It departs from dive v0.13.1 where dive misreads the layers: a deleted,
// opaque or replaced directory counts as a deletion (size 0) of each file in
// it, where dive counts it as a file of that size; a deletion of what is not
// there counts for nothing; of a path twice in one layer the later one counts.
func Efficiency(t *filetree.Tree) float64 {
	var least, all int64
	for n := range t.Nodes {
		l, a := sizes(t, n)
		least += l
		all += a
	}
	if all == 0 {
		return 1
	}
	return float64(least) / float64(all)
}

// sizes returns the smallest size a path ever had and the sum of all of them.
func sizes(t *filetree.Tree, node int) (least, all int64) {
	first := true
	for _, v := range t.VersionsOf(node) {
		var size int64
		if v.Entry != nil {
			if v.Entry.Type == layer.Directory {
				continue
			}
			if !v.Linked && v.Entry.Type == layer.Regular {
				size = v.Entry.Size
			}
		}
		all += size
		if first || size < least {
			least, first = size, false
		}
	}
	return least, all
}
