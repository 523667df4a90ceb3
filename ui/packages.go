package ui

import (
	"cmp"
	"slices"

	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/analyzer/inventory"
	"peel/ui/text"
	"peel/ui/theme"
)

// packagesPane lists the software in the image, and tells of the selected
// package.
type packagesPane struct {
	explainedList // of lines as packageIndex numbers them
	stock         stocktaking
	a             *analyzer.Analysis
	x             *packageIndex // nil until the packages are listed

	order  packageOrder
	sorted [packageOrders][]int32
	top    topFiles
	picked int   // packages that the filter picks, of all
	cost   int64 // of all lines, in bytes
}

// topFiles keeps the largest files of one package.
type topFiles struct {
	of    *inventory.Package
	nodes []int32
}

func newPackagesPane(th *theme.Theme) packagesPane {
	return packagesPane{explainedList: newExplainedList(th)}
}

// Show gives the pane another state of the analysis.
func (p *packagesPane) Show(a *analyzer.Analysis) { p.a, p.hide = a, hider{a.Redactor} }

// take takes the packages.
func (p *packagesPane) take(x *packageIndex) {
	p.x, p.sorted, p.top = x, [packageOrders][]int32{}, topFiles{}
	p.scroll.cursor, p.scroll.top = 0, 0
	p.list()
}

// list makes the lines anew. An image without packages has none: what there is
// to say of it stands in their place.
func (p *packagesPane) list() {
	if p.x == nil || len(p.x.inv.Packages) == 0 {
		return
	}
	if p.sorted[p.order] == nil {
		p.sorted[p.order] = p.x.sorted(p.order)
	}
	p.picked, p.cost = 0, 0
	p.fill(p.sorted[p.order], func(n int32) bool {
		if p.filter != nil && !suits(p.filter, packageLine{p.x, n}) {
			return false
		}
		p.cost += p.x.cost(n)
		if n != p.x.unowned() {
			p.picked++
		}
		return true
	})
	if p.filter != nil || len(p.x.inv.Partial)+len(p.x.inv.Notes) == 0 {
		return
	}
	// That there may be more comes first.
	at := len(p.rows)
	if len(p.x.inv.Partial) > 0 {
		at = 0
	}
	p.rows = slices.Insert(p.rows, at, p.x.remarks())
	p.scroll.clamp(len(p.rows), p.scroll.rows)
}

// relist makes the lines anew, with the cursor on its package if somebody put it
// there.
func (p *packagesPane) relist() {
	if !p.visited {
		p.list()
		return
	}
	p.keepLine(p.list)
}

// Key does what an action asks of the list, or of the explanation if that has
// the keys.
func (p *packagesPane) Key(a action) {
	switch {
	case p.explainedList.Key(a):
	case a == actSort:
		p.order = (p.order + 1) % packageOrders
		p.relist()
	case a == actReverse:
		p.reverse = !p.reverse
		p.relist()
	}
}

// SetFilter filters by a line, as that of the tree does.
func (p *packagesPane) SetFilter(line string) {
	f, err := parseFilterOn(p.a, line)
	if p.accepts(cmp.Or(err, f.forFiles())) {
		p.filter = f
		p.relist()
	}
}

// jump puts the cursor on the next match, as that of the tree does.
func (p *packagesPane) jump(step int, f *filter, here bool) (at, of int) {
	if f == nil || p.x == nil {
		return 0, 0
	}
	return p.next(step, here, func(n int32) bool { return n <= p.x.unowned() && suits(f, packageLine{p.x, n}) })
}

// counts says how much a filter picks.
func (p *packagesPane) counts() string {
	if p.x == nil || p.filter == nil {
		return ""
	}
	return countText(p.picked) + " of " + countText(len(p.x.inv.Packages))
}

// weight is the bytes of what a filter picks.
func (p *packagesPane) weight() string { return text.Bytes(p.cost) }

func (p *packagesPane) examples(typing) string {
	return "part of a name, lib*, type:deb, licence:gpl, version:1.2*, state:removed, size>1M, layer:3, base:no, !not"
}

// back undoes one thing: the explanation's zoom or focus, the filter.
func (p *packagesPane) back() bool {
	switch {
	case p.leave():
	case p.filter != nil:
		p.SetFilter("")
	default:
		return false
	}
	return true
}

// Copy is the package URL of the selected package, or its name and version.
func (p *packagesPane) Copy(name bool) (what, s string) {
	if p.x == nil {
		return "", ""
	}
	x := p.x.pkg(int32(p.Selected()))
	switch {
	case x == nil:
		return "", ""
	case name || x.PURL == "":
		s = x.Name
		if x.Version != "" {
			s += " " + x.Version
		}
		return "name and version", s
	}
	return "the package URL", x.PURL
}

// mainFile is the file to go to of the selected line: the largest that a package
// owns, or the record that tells of it; and the layer that brought it.
func (p *packagesPane) mainFile() (layer, node int, ok bool) {
	n := int32(p.Selected())
	switch x := p.x.pkg(n); {
	case x != nil && len(x.Nodes) > 0:
		node := int(p.largest(x)[0])
		return firstLayer(p.x.tree, node, x.Layer), node, true
	case x != nil:
		return p.record(x)
	case n == p.x.unowned() && len(p.x.inv.Unowned.Largest) > 0:
		f := &p.x.inv.Unowned.Largest[0]
		node, ok := p.x.tree.Lookup(f.Path)
		return f.Layer, node, ok
	}
	return filetree.None, filetree.None, false
}

// record is the file that tells of a package: of several, one of the layer that
// brought it.
func (p *packagesPane) record(x *inventory.Package) (layer, node int, ok bool) {
	if len(x.Locations) == 0 {
		return filetree.None, filetree.None, false
	}
	at := max(slices.IndexFunc(x.Locations, func(l inventory.Location) bool { return l.Layer == x.Layer && !l.Supporting }), 0)
	node, ok = p.x.tree.Lookup(x.Locations[at].Path)
	if !ok || x.Layer == filetree.None {
		return x.Locations[at].Layer, node, ok
	}
	return firstLayer(p.x.tree, node, x.Layer), node, true
}

// maxTop is how many of a package's files are told.
const maxTop = 8

// largest are the largest files that a package owns, the largest first.
func (p *packagesPane) largest(x *inventory.Package) []int32 {
	if p.top.of == x {
		return p.top.nodes
	}
	nodes, sizes := make([]int32, 0, maxTop+1), make([]int64, 0, maxTop+1)
	for _, n := range x.Nodes {
		size := p.x.fileSize(x, n)
		at, _ := slices.BinarySearchFunc(sizes, size, func(a, b int64) int {
			if a >= b {
				return -1
			}
			return 1
		})
		if at < maxTop {
			nodes, sizes = slices.Insert(nodes, at, n), slices.Insert(sizes, at, size)
			nodes, sizes = nodes[:min(len(nodes), maxTop)], sizes[:min(len(sizes), maxTop)]
		}
	}
	p.top = topFiles{x, nodes}
	return nodes
}

// fileSize is the size of a file as a package has it; 0 for what has none.
func (x *packageIndex) fileSize(p *inventory.Package, node int32) int64 {
	shown := x.tree.Top() // the last layer that shows the package
	if p.State != inventory.Installed {
		shown = p.RemovedBy - 1
	}
	if v := x.tree.At(int(node), shown); v != nil && v.Inode != filetree.None {
		return x.tree.Inodes[v.Inode].Size
	}
	return 0
}

// firstLayer is the first layer, from one on, that shows a file.
func firstLayer(t *filetree.Tree, node, from int) int {
	if v := t.At(node, from); from >= 0 && v != nil && v.Entry != nil {
		return from
	}
	for _, v := range t.VersionsOf(node) {
		if int(v.Layer) >= from && v.Entry != nil {
			return int(v.Layer)
		}
	}
	return from
}
