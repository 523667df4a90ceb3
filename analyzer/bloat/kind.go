package bloat

import (
	"strings"

	"peel/analyzer/filetree"
	"peel/analyzer/finding"
)

// kind is one sort of files that an image carries in vain, and how they are told.
type kind struct {
	check string // that reports them
	what  string // they are, for the finding's words

	// dirs are directories of which all files are of the kind: the end of their
	// path, "var/lib/apt/lists", or, with a leading slash, the whole of it.
	dirs []string
	// files are names of files, ends are ends of such names.
	files, ends []string
	// only, if set, decides on what dirs, files or ends have chosen.
	only func(*place) bool
	// spare, if set, tells the names of files in dirs that are not of the kind.
	spare func(name string) bool

	sure   finding.Confidence
	least  finding.Severity // of a finding, however few its bytes
	ignore string           // in a .dockerignore; "" for "**/" and the name, "-" for what no build context has
}

// land is whose files a directory holds.
type land uint8

const (
	ownLand    land = iota // the image's own: of the program, of users
	systemLand             // the distribution's
	scopeLand              // a directory of packages in node_modules, @name
	packLand               // an installed package's of a language
)

// place is a node that may be of a kind.
type place struct {
	*sorter
	node   int
	parent int
	name   string
	land   land // of the directory it is in
}

// parentName is the name of the directory it is in.
func (p *place) parentName() string { return p.tree.Nodes[p.parent].Name }

// grandName is that of the directory's directory.
func (p *place) grandName() string {
	if g := p.tree.Nodes[p.parent].Parent; g != filetree.None {
		return p.tree.Nodes[g].Name
	}
	return ""
}

// has reports whether any layer has this path below the node.
func (p *place) has(path string) bool { return below(p.tree.Tree, p.node, path) }

// beside is has for the directory the node is in.
func (p *place) beside(path string) bool { return below(p.tree.Tree, p.parent, path) }

func below(t *filetree.Tree, node int, path string) bool {
	for name := range strings.SplitSeq(path, "/") {
		next, ok := t.Child(node, name)
		if !ok {
			return false
		}
		node = next
	}
	return true
}

func own(p *place) bool { return p.land == ownLand }

// systemDirs are where distributions put their files, from the root.
var systemDirs = map[string]bool{
	"usr/share": true, "usr/lib": true, "usr/lib64": true, "usr/libexec": true, "usr/include": true, "usr/lib32": true,
	"usr/bin": true, "usr/sbin": true, "lib": true, "lib64": true, "bin": true, "sbin": true, "etc": true, "var/lib": true,
	"proc": true, "sys": true, "dev": true, "run": true, "boot": true, "nix": true, "gnu": true,
}

// landOf is the land of what is in a directory; in is the one it is in.
func (p *place) landOf() land {
	up := p.parentName()
	switch {
	case up == "node_modules":
		if strings.HasPrefix(p.name, "@") {
			return scopeLand
		}
		return packLand
	case p.land == scopeLand, up == "site-packages", up == "dist-packages", up == "gems" && p.grandName() != "",
		up == "vendor" && p.beside("modules.txt"), strings.HasPrefix(up, "python") && isLib(p.grandName()):
		return packLand
	case p.land == ownLand && p.tree.depth(p.node) <= 2 && systemDirs[strings.TrimPrefix(p.tree.Path(p.node), "/")]:
		return systemLand
	}
	return p.land
}

func isLib(name string) bool { return name == "lib" || name == "lib64" }
