package filetree

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"peel/source/layer"
)

// MaxNodes bounds the tree of one image. A hostile tar can name a new directory
// every two bytes; the largest real images have about a million paths.
const MaxNodes = 8_000_000

// MaxDepth bounds how deep directories may nest; a path has at most 4,096 bytes
// on Linux. A hostile tar could otherwise exhaust the stack of whoever walks.
const MaxDepth = 65_536

// Errors for images beyond MaxNodes and MaxDepth.
var (
	ErrTooManyPaths = errors.New("too many paths")
	ErrTooDeep      = errors.New("directories nested too deep")
)

// maxLinks bounds the symbolic links followed to find one parent directory, as
// umoci does (filepath-securejoin).
const maxLinks = 255

// The classes of problems that show only when layers are merged.
const (
	ProblemLinkTarget = "hard link to nothing"                 // shown, without bytes
	ProblemLoop       = "parent directory is a symlink loop"   // the link becomes a directory
	ProblemNotDir     = "parent is not a directory"            // it becomes one
	ProblemNoTarget   = "whiteout of a path that is not there" // ignored
	ProblemThroughLn  = "written through a symbolic link"      // unpackers differ; shown as umoci unpacks it
)

// Builder merges layers from the bottom up. Adding a layer costs time linear in
// its entries and in the paths it removes, whatever lies below.
type Builder struct {
	nodes  []bnode
	byName map[childKey]int32
	inodes []bnodeInode
	stats  []LayerStat
	// Problems are the oddities met, for each layer.
	Problems [][]layer.Problem

	layer   int32
	dir     string // the parent last resolved, and what it resolved to
	dirNode int32
	implied *layer.Entry
	full    error // MaxNodes or MaxDepth is reached
	holes   bool
}

type childKey struct {
	parent int32
	name   string
}

type bnode struct {
	name     string
	versions []Version
	children []int32 // every child there ever was
	live     []int32 // children that are there now, and some that no longer are
	parent   int32
	depth    int32
	touched  int32 // 1 + the last layer that wrote this path or one below it
	swept    int32 // 1 + the last layer that hid what lower layers left below it
	isLive   bool
	listed   bool // in the parent's live
	sorted   bool
}

type bnodeInode struct {
	Inode
	links int32
	void  bool // superseded within its own layer: never on anybody's disk
}

// NewBuilder returns a Builder for an image of that many layers.
func NewBuilder(layers int) *Builder {
	b := &Builder{
		byName:   map[childKey]int32{},
		stats:    make([]LayerStat, layers),
		Problems: make([][]layer.Problem, layers),
		implied:  &layer.Entry{Type: layer.Directory, Mode: 0o755},
		dirNode:  None,
	}
	b.nodes = append(b.nodes, bnode{parent: None, isLive: true})
	return b
}

// Add applies a layer on top of those added before; n is its index in the
// image. Layers come in order, but some may be left out.
func (b *Builder) Add(n int, idx *layer.Index) error {
	b.layer, b.dirNode = int32(n), None
	b.stats[n].Merged = true
	for i := range idx.Entries {
		if e := &idx.Entries[i]; e.Type.Hidden() {
			b.applyWhiteout(e)
		} else {
			b.applyEntry(e)
		}
		if b.full != nil {
			return fmt.Errorf("merging layer %d: %w", n+1, b.full)
		}
	}
	return nil
}

// Holes says that not all of the layers below is known. What later layers
// refer to in vain is then no oddity of theirs.
func (b *Builder) Holes() { b.holes = true }

func (b *Builder) problem(what, path string) {
	if b.holes && (what == ProblemNoTarget || what == ProblemLinkTarget) {
		return
	}
	list := b.Problems[b.layer]
	for i := range list {
		if list[i].What == what {
			list[i].Count++
			return
		}
	}
	b.Problems[b.layer] = append(list, layer.Problem{What: what, Count: 1, First: path})
}

func splitPath(p string) (dir, name string) {
	if i := strings.LastIndexByte(p, '/'); i >= 0 {
		return p[:i], p[i+1:]
	}
	return "", p
}

// applyWhiteout hides what lower layers left. Whiteouts are followed where they
// stand in the tar, as umoci does: one that comes late spares what its own
// layer has written, and the directories that this lies in, with the metadata
// that they had. One that comes first leaves nothing of them.
func (b *Builder) applyWhiteout(e *layer.Entry) {
	switch e.Type {
	case layer.Opaque:
		if dir := b.find(e.Path); dir != None {
			b.sweep(dir)
		}
	case layer.Whiteout:
		dir, name := splitPath(e.Path)
		if parent := b.find(dir); parent != None {
			if n, ok := b.byName[childKey{parent, name}]; ok && b.isBelow(n) {
				b.hide(n)
				return
			}
		}
		b.problem(ProblemNoTarget, e.Path)
	}
}

// isBelow reports whether the layers below this one left something at a node.
func (b *Builder) isBelow(n int32) bool {
	vs := b.nodes[n].versions
	if last := len(vs) - 1; last >= 0 && vs[last].Layer == b.layer {
		vs = vs[:last]
	}
	return len(vs) > 0 && vs[len(vs)-1].Entry != nil
}

// hide removes what lower layers left at a node and below it.
func (b *Builder) hide(n int32) {
	switch node := &b.nodes[n]; {
	case !node.isLive: // hidden already
	case node.touched == b.layer+1:
		b.sweep(n)
	default:
		b.remove(n)
	}
}

// sweep removes what lower layers left below a directory. Nothing can put more
// there until the next layer, so that each directory is swept once a layer.
func (b *Builder) sweep(dir int32) {
	if b.nodes[dir].swept == b.layer+1 {
		return
	}
	b.nodes[dir].swept = b.layer + 1
	kids := b.nodes[dir].live
	kept := kids[:0]
	for _, k := range kids {
		b.hide(k)
		if b.nodes[k].isLive {
			kept = append(kept, k)
		} else {
			b.nodes[k].listed = false
		}
	}
	b.nodes[dir].live = kept
}

// find resolves a directory without making anything; None if it is not there.
func (b *Builder) find(dir string) int32 {
	if b.dirNode != None && b.dir == dir && b.nodes[b.dirNode].isLive {
		return b.dirNode
	}
	n := b.resolve(dir, false, dir)
	b.dir, b.dirNode = dir, n
	return n
}

func (b *Builder) applyEntry(e *layer.Entry) {
	if e.Path == "" {
		if e.Type == layer.Directory {
			b.set(0, Version{Entry: e, Inode: None})
		}
		return
	}
	dir, name := splitPath(e.Path)
	parent := b.parentFor(dir, e.Path)
	if parent == None {
		return
	}
	n := b.node(parent, name)
	if n == None {
		return
	}
	switch e.Type {
	case layer.Hardlink:
		b.link(n, e)
	case layer.Regular:
		b.inodes = append(b.inodes, bnodeInode{Inode: Inode{
			Entry: e, Node: n, Layer: b.layer, KilledBy: None, Killer: None,
		}})
		b.set(n, Version{Entry: e, Inode: int32(len(b.inodes) - 1)})
	default:
		b.set(n, Version{Entry: e, Inode: None})
	}
}

// parentFor is find, but makes what is missing. Entries of a tar mostly share
// the directory of the entry before, which is why one is remembered.
func (b *Builder) parentFor(dir, path string) int32 {
	if b.dirNode != None && b.dir == dir {
		if d := &b.nodes[b.dirNode]; d.isLive && b.isDir(b.dirNode) {
			return b.dirNode
		}
	}
	n := b.resolve(dir, true, path)
	b.dir, b.dirNode = dir, n
	return n
}

// resolve walks to a directory from the root, following symbolic links inside
// the image as umoci does (securejoin.SecureJoin): ".." after what is not there,
// or is no directory, takes that element back. With make, missing directories
// are made and whatever else is in the way is replaced by one.
func (b *Builder) resolve(dir string, make bool, path string) int32 {
	cur, links := int32(0), 0
	var missing []string // the elements below cur that are still to be made
	for rest := dir; rest != ""; {
		var name string
		name, rest, _ = strings.Cut(rest, "/")
		switch {
		case name == "" || name == ".":
			continue
		case name == ".." && len(missing) > 0:
			missing = missing[:len(missing)-1]
			continue
		case name == "..":
			cur = max(b.nodes[cur].parent, 0)
			continue
		}
		next, ok := b.byName[childKey{cur, name}]
		if !ok || !b.nodes[next].isLive || len(missing) > 0 {
			missing = append(missing, name)
			continue
		}
		e := b.current(next).Entry
		switch {
		case e.Type == layer.Directory:
			cur = next
		case e.Type == layer.Symlink && links < maxLinks:
			if links++; make && links == 1 {
				b.problem(ProblemThroughLn, path)
			}
			if strings.HasPrefix(e.Link, "/") {
				cur = 0
			}
			rest = e.Link + "/" + rest
		default:
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 && !make {
		return None
	}
	return b.makeDirs(cur, missing, path)
}

// makeDirs makes directories that the tar does not list, one below the other.
func (b *Builder) makeDirs(cur int32, names []string, path string) int32 {
	for _, name := range names {
		next := b.node(cur, name)
		if next == None {
			return None
		}
		if b.nodes[next].isLive {
			if b.current(next).Entry.Type == layer.Symlink {
				b.problem(ProblemLoop, path)
			} else {
				b.problem(ProblemNotDir, path)
			}
		}
		b.set(next, Version{Entry: b.implied, Inode: None, Implied: true})
		cur = next
	}
	return cur
}

func (b *Builder) current(n int32) *Version {
	vs := b.nodes[n].versions
	return &vs[len(vs)-1]
}

func (b *Builder) isDir(n int32) bool {
	return n == 0 || b.current(n).Entry.Type == layer.Directory
}

// node returns the child's node, made if need be.
func (b *Builder) node(parent int32, name string) int32 {
	key := childKey{parent, name}
	if n, ok := b.byName[key]; ok {
		return n
	}
	depth := b.nodes[parent].depth + 1
	switch {
	case len(b.nodes) >= MaxNodes:
		b.full = fmt.Errorf("%w: more than %d", ErrTooManyPaths, MaxNodes)
		return None
	case depth > MaxDepth:
		b.full = fmt.Errorf("%w: more than %d levels", ErrTooDeep, MaxDepth)
		return None
	}
	n := int32(len(b.nodes))
	b.nodes = append(b.nodes, bnode{name: name, parent: parent, depth: depth})
	p := &b.nodes[parent]
	p.children, p.sorted = append(p.children, n), false
	b.byName[key] = n
	return n
}

// link gives a path the inode of another.
func (b *Builder) link(n int32, e *layer.Entry) {
	dir, name := splitPath(e.Link)
	if parent := b.resolve(dir, false, e.Link); parent != None {
		target, ok := b.byName[childKey{parent, name}]
		if ok && target == n && b.nodes[n].isLive {
			return // a link to itself changes nothing
		}
		if ok && b.nodes[target].isLive && !b.isDir(target) {
			v := b.current(target)
			b.set(n, Version{Entry: v.Entry, Inode: v.Inode, Linked: true})
			return
		}
	}
	b.problem(ProblemLinkTarget, e.Path)
	b.set(n, Version{Entry: e, Inode: None, Linked: true})
}

// set puts a version of the layer being added at a node.
func (b *Builder) set(n int32, v Version) {
	v.Layer = b.layer
	if v.Inode != None {
		b.inodes[v.Inode].links++ // before the old one goes: they may be one
	}
	node := &b.nodes[n]
	b.touch(n)
	b.forget(n)
	wasDir := n != 0 && node.isLive && b.isDir(n)
	if wasDir && v.Entry.Type != layer.Directory {
		b.clear(n)
		node = &b.nodes[n]
	}
	last := len(node.versions) - 1
	if last >= 0 && node.versions[last].Layer == b.layer {
		// The same path again, or its whiteout: the later one counts.
		if old := node.versions[last]; old.Entry != nil {
			b.release(old.Inode, n)
			if !old.Implied && !v.Implied && old.Entry.Type != layer.Directory {
				b.problem(layer.ProblemDuplicate, b.path(n))
			}
		}
		node.versions = node.versions[:last]
		last--
	} else if last >= 0 && node.isLive {
		b.release(node.versions[last].Inode, n)
	}
	v.Change = Added
	if last >= 0 && node.versions[last].Entry != nil {
		v.Change = b.compare(&node.versions[last], &v)
	}
	node.versions = append(node.versions, v)
	b.revive(n)
}

// touch marks a path that this layer writes, and the directories it lies in.
func (b *Builder) touch(n int32) {
	for ; n != None && b.nodes[n].touched != b.layer+1; n = b.nodes[n].parent {
		b.nodes[n].touched = b.layer + 1
	}
}

// forget drops the directory last resolved if a symbolic link that it may have
// been found through goes.
func (b *Builder) forget(n int32) {
	if n != 0 && b.nodes[n].isLive && b.current(n).Entry.Type == layer.Symlink {
		b.dirNode = None
	}
}

func (b *Builder) revive(n int32) {
	node := &b.nodes[n]
	node.isLive = true
	if !node.listed && node.parent != None {
		node.listed = true
		p := &b.nodes[node.parent]
		p.live = append(p.live, n)
	}
}

// compare tells what became of a path that was there before.
func (b *Builder) compare(old, now *Version) Change {
	o, e := old.Entry, now.Entry
	if o == e {
		return Unchanged
	}
	if o.Type == layer.Directory && e.Type == layer.Directory {
		// The time of a directory changes with everything in it.
		if now.Implied || o.SameAttrs(e) {
			return Unchanged
		}
		return Modified
	}
	if o.SameMeta(e) && o.Digest == e.Digest && o.Size == e.Size {
		return Unchanged
	}
	return Modified
}

// remove takes a live node and all below it away.
func (b *Builder) remove(n int32) {
	b.forget(n)
	b.clear(n)
	node := &b.nodes[n]
	node.isLive = false
	last := len(node.versions) - 1
	if v := node.versions[last]; v.Layer == b.layer {
		b.release(v.Inode, n)
		node.versions = node.versions[:last]
		if last == 0 || node.versions[last-1].Entry == nil {
			return
		}
	} else {
		b.release(v.Inode, n)
	}
	node.versions = append(node.versions, Version{Layer: b.layer, Inode: None, Change: Removed})
}

// clear takes away all that is below a directory. Each path in its live list
// was put there by an entry, so all clearing together is linear in entries.
func (b *Builder) clear(n int32) {
	kids := b.nodes[n].live
	b.nodes[n].live = nil
	for _, k := range kids {
		b.nodes[k].listed = false
		if b.nodes[k].isLive {
			b.remove(k)
		}
	}
}

// release takes one link from an inode; without links it is dead.
func (b *Builder) release(inode, n int32) {
	if inode == None {
		return
	}
	in := &b.inodes[inode]
	if in.links--; in.links > 0 {
		return
	}
	if in.Layer == b.layer {
		in.void = true
		return
	}
	in.KilledBy, in.Killer = b.layer, n
}

func (b *Builder) path(n int32) string {
	var parts []string
	for ; n > 0; n = b.nodes[n].parent {
		parts = append(parts, b.nodes[n].name)
	}
	slices.Reverse(parts)
	return strings.Join(parts, "/")
}
