package ui

import (
	"cmp"
	"errors"
	"fmt"

	"peel/analyzer"
	"peel/analyzer/filetree"
)

// factBase is the fact of a filter that tells the base image's from the own.
const factBase = "base"

// errNoBase is of a filter that asks for the base where it is not known.
var errNoBase = errors.New("which layers are the base image's is not known: start peel with --base NAME")

// parseBase reads "base:yes" and "base:no".
func parseBase(op, value string) (*factTest, error) {
	t := &factTest{what: factBase}
	switch {
	case op != ":" && op != "=", value != "yes" && value != "no":
		return nil, fmt.Errorf("write base:yes or base:no: %w", errWord)
	case value == "yes":
		t.want = 1
	}
	return t, nil
}

// bind tells a filter of the image that it is used on. The error says what it
// asks for in vain there.
func (f *filter) bind(a *analyzer.Analysis) (err error) {
	if f == nil {
		return nil
	}
	for i := range f.facts {
		if t := &f.facts[i]; t.what == factBase {
			if t.base = 0; a != nil {
				t.base = max(a.BaseLayers(), 0)
			}
			if t.base == 0 {
				err = errNoBase
			}
		}
	}
	return err
}

// parseFilterOn reads a filter line for an image.
func parseFilterOn(a *analyzer.Analysis, line string) (*filter, error) {
	f, err := parseFilter(line)
	if err != nil {
		return nil, err
	}
	return f, f.bind(a)
}

// parseFileFilter reads a filter line for a list of what has a path.
func parseFileFilter(a *analyzer.Analysis, line string) (*filter, error) {
	f, err := parseFilterOn(a, line)
	if err != nil {
		return nil, err
	}
	return f, cmp.Or(f.ofFiles(), f.forFiles())
}

// parseTreeFilter reads a filter line for the files. x has the packages, nil
// until they are listed.
func parseTreeFilter(a *analyzer.Analysis, x *packageIndex, line string) (*filter, error) {
	f, err := parseFilterOn(a, line)
	if err != nil || f == nil {
		return nil, err
	}
	return f, cmp.Or(f.ofFiles(), f.bindEntries(a, x))
}

// bindEntries makes the tests of what files are for an image.
func (f *filter) bindEntries(a *analyzer.Analysis, x *packageIndex) error {
	for i := range f.entries {
		if err := f.entries[i].bind(a, x); err != nil {
			return err
		}
	}
	return nil
}

// ofBase tells of a node of a view whether the version on show is as asked for.
func (t *factTest) ofBase(v *filetree.View, n int) bool {
	ver := v.Tree.At(n, v.Layer)
	return ver != nil && t.isBase(int(ver.Layer) < t.base)
}

// isBase compares what is known with what is asked for.
func (t *factTest) isBase(from bool) bool { return t.base > 0 && from == (t.want == 1) }
