package bloat

import (
	"fmt"
	"slices"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/filetree"
	"peel/analyzer/finding"
)

// found is one inode of a kind.
type found struct {
	kind int
	root int
	in   *filetree.Inode
}

type foundKey struct{}

// foundIn lists the inodes of each check that are of one of its kinds. Bytes that
// another path shows too, by a hard link, are left out: they would stay.
func foundIn(img *evidence.Image) map[string][]found {
	return evidence.Once(img, foundKey{}, func(img *evidence.Image) map[string][]found {
		s := sorted(img)
		shared := s.shared()
		elves := elvesOf(img)
		m := map[string][]found{}
		for i := range img.Tree.Inodes {
			in := &img.Tree.Inodes[i]
			k, root := s.kind[in.Node], s.root[in.Node]
			if k == notSorted {
				root = in.Node
				if e, ok := elves.files[in.Entry]; ok {
					k = e.kindOf()
				}
			}
			if k == notSorted || in.Size == 0 || shared[i] {
				continue
			}
			id := kinds[k].check
			m[id] = append(m[id], found{int(k), int(root), in})
		}
		return m
	})
}

// shared marks the inodes that have names of different kinds.
func (s *sorter) shared() []bool {
	shared := make([]bool, len(s.tree.Inodes))
	for n := range s.tree.Nodes {
		for _, v := range s.tree.VersionsOf(n) {
			if v.Linked && v.Inode != filetree.None && s.kind[s.tree.Inodes[v.Inode].Node] != s.kind[n] {
				shared[v.Inode] = true
			}
		}
	}
	return shared
}

// grouping is how the files of a check are told.
type grouping uint8

const (
	byLayer grouping = iota // all kinds of a layer together
	byKind                  // each kind by itself
)

// shipped answers for files in layers, also if a later layer hides them: they
// are still pulled.
func shipped(how grouping) func(*check.Check, *evidence.Image) check.Answer {
	return func(c *check.Check, img *evidence.Image) check.Answer {
		return answer(c, img, grouped(img, foundIn(img)[c.ID], how))
	}
}

// visible answers for files of the merged file system.
func visible(how grouping) func(*check.Check, *evidence.Image) check.Answer {
	return func(c *check.Check, img *evidence.Image) check.Answer {
		list := slices.DeleteFunc(slices.Clone(foundIn(img)[c.ID]), func(f found) bool { return f.in.Dead() })
		return answer(c, img, grouped(img, list, how))
	}
}

// whyHidden are the checks that count bytes which a later layer hides.
var whyHidden = map[filetree.Reason][]string{
	filetree.Overwritten: {"W001"}, filetree.Deleted: {"W002"}, filetree.Metadata: {"W003"}, filetree.Identical: {"W004"},
}

func grouped(img *evidence.Image, list []found, how grouping) []*group {
	type key struct {
		layer, killedBy int32
		reason          filetree.Reason
		what            string
	}
	type sums struct {
		*group
		byRoot map[int]int64
	}
	at := map[key]*sums{}
	var order []*sums
	for _, f := range list {
		k := &kinds[f.kind]
		id := key{f.in.Layer, f.in.KilledBy, f.in.Reason, ""}
		if how == byKind {
			id.what = k.what
		}
		g := at[id]
		if g == nil {
			g = &sums{&group{
				layer: int(f.in.Layer), killedBy: int(f.in.KilledBy), sure: finding.Sure,
				also: whyHidden[f.in.Reason], least: k.least, whats: map[string]int64{},
			}, map[int]int64{}}
			at[id] = g
			order = append(order, g)
		}
		g.bytes += f.in.Size
		g.files++
		g.whats[k.what] += f.in.Size
		g.byRoot[f.root] += f.in.Size
		if k.sure > finding.Unsure {
			g.sure = min(g.sure, k.sure)
		}
	}
	var groups []*group
	for _, g := range order {
		for root, bytes := range g.byRoot {
			g.parts = append(g.parts, part{strings.TrimPrefix(img.Tree.Path(root), "/"), bytes})
		}
		groups = append(groups, g.group)
	}
	return groups
}

// recordSize is what a login record takes for each user number below the
// highest one, in lastlog; faillog's is smaller (lastlog(8), faillog(5)).
const recordSize = 292

// highNumbers answers for records of logins whose size comes of a high user
// number, and not of logins.
func highNumbers(c *check.Check, img *evidence.Image) check.Answer {
	var groups []*group
	for _, f := range foundIn(img)[c.ID] {
		if f.in.Size < lowFrom {
			continue
		}
		g := grouped(img, []found{f}, byLayer)[0]
		g.whats = map[string]int64{fmt.Sprintf("as much as user number %d needs", f.in.Size/recordSize-1): f.in.Size}
		if idx := img.Layers[f.in.Layer]; idx != nil && idx.TarBytes < f.in.Size {
			g.note = "its holes are not stored, but whoever unpacks it without regard to them fills the disk"
		}
		groups = append(groups, g)
	}
	return answer(c, img, groups)
}
