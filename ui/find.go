package ui

import (
	"strings"

	"peel/analyzer/filetree"
	"peel/ui/text"
)

// jump puts the cursor on the next match in the order of the listing, whether
// its directory is open or not; step is 1 or -1. With here, the line of the
// cursor counts too. It tells the place of the match and how many there are.
func (p *treePane) jump(step int, f *filter, here bool) (at, of int) {
	if p.list.view == nil || f == nil {
		return 0, 0
	}
	found, cursor := p.search(f)
	if len(found) == 0 {
		return 0, 0
	}
	// cursor is how many matches stand before the cursor's line.
	next := cursor
	onIt := cursor < len(found) && int(found[cursor]) == p.Node()
	switch {
	case step > 0 && onIt && !here:
		next++
	case step < 0:
		next--
		if r := &p.list.rows[p.scroll.cursor]; next >= 0 && p.list.inChain(r, found[next]) {
			next-- // a directory on the cursor's own line
		}
	}
	next = (next + 2*len(found)) % len(found)
	if int(found[next]) != p.Node() {
		p.reveal(int(found[next]))
	}
	return next + 1, len(found)
}

// search lists the matches in the order of the listing, folded ones too, and
// how many of them stand before the cursor.
func (p *treePane) search(f *filter) (found []int32, before int) {
	if p.list.shape.flat {
		return p.searchRows(f)
	}
	v := p.list.view
	nodes := v.Tree.Nodes
	match := make([]bool, len(nodes))
	under := make([]bool, len(nodes)) // worth going down into
	for i := len(nodes) - 1; i > 0; i-- {
		if !p.list.keep[i] {
			continue
		}
		match[i] = p.matches(f, i)
		if match[i] || under[i] {
			under[nodes[i].Parent] = true
		}
	}
	cursor := p.Node()
	for up := int32(cursor); up > 0; up = nodes[up].Parent {
		under[nodes[up].Parent] = true
	}
	var walk func(n int32)
	walk = func(n int32) {
		for _, c := range p.list.children(n) {
			if !p.list.keep[c] {
				continue
			}
			if int(c) == cursor {
				before = len(found)
			}
			if match[c] {
				found = append(found, c)
			}
			if under[c] {
				walk(c)
			}
		}
	}
	walk(0)
	return found, before
}

func (p *treePane) searchRows(f *filter) (found []int32, before int) {
	for i, r := range p.list.rows {
		if i == p.scroll.cursor {
			before = len(found)
		}
		if p.matches(f, int(r.node)) {
			found = append(found, r.node)
		}
	}
	return found, before
}

func (p *treePane) matches(f *filter, n int) bool {
	var path []byte
	if f.byPath() {
		path = []byte(p.list.view.Tree.Path(n))
	}
	return f.judge(p.list.view, n, strings.ToLower(p.list.view.Tree.Nodes[n].Name), path).match
}

// place is where the tree was before a search.
type place struct {
	path    string
	at      int
	allOpen bool
	flipped map[string]bool
}

func (p *treePane) place() place {
	pl := place{path: p.Path(), at: p.scroll.cursor - p.scroll.top}
	if p.list.folds != nil {
		pl.allOpen, pl.flipped = p.list.folds.snapshot()
	}
	return pl
}

// beginSearch remembers what unfind goes back to.
func (p *treePane) beginSearch() { p.from = p.place() }

// unfind undoes what a search moved.
func (p *treePane) unfind() { p.goBack(p.from) }

func (p *treePane) filterNow() *filter { return p.list.shape.filter }

func (p *treePane) examples(t typing) string {
	if t == typingFilter {
		return "*.so  usr/*/doc  size>1M  waste>0  layer:3  mode:suid  type:link  owner:app  secret  dup  !not"
	}
	return "part of a name, *.so, /path/to, ~regexp"
}

func (p *treePane) weight() string { return text.Bytes(p.list.bytes) }

func (p *treePane) hidden() string {
	switch {
	case p.list.shape.filter != nil:
		return " among what the filter shows"
	case p.list.shape.hide != [filetree.Gone + 1]bool{}:
		return " among the changes that are shown"
	}
	return ""
}

// goBack undoes what a search opened.
func (p *treePane) goBack(to place) {
	if p.list.view == nil {
		return
	}
	p.list.folds.restore(to.allOpen, to.flipped)
	p.list.build()
	p.goTo(to.path, to.at)
}
