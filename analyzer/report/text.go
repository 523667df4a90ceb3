package report

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"peel/analyzer/policy"
	"peel/analyzer/text"
)

// TextOptions bound what WriteText says. Zero values take the default.
type TextOptions struct {
	Width      int // columns that prose and commands keep to; 100
	Causes     int // causes of waste that are told; 10 if Verbose, else 5
	Paths      int // paths of each cause; 5
	Duplicates int // contents that lie at several paths; 10
	// Verbose tells all there is: where the image comes from, what is attached,
	// findings that are for information, examples for each cause of waste, and
	// contents that are there several times.
	Verbose bool
}

func (o TextOptions) defaults() TextOptions {
	if o.Causes <= 0 && !o.Verbose {
		o.Causes = 5
	}
	for _, f := range []struct{ field, value *int }{
		{&o.Width, new(100)}, {&o.Causes, new(10)}, {&o.Paths, new(5)}, {&o.Duplicates, new(10)},
	} {
		if *f.field <= 0 {
			*f.field = *f.value
		}
	}
	return o
}

// WriteText writes a report as plain lines for people, in an order that can be
// listened to: the gist and the verdict first. Layers are counted from 1, at the
// bottom. Whatever the image names is cleaned (see text.Clean).
func WriteText(w io.Writer, r *Report, opts TextOptions) error {
	t := &textWriter{out: bufio.NewWriter(w), r: r, opts: opts.defaults()}
	sections := []func(){t.partial, t.summary, t.policy, t.source, t.findings, t.waste, t.layers, t.attached, t.packages, t.oddities}
	if opts.Verbose {
		sections = append(sections, t.duplicates, t.efficiency)
	} else {
		sections = append(sections, t.more)
	}
	for _, section := range sections {
		section()
	}
	return flushing(t)
}

// more says where the rest is.
func (t *textWriter) more() {
	t.section()
	if len(t.r.Scanners) == 0 {
		t.line("More: --verbose tells all of it.")
		return
	}
	t.prose("", "More: --verbose tells all of it, peel findings IMAGE all findings, peel checks ID what one is about and how to fix it.")
}

// textWriter leaves errors of out in it until Flush.
type textWriter struct {
	out     *bufio.Writer
	r       *Report
	opts    TextOptions
	written bool
	all     bool // findings are told to the last
}

// section begins a new one with an empty line.
func (t *textWriter) section() {
	if t.written {
		t.out.WriteByte('\n')
	}
}

// line writes one line as it is.
func (t *textWriter) line(format string, args ...any) {
	t.written = true
	t.out.WriteString(strings.ReplaceAll(fmt.Sprintf(format, args...), glue, " "))
	t.out.WriteByte('\n')
}

// glue is a space that prose does not break; no cleaned text holds it.
const glue = "\x00"

// size is text.Bytes in one piece.
func size(n int64) string { return strings.ReplaceAll(text.Bytes(n), " ", glue) }

// prose writes a paragraph, indented and wrapped at spaces.
func (t *textWriter) prose(indent, format string, args ...any) {
	line := indent
	for word := range strings.FieldsSeq(fmt.Sprintf(format, args...)) {
		switch {
		case line == indent:
			line += word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > t.opts.Width:
			t.line("%s", line)
			line = indent + word
		default:
			line += " " + word
		}
	}
	t.line("%s", line)
}

// cut shortens a line to the width.
func (t *textWriter) cut(s string) string {
	const dots = "..."
	n := 0
	for i := range s {
		if n == t.opts.Width-len(dots) && utf8.RuneCountInString(s[i:]) > len(dots) {
			return s[:i] + dots
		}
		n++
	}
	return s
}

func plural(n int, one string) string {
	if n == 1 {
		return "1" + glue + one
	}
	return fmt.Sprintf("%d%s%ss", n, glue, one)
}

// percent is for the eye: two digits are enough.
func percent(part, whole float64) string {
	switch p := 100 * part / whole; {
	case p > 0 && p < 0.1:
		return "less than 0.1 percent"
	case p < 10:
		return fmt.Sprintf("%.1f percent", math.Round(p*10)/10)
	case p > 99 && p < 100:
		return "99 percent" // 100 would be a claim
	default:
		return fmt.Sprintf("%.0f percent", p)
	}
}

func (t *textWriter) atLeast() string {
	if t.r.Partial {
		return "at least "
	}
	return ""
}

// partial comes first: who hears figures must know what they are of.
func (t *textWriter) partial() {
	if !t.r.Partial {
		return
	}
	unread := 0
	for _, l := range t.r.Layers {
		if l.State != "read" {
			unread++
		}
	}
	t.prose("", `This report is partial: %d of %s not read to the end. Sums are given as "at least"; all other figures are of what was read.`,
		unread, plural(len(t.r.Layers), "layer"))
	for _, e := range t.r.Errors {
		if e.Layer != nil {
			t.prose("", "Error in layer %d: %s.", *e.Layer+1, text.Clean(e.Message))
		} else {
			t.prose("", "Error: %s.", text.Clean(e.Message))
		}
	}
}

func (t *textWriter) summary() {
	t.section()
	img := &t.r.Image
	var s []string
	for _, name := range []string{img.Reference, img.Name, img.Location, "image"} {
		if name != "" {
			s = append(s, text.Clean(name))
			break
		}
	}
	if img.Platform != "" {
		s = append(s, text.Clean(img.Platform))
	}
	s = append(s, fmt.Sprintf("%s%s in %s", t.atLeast(), size(img.SizeBytes), plural(img.LayerCount, "layer")))
	if t.compressed() {
		s = append(s, size(*img.CompressedBytes)+" compressed")
	}
	waste := fmt.Sprintf("Waste %s%s", t.atLeast(), size(img.WastedBytes))
	if img.WastedBytes > 0 && !t.r.Partial {
		waste += ", " + percent(float64(img.WastedBytes), float64(img.SizeBytes))
	}
	t.prose("", "%s. %s. %s.", strings.Join(s, ", "), waste, plural(img.FileCount, "file"))
	t.base()
	if img.LayerCount == 0 {
		t.prose("", "The image has no layers, and so no files: it only sets a config.")
	}
}

// compressed is false if that figure is not known, or is not one of compression.
func (t *textWriter) compressed() bool {
	return t.r.Image.CompressedBytes != nil &&
		slices.ContainsFunc(t.r.Layers, func(l Layer) bool { return l.Compression != "none" })
}

func (t *textWriter) source() {
	t.section()
	img := &t.r.Image
	if img.Source != "" {
		from := text.Clean(img.Source)
		if img.Location != "" {
			from += ", " + text.Clean(img.Location)
		}
		t.line("Source: %s.", from)
	}
	if len(img.Names) > 1 {
		t.line("Names: %s.", text.Clean(strings.Join(img.Names, ", ")))
	} else if img.Name != "" && img.Name != img.Reference {
		t.line("Name: %s.", text.Clean(img.Name))
	}
	if !t.opts.Verbose {
		return
	}
	for _, a := range img.Attempts {
		if a.Error != "" {
			asked := text.Clean(a.Source)
			if a.Asked != "" {
				asked += " at " + text.Clean(a.Asked)
			}
			t.prose("", "Asked before: %s: %s.", asked, text.Clean(a.Error))
		}
	}
	for _, f := range []struct{ label, value string }{
		{"Manifest", img.ManifestDigest}, {"Config", img.ConfigDigest}, {"Created", img.Created},
	} {
		if f.value != "" {
			t.line("%s: %s", f.label, text.Clean(f.value))
		}
	}
}

func (t *textWriter) layers() {
	if len(t.r.Layers) == 0 {
		return
	}
	t.section()
	t.line("Layers, the bottom one first.")
	for i := range t.r.Layers {
		l := &t.r.Layers[i]
		t.prose("", "Layer %d of %d. %s", l.Index+1, len(t.r.Layers), l.describe())
		if cmd := text.Clean(text.Instruction(l.CreatedBy)); cmd != "" {
			t.line("%s", t.cut("  "+cmd))
		}
	}
}

// describe is what the layer holds and does, in sentences.
func (l *Layer) describe() string {
	var s []string
	atLeast := ""
	switch l.State {
	case "failed":
		if l.SizeBytes == nil {
			s = append(s, "Could not be read.")
			break
		}
		atLeast = "At least "
		s = append(s, "Not read to its end.")
	case "queued", "reading":
		s = append(s, "Not read.")
	case "read":
		if l.SizeBytes == nil {
			s = append(s, "Read, but not looked at, for a layer below it was not read.")
		}
	}
	var sizes []string
	if l.SizeBytes != nil {
		sizes = append(sizes, atLeast+size(*l.SizeBytes))
	}
	if l.CompressedBytes != nil && l.Compression != "none" {
		sizes = append(sizes, size(*l.CompressedBytes)+" compressed")
	}
	if l.WastedBytes != nil && *l.WastedBytes > 0 {
		sizes = append(sizes, size(*l.WastedBytes)+" wasted")
	}
	if len(sizes) > 0 {
		s = append(s, strings.Join(sizes, ", ")+".")
	}
	if counts := l.counts(); counts != "" {
		s = append(s, counts)
	}
	if l.KillsBytes != nil && *l.KillsBytes > 0 {
		s = append(s, "Overwrites or deletes "+size(*l.KillsBytes)+" of lower layers.")
	}
	return strings.Join(s, " ")
}

func (l *Layer) counts() string {
	if l.FileCount == nil {
		return ""
	}
	var s []string
	for _, c := range []struct {
		n    int
		what string
	}{{*l.Added, "added"}, {*l.Modified, "modified"}, {*l.Rewritten, "written again unchanged"}, {*l.Removed, "removed"}} {
		if c.n > 0 {
			s = append(s, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	if len(s) == 0 {
		return "No files."
	}
	return strings.Join(s, ", ") + "."
}

// acts is what the killing layer does, by the hint of the cause.
var acts = map[string]string{
	"overwritten":   "overwrites",
	"deleted":       "deletes",
	"metadata-only": "changes only metadata of",
	"identical":     "writes again, unchanged,",
	"moved":         "moves",
}

func (t *textWriter) waste() {
	t.section()
	causes := t.r.WasteCauses
	if len(causes) == 0 {
		if t.r.Partial {
			t.line("Waste: none was found in what could be read.")
		} else {
			t.line("Waste: none.")
		}
		return
	}
	t.prose("", "Waste: %s%s from %s. %s", t.atLeast(), size(t.r.Image.WastedBytes), plural(len(causes), "cause"), causes[0].Hint.Why)
	told := map[string]bool{}
	for i := range causes[:min(len(causes), t.opts.Causes)] {
		c := &causes[i]
		t.cause(i, c)
		t.prose("  ", "Fix: %s", c.Hint.Fix)
		if !told[c.Hint.ID] && t.opts.Verbose {
			told[c.Hint.ID] = true
			t.lines("Instead of:", c.Hint.Before)
			t.lines("Write:", c.Hint.After)
		}
	}
	if more := causes[min(len(causes), t.opts.Causes):]; len(more) > 0 {
		var bytes int64
		for _, c := range more {
			bytes += c.Bytes
		}
		t.line("And %s more with %s.", plural(len(more), "cause"), size(bytes))
	}
}

func (t *textWriter) cause(i int, c *Cause) {
	t.prose("", "Cause %d of %d: %s. Layer %d %s %s of layer %d.", i+1, len(t.r.WasteCauses), size(c.Bytes),
		c.KilledBy+1, acts[c.Hint.ID], plural(c.Count, "file"), c.Layer+1)
	top := c.Top[:min(len(c.Top), t.opts.Paths)]
	for _, p := range top {
		t.line("  %s  %s", size(p.Bytes), text.Clean(p.Path))
	}
	if more := c.Count - len(top); more > 0 {
		t.line("  and %s more", plural(more, "file"))
	}
}

func (t *textWriter) lines(label, block string) {
	t.line("  %s", label)
	for line := range strings.SplitSeq(block, "\n") {
		t.line("    %s", line)
	}
}

func (t *textWriter) duplicates() {
	groups := t.r.Duplicates
	if len(groups) == 0 {
		return
	}
	const pathsShown = 3
	t.section()
	t.prose("", "Duplicates: %s at more than one path. One copy of each would save %s. All are visible, so this is not counted as waste.",
		plural(len(groups), "content"), size(t.r.Image.DuplicateBytes))
	for _, g := range groups[:min(len(groups), t.opts.Duplicates)] {
		t.line("%d copies of %s:", len(g.Paths), size(g.Bytes))
		for i, p := range g.Paths[:min(len(g.Paths), pathsShown)] {
			t.line("  layer %d  %s", g.Layers[i]+1, text.Clean(p))
		}
		if more := len(g.Paths) - pathsShown; more > 0 {
			t.line("  and %s more", plural(more, "path"))
		}
	}
	if more := len(groups) - t.opts.Duplicates; more > 0 {
		t.line("And %s more.", plural(more, "content"))
	}
}

func (t *textWriter) oddities() {
	began := false
	begin := func() {
		if !began {
			t.section()
			began = true
		}
	}
	for _, n := range t.r.Notes {
		begin()
		t.prose("", "Note: %s.", text.Clean(n))
	}
	for _, l := range t.r.Layers {
		for _, p := range l.Problems {
			begin()
			first := ""
			if p.First != "" {
				first = ", first at " + text.Clean(p.First)
			}
			t.line("Oddity in layer %d: %s, %s%s.", l.Index+1, text.Clean(p.What), plural(p.Count, "time"), first)
		}
	}
}

func (t *textWriter) efficiency() {
	t.section()
	e := t.r.Image.Efficiency
	if e == nil {
		t.line("Efficiency: not known, for it needs the whole image.")
		return
	}
	t.prose("", "Efficiency %.4f, by dive's formula. dive itself shows another figure where a layer deletes, "+
		"empties or replaces a directory, and its wasted bytes also count the live copy of each file.", *e)
}

func (t *textWriter) policy() {
	v := t.r.Policy
	if v == nil {
		return
	}
	t.section()
	overall := "pass"
	switch {
	case v.Failed():
		overall = "FAIL"
	case !v.Pass:
		overall = "unknown"
	}
	t.line("Policy: %s", overall)
	for _, r := range v.Rules {
		line := fmt.Sprintf("%s %s", r.Status, r.Name)
		if r.Status == policy.Fail {
			line = "FAIL " + r.Name
		}
		if r.Actual != "" {
			line += ", actual " + r.Actual
		}
		t.line("%s, threshold %s", line, r.Threshold)
		if r.Status != policy.Pass {
			t.prose("  ", "%s", r.Message)
		}
	}
}
