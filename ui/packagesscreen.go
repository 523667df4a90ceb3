package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"peel/ui/text"
	"peel/ui/theme"
)

func (p *packagesPane) tab() tab {
	return tab{key: "3", name: "Packages", help: "Packages: the software in the image"}
}

func (p *packagesPane) scope() scope { return inPackages }

func (p *packagesPane) zooms() bool { return true }

func (p *packagesPane) themed(th *theme.Theme) { p.th, p.scroll.rows = th, max(p.scroll.rows, 1) }

// badge is how many packages there are, nothing until they are asked for.
func (p *packagesPane) badge(m *Model) string {
	switch {
	case m.opts.Packages == nil:
		return " off"
	case p.x != nil && p.partial():
		return " ≥" + m.shortCount(p.x.totals.Installed)
	case p.x != nil:
		return " " + m.shortCount(p.x.totals.Installed)
	}
	switch p.stock.stage {
	case awaiting, running, halting:
		return " " + text.Ellipsis
	case broken:
		return " " + theme.Gone
	}
	return ""
}

func (p *packagesPane) opened(m *Model) { *p = newPackagesPane(m.th) }

func (p *packagesPane) shown(m *Model) { p.Show(m.analysis) }

func (p *packagesPane) enter(m *Model) tea.Cmd { return m.askPackages() }

func (p *packagesPane) place(m *Model) {
	p.arrange(m.places.body, m.zoomed)
	if !m.on(p) || len(p.rows) == 0 || p.textAt.empty() {
		return
	}
	d := m.newDoc(p.textAt.w - 2)
	m.tellPackage(d, int32(p.Selected()))
	p.tell(d)
}

func (p *packagesPane) body(m *Model) []string {
	if len(p.rows) == 0 {
		return frame(p.th, m.places.body, p.Title(m.places.body.w), "", true, m.noPackages(m.places.body.w-2))
	}
	c := p.columns()
	what := "package"
	if p.x.pkg(int32(p.Selected())) == nil {
		what = "line"
	}
	which := what + " " + text.Count(p.scroll.cursor+1) + " of " + text.Count(len(p.rows))
	return p.draw(p.Title(p.listAt.w), which, p.head(c), func(n int32, force *theme.Style) string { return p.row(n, c, force) })
}

func (p *packagesPane) clicked(m *Model, at tea.Mouse) tea.Cmd {
	if p.click(at) {
		return m.visitPackage()
	}
	return nil
}

func (p *packagesPane) wheeled(_ *Model, at tea.Mouse, by int) tea.Cmd {
	p.wheel(at, by)
	return nil
}

func (p *packagesPane) copied(_ *Model, name bool) (what, s string) { return p.Copy(name) }

func (p *packagesPane) explains(*Model) tea.Cmd {
	p.Key(actExplain)
	return nil
}

func (p *packagesPane) searched() searched { return p }

func (p *packagesPane) findAs(m *Model, line string) (*filter, error) {
	return parseFilterOn(m.analysis, line)
}

func (p *packagesPane) hints(*Model) [2][]hint {
	if len(p.rows) == 0 {
		return [2][]hint{{{actFilter}, {actRetry}, {actBack}}, {{actExplore}, {actHistory}, {actRaw}}}
	}
	return [2][]hint{
		{{actFind}, {actFilter}, {actSort}, {actEnter}, {actCopy}, {actExplain}, {actBack}},
		{{actUp, actDown}, {actNextPane}, {actCopyDigest}, {actZoom}},
	}
}

// legend explains the glyphs that there are, and sums up what is gone.
func (p *packagesPane) legend(m *Model, l *line, reserve int) {
	if p.x == nil || len(p.rows) == 0 || m.notice != "" || p.filter != nil {
		return
	}
	some := false
	tell := func(is bool, st theme.Style, glyph, words string) {
		if need := len(words) + 4; is && need <= l.left-reserve {
			some = true
			l.add(st, glyph).add(m.th.Dim, " "+words).space(2)
		}
	}
	tell(p.x.removed, m.th.Removed, theme.Removed, "removed")
	tell(p.x.replaced, m.th.Modified, theme.Modified, "replaced")
	tell(p.x.twins, m.th.Modified, theme.Several, "several")
	t := &p.x.totals
	tell(t.Dead > 0, m.th.Waste, theme.Wasted, fmt.Sprintf("dead: %s in %s gone", text.Bytes(t.Dead), text.Count(t.Gone)))
	if some {
		l.space(1)
	}
}

// label is what the footer says of an action here; "" if it does nothing
// now.
func (p *packagesPane) label(m *Model, a action) (string, bool) {
	switch stage := p.stock.stage; a {
	case actEnter:
		return "go to files", true
	case actCopyDigest:
		return "copy name", true
	case actExplain:
		if p.alone {
			return "list", true
		}
	case actFilter:
		if p.x == nil || len(p.x.inv.Packages) == 0 {
			return "", true
		}
	case actRetry:
		switch stage {
		case halted:
			return "look for them", true
		case broken:
			return "try again", true
		}
		return "", true
	case actBack:
		if stage == running {
			return "stop", true
		}
		return "back", true
	case actZoom:
		if m.zoomed {
			return "all panes", true
		}
	}
	return "", false
}
