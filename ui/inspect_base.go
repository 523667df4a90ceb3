package ui

import (
	"fmt"
	"slices"
	"strings"

	"peel/analyzer"
	"peel/analyzer/finding"
	"peel/ui/text"
	"peel/ui/theme"
)

// withBase adds the line of the base image to the lines of steps, oldest first:
// where its last step is known behind that, else behind its last layer.
func withBase(steps []layerLine, a *analyzer.Analysis) []layerLine {
	if a.BaseLayers() <= 0 || a.Base == nil {
		return steps
	}
	row := layerLine{kind: baseRow, layer: a.BaseLayers() - 1}
	if n := a.Base.Steps; n > 0 && n <= len(steps) {
		return slices.Insert(steps, n, row)
	}
	for i, l := range steps {
		if l.kind == layerRow && l.layer == row.layer {
			return slices.Insert(steps, i+1, row)
		}
	}
	return steps
}

// baseLine parts the base image's layers from those above: by its name, or where
// that has no room by its end.
func (p *layersPane) baseLine(l *line) {
	b := p.a.Base
	long, short := "base image", fmt.Sprintf("base ends at layer %d", b.Layers)
	if b.Name != "" {
		long += " " + hider{p.a.Redactor}.oneLine(b.Name)
	}
	if isGuess(b) {
		long, short = long+", as it seems", fmt.Sprintf("base may end at layer %d", b.Layers)
	}
	const rules = "── "
	if text.Width(long) > l.left-2*text.Width(rules) {
		long = short
	}
	l.add(p.th.Dim, rules+long+" ")
	l.add(p.th.Dim, strings.Repeat("─", max(l.left, 0)))
}

// isGuess is true where nobody compared the layers with the base's own.
func isGuess(b *analyzer.BaseImage) bool { return b.Confidence != finding.Sure }

// baseWays say how a base image was found.
var baseWays = map[analyzer.By]string{
	analyzer.ByGiven: "given by --base", analyzer.ByAnnotations: "by the image's annotations",
	analyzer.ByLabels: "by the image's labels", analyzer.ByHistory: "by the history",
}

// baseName is what the base image is called, "" if nobody says.
func baseName(b *analyzer.BaseImage) string {
	if b.Name != "" {
		return text.OneLine(b.Name)
	}
	return shortDigest(b.Digest)
}

// baseIs is the base image and how that is known.
func baseIs(b *analyzer.BaseImage) string {
	if name := baseName(b); name != "" {
		return name + ", " + baseWays[b.ByName]
	}
	return "of unknown name"
}

// baseSpan tells which layers are the base's, and how sure that is.
func baseSpan(b *analyzer.BaseImage) string {
	switch {
	case b.Layers < 0:
		return "which layers are its is not known: --base NAME compares them"
	case b.Layers == 0:
		return "it has no layers"
	}
	s := "layer 1"
	if b.Layers > 1 {
		s = fmt.Sprintf("layers 1–%d", b.Layers)
	}
	if isGuess(b) {
		s += ", as it seems from the history: --base NAME compares them"
	}
	return s
}

// baseShare is the bytes and the findings of the base and of what is on top.
func (in *inspector) baseShare() (bytes, findings string) {
	var base, own int64
	for i := range in.a.Layers {
		if i < in.a.BaseLayers() {
			base += in.a.Layers[i].Stat.Size
		} else {
			own += in.a.Layers[i].Stat.Size
		}
	}
	more := in.atLeast()
	bytes = fmt.Sprintf("%s%s of the base, %s%s on top of it", more, text.Bytes(base), more, text.Bytes(own))
	if !in.a.Examined() {
		return bytes, ""
	}
	findings = fmt.Sprintf("%s%s of the base, %s own", more, text.Plural(in.fig.base, "finding"), text.Count(in.fig.own))
	if rest := len(in.a.Findings) - in.fig.base - in.fig.own; rest > 0 {
		findings += fmt.Sprintf(", %s of the image as a whole", text.Count(rest))
	}
	return bytes, findings
}

// baseFields tell of the base image among the facts of the image.
func (in *inspector) baseFields(d *doc) {
	b := in.a.Base
	if b == nil {
		if len(in.a.Layers) > 0 {
			d.field("Base", "not known: --base NAME compares layers")
		}
		return
	}
	d.field("Base", baseIs(b))
	d.field("", baseSpan(b))
	if b.Layers > 0 {
		bytes, findings := in.baseShare()
		d.field("", bytes)
		d.field("", findings)
	}
}

// fromBase names the base that a layer or a finding is of.
func (in *inspector) fromBase() string {
	s := "the base image"
	if name := baseName(in.a.Base); name != "" {
		s += " " + name
	}
	if isGuess(in.a.Base) {
		s += ", as it seems from the history"
	}
	return s
}

// whose says whether the base brings a finding.
func (in *inspector) whose(base bool) string {
	switch {
	case in.a.Base == nil && base:
		return "the base image"
	case base:
		return in.fromBase()
	}
	return "what is on top of the base image"
}

func (in *inspector) baseBrief(d *doc) {
	bytes, findings := in.baseShare()
	d.line(in.th.Text, baseIs(in.a.Base)+"; "+baseSpan(in.a.Base))
	d.line(in.th.Text, strings.TrimSuffix(bytes+"; "+findings, "; "))
	d.line(in.th.Dim, text.OneLine(in.a.Base.Digest))
}

func (in *inspector) baseDetails(d *doc) {
	b := in.a.Base
	bytes, findings := in.baseShare()
	d.para(in.th.Strong, baseIs(b))
	d.para(in.th.Text, baseSpan(b))
	d.blank()
	d.para(in.th.Text, bytes)
	d.para(in.th.Text, findings)
	if in.fig.base > 0 {
		d.para(in.th.Dim, "In 2 Findings the filter base:yes shows those of the base, base:no the own ones.")
	}
	d.blank()
	d.field("Digest", text.OneLine(b.Digest))
	if isGuess(b) {
		d.heading("How this is known")
		d.para(in.th.Text, "A base ends with CMD or ENTRYPOINT, and what is on top was built much later; or its layers are of the tools of a distribution. A base between the two may be taken for the image's own.")
	}
}

// baseFindings counts the findings that the base brings, and those it does not.
func baseFindings(list []finding.Finding) (base, own int) {
	for i := range list {
		switch from := list[i].FromBase; {
		case from == nil:
		case *from:
			base++
		default:
			own++
		}
	}
	return base, own
}

// targetBase shows the files that the base image has, whatever c says: they are
// of all of its layers.
func (m *Model) targetBase(top int) {
	title := "/ " + theme.Dot + " base image"
	if !m.analysis.Tree.Layers[top].Merged {
		m.explore().tree.Show(treeSource{}, title, m.notRead(&m.analysis.Layers[top]))
		return
	}
	m.explore().tree.Show(treeSource{tree: m.analysis.Tree, layer: top}, title, []string{"The base image has no files."})
}
