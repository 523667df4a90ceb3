package bloat

import (
	"slices"
	"strings"

	"peel/analyzer/evidence"
	"peel/analyzer/filetree"
	"peel/source/layer"
)

// kinds are all there are; of those that fit a file the first counts, and a
// directory's goes before those of what is in it.
var kinds = slices.Concat(systemCaches, languageCaches, repositories, litter, loginRecords, archives, documents, toolchains,
	bytecode, unusedParts, leftovers, told, markedCaches)

// notSorted stands for the kind of a file that is of none.
const notSorted = -1

// rules are the kinds by what tells them.
type rules struct {
	dirs  map[string][]dirRule // by the last element
	files map[string][]int
	ends  map[string][]int // by what follows the last dot
	odd   []int            // whose ends have no dot
	any   []int            // that have none of these: only decides alone
	cache int              // of directories marked by a CACHEDIR.TAG
}

type dirRule struct {
	kind   int
	above  []string // names of the directories it is in, nearest first
	rooted bool
}

var ruled = func() rules {
	r := rules{dirs: map[string][]dirRule{}, files: map[string][]int{}, ends: map[string][]int{}}
	for i := range kinds {
		k := &kinds[i]
		for _, d := range k.dirs {
			el := strings.Split(strings.TrimPrefix(d, "/"), "/")
			slices.Reverse(el)
			r.dirs[el[0]] = append(r.dirs[el[0]], dirRule{i, el[1:], d[0] == '/'})
		}
		for _, f := range k.files {
			r.files[f] = append(r.files[f], i)
		}
		for _, e := range k.ends {
			if dot := strings.LastIndexByte(e, '.'); dot >= 0 {
				r.ends[e[dot:]] = append(r.ends[e[dot:]], i)
			} else {
				r.odd = append(r.odd, i)
			}
		}
		if len(k.dirs)+len(k.files)+len(k.ends) == 0 {
			r.any = append(r.any, i)
		}
	}
	r.cache = r.any[len(r.any)-1]
	r.any = r.any[:len(r.any)-1]
	return r
}()

// sorter tells of what kind the files of an image are.
type sorter struct {
	img  *evidence.Image
	tree *treeOf
	kind []int16 // of each node
	root []int32 // the directory or file that is of the kind
	land []land  // of what is in the node
}

// treeOf is a tree that is asked for the depth of nodes.
type treeOf struct{ *filetree.Tree }

// depth is how many elements a path has, 3 for all that have more.
func (t *treeOf) depth(node int) (n int) {
	for ; node > 0 && n < 3; node = int(t.Nodes[node].Parent) {
		n++
	}
	return n
}

type sorterKey struct{}

// sorted is the image's files by their kinds.
func sorted(img *evidence.Image) *sorter {
	return evidence.Once(img, sorterKey{}, func(img *evidence.Image) *sorter {
		n := len(img.Tree.Nodes)
		s := &sorter{img: img, tree: &treeOf{img.Tree}, kind: make([]int16, n), root: make([]int32, n), land: make([]land, n)}
		for i := range s.kind {
			s.kind[i] = notSorted
		}
		for i := 1; i < n; {
			i = s.visit(i)
		}
		return s
	})
}

// visit sorts a node, and returns the next one to visit.
func (s *sorter) visit(i int) int {
	node := &s.tree.Nodes[i]
	p := &place{sorter: s, node: i, parent: int(node.Parent), name: node.Name, land: s.land[node.Parent]}
	end := int(node.End)
	if end == i+1 && !s.isDir(i) {
		if node.Name == "CACHEDIR.TAG" {
			s.mark(p)
		} else if k := p.fileKind(); k != notSorted && s.kind[i] == notSorted {
			s.kind[i], s.root[i] = int16(k), int32(i)
		}
		return i + 1
	}
	s.land[i] = p.landOf()
	k := p.dirKind()
	if k == notSorted {
		return i + 1
	}
	s.cover(i, k)
	if kinds[k].spare != nil {
		return i + 1
	}
	return end
}

// isDir reports whether a node without anything in it is a directory.
func (s *sorter) isDir(i int) bool {
	vs := s.tree.VersionsOf(i)
	return len(vs) > 0 && vs[len(vs)-1].Type == layer.Directory
}

// cover makes all that is in a directory of a kind.
func (s *sorter) cover(dir, k int) {
	for j := dir; j < int(s.tree.Nodes[dir].End); j++ {
		if s.kind[j] == notSorted && (kinds[k].spare == nil || !kinds[k].spare(s.tree.Nodes[j].Name)) {
			s.kind[j], s.root[j] = int16(k), int32(dir)
		}
	}
}

// mark covers the directory of a CACHEDIR.TAG.
func (s *sorter) mark(p *place) {
	if p.parent == 0 {
		return
	}
	up := s.tree.Nodes[p.parent]
	dir := &place{sorter: s, node: p.parent, parent: int(up.Parent), name: up.Name}
	if kinds[ruled.cache].only(dir) {
		s.cover(p.parent, ruled.cache)
	}
}

func (p *place) dirKind() int {
	for _, r := range ruled.dirs[p.name] {
		if p.lies(r) && p.fits(r.kind) {
			return r.kind
		}
	}
	for _, k := range ruled.any {
		if kinds[k].only(p) {
			return k
		}
	}
	return notSorted
}

// lies compares the directories that the node is in.
func (p *place) lies(r dirRule) bool {
	up := p.parent
	for _, name := range r.above {
		if up <= 0 || p.tree.Nodes[up].Name != name {
			return false
		}
		up = int(p.tree.Nodes[up].Parent)
	}
	return !r.rooted || up == 0
}

func (p *place) fits(k int) bool { return kinds[k].only == nil || kinds[k].only(p) }

func (p *place) fileKind() int {
	for _, k := range ruled.files[p.name] {
		if p.fits(k) {
			return k
		}
	}
	if dot := strings.LastIndexByte(p.name, '.'); dot >= 0 {
		if k := p.endKind(ruled.ends[p.name[dot:]]); k != notSorted {
			return k
		}
	}
	if k := p.endKind(ruled.odd); k != notSorted {
		return k
	}
	if isTool(p) {
		return toolKind
	}
	return notSorted
}

// toolKind is the one kind of files that a pattern tells.
var toolKind = slices.IndexFunc(kinds, func(k kind) bool { return k.what == "compilers, linkers and build tools" })

func (p *place) endKind(list []int) int {
	for _, k := range list {
		if slices.ContainsFunc(kinds[k].ends, func(e string) bool { return len(p.name) > len(e) && strings.HasSuffix(p.name, e) }) && p.fits(k) {
			return k
		}
	}
	return notSorted
}

// nodeUp reports whether some layer has a path in a directory further up: 1 is
// the one the node is in.
func (p *place) nodeUp(levels int, path string) bool {
	up := p.node
	for range levels {
		if up = int(p.tree.Nodes[up].Parent); up == filetree.None {
			return false
		}
	}
	return below(p.tree.Tree, up, path)
}

// size is the file's, of the topmost layer that has it.
func (p *place) size() int64 {
	vs := p.tree.VersionsOf(p.node)
	for i := len(vs) - 1; i >= 0; i-- {
		if vs[i].Entry != nil {
			return vs[i].Entry.Size
		}
	}
	return 0
}
