package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/ui/text"
)

// maxWay bounds the screens that esc goes back through.
const maxWay = 8

// leave remembers the screen, for esc to come back to.
func (m *Model) leave() {
	m.way = append(m.way[max(0, len(m.way)-maxWay+1):len(m.way):len(m.way)], m.view)
}

// comeBack goes to the screen that the last jump left.
func (m *Model) comeBack() bool {
	n := len(m.way) - 1
	if n < 0 {
		return false
	}
	m.view, m.way = m.way[n], m.way[:n]
	return true
}

// findingsKey gives an action to the view of the findings.
func (m *Model) findingsKey(a action) tea.Cmd {
	switch a {
	case actEnter:
		return m.visitSelected(true)
	case actReveal:
		m.reveal()
	default:
		if !m.search(a) {
			m.finds.Key(a)
		}
	}
	return nil
}

// stepFinding goes to the next finding or the one before, from any view: from
// the findings' own, only its line.
func (m *Model) stepFinding(by int) tea.Cmd {
	p := &m.finds
	if len(p.rows) == 0 {
		m.notice = "no findings"
		if !m.analysis.Examined() {
			m.notice = "nobody looked for findings: 2 tells how"
		}
		return nil
	}
	next := p.scroll.cursor
	if p.visited || m.view == viewFindings {
		next += by
	}
	if next < 0 || next >= len(p.rows) {
		m.notice = "this is the last finding"
		if by < 0 {
			m.notice = "this is the first finding"
		}
		return nil
	}
	p.goTo(next)
	if m.view == viewFindings {
		return nil
	}
	cmd := m.visitSelected(false)
	f := &m.analysis.Findings[p.Selected()]
	said := m.notice
	m.notice = fmt.Sprintf("finding %s of %s: %s %s %s", text.Count(next+1), text.Count(len(p.rows)), severityGlyph(f.Severity), f.ID, text.OneLine(f.Title))
	if said != "" {
		m.notice = said
	}
	return cmd
}

// explainHere explains what is selected: its gravest finding, if it has one.
func (m *Model) explainHere() {
	var list []int32
	switch m.view {
	case viewFindings:
		m.finds.Key(actExplain)
		return
	case viewPackages:
		m.pkgs.Key(actExplain)
		return
	case viewHistory:
		if i := m.history.index(); i >= 0 {
			list = m.analysis.Places.Step(i, m.analysis.Steps[i].Layer)
		}
	case viewExplore:
		list = m.findingsHere()
	}
	if len(list) > 0 {
		m.leave()
		m.view = viewFindings
		m.finds.Select(list[0])
		m.finds.explained, m.finds.alone = true, m.w < doubleWidth
		return
	}
	if m.view != viewExplore {
		m.notice = "no findings here"
		return
	}
	m.setFocus(paneDetails)
	m.zoomed = !m.zoomed
}

// findingsHere are those of what is selected in Explore.
func (m *Model) findingsHere() []int32 {
	if m.subject == paneTree {
		o, ok := m.object()
		if !ok || o.view.Tree != m.analysis.Tree {
			return nil
		}
		return m.analysis.Places.At(o.node)
	}
	switch at := m.layers.Selected(); at.kind {
	case layerRow:
		return m.analysis.Places.Layer(at.layer)
	case stepRow:
		return m.analysis.Places.Step(at.step, filetree.None)
	}
	return nil
}

// visitSelected goes to what the selected finding is about: its file, the step
// of the history, the place in the config.
func (m *Model) visitSelected(comingBack bool) tea.Cmd {
	p := &m.finds
	n := p.Selected()
	if n < 0 {
		return nil
	}
	p.visited = true
	f := &m.analysis.Findings[n]
	if comingBack {
		m.leave()
	}
	if f.Path != "" {
		return m.visitFile(layerOf(f), int(m.analysis.Places.Node[n]))
	}
	if step, ok := analyzer.StepOf(f.Where); ok && m.history.Select(step) {
		m.view = viewHistory
		return nil
	}
	if m.raw.Reveal(f.Where) {
		m.view = viewRaw
		return m.readDocument()
	}
	if n, ok := layerAt(f.Where); ok && m.layers.Select(n) {
		return m.visitLayers()
	}
	if f.Where == "reference" {
		m.layers.scroll.cursor = 0
		return m.visitLayers()
	}
	if comingBack {
		m.comeBack()
	}
	m.notice = "this place is on no screen: " + m.hide().oneLine(f.Where)
	return nil
}

// visitFile shows a file as the layer has it that holds it: a later one may have
// deleted it.
func (m *Model) visitFile(layer, node int) tea.Cmd {
	m.view = viewExplore
	if layer == filetree.None || !m.layers.Select(layer) {
		m.layers.scroll.cursor = 0
	}
	cmd := m.selected()
	m.setFocus(paneTree)
	if node == filetree.None || m.tree.list.view == nil || m.tree.src.tree != m.analysis.Tree {
		m.notice = "this file is not in the tree"
		return cmd
	}
	if !m.tree.shows(node) {
		m.tree.showAll()
	}
	m.tree.reveal(node)
	return cmd
}

// shows reports whether a node would be listed if its directories were open.
func (p *treePane) shows(node int) bool { return p.list.keep[node] }

// showAll drops whatever hides files.
func (p *treePane) showAll() {
	p.list.shape.filter = nil
	p.list.shape.hide = [filetree.Gone + 1]bool{}
	p.refresh()
}

// Select puts the cursor on a step.
func (p *historyPane) Select(step int) bool {
	if p.a == nil || step >= len(p.a.Steps) {
		return false
	}
	p.scroll.cursor = len(p.a.Steps) - 1 - step
	p.scroll.clamp(len(p.a.Steps), p.scroll.rows)
	return true
}

// index is the step of the cursor, -1 if there is none.
func (p *historyPane) index() int {
	if p.a == nil || len(p.a.Steps) == 0 {
		return -1
	}
	return len(p.a.Steps) - 1 - p.scroll.cursor
}

// Reveal puts the cursor on a place as findings name it: "config.Env[2]" of the
// config document, "manifest.annotations["key"]".
func (p *rawPane) Reveal(where string) bool {
	where = p.attachedPath(where)
	doc, keys := rawPath(where)
	at := slices.IndexFunc(p.nodes, func(n jsonNode) bool { return n.depth == 0 && n.key == doc })
	if at < 0 || len(keys) == 0 && where != doc {
		return false
	}
	found := len(keys) == 0
	for _, key := range keys {
		p.open[at] = true
		if p.nodes[at].isUnread() {
			p.want(at)
			p.att.pending = where
			break
		}
		next := at + 1
		for next < p.nodes[at].end && !p.isCalled(next, key) {
			next = p.nodes[next].end
		}
		if next >= p.nodes[at].end {
			break
		}
		at, found = next, true
	}
	p.open[at] = true
	p.want(at)
	p.build()
	if i := slices.Index(p.rows, at); i >= 0 {
		p.scroll.cursor, p.scroll.top = i, i-p.h/3 // what is in it can be seen
		p.scroll.clamp(len(p.rows), p.h)
	}
	return found
}

// isCalled reports whether a node is what a place calls by that key: a field, a
// document or one of several descriptors by its digest.
func (p *rawPane) isCalled(at int, key string) bool {
	n := &p.nodes[at]
	if n.key == key || n.key == fmt.Sprintf("[%q]", key) {
		return true
	}
	if !strings.HasPrefix(key, "sha256:") {
		return false
	}
	for i := at + 1; i < n.end; i = p.nodes[i].end {
		if p.nodes[i].key == "digest" {
			return unquote(p.nodes[i].raw) == key
		}
	}
	return false
}

// layerAt is the layer that a finding's place names, "layers[3]".
func layerAt(where string) (n int, ok bool) {
	digits, ok := strings.CutPrefix(where, "layers[")
	digits, closed := strings.CutSuffix(digits, "]")
	n, err := strconv.Atoi(digits)
	return n, ok && closed && err == nil
}

// visitLayers shows what is selected among the layers.
func (m *Model) visitLayers() tea.Cmd {
	m.view = viewExplore
	m.setFocus(paneLayers)
	return m.selected()
}

// rawPath is the document and the keys in it that a finding's place names.
func rawPath(where string) (doc string, keys []string) {
	doc = "config"
	for _, name := range []string{"manifest", "index", attachedDoc} {
		rest, ok := strings.CutPrefix(where, name)
		if ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			doc, where = name, rest
		}
	}
	for where != "" {
		switch {
		case where[0] == '.':
			where = where[1:]
		case strings.HasPrefix(where, `["`):
			q, err := strconv.QuotedPrefix(where[1:])
			key, err2 := strconv.Unquote(q)
			if err != nil || err2 != nil {
				return doc, keys
			}
			keys, where = append(keys, key), strings.TrimPrefix(where[1+len(q):], "]")
		case where[0] == '[':
			end := strings.IndexByte(where, ']') + 1
			if end == 0 {
				return doc, keys
			}
			keys, where = append(keys, where[:end]), where[end:]
		default:
			end := strings.IndexAny(where, ".[")
			if end < 0 {
				end = len(where)
			}
			keys, where = append(keys, where[:end]), where[end:]
		}
	}
	return doc, keys
}
