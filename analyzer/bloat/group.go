package bloat

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/analyzer/text"
)

// How grave a finding is goes by what it would save, in bytes and as a share of
// the files of all layers. No check is graver than its own severity.
const (
	lowFrom    = 1_000_000   // less is information: nobody notices it
	lowShare   = 0.005       // likewise
	smallFrom  = 100_000     // but in a small image, as mediumPart of it, somebody does
	mediumFrom = 100_000_000 // as much is grave in an image of any size
	mediumPart = 0.05        // and so is that share of it
	// trifle is what a check does not tell of, all together: each image has some.
	// Of what is visible, a trifleShare of the image is no more than that.
	trifle      = 10_000
	trifleShare = 0.001
)

// severityOf is by bytes alone.
func severityOf(bytes, all int64) finding.Severity {
	share := float64(bytes) / float64(max(all, 1))
	switch {
	case bytes >= mediumFrom, bytes >= lowFrom && share >= mediumPart:
		return finding.Medium
	case bytes >= lowFrom && share >= lowShare, bytes >= smallFrom && share >= mediumPart:
		return finding.Low
	}
	return finding.Info
}

// part is a file or directory of a group, and what is in it.
type part struct {
	path  string // without a leading slash
	bytes int64
}

// group is what one layer stores of one kind, to be told in one finding.
type group struct {
	title    string           // of the finding, if it is not the check's
	whats    map[string]int64 // bytes of what is counted, for the finding's reason; may be nil
	layer    int
	killedBy int // the layer that hides it; filetree.None if it is visible
	bytes    int64
	files    int
	parts    []part   // biggest first
	parted   int      // how many parts there are, if not all are in parts
	also     []string // the checks that count the same bytes, hidden by later layers
	least    finding.Severity
	sure     finding.Confidence
	note     string
	dead     bool // nobody can see the bytes any more
}

// answer makes a finding of each group that matters, one of all others, and one
// of those that other checks count.
func answer(c *check.Check, img *evidence.Image, groups []*group) check.Answer {
	all := total(img)
	var list []finding.Finding
	var small, hidden []*group
	for _, g := range groups {
		switch {
		case g.least > finding.Info, c.Severity > finding.Info && severityOf(g.bytes, all) > finding.Info && !g.hidden():
			list = append(list, g.finding(c, all))
		case g.hidden():
			hidden = append(hidden, g)
		default:
			small = append(small, g)
		}
	}
	for _, rest := range [][]*group{hidden, small} {
		if len(rest) == 0 {
			continue
		}
		if g := joined(rest); !g.trifling(all) {
			list = append(list, g.finding(c, all))
		}
	}
	return check.Found(list...)
}

// trifling reports whether the bytes are too few to tell. Of those that later
// layers hide the whole is known as wasted, so that each part is accounted for.
func (g *group) trifling(all int64) bool {
	dead := g.dead || g.hidden()
	return g.bytes < trifle || !dead && float64(g.bytes) < trifleShare*float64(all)
}

// hidden reports whether another check counts the bytes.
func (g *group) hidden() bool { return len(g.also) > 0 }

// total is the bytes of the files in all layers.
func total(img *evidence.Image) (n int64) {
	for i := range img.Tree.Layers {
		n += img.Tree.Layers[i].Size
	}
	return n
}

func (g *group) finding(c *check.Check, all int64) finding.Finding {
	f := c.Finding()
	if g.title != "" {
		f.Title = g.title
	}
	f.Confidence = g.sure
	f.Severity = max(min(severityOf(g.bytes, all), c.Severity), g.least)
	f.Layer, f.Bytes = &g.layer, &g.bytes
	g.sort()
	paths := make([]string, len(g.parts))
	for i := range g.parts {
		paths[i] = g.parts[i].path
	}
	f.SetTop(paths, max(g.parted, len(paths)))
	f.Reason = g.reason(all)
	if g.killedBy != filetree.None {
		f.DeletedIn = &g.killedBy
	}
	if g.hidden() {
		f.Severity, f.Also = g.least, g.also
	}
	return f
}

func (g *group) sort() {
	slices.SortFunc(g.parts, func(a, b part) int {
		return cmp.Or(cmp.Compare(b.bytes, a.bytes), strings.Compare(a.path, b.path))
	})
}

// reason tells the figures in words.
func (g *group) reason(all int64) string {
	s := text.Bytes(g.bytes) + share(g.bytes, all)
	if g.files > 1 {
		s += fmt.Sprintf(" in %d files", g.files)
	}
	if len(g.whats) > 0 {
		s += ": " + listed(g.whats)
	}
	if g.note != "" {
		s += "; " + g.note
	}
	if g.hidden() {
		by := "later layers hide"
		if g.killedBy != filetree.None {
			by = fmt.Sprintf("layer %d hides", g.killedBy+1)
		}
		s += fmt.Sprintf("; %s it, which saves nothing: these bytes count as %s", by, strings.Join(g.also, ", "))
	}
	return s
}

func share(bytes, all int64) string {
	percent := math.Round(100 * float64(bytes) / float64(max(all, 1)))
	if percent < 1 {
		return ""
	}
	return fmt.Sprintf(" (%.0f%% of all layers)", percent)
}

// joined makes one group of several, called after the biggest.
func joined(list []*group) *group {
	if len(list) == 1 {
		return list[0]
	}
	slices.SortStableFunc(list, func(a, b *group) int { return cmp.Compare(b.bytes, a.bytes) })
	all := *list[0]
	all.parts, all.also, all.files, all.bytes, all.parted = nil, nil, 0, 0, 0
	all.whats = map[string]int64{}
	byLayer, byPath, unnamed := map[int]int64{}, map[string]int64{}, 0
	most, in := map[string]int64{}, map[string]int{}
	for _, g := range list {
		all.bytes += g.bytes
		all.files += g.files
		for _, p := range g.parts {
			byPath[p.path] += p.bytes
			if p.bytes > most[p.path] { // the finding's place is one of its layer
				most[p.path], in[p.path] = p.bytes, g.layer
			}
		}
		unnamed += max(g.parted-len(g.parts), 0)
		byLayer[g.layer] += g.bytes
		all.sure = min(all.sure, g.sure)
		all.also = append(all.also, g.also...)
		for w, n := range g.whats {
			all.whats[w] += n
		}
		if g.killedBy != all.killedBy {
			all.killedBy = filetree.None
		}
		if g.title != all.title {
			all.title = ""
		}
		if g.note != all.note {
			all.note = ""
		}
	}
	for p, n := range byPath {
		all.parts = append(all.parts, part{p, n})
	}
	slices.Sort(all.also)
	all.also = slices.Compact(all.also)
	all.sort()
	all.layer = in[all.parts[0].path]
	all.parted = len(byPath) + unnamed
	if len(byLayer) > 1 {
		all.note = strings.TrimPrefix(all.note+"; "+inLayers(byLayer), "; ")
	}
	return &all
}

// listed tells what was found, most bytes first; how many, if there are several.
func listed(whats map[string]int64) string {
	names := slices.Collect(maps.Keys(whats))
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(whats[b], whats[a]), strings.Compare(a, b)) })
	if len(names) == 1 {
		return names[0]
	}
	for i, w := range names {
		names[i] = fmt.Sprintf("%s %s", w, text.Bytes(whats[w]))
	}
	if len(names) > maxWhats {
		names = append(names[:maxWhats], "…")
	}
	return strings.Join(names, ", ")
}

// maxWhats and maxLayers bound what a finding lists in words.
const (
	maxWhats  = 6
	maxLayers = 4
)

func inLayers(byLayer map[int]int64) string {
	var layers []int
	for n := range byLayer {
		layers = append(layers, n)
	}
	slices.SortFunc(layers, func(a, b int) int { return cmp.Or(cmp.Compare(byLayer[b], byLayer[a]), cmp.Compare(a, b)) })
	var words []string
	for _, n := range layers[:min(len(layers), maxLayers)] {
		words = append(words, fmt.Sprintf("%s in layer %d", text.Bytes(byLayer[n]), n+1))
	}
	if len(layers) > maxLayers {
		words = append(words, fmt.Sprintf("the rest in %d more", len(layers)-maxLayers))
	}
	return strings.Join(words, ", ")
}
