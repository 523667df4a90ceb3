package ui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/ui/text"
	"peel/ui/theme"
)

// historyPane lists every step of the build, the newest first, and the whole
// command of the selected one.
type historyPane struct {
	plainScreen
	th     *theme.Theme
	w, h   int
	a      *analyzer.Analysis
	scroll scroller
}

// SetSize gives the pane its room, the frames of both its parts included.
func (p *historyPane) SetSize(w, h int) {
	p.w, p.h = w, h
	n := 0
	if p.a != nil {
		n = len(p.a.Steps)
	}
	p.scroll.clamp(n, p.listHeight()-3)
}

// listHeight is the share of the list, its frame included.
func (p *historyPane) listHeight() int { return max(p.h*3/5, 5) }

// Show gives the pane another state of the analysis.
func (p *historyPane) Show(a *analyzer.Analysis) { p.a = a }

// Key does what an action of moving asks for.
func (p *historyPane) Key(a action) bool { return p.scroll.move(a) }

// Click selects a line.
func (p *historyPane) Click(y int) {
	if i := p.scroll.top + y; y >= 0 && y < p.scroll.rows && i < p.scroll.count {
		p.scroll.cursor = i
	}
}

// step is the step at a line.
func (p *historyPane) step(i int) *analyzer.Step {
	if p.a == nil || i >= len(p.a.Steps) {
		return nil
	}
	return &p.a.Steps[len(p.a.Steps)-1-i]
}

// Copy is the command of the selected step as the config has it, or the diffID
// of its layer.
func (p *historyPane) Copy(digest bool) (what, s string) {
	st := p.step(p.scroll.cursor)
	switch {
	case st == nil:
		return "", ""
	case !digest:
		return "the command", st.CreatedBy
	case st.Layer != filetree.None:
		return "the diffID", p.a.Layers[st.Layer].DiffID
	}
	return "", ""
}

// body draws the list and the selected step below it.
func (p *historyPane) body(m *Model) []string {
	r := m.places.body
	if p.a == nil || len(p.a.Steps) == 0 {
		return frame(p.th, r, "History", "", true, []string{"", "  " + p.th.Dim.Render("The image's config has no history.")})
	}
	head := newLine(p.w, &p.th.Dim)
	head.add(p.th.Dim, fmt.Sprintf("%5s %s  %-10s", "Layer", text.PadLeft("Size", text.ShortWidth), "Created"))
	if p.a.Examined() {
		head.space(2)
	}
	if p.a.BaseLayers() > 0 {
		head.add(p.th.Dim, "  From")
	}
	head.add(p.th.Dim, "  Instruction")
	lines := []string{head.String()}
	for i := p.scroll.top; i < p.scroll.count && len(lines) <= p.scroll.rows; i++ {
		lines = append(lines, p.row(i))
	}
	list := rect{r.x, r.y, r.w, min(p.listHeight(), r.h)}
	out := frame(p.th, list, "History "+theme.Dot+" newest first", p.scroll.position(), true, lines)
	rest := rect{r.x, r.y + list.h, r.w, r.h - list.h}
	if rest.h < 2 {
		return out
	}
	d := m.newDoc(rest.w - 2)
	title := p.details(m, d)
	return append(out, frame(p.th, rest, title, cutFoot(d, rest), false, d.lines)...)
}

func (p *historyPane) row(i int) string {
	st := p.step(i)
	var force *theme.Style
	if i == p.scroll.cursor {
		force = &p.th.Selected
	}
	l := newLine(p.w, force)
	mark := " "
	if force != nil {
		mark = theme.Cursor
	}
	l.add(p.th.Text, mark)
	style := p.th.Dim
	number, size := "–", ""
	if st.Layer != filetree.None {
		style = p.th.Text
		la := &p.a.Layers[st.Layer]
		number = fmt.Sprint(la.Number + 1)
		if la.Stat.Merged {
			size = text.Short(la.Stat.Size)
		}
	}
	created := ""
	if !st.Created.IsZero() {
		created = st.Created.UTC().Format(time.DateOnly)
	}
	l.add(style, fmt.Sprintf("%4s %s  %-10s", number, text.PadLeft(size, text.ShortWidth), created))
	if p.a.Examined() {
		l.space(1)
		gravest(l, p.th, p.a, p.a.Places.Step(len(p.a.Steps)-1-i, st.Layer))
	}
	if p.a.BaseLayers() > 0 {
		l.space(2).add(p.th.Dim, text.Pad(p.baseMark(len(p.a.Steps)-1-i, st), len("base")))
	}
	l.space(2)
	what := instruction(st.CreatedBy)
	if what == "" {
		what = "(nothing said)"
	}
	return l.add(style, what).String()
}

// baseMark is "base" for what the base image did.
func (p *historyPane) baseMark(i int, st *analyzer.Step) string {
	if st.Layer != filetree.None && st.Layer < p.a.BaseLayers() || p.a.Base != nil && i < p.a.Base.Steps {
		return "base"
	}
	return ""
}

func (p *historyPane) details(m *Model, d *doc) string {
	st := p.step(p.scroll.cursor)
	in := m.inspector()
	if st.Layer == filetree.None {
		in.step(d, st)
		in.findings(d, p.a.Places.Step(p.index(), st.Layer), false)
		return "Step without a layer"
	}
	in.layer(d, &p.a.Layers[st.Layer])
	d.field("Comment", text.OneLine(st.Comment))
	d.field("Author", text.OneLine(st.Author))
	return layerTitle(&p.a.Layers[st.Layer], d.w)
}

// goToLayer goes to the layer of the selected step.
func (p *historyPane) goToLayer(m *Model) tea.Cmd {
	st := p.step(p.scroll.cursor)
	if st == nil {
		return nil
	}
	if st.Layer == filetree.None {
		m.notice = "this step made no layer"
		return nil
	}
	m.at = m.explore()
	m.setFocus(paneLayers)
	m.explore().layers.Select(st.Layer)
	return m.selected()
}

func (p *historyPane) tab() tab {
	return tab{key: "4", name: "History", label: "history", help: "History: every step of the build"}
}

func (p *historyPane) scope() scope { return inHistory }

func (p *historyPane) themed(th *theme.Theme) { p.th = th }

func (p *historyPane) shown(m *Model) { p.Show(m.analysis) }

func (p *historyPane) place(m *Model) { p.SetSize(m.places.body.w-2, m.places.body.h) }

func (p *historyPane) act(m *Model, a action) tea.Cmd {
	if a == actEnter || a == actOpen {
		return p.goToLayer(m)
	}
	p.Key(a)
	return nil
}

func (p *historyPane) clicked(m *Model, at tea.Mouse) tea.Cmd {
	if m.places.body.contains(at.X, at.Y) {
		p.Click(at.Y - m.places.body.y - 2)
	}
	return nil
}

func (p *historyPane) wheeled(_ *Model, _ tea.Mouse, by int) tea.Cmd {
	p.scroll.scroll(by)
	return nil
}

func (p *historyPane) copied(_ *Model, digest bool) (what, s string) { return p.Copy(digest) }

func (p *historyPane) explains(m *Model) tea.Cmd {
	if i := p.index(); i < 0 || !m.explainFirst(m.analysis.Places.Step(i, m.analysis.Steps[i].Layer)) {
		m.notice = "no findings here"
	}
	return nil
}

func (p *historyPane) hints(*Model) [2][]hint {
	return [2][]hint{
		{{actEnter}, {actExplain}, {actCopy}, {actBack}},
		{{actUp, actDown}, {actPrevFinding, actNextFinding}},
	}
}

func (p *historyPane) label(_ *Model, a action) (string, bool) {
	return "go to the layer", a == actEnter
}
