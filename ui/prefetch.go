package ui

import (
	tea "charm.land/bubbletea/v2"

	"peel/analyzer/filetree"
)

// viewsMsg brings views that were computed ahead of their need.
type viewsMsg struct {
	generation int
	views      []*filetree.View
}

// prefetch computes the views that the next key may ask for: those of the
// layers above and below, and the other question about the selected one. In a
// large image each takes longer than a key may.
func (m *Model) prefetch() tea.Cmd {
	if m.explore().fetching || m.analysis == nil || !m.analysis.Finished || m.explore().tree.src.tree != m.analysis.Tree {
		return nil
	}
	var missing []treeSource
	for _, s := range m.likely() {
		if m.explore().tree.views.find(s) == nil {
			missing = append(missing, s)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	m.explore().fetching = true
	gen := m.generation
	return func() tea.Msg {
		msg := viewsMsg{generation: gen}
		for _, s := range missing {
			msg.views = append(msg.views, s.tree.View(s.layer, s.alone))
		}
		return msg
	}
}

// likely are the sources that one key leads to.
func (m *Model) likely() []treeSource {
	var list []treeSource
	add := func(i int, alone bool) {
		l := m.explore().layers.lines[i]
		switch {
		case l.kind == baseRow:
			if m.analysis.Tree.Layers[l.layer].Merged {
				list = append(list, treeSource{tree: m.analysis.Tree, layer: l.layer})
			}
		case l.kind == layerRow && m.analysis.Tree.Layers[l.layer].Merged:
			list = append(list, treeSource{tree: m.analysis.Tree, layer: l.layer, alone: alone})
		case l.kind == imageRow:
			list = append(list, treeSource{tree: m.analysis.Tree, layer: m.analysis.Tree.Top()})
		}
	}
	add(m.explore().layers.scroll.cursor, !m.explore().onlyOne)
	for _, step := range []int{-1, 1} {
		for i := m.explore().layers.scroll.cursor + step; i >= 0 && i < len(m.explore().layers.lines); i += step {
			if m.explore().layers.lines[i].kind != stepRow {
				add(i, m.explore().onlyOne)
				break
			}
		}
	}
	return list
}

// fetched keeps what was computed; by now something else may be likely.
func (m *Model) fetched(msg viewsMsg) tea.Cmd {
	if msg.generation != m.generation {
		return nil
	}
	m.explore().fetching = false
	for _, v := range msg.views {
		m.explore().tree.views.put(v)
	}
	return m.prefetch()
}
