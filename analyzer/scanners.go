package analyzer

import (
	"slices"
	"sync/atomic"

	"peel/analyzer/check"
	"peel/analyzer/owned"
	"peel/analyzer/secrets"
	"peel/source/layer"

	// The families of checks: each registers itself, and says what inspector it
	// goes by.
	_ "peel/analyzer/bloat"
	_ "peel/analyzer/history"
	_ "peel/analyzer/metadata"
	_ "peel/analyzer/permissions"
	_ "peel/analyzer/supply"
)

// families are those that look for findings, by their letters.
func (o *Options) families() []check.Family {
	return slices.DeleteFunc(check.Families(), func(f check.Family) bool { return !o.runs(f) })
}

func (o *Options) runs(f check.Family) bool {
	if f.Name == secrets.Family.Name {
		return o.Secrets != nil
	}
	return slices.ContainsFunc(o.Checks, func(c check.Family) bool { return c.Name == f.Name })
}

func (o *Options) familyNames() (names []string) {
	for _, f := range o.families() {
		names = append(names, f.Name)
	}
	return names
}

// listsAttached reports whether a family asks what is attached to the image.
func (o *Options) listsAttached() bool {
	return slices.ContainsFunc(o.Checks, func(f check.Family) bool { return f.Attached })
}

// Inspectors are what looks at the contents of an image's files. Images that
// are scanned while they are opened must be opened with them.
func (o *Options) Inspectors() []layer.Inspector {
	var list []layer.Inspector
	if o.Secrets != nil {
		list = append(list, o.Secrets, new(owned.Collector))
	}
	for _, f := range o.Checks {
		if f.Inspector != nil && !slices.ContainsFunc(list, func(i layer.Inspector) bool { return i.Name() == f.Inspector.Name() }) {
			list = append(list, f.Inspector)
		}
	}
	return list
}

// scan is how every layer is to be read: with the inspectors of the checks, and
// one count of entries for all of them.
func (o *Options) scan() layer.Options {
	scan := o.Scan
	scan.Entries = new(atomic.Int64)
	scan.Inspectors = append(slices.Clip(scan.Inspectors), o.Inspectors()...)
	return scan
}
