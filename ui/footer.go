package ui

import (
	"strings"

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
	inFindings: {
		{{actFind}, {actFilter}, {actSort}, {actEnter}, {actCopyDigest}, {actExplain}, {actBack}},
		{{actReveal}, {actPrevFinding, actNextFinding}, {actUp, actDown}, {actNextPane}, {actCopy}, {actZoom}},
	},
	inPackages: {
		{{actFind}, {actFilter}, {actSort}, {actEnter}, {actCopy}, {actExplain}, {actBack}},
		{{actUp, actDown}, {actNextPane}, {actCopyDigest}, {actZoom}},
	},
	inHistory: {
		{{actEnter}, {actExplain}, {actCopy}, {actBack}},
		{{actUp, actDown}, {actPrevFinding, actNextFinding}},
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

// nothingFound are the hints of an empty list of findings.
var nothingFound = [2][]hint{{{actFilter}, {actBack}}, {{actExplore}, {actHistory}, {actRaw}}}

// nothingListed are those of a list of packages that is not there.
var nothingListed = [2][]hint{{{actFilter}, {actRetry}, {actBack}}, {{actExplore}, {actHistory}, {actRaw}}}

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
	case a == actEnter && m.view == viewFindings:
		return "go to file"
	case s == inPackages:
		return m.packagesLabel(a)
	case a == actReveal && m.clear:
		return "mask secrets"
	case a == actCopyDigest:
		return "copy fix"
	case a == actExplain && m.finds.alone:
		return "list"
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
	switch {
	case m.asking:
		l := newLine(r.w, nil).space(1).add(m.th.Error, question)
		return []string{l.String(), newLine(r.w, nil).space(1).add(m.th.Dim, "Whoever sees this screen, or a recording of it, sees them too.").String()}
	case m.typing != notTyping:
		return m.typingView(r)
	}
	s := m.scope()
	first := newLine(r.w, nil).space(1)
	lines := hints[s]
	switch {
	case s == inFindings && len(m.finds.rows) == 0:
		lines = nothingFound
	case s == inPackages && len(m.pkgs.rows) == 0:
		lines = nothingListed
	}
	m.hintLine(first, r, r.y, lines[0], 0)
	second := newLine(r.w, nil).space(1)
	m.severityLegend(second)
	const quit = "q quit "
	m.packagesLegend(second, len(quit)+1)
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
	if m.scope()&inLists == 0 {
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

// severityLegend explains the glyphs of the findings.
func (m *Model) severityLegend(l *line) {
	if m.view != viewFindings || m.phase != ready || len(m.finds.rows) == 0 || m.notice != "" || m.filterWords() != "" {
		return
	}
	for _, s := range gravestFirst {
		l.add(severityStyle(m.th, s), severityGlyph(s)).add(m.th.Dim, " "+s.String()).space(2)
	}
	l.space(1)
}
