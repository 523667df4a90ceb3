package packages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	stereofile "github.com/anchore/stereoscope/pkg/file"
	"github.com/anchore/syft/syft/file"
	"github.com/bmatcuk/doublestar/v4"

	"peel/analyzer/filetree"
	"peel/analyzer/rpmdb"
	"peel/source/layer"
)

// view shows an image to the catalogers as one layer leaves it, with the bytes
// that were kept.
type view struct {
	img   *image
	layer int
	// doomed leaves only files that a later layer takes away or replaces: what
	// is found in them is found nowhere later.
	doomed bool

	wanted map[string][]int32 // the nodes that match the patterns known beforehand
	types  map[string][]int32 // the executables of a MIME type in which something is to be found

	mu      sync.Mutex
	missing map[string]bool // paths of files that were asked for but not kept
}

// image is what all views of an image share.
type image struct {
	tree    *filetree.Tree
	diffIDs []string
	files   atomic.Pointer[map[*layer.Entry]*content]
	mimes   map[*layer.Entry]program
	sums    map[*layer.Entry]string // sha1 of archives that were reduced
	globs   *globs
	// parents are the directories by their own names, whatever the layer.
	parents func() map[string][]int32
}

// content is what was kept of a file, or nil.
func (img *image) content(e *layer.Entry) *content { return (*img.files.Load())[e] }

var _ file.Resolver = (*view)(nil)

func newView(img *image, at int, doomed bool) *view {
	v := &view{
		img: img, layer: at, doomed: doomed,
		wanted: map[string][]int32{}, types: map[string][]int32{}, missing: map[string]bool{},
	}
	// One walk finds for all patterns what would be a walk for each.
	v.walk(0, func(n int, ver *filetree.Version) {
		if ver.Type == layer.Directory || !v.shows(n) {
			return
		}
		p := img.tree.Path(n)
		img.globs.match(p, func(i int) bool {
			g := img.globs.list[i]
			if have := v.wanted[g]; len(have) == 0 || have[len(have)-1] != int32(n) {
				v.wanted[g] = append(have, int32(n))
			}
			return true
		})
		if m := img.mimes[ver.Entry].mime; m != "" && !ver.Linked {
			v.types[m] = append(v.types[m], int32(n))
		}
	})
	return v
}

// walk visits the live nodes below one, in order.
func (v *view) walk(top int, visit func(n int, ver *filetree.Version)) {
	t := v.img.tree
	for n := top + 1; n < int(t.Nodes[top].End); n++ {
		if ver := t.At(n, v.layer); ver != nil && ver.Entry != nil {
			visit(n, ver)
		}
	}
}

// shows reports whether a live node is part of what is to be found.
func (v *view) shows(n int) bool {
	if !v.doomed {
		return true
	}
	vs := v.img.tree.VersionsOf(n)
	for i := 1; i < len(vs); i++ {
		if int(vs[i].Layer) == v.layer+1 {
			return !sameContent(vs[i-1].Entry, vs[i].Entry)
		}
	}
	return false
}

// maxLinks is how many symbolic links the kernel follows in one path.
const maxLinks = 40

// resolve finds the node of a path as the kernel would.
func (v *view) resolve(p string) (int, *filetree.Version, bool) {
	node, links := 0, 0
	rest := strings.Split(strings.Trim(p, "/"), "/")
	for len(rest) > 0 {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			node = int(max(v.img.tree.Nodes[node].Parent, 0))
			continue
		}
		child, ok := v.img.tree.Child(node, name)
		if !ok {
			return 0, nil, false
		}
		ver := v.img.tree.At(child, v.layer)
		if ver == nil || ver.Entry == nil {
			return 0, nil, false
		}
		if ver.Type != layer.Symlink {
			node = child
			continue
		}
		if links++; links > maxLinks {
			return 0, nil, false
		}
		target := ver.Entry.Link
		if strings.HasPrefix(target, "/") {
			node = 0
		}
		rest = append(strings.Split(strings.Trim(target, "/"), "/"), rest...)
	}
	ver := v.img.tree.At(node, v.layer)
	if node == 0 || ver == nil || ver.Entry == nil {
		return node, ver, node == 0
	}
	return node, ver, true
}

// fileAt is the location of the file that a path leads to.
func (v *view) fileAt(p string) (file.Location, bool) {
	n, ver, ok := v.resolve(p)
	if !ok || ver == nil || ver.Type == layer.Directory {
		return file.Location{}, false
	}
	n, at := v.carrier(n, ver)
	return file.NewVirtualLocationFromCoordinates(file.NewCoordinates(v.img.tree.Path(n), v.img.diffIDs[at]), p), true
}

// carrier is the name under which the bytes of a hard link came, if that name
// still shows them, and the layer.
func (v *view) carrier(n int, ver *filetree.Version) (int, int) {
	t := v.img.tree
	if !ver.Linked || ver.Inode == filetree.None {
		return n, int(ver.Layer)
	}
	in := &t.Inodes[ver.Inode]
	if own := t.At(int(in.Node), v.layer); own != nil && own.Inode == ver.Inode {
		return int(in.Node), int(own.Layer)
	}
	return n, int(ver.Layer)
}

// FilesByPath implements file.Resolver.
func (v *view) FilesByPath(paths ...string) ([]file.Location, error) {
	var found locations
	for _, p := range paths {
		if l, ok := v.fileAt(p); ok {
			found.add(l)
		}
	}
	return found.list, nil
}

// HasPath implements file.Resolver.
func (v *view) HasPath(p string) bool {
	_, _, ok := v.resolve(p)
	return ok
}

// RelativeFileByPath implements file.Resolver. Of what belongs to a package
// that stays, a doomed view tells nothing: a later one will.
func (v *view) RelativeFileByPath(_ file.Location, p string) *file.Location {
	l, ok := v.fileAt(p)
	if !ok {
		return nil
	}
	if n, found := v.img.tree.Lookup(l.RealPath); !found || !v.shows(n) {
		return nil
	}
	return &l
}

// FilesByGlob implements file.Resolver.
func (v *view) FilesByGlob(patterns ...string) ([]file.Location, error) {
	var found locations
	for _, g := range patterns {
		nodes, known := v.wanted[g]
		if !known && !v.known(g) {
			nodes = v.search(g)
		}
		found.add(v.filesAt(nodes)...)
	}
	return found.list, nil
}

// filesAt are the files that nodes lead to, in syft's order: those under their
// own names come before those known by links, and so give a file its name.
func (v *view) filesAt(nodes []int32) []file.Location {
	var list []file.Location
	for _, n := range nodes {
		if l, ok := v.fileAt(v.img.tree.Path(int(n))); ok {
			list = append(list, l)
		}
	}
	slices.SortFunc(list, func(a, b file.Location) int {
		if own := a.RealPath == a.AccessPath; own != (b.RealPath == b.AccessPath) {
			if own {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.AccessPath, b.AccessPath)
	})
	return list
}

func (v *view) known(glob string) bool {
	for _, g := range v.img.globs.list {
		if g == glob {
			return true
		}
	}
	return false
}

// search looks for a pattern that nobody told beforehand. Such patterns begin
// with a directory that was found, or ask for a single name.
func (v *view) search(glob string) []int32 {
	base, rest := doublestar.SplitPattern(strings.TrimPrefix(glob, "/"))
	top, _, ok := v.resolve(base)
	if base == "." {
		top, ok = 0, true
	}
	if !ok {
		return nil
	}
	t := v.img.tree
	prefix := t.Path(top)
	if prefix == "/" {
		prefix = ""
	}
	var nodes []int32
	visit := func(n int, ver *filetree.Version) {
		if ver.Type == layer.Directory || !v.shows(n) {
			return
		}
		if p := v.img.tree.Path(n); doublestar.MatchUnvalidated(rest, strings.TrimPrefix(p, prefix+"/")) {
			nodes = append(nodes, int32(n))
		}
	}
	last := path.Base(rest)
	switch parent, literal := parentOf(rest); {
	case !strings.Contains(rest, "/") && !strings.Contains(rest, "**"):
		v.children(top, visit)
	case literal:
		end := t.Nodes[top].End
		for _, dir := range v.img.parents()[parent] {
			if int(dir) > top && dir < end {
				v.children(int(dir), visit)
			}
		}
	case !strings.ContainsAny(last, meta):
		v.walk(top, func(n int, ver *filetree.Version) {
			if t.Nodes[n].Name == last {
				visit(n, ver)
			}
		})
	default:
		v.walk(top, visit)
	}
	return nodes
}

// parentOf is the element before the last of a pattern, if there is no other way
// to match than in directories of just that name.
func parentOf(pattern string) (name string, literal bool) {
	dir, last := path.Split(pattern)
	name = path.Base(dir)
	return name, dir != "" && last != "**" && !strings.ContainsAny(name, meta) && strings.Count(dir, "{") == strings.Count(dir, "}")
}

// parentsOf indexes the directories of a tree that have something in them.
func parentsOf(t *filetree.Tree) map[string][]int32 {
	m := map[string][]int32{}
	for n := 1; n < len(t.Nodes); n++ {
		if int(t.Nodes[n].End) > n+1 {
			m[t.Nodes[n].Name] = append(m[t.Nodes[n].Name], int32(n))
		}
	}
	return m
}

// children visits the live nodes in a directory.
func (v *view) children(dir int, visit func(n int, ver *filetree.Version)) {
	t := v.img.tree
	for n := dir + 1; n < int(t.Nodes[dir].End); n = int(t.Nodes[n].End) {
		if ver := t.At(n, v.layer); ver != nil && ver.Entry != nil {
			visit(n, ver)
		}
	}
}

// FilesByMIMEType implements file.Resolver. It knows executables in which
// catalogers found something, which are all that they ask for.
func (v *view) FilesByMIMEType(types ...string) ([]file.Location, error) {
	var found locations
	for _, m := range types {
		found.add(v.filesAt(v.types[m])...)
	}
	return found.list, nil
}

// forOne is a view for one of the catalogers that look into programs. It shows
// those alone that the cataloger found something in when they went by.
type forOne struct {
	*view
	by finders
}

// FilesByMIMEType implements file.Resolver.
func (v forOne) FilesByMIMEType(types ...string) ([]file.Location, error) {
	var found locations
	for _, m := range types {
		nodes := slices.DeleteFunc(slices.Clone(v.types[m]), func(n int32) bool {
			ver := v.img.tree.At(int(n), v.layer)
			return v.img.mimes[ver.Entry].by&v.by == 0
		})
		found.add(v.filesAt(nodes)...)
	}
	return found.list, nil
}

// AllLocations implements file.Resolver.
func (v *view) AllLocations(ctx context.Context) <-chan file.Location {
	out := make(chan file.Location)
	go func() {
		defer close(out)
		t := v.img.tree
		for n := 1; n < len(t.Nodes); n++ {
			ver := t.At(n, v.layer)
			if ver == nil || ver.Entry == nil || !v.shows(n) {
				continue
			}
			l := file.NewLocationFromCoordinates(file.NewCoordinates(t.Path(n), v.img.diffIDs[ver.Layer]))
			select {
			case out <- l:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

var errNotKept = errors.New("its content was not kept")

// FileContentsByLocation implements file.Resolver.
func (v *view) FileContentsByLocation(l file.Location) (io.ReadCloser, error) {
	_, ver, ok := v.resolve(l.RealPath)
	if !ok || ver == nil || ver.Type == layer.Directory {
		return nil, fmt.Errorf("reading %q: %w", l.RealPath, fs.ErrNotExist)
	}
	c := v.img.content(ver.Entry)
	switch {
	case c != nil:
		r := c.open()
		r.at.lost = func() { v.lack(l.RealPath) }
		if slices.Contains(rpmdb.Names, path.Base(l.RealPath)) {
			return sound(r, c.size)
		}
		return r, nil
	case ver.Entry.Size == 0:
		return (&content{}).open(), nil
	}
	v.lack(l.RealPath)
	return nil, fmt.Errorf("reading %q: %w", l.RealPath, errNotKept)
}

// sound reads a database of RPM whole and looks through it before a cataloger
// does: go-rpmdb reads it in a goroutine of its own, where nothing can catch it
// when it breaks down, and does not end on pages that form a ring.
func sound(r io.ReadCloser, size int64) (io.ReadCloser, error) {
	defer r.Close()
	var b strings.Builder
	b.Grow(int(size))
	if _, err := io.Copy(&b, r); err != nil {
		return nil, err
	}
	err := rpmdb.Headers(b.String(), func([]byte) bool { return true })
	if err != nil && !errors.Is(err, rpmdb.ErrUnknown) { // of which the cataloger says so
		return nil, fmt.Errorf("reading an RPM database: %w", err)
	}
	return io.NopCloser(strings.NewReader(b.String())), nil
}

func (v *view) lack(p string) {
	v.mu.Lock()
	v.missing[p] = true
	v.mu.Unlock()
}

// FileMetadataByLocation implements file.Resolver.
func (v *view) FileMetadataByLocation(l file.Location) (file.Metadata, error) {
	_, ver, ok := v.resolve(l.RealPath)
	if !ok || ver == nil {
		return file.Metadata{}, fmt.Errorf("looking at %q: %w", l.RealPath, fs.ErrNotExist)
	}
	e := ver.Entry
	mode := fs.FileMode(e.Mode & 0o777)
	if ver.Type == layer.Directory {
		mode |= fs.ModeDir
	}
	return file.Metadata{
		FileInfo: stereofile.ManualInfo{NameValue: path.Base(l.RealPath), SizeValue: e.Size, ModeValue: mode, ModTimeValue: e.Time()},
		Path:     l.RealPath, UserID: int(e.UID), GroupID: int(e.GID),
		Type: fileTypes[ver.Type], MIMEType: v.img.mimes[e].mime,
	}, nil
}

var fileTypes = map[layer.Type]stereofile.Type{
	layer.Regular: stereofile.TypeRegular, layer.Directory: stereofile.TypeDirectory,
	layer.CharDevice: stereofile.TypeCharacterDevice, layer.BlockDevice: stereofile.TypeBlockDevice, layer.FIFO: stereofile.TypeFIFO,
}

// locations are different files, each under the first path that led to it.
type locations struct {
	list []file.Location
	seen map[file.Coordinates]bool
}

func (ls *locations) add(list ...file.Location) {
	if ls.seen == nil {
		ls.seen = map[file.Coordinates]bool{}
	}
	for _, l := range list {
		if !ls.seen[l.Coordinates] {
			ls.seen[l.Coordinates] = true
			ls.list = append(ls.list, l)
		}
	}
}
