package ui

import (
	"fmt"
	"strings"

	"peel/analyzer/filetree"
	"peel/analyzer/inventory"
	"peel/ui/text"
	"peel/ui/theme"
)

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
