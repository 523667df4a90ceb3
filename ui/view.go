package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"peel/ui/text"
	"peel/ui/theme"
)

// View draws the screen.
func (m *Model) View() tea.View {
	m.zones = m.zones[:0]
	screen := strings.Join(m.screen(), "\n")
	if m.opts.ASCII {
		screen = theme.ASCII(screen)
	}
	v := tea.NewView(screen)
	v.AltScreen = true
	v.WindowTitle = m.windowTitle()
	if m.mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	return v
}

func (m *Model) windowTitle() string {
	if m.picker.open {
		return "peel"
	}
	t := "peel " + m.hide().oneLine(m.opts.Reference)
	if m.phase == ready && m.analysis != nil {
		if at := m.location(); at != "" {
			t += ": " + m.hide().oneLine(at)
		}
	}
	return t
}

// screen is the lines of the screen, each as wide as it is.
func (m *Model) screen() []string {
	p := &m.places
	if m.w <= 0 || m.h <= 0 {
		return nil
	}
	switch {
	case m.picker.open && !m.help.open:
		return m.picker.View(m)
	case m.picker.open && m.w >= minPickerWidth && m.h >= minPickerHeight:
		return m.help.View(m)
	}
	if p.form == tooSmall {
		return m.smallView()
	}
	if m.help.open {
		return m.help.View(m)
	}
	if m.phase == failed {
		return m.failureView()
	}
	out := []string{m.headerView(p.header.w), m.tabsView(p.tabs)}
	out = append(out, m.bodyView()...)
	return append(out, m.footerView(p.footer)...)
}

func (m *Model) bodyView() []string {
	if m.phase == opening || m.analysis == nil {
		return m.openingView()
	}
	return m.at.body(m)
}

func (m *Model) detailsView(r rect) []string {
	return m.explore().details.View(r, m.explore().focus == paneDetails)
}

func nonEmpty(r rect, draw func(rect) []string) []string {
	if r.empty() {
		return nil
	}
	return draw(r)
}

func (m *Model) openingView() []string {
	p := &m.places
	lines := []string{"", "  " + m.th.Dim.Render("Opening "+text.CutMiddle(text.OneLine(m.opts.Reference), p.body.w-20)+text.Ellipsis)}
	if m.opts.OpenProgress != nil && m.opts.OpenProgress.Stored.Load() > 0 {
		lines = append(lines, "  "+m.th.Text.Render(text.Bytes(m.opts.OpenProgress.Stored.Load())+" read, "+
			text.Count(m.opts.OpenProgress.Entries.Load())+" files seen"))
	}
	if w := m.waitingWords(); w != "" {
		lines = append(lines, "  "+m.th.Text.Render(text.Cut(w, p.body.w-6)))
	}
	if m.picked {
		lines = append(lines, "", "  "+m.th.Key.Render("Esc")+m.th.Dim.Render(" goes back to the list"))
	}
	return frame(m.th, p.body, "Layers", "", true, lines)
}

func (m *Model) layersView(r rect) []string {
	title := "Layers"
	if m.places.form == single {
		title = m.paneTabs()
	} else if !m.analysis.Finished {
		read := 0
		for i := range m.analysis.Layers {
			if m.analysis.Layers[i].Index != nil {
				read++
			}
		}
		title = fmt.Sprintf("Layers  %d/%d", read, len(m.analysis.Layers))
	}
	focused := m.explore().focus == paneLayers
	return frame(m.th, r, title, m.explore().layers.scroll.position(), focused, m.explore().layers.View(focused))
}

func (m *Model) treeView(r rect) []string {
	title := m.explore().tree.Status()
	if m.places.form == single {
		title = m.paneTabs() + " " + theme.Dot + " " + title
	}
	foot := m.explore().tree.scroll.position()
	if c := m.explore().tree.counts(); c != "" {
		foot = c + " match"
	}
	focused := m.explore().focus == paneTree
	return frame(m.th, r, title, foot, focused, m.explore().tree.View(focused))
}

// paneTabs are the names of the panes where only one has room.
func (m *Model) paneTabs() string {
	var names []string
	for p := range panes {
		name := p.String()
		if p == m.explore().focus {
			name = "‹" + name + "›"
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

// cutFoot tells that a card has more lines than room.
func cutFoot(d *doc, r rect) string {
	if rest := len(d.lines) - (r.h - 2); rest > 0 {
		return text.Plural(rest, "line") + " more"
	}
	return ""
}

// smallView is the card for a screen that the panes do not fit in.
func (m *Model) smallView() []string {
	lines := []string{
		"",
		fmt.Sprintf(" The window is %dx%d; peel needs %dx%d.", m.w, m.h, minWidth, minHeight),
		" Make it larger, or run:",
		"",
		"   peel --plain " + m.hide().oneLine(m.opts.Reference),
		"",
		" q quits",
	}
	if m.h < len(lines)+2 || m.w < 24 {
		short := []string{fmt.Sprintf("%dx%d: too small", m.w, m.h), fmt.Sprintf("needs %dx%d", minWidth, minHeight), "q quits"}
		return m.bare(short)
	}
	return frame(m.th, rect{0, 0, m.w, m.h}, "peel", "", true, lines)
}

// bare fills the window with lines that have no frame around them.
func (m *Model) bare(lines []string) []string {
	out := make([]string, m.h)
	for i := range out {
		s := ""
		if i < len(lines) {
			s = lines[i]
		}
		out[i] = text.Pad(s, m.w)
	}
	return out
}
