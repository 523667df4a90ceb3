package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"peel/analyzer/filetree"
	"peel/analyzer/inventory"
	"peel/ui/text"
)

// packageOrder is what the packages are sorted by.
type packageOrder uint8

const (
	packagesBySize packageOrder = iota
	packagesByName
	packagesByType
	packagesByLayer
	packagesByState
	packageOrders
)

func (o packageOrder) String() string {
	return [...]string{"size", "name", "type", "layer", "state"}[o]
}

// packageIndex is an inventory made ready to be listed, away from the keys, for
// there may be hundreds of thousands of packages. Each has a line, by its number
// in the inventory; the number after the last stands for the files of no package,
// and the one after that for what is to be said of the inventory itself.
type packageIndex struct {
	inv    *inventory.Inventory
	tree   *filetree.Tree // that Package.Nodes are of
	totals inventory.Totals
	lower  []string // names
	// The packages and, after them or among them, the unowned files, in the orders
	// that others fall back to, and where each stands in them. By name, those of
	// one name and type are side by side.
	byName, bySize []int32
	name, size     []uint32
	kind           []uint32
	twin           []bool // installed more than once
	digits         int    // of the uppermost layer's number
	kindWidth      int    // columns for types
	// Whether there are any that are removed, replaced, installed more than once.
	removed, replaced, twins bool
}

func indexPackages(inv *inventory.Inventory, t *filetree.Tree) *packageIndex {
	n := len(inv.Packages)
	x := &packageIndex{
		inv: inv, tree: t, totals: inv.Totals(t), lower: make([]string, n), byName: make([]int32, n),
		twin: make([]bool, n), digits: len(fmt.Sprint(len(t.Layers))),
	}
	for i := range x.lower {
		x.lower[i], x.byName[i] = strings.ToLower(inv.Packages[i].Name), int32(i)
	}
	slices.SortFunc(x.byName, x.compareNames)
	x.byName = append(x.byName, x.unowned())
	x.bySize = slices.Clone(x.byName)
	slices.SortStableFunc(x.bySize, func(a, b int32) int { return cmp.Compare(x.cost(b), x.cost(a)) })
	x.name, x.size = ranks(x.byName), ranks(x.bySize)
	x.rankKinds()
	for i := 1; i < n; i++ { // the last by name is unowned
		a, b := x.byName[i-1], x.byName[i]
		if x.sameName(a, b) && inv.Packages[a].State == inventory.Installed && inv.Packages[b].State == inventory.Installed {
			x.twin[a], x.twin[b], x.twins = true, true, true
		}
	}
	for i := range inv.Packages {
		x.removed = x.removed || inv.Packages[i].State == inventory.Removed
		x.replaced = x.replaced || inv.Packages[i].State == inventory.Overwritten
	}
	return x
}

// compareNames puts those that are installed before those that are gone.
func (x *packageIndex) compareNames(i, j int32) int {
	a, b := &x.inv.Packages[i], &x.inv.Packages[j]
	return cmp.Or(
		cmp.Compare(x.lower[i], x.lower[j]), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type),
		cmp.Compare(rankOf(a.State != inventory.Installed), rankOf(b.State != inventory.Installed)),
		cmp.Compare(a.Version, b.Version), cmp.Compare(i, j))
}

func rankOf(later bool) uint32 {
	if later {
		return 1
	}
	return 0
}

func (x *packageIndex) sameName(i, j int32) bool {
	a, b := &x.inv.Packages[i], &x.inv.Packages[j]
	return a.Name == b.Name && a.Type == b.Type
}

// ranks turns a list of all numbers round: where each stands.
func ranks(list []int32) []uint32 {
	r := make([]uint32, len(list))
	for at, i := range list {
		r[i] = uint32(at)
	}
	return r
}

func (x *packageIndex) rankKinds() {
	var kinds []string
	at := map[string]uint32{}
	for i := range x.inv.Packages {
		if k := x.inv.Packages[i].Type; at[k] == 0 {
			at[k] = 1
			kinds = append(kinds, k)
		}
	}
	slices.Sort(kinds)
	x.kindWidth = len("Type")
	for i, k := range kinds {
		at[k] = uint32(i)
		x.kindWidth = min(max(x.kindWidth, text.Width(text.OneLine(k))), maxKind)
	}
	x.kind = make([]uint32, len(x.lower))
	for i := range x.kind {
		x.kind[i] = at[x.inv.Packages[i].Type]
	}
}

func (x *packageIndex) unowned() int32 { return int32(len(x.lower)) }
func (x *packageIndex) remarks() int32 { return x.unowned() + 1 }

// pkg is the package of a line; nil for the other lines.
func (x *packageIndex) pkg(n int32) *inventory.Package {
	if n < 0 || n >= x.unowned() {
		return nil
	}
	return &x.inv.Packages[n]
}

// cost is the bytes of a line that ship: of a package that is gone, those that
// nobody can see any more.
func (x *packageIndex) cost(n int32) int64 {
	switch p := x.pkg(n); {
	case p == nil:
		return x.inv.Unowned.Bytes
	case p.State != inventory.Installed:
		return p.Dead
	default:
		return p.Bytes
	}
}

// sorted lists all packages and the unowned files in an order.
func (x *packageIndex) sorted(o packageOrder) []int32 {
	list, then := x.bySize, x.size
	if o == packagesByName || o == packagesByType {
		list, then = x.byName, x.name
	}
	if o != packagesBySize && o != packagesByName {
		// Where those of the same rank stand is a number too, so that one number
		// tells both.
		keys := make([]uint64, len(list))
		for i, n := range list {
			keys[i] = uint64(x.rank(o, n))<<32 | uint64(then[n])
		}
		slices.Sort(keys)
		all := list
		list = make([]int32, len(keys))
		for i, k := range keys {
			list[i] = all[uint32(k)]
		}
	}
	if x.inv.Unowned.Files == 0 {
		list = slices.DeleteFunc(slices.Clone(list), func(n int32) bool { return n == x.unowned() })
	}
	return list
}

// rank gives a line its place in an order: less comes first.
func (x *packageIndex) rank(o packageOrder, n int32) uint32 {
	p := x.pkg(n)
	switch {
	case p == nil:
		return last
	case o == packagesByType:
		return x.kind[n]
	case o == packagesByState:
		return x.stateRank(n)
	case p.Layer < 0:
		return last - 1
	}
	return uint32(p.Layer)
}

// stateRank has what is to be done something about first.
func (x *packageIndex) stateRank(n int32) uint32 {
	switch {
	case x.inv.Packages[n].State != inventory.Installed:
		return 0
	case x.twin[n]:
		return 1
	}
	return 2
}

// namesakes are the packages of the same name and type, the one itself among them.
func (x *packageIndex) namesakes(n int32) []int32 {
	from := int(x.name[n])
	to := from
	for from > 0 && x.sameName(x.byName[from-1], n) {
		from--
	}
	for to < int(x.unowned()) && x.sameName(x.byName[to], n) {
		to++
	}
	return x.byName[from:to]
}

// packageLine is a line of the list for a filter.
type packageLine struct {
	x *packageIndex
	n int32
}

var _ subject = packageLine{}

// unownedName is what the files are called that no package owns.
const unownedName = "files of no package"

func (l packageLine) named(t *nameTest) bool {
	p := l.x.pkg(l.n)
	switch {
	case p == nil:
		return !t.byPath && t.name(unownedName)
	case !t.byPath:
		return t.name(l.x.lower[l.n])
	case t.path([]byte(p.Name)):
		return true
	}
	return slices.ContainsFunc(p.Locations, func(at inventory.Location) bool { return t.path([]byte(at.Path)) })
}

func (l packageLine) counted(t *factTest) bool {
	p := l.x.pkg(l.n)
	switch t.what {
	case "size":
		return t.holds(l.x.cost(l.n), t.want)
	case "waste":
		return p != nil && t.holds(p.Dead, t.want)
	case "layer":
		return p != nil && t.holds(int64(p.Layer)+1, t.want)
	case factBase:
		return p != nil && t.isBase(p.Layer < t.base)
	}
	return false
}

func (l packageLine) worded(t *wordTest) bool {
	p := l.x.pkg(l.n)
	if p == nil {
		return false
	}
	switch t.what {
	case "type":
		return t.holds(p.Type)
	case "version":
		return t.holds(p.Version)
	case "licence":
		return slices.ContainsFunc(p.Licenses, t.holds)
	}
	return t.holds(string(p.State)) || p.State != inventory.Installed && t.holds("gone") || l.x.twin[l.n] && t.holds("several")
}
