package ui

import (
	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/ui/theme"
)

// markedView keeps the marks of the view on screen.
type markedView struct {
	view   *filetree.View
	places *analyzer.Places
	marks  analyzer.Marks
}

// mark is what the right edge of a line says of findings; w is 0 if nothing.
type mark struct {
	style theme.Style
	text  string
	w     int
}

// idsFrom is the width of the tree from which checks are named, not only marked.
const idsFrom = 60

// finding is the mark of a line. first is the first of the directories that
// share it.
func (p *treePane) finding(first, n int) mark {
	a := p.of
	if a == nil || len(a.Findings) == 0 || p.src.tree != a.Tree {
		return mark{}
	}
	if p.marks.view != p.list.view || p.marks.places != a.Places {
		p.marks = markedView{p.list.view, a.Places, a.Places.Marks(p.list.view)}
	}
	s, some := p.marks.marks.At(first)
	if !some {
		return mark{}
	}
	m := mark{severityStyle(p.th, s), " " + severityGlyph(s), 2}
	if p.w < idsFrom {
		return m
	}
	m.text += "     "
	m.w += 1 + idWidth
	for _, i := range a.Places.At(n) {
		if f := &a.Findings[i]; f.Severity == s && len(f.ID) == idWidth {
			m.text = " " + severityGlyph(s) + " " + f.ID
			break
		}
	}
	return m
}

// gravest draws the glyph of the first of some findings, or a blank: lists of
// them have the gravest first.
func gravest(l *line, th *theme.Theme, a *analyzer.Analysis, list []int32) {
	if len(list) == 0 {
		l.space(1)
		return
	}
	severity(l, th, a.Findings[list[0]].Severity)
}

func severity(l *line, th *theme.Theme, s finding.Severity) {
	l.add(severityStyle(th, s), severityGlyph(s))
}
