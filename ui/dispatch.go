package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"peel/source/layer"
	"peel/ui/text"
)

// key gives a key to whatever is on top: the help, the line being typed, the
// screen.
func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	m.notice = ""
	name := k.String()
	if name == "ctrl+c" {
		return tea.Quit
	}
	switch {
	case m.help.open:
		return m.helpKey(k)
	case m.picker.open:
		return m.pickerKey(k)
	case m.asking:
		m.answer(k)
		return nil
	case m.typing != notTyping:
		return m.typeKey(k)
	}
	return m.do(keys[m.scope()][name])
}

// scope is the part of the key table that holds now.
func (m *Model) scope() scope {
	switch {
	case m.picker.open:
		return inPicker
	case m.phase == failed:
		return inFailure
	case m.view == viewFindings:
		return inFindings
	case m.view == viewPackages:
		return inPackages
	case m.view == viewHistory:
		return inHistory
	case m.view == viewRaw:
		return inRaw
	}
	return inExplore
}

// do carries an action out.
func (m *Model) do(a action) tea.Cmd {
	switch a {
	case actNone:
		return nil
	case actQuit:
		return tea.Quit
	case actHelp:
		m.help.Open(m.scope())
		return nil
	case actSuspend:
		return tea.Suspend
	case actRedraw:
		return tea.ClearScreen
	case actOther:
		return m.openPicker()
	case actBack:
		if m.picked && (m.phase == opening || m.phase == failed) {
			return m.backToPicker()
		}
	}
	if m.phase == failed {
		return m.failureKey(a)
	}
	switch a {
	case actExplore, actFindings, actPackages, actHistory, actRaw:
		return m.show(a)
	case actBack:
		m.back()
	case actZoom:
		m.zoomed = !m.zoomed
	case actMouse:
		m.toggleMouse()
	case actCopy:
		return m.copy(false)
	case actCopyDigest:
		return m.copy(true)
	default:
		return m.viewKey(a)
	}
	return nil
}

func (m *Model) toggleMouse() {
	m.mouse = !m.mouse
	m.notice = "mouse off: the terminal selects text"
	if m.mouse {
		m.notice = "mouse on"
	}
}

// show goes to the view that an action is for.
func (m *Model) show(a action) tea.Cmd {
	if m.phase != ready {
		return nil
	}
	i := slices.IndexFunc(tabs, func(t tab) bool { return t.act == a })
	m.view, m.way = tabs[i].view, nil
	if m.view == viewPackages {
		return m.askPackages()
	}
	return nil
}

// viewKey gives an action to the screen.
func (m *Model) viewKey(a action) tea.Cmd {
	if m.phase != ready {
		return nil
	}
	switch a {
	case actPrevFinding, actNextFinding:
		return m.stepFinding(map[action]int{actPrevFinding: -1, actNextFinding: 1}[a])
	case actExplain:
		m.explainHere()
		return nil
	}
	switch m.view {
	case viewFindings:
		return m.findingsKey(a)
	case viewPackages:
		return m.packagesKey(a)
	case viewHistory:
		if a == actEnter || a == actOpen {
			return m.historyGo()
		}
		m.history.Key(a)
		return nil
	case viewRaw:
		m.raw.Key(a)
		return m.readDocument()
	}
	return m.exploreKey(a)
}

func (m *Model) exploreKey(a action) tea.Cmd {
	switch a {
	case actNextPane:
		m.setFocus((m.focus + 1) % panes)
	case actPrevPane:
		m.setFocus((m.focus + panes - 1) % panes)
	case actOlder, actNewer:
		m.layers.Step(map[action]int{actOlder: -1, actNewer: 1}[a])
		return m.selected()
	case actAlone:
		m.onlyOne = !m.onlyOne
		if m.onlyOne && m.layers.Selected().kind == imageRow {
			m.notice = "the whole image is selected: choose a layer to see it alone"
		}
		return tea.Batch(m.retarget(), m.prefetch())
	case actFilter, actFind:
		m.search(a)
		m.look()
	case actFindNext, actFindPrev:
		m.search(a)
	default:
		return m.paneKey(a)
	}
	return nil
}

// search begins to type a filter or a name, or goes to the next match; false if
// the action is none of these.
func (m *Model) search(a action) bool {
	switch a {
	case actFilter:
		m.typing, m.input = typingFilter, input{prompt: "filter "}
		if f := m.searched().filterNow(); f != nil {
			m.input.Set(f.text)
		}
	case actFind:
		m.typing, m.input = typingFind, input{prompt: "/"}
		m.searched().beginSearch()
	case actFindNext:
		m.findAgain(1)
	case actFindPrev:
		m.findAgain(-1)
	default:
		return false
	}
	return true
}

// look gives the tree the focus, for what is typed is about it.
func (m *Model) look() {
	if m.focus == paneLayers {
		m.setFocus(paneTree)
	}
}

func (m *Model) paneKey(a action) tea.Cmd {
	switch m.focus {
	case paneLayers:
		if m.layers.Key(a) {
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
		if m.details.scroll.roll(a) {
			return nil
		}
		if a == actClose || a == actOpen || a == actEnter || a == actFold {
			return nil
		}
	case paneTree:
		if a == actClose && m.tree.atTop() {
			m.setFocus(paneLayers)
			return nil
		}
	}
	m.tree.Key(a)
	switch a {
	case actShowAdded, actShowModified, actShowUnchanged:
		if m.layers.Selected().kind == imageRow {
			m.notice = "changes are those of a layer: [ and ] choose one"
		}
	}
	return nil
}

// selected follows the cursor of the layer list.
func (m *Model) selected() tea.Cmd {
	if m.subject == paneLayers {
		m.details.scroll = scroller{rows: 1}
	}
	return tea.Batch(m.retarget(), m.prefetch())
}

// back undoes one thing; it never quits.
func (m *Model) back() {
	switch {
	case m.view == viewFindings && m.finds.back():
	case m.view == viewPackages && m.packagesBack():
	case m.view == viewExplore && m.tree.list.shape.filter != nil:
		m.tree.SetFilter("")
	case m.zoomed && m.view != viewHistory && m.view != viewRaw:
		m.zoomed = false
	case m.comeBack():
	case m.view != viewExplore:
		m.view = viewExplore
	case m.found != nil:
		m.found = nil
	default:
		m.stopReading()
	}
}

// typeKey edits the line being typed and shows at once what comes of it.
func (m *Model) typeKey(k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "esc":
		if m.typing == typingFilter {
			m.searched().SetFilter("")
		} else {
			m.searched().unfind()
		}
		m.typing, m.searched().state().errText = notTyping, ""
		return nil
	case "enter", "tab":
		if m.searched().state().errText == "" { // else what is wrong stays to be seen
			m.typing = notTyping
		}
		return nil
	case "up", "down", "pgup", "pgdown":
		m.searched().move(keys[inExplore][k.String()])
		return nil
	}
	if m.input.Key(k) {
		m.typed()
	}
	return nil
}

func (m *Model) paste(s string) tea.Cmd {
	if m.picker.open {
		m.picker.query.Insert(s)
		return m.pickerTyped()
	}
	if m.typing != notTyping {
		m.input.Insert(s)
		m.typed()
	}
	return nil
}

func (m *Model) typed() {
	if m.typing == typingFilter {
		m.searched().SetFilter(m.input.String())
		return
	}
	parse := parseFileFilter
	if m.view == viewPackages {
		parse = parseFilterOn
	}
	f, err := parse(m.analysis, m.input.String())
	st := m.searched().state()
	if !st.accepts(err) {
		return
	}
	m.found = f
	m.searched().unfind()
	st.foundAt, st.foundOf = m.searched().jump(1, f, true)
}

// searched is the list that a line being typed is about.
type searched interface {
	SetFilter(line string)
	jump(step int, f *filter, here bool) (at, of int)
	move(a action) bool
	state() *searching
	counts() string
	beginSearch()
	unfind() // undoes what a search moved
	filterNow() *filter
	examples(t typing) string // of what can be typed
	weight() string           // of what the filter picks; "" if that is not told
	hidden() string           // why a name may not be found here; "" if nothing is hidden
}

func (s *searching) state() *searching { return s }

func (m *Model) searched() searched {
	switch m.view {
	case viewFindings:
		return &m.finds
	case viewPackages:
		return &m.pkgs
	}
	return m.tree
}

func (m *Model) findAgain(step int) {
	if m.found == nil {
		m.notice = "nothing to find yet: / asks for a name"
		return
	}
	if m.view == viewExplore {
		m.setFocus(paneTree)
	}
	at, of := m.searched().jump(step, m.found, false)
	if of == 0 {
		m.notice = "not found: " + m.hide().oneLine(m.found.text)
		return
	}
	m.notice = fmt.Sprintf("%s: %s of %s", m.hide().oneLine(m.found.text), text.Count(at), text.Count(of))
}

// copy puts what is selected on the clipboard of the terminal.
func (m *Model) copy(digest bool) tea.Cmd {
	what, s := m.copied(digest)
	if s == "" {
		m.notice = "nothing to copy here"
		return nil
	}
	s = m.hide().r.String(s)
	m.notice = fmt.Sprintf("copied %s, %s, by OSC 52: %s", m.hide().oneLine(what), text.Plural(len(s), "byte"), text.OneLine(strings.ToValidUTF8(s, "?")))
	return tea.SetClipboard(s)
}

// copied is what a copy takes.
func (m *Model) copied(digest bool) (what, s string) {
	switch {
	case m.phase != ready:
		return "", ""
	case m.view == viewRaw:
		return m.raw.Copy()
	case m.view == viewFindings:
		return m.finds.Copy(digest)
	case m.view == viewPackages:
		return m.pkgs.Copy(digest)
	case m.view == viewHistory:
		return m.history.Copy(digest)
	case m.subject == paneTree:
		o, ok := m.object()
		if !ok {
			return "", ""
		}
		if !digest {
			return "the path", o.path()
		}
		if e := o.entry(); e != nil && e.Size > 0 && e.Kind != layer.KindWithheld {
			return "the digest", e.Digest.String()
		}
		return "", ""
	}
	at := m.layers.Selected()
	switch {
	case at.kind == layerRow && digest && m.analysis.Layers[at.layer].Digest != "":
		return "the blob's digest", m.analysis.Layers[at.layer].Digest
	case at.kind == layerRow:
		return "the diff ID", m.analysis.Layers[at.layer].DiffID
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

// object is the path at the cursor of the tree.
func (m *Model) object() (object, bool) {
	n := m.tree.Node()
	if n < 0 {
		return object{}, false
	}
	o := object{view: m.tree.list.view, node: n}
	if at := m.layers.Selected(); m.tree.src.tree != m.analysis.Tree && at.kind == layerRow {
		o.base = at.layer
	}
	return o, true
}
