package bloat

import (
	"slices"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/source/layer"
)

// told are the kinds that the content alone tells.
var told = []kind{
	{check: "W014", what: "core dumps", only: never, ignore: "**/core*"},
	{check: "W020", what: "debug symbols", only: never},
}

func never(*place) bool { return false }

// coreKind and splitKind are those of told.
var (
	coreKind  = slices.IndexFunc(kinds, func(k kind) bool { return k.what == "core dumps" })
	splitKind = coreKind + 1
)

// kindOf is the kind that the content tells, or notSorted.
func (s symbols) kindOf() int16 {
	switch {
	case s.core:
		return int16(coreKind)
	case s.split:
		return int16(splitKind)
	}
	return notSorted
}

type symbolsKey struct{}

// elves are the ELF files that hold something of interest, and whether a
// Collector saw all layers.
type elves struct {
	files map[*layer.Entry]symbols
	all   bool
}

func elvesOf(img *evidence.Image) elves {
	return evidence.Once(img, symbolsKey{}, func(img *evidence.Image) elves {
		e := elves{files: map[*layer.Entry]symbols{}, all: true}
		for _, idx := range img.Layers {
			if idx == nil {
				continue
			}
			seen := len(idx.Entries) == 0
			if found, ok := layer.FactsOf[*Symbols](idx, FactsName); ok {
				seen = true
				for i, s := range found.files {
					e.files[&idx.Entries[i]] = s
				}
			}
			e.all = e.all && seen
		}
		return e
	})
}

// unstripped are the programs and libraries with symbols that nothing loads.
func unstripped(c *check.Check, img *evidence.Image) check.Answer {
	e := elvesOf(img)
	if !e.all {
		return check.Unsure("the contents of files were not looked at")
	}
	s := sorted(img)
	byLayer := map[int32]*group{}
	var groups []*group
	for i := range img.Tree.Inodes {
		in := &img.Tree.Inodes[i]
		f, ok := e.files[in.Entry]
		if !ok || in.Dead() || f.kindOf() != notSorted || s.kind[in.Node] != notSorted {
			continue
		}
		g := byLayer[in.Layer]
		if g == nil {
			g = &group{layer: int(in.Layer), killedBy: filetree.None, sure: finding.Sure, whats: map[string]int64{}}
			byLayer[in.Layer] = g
			groups = append(groups, g)
		}
		n := f.table + f.debug
		g.bytes += n
		g.files++
		g.parts = append(g.parts, part{img.Tree.Path(int(in.Node))[1:], n})
		if f.table > 0 {
			g.whats["symbol tables"] += f.table
		}
		if f.debug > 0 {
			g.whats["debug information"] += f.debug
		}
		if f.guess {
			g.sure = finding.Likely
		}
	}
	return answer(c, img, groups)
}
