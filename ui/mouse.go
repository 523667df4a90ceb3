package ui

import (
	tea "charm.land/bubbletea/v2"
)

// zone is a part of the screen that does something when it is clicked.
type zone struct {
	rect
	act action
}

func (m *Model) zone(r rect, a action) { m.zones = append(m.zones, zone{r, a}) }

// wheelLines is how far one notch of the wheel goes.
const wheelLines = 3

// click does what is under the pointer.
func (m *Model) click(at tea.Mouse) tea.Cmd {
	if at.Button != tea.MouseLeft || m.help.open {
		m.help.open = false
		return nil
	}
	m.notice, m.asking = "", false
	if m.picker.open {
		return m.pickerClick(at)
	}
	for _, z := range m.zones {
		if z.contains(at.X, at.Y) {
			return m.do(z.act)
		}
	}
	if m.phase != ready {
		return nil
	}
	p := &m.places
	switch {
	case m.view == viewFindings:
		if m.finds.click(at) {
			return m.visitSelected(true)
		}
	case m.view == viewPackages:
		if m.pkgs.click(at) {
			return m.visitPackage()
		}
	case m.view == viewHistory && p.body.contains(at.X, at.Y):
		m.history.Click(at.Y - p.body.y - 2)
	case m.view == viewRaw && p.body.contains(at.X, at.Y):
		m.raw.Click(at.Y - p.body.y - 1)
		return m.readDocument()
	case m.view != viewExplore:
	case p.layers.contains(at.X, at.Y):
		m.setFocus(paneLayers)
		if i := m.layers.scroll.top + at.Y - p.layers.y - 2; at.Y >= p.layers.y+2 && i < len(m.layers.lines) {
			m.layers.scroll.cursor = i
			return m.selected()
		}
	case p.tree.contains(at.X, at.Y):
		had := m.focus == paneTree
		m.setFocus(paneTree)
		m.clickTree(at.Y-p.tree.y-2, had)
	case p.details.contains(at.X, at.Y):
		m.setFocus(paneDetails)
	}
	return nil
}

// clickTree selects a line of the tree; the one that is selected already is
// opened or closed, unless the click was to come to the tree.
func (m *Model) clickTree(y int, focused bool) {
	i := m.tree.scroll.top + y
	if y < 0 || i >= len(m.tree.list.rows) {
		return
	}
	m.tree.touched = true
	if i == m.tree.scroll.cursor && focused {
		m.tree.fold()
		return
	}
	m.tree.scroll.cursor = i
}

// wheel scrolls the list under the pointer, whichever has the focus.
func (m *Model) wheel(at tea.Mouse) tea.Cmd {
	n := map[tea.MouseButton]int{tea.MouseWheelUp: -wheelLines, tea.MouseWheelDown: wheelLines}[at.Button]
	if n == 0 {
		return nil
	}
	p := &m.places
	switch {
	case m.help.open:
		m.help.scroll.top += n
	case m.picker.open:
		m.picker.scroll.scroll(n)
	case m.phase == failed:
		m.failure.top += n
	case m.phase != ready:
	case m.view == viewFindings:
		m.finds.wheel(at, n)
	case m.view == viewPackages:
		m.pkgs.wheel(at, n)
	case m.view == viewHistory:
		m.history.scroll.scroll(n)
	case m.view == viewRaw:
		m.raw.scroll.scroll(n)
	case p.layers.contains(at.X, at.Y):
		before := m.layers.scroll.cursor
		if m.layers.scroll.scroll(n); m.layers.scroll.cursor != before {
			return m.selected()
		}
	case p.tree.contains(at.X, at.Y):
		m.tree.scroll.scroll(n)
		m.tree.touched = true
	case p.details.contains(at.X, at.Y):
		s := &m.details.scroll
		s.top = min(max(s.top+n, 0), max(s.count-s.rows, 0))
	}
	return nil
}
