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
	return m.at.clicked(m, at)
}

// wheel scrolls the list under the pointer, whichever has the focus.
func (m *Model) wheel(at tea.Mouse) tea.Cmd {
	n := map[tea.MouseButton]int{tea.MouseWheelUp: -wheelLines, tea.MouseWheelDown: wheelLines}[at.Button]
	if n == 0 {
		return nil
	}
	switch {
	case m.help.open:
		m.help.scroll.top += n
	case m.picker.open:
		m.picker.scroll.scroll(n)
	case m.phase == failed:
		m.failure.top += n
	case m.phase == ready:
		return m.at.wheeled(m, at, n)
	}
	return nil
}
