// Package check is the catalogue of what peel looks for in an image.
//
// A family of checks is a table in a package of its own, which Registers it, as
// the decoders of package image do: a program knows the families it links. Run
// puts an image to the checks; Lookup explains the id of a finding.
package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"peel/analyzer/evidence"
	"peel/analyzer/finding"
	"peel/source/layer"
)

// Check is one thing that can be wrong with an image: how it is found out, and
// what to say to who has it. All text is plain; Before and After are lines of a
// Containerfile.
type Check struct {
	ID       string // a letter and three digits; its meaning never changes
	Title    string // what is wrong, in a few words, lower case
	Severity finding.Severity
	Needs    Needs
	What     string // what was found and how
	Why      string // who is harmed, and how
	Fix      string // what to do
	Before   string
	After    string
	// Reference is where it is written: a section of a specification, a benchmark.
	Reference string
	// Peers are the ids of the same check elsewhere: CIS Docker Benchmark (CIS),
	// dockle (CIS-DI, DKL), hadolint (DL), trivy (DS).
	Peers string
	// Run answers the check; nil if another part of peel does, as for secrets.
	Run func(*Check, *evidence.Image) Answer
}

// Needs is the evidence without which a check has no answer.
type Needs uint8

// The kinds of evidence.
const (
	Config  Needs = 1 << iota // the image's config
	Files                     // the merged file system
	History                   // the text of the build steps
	Layers                    // what each layer stores, of whatever system the files are
)

// Family is the checks of one subject.
type Family struct {
	Name   string // as --scanners takes it
	Letter string // of its ids
	Title  string // what it looks at, for a list
	Checks []Check
	// Inspector collects what the checks go by while the layers are read; nil if
	// they do without. Families may share one.
	Inspector layer.Inspector
	// Attached says that the checks ask what is attached to the image.
	Attached bool
}

var families []Family

// Register adds a family to the catalogue. It is called when a package is
// initialised, and panics if an id is taken: that is a fault of the program.
func Register(f Family) Family {
	for i := range f.Checks {
		c := &f.Checks[i]
		if _, taken := Lookup(c.ID); taken || !strings.HasPrefix(c.ID, f.Letter) {
			panic(fmt.Sprintf("check %s of the family %s: its id is taken or does not begin with %s", c.ID, f.Name, f.Letter))
		}
	}
	families = append(families, f)
	slices.SortFunc(families, func(a, b Family) int { return cmp.Compare(a.Letter, b.Letter) })
	return f
}

// Families are all that are linked into the program, by letter.
func Families() []Family { return slices.Clone(families) }

// FamilyOf finds a family by its name.
func FamilyOf(name string) (Family, bool) {
	i := slices.IndexFunc(families, func(f Family) bool { return f.Name == name })
	if i < 0 {
		return Family{}, false
	}
	return families[i], true
}

// Lookup finds a check by its id, in any case.
func Lookup(id string) (Check, bool) {
	for _, f := range families {
		for _, c := range f.Checks {
			if strings.EqualFold(c.ID, id) {
				return c, true
			}
		}
	}
	return Check{}, false
}

// Family is the one that a check belongs to.
func (c *Check) Family() string {
	for _, f := range families {
		if strings.HasPrefix(c.ID, f.Letter) {
			return f.Name
		}
	}
	return ""
}

// Finding begins a finding of the check.
func (c *Check) Finding() finding.Finding {
	return finding.Finding{ID: c.ID, Severity: c.Severity, Confidence: finding.Sure, Title: c.Title}
}

// At is a finding at a place in the config, with the value there.
func (c *Check) At(where, value string) finding.Finding {
	f := c.Finding()
	f.Where, f.Match = where, value
	return f
}

// On is a finding on one file.
func (c *Check) On(o evidence.Object) finding.Finding {
	f := c.Finding()
	f.Path, f.Layer = o.Path, &o.Layer
	if o.Entry != nil {
		f.Bytes = &o.Entry.Size
	}
	return f
}

// OnAll is one finding for the files of each layer.
func (c *Check) OnAll(objects []evidence.Object) (list []finding.Finding) {
	byLayer := map[int][]string{}
	var layers []int
	for _, o := range objects {
		if byLayer[o.Layer] == nil {
			layers = append(layers, o.Layer)
		}
		byLayer[o.Layer] = append(byLayer[o.Layer], o.Path)
	}
	slices.Sort(layers)
	for _, n := range layers {
		f := c.Finding()
		f.Layer = &n
		f.SetPaths(byLayer[n])
		list = append(list, f)
	}
	return list
}
