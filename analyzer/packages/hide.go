package packages

import (
	"io"
	"regexp"
	"strings"
	"sync"

	"peel/analyzer/redact"
	"peel/analyzer/secrets"
)

// What packages say of themselves may hold secrets: lock files name the URLs
// that packages came from, with the password of a private registry; direct_url.json
// names a repository with its token, a Go program the flags it was linked with.
// So each string that goes out is looked at, whatever file it came from and
// whatever a cataloger made of it.

// scanner knows the rules. They are compiled once, when first needed.
var scanner = sync.OnceValue(secrets.OwnRules)

// leastSecret is the length of "a://b:c@d", and no token is shorter.
const leastSecret = 9

// hide masks the secrets in one string, and adds them to found.
func hide(s string, found map[string]bool) string {
	if len(s) < leastSecret {
		return s
	}
	values := scanner().Values(s)
	if len(values) == 0 {
		return s
	}
	s = redact.New(values).String(s)
	for _, v := range values { // a short one counts as a whole word only, and is none here
		found[v] = true
		for _, at := range []string{"%40", "@"} {
			for _, colon := range []string{"%3A", "%3a", ":"} {
				s = strings.ReplaceAll(s, colon+v+at, colon+"…"+at)
			}
		}
	}
	return s
}

// hide masks the secrets in all strings of the inventory.
func (r *Result) hide() {
	r.secrets = map[string]bool{}
	hide := func(s string) string { return r.known.String(hide(s, r.secrets)) }
	each := func(list []string) {
		for i := range list {
			list[i] = hide(list[i])
		}
	}
	r.Distro = hide(r.Distro)
	each(r.Partial)
	each(r.Notes)
	for i := range r.Packages {
		p := &r.Packages[i]
		p.Name, p.Version, p.PURL, p.ReplacedBy = hide(p.Name), hide(p.Version), hide(p.PURL), hide(p.ReplacedBy)
		each(p.Licenses)
		for j := range p.Locations {
			p.Locations[j].Path = hide(p.Locations[j].Path)
		}
	}
	for i := range r.Duplicates {
		r.Duplicates[i].Name = hide(r.Duplicates[i].Name)
		each(r.Duplicates[i].Versions)
	}
	for i := range r.Unowned.Largest {
		r.Unowned.Largest[i].Path = hide(r.Unowned.Largest[i].Path)
	}
}

// hiding masks the secrets in the strings of JSON on its way to w: those of each
// string, and those of the inventory also where a document makes an id of them.
func (r *Result) hiding(w io.Writer) io.WriteCloser {
	var known []string
	for v := range r.secrets {
		known = append(known, v, notInIDs.ReplaceAllString(v, "-"))
	}
	everywhere := redact.New(known)
	more := map[string]bool{} // of no more use
	return redact.Strings(w, func(s string) string { return r.known.String(everywhere.String(hide(s, more))) })
}

// notInIDs is what SPDX's encoder replaces (SPDX 2.3, 3.2 and 10.1: "letters,
// numbers, . and/or -").
var notInIDs = regexp.MustCompile(`[^a-zA-Z0-9.-]`)
