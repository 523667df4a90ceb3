package filetree

import "peel/source/layer"

// View is the tree as one layer leaves it. All slices run parallel to
// Tree.Nodes.
type View struct {
	Tree  *Tree
	Layer int
	// Alone tells which question the view answers: what the layer itself
	// writes and removes (true), or what the file system holds once the layer
	// is applied (false).
	Alone bool

	Shown  []bool   // the node belongs to the view
	Change []Change // what Layer did to the node or to something below it
	Size   []int64  // visible bytes at and below; hard links count once, at the first name
	Waste  []int64  // dead bytes at and below that the layers of the view hold
	Files  []int32  // paths at and below that are no directories
}

// View computes the view of a layer in one pass over the tree. With alone, only
// what that layer touches is shown, and Size counts the bytes it stores.
//
// A path that is gone but whose bytes still ship is shown as Removed, if Layer
// removed it, or as Gone, in views that are not alone.
func (t *Tree) View(layerIndex int, alone bool) *View {
	n := len(t.Nodes)
	v := &View{
		Tree: t, Layer: layerIndex, Alone: alone,
		Shown: make([]bool, n), Change: make([]Change, n),
		Size: make([]int64, n), Waste: make([]int64, n), Files: make([]int32, n),
	}
	v.addWaste()
	counted := make([]bool, len(t.Inodes))
	for i := range t.Nodes {
		v.visit(i, counted)
	}
	v.fold()
	return v
}

func (v *View) addWaste() {
	for i := range v.Tree.Inodes {
		in := &v.Tree.Inodes[i]
		if !in.Dead() || int(in.Layer) > v.Layer || v.Alone && int(in.Layer) != v.Layer {
			continue
		}
		v.Waste[in.Node] += in.Size
	}
}

func (v *View) visit(i int, counted []bool) {
	ver := v.Tree.At(i, v.Layer)
	if ver == nil {
		return
	}
	here := int(ver.Layer) == v.Layer
	if here {
		v.Change[i] = ver.Change
	}
	if v.Alone && !here {
		return
	}
	if ver.Type == 0 {
		switch {
		case here:
			v.Shown[i] = true
		case v.Waste[i] > 0:
			v.Shown[i], v.Change[i] = true, Gone
		}
		return
	}
	v.Shown[i] = true
	if ver.Type == layer.Directory {
		return
	}
	v.Files[i] = 1
	if ver.Inode == None || counted[ver.Inode] {
		return
	}
	if v.Alone && int(v.Tree.Inodes[ver.Inode].Layer) != v.Layer {
		return
	}
	counted[ver.Inode] = true
	v.Size[i] = v.Tree.Inodes[ver.Inode].Size
}

// fold adds every node to its parent, deepest first.
func (v *View) fold() {
	for i := len(v.Tree.Nodes) - 1; i > 0; i-- {
		p := v.Tree.Nodes[i].Parent
		v.Size[p] += v.Size[i]
		v.Waste[p] += v.Waste[i]
		v.Files[p] += v.Files[i]
		if !v.Shown[i] {
			continue
		}
		if v.Change[i] != Unchanged && v.Change[i] != Gone && v.Change[p] == Unchanged {
			v.Change[p] = Modified
		}
		v.Shown[p] = true
	}
	v.Shown[0] = true
}
