package ui

import (
	"strconv"
	"strings"

	"peel/analyzer/filetree"
)

// goTarget goes to the place that the user named at the start, once that is
// there: "layer 9 /usr/lib/x", "layer 9", "/usr/lib/x".
func (m *Model) goTarget() {
	n, path := parseTarget(m.target)
	if n != filetree.None && n < len(m.analysis.Layers) {
		if !m.analysis.Tree.Layers[n].Merged && !m.analysis.Finished {
			return
		}
		m.explore().layers.Select(n)
	} else if !m.analysis.Finished {
		return
	}
	m.target = ""
	m.retarget()
	if path == "" || m.explore().tree.list.view == nil {
		return
	}
	m.setFocus(paneTree)
	node, found := m.explore().tree.list.view.Tree.Lookup(path)
	if !found {
		m.notice = "not in this image: " + m.opts.At
		node, found = m.explore().tree.lookup(path)
	}
	if found {
		m.explore().tree.reveal(node)
	}
}

// parseTarget reads a place: the layer's index or None, and the path or "".
func parseTarget(s string) (layer int, path string) {
	layer = filetree.None
	s = strings.TrimSpace(s)
	if i := strings.IndexByte(s, '/'); i >= 0 {
		s, path = strings.TrimSpace(s[:i]), s[i:]
	}
	s = strings.TrimSpace(strings.TrimPrefix(s, "layer"))
	if n, err := strconv.Atoi(s); err == nil && n >= 1 {
		layer = n - 1
	}
	return layer, path
}

// location is where the user is, as Options.At takes it.
func (m *Model) location() string {
	var parts []string
	if at := m.explore().layers.Selected(); at.kind == layerRow {
		parts = append(parts, "layer "+strconv.Itoa(at.layer+1))
	}
	if p := m.explore().tree.Path(); p != "" && m.explore().subject == paneTree {
		parts = append(parts, p)
	}
	return strings.Join(parts, " ")
}
