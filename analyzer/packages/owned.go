package packages

import (
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"

	"peel/analyzer/filetree"
	"peel/source/layer"
)

// claims lists the files of a package by its record. For those whose record
// lists none, but that live in a directory of their own, dir is that directory.
func claims(p *pkg.Package) (list []string, dir string) {
	switch m := p.Metadata.(type) {
	case pkg.PythonPackage:
		for _, f := range m.Files {
			list = append(list, path.Join("/", m.SitePackagesRootPath, f.Path))
		}
	case pkg.GolangBinaryBuildinfoEntry:
		if m.MainModule == p.Name {
			list = records(p)
		}
	case pkg.JavaArchive:
		if !strings.Contains(m.VirtualPath, ":") && m.Manifest != nil {
			list = records(p)
		}
	case pkg.BinarySignature:
		list = records(p)
	case pkg.FileOwner:
		list = m.OwnedFiles()
	default:
		dir = ownDirectory(p)
	}
	return list, dir
}

// records claims the files that a package was found in.
func records(p *pkg.Package) (list []string) {
	for _, l := range p.Locations.ToSlice() {
		if isPrimary(&l) {
			list = append(list, l.RealPath)
		}
	}
	return list
}

func isPrimary(l *file.Location) bool {
	return l.Annotations[pkg.EvidenceAnnotationKey] != pkg.SupportingEvidenceAnnotation
}

// isRecord reports whether a location is one of those that have the name and the
// version: dpkg's scripts are given without a word on what they are.
func isRecord(all []file.Location, l *file.Location) bool {
	if l.Annotations[pkg.EvidenceAnnotationKey] == pkg.PrimaryEvidenceAnnotation {
		return true
	}
	return isPrimary(l) && !slices.ContainsFunc(all, func(other file.Location) bool {
		return other.Annotations[pkg.EvidenceAnnotationKey] == pkg.PrimaryEvidenceAnnotation
	})
}

// ownDirectory is where npm and gem put a package and nothing else.
func ownDirectory(p *pkg.Package) string {
	for _, l := range p.Locations.ToSlice() {
		dir, base := path.Split(l.RealPath)
		dir = path.Clean(dir)
		switch {
		case p.Type == pkg.NpmPkg && base == "package.json":
			parent := path.Dir(dir)
			if strings.HasPrefix(path.Base(parent), "@") {
				parent = path.Dir(parent)
			}
			if b := path.Base(parent); b == "node_modules" || b == "nodejs" {
				return dir
			}
		case p.Type == pkg.GemPkg && strings.HasSuffix(base, ".gemspec") && path.Base(dir) == "specifications":
			return path.Join(path.Dir(dir), "gems", strings.TrimSuffix(base, ".gemspec"))
		}
	}
	return ""
}

// finder finds the files that packages claim. It remembers directories, for
// packages list thousands of files in few of them.
type finder struct {
	v    *view
	dirs map[string]int
}

func newFinder(v *view) *finder { return &finder{v, map[string]int{}} }

// node finds a claimed path, following links in its directories only: what is
// claimed is the link itself, if it is one. Directories are nobody's.
func (f *finder) node(p string) (int32, bool) {
	dir, name := path.Split(path.Clean("/" + p))
	d, ok := f.dirs[dir]
	if !ok {
		n, _, found := f.v.resolve(dir)
		if d = n; !found {
			d = filetree.None
		}
		f.dirs[dir] = d
	}
	if d == filetree.None || name == "" {
		return 0, false
	}
	n, ok := f.v.img.tree.Child(d, name)
	if !ok {
		return 0, false
	}
	ver := f.v.img.tree.At(n, f.v.layer)
	return int32(n), ver != nil && ver.Entry != nil && ver.Type != layer.Directory
}

// owned are the files of a package that are there, each once.
func (f *finder) owned(p *pkg.Package) (nodes []int32) {
	list, dir := claims(p)
	for _, c := range list {
		if n, ok := f.node(c); ok {
			nodes = append(nodes, n)
		}
	}
	if dir != "" {
		nodes = f.below(nodes, dir)
	}
	slices.Sort(nodes)
	return slices.Compact(nodes)
}

// below adds the files in a directory, but for the packages of others in it.
func (f *finder) below(nodes []int32, dir string) []int32 {
	top, ver, ok := f.v.resolve(dir)
	if !ok || ver == nil || ver.Type != layer.Directory {
		return nodes
	}
	t := f.v.img.tree
	for n := top + 1; n < int(t.Nodes[top].End); n++ {
		if t.Nodes[n].Name == "node_modules" {
			n = int(t.Nodes[n].End) - 1
			continue
		}
		if ver := t.At(n, f.v.layer); ver != nil && ver.Entry != nil && ver.Type != layer.Directory {
			nodes = append(nodes, int32(n))
		}
	}
	return nodes
}
