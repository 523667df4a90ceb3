package packages

import (
	"encoding/base64"
	"encoding/hex"
	"path"
	"strings"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"

	"peel/analyzer/filetree"
	"peel/source/layer"
)

// claim is a file that a package says is its own.
type claim struct{ path, algorithm, digest string }

// claims lists the files of a package by its record. For those whose record
// lists none, but that live in a directory of their own, dir is that directory.
func claims(p *pkg.Package) (list []claim, dir string) {
	switch m := p.Metadata.(type) {
	case pkg.DpkgDBEntry:
		for _, f := range m.Files {
			list = append(list, newClaim(f.Path, f.Digest))
		}
	case pkg.ApkDBEntry:
		for _, f := range m.Files {
			list = append(list, newClaim(f.Path, f.Digest))
		}
	case pkg.RpmDBEntry:
		for _, f := range m.Files {
			list = append(list, newClaim(f.Path, &f.Digest))
		}
	case pkg.PythonPackage:
		for _, f := range m.Files {
			c := claim{path: path.Join("/", m.SitePackagesRootPath, f.Path)}
			if f.Digest != nil {
				c.algorithm, c.digest = f.Digest.Algorithm, hexDigest(f.Digest.Value)
			}
			list = append(list, c)
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
		for _, f := range m.OwnedFiles() {
			list = append(list, claim{path: f})
		}
	default:
		dir = ownDirectory(p)
	}
	return list, dir
}

func newClaim(p string, d *file.Digest) claim {
	c := claim{path: p}
	if d != nil && d.Value != "" {
		c.algorithm, c.digest = d.Algorithm, hexDigest(d.Value)
		if rest, ok := strings.CutPrefix(c.algorithm, "'Q1'+base64("); ok {
			c.algorithm = strings.TrimSuffix(rest, ")")
		}
	}
	return c
}

// hexDigest is a digest in hex, however the record writes it: apk puts Q1
// before the base64 of a sha1, Python leaves the padding out.
func hexDigest(s string) string {
	if _, err := hex.DecodeString(s); err == nil {
		return strings.ToLower(s)
	}
	s = strings.TrimRight(strings.TrimPrefix(s, "Q1"), "=")
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if b, err := enc.DecodeString(s); err == nil {
			return hex.EncodeToString(b)
		}
	}
	return s
}

// records claims the files that a package was found in.
func records(p *pkg.Package) (list []claim) {
	for _, l := range p.Locations.ToSlice() {
		if isPrimary(&l) {
			list = append(list, claim{path: l.RealPath})
		}
	}
	return list
}

func isPrimary(l *file.Location) bool {
	return l.Annotations[pkg.EvidenceAnnotationKey] != pkg.SupportingEvidenceAnnotation
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

// each calls found for every file that a package owns.
func (f *finder) each(p *pkg.Package, found func(n int32, c claim)) {
	list, dir := claims(p)
	for _, c := range list {
		if n, ok := f.node(c.path); ok {
			found(n, c)
		}
	}
	if dir == "" {
		return
	}
	top, ver, ok := f.v.resolve(dir)
	if !ok || ver == nil || ver.Type != layer.Directory {
		return
	}
	t := f.v.img.tree
	for n := top + 1; n < int(t.Nodes[top].End); n++ {
		if t.Nodes[n].Name == "node_modules" {
			n = int(t.Nodes[n].End) - 1 // others' own
			continue
		}
		if ver := t.At(n, f.v.layer); ver != nil && ver.Entry != nil && ver.Type != layer.Directory {
			found(int32(n), claim{})
		}
	}
}
