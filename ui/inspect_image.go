package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/ui/text"
	"peel/ui/theme"
)

// inspector writes what is known of a selected thing: brief for a strip of a few
// lines, in full for a pane.
type inspector struct {
	th  *theme.Theme
	a   *analyzer.Analysis
	fig *figures

	owners *ownerCache
}

// atLeast stands before figures that not all layers are in.
func (in *inspector) atLeast() string {
	if in.a.Partial() {
		return "at least "
	}
	return ""
}

// reasonWords tell the reasons of waste.
type reasonWords struct {
	reason       filetree.Reason
	short, words string
}

var reasons = []reasonWords{
	{filetree.Deleted, "deleted", "deleted by a later layer"},
	{filetree.Overwritten, "overwritten", "replaced by a later layer"},
	{filetree.Metadata, "metadata only", "mode, owner or time changed"},
	{filetree.Identical, "identical", "written again as it was"},
}

// reasons are those that the image has, the one with the most bytes first.
func (in *inspector) reasons() []reasonWords {
	by := in.a.Waste.ByReason
	list := slices.DeleteFunc(slices.Clone(reasons), func(r reasonWords) bool { return by[r.reason] == 0 })
	slices.SortStableFunc(list, func(a, b reasonWords) int { return cmp.Compare(by[b.reason], by[a.reason]) })
	return list
}

func (in *inspector) wasteLine() string {
	w := in.a.Waste
	if w.Wasted == 0 {
		if in.a.Partial() {
			return "No waste found in what is read so far."
		}
		return "Nothing wasted: every stored byte is visible."
	}
	var parts []string
	for _, r := range in.reasons() {
		parts = append(parts, text.Bytes(w.ByReason[r.reason])+" "+r.short)
	}
	return fmt.Sprintf("%s%s wasted: %s", in.atLeast(), text.Bytes(w.Wasted), strings.Join(parts, ", "))
}

func (in *inspector) imageBrief(d *doc) {
	st := in.th.Text
	if in.a.Waste.Wasted > 0 {
		st = in.th.Waste
	}
	in.countLine(d)
	d.line(st, in.wasteLine())
	for i, c := range in.fig.causes[:min(len(in.fig.causes), 3)] {
		d.line(in.th.Text, fmt.Sprintf("%d  %7s  %s", i+1, text.Short(c.Bytes), c.did()))
	}
	if len(in.fig.causes) == 0 {
		d.line(in.th.Dim, in.configLine())
	}
}

func (in *inspector) configLine() string {
	if in.a.Image.NoConfig {
		return "a root file system, without a config"
	}
	var parts []string
	if run := in.command(); run != "" {
		parts = append(parts, "runs "+run)
	}
	return strings.Join(append(parts, "as "+in.user()), " ")
}

// command is what the image runs.
func (in *inspector) command() string {
	cfg := in.a.Image.Config.Config
	return text.OneLine(strings.Join(append(append([]string{}, cfg.Entrypoint...), cfg.Cmd...), " "))
}

func (in *inspector) user() string {
	if u := in.a.Image.Config.Config.User; u != "" {
		return text.OneLine(u)
	}
	return "root"
}

func (in *inspector) image(d *doc) {
	a, w := in.a, in.a.Waste
	img := a.Image
	in.counts(d)
	in.worthDoing(d)
	in.byReason(d)
	d.heading("Facts")
	d.field("Image", text.OneLine(img.Reference))
	if len(img.Names) > 1 {
		d.field("Names", text.OneLine(strings.Join(img.Names, ", ")))
	}
	d.field("From", text.OneLine(sourceName(img)))
	d.field("Platform", text.OneLine(img.Platform.String()))
	d.field("Size", in.sizeLine())
	in.baseFields(d)
	d.field("Files", in.atLeast()+text.Count(in.fig.files)+" visible")
	d.field("Efficiency", fmt.Sprintf("%.1f%%, as dive counts it", 100*w.Efficiency))
	if !img.NoConfig {
		d.field("Runs", in.command())
		d.field("User", in.user())
		if !img.Config.Created.IsZero() {
			d.field("Built", img.Config.Created.UTC().Format("2006-01-02 15:04 UTC"))
		}
	}
	in.attachedFields(d)
	d.field("Manifest", text.OneLine(img.ManifestDigest))
	d.field("Config", text.OneLine(img.ConfigDigest))
	in.duplicates(d)
	if len(a.Notes) > 0 {
		d.heading("Notes")
		for _, n := range a.Notes {
			d.list(theme.Dot, in.th.Dim, in.th.Dim, text.OneLine(n))
		}
	}
}

func (in *inspector) sizeLine() string {
	s := in.atLeast() + text.Bytes(in.a.Size()) + " of files"
	if c, known := in.a.Compressed(); known && c > 0 {
		s += ", " + text.Bytes(c) + " stored"
	}
	return s
}

// topCauses is how many causes of waste are worth a line.
const topCauses = 3

func (in *inspector) worthDoing(d *doc) {
	if len(in.fig.causes) == 0 {
		d.blank()
		if in.a.Partial() {
			d.para(in.th.Dim, in.wasteLine())
		} else {
			d.para(in.th.Good, in.wasteLine())
		}
		return
	}
	w := in.a.Waste
	d.para(in.th.Waste, fmt.Sprintf("%s %s%s wasted, %s of all bytes", theme.Wasted, in.atLeast(), text.Bytes(w.Wasted), text.Percent(w.Wasted, w.Size)))
	d.heading("Worth doing first")
	for i, c := range in.fig.causes[:min(len(in.fig.causes), topCauses)] {
		did := c.did()
		d.list(fmt.Sprint(i+1), in.th.Key, in.th.Text, fmt.Sprintf("save %s: %s", text.Bytes(c.Bytes), did))
		d.lines = append(d.lines, "   "+in.th.Dim.Render(text.CutLeft(d.hide.clean(c.Top[0].Path), d.w-5)))
	}
}

func (in *inspector) byReason(d *doc) {
	w := in.a.Waste
	if w.Wasted == 0 {
		return
	}
	d.heading("Waste by reason")
	for _, r := range in.reasons() {
		d.line(in.th.Text, fmt.Sprintf("%9s  %s", text.Bytes(w.ByReason[r.reason]), r.words))
	}
}

func (in *inspector) duplicates(d *doc) {
	var extra int64
	for _, g := range in.a.Waste.Duplicates {
		extra += g.Extra()
	}
	if extra == 0 {
		return
	}
	d.heading("Same content at several paths")
	d.para(in.th.Text, fmt.Sprintf("%s more than needed (not counted as waste: all copies are visible)", text.Bytes(extra)))
	for _, g := range in.a.Waste.Duplicates[:min(len(in.a.Waste.Duplicates), topCauses)] {
		d.line(in.th.Dim, fmt.Sprintf("%d × %s  %s", len(g.Paths), text.Bytes(g.Bytes), text.Clean(g.Paths[0])))
	}
}
