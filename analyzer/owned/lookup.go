package owned

import (
	"path"
	"strings"
)

// Owner is a package that lists a file.
type Owner struct {
	Package string
	Version string // "" if no database at hand tells
	Manager string // "dpkg", "apk", "rpm", "pip"
	// Compared says that the content could be compared with what the package
	// brought, and Unmodified that it is the same.
	Compared   bool
	Unmodified bool
	// List is the place in the lookup's databases of the one that lists the file.
	List int
}

// Lookup finds the owners of one path without an Index, which would hold every
// file of every package. It reads what it is given once, and keeps nothing.
type Lookup struct {
	path string
	dbs  []database
}

// NewLookup prepares the question for a path, without a slash at its beginning.
func NewLookup(path string) *Lookup { return &Lookup{path: canonical(path)} }

// Paths are the files that Databases were read from, for Add to choose among.
func (d *Databases) Paths() []string {
	var list []string
	for i := range d.list {
		list = append(list, d.list[i].path)
	}
	return list
}

// Add takes the n-th of a layer's databases into the lookup. Databases of
// packages that are gone, or that a later layer wrote anew, should not be.
func (l *Lookup) Add(d *Databases, n int) { l.dbs = append(l.dbs, d.list[n]) }

// Owners are the packages that list the path, each once; s are the sums of its
// content that are known. List counts what was added.
func (l *Lookup) Owners(s Sums) []Owner {
	var list []Owner
	seen := map[string]bool{}
	for n := range l.dbs {
		x := Index{only: l.path}
		x.unread = append(x.unread, l.dbs[n])
		x.each(l.path, func(c *claim) bool {
			if seen[c.pkg] {
				return true
			}
			seen[c.pkg] = true
			have := sumString(c.kind, s)
			list = append(list, Owner{
				Package: c.pkg, Version: l.version(c, l.dbs[n].format.manager), Manager: l.dbs[n].format.manager, List: n,
				Compared: have != "" && c.sum != "", Unmodified: c.fits(s),
			})
			return true
		})
	}
	return list
}

// skips reports whether a database cannot list the path that is looked for: file
// names stand in its text as they are.
func (x *Index) skips(text string) bool {
	return x.only != "" && !strings.Contains(text, path.Base(x.only))
}

// version is that of a package in the databases of its manager.
func (l *Lookup) version(c *claim, manager string) string {
	switch manager {
	case rpmManager:
		return c.from
	case pipManager:
		_, version, _ := strings.Cut(strings.TrimSuffix(path.Base(c.from), strings.TrimSuffix(distInfo, "/")), "-")
		return version
	case dpkgManager:
		return l.field("var/lib/dpkg/status", "Package: "+c.pkg, "Version: ")
	case apkManager:
		return l.field("lib/apk/db/installed", "P:"+c.pkg, "V:")
	}
	return ""
}

// field is the value of a field in the paragraph that has a line, of the database
// at a path.
func (l *Lookup) field(at, line, name string) string {
	for i := range l.dbs {
		if !strings.HasSuffix(l.dbs[i].path, at) {
			continue
		}
		for s := range strings.Lines(paragraph(l.dbs[i].text(), line+"\n")) {
			if value, ok := strings.CutPrefix(s, name); ok {
				return strings.TrimSpace(value)
			}
		}
	}
	return ""
}

// paragraph is the part of a text between empty lines that has a line.
func paragraph(text, line string) string {
	start := 0
	if !strings.HasPrefix(text, line) {
		n := strings.Index(text, "\n"+line)
		if n < 0 {
			return ""
		}
		if before := strings.LastIndex(text[:n+1], "\n\n"); before >= 0 {
			start = before + 2
		}
	}
	p, _, _ := strings.Cut(text[start:], "\n\n")
	return p
}
