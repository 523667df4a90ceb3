package bloat

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/analyzer/waste"
)

// noFigures is the answer if nobody computed the waste.
const noFigures = "the waste was not computed"

type causesKey struct{}

func causes(img *evidence.Image) []waste.Cause {
	return evidence.Once(img, causesKey{}, func(img *evidence.Image) []waste.Cause { return img.Waste.Causes() })
}

// dead answers for the bytes that nobody can see any more, of one reason.
func dead(reason filetree.Reason) func(*check.Check, *evidence.Image) check.Answer {
	return func(c *check.Check, img *evidence.Image) check.Answer {
		if img.Waste == nil {
			return check.Unsure(noFigures)
		}
		var groups []*group
		for _, cause := range causes(img) {
			if cause.Reason != reason {
				continue
			}
			g := &group{
				layer: cause.Layer, killedBy: cause.KilledBy, bytes: cause.Bytes, files: cause.Count,
				parted: cause.Count, sure: finding.Sure, dead: true, note: inPlace(cause.Layer, cause.KilledBy),
			}
			if cause.Moved {
				g.title = "file moved by a later layer"
			}
			for _, it := range cause.Top {
				g.parts = append(g.parts, part{strings.TrimPrefix(it.Path, "/"), it.Bytes})
			}
			groups = append(groups, g)
		}
		return answer(c, img, groups)
	}
}

func inPlace(layer, killedBy int) string {
	return fmt.Sprintf("written in layer %d, hidden by layer %d", layer+1, killedBy+1)
}

// leastCopy is the size in bytes of files whose copies count: smaller ones take a
// block of the file system each (ext4, xfs, overlay upon them), and packages
// have thousands, all by accident.
const leastCopy = 4096

// duplicates answers for content that is visible at several paths: every copy
// but the one of the lowest layer, by the layer that brings it. Copies that
// other checks tell of as needless are left to them.
func duplicates(c *check.Check, img *evidence.Image) check.Answer {
	if img.Waste == nil {
		return check.Unsure(noFigures)
	}
	s := sorted(img)
	byLayer := map[int]*group{}
	most := map[*group]int64{}
	var groups []*group
	for _, d := range img.Waste.Duplicates {
		if d.Bytes < leastCopy {
			continue
		}
		var order []int
		for i, p := range d.Paths {
			node, ok := img.Tree.Lookup(p)
			if ok && s.kind[node] == notSorted && !isLicence(img.Tree.Nodes[node].Name) { // each package has to bring its own
				order = append(order, i)
			}
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(d.Layers[a], d.Layers[b]) })
		for _, i := range order[min(1, len(order)):] {
			g := byLayer[d.Layers[i]]
			if g == nil {
				g = &group{layer: d.Layers[i], killedBy: filetree.None, sure: finding.Sure}
				byLayer[g.layer] = g
				groups = append(groups, g)
			}
			g.bytes += d.Bytes
			g.files++
			g.parts = append(g.parts, part{strings.TrimPrefix(d.Paths[i], "/"), d.Bytes})
			if d.Bytes > most[g] {
				most[g] = d.Bytes
				g.note = fmt.Sprintf("%s is also %s", d.Paths[i], d.Paths[order[0]])
			}
		}
	}
	return answer(c, img, groups)
}
