package ui

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"peel/ui/text"
	"peel/ui/theme"
)

func (p *findingsPane) tab() tab {
	return tab{key: "2", name: "Findings", help: "Findings: faults of the image, with their fixes"}
}

func (p *findingsPane) scope() scope { return inFindings }

func (p *findingsPane) zooms() bool { return true }

func (p *findingsPane) themed(th *theme.Theme) { p.th, p.scroll.rows = th, max(p.scroll.rows, 1) }

// badge is how many findings there are, as far as that is known.
func (p *findingsPane) badge(m *Model) string {
	a := m.analysis
	switch {
	case a == nil:
		return " " + text.Ellipsis
	case !a.Examined():
		return " off"
	}
	n := m.shortCount(len(a.Findings))
	switch {
	case !a.Finished && len(a.Findings) == 0:
		return " " + text.Ellipsis
	case !a.Finished:
		return " " + n + text.Ellipsis
	case a.Partial():
		return " ≥" + n
	}
	return " " + n
}

func (p *findingsPane) opened(m *Model) { *p = findingsPane{explainedList: newExplainedList(m.th)} }

func (p *findingsPane) shown(m *Model) { p.Show(m.analysis) }

func (p *findingsPane) place(m *Model) {
	p.arrange(m.places.body, m.zoomed)
	if !m.on(p) || p.a == nil || p.textAt.empty() {
		return
	}
	d := m.newDoc(p.textAt.w - 2)
	if g := p.groupAt(p.Selected()); g != nil {
		p.tellGroup(d, g)
	}
	if n := p.current(); n >= 0 {
		m.explain(d, &p.a.Findings[n])
	}
	p.tell(d)
}

func (p *findingsPane) body(m *Model) []string {
	if len(p.rows) == 0 {
		return frame(p.th, m.places.body, p.Title(), "", true, p.emptyView(m.stopped, m.places.body.w-2))
	}
	return p.draw(p.Title(), p.which(), p.head(), func(n int32, force *theme.Style) string {
		if g := p.groupAt(int(n)); g != nil {
			return p.groupRow(g, force)
		}
		return p.row(&p.a.Findings[n], p.isMember(n), force)
	})
}

// which is the place of the line among the findings.
func (p *findingsPane) which() string {
	list := p.inRows()
	at := slices.Index(list, int32(p.current())) + 1
	if g := p.groupAt(p.Selected()); g != nil {
		return fmt.Sprintf("findings %s to %s of %s", text.Count(at), text.Count(at+len(g.members)-1), text.Count(len(list)))
	}
	return "finding " + text.Count(at) + " of " + text.Count(len(list))
}

func (p *findingsPane) act(m *Model, a action) tea.Cmd {
	switch a {
	case actEnter:
		if p.fold(true) || p.fold(false) {
			return nil
		}
		return m.visitSelected(true)
	case actReveal:
		m.reveal()
	default:
		if !m.search(a) {
			p.Key(a)
		}
	}
	return nil
}

func (p *findingsPane) undo(*Model) bool { return p.back() }

func (p *findingsPane) clicked(m *Model, at tea.Mouse) tea.Cmd {
	if p.click(at) {
		return p.act(m, actEnter)
	}
	return nil
}

func (p *findingsPane) wheeled(_ *Model, at tea.Mouse, by int) tea.Cmd {
	p.wheel(at, by)
	return nil
}

func (p *findingsPane) copied(_ *Model, fix bool) (what, s string) { return p.Copy(fix) }

func (p *findingsPane) explains(*Model) tea.Cmd {
	p.Key(actExplain)
	return nil
}

func (p *findingsPane) searched() searched { return p }

func (p *findingsPane) hints(*Model) [2][]hint {
	if len(p.rows) == 0 {
		return [2][]hint{{{actFilter}, {actBack}}, {{actExplore}, {actHistory}, {actRaw}}}
	}
	return [2][]hint{
		{{actFind}, {actFilter}, {actSort}, {actEnter}, {actCopyDigest}, {actExplain}, {actBack}},
		{{actReveal}, {actPrevFinding, actNextFinding}, {actUp, actDown}, {actNextPane}, {actCopy}, {actZoom}},
	}
}

func (p *findingsPane) label(m *Model, a action) (string, bool) {
	switch {
	case a == actEnter && p.groupAt(p.Selected()) != nil:
		return "open", true
	case a == actEnter:
		return "go to file", true
	case a == actReveal && m.clear:
		return "mask secrets", true
	case a == actCopyDigest:
		return "copy fix", true
	case a == actExplain && p.alone:
		return "list", true
	}
	return "", false
}

// legend explains the glyphs.
func (p *findingsPane) legend(m *Model, l *line, _ int) {
	if len(p.rows) == 0 || m.notice != "" || m.filterWords() != "" {
		return
	}
	for _, s := range gravestFirst {
		l.add(severityStyle(m.th, s), severityGlyph(s)).add(m.th.Dim, " "+s.String()).space(2)
	}
	l.space(1)
}
