package ui

import (
	tea "charm.land/bubbletea/v2"

	"peel/analyzer/filetree"
	"peel/source/layer"
	"peel/ui/text"
	"peel/ui/theme"
)

// exploreScreen shows the layers and their files side by side, and what is
// selected of them.
type exploreScreen struct {
	plainScreen
	focus   pane
	subject pane // what the details are of: the layers or the tree
	onlyOne bool // this layer, not all up to it

	layers  layersPane
	tree    *treePane
	details detailsPane
	owners  ownerCache

	alone    map[int]*filetree.Tree // of layers that are read but not merged
	building map[int]bool
	fetching bool // views ahead of their need
}

func newExplore() *exploreScreen {
	e := &exploreScreen{tree: &treePane{}}
	e.layers.scroll.rows = 1
	return e
}

func (e *exploreScreen) themed(th *theme.Theme) { e.layers.th, e.tree.th, e.details.th = th, th, th }

func (e *exploreScreen) tab() tab {
	return tab{key: "1", name: "Explore", label: "layers and files", help: "Explore: layers and files"}
}

func (e *exploreScreen) scope() scope { return inExplore }

func (e *exploreScreen) zooms() bool { return true }

func (e *exploreScreen) opened(m *Model) {
	e.owners = ownerCache{}
	e.tree.touched = false
	e.tree.listed = func() *packageIndex { return m.pkgs().x }
	e.layers.progress = m.session.Progress
	e.alone, e.building = map[int]*filetree.Tree{}, map[int]bool{}
}

func (e *exploreScreen) shown(m *Model) {
	a := m.analysis
	e.layers.Show(a)
	e.tree.hide, e.tree.of = hider{a.Redactor}, a
	if f := e.tree.list.shape.filter; f != nil { // of the state before, it may match nothing now
		_, _ = f.bind(a), f.bindEntries(a, e.tree.packages())
	}
	for n := range e.alone {
		if a.Tree.Layers[n].Merged {
			delete(e.alone, n)
		}
	}
}

func (e *exploreScreen) place(m *Model) {
	p := &m.places
	e.layers.SetSize(p.layers.w-2, p.layers.h-2)
	e.tree.SetSize(p.tree.w-2, p.tree.h-2)
	m.arrangeDetails()
}

func (e *exploreScreen) body(m *Model) []string {
	p := &m.places
	var out []string
	left := nonEmpty(p.layers, m.layersView)
	left = append(left, nonEmpty(p.card, m.cardView)...)
	side := !p.details.empty() && p.details.y == p.body.y && p.details.x > 0
	if side {
		out = beside(left, nonEmpty(p.tree, m.treeView), m.detailsView(p.details))
	} else {
		out = append(beside(left, nonEmpty(p.tree, m.treeView)), nonEmpty(p.details, m.detailsView)...)
	}
	if !p.progress.empty() {
		out = append(out, m.progressView(p.progress)...)
	}
	return out
}

func (e *exploreScreen) act(m *Model, a action) tea.Cmd {
	switch a {
	case actNextPane:
		m.setFocus((e.focus + 1) % panes)
	case actPrevPane:
		m.setFocus((e.focus + panes - 1) % panes)
	case actOlder, actNewer:
		e.layers.Step(map[action]int{actOlder: -1, actNewer: 1}[a])
		return m.selected()
	case actAlone:
		e.onlyOne = !e.onlyOne
		if e.onlyOne && e.layers.Selected().kind == imageRow {
			m.notice = "the whole image is selected: choose a layer to see it alone"
		}
		return tea.Batch(m.retarget(), m.prefetch())
	case actFilter, actFind:
		m.search(a)
		if e.focus == paneLayers { // what is typed is about the files
			m.setFocus(paneTree)
		}
	case actFindNext, actFindPrev:
		m.setFocus(paneTree)
		m.search(a)
	default:
		return e.paneKey(m, a)
	}
	return nil
}

func (e *exploreScreen) paneKey(m *Model, a action) tea.Cmd {
	switch e.focus {
	case paneLayers:
		if e.layers.Key(a) {
			return m.selected()
		}
		if a == actOpen || a == actEnter {
			m.setFocus(paneTree)
			return nil
		}
		if a == actClose || a == actFold {
			return nil
		}
	case paneDetails:
		if e.details.scroll.roll(a) {
			return nil
		}
		if a == actClose || a == actOpen || a == actEnter || a == actFold {
			return nil
		}
	case paneTree:
		if a == actClose && e.tree.atTop() {
			m.setFocus(paneLayers)
			return nil
		}
	}
	e.tree.Key(a)
	switch a {
	case actShowAdded, actShowModified, actShowUnchanged:
		if e.layers.Selected().kind == imageRow {
			m.notice = "changes are those of a layer: [ and ] choose one"
		}
	}
	return nil
}

func (e *exploreScreen) undo(*Model) bool {
	if e.tree.list.shape.filter == nil {
		return false
	}
	e.tree.SetFilter("")
	return true
}

func (e *exploreScreen) clicked(m *Model, at tea.Mouse) tea.Cmd {
	p := &m.places
	switch {
	case p.layers.contains(at.X, at.Y):
		m.setFocus(paneLayers)
		if i := e.layers.scroll.top + at.Y - p.layers.y - 2; at.Y >= p.layers.y+2 && i < len(e.layers.lines) {
			e.layers.scroll.cursor = i
			return m.selected()
		}
	case p.tree.contains(at.X, at.Y):
		had := e.focus == paneTree
		m.setFocus(paneTree)
		e.clickTree(at.Y-p.tree.y-2, had)
	case p.details.contains(at.X, at.Y):
		m.setFocus(paneDetails)
	}
	return nil
}

// clickTree selects a line of the tree; the one that is selected already is
// opened or closed, unless the click was to come to the tree.
func (e *exploreScreen) clickTree(y int, focused bool) {
	i := e.tree.scroll.top + y
	if y < 0 || i >= len(e.tree.list.rows) {
		return
	}
	e.tree.touched = true
	if i == e.tree.scroll.cursor && focused {
		e.tree.fold()
		return
	}
	e.tree.scroll.cursor = i
}

func (e *exploreScreen) wheeled(m *Model, at tea.Mouse, by int) tea.Cmd {
	p := &m.places
	switch {
	case p.layers.contains(at.X, at.Y):
		before := e.layers.scroll.cursor
		if e.layers.scroll.scroll(by); e.layers.scroll.cursor != before {
			return m.selected()
		}
	case p.tree.contains(at.X, at.Y):
		e.tree.scroll.scroll(by)
		e.tree.touched = true
	case p.details.contains(at.X, at.Y):
		s := &e.details.scroll
		s.top = min(max(s.top+by, 0), max(s.count-s.rows, 0))
	}
	return nil
}

func (e *exploreScreen) copied(m *Model, digest bool) (what, s string) {
	if e.subject == paneTree {
		o, ok := m.object()
		if !ok {
			return "", ""
		}
		if !digest {
			return "the path", o.path()
		}
		if f := o.entry(); f != nil && f.Size > 0 && f.Kind != layer.KindWithheld {
			return "the digest", f.Digest.String()
		}
		return "", ""
	}
	at := e.layers.Selected()
	switch {
	case at.kind == layerRow && digest && m.analysis.Layers[at.layer].Digest != "":
		return "the blob's digest", m.analysis.Layers[at.layer].Digest
	case at.kind == layerRow:
		return "the diffID", m.analysis.Layers[at.layer].DiffID
	case at.kind == baseRow && (digest && m.analysis.Base.Digest != "" || m.analysis.Base.Name == ""):
		return "the base image's digest", m.analysis.Base.Digest
	case at.kind == baseRow:
		return "the base image's name", text.OneLine(m.analysis.Base.Name)
	case at.kind == stepRow:
		return "the instruction", instruction(m.analysis.Steps[at.step].CreatedBy)
	case m.image.ManifestDigest != "":
		return "the manifest's digest", m.image.ManifestDigest
	}
	return "the config's digest", m.image.ConfigDigest
}

// explains goes to the gravest finding of what is selected, or enlarges its details.
func (e *exploreScreen) explains(m *Model) tea.Cmd {
	if m.explainFirst(e.findingsHere(m)) {
		return nil
	}
	m.setFocus(paneDetails)
	m.zoomed = !m.zoomed
	return nil
}

// findingsHere are those of what is selected.
func (e *exploreScreen) findingsHere(m *Model) []int32 {
	if e.subject == paneTree {
		o, ok := m.object()
		if !ok || o.view.Tree != m.analysis.Tree {
			return nil
		}
		return m.analysis.Places.At(o.node)
	}
	switch at := e.layers.Selected(); at.kind {
	case layerRow:
		return m.analysis.Places.Layer(at.layer)
	case stepRow:
		return m.analysis.Places.Step(at.step, filetree.None)
	}
	return nil
}

func (e *exploreScreen) searched() searched { return e.tree }

func (e *exploreScreen) findAs(m *Model, line string) (*filter, error) {
	return parseTreeFilter(m.analysis, e.tree.packages(), line)
}

func (e *exploreScreen) hints(*Model) [2][]hint {
	return [2][]hint{
		{
			{actFilter}, {actFind}, {actShowAdded, actShowRemoved, actShowModified, actShowUnchanged}, {actSort},
			{actOlder, actNewer}, {actAlone}, {actFlat}, {actZoom}, {actAttrs}, {actFoldAll},
		},
		{{actUp, actDown}, {actOpen}, {actClose}, {actNextPane}, {actFold}, {actCopy}},
	}
}

func (e *exploreScreen) label(_ *Model, a action) (string, bool) {
	switch {
	case a == actAlone && e.onlyOne:
		return "all up to it", true
	case a == actFlat && e.tree.list.shape.flat:
		return "tree", true
	}
	return "", false
}
