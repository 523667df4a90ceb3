package ui

import (
	"cmp"
	"fmt"
	"slices"

	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/analyzer/waste"
	"peel/ui/text"
)

// cause is the waste that one layer makes of another's bytes in one way.
type cause struct {
	layer, killer int
	reason        filetree.Reason
	bytes         int64
	files         int
	biggest       waste.Item
}

// causesOf groups waste by what made it, biggest first.
func causesOf(s *waste.Summary) []cause {
	type key struct {
		layer, killer int
		reason        filetree.Reason
	}
	at := map[key]int{}
	var list []cause
	for _, it := range s.Items { // biggest first
		k := key{it.Layer, it.KilledBy, it.Reason}
		i, ok := at[k]
		if !ok {
			i = len(list)
			at[k] = i
			list = append(list, cause{layer: it.Layer, killer: it.KilledBy, reason: it.Reason, biggest: it})
		}
		list[i].bytes += it.Bytes
		list[i].files++
	}
	slices.SortFunc(list, func(a, b cause) int {
		return cmp.Or(cmp.Compare(b.bytes, a.bytes), cmp.Compare(a.layer, b.layer), cmp.Compare(a.killer, b.killer))
	})
	return list
}

// verb is what the killing layer does, around the words for the files.
func (c cause) verb(files string) string {
	switch c.reason {
	case filetree.Deleted:
		return "deletes " + files
	case filetree.Metadata:
		return "changes only mode, owner or time of " + files
	case filetree.Identical:
		return "writes " + files + " again as before"
	}
	return "replaces " + files
}

// did tells a cause to somebody who looks at the image.
func (c cause) did() string {
	return fmt.Sprintf("layer %d %s", c.killer+1, c.does())
}

// does tells a cause to somebody who looks at the layer that kills.
func (c cause) does() string {
	return c.verb(fmt.Sprintf("%s of layer %d", text.Plural(c.files, "file"), c.layer+1))
}

// suffers tells a cause to somebody who looks at the layer that holds the bytes.
func (c cause) suffers() string {
	return fmt.Sprintf("layer %d %s", c.killer+1, c.verb(text.Plural(c.files, "file")+" of it"))
}

// figures keeps what is derived from an analysis, for as long as it is shown.
type figures struct {
	summary *waste.Summary
	tree    *filetree.Tree
	causes  []cause
	files   int
}

func (f *figures) update(a *analyzer.Analysis) {
	if f.summary != a.Waste {
		f.summary, f.causes = a.Waste, causesOf(a.Waste)
	}
	if f.tree != a.Tree {
		f.tree, f.files = a.Tree, a.Files()
	}
}

// of lists the causes that a layer takes part in, as the one that holds the
// bytes or as the one that kills them.
func (f *figures) of(layer int, holder bool) []cause {
	var list []cause
	for _, c := range f.causes {
		if holder && c.layer == layer || !holder && c.killer == layer {
			list = append(list, c)
		}
	}
	return list
}
