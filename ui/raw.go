package ui

import (
	"fmt"

	"peel/analyzer"
	"peel/source"
	"peel/ui/text"
	"peel/ui/theme"

	tea "charm.land/bubbletea/v2"
)

// rawPane shows the manifest, the config and the index as they are written, and
// what is attached to the image.
type rawPane struct {
	plainScreen
	th       *theme.Theme
	w, h     int
	of       *source.Image
	asked    bool // what is attached
	finished bool // the reading
	nodes    []jsonNode
	att      attachments
	open     []bool
	rows     []int
	scroll   scroller
}

// SetSize gives the pane its room inside the frame.
func (p *rawPane) SetSize(w, h int) {
	p.w, p.h = w, h
	p.scroll.clamp(len(p.rows), h)
}

// openDepth is how deep the documents are open at first.
const openDepth = 2

// Load takes the documents of an image, masked as they are to be shown, and what
// is attached to it. When more is masked in them later on, all stays open that was.
func (p *rawPane) Load(a *analyzer.Analysis) {
	img := a.Image
	if img == p.of && p.asked == a.Attached.Listed && p.finished == a.Finished && len(a.Attached.Documents) == len(p.att.docs) {
		return
	}
	p.of, p.asked, p.finished = img, a.Attached.Listed, a.Finished
	before := p.open[:min(p.att.root, len(p.open))]
	p.nodes = nil
	for _, doc := range []struct {
		name string
		raw  []byte
	}{{"manifest", img.RawManifest}, {"config", img.RawConfig}, {"index", img.RawIndex}} {
		if doc.raw != nil {
			p.nodes = parseJSON(p.nodes, doc.name, doc.raw)
		}
	}
	p.open = before
	if len(p.nodes) != len(before) {
		p.open = make([]bool, len(p.nodes))
		for i := range p.nodes {
			p.open[i] = p.nodes[i].depth < openDepth
		}
	}
	p.attach(a)
	p.build()
}

func (p *rawPane) build() {
	p.rows = p.rows[:0]
	for i := 0; i < len(p.nodes); {
		p.rows = append(p.rows, i)
		if p.nodes[i].kind != 0 && !p.open[i] {
			i = p.nodes[i].end
		} else {
			i++
		}
	}
	p.scroll.clamp(len(p.rows), p.h)
}

// Title names the pane and where its cursor is.
func (p *rawPane) Title() string {
	t := "Raw"
	if path := p.path(); path != "" {
		t += " " + theme.Dot + " " + text.CutLeft(path, max(p.w-20, 10))
	}
	return t
}

// path is the place of the cursor: "config.rootfs.diff_ids[0]".
func (p *rawPane) path() string {
	if len(p.rows) == 0 {
		return ""
	}
	at := p.rows[p.scroll.cursor]
	s := ""
	for i := 0; i <= at; {
		n := &p.nodes[i]
		if at >= n.end {
			i = n.end
			continue
		}
		if s != "" && n.key != "" && n.key[0] != '[' {
			s += "."
		}
		s += text.Clean(n.key)
		i++
	}
	return s
}

// Copy is the value at the cursor as it was written; a string without quotes.
func (p *rawPane) Copy() (what, s string) {
	if len(p.rows) == 0 {
		return "", ""
	}
	return "the value of " + p.path(), unquote(p.nodes[p.rows[p.scroll.cursor]].raw)
}

func unquote(raw []byte) string {
	if n := len(raw); n >= 2 && raw[0] == '"' && raw[n-1] == '"' {
		return string(raw[1 : n-1])
	}
	return string(raw)
}

// Click selects a line; the one that is selected is opened or closed.
func (p *rawPane) Click(y int) {
	i := p.scroll.top + y
	switch {
	case y < 0 || i >= len(p.rows):
	case i == p.scroll.cursor:
		p.Key(actFold)
	default:
		p.scroll.cursor = i
	}
}

// Key moves, opens and closes.
func (p *rawPane) Key(a action) bool {
	if p.scroll.move(a) || len(p.rows) == 0 {
		return true
	}
	at := p.rows[p.scroll.cursor]
	n := &p.nodes[at]
	switch a {
	case actFold, actEnter:
		p.open[at] = !p.open[at]
		p.want(at)
	case actOpen:
		if n.kind == 0 || p.open[at] {
			p.scroll.move(actDown)
			return true
		}
		p.open[at] = true
		p.want(at)
	case actClose:
		if n.kind != 0 && p.open[at] {
			p.open[at] = false
			break
		}
		for p.scroll.cursor > 0 && p.nodes[p.rows[p.scroll.cursor]].depth >= n.depth {
			p.scroll.cursor--
		}
		p.scroll.clamp(len(p.rows), p.h)
	case actFoldAll:
		p.foldAll()
	default:
		return false
	}
	p.build()
	return true
}

func (p *rawPane) foldAll() {
	closed := false
	for i := range p.nodes {
		closed = closed || p.nodes[i].kids > 0 && !p.open[i] && !p.nodes[i].isUnread()
	}
	at := p.rows[p.scroll.cursor]
	for i := range p.open {
		p.open[i] = (closed || p.nodes[i].depth == 0) && !p.nodes[i].isUnread()
	}
	p.build()
	for i, n := range p.rows {
		if n <= at {
			p.scroll.cursor = i
		}
	}
}

// maxShownValue bounds the bytes of a value that are looked at for its line, which
// no screen is as wide as.
const maxShownValue = 4096

// View draws the lines that can be seen.
func (p *rawPane) View() []string {
	if len(p.rows) == 0 {
		return []string{"", "  " + p.th.Dim.Render("This source gives neither manifest nor config.")}
	}
	var out []string
	for i := p.scroll.top; i < len(p.rows) && len(out) < p.h; i++ {
		out = append(out, p.row(i))
	}
	return out
}

func (p *rawPane) row(i int) string {
	n := &p.nodes[p.rows[i]]
	var force *theme.Style
	mark := " "
	if i == p.scroll.cursor {
		force, mark = &p.th.Selected, theme.Cursor
	}
	l := newLine(p.w, force)
	l.add(p.th.Text, mark).space(2 * n.depth)
	if n.kind == 0 {
		l.space(2).add(p.th.Link, text.Clean(n.key)).add(p.th.Dim, "  ")
		return l.add(p.th.Text, text.Clean(string(n.raw[:min(len(n.raw), maxShownValue)]))).String()
	}
	glyph := theme.Closed
	if p.open[p.rows[i]] {
		glyph = theme.Open
	}
	what := text.Plural(n.kids, "item")
	if n.kind == '{' {
		what = text.Plural(n.kids, "field")
	}
	if n.depth == 0 {
		what = fmt.Sprintf("%s, %s", what, text.Bytes(int64(len(n.raw))))
	}
	name := n.key
	if n.doc != nil {
		what = n.doc.words
		if n.doc.label != "" {
			name = n.doc.label
		}
		if n.doc.unread && n.doc.n+1 == p.att.reading {
			what = "being read" + text.Ellipsis
		}
	}
	return l.add(p.th.Dim, glyph+" ").add(p.th.Strong, text.Clean(name)).add(p.th.Dim, "  "+what).String()
}

func (p *rawPane) tab() tab {
	return tab{key: "5", name: "Raw", label: "manifest and config", help: "Raw: manifest, config, index, and what is attached"}
}

func (p *rawPane) scope() scope { return inRaw }

func (p *rawPane) themed(th *theme.Theme) { p.th = th }

func (p *rawPane) shown(m *Model) { p.Load(m.analysis) }

func (p *rawPane) place(m *Model) { p.SetSize(m.places.body.w-2, m.places.body.h-2) }

func (p *rawPane) body(m *Model) []string {
	return frame(m.th, m.places.body, p.Title(), p.scroll.position(), true, p.View())
}

func (p *rawPane) act(m *Model, a action) tea.Cmd {
	p.Key(a)
	return m.readDocument()
}

func (p *rawPane) clicked(m *Model, at tea.Mouse) tea.Cmd {
	if !m.places.body.contains(at.X, at.Y) {
		return nil
	}
	p.Click(at.Y - m.places.body.y - 1)
	return m.readDocument()
}

func (p *rawPane) wheeled(_ *Model, _ tea.Mouse, by int) tea.Cmd {
	p.scroll.scroll(by)
	return nil
}

func (p *rawPane) copied(*Model, bool) (what, s string) { return p.Copy() }

func (p *rawPane) hints(*Model) [2][]hint {
	return [2][]hint{
		{{actFold}, {actFoldAll}, {actCopy}, {actBack}},
		{{actUp, actDown}, {actOpen}, {actClose}},
	}
}
