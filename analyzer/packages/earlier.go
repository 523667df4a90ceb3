package packages

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/anchore/syft/syft/pkg"

	"peel/analyzer/inventory"
	"peel/source/layer"
)

// A package manager's database is written anew by each layer that installs
// something, and a deleted package takes its records with it. So what a later
// layer takes away is looked at as the last layer that shows it: each record
// once, for what stays is seen by the view from the top.

// record is one package in one file that tells of it.
type record struct{ name, version, kind, path string }

// state is the packages of the records that end with one layer.
type state struct {
	layer    int // the last that shows them
	found    []pkg.Package
	packages []inventory.Package
	view     *view
}

// earlier finds what earlier layers had.
func (c *catalog) earlier(ctx context.Context, top int) error {
	for n := range top {
		if !c.ends(n) {
			continue
		}
		v := newView(c.img, n, true)
		s, err := c.run(ctx, v, false, fmt.Sprintf("looking for packages that layer %d replaced or removed", n+2))
		if err != nil {
			return err
		}
		st := state{layer: n, view: v, found: sorted(s)}
		for i := range st.found {
			st.packages = append(st.packages, c.img.plain(&st.found[i]))
		}
		c.states = append(c.states, st)
	}
	return nil
}

// ends reports whether the layer above n takes away something that was kept.
func (c *catalog) ends(n int) bool {
	t := c.img.tree
	for node := range t.Nodes {
		for i, v := range t.VersionsOf(node) {
			if int(v.Layer) != n+1 || i == 0 {
				continue
			}
			before := &t.VersionsOf(node)[i-1]
			if before.Entry == nil || c.img.content(before.Entry) == nil || sameContent(before.Entry, v.Entry) {
				continue
			}
			if _, fertile := c.img.mimes[before.Entry]; fertile || c.img.globs.any(t.Path(node)) {
				return true
			}
		}
	}
	return false
}

func sameContent(a, b *layer.Entry) bool {
	return a != nil && b != nil && a.Type == layer.Regular && b.Type == layer.Regular && a.Size == b.Size && a.Digest == b.Digest
}

// trace finds which layer brought what is there: it goes back from each package
// to the first layer whose records have it without a break.
func (c *catalog) trace() {
	ended := map[record]map[int]int{} // the last layer that shows it → the one that wrote that record
	for _, st := range c.states {
		for i := range st.packages {
			p := &st.packages[i]
			for _, l := range p.Locations {
				r := record{p.Name, p.Version, p.Type, l.Path}
				if ended[r] == nil {
					ended[r] = map[int]int{}
				}
				ended[r][st.layer] = l.Layer
			}
		}
	}
	each := func(p *inventory.Package) {
		for _, l := range p.Locations {
			if l.Supporting || l.Layer != p.Layer {
				continue
			}
			p.Layer = min(p.Layer, c.since(l, ended[record{p.Name, p.Version, p.Type, l.Path}]))
		}
	}
	for i := range c.inv.Packages {
		each(&c.inv.Packages[i])
	}
	for _, st := range c.states {
		for i := range st.packages {
			each(&st.packages[i])
		}
	}
}

// since is the first layer that has a record, given what wrote its earlier
// versions. Versions of the same content are one.
func (c *catalog) since(l inventory.Location, ended map[int]int) int {
	first := l.Layer
	n, ok := c.img.tree.Lookup(l.Path)
	if !ok {
		return first
	}
	vs := c.img.tree.VersionsOf(n)
	for i := len(vs) - 1; i > 0; i-- {
		if int(vs[i].Layer) != first {
			continue
		}
		before := &vs[i-1]
		_, listed := ended[first-1]
		if !sameContent(vs[i].Entry, before.Entry) && !(listed && before.Entry != nil) {
			break
		}
		first = int(before.Layer)
	}
	return first
}

// removed lists what only earlier layers have: once for each version, as the
// last of them has it.
func (c *catalog) removed() {
	type id struct{ name, version, kind string }
	there := map[id]bool{}
	versions := map[[2]string]string{}
	for i := range c.inv.Packages {
		p := &c.inv.Packages[i]
		there[id{p.Name, p.Version, p.Type}] = true
		versions[[2]string{p.Name, p.Type}] = p.Version
	}
	var gone []inventory.Package
	for _, st := range slices.Backward(c.states) {
		files := newFinder(st.view)
		for i := range st.packages {
			p := st.packages[i]
			if there[id{p.Name, p.Version, p.Type}] {
				continue
			}
			there[id{p.Name, p.Version, p.Type}] = true
			c.weigh(st.view, &p, files.owned(&st.found[i]))
			p.State, p.RemovedBy = inventory.Removed, st.layer+1
			if p.ReplacedBy = versions[[2]string{p.Name, p.Type}]; p.ReplacedBy != "" {
				p.State = inventory.Overwritten
			}
			gone = append(gone, p)
		}
	}
	slices.SortFunc(gone, func(a, b inventory.Package) int {
		return cmp.Or(cmp.Compare(b.Dead, a.Dead), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Type, b.Type))
	})
	c.inv.Packages = append(c.inv.Packages, gone...)
}
