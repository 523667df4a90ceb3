package ui

import (
	"fmt"
	"slices"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/ui/text"
	"peel/ui/theme"
)

// Title counts the findings, and says how they are sorted.
func (p *findingsPane) Title() string {
	if p.a == nil {
		return "Findings"
	}
	n := len(p.a.Findings)
	s := text.Plural(n, "finding")
	switch {
	case !p.a.Examined():
		return "Findings"
	case !p.a.Finished:
		s += " so far"
	case p.a.Partial():
		s = "at least " + s
	}
	parts := []string{s}
	if p.filter != nil {
		parts[0] = text.Count(p.picked) + " of " + s
	}
	if n == 0 {
		return s
	}
	if worst := gravestFirst[slices.IndexFunc(gravestFirst, func(s finding.Severity) bool { return p.count[s] > 0 })]; p.count[worst] < n {
		parts = append(parts, text.Count(p.count[worst])+" "+severityGlyph(worst))
	}
	by := "by " + p.order.String()
	if p.reverse {
		by += " " + theme.Up
	}
	parts = append(parts, by)
	return strings.Join(parts, " "+theme.Dot+" ")
}

// Columns of the list, by the width inside its frame.
const (
	idWidth     = 4  // of a check, S010
	layerWidth  = 4  // L127
	minWhere    = 8  // of the place
	layerFrom   = 46 // width from which the layer is told
	sizeFrom    = 56 // and the size
	minTitle    = 22
	maxTitle    = 48
	severityGap = 2 // glyph and a space
)

// head names the columns.
func (p *findingsPane) head() string {
	head := newLine(p.w, &p.th.Dim)
	head.space(1+severityGap).add(p.th.Dim, text.Pad("What", p.titleWidth())).space(1)
	head.add(p.th.Dim, text.Pad("Check", idWidth+1)).space(1)
	head.add(p.th.Dim, text.Pad("Where", p.whereWidth()))
	if p.w >= layerFrom {
		head.add(p.th.Dim, " "+text.PadLeft("In", layerWidth))
	}
	if p.w >= sizeFrom {
		head.add(p.th.Dim, " "+text.PadLeft("Size", text.ShortWidth))
	}
	return head.String()
}

// titleWidth is that of what a finding says: it comes first, and the place gets
// what is left.
func (p *findingsPane) titleWidth() int { return min(max(p.w*45/100, minTitle), maxTitle) }

func (p *findingsPane) whereWidth() int {
	w := p.w - 1 - severityGap - p.titleWidth() - 1 - idWidth - 2
	if p.w >= layerFrom {
		w -= layerWidth + 1
	}
	if p.w >= sizeFrom {
		w -= text.ShortWidth + 1
	}
	return max(w, minWhere)
}

// begin is the cursor and the severity of a line.
func (p *findingsPane) begin(s finding.Severity, force *theme.Style) *line {
	l := newLine(p.w, force)
	if force != nil {
		l.add(p.th.Text, theme.Cursor)
	} else {
		l.space(1)
	}
	return l.add(severityStyle(p.th, s), severityGlyph(s)).space(1)
}

// end is the place, the layer and the size.
func (p *findingsPane) end(l *line, where string, layer int, bytes int64) {
	w := p.whereWidth()
	l.add(p.th.Text, text.Pad(text.CutLeft(where, w), w))
	at := ""
	if layer != filetree.None {
		at = fmt.Sprintf("L%d", layer+1)
	}
	if p.w >= layerFrom {
		l.add(p.th.Dim, " "+text.PadLeft(at, layerWidth))
	}
	if p.w >= sizeFrom {
		size := ""
		if bytes > 0 {
			size = text.Short(bytes)
		}
		l.add(p.th.Dim, " "+text.PadLeft(size, text.ShortWidth))
	}
}

func (p *findingsPane) row(f *finding.Finding, member bool, force *theme.Style) string {
	l := p.begin(f.Severity, force)
	w := p.titleWidth()
	title := p.hide.oneLine(f.Title)
	if member {
		title = "  " + title
	}
	l.add(p.th.Text, text.Pad(title, w)).space(1)
	l.add(p.th.Strong, text.Pad(text.Clean(f.ID), idWidth+1)).space(1)
	bytes := int64(0)
	if f.Bytes != nil {
		bytes = *f.Bytes
	}
	p.end(l, p.where(f), layerOf(f), bytes)
	return l.String()
}

// where is the place of a finding on one line.
func (p *findingsPane) where(f *finding.Finding) string {
	s := p.hide.place(f)
	if f.Line > 0 { // one file may have many
		s += fmt.Sprintf(":%d", f.Line)
	}
	return s
}

// place is a finding's path or its place in the config.
func (h hider) place(f *finding.Finding) string {
	switch {
	case f.Path != "":
		return h.clean("/" + f.Path)
	case f.Where != "":
		return h.clean(f.Where)
	}
	return "the image"
}

// emptyView says why there is nothing to see.
func (p *findingsPane) emptyView(stopped bool, w int) []string {
	d := newDoc(p.th, w)
	d.lines = append(d.lines, "")
	switch {
	case p.a == nil:
	case p.filter != nil && len(p.a.Findings) > 0:
		d.para(p.th.Dim, "No finding matches "+p.hide.oneLine(p.filter.text))
		d.blank()
		d.para(p.th.Dim, "Esc clears the filter.")
	default:
		p.nothing(d, stopped)
	}
	return d.lines
}

// nothing tells apart what was looked for in vain, and what nobody looked for.
func (p *findingsPane) nothing(d *doc, stopped bool) {
	checks, ran, idle := 0, []string{}, []string{}
	for _, f := range check.Families() {
		if slices.Contains(p.a.Families, f.Name) {
			checks += len(f.Checks)
			ran = append(ran, f.Name)
		} else {
			idle = append(idle, f.Name)
		}
	}
	switch {
	case checks == 0:
		d.para(p.th.Strong, "Nobody looked for findings.")
	case !p.a.Finished && !stopped:
		d.para(p.th.Strong, "0 findings so far; more may come.")
		d.para(p.th.Dim, fmt.Sprintf("%d of %s read.", p.a.Merged, text.Plural(len(p.a.Layers), "layer")))
	case p.a.Partial():
		d.para(p.th.Strong, fmt.Sprintf("0 findings from %s, in the part of the image that was read.", text.Plural(checks, "check")))
		d.para(p.th.Dim, "What was not read was not looked at: see the layers marked "+theme.Gone+" in 1 Explore.")
	default:
		d.para(p.th.Good, fmt.Sprintf("0 findings from %s.", text.Plural(checks, "check")))
	}
	if len(ran) > 0 {
		d.heading("Looked for")
	}
	for _, f := range check.Families() {
		if slices.Contains(ran, f.Name) {
			d.list(theme.Fine, p.th.Good, p.th.Text, fmt.Sprintf("%s: %s, %s", f.Name, f.Title, text.Plural(len(f.Checks), "check")))
		}
	}
	if len(idle) == 0 {
		return
	}
	d.heading("Not looked for")
	for _, f := range check.Families() {
		if slices.Contains(idle, f.Name) {
			d.list(theme.Gone, p.th.Dim, p.th.Text, fmt.Sprintf("%s: %s", f.Name, f.Title))
		}
	}
	d.blank()
	d.para(p.th.Text, "Started without --scanners, peel looks for all of these.")
}
