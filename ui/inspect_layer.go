package ui

import (
	"fmt"
	"strings"
	"time"

	"peel/analyzer"
	"peel/source/layer"
	"peel/ui/text"
	"peel/ui/theme"
)

// layerTitle names a layer for a frame.
func layerTitle(l *analyzer.Layer, w int) string {
	s := fmt.Sprintf("Layer %d", l.Number+1)
	if l.State == analyzer.Read && l.Stat.Merged {
		s += " " + theme.Dot + " " + text.Bytes(l.Stat.Size)
	}
	if l.DiffID != "" && w > 60 {
		s += " " + theme.Dot + " " + shortDigest(l.DiffID)
	}
	return s
}

// shortDigest is the algorithm and the first 12 digits.
func shortDigest(s string) string {
	const keep = len("sha256:") + 12
	s = text.OneLine(s)
	if len(s) > keep {
		return s[:keep] + text.Ellipsis
	}
	return s
}

func (in *inspector) layerBrief(d *doc, l *analyzer.Layer) {
	d.line(in.th.Text, in.instructionOf(l))
	in.findingLine(d, in.a.Places.Layer(l.Number), in.a.Tree)
	switch {
	case l.Err != nil:
		d.line(in.th.Error, "not wholly read: "+text.OneLine(errText(l.Err)))
	case l.State != analyzer.Read:
		d.line(in.th.Dim, stateWords(l.State))
	case l.Stat.Wasted > 0:
		d.line(in.th.Waste, fmt.Sprintf("%s %s of it wasted: %s", theme.Wasted, text.Bytes(l.Stat.Wasted), in.fig.of(l.Number, true)[0].suffers()))
	case l.Stat.Kills > 0:
		d.line(in.th.Waste, fmt.Sprintf("%s makes %s waste: %s", theme.Wasted, text.Bytes(l.Stat.Kills), in.fig.of(l.Number, false)[0].does()))
	case l.Stat.Merged:
		d.line(in.th.Dim, in.noWaste())
	}
	d.line(in.th.Text, changeCounts(l))
	if l.Stat.Wasted > 0 && l.Stat.Kills > 0 {
		d.line(in.th.Waste, fmt.Sprintf("%s makes %s waste: %s", theme.Wasted, text.Bytes(l.Stat.Kills), in.fig.of(l.Number, false)[0].does()))
	}
	d.line(in.th.Dim, text.OneLine(l.DiffID))
}

// instructionOf is what made a layer, in words.
func (in *inspector) instructionOf(l *analyzer.Layer) string {
	if l.CreatedBy == "" {
		return "the history does not say what made this layer"
	}
	return instruction(l.CreatedBy)
}

func stateWords(s analyzer.State) string {
	return map[analyzer.State]string{
		analyzer.Queued: "not read yet", analyzer.Reading: "being read", analyzer.Read: "read", analyzer.Failed: "could not be read",
	}[s]
}

// changeCounts is what the layer does to files, by the glyphs of the tree.
func changeCounts(l *analyzer.Layer) string {
	st := l.Stat
	var parts []string
	for _, c := range []struct {
		glyph string
		n     int
		words string
	}{
		{theme.Added, st.Added, "added"}, {theme.Modified, st.Modified, "modified"},
		{theme.Removed, st.Removed, "removed"}, {theme.Unchanged, st.Rewritten, "rewritten as before"},
	} {
		if c.n > 0 {
			parts = append(parts, c.glyph+" "+text.Count(c.n)+" "+c.words)
		}
	}
	if len(parts) == 0 {
		return "no files added, changed or removed"
	}
	return strings.Join(parts, "   ")
}

func (in *inspector) layer(d *doc, l *analyzer.Layer) {
	for _, s := range commandLines(in.instructionOf(l), d.w-2) {
		d.line(in.th.Strong, s)
	}
	d.blank()
	if l.Err != nil {
		d.para(in.th.Error, "Not wholly read: "+text.OneLine(errText(l.Err)))
		d.para(in.th.Dim, "The figures stand for what could be read.")
		d.blank()
	}
	if l.State == analyzer.Queued || l.State == analyzer.Reading {
		d.para(in.th.Dim, "This layer is "+stateWords(l.State)+".")
		d.blank()
	}
	in.findings(d, in.a.Places.Layer(l.Number), false)
	d.blank()
	if l.Stat.Merged {
		d.para(in.th.Text, changeCounts(l))
		d.blank()
		in.layerWaste(d, l)
		d.blank()
	}
	if l.State == analyzer.Read {
		d.field("Size", fmt.Sprintf("%s in %s (%s bytes)", text.Bytes(l.Stat.Size), text.Plural(l.Stat.Files, "file"), text.Count(l.Stat.Size)))
	}
	if l.Compressed > 0 {
		d.field("Stored", fmt.Sprintf("%s%s", text.Bytes(l.Compressed), compression(l.Index)))
	}
	if l.Number < in.a.BaseLayers() {
		d.field("From", in.fromBase())
	}
	d.field("Diff ID", text.OneLine(l.DiffID))
	d.field("Digest", text.OneLine(l.Digest))
	d.field("Type", text.OneLine(l.MediaType))
	if !l.Created.IsZero() {
		d.field("Created", l.Created.UTC().Format(time.DateTime)+" UTC")
	}
	if len(l.Problems) > 0 {
		d.heading("Odd in this layer")
		for _, p := range l.Problems {
			d.list(theme.Dot, in.th.Dim, in.th.Text, fmt.Sprintf("%s, %s: %s", p.What, text.Plural(p.Count, "time"), text.Clean(p.First)))
		}
	}
}

func compression(idx *layer.Index) string {
	if idx == nil || idx.Compression == "" {
		return ""
	}
	if idx.Compression == "none" {
		return ", not compressed"
	}
	return ", " + text.OneLine(idx.Compression)
}

// layerWaste tells what of the layer is dead and who did it, and what the layer
// did to others.
func (in *inspector) layerWaste(d *doc, l *analyzer.Layer) {
	if l.Stat.Wasted == 0 && l.Stat.Kills == 0 {
		if l.Err != nil || in.a.Partial() {
			d.para(in.th.Dim, "No waste is known of this layer, as far as layers are read.")
		} else {
			d.para(in.th.Good, "Nothing in this layer is wasted.")
		}
		return
	}
	if l.Stat.Wasted > 0 {
		d.para(in.th.Waste, fmt.Sprintf("%s %s of this layer is wasted", theme.Wasted, text.Bytes(l.Stat.Wasted)))
		in.causeLines(d, in.fig.of(l.Number, true), cause.suffers)
	}
	if l.Stat.Kills > 0 {
		d.para(in.th.Waste, fmt.Sprintf("%s This layer makes %s of others waste", theme.Wasted, text.Bytes(l.Stat.Kills)))
		in.causeLines(d, in.fig.of(l.Number, false), cause.does)
	}
}

// maxCauses is how many causes a layer's details list.
const maxCauses = 8

func (in *inspector) causeLines(d *doc, list []cause, words func(cause) string) {
	for _, c := range list[:min(len(list), maxCauses)] {
		d.list(theme.Dot, in.th.Dim, in.th.Text, text.Bytes(c.Bytes)+": "+words(c))
	}
	if rest := len(list) - maxCauses; rest > 0 {
		d.line(in.th.Dim, fmt.Sprintf("  and %d more", rest))
	}
}

// stepBrief tells of a step that has no layer.
func (in *inspector) stepBrief(d *doc, s *analyzer.Step) {
	d.line(in.th.Text, instruction(s.CreatedBy))
	d.line(in.th.Dim, "changes only the configuration: no layer, no files, no bytes")
}

func (in *inspector) step(d *doc, s *analyzer.Step) {
	for _, l := range commandLines(instruction(s.CreatedBy), d.w-2) {
		d.line(in.th.Strong, l)
	}
	d.blank()
	d.para(in.th.Text, "This step changes only the configuration of the image: it has no layer, no files and no bytes.")
	d.blank()
	if !s.Created.IsZero() {
		d.field("Created", s.Created.UTC().Format(time.DateTime)+" UTC")
	}
	d.field("Comment", text.OneLine(s.Comment))
	d.field("Author", text.OneLine(s.Author))
}
