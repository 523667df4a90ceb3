package ui

import (
	"fmt"
	"strings"

	"peel/analyzer/filetree"
	"peel/analyzer/inventory"
	"peel/ui/text"
	"peel/ui/theme"
)

// arrangePackages tells the pane its sizes.
func (m *Model) arrangePackages() {
	p := &m.pkgs
	p.arrange(m.places.body, m.zoomed)
	if m.view != viewPackages || len(p.rows) == 0 || p.textAt.empty() {
		return
	}
	d := m.newDoc(p.textAt.w - 2)
	m.tellPackage(d, int32(p.Selected()))
	p.tell(d)
}

// packagesView draws the view.
func (m *Model) packagesView() []string {
	p := &m.pkgs
	if len(p.rows) == 0 {
		return frame(p.th, m.places.body, p.Title(m.places.body.w), "", true, m.noPackages(m.places.body.w-2))
	}
	c := p.columns()
	what := "package"
	if p.x.pkg(int32(p.Selected())) == nil {
		what = "line"
	}
	return p.draw(p.Title(p.listAt.w), what, p.head(c), func(n int32, force *theme.Style) string { return p.row(n, c, force) })
}

// Title counts the packages, and says how they are sorted, as far as there is
// room.
func (p *packagesPane) Title(w int) string {
	if p.x == nil {
		return "Packages"
	}
	t := &p.x.totals
	count := text.Plural(t.Installed, "package")
	if p.partial() {
		count = "at least " + count
	}
	if len(p.rows) == 0 {
		return count
	}
	by := "by " + p.order.String()
	if p.reverse {
		by += " " + theme.Up
	}
	const sep = " " + theme.Dot + " "
	if p.filter != nil {
		return p.counts() + " packages" + sep + p.weight() + sep + by
	}
	gone := sep + text.Count(t.Gone) + " gone"
	if t.Gone == 0 {
		gone = ""
	}
	for _, s := range []string{count + sep + text.Bytes(t.Bytes) + gone + sep + by, count + sep + text.Bytes(t.Bytes) + sep + by} {
		if text.Width(s) <= w-6 {
			return s
		}
	}
	return count + sep + by
}

// partial reports whether there may be more packages than are listed.
func (p *packagesPane) partial() bool { return len(p.x.inv.Partial) > 0 || p.a.Partial() }

// packageColumns are the widths of the columns, 0 for those without room.
type packageColumns struct{ name, version, kind, layer, size, licence int }

const (
	maxKind      = 12 // java-archive
	kindFrom     = 62 // width of the list from which types are told
	licenceFrom  = 88 // and licences
	maxVersion   = 32
	maxLicence   = 40
	packageMarks = 3 // cursor, glyph and a space
)

func (p *packagesPane) columns() packageColumns {
	c := packageColumns{layer: max(1+p.x.digits, len("In")), size: text.ShortWidth + 1}
	room := p.w - packageMarks - c.layer - 1 - c.size - 1
	if p.w >= kindFrom {
		c.kind = p.x.kindWidth
		room -= c.kind + 1
	}
	if p.w >= licenceFrom {
		c.licence = min(p.w/4, maxLicence)
		room -= c.licence + 1
	}
	c.version = min((room-1)*2/5, maxVersion)
	c.name = room - 1 - c.version
	return c
}

// head names the columns.
func (p *packagesPane) head(c packageColumns) string {
	l := newLine(p.w, &p.th.Dim)
	l.space(packageMarks).add(p.th.Dim, text.Pad("Name", c.name)).space(1).add(p.th.Dim, text.Pad("Version", c.version))
	if c.kind > 0 {
		l.space(1).add(p.th.Dim, text.Pad("Type", c.kind))
	}
	if c.licence > 0 {
		l.space(1).add(p.th.Dim, text.Pad("Licence", c.licence))
	}
	l.space(1).add(p.th.Dim, text.PadLeft("In", c.layer))
	return l.space(1).add(p.th.Dim, text.PadLeft("Size", c.size)).String()
}

func (p *packagesPane) row(n int32, c packageColumns, force *theme.Style) string {
	l := newLine(p.w, force)
	if force != nil {
		l.add(p.th.Text, theme.Cursor)
	} else {
		l.space(1)
	}
	x := p.x.pkg(n)
	if x == nil {
		return p.specialRow(l, n, c)
	}
	st, glyph := p.mark(n)
	l.add(st, glyph).space(1)
	name := p.th.Strong
	if x.State != inventory.Installed {
		name = p.th.Dim
	}
	cell := func(st theme.Style, s string, w int) { l.add(st, text.Pad(text.Cut(p.hide.oneLine(s), w), w)) }
	l.add(name, text.Pad(text.CutMiddle(p.hide.oneLine(x.Name), c.name), c.name)) // of modules the end tells more
	l.space(1)
	cell(p.th.Text, x.Version, c.version)
	if c.kind > 0 {
		l.space(1)
		cell(p.th.Dim, x.Type, c.kind)
	}
	if c.licence > 0 {
		l.space(1)
		cell(p.th.Dim, strings.Join(x.Licenses[:min(len(x.Licenses), maxLicences)], ", "), c.licence)
	}
	at := ""
	if x.Layer != filetree.None {
		at = fmt.Sprintf("L%d", x.Layer+1)
	}
	l.add(p.th.Dim, " "+text.PadLeft(at, c.layer))
	size, mark := "", p.th.Text
	switch {
	case x.State != inventory.Installed && x.Dead > 0:
		size, mark = theme.Wasted+text.Short(x.Dead), p.th.Waste
	case x.State == inventory.Installed && x.Files > 0:
		size = text.Short(x.Bytes)
	}
	return l.add(mark, " "+text.PadLeft(size, c.size)).String()
}

// mark is the glyph of a package: what is gone, or there several times.
func (p *packagesPane) mark(n int32) (theme.Style, string) {
	switch x := p.x.pkg(n); {
	case x.State == inventory.Removed:
		return p.th.Removed, theme.Removed
	case x.State == inventory.Overwritten:
		return p.th.Modified, theme.Modified
	case p.x.twin[n]:
		return p.th.Modified, theme.Several
	}
	return p.th.Text, " "
}

// specialRow is a line that is no package.
func (p *packagesPane) specialRow(l *line, n int32, c packageColumns) string {
	wide := p.w - packageMarks - c.size - 1
	if n == p.x.unowned() {
		u := &p.x.inv.Unowned
		words := unownedName
		if wide > 40 {
			words += fmt.Sprintf(" (%s)", text.Count(u.Files))
		}
		l.space(packageMarks-1).add(p.th.Link, text.Pad(words, wide))
		return l.add(p.th.Text, " "+text.PadLeft(text.Short(u.Bytes), c.size)).String()
	}
	st, glyph, words := p.th.Dim, theme.Dot, "what could not be understood"
	if len(p.x.inv.Partial) > 0 {
		st, glyph, words = p.th.Waste, theme.High, "there may be more packages"
	}
	l.add(st, glyph).space(1)
	return l.add(st, words).String()
}

// packagesLegend explains the glyphs that there are, and sums up what is gone.
func (m *Model) packagesLegend(l *line, reserve int) {
	p := &m.pkgs
	if m.view != viewPackages || m.phase != ready || p.x == nil || len(p.rows) == 0 || m.notice != "" || p.filter != nil {
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

// packagesLabel is what the footer says of an action here; "" if it does nothing
// now.
func (m *Model) packagesLabel(a action) string {
	p := &m.pkgs
	switch stage := p.stock.stage; a {
	case actEnter:
		return "go to files"
	case actCopyDigest:
		return "copy name"
	case actExplain:
		if p.alone {
			return "list"
		}
	case actFilter:
		if p.x == nil || len(p.x.inv.Packages) == 0 {
			return ""
		}
	case actRetry:
		switch stage {
		case halted:
			return "look for them"
		case broken:
			return "try again"
		}
		return ""
	case actBack:
		if stage == running {
			return "stop"
		}
		return "back"
	case actZoom:
		if m.zoomed {
			return "all panes"
		}
	}
	return bindingOf(a, inPackages).label
}
