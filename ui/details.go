package ui

import (
	"peel/analyzer/filetree"
	"peel/ui/text"
	"peel/ui/theme"
)

// detailsPane shows what is known of the selected thing.
type detailsPane struct {
	th     *theme.Theme
	scroll scroller
	lines  []string
	title  string
}

// roll scrolls text, which has no cursor.
func (s *scroller) roll(a action) bool {
	var step int
	switch a {
	case actUp:
		step = -1
	case actDown:
		step = 1
	case actPageUp:
		step = -s.rows
	case actPageDown:
		step = s.rows
	case actHalfUp:
		step = -max(s.rows/2, 1)
	case actHalfDown:
		step = max(s.rows/2, 1)
	case actTop:
		step = -s.count
	case actBottom:
		step = s.count
	default:
		return false
	}
	s.top = min(max(s.top+step, 0), max(s.count-s.rows, 0))
	return true
}

// fullDetails is the height from which the details are told in full: below, the
// pane is a strip that says the most important in a few lines.
const fullDetails = 9

// arrangeDetails writes the details for the room they have.
func (m *Model) arrangeDetails() {
	r := m.places.details
	if r.empty() || m.analysis == nil || !m.on(m.explore()) {
		m.explore().details.lines = nil
		return
	}
	d := m.newDoc(r.w - 2)
	rows := r.h - 2
	subject := m.explore().subject
	if !m.places.card.empty() {
		subject = paneTree // what is selected among the layers has the card
	}
	if rows < fullDetails {
		m.explore().details.title = m.brief(d, subject, r.w)
	} else {
		m.explore().details.title = m.full(d, subject, r.w)
	}
	m.explore().details.lines = d.lines
	s := &m.explore().details.scroll
	s.count, s.rows = len(d.lines), max(rows, 1)
	s.top = min(max(s.top, 0), max(s.count-s.rows, 0))
}

// cardView is the card of what is selected among the layers.
func (m *Model) cardView(r rect) []string {
	d := m.newDoc(r.w - 2)
	title := m.fullLayer(d, r.w)
	return frame(m.th, r, title, cutFoot(d, r), false, d.lines)
}

func (m *Model) inspector() *inspector {
	return &inspector{th: m.th, a: m.analysis, fig: &m.fig, owners: &m.explore().owners}
}

func (m *Model) brief(d *doc, subject pane, w int) string {
	in := m.inspector()
	if subject == paneTree {
		if o, ok := m.object(); ok {
			in.fileBrief(d, o)
			return text.CutLeft(m.hide().clean(o.path()), w-6)
		}
	}
	at := m.explore().layers.Selected()
	switch at.kind {
	case layerRow:
		in.layerBrief(d, &m.analysis.Layers[at.layer])
		return layerTitle(&m.analysis.Layers[at.layer], w)
	case stepRow:
		in.stepBrief(d, &m.analysis.Steps[at.step])
		in.findingLine(d, m.analysis.Places.Step(at.step, filetree.None), m.analysis.Tree)
		return "Step without a layer"
	case baseRow:
		in.baseBrief(d)
		return "Base image"
	}
	in.imageBrief(d)
	return "Image"
}

func (m *Model) full(d *doc, subject pane, w int) string {
	in := m.inspector()
	if subject == paneTree {
		if o, ok := m.object(); ok {
			in.file(d, o)
			return "File"
		}
	}
	return m.fullLayer(d, w)
}

// fullLayer tells of what is selected among the layers.
func (m *Model) fullLayer(d *doc, w int) string {
	in, at := m.inspector(), m.explore().layers.Selected()
	switch at.kind {
	case layerRow:
		in.layer(d, &m.analysis.Layers[at.layer])
		return layerTitle(&m.analysis.Layers[at.layer], w)
	case stepRow:
		in.step(d, &m.analysis.Steps[at.step])
		in.findings(d, m.analysis.Places.Step(at.step, filetree.None), false)
		return "Step without a layer"
	case baseRow:
		in.baseDetails(d)
		return "Base image"
	}
	in.image(d)
	return "Image"
}

// View draws the lines from where the pane is scrolled to.
func (p *detailsPane) View(r rect, focused bool) []string {
	return frame(p.th, r, p.title, p.more(), focused, p.lines[min(p.scroll.top, len(p.lines)):])
}

// more tells that there is something below.
func (p *detailsPane) more() string {
	if rest := p.scroll.count - p.scroll.top - p.scroll.rows; rest > 0 {
		return text.Plural(rest, "line") + " more " + theme.Down
	}
	return ""
}
