package ui

import (
	"fmt"
	"slices"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/finding"
	"peel/ui/text"
)

// explain tells all there is to say of a finding.
func (m *Model) explain(d *doc, f *finding.Finding) {
	advice, _ := check.Lookup(f.ID)
	st := severityStyle(m.th, f.Severity)
	d.para(m.th.Strong, f.ID+"  "+text.OneLine(f.Title))
	d.para(st, fmt.Sprintf("%s %s, %s", severityGlyph(f.Severity), f.Severity, confidenceNames[min(int(f.Confidence), len(confidenceNames)-1)]))
	d.blank()
	m.facts(d, f)
	if advice.ID == "" {
		return
	}
	d.heading("What")
	d.para(m.th.Text, advice.What)
	d.heading("Why it matters")
	d.para(m.th.Text, advice.Why)
	d.heading("Fix")
	d.para(m.th.Text, advice.Fix)
	if advice.Before != "" {
		d.blank()
		d.para(m.th.Dim, "Instead of")
		for s := range strings.SplitSeq(advice.Before, "\n") {
			d.quote(m.th.Removed, s)
		}
	}
	if advice.After != "" {
		d.para(m.th.Dim, "write")
		d.code(strings.Split(advice.After, "\n")...)
	}
	if advice.Reference != "" {
		d.blank()
		d.field("See", advice.Reference)
	}
	if f.Fingerprint != "" {
		d.field("ID", f.Fingerprint)
	}
}

// facts are what is particular to a finding.
func (m *Model) facts(d *doc, f *finding.Finding) {
	path, inner, nested := strings.Cut(f.Path, "!/")
	if n := m.finds().current(); n < 0 || !nested || m.analysis.Places.Node[n] < 0 {
		path, inner = f.Path, ""
	}
	line := ""
	if f.Line > 0 {
		line = ", line " + text.Count(f.Line)
	}
	switch {
	case inner != "":
		d.field("Archive", m.hide().clean("/"+path))
		d.field("Inside", m.hide().clean(inner)+line)
	case f.Path != "":
		d.field("File", m.hide().clean("/"+path)+line)
	}
	m.otherPaths(d, f)
	d.field("Place", m.hide().clean(f.Where))
	d.field("Layer", layerWords(f))
	if f.Match != "" {
		masked := ""
		if f.Masked {
			masked = "  (masked)"
		}
		d.field("Match", text.Clean(f.Match)+masked)
	}
	m.clearValues(d, f)
	reason := f.Reason
	if reason == "" {
		reason = confidenceReasons[min(int(f.Confidence), len(confidenceReasons)-1)]
	}
	d.field("Checked", text.OneLine(reason))
	if f.Bytes != nil {
		d.field("Size", text.Bytes(*f.Bytes))
	}
	for _, id := range f.Also {
		also := id
		if a, ok := check.Lookup(id); ok {
			also += " " + a.Title
		}
		d.field("Also", also)
	}
	if i := slices.IndexFunc(m.lost(), func(l check.Loss) bool { return l.Fingerprint == f.Fingerprint && l.ID == f.ID }); i >= 0 {
		d.field("Score", text.Plural(m.lost()[i].Points, "point")+" lost by it")
	}
	if f.FromBase != nil {
		d.field("From", m.inspector().whose(*f.FromBase))
	}
}

// lost is what the score lost, and by which findings.
func (m *Model) lost() []check.Loss {
	if m.analysis.Score == nil {
		return nil
	}
	return m.analysis.Score.Lost
}

// maxPaths is how many of a finding's files are told one by one.
const maxPaths = 8

// otherPaths tells the further files of a finding with several.
func (m *Model) otherPaths(d *doc, f *finding.Finding) {
	if len(f.Paths) < 2 {
		return
	}
	for _, p := range f.Paths[1:min(len(f.Paths), maxPaths)] {
		d.field("and", m.hide().clean("/"+p))
	}
	if rest := f.PathCount - min(len(f.Paths), maxPaths); rest > 0 {
		d.field("and", text.Plural(rest, "more file")+", in the JSON report")
	}
}

// How sure a finding is of itself, and why if it does not say more.
var (
	confidenceNames   = [...]string{finding.Unsure: "a hint", finding.Likely: "likely", finding.Sure: "sure"}
	confidenceReasons = [...]string{
		finding.Unsure: "no more than the look of it", finding.Likely: "the form is right, and so is the place", finding.Sure: "exact from the bytes",
	}
)

// layerWords tell which layers hold a finding, and which one hides it.
func layerWords(f *finding.Finding) string {
	n := layerOf(f)
	if n < 0 {
		return ""
	}
	s := fmt.Sprint(n + 1)
	if f.FirstLayer != nil && f.LastLayer != nil && *f.LastLayer != *f.FirstLayer {
		s = fmt.Sprintf("%d, and again up to %d", *f.FirstLayer+1, *f.LastLayer+1)
	}
	if f.DeletedIn != nil {
		s = fmt.Sprintf("added in %s, deleted in %d: still in the image", s, *f.DeletedIn+1)
	}
	return s
}

// fixOf is what to do about a finding, for the clipboard.
func fixOf(f *finding.Finding) string {
	a, ok := check.Lookup(f.ID)
	if !ok {
		return ""
	}
	s := a.Fix
	if a.After != "" {
		s += "\n\n" + a.After
	}
	return s + "\n"
}
