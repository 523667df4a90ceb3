package analyzer

import (
	"peel/analyzer/filetree"
	"peel/analyzer/owned"
	"peel/source/layer"
)

// Owner is a package that lists a file, and what became of the file since.
type Owner struct {
	owned.Owner
	// ChangedBy is the layer that changed the content after the one that the
	// package's list is of; filetree.None if none did, or if that is not known.
	ChangedBy int
}

// Owners are the packages that list the file of a node, as the databases are at a
// layer. It reads these databases once more, some milliseconds for a large image:
// to keep all that they say would cost many times what one file is worth. Any
// number of goroutines may ask.
func (a *Analysis) Owners(node, top int) []Owner {
	t := a.Tree
	v := t.At(node, top)
	if v == nil || v.Entry == nil || v.Entry.Type != layer.Regular {
		return nil
	}
	look, layers := owned.NewLookup(t.Path(node)), []int{}
	for n := 0; n <= top && n < len(a.Layers); n++ {
		kept, ok := layer.FactsOf[*owned.Databases](a.Layers[n].Index, owned.FactsName)
		if !ok || !t.Layers[n].Merged {
			continue
		}
		for i, path := range kept.Paths() {
			if stands(t, path, n, top) {
				look.Add(kept, i)
				layers = append(layers, n)
			}
		}
	}
	sums := owned.Sums{}
	if v.Entry.Kind != layer.KindWithheld {
		sums.SHA256 = v.Entry.Digest[:]
	}
	var list []Owner
	for _, o := range look.Owners(sums) {
		list = append(list, Owner{o, changedAfter(t, node, layers[o.List], top)})
	}
	return list
}

// stands reports whether a file is at a layer as a layer below wrote it.
func stands(t *filetree.Tree, path string, wrote, at int) bool {
	n, ok := t.Lookup(path)
	if !ok {
		return false
	}
	v := t.At(n, at)
	return v != nil && v.Entry != nil && int(v.Layer) == wrote
}

// changedAfter is the last layer above one that changed a file's content.
func changedAfter(t *filetree.Tree, node, layer, top int) int {
	was, changed := t.At(node, layer), filetree.None
	if was == nil || was.Entry == nil {
		return changed
	}
	last := was.Entry.Digest
	vs := t.VersionsOf(node)
	for i := range vs {
		v := &vs[i]
		if int(v.Layer) <= layer || int(v.Layer) > top || v.Entry == nil || v.Entry.Digest == last {
			continue
		}
		last, changed = v.Entry.Digest, int(v.Layer)
	}
	if last == was.Entry.Digest { // and back again
		return filetree.None
	}
	return changed
}
