package ui

import (
	"fmt"

	"peel/analyzer/filetree"
	"peel/ui/text"
)

// topFindings is how many of the image's findings are worth a line.
const topFindings = 3

// maxListed is how many findings a details pane lists one by one.
const maxListed = 8

// findingLine says on one line what is found in a thing of a tree, and how to
// learn more.
func (in *inspector) findingLine(d *doc, list []int32, t *filetree.Tree) {
	if len(list) == 0 || t != in.a.Tree {
		return
	}
	f := &in.a.Findings[list[0]]
	s := severityGlyph(f.Severity) + " " + f.ID + " " + text.OneLine(f.Title)
	if rest := len(list) - 1; rest > 0 {
		s += fmt.Sprintf(" and %d more", rest)
	}
	const hint = "   i why and fix"
	d.line(severityStyle(in.th, f.Severity), text.Cut(d.hide.r.String(s), max(d.w-2-len(hint), 8))+hint)
}

// findings lists what is found in a thing; of anything but a file it says where.
func (in *inspector) findings(d *doc, list []int32, file bool) {
	if len(list) == 0 {
		return
	}
	d.heading("Findings")
	for _, i := range list[:min(len(list), maxListed)] {
		in.finding(d, i, file)
	}
	if rest := len(list) - maxListed; rest > 0 {
		d.line(in.th.Dim, fmt.Sprintf("  and %s more", text.Count(rest)))
	}
	d.line(in.th.Dim, "i why it matters and how to mend it")
}

func (in *inspector) finding(d *doc, i int32, file bool) {
	f := &in.a.Findings[i]
	s := f.ID + " " + text.OneLine(f.Title)
	switch {
	case !file:
		s += ", " + d.hide.place(f)
	case f.Line > 0:
		s += ", line " + text.Count(f.Line)
	}
	if f.DeletedIn != nil {
		s += fmt.Sprintf(", deleted in layer %d: still in the image", *f.DeletedIn+1)
	}
	d.list(severityGlyph(f.Severity), severityStyle(in.th, f.Severity), in.th.Text, s)
}

// countLine is the number of findings of the image, by severity.
func (in *inspector) countLine(d *doc) {
	if len(in.a.Findings) == 0 {
		return
	}
	worst := in.a.Findings[0].Severity
	words := in.fig.count.words("  ", true)
	d.line(severityStyle(in.th, worst), in.atLeast()+words+"   2 shows them")
}

// counts tell of the findings of the image.
func (in *inspector) counts(d *doc) {
	if !in.a.Examined() {
		return
	}
	n := len(in.a.Findings)
	if n == 0 {
		switch {
		case in.a.Partial():
			d.para(in.th.Dim, "No findings in what is read so far.")
		default:
			d.para(in.th.Good, "No findings.")
		}
		d.blank()
		return
	}
	d.line(in.th.Strong, in.atLeast()+text.Plural(n, "finding")+"   2 shows them")
	d.para(severityStyle(in.th, in.a.Findings[0].Severity), in.fig.count.words("  ", true))
	for i := range in.a.Findings[:min(n, topFindings)] {
		in.finding(d, int32(i), false)
	}
	d.blank()
}
