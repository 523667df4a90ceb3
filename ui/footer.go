package ui

import (
	"strings"

	"peel/ui/text"
)

// hint is a group of actions that the footer shows together.
type hint []action

// The hints of what is over the screens.
var (
	failureHints = [2][]hint{{{actBack}, {actRetry}, {actOther}, {actCopy}, {actHelp}}, {}}
	pickerHints  = [2][]hint{{{actUp, actDown}, {actEnter}, {actNextPane}, {actHelp}}, {}}
)

// hints are what the footer shows, the most useful first.
func (m *Model) hints() [2][]hint {
	switch m.scope() {
	case inPicker:
		return pickerHints
	case inFailure:
		return failureHints
	}
	return m.at.hints(m)
}

// label is what the footer says of an action; some depend on the state.
func (m *Model) label(a action) string {
	s := m.scope()
	switch {
	case s == inPicker:
	case s == inFailure && a == actBack && m.picked:
		return "back to the list"
	case s == inFailure:
	default:
		if words, own := m.at.label(m, a); own {
			return words
		}
		switch {
		case a == actBack:
			return "back"
		case a == actZoom && m.zoomed:
			return "all panes"
		}
	}
	return bindingOf(a, s).label
}

// footerView is the two lines at the bottom.
func (m *Model) footerView(r rect) []string {
	switch {
	case m.asking:
		l := newLine(r.w, nil).space(1).add(m.th.Error, question)
		return []string{l.String(), newLine(r.w, nil).space(1).add(m.th.Dim, "Anybody who sees this screen or a recording of it can read them.").String()}
	case m.typing != notTyping:
		return m.typingView(r)
	}
	first := newLine(r.w, nil).space(1)
	lines := m.hints()
	m.hintLine(first, r, r.y, lines[0], 0)
	second := newLine(r.w, nil).space(1)
	const quit = "q quit "
	if m.phase == ready {
		m.at.legend(m, second, len(quit)+1)
	}
	switch {
	case m.notice != "":
		second.add(m.th.Focus, text.Cut(m.hide().r.String(m.notice), second.left-len(quit)-1))
	case m.filterWords() != "":
		second.add(m.th.Focus, text.Cut(m.filterWords(), second.left-len(quit)-1))
	default:
		m.hintLine(second, r, r.y+1, lines[1], len(quit)+1)
	}
	second.space(second.left - len(quit))
	m.zone(rect{r.w - len(quit), r.y + 1, len(quit), 1}, actQuit)
	second.add(m.th.Key, "q").add(m.th.Dim, " quit ")
	return []string{first.String(), second.String()}
}

// filterWords remind of a filter that is set.
func (m *Model) filterWords() string {
	if m.phase != ready || m.searched() == nil {
		return ""
	}
	list := m.searched()
	f := list.filterNow()
	if f == nil {
		return ""
	}
	return "filter " + m.hide().oneLine(f.text) + ": " + list.counts() + comma(list.weight()) + "   Esc clears it"
}

// comma sets words apart from what they follow, if there are any.
func comma(s string) string {
	if s == "" {
		return ""
	}
	return ", " + s
}

// hintLine adds the hints that fit and makes them clickable.
func (m *Model) hintLine(l *line, r rect, y int, list []hint, reserve int) {
	for _, h := range list {
		if h[0] == actReveal && !m.opts.ShowSecrets {
			continue
		}
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
	list := m.searched()
	st := list.state()
	switch {
	case st.errText != "":
		second.add(m.th.Error, text.OneLine(st.errText))
	case m.input.String() == "":
		second.add(m.th.Dim, list.examples(m.typing))
	case m.typing == typingFilter:
		second.add(m.th.Text, list.counts()+" match"+comma(list.weight()))
		second.add(m.th.Dim, "   Enter keeps it   Esc clears it")
	case st.foundOf == 0:
		second.add(m.th.Error, "not found").add(m.th.Dim, list.hidden())
	default:
		second.add(m.th.Text, text.Count(st.foundAt)+" of "+text.Count(st.foundOf))
		second.add(m.th.Dim, "   Enter keeps the place, then n and N   Esc goes back")
	}
	return []string{" " + m.input.view(m.th, r.w-1), second.String()}
}
