package ui

import (
	"context"
	"errors"
	"fmt"

	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/source/layer"
	"peel/ui/text"
	"peel/ui/theme"
)

// rowKind is what a line of the layer list stands for.
type rowKind uint8

const (
	imageRow rowKind = iota // the whole image
	layerRow
	stepRow // a step of the build that made no layer
	baseRow // the base image, above its layers
)

// layerLine is a line of the layer list.
type layerLine struct {
	kind  rowKind
	layer int // into Analysis.Layers; for a step the layer below it, or None; for the base its highest one
	step  int // into Analysis.Steps
}

// layersPane lists the image and its layers, the newest first.
type layersPane struct {
	th       *theme.Theme
	w, h     int
	a        *analyzer.Analysis
	lines    []layerLine
	scroll   scroller
	progress func(n int) *layer.Progress
	biggest  int64
	digits   int
}

// SetSize gives the pane its room inside the frame.
func (p *layersPane) SetSize(w, h int) {
	p.w, p.h = w, h
	p.scroll.clamp(len(p.lines), p.bodyRows())
}

func (p *layersPane) bodyRows() int { return max(p.h-1, 1) }

// Show gives the pane another state of the analysis.
func (p *layersPane) Show(a *analyzer.Analysis) {
	p.a = a
	if p.lines == nil {
		p.lines = append(p.lines, layerLine{kind: imageRow, layer: filetree.None})
		below := filetree.None
		steps := make([]layerLine, 0, len(a.Steps))
		for i, s := range a.Steps {
			l := layerLine{kind: stepRow, layer: below, step: i}
			if s.Layer != filetree.None {
				below = s.Layer
				l.kind, l.layer = layerRow, s.Layer
			}
			steps = append(steps, l)
		}
		steps = withBase(steps, a)
		for i := len(steps) - 1; i >= 0; i-- {
			p.lines = append(p.lines, steps[i])
		}
		p.digits = len(fmt.Sprint(len(a.Layers)))
	}
	p.biggest = 0
	for i := range a.Layers {
		p.biggest = max(p.biggest, a.Layers[i].Stat.Size)
	}
	p.scroll.clamp(len(p.lines), p.bodyRows())
}

// Selected is the line of the cursor.
func (p *layersPane) Selected() layerLine {
	if len(p.lines) == 0 {
		return layerLine{layer: filetree.None}
	}
	return p.lines[p.scroll.cursor]
}

// Step goes to the next layer with files, up (1) or down (-1) in the image.
func (p *layersPane) Step(up int) {
	for i := p.scroll.cursor - up; i >= 0 && i < len(p.lines); i -= up {
		if p.lines[i].kind == layerRow || p.lines[i].kind == imageRow {
			p.scroll.cursor = i
			break
		}
	}
	p.scroll.clamp(len(p.lines), p.bodyRows())
}

// Select puts the cursor on a layer.
func (p *layersPane) Select(n int) bool {
	for i, l := range p.lines {
		if l.kind == layerRow && l.layer == n {
			p.scroll.cursor = i
			p.scroll.clamp(len(p.lines), p.bodyRows())
			return true
		}
	}
	return false
}

// Key does what an action of moving asks for.
func (p *layersPane) Key(a action) bool { return p.scroll.move(a) }

// Width from which the list has roomier columns, and bars.
const (
	roomyLayers = 44
	barLayers   = 40
	barWidth    = 6
)

// View draws the lines that can be seen.
func (p *layersPane) View(focused bool) []string {
	if p.a == nil {
		return nil
	}
	out := []string{p.heading()}
	for i := p.scroll.top; i < len(p.lines) && len(out) < p.h; i++ {
		var force *theme.Style
		if i == p.scroll.cursor {
			force = &p.th.Resting
			if focused {
				force = &p.th.Selected
			}
		}
		l := newLine(p.w, force)
		if force != nil {
			l.add(p.th.Text, theme.Cursor)
		} else {
			l.space(1)
		}
		p.line(l, p.lines[i])
		out = append(out, l.String())
	}
	return out
}

func (p *layersPane) sizeWidth() int {
	if p.w >= roomyLayers {
		return text.ShortWidth
	}
	return text.TinyWidth
}

func (p *layersPane) size(n int64) string {
	if p.w >= roomyLayers {
		return text.Short(n)
	}
	return text.Tiny(n)
}

func (p *layersPane) heading() string {
	l := newLine(p.w, nil)
	l.space(1).add(p.th.Dim, text.PadLeft("#", max(p.digits, 1))).space(1)
	l.add(p.th.Dim, text.PadLeft("Size", p.sizeWidth())).space(1)
	if p.w >= barLayers {
		l.space(barWidth + 1)
	}
	l.add(p.th.Dim, text.PadLeft("Waste", p.sizeWidth()+1)).space(1)
	l.add(p.th.Dim, "Δ")
	if p.a.Examined() {
		l.space(1)
	}
	return l.add(p.th.Dim, " Instruction").String()
}

func (p *layersPane) line(l *line, at layerLine) {
	switch at.kind {
	case imageRow:
		p.imageLine(l)
	case baseRow:
		p.baseLine(l)
	case stepRow:
		l.space(p.digits+1).add(p.th.Dim, text.PadLeft("–", p.sizeWidth())).space(1)
		if p.w >= barLayers {
			l.space(barWidth + 1)
		}
		l.space(p.sizeWidth()+2).add(p.th.Dim, theme.Dot)
		p.finding(l, p.a.Places.Step(at.step, filetree.None))
		l.space(1).add(p.th.Dim, instruction(p.a.Steps[at.step].CreatedBy))
	default:
		p.layerLine(l, &p.a.Layers[at.layer])
	}
}

func (p *layersPane) imageLine(l *line) {
	a := p.a
	l.add(p.th.Text, text.PadLeft("", p.digits)).space(1)
	l.add(p.th.Strong, text.PadLeft(p.size(a.Size()), p.sizeWidth())).space(1)
	if p.w >= barLayers {
		l.space(barWidth + 1)
	}
	p.waste(l, a.Waste.Wasted)
	l.space(1)
	if len(p.a.Findings) > 0 {
		severity(l, p.th, p.a.Findings[0].Severity)
	} else if p.a.Examined() {
		l.space(1)
	}
	l.space(1).add(p.th.Strong, "whole image")
}

// finding draws the mark of the gravest, if anybody looks for some.
func (p *layersPane) finding(l *line, list []int32) {
	if p.a.Examined() {
		gravest(l, p.th, p.a, list)
	}
}

func (p *layersPane) waste(l *line, n int64) {
	if n == 0 {
		l.space(p.sizeWidth() + 2)
		return
	}
	l.add(p.th.Waste, text.PadLeft(theme.Wasted+p.size(n), p.sizeWidth()+1)).space(1)
}

func (p *layersPane) layerLine(l *line, la *analyzer.Layer) {
	words := p.th.Text
	if la.Number < p.a.BaseLayers() {
		words = p.th.Dim
	}
	l.add(words, text.PadLeft(fmt.Sprint(la.Number+1), p.digits)).space(1)
	if !la.Stat.Merged {
		p.pendingLine(l, la)
		return
	}
	size := p.size(la.Stat.Size)
	if la.State == analyzer.Failed && la.Stat.Size == 0 {
		size = "?"
	}
	l.add(p.th.Text, text.PadLeft(size, p.sizeWidth())).space(1)
	if p.w >= barLayers {
		l.add(p.th.Bar, text.Bar(la.Stat.Size, p.biggest, barWidth)).space(1)
	}
	p.waste(l, la.Stat.Wasted)
	if la.State == analyzer.Failed {
		l.add(p.th.Error, theme.Gone+" "+hider{p.a.Redactor}.oneLine(errText(la.Err)))
		return
	}
	glyph, st := p.delta(la)
	l.add(st, glyph)
	p.finding(l, p.a.Places.Layer(la.Number))
	l.space(1)
	if la.CreatedBy == "" {
		l.add(p.th.Dim, "(no history)")
		return
	}
	l.add(words, instruction(la.CreatedBy))
}

func errText(err error) string {
	switch {
	case err == nil:
		return "failed"
	case errors.Is(err, context.Canceled):
		return "stopped, read in part"
	}
	return err.Error()
}

// delta is the glyph for what a layer mostly does.
func (p *layersPane) delta(la *analyzer.Layer) (string, theme.Style) {
	st := la.Stat
	switch {
	case st.Modified > 0:
		return theme.Modified, p.th.Modified
	case st.Added > 0:
		return theme.Added, p.th.Added
	case st.Removed > 0:
		return theme.Removed, p.th.Removed
	case st.Rewritten > 0:
		return theme.Unchanged, p.th.Dim
	}
	return theme.Dot, p.th.Dim
}

// pendingLine is a layer that is not in the tree yet: its stored size, and how
// far its reading is.
func (p *layersPane) pendingLine(l *line, la *analyzer.Layer) {
	size := "?"
	if la.Compressed > 0 {
		size = p.size(la.Compressed)
	}
	l.add(p.th.Dim, text.PadLeft(size, p.sizeWidth())).space(1)
	if p.w >= barLayers {
		l.space(barWidth + 1)
	}
	switch la.State {
	case analyzer.Reading:
		p.reading(l, la)
		return
	case analyzer.Read:
		l.add(p.th.Good, text.Pad("read", p.sizeWidth()+2))
	case analyzer.Failed:
		l.add(p.th.Error, theme.Gone+" "+hider{p.a.Redactor}.oneLine(errText(la.Err)))
		return
	default:
		word := "queued"
		if p.a.Finished {
			word = "unread"
		}
		l.add(p.th.Dim, text.Pad(word, p.sizeWidth()+4))
	}
	l.add(p.th.Dim, instruction(la.CreatedBy))
}

func (p *layersPane) reading(l *line, la *analyzer.Layer) {
	var done int64
	if p.progress != nil {
		done = p.progress(la.Number).Stored.Load()
	}
	if la.Compressed <= 0 {
		l.add(p.th.Text, text.Bytes(done)+" read")
		return
	}
	done = min(done, la.Compressed)
	w := min(max(l.left-6, 0), 20)
	l.add(p.th.Bar, text.Gauge(done, la.Compressed, w))
	l.add(p.th.Text, text.PadLeft(fmt.Sprintf("%d%%", done*100/la.Compressed), 5))
}
