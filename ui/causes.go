package ui

import (
	"fmt"

	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/analyzer/waste"
	"peel/ui/text"
)

// cause is the waste that one layer makes of another's bytes in one way, in
// words for those who look at it from different places.
type cause struct{ waste.Cause }

func causesOf(s *waste.Summary) []cause {
	var list []cause
	for _, c := range s.Causes() {
		list = append(list, cause{c})
	}
	return list
}

// verb is what the killing layer does, around the words for the files.
func (c cause) verb(files string) string {
	switch c.Reason {
	case filetree.Deleted:
		if c.Moved {
			return "moves " + files
		}
		return "deletes " + files
	case filetree.Metadata:
		return "changes only mode, owner or time of " + files
	case filetree.Identical:
		return "writes " + files + " again as before"
	}
	return "replaces " + files
}

// did tells a cause to somebody who looks at the image.
func (c cause) did() string {
	return fmt.Sprintf("layer %d %s", c.KilledBy+1, c.does())
}

// does tells a cause to somebody who looks at the layer that kills.
func (c cause) does() string {
	return c.verb(fmt.Sprintf("%s of layer %d", text.Plural(c.Count, "file"), c.Layer+1))
}

// suffers tells a cause to somebody who looks at the layer that holds the bytes.
func (c cause) suffers() string {
	return fmt.Sprintf("layer %d %s", c.KilledBy+1, c.verb(text.Plural(c.Count, "file")+" of it"))
}

// figures keeps what is derived from an analysis, for as long as it is shown.
type figures struct {
	summary *waste.Summary
	tree    *filetree.Tree
	causes  []cause
	files   int
	places  *analyzer.Places
	count   tally // of the findings
	base    int   // findings that the base image brings
	own     int   // and those that it does not
}

func (f *figures) update(a *analyzer.Analysis) {
	if f.summary != a.Waste {
		f.summary, f.causes = a.Waste, causesOf(a.Waste)
	}
	if f.places != a.Places {
		f.places, f.count = a.Places, tallyOf(a.Findings)
		f.base, f.own = baseFindings(a.Findings)
	}
	if f.tree != a.Tree {
		f.tree, f.files = a.Tree, a.Files()
	}
}

// of lists the causes that a layer takes part in, as the one that holds the
// bytes or as the one that kills them.
func (f *figures) of(layer int, holder bool) []cause {
	var list []cause
	for _, c := range f.causes {
		if holder && c.Layer == layer || !holder && c.KilledBy == layer {
			list = append(list, c)
		}
	}
	return list
}
