package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"peel/ui/text"
	"peel/ui/theme"
)

// helpPane lists the keys that hold where it was opened. Typing searches it.
type helpPane struct {
	th     *theme.Theme
	w, h   int
	open   bool
	scope  scope
	query  input
	search bool
	scroll scroller
}

// SetSize gives the pane the screen.
func (p *helpPane) SetSize(w, h int) { p.w, p.h = w, h }

// Open shows the keys of a scope.
func (p *helpPane) Open(s scope) {
	p.open, p.scope, p.query, p.search = true, s, input{prompt: "/"}, false
	p.scroll = scroller{rows: 1}
}

// helpKey: the help has the keys of moving, / to search, and Esc or ? to leave.
func (m *Model) helpKey(k tea.KeyPressMsg) tea.Cmd {
	p := &m.help
	name := k.String()
	if p.search {
		switch name {
		case "esc", "enter":
			p.search = false
			if name == "esc" {
				p.query.Set("")
			}
		case "up", "down", "pgup", "pgdown":
			p.scroll.roll(keys[inExplore][name])
		default:
			p.query.Key(k)
			p.scroll.top = 0
		}
		return nil
	}
	switch a := keys[inExplore][name]; a {
	case actQuit:
		return tea.Quit
	case actHelp, actBack, actEnter:
		p.open = false
	case actFind, actFilter:
		p.search = true
	case actDown, actUp, actPageDown, actPageUp, actHalfDown, actHalfUp, actTop, actBottom:
		p.scroll.roll(a)
	}
	return nil
}

// helpKeysWidth is the column of the keys.
const helpKeysWidth = 18

// lines are those of the table that hold here and match what is searched.
func (p *helpPane) lines(w int) []string {
	query := strings.ToLower(p.query.String())
	var out []string
	group := ""
	for i := range bindings {
		b := &bindings[i]
		if b.scope&(p.scope|everywhere) == 0 {
			continue
		}
		if query != "" && !strings.Contains(strings.ToLower(b.help+" "+b.allKeys()+" "+b.group), query) {
			continue
		}
		if b.group != group {
			if group != "" {
				out = append(out, "")
			}
			group = b.group
			out = append(out, " "+p.th.Strong.Render(group))
		}
		for j, l := range text.Wrap(b.help, w-helpKeysWidth-3, "") {
			k := ""
			if j == 0 {
				k = b.allKeys()
			}
			out = append(out, " "+p.th.Key.Render(text.PadLeft(k, helpKeysWidth))+"  "+l)
		}
	}
	if len(out) == 0 {
		return []string{"", " " + p.th.Dim.Render("No key does that. Esc clears the search.")}
	}
	return append(out, p.legend(query)...)
}

// legend explains the glyphs.
func (p *helpPane) legend(query string) []string {
	entry := func(st theme.Style, glyph, words string) string {
		return " " + st.Render(text.PadLeft(glyph, helpKeysWidth)) + "  " + words
	}
	switch {
	case query != "":
		return nil
	case p.scope == inPicker:
		return []string{"", " " + p.th.Strong.Render("Signs"), entry(p.th.Good, theme.Fine, "you have opened it before")}
	case p.scope&inLists == 0:
		return nil
	}
	lines := []string{"", " " + p.th.Strong.Render("Findings")}
	for _, s := range gravestFirst {
		lines = append(lines, entry(severityStyle(p.th, s), severityGlyph(s), s.String()))
	}
	lines = append(lines, p.filterHelp()...)
	if p.scope != inExplore {
		return lines
	}
	return append([]string{
		"", " " + p.th.Strong.Render("Signs"),
		entry(p.th.Added, theme.Added, "the layer adds it"),
		entry(p.th.Modified, theme.Modified, "the layer changes it, or something in it"),
		entry(p.th.Removed, theme.Removed, "the layer removes it"),
		entry(p.th.Dim, theme.Unchanged, "the layer leaves it as it was"),
		entry(p.th.Removed, theme.Gone, "removed by an earlier layer, but its bytes still ship"),
		entry(p.th.Waste, theme.Wasted, "bytes that ship and that nobody can see"),
	}, lines...)
}

// filterHelp lists the words of filters that hold here.
func (p *helpPane) filterHelp() []string {
	lines := []string{"", " " + p.th.Strong.Render("Filter")}
	entry := func(example, help string) {
		lines = append(lines, " "+p.th.Key.Render(text.PadLeft(example, helpKeysWidth))+"  "+help)
	}
	entry("*.so  lib*  ssl", "names, with wildcards; a part of a name")
	entry("/usr/*/doc  **/x", "paths; ** crosses directories")
	entry("~regexp", "a regular expression on the path")
	entry("!word", "what does not match the word")
	for _, w := range filterWords {
		if w.lists&p.scope != 0 {
			entry(w.example, w.help)
		}
	}
	return lines
}

// View draws the help over the whole screen.
func (p *helpPane) View(m *Model) []string {
	w := min(p.w, 96)
	left := (p.w - w) / 2
	r := rect{0, 0, w, p.h - 1}
	lines := p.lines(r.w - 2)
	s := &p.scroll
	s.count, s.rows = len(lines), max(r.h-2, 1)
	s.top = min(max(s.top, 0), max(s.count-s.rows, 0))
	foot := ""
	if rest := s.count - s.top - s.rows; rest > 0 {
		foot = text.Plural(rest, "line") + " more " + theme.Down
	}
	title := "Keys"
	if v := m.opts.Version; v != "" {
		title = "Keys " + theme.Dot + " peel " + text.OneLine(v)
	}
	var out []string
	for _, l := range frame(p.th, r, title, foot, true, lines[s.top:]) {
		out = append(out, strings.Repeat(" ", left)+l+strings.Repeat(" ", p.w-left-w))
	}
	if p.search || p.query.String() != "" {
		return append(out, strings.Repeat(" ", left+1)+p.query.view(p.th, p.w-left-1))
	}
	l := newLine(p.w, nil).space(left + 1)
	for _, h := range [][2]string{{"↑↓", "scroll"}, {"/", "search"}, {"Esc", "close"}, {"q", "quit"}} {
		l.add(p.th.Key, h[0]).add(p.th.Dim, " "+h[1]).space(3)
	}
	return append(out, l.String())
}
