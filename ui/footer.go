package ui

import (
	"strings"

	"peel/analyzer/filetree"
	"peel/ui/text"
)

// hint is a group of actions that the footer shows together.
type hint []action

// hints are what the footer shows, the most useful first.
var hints = map[scope][2][]hint{
	inExplore: {
		{
			{actFilter}, {actFind}, {actShowAdded, actShowRemoved, actShowModified, actShowUnchanged}, {actSort},
			{actOlder, actNewer}, {actAlone}, {actFlat}, {actZoom}, {actAttrs}, {actFoldAll},
		},
		{{actUp, actDown}, {actOpen}, {actClose}, {actNextPane}, {actFold}, {actCopy}},
	},
	inHistory: {
		{{actEnter}, {actCopy}, {actBack}},
		{{actUp, actDown}},
	},
	inRaw: {
		{{actFold}, {actFoldAll}, {actCopy}, {actBack}},
		{{actUp, actDown}, {actOpen}, {actClose}},
	},
	inFailure: {
		{{actBack}, {actRetry}, {actOther}, {actCopy}, {actHelp}},
		{},
	},
	inPicker: {
		{{actUp, actDown}, {actEnter}, {actNextPane}, {actHelp}},
		{},
	},
}

// label is what the footer says of an action; some depend on the state.
func (m *Model) label(a action) string {
	s := m.scope()
	switch {
	case s == inPicker:
	case s == inFailure && a == actBack && m.picked:
		return "back to the list"
	case a == actAlone && m.onlyOne:
		return "all up to it"
	case a == actFlat && m.tree.list.shape.flat:
		return "tree"
	case a == actEnter:
		return "go to the layer"
	case a == actBack && s != inFailure:
		return "back"
	case a == actZoom && m.zoomed:
		return "all panes"
	}
	return bindingOf(a, s).label
}

// footerView is the two lines at the bottom.
func (m *Model) footerView(r rect) []string {
	if m.typing != notTyping {
		return m.typingView(r)
	}
	s := m.scope()
	first := newLine(r.w, nil).space(1)
	m.hintLine(first, r, r.y, hints[s][0], 0)
	second := newLine(r.w, nil).space(1)
	const quit = "q quit "
	switch {
	case m.notice != "":
		second.add(m.th.Focus, text.Cut(m.notice, second.left-len(quit)-1))
	case m.filterWords() != "":
		second.add(m.th.Focus, text.Cut(m.filterWords(), second.left-len(quit)-1))
	default:
		m.hintLine(second, r, r.y+1, hints[s][1], len(quit)+1)
	}
	second.space(second.left - len(quit))
	m.zone(rect{r.w - len(quit), r.y + 1, len(quit), 1}, actQuit)
	second.add(m.th.Key, "q").add(m.th.Dim, " quit ")
	return []string{first.String(), second.String()}
}

// filterWords remind of a filter that is set.
func (m *Model) filterWords() string {
	f := m.tree.list.shape.filter
	if f == nil || m.view != viewExplore {
		return ""
	}
	return "filter " + text.OneLine(f.text) + ": " + m.tree.counts() + ", " + text.Bytes(m.tree.list.bytes) + "   Esc clears it"
}

// hintLine adds the hints that fit and makes them clickable.
func (m *Model) hintLine(l *line, r rect, y int, list []hint, reserve int) {
	for _, h := range list {
		var names []string
		label := ""
		for _, a := range h {
			names = append(names, keyName(bindingOf(a, m.scope()).keys[0]))
			if label == "" {
				label = m.label(a)
			}
		}
		if label == "" {
			continue // it does nothing now
		}
		k := strings.Join(names, " ")
		if h[0] == actUp {
			k = strings.Join(names, "")
		}
		need := text.Width(k) + 1 + text.Width(label) + 2
		if need > l.left-reserve {
			continue
		}
		m.zone(rect{r.w - l.left, y, need - 2, 1}, h[0])
		l.add(m.th.Key, k).add(m.th.Dim, " "+label).space(2)
	}
}

// typingView is the line being typed, and what comes of it.
func (m *Model) typingView(r rect) []string {
	second := newLine(r.w, nil).space(1)
	t := m.tree
	switch {
	case t.errText != "":
		second.add(m.th.Error, text.OneLine(t.errText))
	case m.input.String() == "" && m.typing == typingFilter:
		second.add(m.th.Dim, "*.so   usr/*/doc   size>1M   waste>0   layer:3   ~regexp   !not")
	case m.input.String() == "":
		second.add(m.th.Dim, "part of a name, *.so, /path/to, ~regexp")
	case m.typing == typingFilter:
		second.add(m.th.Text, t.counts()+" match, "+text.Bytes(t.list.bytes))
		second.add(m.th.Dim, "   Enter keeps it   Esc clears it")
	case t.foundOf == 0:
		second.add(m.th.Error, "not found").add(m.th.Dim, m.elsewhere())
	default:
		second.add(m.th.Text, text.Count(t.foundAt)+" of "+text.Count(t.foundOf))
		second.add(m.th.Dim, "   Enter keeps the place, then n and N   Esc goes back")
	}
	return []string{" " + m.input.view(m.th, r.w-1), second.String()}
}

// elsewhere tells why a name may not be found here.
func (m *Model) elsewhere() string {
	if m.tree.list.shape.filter != nil {
		return " among what the filter shows"
	}
	if m.tree.list.shape.hide != [filetree.Gone + 1]bool{} {
		return " among the changes that are shown"
	}
	return ""
}
