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

// maxBack bounds the screens that esc goes back through.
const maxBack = 8

// leave remembers the screen, for esc to come back to.
func (m *Model) leave() {
	m.from = append(m.from[max(0, len(m.from)-maxBack+1):len(m.from):len(m.from)], m.at)
}

// comeBack goes to the screen that the last jump left.
func (m *Model) comeBack() bool {
	n := len(m.from) - 1
	if n < 0 {
		return false
	}
	m.at, m.from = m.from[n], m.from[:n]
	return true
}

// stepFinding goes to the next finding or the one before, from any view: from
// the findings' own, only its line.
func (m *Model) stepFinding(by int) tea.Cmd {
	p := m.finds()
	if len(p.rows) == 0 {
		m.notice = "no findings"
		if !m.analysis.Examined() {
			m.notice = "nobody looked for findings: 2 tells how"
		}
		return nil
	}
	at, ok := p.stepTo(by, p.visited || m.on(p))
	if !ok {
		m.notice = "this is the last finding"
		if by < 0 {
			m.notice = "this is the first finding"
		}
		return nil
	}
	if m.on(p) {
		return nil
	}
	cmd := m.visitSelected(false)
	f := &m.analysis.Findings[p.current()]
	said := m.notice
	m.notice = fmt.Sprintf("finding %s of %s: %s %s %s", text.Count(at+1), text.Count(p.picked), severityGlyph(f.Severity), f.ID, text.OneLine(f.Title))
	if said != "" {
		m.notice = said
	}
	return cmd
}

// explainFirst explains the first of some findings; false if there is none.
func (m *Model) explainFirst(list []int32) bool {
	if len(list) == 0 {
		return false
	}
	m.leave()
	p := m.finds()
	m.at = p
	p.Select(list[0])
	p.explained, p.alone = true, m.w < doubleWidth
	return true
}

// visitSelected goes to what the selected finding is about: its file, the step
// of the history, the place in the config.
func (m *Model) visitSelected(comingBack bool) tea.Cmd {
	p := m.finds()
	n := p.current()
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
	if step, ok := analyzer.StepOf(f.Where); ok && m.history().Select(step) {
		m.at = m.history()
		return nil
	}
	if m.raw().Reveal(f.Where) {
		m.at = m.raw()
		return m.readDocument()
	}
	if n, ok := layerAt(f.Where); ok && m.explore().layers.Select(n) {
		return m.visitLayers()
	}
	if f.Where == "reference" {
		m.explore().layers.scroll.cursor = 0
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
	m.at = m.explore()
	if layer == filetree.None || !m.explore().layers.Select(layer) {
		m.explore().layers.scroll.cursor = 0
	}
	cmd := m.selected()
	m.setFocus(paneTree)
	if node == filetree.None || m.explore().tree.list.view == nil || m.explore().tree.src.tree != m.analysis.Tree {
		m.notice = "this file is not in the tree"
		return cmd
	}
	if !m.explore().tree.shows(node) {
		m.explore().tree.showAll()
	}
	m.explore().tree.reveal(node)
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
	m.at = m.explore()
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
