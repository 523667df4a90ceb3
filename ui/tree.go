package ui

import (
	"fmt"
	"strings"

	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/ui/theme"
)

// treeSource is what the tree pane looks at.
type treeSource struct {
	tree  *filetree.Tree
	layer int
	alone bool
	whole bool // the image as a whole
}

// treePane lists the files of a layer or of the image. It keeps what the user
// opened, sorted and filtered while its source changes.
type treePane struct {
	listed func() *packageIndex // the packages; nil until they are listed
	th     *theme.Theme
	w, h   int // inside the frame
	src    treeSource
	title  string   // what is shown, for the frame
	empty  []string // said in place of an empty list

	list     listing
	scroll   scroller
	views    viewCache
	plain    folds
	filtered folds
	attrs    int8 // 1 shown, -1 hidden, 0 if there is room
	touched  bool // somebody moved the cursor or changed the list

	searching
	from  place // where the cursor was before a search
	hide  hider
	of    *analyzer.Analysis
	marks markedView
}

// searching is what comes of a line that is being typed.
type searching struct {
	errText          string // why it cannot be used
	foundAt, foundOf int    // the match that a search is at
}

// accepts takes what came of reading a line; false if it cannot be used, which is
// then to be read.
func (s *searching) accepts(err error) bool {
	s.errText = ""
	if err != nil {
		s.errText = err.Error()
	}
	return err == nil
}

// viewCache keeps the last views, for [ and ] go back and forth.
type viewCache struct {
	entries [6]*filetree.View
	next    int
}

func (c *viewCache) find(s treeSource) *filetree.View {
	for _, v := range c.entries {
		if v != nil && v.Tree == s.tree && v.Layer == s.layer && v.Alone == s.alone {
			return v
		}
	}
	return nil
}

func (c *viewCache) put(v *filetree.View) {
	if c.find(treeSource{tree: v.Tree, layer: v.Layer, alone: v.Alone}) == nil {
		c.entries[c.next] = v
		c.next = (c.next + 1) % len(c.entries)
	}
}

func (c *viewCache) get(s treeSource) *filetree.View {
	v := c.find(s)
	if v == nil {
		v = s.tree.View(s.layer, s.alone)
		c.put(v)
	}
	return v
}

// SetSize gives the pane its room inside the frame.
func (p *treePane) SetSize(w, h int) {
	p.w, p.h = w, h
	p.scroll.clamp(len(p.list.rows), p.bodyRows())
}

// bodyRows leaves the first line to the names of the columns.
func (p *treePane) bodyRows() int { return max(p.h-1, 1) }

// Show points the pane at another source; the cursor stays on its path. A nil
// tree shows empty.
func (p *treePane) Show(src treeSource, title string, empty []string) {
	p.title, p.empty = title, empty
	if src == p.src && p.list.view != nil {
		return
	}
	path := p.Path()
	at := p.scroll.cursor - p.scroll.top
	if p.src.tree != src.tree && !p.touched { // more is read, and what is largest comes first
		path, p.scroll.cursor, p.scroll.top = "", 0, 0
	}
	p.src = src
	if src.tree == nil {
		p.list.view, p.list.rows, p.list.keep = nil, nil, nil
		p.scroll.clamp(0, p.bodyRows())
		return
	}
	p.list.view = p.views.get(src)
	p.list.shape.whole = src.whole
	p.rebuild(path, at)
}

// rebuild makes the lines anew and puts the cursor back on a path.
func (p *treePane) rebuild(path string, at int) {
	if p.list.view == nil {
		return
	}
	p.list.pick(&p.plain, &p.filtered)
	p.list.build()
	p.goTo(path, at)
}

// goTo puts the cursor on a path or the nearest directory above it, at lines
// below the top of the window.
func (p *treePane) goTo(path string, at int) {
	if path != "" && p.list.view != nil {
		if n, ok := p.lookup(path); ok {
			if i, ok := p.list.index(int32(n)); ok {
				first := p.scroll.top == 0 && i < p.bodyRows() // do not hide what is above
				p.scroll.cursor = i
				if p.scroll.top = i - at; first {
					p.scroll.top = 0
				}
			}
		}
	}
	p.scroll.clamp(len(p.list.rows), p.bodyRows())
}

// lookup finds a path, or what there is of it.
func (p *treePane) lookup(path string) (int, bool) {
	for path != "" {
		if n, ok := p.list.view.Tree.Lookup(path); ok {
			return n, n > 0
		}
		path = path[:max(strings.LastIndexByte(path, '/'), 0)]
	}
	return 0, false
}

// refresh is rebuild with the cursor where it is.
func (p *treePane) refresh() { p.rebuild(p.Path(), p.scroll.cursor-p.scroll.top) }

// relist makes the lines anew after a fold.
func (p *treePane) relist() {
	path, at := p.Path(), p.scroll.cursor-p.scroll.top
	p.list.build()
	p.goTo(path, at)
}

// Node is the node at the cursor; filetree.None if the list is empty.
func (p *treePane) Node() int {
	if p.list.view == nil || p.scroll.cursor >= len(p.list.rows) {
		return filetree.None
	}
	return int(p.list.rows[p.scroll.cursor].node)
}

// Path is the path at the cursor, "" if the list is empty.
func (p *treePane) Path() string {
	n := p.Node()
	if n == filetree.None {
		return ""
	}
	return p.list.view.Tree.Path(n)
}

// Key does what an action asks of the tree; false if it is none of its actions.
func (p *treePane) Key(a action) bool {
	p.touched = true
	if p.scroll.move(a) {
		return true
	}
	switch a {
	case actOpen:
		p.unfold()
	case actClose:
		p.close()
	case actEnter, actFold:
		p.fold()
	case actFoldAll:
		p.foldAll()
	default:
		return p.reshape(a)
	}
	return true
}

// reshape does the actions that change what is listed.
func (p *treePane) reshape(a action) bool {
	s := &p.list.shape
	switch a {
	case actSort:
		s.order = (s.order + 1) % orders
	case actReverse:
		s.reverse = !s.reverse
	case actFlat:
		s.flat = !s.flat
	case actShowAdded:
		s.hide[filetree.Added] = !s.hide[filetree.Added]
	case actShowModified:
		s.hide[filetree.Modified] = !s.hide[filetree.Modified]
	case actShowUnchanged:
		s.hide[filetree.Unchanged] = !s.hide[filetree.Unchanged]
	case actShowRemoved:
		s.hide[filetree.Removed] = !s.hide[filetree.Removed]
		s.hide[filetree.Gone] = s.hide[filetree.Removed]
	case actAttrs:
		if p.columns().mode {
			p.attrs = -1
		} else {
			p.attrs = 1
		}
		return true
	default:
		return false
	}
	p.refresh()
	return true
}

func (p *treePane) isDirRow() bool {
	n := p.Node()
	return n != filetree.None && !p.list.shape.flat && isDir(p.list.view, n)
}

func (p *treePane) fold() {
	if p.isDirRow() {
		p.list.folds.toggle(p.Node())
		p.relist()
	}
}

func (p *treePane) unfold() {
	if !p.isDirRow() {
		return
	}
	if n := p.Node(); !p.list.folds.open[n] {
		p.list.folds.set(n, true)
		p.relist()
		return
	}
	if p.list.hasListed(p.Node()) {
		p.scroll.move(actDown)
	}
}

// close folds the directory at the cursor, or goes to the one that holds it.
func (p *treePane) close() {
	n := p.Node()
	if n == filetree.None || p.list.shape.flat {
		return
	}
	if p.isDirRow() && p.list.folds.open[n] && p.list.hasListed(n) {
		p.list.folds.set(n, false)
		p.relist()
		return
	}
	depth := p.list.rows[p.scroll.cursor].depth
	for i := p.scroll.cursor - 1; i >= 0; i-- {
		if p.list.rows[i].depth < depth {
			p.scroll.cursor = i
			break
		}
	}
	p.scroll.clamp(len(p.list.rows), p.bodyRows())
}

// atTop reports whether there is nothing to close to the left of the cursor.
func (p *treePane) atTop() bool {
	n := p.Node()
	if n == filetree.None || p.list.shape.flat {
		return true
	}
	return p.list.rows[p.scroll.cursor].depth == 0 && !(isDir(p.list.view, n) && p.list.folds.open[n])
}

// foldAll opens all directories if the ones at the top are closed, else closes
// all.
func (p *treePane) foldAll() {
	if p.list.view == nil || p.list.shape.flat {
		return
	}
	anyOpen := false
	for _, r := range p.list.rows {
		anyOpen = anyOpen || r.depth > 0
	}
	p.list.folds.all(!anyOpen)
	p.relist()
}

// reveal opens the directories above a node and puts the cursor on it.
func (p *treePane) reveal(n int) {
	if p.list.view == nil {
		return
	}
	p.touched = true
	nodes := p.list.view.Tree.Nodes
	for up := nodes[n].Parent; up > 0; up = nodes[up].Parent {
		p.list.folds.set(int(up), true)
	}
	p.list.build()
	p.goTo(p.list.view.Tree.Path(n), p.bodyRows()/3)
}

func (p *treePane) move(a action) bool { return p.Key(a) }

// SetFilter filters by a line; one that cannot be read yet changes nothing but
// the message.
func (p *treePane) SetFilter(line string) {
	f, err := parseTreeFilter(p.of, p.packages(), line)
	if !p.accepts(err) || f == nil && p.list.shape.filter == nil {
		return
	}
	p.list.shape.filter = f
	p.filtered = folds{}
	p.refresh()
	if f != nil && p.list.matches > 0 && !p.onMatch() {
		p.jump(1, f, true)
	}
}

func (p *treePane) onMatch() bool {
	n := p.Node()
	if n == filetree.None {
		return false
	}
	path := p.list.view.Tree.Path(n)
	return p.list.shape.filter.judge(p.list.view, n, strings.ToLower(p.list.view.Tree.Nodes[n].Name), []byte(path)).match
}

// Status says what the list shows, for the frame.
func (p *treePane) Status() string {
	s := &p.list.shape
	arrow := theme.Down
	if s.reverse != (s.order == byName) {
		arrow = theme.Up
	}
	parts := []string{p.title, "by " + s.order.String() + " " + arrow}
	if s.flat {
		parts = append(parts, "flat")
	}
	hidden := ""
	for c, mark := range changeMarks {
		if s.hide[c] && filetree.Change(c) != filetree.Gone {
			hidden += mark
		}
	}
	if hidden != "" {
		parts = append(parts, "without "+strings.Join(strings.Split(hidden, ""), " "))
	}
	return strings.Join(parts, " "+theme.Dot+" ")
}

// changeMarks are the glyphs of changes, which are their keys too.
var changeMarks = [...]string{
	filetree.Unchanged: theme.Unchanged, filetree.Added: theme.Added, filetree.Modified: theme.Modified,
	filetree.Removed: theme.Removed, filetree.Gone: theme.Gone,
}

// counts says how much a filter picks.
func (p *treePane) counts() string {
	if p.list.view == nil || p.list.shape.filter == nil {
		return ""
	}
	return fmt.Sprintf("%s of %s", countText(p.list.matches), countText(p.list.files))
}

// packages are those of the image, as far as they are listed.
func (p *treePane) packages() *packageIndex {
	if p.listed == nil {
		return nil
	}
	return p.listed()
}
