package filetree

// NamesOf lists the nodes that show an inode once layer is applied, in the
// order of Nodes. More than one are hard links to each other.
func (t *Tree) NamesOf(inode, layer int) []int {
	carriers := 0
	for i := range t.Versions {
		if int(t.Versions[i].Inode) == inode {
			carriers++
		}
	}
	if carriers < 2 {
		return nil
	}
	var names []int
	for i := range t.Nodes {
		if v := t.At(i, layer); v != nil && v.Entry != nil && int(v.Inode) == inode {
			names = append(names, i)
		}
	}
	return names
}

// Child finds what some layer has directly in a directory, by its name.
func (t *Tree) Child(node int, name string) (int, bool) {
	c := t.child(node, name)
	return c, c != None
}
