package ui

import (
	"maps"

	"peel/analyzer/filetree"
)

// folds remembers which directories are open. It is keyed by path, for the
// numbers of nodes change from one tree to the next.
type folds struct {
	allOpen bool
	flipped map[string]bool // paths that are not as allOpen says

	tree *filetree.Tree // what state is for
	dflt []bool         // per node; nil: allOpen for all
	open []bool
}

// prepare makes the state of a tree. dflt, if not nil, says which directories
// are open unless the user folded them.
func (f *folds) prepare(t *filetree.Tree, dflt []bool) {
	if f.tree == t && dflt == nil && f.dflt == nil && f.open != nil {
		return
	}
	f.tree, f.dflt = t, dflt
	f.fill()
}

func (f *folds) fill() {
	if len(f.open) != len(f.tree.Nodes) {
		f.open = make([]bool, len(f.tree.Nodes))
	}
	switch {
	case f.dflt != nil:
		copy(f.open, f.dflt)
	default:
		for i := range f.open {
			f.open[i] = f.allOpen
		}
	}
	for path := range f.flipped {
		if n, ok := f.tree.Lookup(path); ok {
			f.open[n] = !f.open[n]
		}
	}
}

func (f *folds) toggle(n int) {
	path := f.tree.Path(n)
	if f.flipped == nil {
		f.flipped = map[string]bool{}
	}
	if f.flipped[path] {
		delete(f.flipped, path)
	} else {
		f.flipped[path] = true
	}
	f.open[n] = !f.open[n]
}

func (f *folds) set(n int, open bool) {
	if f.open[n] != open {
		f.toggle(n)
	}
}

// snapshot is the state to come back to with restore.
func (f *folds) snapshot() (allOpen bool, flipped map[string]bool) {
	return f.allOpen, maps.Clone(f.flipped)
}

func (f *folds) restore(allOpen bool, flipped map[string]bool) {
	f.allOpen, f.flipped = allOpen, maps.Clone(flipped)
	if f.tree != nil {
		f.fill()
	}
}

// all opens or closes every directory.
func (f *folds) all(open bool) {
	f.allOpen, f.flipped, f.dflt = open, nil, nil
	f.fill()
}
