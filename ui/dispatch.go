package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

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
	}
	return m.at.scope()
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
	if a >= actScreens {
		return m.choose(a)
	}
	switch a {
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
		return m.screenKey(a)
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

// choose goes to the screen that an action is for.
func (m *Model) choose(a action) tea.Cmd {
	i := int(a - actScreens)
	if m.phase != ready || i >= len(m.screens) {
		return nil
	}
	m.at, m.from = m.screens[i], nil
	return m.at.enter(m)
}

// screenKey gives an action to the screen.
func (m *Model) screenKey(a action) tea.Cmd {
	if m.phase != ready {
		return nil
	}
	switch a {
	case actPrevFinding, actNextFinding:
		return m.stepFinding(map[action]int{actPrevFinding: -1, actNextFinding: 1}[a])
	case actExplain:
		return m.at.explains(m)
	}
	return m.at.act(m, a)
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

// selected follows the cursor of the layer list.
func (m *Model) selected() tea.Cmd {
	if m.explore().subject == paneLayers {
		m.explore().details.scroll = scroller{rows: 1}
	}
	return tea.Batch(m.retarget(), m.prefetch())
}

// back undoes one thing; it never quits.
func (m *Model) back() {
	switch {
	case m.at.undo(m):
	case m.zoomed && m.at.zooms():
		m.zoomed = false
	case m.comeBack():
	case m.at != m.screens[0]:
		m.at = m.screens[0]
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
	f, err := m.at.findAs(m, m.input.String())
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

func (m *Model) searched() searched { return m.at.searched() }

func (m *Model) findAgain(step int) {
	if m.found == nil {
		m.notice = "nothing to find yet: / asks for a name"
		return
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
func (m *Model) copied(other bool) (what, s string) {
	if m.phase != ready {
		return "", ""
	}
	return m.at.copied(m, other)
}

// object is the path at the cursor of the tree.
func (m *Model) object() (object, bool) {
	n := m.explore().tree.Node()
	if n < 0 {
		return object{}, false
	}
	o := object{view: m.explore().tree.list.view, node: n}
	if at := m.explore().layers.Selected(); m.explore().tree.src.tree != m.analysis.Tree && at.kind == layerRow {
		o.base = at.layer
	}
	return o, true
}
