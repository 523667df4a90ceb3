package ui

import (
	"strconv"
	"strings"

	"peel/analyzer/filetree"
	"peel/source/layer"
	"peel/ui/text"
	"peel/ui/theme"
)

func countText(n int) string { return text.Count(n) }

// columns are those of the tree that the width has room for.
type columns struct{ waste, mode, owner bool }

const (
	minNameWidth = 18
	modeWidth    = 10
	ownerWidth   = 9
)

func (p *treePane) columns() columns {
	var c columns
	room := p.w - 1 - text.ShortWidth - 1 - 2
	if p.list.view != nil && p.list.view.Waste[0] > 0 && room-text.ShortWidth-1 >= minNameWidth {
		c.waste = true
		room -= text.ShortWidth + 1
	}
	need := modeWidth + 1 + minNameWidth
	if p.attrs == 0 {
		need += 20
	}
	if p.attrs >= 0 && room >= need {
		c.mode = true
		room -= modeWidth + 1
		c.owner = room >= ownerWidth+1+need-modeWidth-1
	}
	return c
}

// View draws the lines that can be seen.
func (p *treePane) View(focused bool) []string {
	if len(p.list.rows) == 0 {
		return p.emptyView()
	}
	c := p.columns()
	out := make([]string, 0, p.h)
	out = append(out, p.heading(c))
	for i := p.scroll.top; i < len(p.list.rows) && len(out) < p.h; i++ {
		var force *theme.Style
		if i == p.scroll.cursor {
			force = &p.th.Resting
			if focused {
				force = &p.th.Selected
			}
		}
		out = append(out, p.row(&p.list.rows[i], c, force))
	}
	return out
}

func (p *treePane) heading(c columns) string {
	l := newLine(p.w, &p.th.Dim)
	l.space(1).add(p.th.Dim, text.PadLeft("Size", text.ShortWidth)).space(1)
	if c.waste {
		l.add(p.th.Dim, text.PadLeft("Waste", text.ShortWidth)).space(1)
	}
	l.add(p.th.Dim, "Δ ")
	if c.mode {
		l.add(p.th.Dim, text.Pad("Mode", modeWidth)).space(1)
	}
	if c.owner {
		l.add(p.th.Dim, text.Pad("Owner", ownerWidth)).space(1)
	}
	return l.add(p.th.Dim, "Path").String()
}

// emptyView says why there is nothing to see.
func (p *treePane) emptyView() []string {
	lines := p.empty
	if p.list.view != nil {
		switch {
		case p.list.shape.filter != nil:
			lines = []string{
				"No file matches " + p.hide.oneLine(p.list.shape.filter.text),
				"", "Esc clears the filter.",
			}
			if p.src.alone {
				lines = append(lines, "c searches the files of all layers up to here.")
			}
		case p.list.shape.hide != [filetree.Gone + 1]bool{} && p.list.view.Files[0] > 0:
			lines = []string{"All files here are hidden.", "", "The keys + - ~ = show what is added, removed,", "modified and unchanged."}
		}
	}
	out := []string{""}
	for _, s := range lines {
		for _, w := range text.Wrap(p.hide.r.String(s), p.w-4, "") {
			out = append(out, "  "+p.th.Dim.Render(w))
		}
	}
	return out
}

func (p *treePane) row(r *row, c columns, force *theme.Style) string {
	v, n := p.list.view, int(r.node)
	e := entryIn(v, n)
	change := p.list.change(n)
	dead := change == filetree.Removed || change == filetree.Gone
	l := newLine(p.w, force)
	if force != nil {
		l.add(p.th.Text, theme.Cursor)
	} else {
		l.space(1)
	}
	size := text.Short(v.Size[n])
	if dead && v.Size[n] == 0 {
		size = "–"
	}
	l.add(p.th.Text, text.PadLeft(size, text.ShortWidth)).space(1)
	if c.waste {
		waste := ""
		if v.Waste[n] > 0 {
			waste = text.Short(v.Waste[n])
		}
		l.add(p.th.Waste, text.PadLeft(waste, text.ShortWidth)).space(1)
	}
	p.mark(l, change, !c.waste && v.Waste[n] > 0)
	if c.mode {
		l.add(p.th.Dim, modeText(e)).space(1)
	}
	if c.owner {
		l.add(p.th.Dim, text.Pad(ownerText(e), ownerWidth)).space(1)
	}
	l.space(int(r.depth) * 2)
	mark := p.finding(int(r.head), n)
	l.left -= mark.w
	p.name(l, r, e, dead)
	if mark.w > 0 {
		l.space(l.left)
		l.left = mark.w
		l.add(mark.style, mark.text)
	}
	return l.String()
}

// mark draws the glyph of a change, and one for waste if that has no column.
func (p *treePane) mark(l *line, c filetree.Change, wasted bool) {
	glyph := changeMarks[c]
	if p.src.whole && c == filetree.Unchanged {
		glyph = " "
	}
	l.add(p.changeStyle(c), glyph)
	if wasted {
		l.add(p.th.Waste, theme.Wasted)
	} else {
		l.space(1)
	}
}

func (p *treePane) changeStyle(c filetree.Change) theme.Style {
	return [...]theme.Style{
		filetree.Unchanged: p.th.Dim, filetree.Added: p.th.Added, filetree.Modified: p.th.Modified,
		filetree.Removed: p.th.Removed, filetree.Gone: p.th.Removed,
	}[c]
}

func (p *treePane) name(l *line, r *row, e *layer.Entry, dead bool) {
	n := int(r.node)
	name := p.label(r)
	if p.list.shape.flat {
		l.add(p.nameStyle(e, dead, false), text.CutLeft(name, l.left))
		return
	}
	dir := isDir(p.list.view, n)
	switch {
	case dir && p.list.folds.open[n]:
		l.add(p.th.Dim, theme.Open+" ")
	case dir:
		l.add(p.th.Dim, theme.Closed+" ")
	default:
		l.space(2)
	}
	l.add(p.nameStyle(e, dead, dir), text.CutMiddle(name, l.left))
	if e != nil && e.Type == layer.Symlink && !dead {
		l.add(p.th.Dim, " "+theme.Arrow+" "+p.hide.clean(e.Link))
	}
}

// label is the name of a line, made safe: of the directories that share it, or
// the whole path in a flat list.
func (p *treePane) label(r *row) string {
	t := p.list.view.Tree
	if p.list.shape.flat {
		return p.hide.clean(t.Path(int(r.node)))
	}
	if r.node == r.head {
		return p.hide.clean(t.Nodes[r.node].Name)
	}
	names := []string{t.Nodes[r.node].Name}
	for c := t.Nodes[r.node].Parent; c >= r.head; c = t.Nodes[c].Parent {
		names = append([]string{t.Nodes[c].Name}, names...)
	}
	return p.hide.clean(strings.Join(names, "/"))
}

func (p *treePane) nameStyle(e *layer.Entry, dead, dir bool) theme.Style {
	switch {
	case dead:
		return p.th.Dim
	case dir:
		return p.th.Dir
	case e != nil && e.Type == layer.Symlink:
		return p.th.Link
	}
	return p.th.Text
}

var typeLetters = map[layer.Type]byte{
	layer.Directory: 'd', layer.Symlink: 'l', layer.CharDevice: 'c', layer.BlockDevice: 'b', layer.FIFO: 'p',
}

func modeText(e *layer.Entry) string {
	if e == nil {
		return strings.Repeat(" ", modeWidth)
	}
	letter, ok := typeLetters[e.Type]
	if !ok {
		letter = '-'
	}
	return text.Mode(letter, e.Mode)
}

func ownerText(e *layer.Entry) string {
	if e == nil {
		return ""
	}
	return strconv.Itoa(int(e.UID)) + ":" + strconv.Itoa(int(e.GID))
}
